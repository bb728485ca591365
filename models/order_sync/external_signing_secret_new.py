from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...lib.webhook_signature import MIN_KEY, key_of

LONGEST_KEPT = 30 * 24


class ExternalSigningSecretNew(models.AbstractModel):
    """What the dialogs that show a new secret once have in common. They store it only with its owner."""

    _name = "external.signing.secret.new"
    _description = "New Secret for Signatures"

    secret = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Copy it to the other system now: it is not shown again. If the other system has a fixed secret, as "
        "Shopify does, enter that one here.",
    )
    keep_hours = fields.Integer(
        "Keep the Former One For",
        default=24,
        help="Hours during which the former secret is still valid, so that nothing is refused while the other system "
        "is changed. 0 ends it at once.",
    )

    def _use(self, secrets, owner, is_standard):
        """Store the secret with its owner, and delete it here.

        :param secrets: the empty recordset of the model that stores it
        :param bool is_standard: whether it is for Standard Webhooks
        """
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only system administrators can set the secret for signatures."))
        owner.check_access("write")
        secret = (self.secret or "").strip()
        if key_of(secret, is_standard) is None:
            raise UserError(
                self.env._(
                    "This secret cannot be used. It needs at least %s bytes. For Standard Webhooks, enter whsec_ "
                    "followed by the bytes in Base64.",
                    MIN_KEY,
                )
            )
        keep = timedelta(hours=max(0, min(self.keep_hours, LONGEST_KEPT)))
        # sudo: nobody may write secrets but through this dialog.
        secrets.sudo()._replace(owner, secret, keep)
        self.secret = False
        return {"type": "ir.actions.act_window_close"}
