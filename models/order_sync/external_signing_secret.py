from datetime import timedelta

from odoo import api, fields, models


class ExternalSigningSecret(models.AbstractModel):
    """A secret for signatures, until it is replaced.

    Nobody reads it: it is shown once, in the dialog that creates it. A signature is computed from it, so the database
    has to hold it as it is.
    """

    _name = "external.signing.secret"
    _description = "Secret for Signatures"
    _order = "id desc"

    # The field with the record that the secret belongs to.
    _owner_name = ""

    secret = fields.Char(required=True, readonly=True, copy=False, prefetch=False, groups=fields.NO_ACCESS)
    valid_until = fields.Datetime(readonly=True, help="Empty for the present one.")

    @api.model
    def _replace(self, owner, secret, keep):
        """Make this the secret of a record.

        :param timedelta keep: how long the one before is still valid; earlier ones end now
        """
        now = fields.Datetime.now()
        former = self.search([(self._owner_name, "=", owner.id), ("valid_until", "=", False)], limit=1)
        (self.search([(self._owner_name, "=", owner.id)]) - former).unlink()
        if keep > timedelta(0):
            former.valid_until = now + keep
        else:
            former.unlink()
        return self.create({self._owner_name: owner.id, "secret": secret})

    def _get_dates(self):
        """Return when the present one of these secrets of one owner was set, and until when the former one is valid."""
        present = self.filtered(lambda secret: not secret.valid_until)
        return present[:1].create_date, self.filtered("valid_until")[:1].valid_until

    @api.model
    def _delete_expired(self):
        self.search([("valid_until", "<", fields.Datetime.now())]).unlink()
