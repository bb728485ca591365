import pytz
from odoo import fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.fields import Domain

from ...lib.business_day import day_of, moments_within, start_of, to_utc


class ExternalOrderSync(models.Model):
    """The local time of the external system, and its business days."""

    _inherit = "external.order.sync"

    timezone = fields.Selection(
        _tz_get,
        "Time Zone",
        tracking=True,
        help="The local time of the external system: dates of orders without an offset, the end of a day and the "
        "closing time are in this time zone. If empty, it is that of the responsible user or, without one, of the "
        "company; otherwise UTC.",
    )
    session_per_day = fields.Boolean(
        "One Session per Business Day",
        tracking=True,
        help="Each order goes into the session of the day it was sold on. The session's journal entry and its bank and "
        "cash lines have the date of that day. An order that arrives after its day's session was closed goes into "
        "a further session of that day. The sessions are opened by the synchronization, and closed and posted after "
        "the end of their day.",
    )
    day_end = fields.Float(
        "Day Ends At",
        tracking=True,
        help="For shops that are open past midnight: sales before this time of day belong to the day before.",
    )

    _day_end_possible = models.Constraint(
        "CHECK (day_end IS NULL OR (day_end >= 0 AND day_end < 23.99))",
        "The end of the day must be between 00:00 and 23:59.",
    )

    def _get_zone(self):
        """Return the ``pytz`` time zone of the external system."""
        return pytz.timezone(
            self.timezone or self.responsible_id.tz or self.company_id.partner_id.tz or "UTC"
        )  # as Odoo does

    def _to_utc(self, local):
        """Return a local time of the external system in UTC. Both are without time zone; see `business_day.to_utc`."""
        return to_utc(local, self._get_zone())

    def _write_otherwise(self, stated):
        """Return a time as read from an order in the other way in which it may be sent: local, or with an offset.

        :param datetime stated: without time zone, it is a local time of the external system; otherwise it is in UTC
        """
        if not stated.tzinfo:
            return pytz.utc.localize(self._to_utc(stated))
        local = stated.astimezone(self._get_zone()).replace(tzinfo=None)
        # Not if it is the second of two equal hours of the clock.
        return local if pytz.utc.localize(self._to_utc(local)) == stated else stated

    def _get_business_day(self, moment=None):
        """Return the business day (a date) of a moment in UTC without time zone, by default of now."""
        return day_of(moment or fields.Datetime.now(), self._get_zone(), self.day_end)

    def _get_end_of_day(self, day):
        """Return when a business day ends, in UTC without time zone."""
        return start_of(fields.Date.add(day, days=1), self._get_zone(), self.day_end)

    def _get_start_of_day(self, day):
        """Return when a business day begins, in UTC without time zone."""
        return start_of(day, self._get_zone(), self.day_end)

    def _get_moments_within(self, day):
        """Return the first and the last moment of a business day, in UTC; see `business_day.moments_within`."""
        return moments_within(day, self._get_zone(), self.day_end)

    def _has_several_targets(self):
        """Return whether some orders may be importable now while no session can take others."""
        return self.session_per_day or self._uses_locations()

    def _retry_with_sessions(self):
        """Retry the orders, and book the changes, that only lacked an open session, which is created now."""
        # sudo: users cannot write to the inbox, but this setting of a manager retries its orders.
        waiting = (
            self.env["external.order"]
            .sudo()
            .search([("sync_id", "in", self.ids), ("state", "!=", "ignored"), ("error_code", "=", "no_session")])
        )
        if waiting:
            waiting._retry(self.env._("Retried with a session that is created automatically"))

    def _has_imported_until(self, moment):
        """Return whether what was sold before a moment has been requested and imported, as far as is possible now.

        :param moment: in UTC without time zone
        """
        now = fields.Datetime.now()
        pending = [
            ("sync_id", "=", self.id),
            ("state", "=", "pending"),
            ("error_code", "!=", "no_session"),  # waits for a user
            # A refund that a run has tried waits for a user as well.
            "|",
            ("error_code", "!=", "waiting_for_order"),
            ("run_id", "=", False),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", now),
        ]
        # The order of another refund may never come.
        ready = self.env["external.order"]._get_ready_domain()
        if self.env["external.order"].search_count(Domain(pending) & ready, limit=1):
            return False
        # The result of the download does not matter: a feed that fails must not keep sessions open.
        requested = [("sync_id", "=", self.id), ("date_start", ">=", moment)]
        # One that continues later has not requested everything.
        ended = ["|", "|", ("status", "!=", "running"), ("fetch_done", "=", True), ("fetch_error", "!=", False)]
        requested.append(("fetch_continues", "=", False))
        return bool(self.env["external.order.sync.run"].search_count([*requested, *ended], limit=1))
