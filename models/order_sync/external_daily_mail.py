from markupsafe import Markup
from odoo import api, fields, models

from ...tools.message_language import for_reader, with_reader

PARAMETER = "external_order_sync.daily_mail"
# The models of the addon that have an activity while something is wrong.
WATCHED = ("external.order.sync", "external.proof", "odoo.sync.source")
SHIPMENT_ACTIVITY = "external_order_sync.mail_activity_shipment_error"


class ExternalDailyMail(models.AbstractModel):
    """An e-mail once a day to each user who has an activity of the addon. Off by default."""

    _name = "external.daily.mail"
    _description = "Daily E-Mail About External Orders"

    @api.model
    def _cron_send(self):
        """Scheduled action: send each responsible user what needs attention, if the setting is on."""
        if not self.env["ir.config_parameter"].get_param(PARAMETER):
            return
        for user, activities in self._find_activities().grouped("user_id").items():
            if user.active and user.email:
                self._send(user, activities)

    @api.model
    def _find_activities(self):
        kind = self.env.ref(SHIPMENT_ACTIVITY, raise_if_not_found=False)
        domain = [
            ("automated", "=", True),
            ("user_id", "!=", False),
            "|",
            ("res_model", "in", WATCHED),
            ("activity_type_id", "in", kind.ids if kind else []),
        ]
        return self.env["mail.activity"].search(domain, order="res_model, id")

    @api.model
    def _send(self, user, activities):
        env = for_reader(with_reader(self, user).env)
        base_url = self.get_base_url()
        items = Markup().join(
            Markup('<li><a href="%s/mail/view?model=%s&amp;res_id=%s">%s</a>: %s</li>')
            % (base_url, activity.res_model, activity.res_id, activity.res_name or "", activity.summary or "")
            for activity in activities
        )
        opening = env._("This needs your attention:")
        # As a mail and not as a notification, which a user may receive in Odoo only.
        self.env["mail.mail"].create(
            {
                "subject": env._("External orders need attention"),
                "body_html": Markup("<p>%s</p><ul>%s</ul>") % (opening, items),
                "email_from": user.company_id.email_formatted or user.email_formatted,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    external_daily_mail = fields.Boolean("Daily E-Mail About External Orders", config_parameter=PARAMETER)
