from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .external_event import LOG_DAYS, LONGEST_LOG


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    external_event_log_days = fields.Integer(
        "Event Log",
        config_parameter=LOG_DAYS,
        help="How many days events are kept for GET /api/events. 0: no log.",
    )

    @api.constrains("external_event_log_days")
    def _check_external_event_log_days(self):
        for settings in self:
            if not 0 <= settings.external_event_log_days <= LONGEST_LOG:
                raise ValidationError(self.env._("Event Log: enter a number of days between 0 and %s.", LONGEST_LOG))

    def set_values(self):
        events = self.env["external.event"]
        if self.external_event_log_days and not events._get_log_days():
            # Until now there were no events, or only those with a subscription.
            events._begin_log()
        return super().set_values()
