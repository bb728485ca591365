import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.message_language import for_reader, with_reader
from ...tools.private_context import PrivateContext
from ...tools.scheduling import quietly
from ...tools.transaction import TRANSIENT_ERRORS, commit, retrying

_logger = logging.getLogger(__name__)

# Leave a session to the user once the process has died this often while closing it.
MAX_CLOSING_STARTS = 3
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
        groups="external_order_sync.group_user",
        help="The synchronization that opened this session.",
    )
    external_closing_starts = fields.Integer(
        readonly=True,
        copy=False,
        groups="external_order_sync.group_user",
        help="Number of consecutive automatic closings that started but did not finish.",
    )

    # Written by the system alone: they decide which sessions are closed and posted automatically.
    _SYSTEM_FIELDS = frozenset(("external_order_sync_id", "external_closing_starts"))

    # Two workers must not both open a session.
    _one_external_session = models.UniqueIndex(
        "(config_id) WHERE external_order_sync_id IS NOT NULL AND state <> 'closed'"
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
        config = sync.pos_config_id
        unfinished = self.search(
            [
                ("config_id", "=", config.id),
                ("rescue", "=", False),
                ("state", "!=", "closed"),
            ]
        )
        opened = unfinished.filtered(lambda session: session.state == "opened")[:1]
        if opened:
            return opened
        waiting = unfinished.filtered(lambda session: session.state == "opening_control")[:1]
        if not waiting and unfinished:
            raise UserError(
                for_reader(self.env)._(
                    "No open POS session found for %(pos)s: session %(session)s is being closed. Finish closing "
                    "it. The orders wait until then.",
                    pos=config.name,
                    session=unfinished[0].name,
                )
            )
        if not waiting and not sync.auto_create_session:
            raise UserError(
                for_reader(self.env)._(
                    'No open POS session found for %(pos)s. Open a session, or enable "Auto Create Session". The '
                    "orders wait until then.",
                    pos=config.name,
                )
            )
        session = waiting or self._create_for_external_orders(sync)
        session.set_opening_control(session.cash_register_balance_start, self.env._("Opened by %s", sync.name))
        return session

    @api.model
    def _create_for_external_orders(self, sync):
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        session = self.create(
            {
                "config_id": sync.pos_config_id.id,
                "user_id": (admin if admin and admin.active else self.env.user).id,
                "external_order_sync_id": sync.id,
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
        result = super()._validate_session(balancing_account, amount_to_balance, bank_payment_method_diffs)
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
        if not syncs.search_count([("pos_config_id", "in", self.config_id.ids)], limit=1):
            return
        arriving = OrdersArriving(
            self.env._("External orders are being imported into this session right now. Close it again in a moment.")
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
        data = super()._create_account_move(balancing_account, amount_to_balance, bank_payment_method_diffs)
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

    # ------------------------------------------------------------
    # Automatic closing
    # ------------------------------------------------------------

    @api.model
    def _close_due_external_sessions(self, syncs=None):
        """Close and post sessions that were opened by synchronizations and are due.

        Commit before calling this: each session is closed in a separate transaction, because Odoo rolls back a closing
        that does not balance. If closing fails, a user gets one activity, and it is tried again once that is done.

        :param syncs: ``external.order.sync`` records whose sessions to check; all active ones if not given
        """
        for session in self._get_due_external_sessions(syncs):
            session._close_in_own_transaction()

    @api.model
    def _get_due_external_sessions(self, syncs=None):
        now = fields.Datetime.now()
        waiting = self._get_external_sessions(syncs).filtered(
            lambda session: not session.activity_search([CLOSING_ACTIVITY])
        )
        return waiting.filtered(lambda session: session._is_closing_due_guarded(now))

    def _is_closing_due_guarded(self, now):
        """Return whether this session is due for closing; report errors in an activity."""
        try:
            with self.env.cr.savepoint():
                return self._is_closing_due(now)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:  # continue with the other sessions
            if self.env.cr.connection.closed:
                raise
            _logger.exception("External Order Sync: when to close session %s cannot be said", self.name)
            self._report_closing_problem(f"{type(error).__name__}: {error}")
            return False

    @api.model
    def _get_external_sessions(self, syncs=None):
        """Return the open sessions of these synchronizations that may be closed automatically."""
        syncs = self.env["external.order.sync"].search([("active", "=", True)]) if syncs is None else syncs
        syncs = syncs.filtered(lambda sync: sync.close_daily or sync.closing_order_count)
        return self.search([("external_order_sync_id", "in", syncs.ids), ("state", "=", "opened")])

    def _is_closing_due(self, now):
        self.ensure_one()
        sync = self.external_order_sync_id
        if sync.closing_order_count and self.order_count >= sync.closing_order_count:
            return True
        return sync.close_daily and self.start_at < self._get_daily_closings(sync, now)[0]

    @api.model
    def _get_next_external_closings(self):
        """Return the next closing times (UTC) of the sessions that are open now."""
        times = []
        for sync in self._get_external_sessions().external_order_sync_id.filtered("close_daily"):
            with quietly(self.env, f"{sync.name}: the next closing time"):
                times.append(self._get_daily_closings(sync, fields.Datetime.now())[1])
        return times

    @api.model
    def _get_daily_closings(self, sync, now):
        """Return the last and the next closing time of a synchronization, as naive UTC.

        The time of day is in the responsible user's time zone, else the company's, else UTC.
        """
        zone = pytz.timezone(sync.responsible_id.tz or sync.company_id.partner_id.tz or "UTC")  # as Odoo does
        hours, minutes = divmod(min(round(sync.closing_time * 60), 24 * 60 - 1), 60)
        today = pytz.utc.localize(now).astimezone(zone).date()

        def closing(day):
            # Add days in local time, so that the time of day stays the same when daylight saving time changes.
            local = datetime.combine(today + timedelta(days=day), time(hours, minutes))
            return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

        return (closing(0), closing(1)) if closing(0) <= now else (closing(-1), closing(0))

    def _close_in_own_transaction(self):
        """Close this session, and report errors in an activity. Nothing else is rolled back."""
        self.ensure_one()
        sync = self.external_order_sync_id
        if self.external_closing_starts >= MAX_CLOSING_STARTS:
            env = for_reader(with_reader(self, sync.responsible_id or self.user_id).env)
            self._end_closing(
                env._("The server stopped %s times while it was closing the session.", MAX_CLOSING_STARTS)
            )
            return
        if not self.try_lock_for_update(allow_referencing=True):
            return  # orders are coming in
        # Commit before the work, because the process may not survive it.
        self.external_closing_starts += 1
        commit(self.env)
        problem = ""
        try:
            with self.env.registry.cursor() as cr:
                context = {"allowed_company_ids": self.company_id.ids, "lang": sync.responsible_id.lang}
                session = api.Environment(cr, SUPERUSER_ID, context)["pos.session"].browse(self.id)
                retrying(session.env, session._close_balanced)
            _logger.info("External Order Sync: %s: session %s closed", sync.name, self.name)
        except (OrdersArriving, *TRANSIENT_ERRORS) as error:
            _logger.info("External Order Sync: %s: closing session %s is put off: %r", sync.name, self.name, error)
        except UserError as error:
            problem = str(error)
        except Exception as error:  # a user must learn of any error, and importing must continue
            _logger.exception("External Order Sync: %s: session %s cannot be closed", sync.name, self.name)
            problem = f"{type(error).__name__}: {error}"
        # Only a new transaction sees the changes of the other one.
        commit(self.env)
        self.env.invalidate_all()
        retrying(self.env, lambda: self._end_closing(problem))
        commit(self.env)

    def _end_closing(self, problem):
        """Record the end of a closing attempt.

        :param str problem: why closing failed; empty if it succeeded or will be retried
        """
        self.external_closing_starts = 0
        if problem:
            self._report_closing_problem(problem)

    def _close_balanced(self):
        """Close and post this session as if its user had counted exactly the expected cash.

        :raise UserError: if Odoo refuses, or if the entry would not balance
        """
        self.ensure_one()
        if self.state != "opened":
            return
        refusal = self._cannot_close_session()
        if not refusal and self.config_id.cash_control:
            refusal = self.post_closing_cash_details(self.cash_register_balance_end)
        if refusal and not refusal.get("successful"):
            raise UserError(refusal["message"])
        result = AutomaticClosing().on(self).action_pos_session_closing_control()
        if isinstance(result, dict):
            # Odoo has rolled back and would ask the user to book the difference.
            wizard = self.env[result["res_model"]].browse(result["res_id"])
            raise UserError(
                self.env._(
                    "Its journal entry would be unbalanced by %(amount)s. %(explanation)s",
                    amount=self.company_id.currency_id.format(abs(wizard.amount_to_balance)),
                    explanation=wizard.message,
                )
            )
        self.post_close_register_message()

    def _report_closing_problem(self, problem):
        self.ensure_one()
        sync = self.external_order_sync_id
        _logger.warning("External Order Sync: %s: session %s stays open: %s", sync.name, self.name, problem)
        responsible = sync.responsible_id or self.user_id
        env = for_reader(with_reader(self, responsible).env)
        advice = env._(
            "Close the session manually, or fix the cause and mark this activity as done so that Odoo tries again. "
            "External orders are still imported."
        )
        self.activity_schedule(
            CLOSING_ACTIVITY,
            user_id=responsible.id,
            summary=env._("The session could not be closed"),
            note=Markup("<p>%s</p><p>%s</p>") % (problem, advice),
        )
