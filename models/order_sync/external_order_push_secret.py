import re
import time

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...lib.webhook_signature import SignatureError, TimeError, key_of, refuse, verify_hmac, verify_standard
from .push_refused import SignatureRefused

STANDARD = "standard_webhooks"
# The name of a header (RFC 9110).
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class ExternalOrderPushSecret(models.Model):
    """A secret with which an external system signs what it sends."""

    _name = "external.order.push.secret"
    _inherit = "external.signing.secret"
    _description = "External Order Push Secret"

    _owner_name = "sync_id"

    sync_id = fields.Many2one("external.order.sync", required=True, index=True, ondelete="cascade", readonly=True)

    @api.autovacuum
    def _gc_secrets(self):
        self._delete_expired()


class ExternalOrderSync(models.Model):
    """Signed requests: how they are signed, and whether one is."""

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

    @api.model
    def _find_signed(self, code, headers, body):
        """Return the synchronization whose secret signed a request, as the system, and what was signed.

        Called without a user. A sender without a secret does not learn which synchronizations exist.

        :param str code: the code in the address; without one, the only synchronization with signatures is meant
        :param headers: those of the request
        :param bytes body: as received
        :return: the ``external.order.sync`` and the `Signed`
        :raise SignatureRefused: if it is not signed by one of its valid secrets
        """
        found = self._read_signing(code)
        try:
            if len(found) != 1:
                refuse(body)
            [(sync_id, (form, header, secrets))] = found.items()
            keys = [key for secret in secrets if (key := key_of(secret, form == STANDARD))]
            if form == STANDARD:
                signed = verify_standard(keys, headers, body, time.time())
            else:
                signed = verify_hmac(keys, headers.get(header), body, is_hex=form == "hmac_hex")
        except TimeError as error:
            raise SignatureRefused(str(error), str(error)) from None
        except SignatureError as error:
            # The same answer in all cases: a different one would reveal that there is such a synchronization.
            answer = self.env._("Send an Odoo API key, or sign the request with the secret of a synchronization.")
            raise SignatureRefused(str(error), answer) from None
        # The system: there is no user. What signed the request may send orders to this synchronization.
        return self.with_user(SUPERUSER_ID).browse(sync_id)._as_system(), signed

    @api.model
    def _read_signing(self, code):
        """Return {id: (form, header, valid secrets)} of the synchronizations that a signed request may mean.

        In one statement, whether or not there is one, so that the time of an answer says little of it.
        """
        query = SQL(
            """
            SELECT sync.id, sync.push_signature, sync.push_signature_header,
                   ARRAY_AGG(secret.secret) FILTER (WHERE secret.id IS NOT NULL)
              FROM external_order_sync sync
              LEFT JOIN external_order_push_secret secret
                ON secret.sync_id = sync.id AND (secret.valid_until IS NULL OR secret.valid_until > %(now)s)
             WHERE sync.active AND sync.push_signature IS NOT NULL AND (%(code)s IS NULL OR sync.code = %(code)s)
             GROUP BY sync.id
             LIMIT 2
            """,
            now=fields.Datetime.now(),
            code=code or None,
        )
        return {
            sync_id: (form, header, secrets or ()) for sync_id, form, header, secrets in self.env.execute_query(query)
        }
