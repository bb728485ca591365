from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..courier_exceptions import CourierError
from ..message_language import for_reader


class DeliveryCarrier(models.Model):
    """What the queue of shipments asks of a shipping method, and the provider OPAL.

    A provider is whatever Odoo's own documentation of ``delivery.carrier`` says: a value of `delivery_type` and the
    methods `<type>_send_shipping`, `<type>_get_tracking_link`, `<type>_cancel_shipment`. The queue works with these
    alone. A provider can offer two methods more:

    `<type>_find_shipment(shipment)`
        Look the order up by ``shipment.reference`` (an ``external.shipment``) and return the same dict as
        `send_shipping` for it, None if the courier has no such order. With it, a sending that was cut off is cleared
        up by itself; without it, a person has to look.
    `<type>_read_shipment_events(shipments)`
        Return ``{shipment: [{"date", "kind", "status", "details"}, ...]}``, with times in naive UTC and the kinds of
        ``external.shipment.event``. With it, shipments become `delivered` by themselves.

    `send_shipping` is called with `external_shipment_id` in the context, the row whose reference is to be given to the
    courier, and may return an `order_number` too. It says by ``CourierUnavailable`` that trying again may help.
    """

    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(selection_add=[("opal", "OPAL Kurier")], ondelete={"opal": "set default"})
    opal_url = fields.Char(
        "Production Address",
        groups="base.group_system",
        help="Start page of the courier's web site for customers, used in the production environment.",
    )
    opal_test_url = fields.Char(
        "Test Address", groups="base.group_system", help="Start page that is used in the test environment."
    )
    opal_username = fields.Char("User", groups="base.group_system", copy=False)
    opal_password = fields.Char("Password", groups="base.group_system", copy=False)
    opal_order_type = fields.Char(
        "Order Type", help="A choice of the courier's form, by its text. Empty: the one that the form proposes."
    )
    opal_vehicle = fields.Char(
        "Vehicle", help="A choice of the courier's form, by its text. Empty: the one that the form proposes."
    )
    opal_contents = fields.Char("Contents", help="What is said to be in the packages.")
    opal_default_weight = fields.Float(
        "Weight if Unknown (kg)", default=1.0, help="For transfers whose products have no weight. 0: these are errors."
    )
    shipment_poll_interval = fields.Integer(
        "Read Status Every", default=15, help="Minutes between two looks at the courier's history of a shipment."
    )

    _positive_poll_interval = models.Constraint(
        "CHECK (shipment_poll_interval > 0)", "The status is read every minute at most."
    )

    @api.constrains("opal_url", "opal_test_url")
    def _check_opal_urls(self):
        for carrier in self:
            for url in (carrier.opal_url, carrier.opal_test_url):
                if url and not url.startswith(("https://", "http://")):
                    raise ValidationError(self.env._("%s is not a web address.", url))

    # ------------------------------------------------------------
    # The queue
    # ------------------------------------------------------------

    def _ships_through_queue(self):
        """Return whether *Validate* and *Send to Shipper* leave the call to the queue."""
        return self.delivery_type == "opal"

    def _queue_shipping(self, picking):
        """Queue a transfer that is being validated, or whose *Send to Shipper* was pressed.

        :raise UserError: if its address is incomplete, which whoever validates can mend at once
        """
        self.ensure_one()
        if missing := self._get_missing_address_parts(picking):
            raise UserError(self.env._("The address is incomplete. Missing: %s.", ", ".join(missing)))
        shipments = self.env["external.shipment"].with_context(external_shipment_validated=True)
        shipment, is_new = shipments._request(picking)
        if is_new:
            picking.message_post(body=self.env._("The shipment with %s is being sent.", self.name))
        return shipment

    def send_shipping(self, pickings):
        if "external_shipment_result" in self.env.context:
            # The queue has called the courier already and has Odoo record the answer.
            return [dict(self.env.context["external_shipment_result"])]
        return super().send_shipping(pickings)

    def _can_find_shipments(self):
        return hasattr(self, f"{self.delivery_type}_find_shipment")

    def _find_shipment(self, shipment):
        """Return what `send_shipping` would for an order that the courier has, None if it has none.

        :raise CourierError: if that cannot be found out
        """
        if not self._can_find_shipments():
            raise CourierError(
                for_reader(self.env)._(
                    "The sending was cut off, and %s cannot be asked whether it has the order. Look there for the "
                    "reference; retry only if it is not to be found.",
                    self.name,
                ),
                uncertain=True,
            )
        return getattr(self, f"{self.delivery_type}_find_shipment")(shipment)

    def _can_read_shipment_events(self):
        return hasattr(self, f"{self.delivery_type}_read_shipment_events")

    def _read_shipment_events(self, shipments):
        """Return {shipment: [event values]} of those shipments that the courier knows."""
        return getattr(self, f"{self.delivery_type}_read_shipment_events")(shipments)

    def _get_poll_interval(self):
        return timedelta(minutes=self.shipment_poll_interval)

    def _get_missing_address_parts(self, picking):
        """Return the names of what a courier needs and the transfer's addresses lack."""
        env = for_reader(self.env)
        return [
            *(env._("%s of the receiver", part) for part in self._get_missing_parts(picking.partner_id)),
            *(env._("%s of the sender", part) for part in self._get_missing_parts(self._get_sender(picking))),
        ]

    def _get_missing_parts(self, partner):
        env = for_reader(self.env)
        country = partner.country_id
        parts = {
            env._("name"): partner.name or partner.commercial_company_name or partner.parent_id.name,
            env._("street"): partner.street or partner.street2,
            env._("ZIP code"): partner.zip or (country and not country.zip_required),
            env._("city"): partner.city,
            env._("country"): country,
        }
        return [name for name, value in parts.items() if not (value.strip() if isinstance(value, str) else value)]

    @api.model
    def _get_sender(self, picking):
        return picking.picking_type_id.warehouse_id.partner_id or picking.company_id.partner_id

    # ------------------------------------------------------------
    # OPAL
    # ------------------------------------------------------------

    def opal_rate_shipment(self, order):
        """Return the fixed price of the shipping method: the courier's site names none."""
        return self.fixed_rate_shipment(order)

    def opal_send_shipping(self, pickings):
        """Place the courier's order if the queue asks, queue it otherwise; then the tracking number may come later."""
        shipment = self.env["external.shipment"].browse(self.env.context.get("external_shipment_id"))
        if shipment:
            return [self.env["opal.shipping"]._place_order(self, shipment)]
        return [
            {"exact_price": self.fixed_price, "tracking_number": self._queue_shipping(picking).tracking_number}
            for picking in pickings
        ]

    def opal_get_tracking_link(self, picking):
        return self.fixed_get_tracking_link(picking)

    def opal_cancel_shipment(self, pickings):
        for picking in pickings:
            self.env["opal.shipping"]._cancel_orders(self, (picking.carrier_tracking_ref or "").split(","))

    def opal_find_shipment(self, shipment):
        return self.env["opal.shipping"]._find_order(self, shipment.reference)

    def opal_read_shipment_events(self, shipments):
        return self.env["opal.shipping"]._read_events(self, shipments)

    def action_check_opal(self):
        """Sign in and open the order form, ordering nothing."""
        self.ensure_one()
        self.env["opal.shipping"]._check(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("OPAL accepts the user, and its order form is as expected."),
            },
        }
