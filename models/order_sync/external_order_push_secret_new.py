from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...lib.webhook_signature import MIN_KEY, key_of, new_secret
from .external_order_push_secret import STANDARD

LONGEST_KEPT = 30 * 24


class ExternalOrderPushSecretNew(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """The dialog that shows a new secret once. It stores it only with the synchronization."""

    _name = "external.order.push.secret.new"
    _description = "New Secret for Signatures"

    sync_id = fields.Many2one("external.order.sync", required=True, ondelete="cascade", readonly=True)
    secret = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Copy it into the external system now: it is not shown again. If the external system has a secret that it "
        "cannot change, such as Shopify, enter that one here.",
    )
    keep_hours = fields.Integer(
        "Keep the Former One For",
        default=24,
        help="Hours during which the former secret is still valid, so that nothing is refused while the external "
        "system is changed. 0 ends it at once.",
    )
    has_former = fields.Boolean(compute="_compute_has_former")

    @api.depends("sync_id.push_secret_date")
    def _compute_has_former(self):
        for new in self:
            new.has_former = bool(new.sync_id.push_secret_date)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        sync = self.env["external.order.sync"].browse(values.get("sync_id") or [])
        if "secret" in fields and self.env.is_system():
            values["secret"] = new_secret(not sync or sync.push_signature == STANDARD)
        return values

    def action_use(self):
        """Make the secret that of the synchronization, and forget it here."""
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only system administrators can set the secret for signatures."))
        sync = self.sync_id
        sync.check_access("write")
        secret = (self.secret or "").strip()
        if not sync.push_signature:
            raise UserError(self.env._("Choose first how the external system signs: the field Signature, under Push."))
        if key_of(secret, sync.push_signature == STANDARD) is None:
            raise UserError(
                self.env._(
                    "This secret cannot be used: it needs at least %s bytes, for Standard Webhooks in Base64 after "
                    "whsec_.",
                    MIN_KEY,
                )
            )
        keep = timedelta(hours=max(0, min(self.keep_hours, LONGEST_KEPT)))
        # sudo: nobody may write secrets but through this dialog.
        self.env["external.order.push.secret"].sudo()._replace(sync, secret, keep)
        self.secret = False
        return {"type": "ir.actions.act_window_close"}
