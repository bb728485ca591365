from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.groups import USER_GROUP
from ...tools.message_language import for_reader, stored
from ...tools.private_context import PrivateContext
from .import_target import business_day_of, pos_config_of

CLOSING_ACTIVITY = "mail.mail_activity_data_warning"


@dataclass(frozen=True)
class AutomaticClosing(PrivateContext):
    """In the context: the synchronization closes the session, so no user can balance its entry."""

    KEY = "external_order_sync_closing"


class OrdersArriving(UserError):
    """External orders are being imported into the session while it is being closed."""


class PosSession(models.Model):
    _inherit = "pos.session"

    external_order_sync_id = fields.Many2one(
        "external.order.sync",
        "Opened by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        help="The synchronization that opened this session.",
    )
    external_closing_starts = fields.Integer(
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="Number of consecutive automatic closings that started but did not finish.",
    )
    external_closing_date = fields.Datetime(
        "Last Automatic Closing",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="When the last automatic closing started.",
    )
    external_closing_limits = fields.Text(
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="Server limits with which this session could not be closed. Closing is tried again once one of them is "
        "raised.",
    )
    external_full = fields.Boolean(
        "Full",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="It has reached the number of external orders for one session, and waits to be closed.",
    )

    external_business_day = fields.Date(
        "Business Day",
        readonly=True,
        copy=False,
        help="The day whose external orders this session takes. Its journal entry has this date.",
    )
    external_late = fields.Boolean(
        "Opened Late",
        readonly=True,
        copy=False,
        help="Opened after its business day, for external orders that arrived late.",
    )

    # Written only by the system: they decide which sessions are closed and posted automatically, and with what date.
    _SYSTEM_FIELDS = frozenset(
        (
            "external_order_sync_id",
            "external_closing_starts",
            "external_closing_date",
            "external_closing_limits",
            "external_full",
            "external_business_day",
            "external_late",
        )
    )

    # Two workers must not both open a session. One that takes all days may wait for its closing beside a new one, and a
    # full one too.
    _one_external_session = models.UniqueIndex(
        "(config_id, COALESCE(external_business_day, '-infinity'::date)) WHERE external_order_sync_id IS NOT NULL "
        "AND state NOT IN ('closed', 'closing_control') AND (rescue IS NOT TRUE OR external_business_day IS NOT NULL) "
        "AND external_full IS NOT TRUE"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_system_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        return super().write(vals)

    @api.model
    def _check_system_fields(self, vals):
        if not self.env.su and not self._SYSTEM_FIELDS.isdisjoint(vals):
            raise AccessError(self.env._("Only the synchronization itself can record which sessions it opened."))

    @api.model
    def _get_or_create_for_external_orders(self, sync):
        """Return the open session that receives the orders of ``sync``: see ``external.order.sync``."""
        if day := business_day_of(sync) or (sync.session_per_day and sync._get_business_day()):
            return self._get_or_create_of_day(sync, day)
        config = pos_config_of(sync)
        unfinished = self.search(
            [
                ("config_id", "=", config.id),
                ("rescue", "=", False),
                ("state", "!=", "closed"),
            ]
        )
        opened = unfinished.filtered(lambda session: session.state == "opened")[:1]
        if opened and opened._make_room_if_full(sync):
            unfinished -= opened
        elif opened:
            if opened.external_business_day and not opened.external_order_sync_id.session_per_day:
                opened.external_business_day = False  # it takes the orders of all days from now on
            return opened
        waiting = unfinished.filtered(lambda session: session.state == "opening_control")[:1]
        if not waiting and unfinished:
            raise unfinished[0]._get_being_closed_error()
        if not waiting and not sync.auto_create_session:
            raise self._get_none_open_error(sync)
        session = waiting or self._create_for_external_orders(sync)
        return session._open_for_external_orders(sync)

    def _open_for_external_orders(self, sync):
        """Open this session, which waits for its opening control, and return it."""
        self.set_opening_control(self.cash_register_balance_start, self.env._("Opened by %s", sync.name))
        return self

    def _get_being_closed_error(self):
        return UserError(
            stored(self.env)._(
                "No open POS session found for %(pos)s: session %(session)s is being closed. Finish closing "
                "it. The orders wait until then.",
                pos=self.config_id.name,
                session=self.name,
            )
        )

    @api.model
    def _get_none_open_error(self, sync, day=None):
        """Return the error that no session is open.

        :param day: the past business day whose session is missing, if it is one that nobody can open any more
        """
        env = stored(self.env)
        pos = pos_config_of(sync).name
        if day:
            message = env._(
                'No open POS session found for %(pos)s on %(day)s. Enable "Auto Create Session", so that orders that '
                "arrive late get a session of their day. The orders wait until then.",
                pos=pos,
                day=format_date(for_reader(self.env), day),
            )
        else:
            message = env._(
                'No open POS session found for %(pos)s. Open a session, or enable "Auto Create Session". The '
                "orders wait until then.",
                pos=pos,
            )
        return UserError(message)

    @api.model
    def _create_for_external_orders(self, sync, **values):
        """Create the session of a synchronization, which waits for its opening control.

        :param values: further values of the session
        """
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        session = self.create(
            {
                "config_id": pos_config_of(sync).id,
                "user_id": (admin if admin and admin.active else self.env.user).id,
                "external_order_sync_id": sync.id,
                **values,
            }
        )
        # Every order of such a session has its own transfer, regardless of the company's setting. `create` applies that
        # setting, so override it afterwards.
        session.update_stock_at_closing = False
        return session

    def _lock_for_orders(self):
        """Keep this session open until the end of the transaction. Other importers can do so at the same time.

        :raise psycopg2.OperationalError: if it is being closed; find a session again in a new transaction
        """
        self.ensure_one()
        self.flush_recordset()
        # A conflicting lock is expected and must not be logged as an error.
        query = SQL("SELECT id FROM pos_session WHERE id = %s FOR SHARE NOWAIT", self.id)
        self.env.cr.execute(query, log_exceptions=False)

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def _validate_session(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        self._refuse_closing_while_importing()
        session = self._begin_closing_day()
        result = super(PosSession, session)._validate_session(
            balancing_account, amount_to_balance, bank_payment_method_diffs
        )
        # sudo: closing the session completes the activity, even if it belongs to another user.
        if self.sudo().external_order_sync_id and self.state == "closed":
            self.sudo().activity_unlink([CLOSING_ACTIVITY])
        return result

    def _refuse_closing_while_importing(self):
        """Make sure that no order enters this session unnoticed while its journal entry is created.

        Importers hold a share lock on the session (`_lock_for_orders`). Closing takes an exclusive lock and then checks
        that it sees every order, because one committed after its transaction began would be left out. Sessions of a
        Point of Sale without external orders are closed by Odoo as usual.

        :raise UserError: if orders are being imported at this moment
        """
        # sudo: the user may not have access to the configurations
        syncs = self.env["external.order.sync"].sudo().with_context(active_test=False)
        receiving = Domain("pos_config_id", "in", self.config_id.ids)
        receiving |= Domain("location_mapping_ids.pos_config_id", "in", self.config_id.ids)
        if not syncs.search_count(receiving, limit=1):
            return
        arriving = OrdersArriving(
            self.env._("External orders are being imported into this session right now. Wait a moment, then close it.")
        )
        if not self._take_from_importers():
            raise arriving
        if not self.env.registry.ready:
            # The data or hooks of an addon being installed close sessions. Nothing is imported meanwhile, and its
            # transaction may hold the table exclusively, so a second transaction would deadlock with it.
            return
        seen = set(self.env["pos.order"].sudo().search([("session_id", "in", self.ids)]).ids)  # orders of any user
        with self.env.registry.cursor() as cr:
            query = "SELECT id FROM pos_order WHERE session_id IN %s AND source = 'external'"
            cr.execute(SQL(query, tuple(self.ids)))
            if {order_id for (order_id,) in cr.fetchall()} - seen:
                raise arriving

    def _take_from_importers(self):
        """Lock these sessions until the end of the transaction. Return whether no importer holds one of them.

        Wait for other locks, such as that of another user who closes the session, as Odoo does when it writes to it:
        Odoo then repeats the request, or continues if the other one failed.
        """
        # Rows that only refer to the session, such as the register's own orders, do not block this lock.
        if len(self.try_lock_for_update(allow_referencing=True)) == len(self):
            return True
        # Only importers hold share locks. If a share lock succeeds here, an importer holds the session, unless it has
        # just finished.
        query = SQL("SELECT id FROM pos_session WHERE id IN %s FOR SHARE SKIP LOCKED", tuple(self.ids))
        if len(self.env.execute_query(query)) == len(self):
            return len(self.try_lock_for_update(allow_referencing=True)) == len(self)
        self.env.cr.execute(SQL("SELECT id FROM pos_session WHERE id IN %s FOR NO KEY UPDATE", tuple(self.ids)))
        return True

    def _create_account_move(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None):
        data = super(PosSession, self._on_entry_date())._create_account_move(
            balancing_account, amount_to_balance, bank_payment_method_diffs
        )
        if AutomaticClosing.current(self.env) and not self.is_in_company_currency:
            self._book_conversion_difference(data)
        return data

    def _book_conversion_difference(self, data):
        """Balance the entry of a session in a foreign currency if only rounding unbalances it.

        Odoo converts every sale, tax and payment separately and rounds each to the company's currency. The entry of
        many orders can therefore be off by some cents, and a user would have to choose an account for them. This
        difference is booked as an exchange difference if

        - the entry balances in the session's own currency, in which the orders were sold and paid, and
        - it is off by no more than half a cent per converted amount.

        Otherwise the difference stays, and Odoo refuses the entry.

        :param dict data: the data of `_create_account_move`
        """
        company = self.company_id
        converted = self.move_id.line_ids.filtered(lambda line: line.currency_id == self.currency_id)
        others = self.move_id.line_ids - converted
        if not self.currency_id.is_zero(sum(converted.mapped("amount_currency"))):
            return
        if not company.currency_id.is_zero(sum(others.mapped("balance"))):
            return
        difference = company.currency_id.round(sum(converted.mapped("balance")))
        most = self._count_converted_amounts() * company.currency_id.rounding / 2
        if company.currency_id.is_zero(difference) or company.currency_id.compare_amounts(abs(difference), most) > 0:
            return
        account = company[f"{'income' if difference > 0 else 'expense'}_currency_exchange_account_id"]
        if account:
            values = {
                "name": self.env._("Rounding of converted amounts"),
                "account_id": account.id,
                "move_id": self.move_id.id,
            }
            data["MoveLine"].create(self._credit_amounts(values, 0, difference))

    def _count_converted_amounts(self):
        """Return the minimum number of amounts that Odoo converts one by one."""
        return sum(
            len(order.payment_ids) + len(order.lines) + len(order.lines.tax_ids.flatten_taxes_hierarchy())
            for order in self._get_closed_orders()
        )
