from urllib.parse import parse_qsl

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...lib.secret_texts import without_secrets
from ...lib.web_address import (
    bind,
    bound_origins,
    has_credentials,
    is_bound,
    key_parameters,
    masked,
    origin_of,
    secrets_in,
)
from ...tools.message_language import stored
from ...tools.stored_text import changed

# Each has a field `<name>_binding` with the address it was entered for.
SECRETS = ("external_api_key", "secret_parameters")


class ExternalOrderSync(models.Model):
    """Protects the secrets of a configuration: sends them only to their own address and hides them from other users."""

    _inherit = "external.order.sync"

    secret_parameters = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Query parameters that hold a key, for a system that expects it in the address, for example "
        "token=KEY. They are added to the External API URL. Only system administrators can read them.",
    )
    external_api_key_binding = fields.Char(
        "External API Key Entered For",
        compute="_compute_external_api_key_binding",
        store=True,
        groups="base.group_system",
    )
    secret_parameters_binding = fields.Char(
        "Secret Parameters Entered For",
        compute="_compute_secret_parameters_binding",
        store=True,
        groups="base.group_system",
    )

    # Neither depends on the URL: a secret stays bound to the address it was entered for.

    @api.depends("external_api_key")
    def _compute_external_api_key_binding(self):
        for sync in self:
            sync.external_api_key_binding = sync.external_api_key and bind([sync.external_api_url])

    @api.depends("secret_parameters")
    def _compute_secret_parameters_binding(self):
        for sync in self:
            sync.secret_parameters_binding = sync.secret_parameters and bind([sync.external_api_url])

    @api.constrains("external_api_url")
    def _check_secrets_in_url(self):
        for sync in self:
            url = sync.external_api_url or ""
            if has_credentials(url):
                raise ValidationError(
                    self.env._(
                        "External API URL of %s: remove the user name and password from the address. Enter the key "
                        "in the field External API Key, which only system administrators can read.",
                        sync.name,
                    )
                )
            if names := key_parameters(url):
                raise ValidationError(
                    self.env._(
                        "External API URL of %(name)s: everyone who sees the synchronization could read "
                        "%(parameters)s in the address. Enter the key in the field External API Key or, if the "
                        "external system accepts it only in the address, in the field Secret Parameters. Only "
                        "system administrators can read these fields.",
                        name=sync.name,
                        parameters=", ".join(names),
                    )
                )

    @api.onchange("external_api_url")
    def _onchange_external_api_url(self):
        """If the address changes, ask for the secrets again if the user may enter them."""
        if not self.env.is_system():
            return
        for name in SECRETS:
            entered = self._origin[name]
            if entered and self[name] == entered and not self._is_secret_bound(name):
                self[name] = False

    def _bind_before_write(self, vals):
        """Bind secrets entered earlier in this transaction to the address that applies before these ``vals``."""
        if "external_api_url" in vals:
            for name in SECRETS:
                self.sudo().mapped(f"{name}_binding")  # sudo: only administrators read it

    def _is_secret_bound(self, name):
        return is_bound(self._origin[f"{name}_binding"], self.external_api_url)

    def _get_secret(self, name):
        """Return a secret by its field name; empty if there is none, or no address to send it to.

        :raise UserError: if it was entered for another address and must not be sent
        """
        self.ensure_one()
        sync = self.sudo()  # only administrators may read it, but synchronizations started by others use it
        secret = (sync[name] or "").strip()
        if not secret or not origin_of(sync.external_api_url or ""):
            return ""
        if not sync._is_secret_bound(name):
            message = stored(self.env)._(
                "The %(secret)s of %(name)s was entered for %(old)s and is not sent to %(new)s. A system "
                "administrator must enter it again for the new address.",
                secret=sync.fields_get([name])[name]["string"],
                name=self.name,
                old=bound_origins(sync[f"{name}_binding"]) or "?",
                new=str(origin_of(sync.external_api_url)),
            )
            raise UserError(message)
        return secret

    def _get_secret_parameters(self):
        """Return the query parameters that hold a key, as a dict.

        :raise UserError: as `_get_secret`
        """
        return dict(parse_qsl(self._get_secret("secret_parameters").lstrip("?"), keep_blank_values=True))

    def _hide_key(self, text):
        """Return ``text`` without the secrets of this configuration, which errors from other code may contain.

        A `StoredText` stays one.
        """
        sync = self.sudo()  # only administrators may read them, so no message may contain them
        secrets = [(sync.external_api_key or "").strip(), *secrets_in(sync.external_api_url or "")]
        secrets += [value for _name, value in parse_qsl((sync.secret_parameters or "").strip())]
        return changed(text, lambda written: without_secrets(written, secrets))

    def _mail_track(self, tracked_fields, initial_values):
        """Keep keys in the address out of the chatter, which more people can read."""
        updated, commands = super()._mail_track(tracked_fields, initial_values)
        url_field = self.env["ir.model.fields"]._get(self._name, "external_api_url")
        for _command, _id, values in commands:
            if values.get("field_id") == url_field.id:
                for name in ("old_value_char", "new_value_char"):
                    values[name] = values.get(name) and masked(values[name])
        return updated, commands
