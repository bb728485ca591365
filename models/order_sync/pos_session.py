from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import USER_GROUP
from ..order_import.outcome import Warn


class PosSession(models.Model):
    _inherit = "pos.session"

    external_order_sync_ids = fields.Many2many(
        "external.order.sync",
        string="Synchronizations",
        compute="_compute_external_order_sync_ids",
        search="_search_external_order_sync_ids",
        groups=USER_GROUP,
        help="The synchronizations that imported orders into this session.",
    )

    def _compute_external_order_sync_ids(self):
        Sync = self.env["external.order.sync"].with_context(active_test=False)
        for session in self:
            session.external_order_sync_ids = Sync.search([("order_ids.pos_order_id.session_id", "in", session.ids)])

    @api.model
    def _search_external_order_sync_ids(self, operator, value):
        """Return the domain of sessions with an order of one of these synchronizations.

        For each Point of Sale that has any, and each of its sessions, one order is looked up. CASE and OFFSET 0 keep
        PostgreSQL from looking at other sessions, or joining all orders instead. That a Point of Sale has any is found
        by the next one in the index: PostgreSQL would read all orders in the hope of meeting one of it. If there are
        few orders, their sessions are read.
        """
        by_ids = self.env["external.order.sync"]._get_domain_by_ids(operator, value)
        if by_ids is not None:
            return by_ids
        few = self.env["external.order.sync"].browse(value)._sql_few_pos_orders()
        if few is not None:
            # Users of the inbox may have no access to POS orders. This search checks which sessions they see.
            of_few = SQL("ARRAY(SELECT session_id FROM pos_order WHERE id = ANY(%s))", few)
            return Domain.custom(
                to_sql=lambda _model, session, _query: SQL("%s = ANY(%s)", SQL.identifier(session, "id"), of_few)
            )
        Order = self.env["external.order"]
        domain = [("sync_id", "in", list(value))]

        def has_orders(_model, session, _query):
            of_config, of_session = Order._search([]), Order._search(domain)
            pos_config = SQL.identifier(of_config.table, "pos_config_id")
            of_config.add_where(SQL("%s = sync.id", SQL.identifier(of_config.table, "sync_id")))
            of_config.add_where(SQL("%s >= config.id", pos_config))
            order = of_session.join(of_session.table, "pos_order_id", "pos_order", "id", "pos_order_id")
            of_session.add_where(SQL("%s = %s", SQL.identifier(order, "session_id"), SQL.identifier(session, "id")))
            return SQL(
                """CASE WHEN %(config)s IN (
                    SELECT config.id FROM pos_config AS config, unnest(%(syncs)s::integer[]) AS sync (id)
                    WHERE config.id = (%(of_config)s ORDER BY %(pos_config)s LIMIT 1)
                ) THEN EXISTS (%(of_session)s OFFSET 0) ELSE FALSE END""",
                config=SQL.identifier(session, "config_id"),
                syncs=list(value),
                of_config=of_config.select(pos_config),
                pos_config=pos_config,
                of_session=of_session.select(SQL("1")),
            )

        return Domain.custom(to_sql=has_orders)

    def _create_picking_at_end_of_session(self):
        result = super()._create_picking_at_end_of_session()
        self._warn_of_open_transfers()
        return result

    def _create_account_move(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        data = super()._create_account_move(balancing_account, amount_to_balance, bank_payment_method_diffs)
        if warning := self._get_lock_warning():
            # sudo: the user who closes the session may not have access to the inbox.
            self._warn_external_orders(self.sudo().order_ids, Warn(warning, "date_differs"))
        return data

    def _warn_of_open_transfers(self):
        """Add warnings to this session's external orders for transfers that could not be validated at closing."""
        # sudo: the user who closes the session may not have access to the inbox or all transfers.
        session = self.sudo()
        for picking in session.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")):
            lines = session.order_ids.lines.filtered_domain([("product_id", "in", picking.move_ids.product_id.ids)])
            orders = picking.pos_order_id or lines.order_id.filtered(lambda order: not order.picking_ids)
            self._warn_external_orders(orders, Warn(picking._get_open_warning(), "transfer_open"))

    @api.model
    def _warn_external_orders(self, orders, warning):
        """Add a warning to the external orders that these ``pos.order`` were created from.

        The refund of what a changed order had before was created from none: it is reported where the change was booked.
        """
        if rows := orders.external_order_ids:
            rows._add_warning(warning)
        refunds = orders.filtered("external_refunded_order_id")
        for reversal in refunds.filtered(lambda order: not order.external_order_ids):
            if rows := reversal.external_refunded_order_id._get_valid().external_order_ids:
                rows._add_warning(reversal._get_named_warning(warning))
