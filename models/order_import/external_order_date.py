from datetime import datetime, timedelta

import pytz
from odoo import api, fields, models

from ...tools.message_language import for_reader
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
        stated = payload.sold_at
        now = fields.Datetime.now()
        if stated is None:
            return now, None
        env = for_reader(self.env)
        try:
            moment = stated.astimezone(pytz.utc).replace(tzinfo=None) if stated.tzinfo else sync._to_utc(stated)
        except OverflowError:  # at the very beginning or end of the calendar
            moment = datetime.min if stated.year < EARLIEST.year else datetime.max
        if EARLIEST <= moment <= now + TOLERANCE:
            return moment.replace(microsecond=0), None
        shown = stated.replace(tzinfo=None, microsecond=0).isoformat(" ")
        if moment < EARLIEST:
            warning = env._("The order's date, %s, cannot be right, so it got the time of import.", shown)
        else:
            warning = env._("The order's date, %s, is in the future, so it got the time of import.", shown)
        return now, Warn(warning, "date_differs")

    @api.model
    def _get_business_day(self, sync, payload):
        """Return the day whose session takes an order, or ``None`` if one session takes all."""
        if not sync.session_per_day:
            return None
        moment, _warning = self._get_order_date(sync, payload)
        return min(sync._get_business_day(moment), sync._get_business_day())
