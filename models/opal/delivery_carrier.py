from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.web_address import bind, has_credentials, is_bound
from ...tools.address_check import check_address
from ...tools.notifications import notification

# The fields that decide where the password is sent and for which user.
ADDRESS = ("opal_url", "opal_test_url", "opal_username")


class DeliveryCarrier(models.Model):
    """OPAL Kurier, a provider whose shipments go through the queue."""

    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(selection_add=[("opal", "OPAL Kurier")], ondelete={"opal": "set default"})
    opal_url = fields.Char(
        "Production Address",
        groups="base.group_system",
        copy=False,
        help="Start page of the courier's website for customers, used in the production environment.",
    )
    opal_test_url = fields.Char(
        "Test Address",
        groups="base.group_system",
        copy=False,
        help="Start page used in the test environment.",
    )
    opal_username = fields.Char("User", groups="base.group_system", copy=False)
    opal_password = fields.Char("Password", groups="base.group_system", copy=False)
    opal_password_binding = fields.Char(
        "Password Entered For",
        compute="_compute_opal_password_binding",
        store=True,
        groups="base.group_system",
    )
    opal_order_type = fields.Char(
        "Order Type",
        help="One of the choices in the courier's order form, as shown there. Leave empty to use the form's default.",
    )
    opal_vehicle = fields.Char(
        "Vehicle",
        help="One of the choices in the courier's order form, as shown there. Leave empty to use the form's default.",
    )
    opal_contents = fields.Char("Contents", help="The contents declared to the courier.")
    opal_default_weight = fields.Float(
        "Default Weight (kg)",
        default=1.0,
        help="Used for transfers whose products have no weight. If this is 0, such transfers end in an error.",
    )

    @api.constrains("opal_url", "opal_test_url")
    def _check_opal_urls(self):
        for carrier in self:
            for name in ("opal_url", "opal_test_url"):
                check_address(carrier, name)
                if has_credentials(carrier[name] or ""):
                    raise ValidationError(
                        self.env._(
                            "Remove the user name and password from the address of %s, and enter them in the "
                            "fields User and Password.",
                            carrier.name,
                        )
                    )

    @api.depends("opal_password")
    def _compute_opal_password_binding(self):
        # Does not depend on the addresses: the password stays bound to the addresses and user it was entered for.
        for carrier in self:
            urls = (carrier.opal_url, carrier.opal_test_url)
            carrier.opal_password_binding = carrier.opal_password and bind(urls, carrier.opal_username)

    @api.onchange(*ADDRESS)
    def _onchange_opal_address(self):
        """Clear the password if the addresses or the user change, so that an administrator enters it again."""
        entered = self._origin.opal_password if self.env.is_system() else False
        if entered and self.opal_password == entered:
            urls = filter(None, (self.opal_url, self.opal_test_url))
            if not all(self._is_opal_password_bound(url) for url in urls):
                self.opal_password = False

    def write(self, vals):
        if not vals.keys().isdisjoint(ADDRESS):
            # A password entered earlier in this transaction belongs to the addresses before this change.
            self.sudo().mapped("opal_password_binding")  # sudo: only administrators may read it
        return super().write(vals)

    def _is_opal_password_bound(self, url):
        """Return whether the password was entered for this address and the current user."""
        return is_bound(self._origin.opal_password_binding, url, self.opal_username)

    def _ships_through_queue(self):
        return self.delivery_type == "opal" or super()._ships_through_queue()

    def _is_ready_to_ship(self):
        if self.delivery_type != "opal":
            return super()._is_ready_to_ship()
        # sudo: only administrators may read them, but whether they are set is not a secret.
        carrier = self.sudo()
        url = carrier.opal_url if carrier.prod_environment else carrier.opal_test_url
        return bool(url and carrier.opal_username and carrier.opal_password and carrier._is_opal_password_bound(url))

    @api.private
    def opal_rate_shipment(self, order):
        """Return the fixed price of the delivery method: the courier's site does not show prices."""
        return self.fixed_rate_shipment(order)

    @api.private
    def opal_send_shipping(self, pickings):
        """Place the order if the queue calls; otherwise queue it, and the tracking number may follow later."""
        pickings.check_access("write")
        if shipment := self._get_shipment_being_sent():
            return [self.env["opal.shipping"]._place_order(self, shipment)]
        return [
            {"exact_price": self.fixed_price, "tracking_number": self._queue_shipping(picking).tracking_number}
            for picking in pickings
        ]

    @api.private
    def opal_get_tracking_link(self, picking):
        return self.fixed_get_tracking_link(picking)

    @api.private
    def opal_cancel_shipment(self, pickings):
        pickings.check_access("write")
        for picking in pickings:
            self.env["opal.shipping"]._cancel_orders(self, (picking.carrier_tracking_ref or "").split(","))

    @api.private
    def opal_find_shipment(self, shipment):
        shipment.picking_id.check_access("write")
        return self.env["opal.shipping"]._find_order(self, shipment.reference)

    @api.private
    def opal_read_shipment_events(self, shipments):
        shipments.picking_id.check_access("write")
        return self.env["opal.shipping"]._read_events(self, shipments)

    def action_check_opal(self):
        """Sign in and open the order form, without placing an order."""
        self.ensure_one()
        self.check_access("write")
        self.env["opal.shipping"]._check(self)
        message = self.env._("OPAL accepts the user, and its order form is as expected.")
        return notification("success", message, reload=False)
