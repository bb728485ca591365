from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import str2bool

from ...lib.event_template import TemplateError, check_template
from ...lib.network_address import may_be_public
from ...lib.web_address import (
    bind,
    bound_origins,
    has_credentials,
    is_bound,
    key_parameters,
    origin_of,
    split_address,
)
from ...tools.address_check import check_address
from ...tools.message_language import stored

# Allows addresses of private networks for all subscriptions.
PRIVATE_ADDRESSES = "external_order_sync.private_event_addresses"
# The placeholders of a template.
PLACEHOLDERS = (
    "OrderID", "LocationID", "order_id", "location_id", "sync", "kind", "refund_id", "state", "code", "message",
    "order_status", "total", "pos_order_id", "pos_order_name", "pos_reference", "amount_total", "amount_tax",
    "amount_paid", "currency", "type", "id", "timestamp",
)  # fmt: skip

ACKNOWLEDGEMENT = (
    '{"OrderID": "{OrderID}", "kind": "{kind}", "state": "{state}", "reference": "{pos_reference}",'
    ' "message": "{message}"}'
)


class ExternalEventSubscription(models.Model):
    """To where messages are sent, and what they consist of if a template makes them."""

    _inherit = "external.event.subscription"

    method = fields.Selection(
        [("POST", "POST"), ("PUT", "PUT"), ("PATCH", "PATCH"), ("GET", "GET")], required=True, default="POST"
    )
    headers = fields.Text(
        groups="base.group_system",
        copy=False,
        help="One per line, such as X-Key: value. They are sent only to the address for which they were entered.",
    )
    headers_binding = fields.Char(
        "Headers Entered For", compute="_compute_headers_binding", store=True, groups="base.group_system"
    )
    body = fields.Text("JSON", default=ACKNOWLEDGEMENT)
    send_api_key = fields.Boolean(
        "Send the API Key",
        help="Send the API key of the synchronization, as its downloads do. The address must be of the same system.",
    )

    # Does not depend on the address: the headers stay bound to the one that they were entered for.
    @api.depends("headers")
    def _compute_headers_binding(self):
        for subscription in self:
            subscription.headers_binding = subscription.headers and bind([subscription.url])

    @api.onchange("url")
    def _onchange_url(self):
        """If the address changes, ask for the headers again."""
        if self.headers and self.headers == self._origin.headers and not self._is_bound():
            self.headers = False

    @api.constrains("url", "sync_id")
    def _check_url(self):
        for subscription in self:
            check_address(subscription, "url")
            url = subscription.url
            parts = split_address(url)
            if has_credentials(url) or key_parameters(url):
                raise ValidationError(
                    self.env._(
                        "Address of %s: remove the key from it. Enter it under Headers, which only system "
                        "administrators can read.",
                        subscription.name,
                    )
                )
            if "{" in parts.netloc:
                raise ValidationError(
                    self.env._("Address of %s: placeholders are allowed only after the host.", subscription.name)
                )
            if not subscription._is_private_allowed() and not may_be_public(parts.hostname):
                raise ValidationError(
                    self.env._(
                        "Address of %(name)s: %(host)s belongs to a private network. To allow this, set the system "
                        "parameter %(parameter)s to True.",
                        name=subscription.name,
                        host=parts.hostname,
                        parameter=PRIVATE_ADDRESSES,
                    )
                )

    @api.constrains("form", "sync_id", "url", "headers", "body")
    def _check_template(self):
        for subscription in self:
            if subscription.form != "template":
                continue
            if not subscription.sync_id:
                raise ValidationError(
                    self.env._("%s: choose the synchronization whose orders the template is for.", subscription.name)
                )
            try:
                check_template(PLACEHOLDERS, subscription.url, subscription.headers or "", subscription.body or "")
            except TemplateError as error:
                raise ValidationError(subscription._describe(error)) from None

    def _describe(self, error):
        """Return what is wrong with the template."""
        env = stored(self.env)
        values = {"name": self.name, "text": error.text}
        if error.reason == "json":
            return env._("%(name)s: the JSON cannot be read: %(text)s", **values)
        if error.reason == "header":
            return env._("%(name)s: this is not a header that can be sent: %(text)s", **values)
        names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        return env._(
            "%(name)s: there is no placeholder %(text)s. Those of an order are %(names)s.", names=names, **values
        )

    def _is_private_allowed(self):
        """Return whether messages may be sent to an address of a private network."""
        # sudo: only administrators may read system parameters.
        if str2bool(self.env["ir.config_parameter"].sudo().get_param(PRIVATE_ADDRESSES) or "", False):
            return True
        # Orders are fetched from there anyway.
        return bool(self.sync_id) and origin_of(self.url) == origin_of(self.sync_id.external_api_url or "")

    def _is_bound(self):
        return is_bound(self._origin.headers_binding, self.url)

    def _get_headers_to_send(self):
        """Return the lines of headers.

        :raise UserError: if they were entered for another address
        """
        if not self.headers:
            return ""
        if not self._is_bound():
            raise UserError(
                stored(self.env)._(
                    "The headers were entered for %(old)s and are not sent to %(new)s. A system "
                    "administrator must enter them again.",
                    old=bound_origins(self.headers_binding) or "?",
                    new=str(origin_of(self.url)),
                )
            )
        return self.headers

    def _get_api_key(self):
        """Return the API key of the synchronization if it is to be sent.

        :raise UserError: if it belongs to another address
        """
        if not self.send_api_key or not self.sync_id:
            return ""
        sync = self.sync_id.sudo()  # the key is only for administrators, and for what they have set up
        key = sync._get_secret("external_api_key")
        if key and not is_bound(sync.external_api_key_binding, self.url):
            raise UserError(
                stored(self.env)._(
                    "The API key of %(sync)s belongs to %(old)s and is not sent to %(new)s.",
                    sync=sync.name,
                    old=bound_origins(sync.external_api_key_binding) or "?",
                    new=str(origin_of(self.url)),
                )
            )
        return key
