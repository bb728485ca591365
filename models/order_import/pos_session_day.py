from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.message_language import for_reader, stored
from ...tools.private_context import PrivateContext
from .import_target import pos_config_of


@dataclass(frozen=True)
class EntryDate(PrivateContext):
    """In the context: the date of the entries that are created by the closing of a session, or with an invoice."""

    KEY = "external_order_entry_date"

    date: date


class PosSession(models.Model):
    """The session of a business day.

    Odoo allows one open session per Point of Sale, and any number of recovery sessions beside it, which Odoo itself
    uses for orders that arrive late. The session of today is the regular one. Once its day is over, it becomes a
    recovery session until it is closed, so that the next day's can be opened regardless of how its closing goes.
    """

    _inherit = "pos.session"

    # ------------------------------------------------------------
    # Which session
    # ------------------------------------------------------------

    @api.model
    def _get_or_create_of_day(self, sync, day):
        """Return the open session that receives the orders of a business day.

        :param sync: the ``external.order.sync``, with the orders' target in its context
        :raise UserError: if there is none and none may be created
        """
        unfinished = self.search(
            [("config_id", "=", pos_config_of(sync).id), ("state", "!=", "closed"), ("external_full", "=", False)]
        )
        of_day = unfinished.filtered(lambda session: session.external_business_day == day)
        today = sync._get_business_day()
        if day == today:
            of_day += unfinished.filtered(lambda session: not session.rescue and session._is_of_today(sync))
        if opened := of_day.filtered(lambda session: session.state == "opened")[:1]:
            if not opened._make_room_if_full(sync):
                return opened
            of_day -= opened
        if waiting := of_day.filtered(lambda session: session.state == "opening_control")[:1]:
            return waiting._open_for_external_orders(sync)
        if day == today and of_day:
            raise of_day[0]._get_being_closed_error()
        if not sync.auto_create_session:
            raise self._get_none_open_error(sync, day if day < today else None)
        if day == today:
            unfinished._step_aside(today)
        is_rescue = day < today or not all(unfinished.mapped("rescue"))
        session = self._create_for_external_orders(
            sync, external_business_day=day, external_late=day < today, rescue=is_rescue
        )._open_for_external_orders(sync)
        if day < today and not session._get_locks(day):
            session.start_at = sync._get_moments_within(day)[0]
        return session

    def _is_of_today(self, sync):
        """Return whether this session, which has no business day, may take today's orders."""
        if self.external_business_day:
            return False
        return not self.start_at or sync._get_business_day(self.start_at) == sync._get_business_day()

    def _step_aside(self, today):
        """Make room for today's session: turn the synchronizations' sessions of earlier days into recovery sessions."""
        past = self.filtered(lambda session: not session.rescue and (session._get_day() or today) < today)
        if past:
            past.rescue = True

    def _get_day(self):
        """Return the business day that this session was opened for or on, or ``None`` if it takes all days."""
        sync = self.external_order_sync_id
        if self.external_business_day or not (sync.session_per_day and self.start_at):
            return self.external_business_day or None
        return sync._get_business_day(self.start_at)

    # ------------------------------------------------------------
    # Cash
    # ------------------------------------------------------------

    def action_pos_session_open(self):
        result = super().action_pos_session_open()
        # Odoo takes the cash of the newest session, but late sessions have only their own, and today's session may be
        # opened before yesterday's is closed.
        for session in self.filtered(lambda session: session.state == "opening_control" and not session.rescue):
            if session.config_id.cash_control:
                session._correct_opening_cash()
        return result

    def _correct_opening_cash(self):
        domain = [("config_id", "=", self.config_id.id), ("id", "<", self.id)]
        previous = self.search(domain, limit=1)
        # sudo: users of the Point of Sale may not see which sessions synchronizations opened.
        is_open = previous.state != "closed" and previous.sudo().external_order_sync_id
        if not (previous.external_late or is_open):
            return
        # Each late session adds the cash of its own orders to that of the last regular one.
        balance = 0
        for session in self.search(domain, limit=100):
            is_closed = session.state == "closed"
            balance += session.cash_register_balance_end_real if is_closed else session.cash_register_balance_end
            if not session.external_late:
                break
        self.cash_register_balance_start = balance

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def _is_day_over(self):
        day = self._get_day()
        return bool(day) and day < self.external_order_sync_id._get_business_day()

    def _is_day_complete(self):
        """Return whether the orders of this session's day that is over have been requested and imported."""
        sync = self.external_order_sync_id
        return sync._has_imported_until(sync._get_end_of_day(self._get_day()))

    def _become_regular(self):
        """Turn a recovery session that made room for another one into a regular one, to close it like any other.

        The cash of a recovery session is only that of its orders, without cash moves.
        """
        if self.rescue and (self._get_day() or self.external_full) and not self.external_late:
            self.rescue = False

    def _begin_closing_day(self):
        """Set the end of this session to its business day, which is over, and return it in the shop's time zone."""
        self.ensure_one()
        if not self.external_business_day:
            return self
        # sudo: the user who closes the session may not have access to the configurations.
        sync = self.sudo().external_order_sync_id
        if not self._get_locks(self.external_business_day):
            last = sync._get_moments_within(self.external_business_day)[1]
            self.stop_at = min(self.stop_at or fields.Datetime.now(), last)
        # Odoo compares the dates of entries with today's in the time zone of the user.
        return self.with_context(tz=sync._get_zone().zone)

    def _get_entry_date(self):
        """Return the date of the closing entry of this session of a business day, or ``None`` for other sessions.

        If that day is locked, it is the first open one.
        """
        day = self.external_business_day
        return self._get_first_open_date(day) if day else None

    def _get_first_open_date(self, day, journals=None):
        """Return the first date from a day on that is not locked for this Point of Sale.

        :param journals: the journals that the date is for; that of the closing entries if not given
        """
        first = day
        while locks := self._get_locks(first, journals):
            first = fields.Date.add(locks[-1][0], days=1)
        # An entry of tomorrow would not be posted. If all days up to today are locked, Odoo refuses it.
        return min(first, max(day, fields.Date.context_today(self)))

    def _get_locks(self, day, journals=None):
        """Return the lock dates that forbid an entry on a day, as pairs of date and field, the last one last.

        :param journals: the journals of the entry; that of the closing entries if not given
        """
        # sudo: users of the Point of Sale cannot read the lock dates.
        session = self.sudo()
        if journals is None:
            journals = session.config_id.journal_id
        company = session.company_id
        locks = {lock for journal in journals for lock in company._get_violated_lock_dates(day, True, journal)}
        return sorted(locks)

    def _on_entry_date(self):
        """Return this session with the date of its closing entry in the context, unless Odoo decides the date."""
        day = self._get_entry_date()
        return EntryDate(day).on(self) if day else self

    def _post_statement_difference(self, amount):
        return super(PosSession, self._on_entry_date())._post_statement_difference(amount)

    def _get_split_statement_line_vals(self, journal, amount, payment):
        values = super()._get_split_statement_line_vals(journal, amount, payment)
        # Odoo dates it when it was paid. Orders of the register are paid while the session is open.
        if payment.pos_order_id.source == "external":
            values["date"] = self._get_first_open_date(values["date"])
        return values

    def _get_lock_warning(self):
        """Return why the closing entry does not have the date of this session's day, or an empty string."""
        day, entry_date = self.external_business_day, self._get_entry_date()
        if not day or entry_date == day:
            return ""
        env = for_reader(self.env)
        return stored(self.env)._(
            "%(day)s is locked (%(locks)s), so the order was posted on %(date)s.",
            day=format_date(env, day),
            locks=env["res.company"]._format_lock_dates(self._get_locks(day)),
            date=format_date(env, entry_date),
        )
