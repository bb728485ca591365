from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.message import message as _lt
from ...lib.remote_odoo.client import OdooClientError
from ...lib.web_address import bind, bound_origins, is_bound, is_plain, origin_of

# The fields that decide where the secret is sent and for which user.
ADDRESS = ("url", "database", "login")


class OdooSyncSource(models.Model):
    """The secret of a source, and the address to which it may be sent."""

    _inherit = "odoo.sync.source"

    secret_binding = fields.Char(
        "Key Entered For",
        compute="_compute_secret_binding",
        store=True,
        groups="base.group_system",
    )

    @api.constrains("url")
    def _check_secrets_in_url(self):
        for source in self.filtered("url"):
            if not is_plain(source.url):
                raise ValidationError(
                    self.env._(
                        "URL of %s: enter only the address, such as https://odoo.example.com. Enter the user in "
                        "the field User, and the key or password in the field API Key or Password, which only "
                        "system administrators can read.",
                        source.name,
                    )
                )

    @api.depends("secret")
    def _compute_secret_binding(self):
        # Does not depend on the address: a secret stays bound to the address, database and user it was entered for.
        for source in self:
            source.secret_binding = source.secret and bind([source.url], source.database, source.login)

    @api.onchange(*ADDRESS)
    def _onchange_address(self):
        """Clear the secret if the address, database or user changes, so that an administrator enters it again."""
        if not self.env.is_system():
            return
        entered = self._origin.secret
        if entered and self.secret == entered and not self._is_secret_bound():
            self.secret = False

    def _bind_before_write(self, vals):
        """Bind a secret entered earlier in this transaction to the current address, before ``vals`` change it."""
        if not vals.keys().isdisjoint(ADDRESS):
            self.sudo().mapped("secret_binding")  # sudo: only administrators may read it

    def _is_secret_bound(self):
        return is_bound(self._origin.secret_binding, self.url, self.database, self.login)

    def _get_secret(self):
        """Return the key or password; empty if there is none, or if the address is not valid.

        :raise OdooClientError: if it was entered for another address, database or user: then it must not be sent
        """
        self.ensure_one()
        source = self.sudo()  # only administrators may read it, but a sync started by others uses it too
        if not source.secret or not origin_of(source.url or ""):
            return ""
        if not source._is_secret_bound():
            problem = _lt(
                "The key or password of %(name)s was entered for %(old)s or for another database or user, so it is "
                "not sent to %(new)s. A system administrator must enter it again.",
                name=source.name,
                old=bound_origins(source.secret_binding) or "?",
                new=str(origin_of(source.url)),
            )
            raise OdooClientError(problem, "settings")
        return source.secret
