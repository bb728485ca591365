from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PosSession(models.Model):
    _inherit = "pos.session"

    external_order_sync_id = fields.Many2one(
        "external.order.sync",
        "Opened by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The synchronization that opened this session.",
    )

    # Two workers that both find no session must not open two.
    _one_external_session = models.UniqueIndex(
        "(config_id) WHERE external_order_sync_id IS NOT NULL AND state <> 'closed'"
    )

    @api.model
    def _get_or_create_for_external_orders(self, sync):
        """Return the opened session that takes the orders of ``sync``: see `external.order.sync`."""
        config = sync.pos_config_id
        unfinished = self.search([
            ("config_id", "=", config.id),
            ("rescue", "=", False),
            ("state", "!=", "closed"),
        ])
        opened = unfinished.filtered(lambda session: session.state == "opened")[:1]
        if opened:
            return opened
        waiting = unfinished.filtered(lambda session: session.state == "opening_control")[:1]
        if not waiting and unfinished:
            raise UserError(
                self.env._(
                    "No open POS session found for %(pos)s: session %(session)s is being closed. Finish closing it; the orders "
                    "wait until then.",
                    pos=config.name,
                    session=unfinished[0].name,
                )
            )
        if not waiting and not sync.auto_create_session:
            raise UserError(
                self.env._(
                    'No open POS session found for %(pos)s. Open a session, or enable "Auto Create Session". The orders wait '
                    "until then.",
                    pos=config.name,
                )
            )
        session = waiting or self._create_for_external_orders(sync)
        session.set_opening_control(session.cash_register_balance_start, self.env._("Opened by %s", sync.name))
        return session

    @api.model
    def _create_for_external_orders(self, sync):
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        session = self.create({
            "config_id": sync.pos_config_id.id,
            "user_id": (admin if admin and admin.active else self.env.user).id,
            "external_order_sync_id": sync.id,
        })
        # Every order of such a session has its own picking, whatever the company does in its shops. `create` sets this
        # from the company's setting, hence only now.
        session.update_stock_at_closing = False
        return session

    def _lock_for_orders(self):
        """Keep this session open until the end of the transaction; other importers may hold it too.

        :raise psycopg2.OperationalError: if it is just being closed; look for a session again in a new transaction
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(SQL("SELECT id FROM pos_session WHERE id = %s FOR SHARE NOWAIT", self.id))

    def _validate_session(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        self._refuse_closing_while_importing()
        return super()._validate_session(balancing_account, amount_to_balance, bank_payment_method_diffs)

    def _refuse_closing_while_importing(self):
        """Make sure that no order enters this session unseen while its journal entry is made.

        Importers hold the session with a share lock (`_lock_for_orders`). The closing takes it for itself, and then makes
        sure that it sees every order: one that was committed after its transaction began would be left out.

        :raise UserError: if orders are coming in at this moment
        """
        arriving = UserError(self.env._("External orders are just coming into this session. Close it again in a moment."))
        if len(self.try_lock_for_update()) != len(self):
            raise arriving
        seen = set(self.env["pos.order"].sudo().search([("session_id", "in", self.ids)]).ids)  # all, whoever closes
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT id FROM pos_order WHERE session_id IN %s", tuple(self.ids)))
            if {order_id for (order_id,) in cr.fetchall()} - seen:
                raise arriving
