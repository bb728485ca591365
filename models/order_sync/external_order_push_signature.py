import time

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID
from odoo.tools import SQL

from ...lib.webhook_signature import SignatureError, TimeError, key_of, refuse, verify_hmac, verify_standard
from .external_order_push_secret import STANDARD
from .push_refused import SignatureRefused


class ExternalOrderSync(models.Model):
    """Checks the signature of a pushed request, and finds the synchronization that it is for."""

    _inherit = "external.order.sync"

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
