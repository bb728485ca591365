from odoo import api, fields, models
from odoo.exceptions import UserError

from ...lib.webhook_signature import new_secret
from .external_order_push_secret import STANDARD


class ExternalOrderPushSecretNew(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """The dialog that shows a new secret once. It stores it only with the synchronization."""

    _name = "external.order.push.secret.new"
    _inherit = "external.signing.secret.new"
    _description = "New Secret for Signatures"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, ondelete="cascade", readonly=True
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
        """Store the secret with the synchronization, and delete it here."""
        sync = self.sync_id
        if self.env.is_system() and not sync.push_signature:
            raise UserError(self.env._("Choose first how the external system signs: the field Signature, under Push."))
        return self._use(self.env["external.order.push.secret"], sync, sync.push_signature == STANDARD)
