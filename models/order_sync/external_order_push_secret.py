import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

STANDARD = "standard_webhooks"
# The name of a header (RFC 9110).
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class ExternalOrderPushSecret(models.Model):
    """A secret with which an external system signs what it sends."""

    _name = "external.order.push.secret"
    _inherit = "external.signing.secret"
    _description = "External Order Push Secret"

    _owner_name = "sync_id"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, index=True, ondelete="cascade", readonly=True
    )

    @api.autovacuum
    def _gc_secrets(self):
        self._delete_expired()


class ExternalOrderSync(models.Model):
    """How the external system signs what it sends, and with which secrets."""

    _inherit = "external.order.sync"

    push_signature = fields.Selection(
        [
            (STANDARD, "Standard Webhooks"),
            ("hmac_hex", "HMAC-SHA256 in Hexadecimal"),
            ("hmac_base64", "HMAC-SHA256 in Base64"),
        ],
        "Signature",
        copy=False,
        tracking=True,
        help="How the external system signs what it sends, if it cannot send an Odoo API key. WooCommerce and Shopify "
        "send HMAC-SHA256 in Base64. Leave it empty if only API keys are allowed.",
    )
    push_signature_header = fields.Char(
        "Header with the Signature",
        copy=False,
        tracking=True,
        help="For example X-WC-Webhook-Signature for WooCommerce or X-Shopify-Hmac-Sha256 for Shopify.",
    )
    push_secret_ids = fields.One2many("external.order.push.secret", "sync_id", groups="base.group_system")
    push_secret_date = fields.Datetime("Secret Set", compute="_compute_push_secret_date")
    push_former_until = fields.Datetime("Former Secret Valid Until", compute="_compute_push_secret_date")

    @api.depends("push_secret_ids.valid_until")
    def _compute_push_secret_date(self):
        for sync in self:
            secrets = sync.sudo().push_secret_ids  # sudo: their dates say nothing of the secrets
            sync.push_secret_date, sync.push_former_until = secrets._get_dates()

    @api.constrains("push_signature", "push_signature_header")
    def _check_push_signature_header(self):
        for sync in self:
            name = sync.push_signature_header or ""
            is_plain = bool(sync.push_signature) and sync.push_signature != STANDARD
            if (is_plain or name) and not HEADER.fullmatch(name):
                raise ValidationError(
                    self.env._(
                        "Header with the Signature of %s: enter its name, such as X-WC-Webhook-Signature.",
                        sync.name,
                    )
                )

    def action_new_push_secret(self):
        """Open the dialog that creates a secret and shows it once."""
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only system administrators can set the secret for signatures."))
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Secret for Signatures"),
            "res_model": "external.order.push.secret.new",
            "view_mode": "form",
            "target": "new",
            "context": {"default_sync_id": self.id},
        }
