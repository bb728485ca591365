from odoo import api, fields, models

from ...lib.webhook_signature import new_secret


class ExternalEventSecret(models.Model):
    """A secret with which the messages of a subscription are signed."""

    _name = "external.event.secret"
    _inherit = "external.signing.secret"
    _description = "Event Subscription Secret"

    _owner_name = "subscription_id"

    subscription_id = fields.Many2one(
        "external.event.subscription", required=True, index=True, ondelete="cascade", readonly=True
    )

    @api.autovacuum
    def _gc_secrets(self):
        self._delete_expired()


class ExternalEventSecretNew(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """The dialog that shows the new secret of a subscription once."""

    _name = "external.event.secret.new"
    _inherit = "external.signing.secret.new"
    _description = "New Secret for Event Signatures"

    subscription_id = fields.Many2one("external.event.subscription", required=True, ondelete="cascade", readonly=True)
    has_former = fields.Boolean(compute="_compute_has_former")

    @api.depends("subscription_id.secret_date")
    def _compute_has_former(self):
        for new in self:
            new.has_former = bool(new.subscription_id.secret_date)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "secret" in fields and self.env.is_system():
            values["secret"] = new_secret(is_standard=True)
        return values

    def action_use(self):
        """Store the secret with the subscription, and delete it here."""
        return self._use(self.env["external.event.secret"], self.subscription_id, is_standard=True)


class ExternalEventSubscription(models.Model):
    """The secrets of a subscription."""

    _inherit = "external.event.subscription"

    secret_ids = fields.One2many("external.event.secret", "subscription_id", groups="base.group_system")
    secret_date = fields.Datetime("Secret Set", compute="_compute_secret_date")
    former_secret_until = fields.Datetime("Former Secret Valid Until", compute="_compute_secret_date")

    @api.depends("secret_ids.valid_until")
    def _compute_secret_date(self):
        for subscription in self:
            secrets = subscription.sudo().secret_ids  # sudo: their dates say nothing of the secrets
            subscription.secret_date, subscription.former_secret_until = secrets._get_dates()

    def _get_valid_secrets(self):
        """Return the secrets to sign with now, the present one first."""
        now = fields.Datetime.now()
        secrets = self.sudo().secret_ids  # sudo: nobody may read them, but messages are signed with them
        valid = secrets.filtered(lambda secret: not secret.valid_until or secret.valid_until > now)
        return valid.sorted(lambda secret: (bool(secret.valid_until), -secret.id)).mapped("secret")
