from datetime import datetime, timedelta

import pytz
from odoo import api, fields, models

from ...tools.message_language import stored
from .outcome import Warn

# Systems write a missing date as 0001-01-01, 1900-01-01 or 1970-01-01.
EARLIEST = datetime(1990, 1, 1)
# Clocks and time zones may be wrong by less than this.
TOLERANCE = timedelta(days=1)


class ExternalOrderImport(models.AbstractModel):
    """Finds out when an order was sold, and on which business day."""

    _inherit = "external.order.import"

    @api.model
    def _get_order_date(self, sync, payload):
        """Return when an order was sold, and a warning if the date that it states cannot be right.

        :return: the moment in UTC without time zone, the time of import if none is stated; and a `Warn` or ``None``
        """
        moment = self._to_moment(sync, payload.sold_at)
        now = fields.Datetime.now()
        if payload.sold_at is None:
            return now, None
        if EARLIEST <= moment <= now + TOLERANCE:
            return moment, None
        env = stored(self.env)
        shown = payload.sold_at.replace(tzinfo=None, microsecond=0).isoformat(" ")
        if moment < EARLIEST:
            warning = env._("The order's date, %s, cannot be right, so it got the time of import.", shown)
        else:
            warning = env._("The order's date, %s, is in the future, so it got the time of import.", shown)
        return now, Warn(warning, "date_differs")

    @api.model
    def _to_moment(self, sync, stated):
        """Return a date as read from an order in UTC without time zone, ``None`` for none.

        :param datetime stated: without time zone, it is in the local time of the synchronization
        """
        if stated is None:
            return None
        try:
            moment = stated.astimezone(pytz.utc).replace(tzinfo=None) if stated.tzinfo else sync._to_utc(stated)
        except OverflowError:  # at the very beginning or end of the calendar
            return datetime.min if stated.year < EARLIEST.year else datetime.max
        return moment.replace(microsecond=0)

    @api.model
    def _get_business_day(self, sync, payload):
        """Return the day whose session takes an order, or ``None`` if one session takes all."""
        if not sync.session_per_day:
            return None
        moment, _warning = self._get_order_date(sync, payload)
        return min(sync._get_business_day(moment), sync._get_business_day())
