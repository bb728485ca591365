from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...courier_exceptions import CourierError
from ...tools.message_language import stored
from .shipment_context import CourierAnswer, ShipmentBeingSent


class DeliveryCarrier(models.Model):
    """The interface between the shipment queue and delivery methods.

    A provider is defined as in Odoo's ``delivery.carrier``: a value of `delivery_type` and the methods
    `<type>_send_shipping`, `<type>_get_tracking_link` and `<type>_cancel_shipment`. The queue needs only these. A
    provider can add two more methods:

    `<type>_find_shipment(shipment)`
        Look up the order by ``shipment.reference`` (an ``external.shipment``). Return the same dict as `send_shipping`,
        or None if the courier does not have the order. With this method an interrupted sending is resolved
        automatically; without it, a user has to check.
    `<type>_read_shipment_events(shipments)`
        Return ``{shipment: [{"date", "kind", "status", "details"}, ...]}``, with times in naive UTC and the kinds of
        ``external.shipment.event``. With this method shipments become `delivered` automatically.

    While the queue calls `send_shipping`, `_get_shipment_being_sent` returns the shipment, whose reference must be
    passed to the courier. `send_shipping` may also return an `order_number`, and raises ``CourierUnavailable`` if
    trying again may help.
    """

    _inherit = "delivery.carrier"

    shipment_poll_interval = fields.Integer(
        "Read Status Every", default=15, help="Minutes between two requests for a shipment's status."
    )

    _positive_poll_interval = models.Constraint(
        "CHECK (shipment_poll_interval > 0)", "The interval must be at least one minute."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipping(self):
        # sudo: users who delete delivery methods do not need access to the queue.
        shipments = self.env["external.shipment"].sudo().search([("carrier_id", "in", self.ids)])
        if shipments:
            raise UserError(
                self.env._(
                    "There are shipments with these delivery methods, so they cannot be deleted: %s. Archive them "
                    "instead.",
                    ", ".join(shipments.carrier_id.mapped("name")),
                )
            )

    def _ships_through_queue(self):
        """Return whether *Validate* and *Send to Shipper* go through the queue. Providers override this."""
        return False

    def _queue_shipping(self, picking):
        """Queue a transfer that is validated or sent with *Send to Shipper*.

        :raise UserError: if its address is incomplete, so that the user can complete it at once
        """
        self.ensure_one()
        if missing := self._get_missing_address_parts(picking):
            raise UserError(self.env._("The address is incomplete. Missing: %s.", ", ".join(missing)))
        shipment, is_new = self.env["external.shipment"]._request(picking, done_is_ready=True)
        if is_new:
            picking.message_post(body=self.env._("The shipment is being sent with %s.", self.name))
        return shipment

    def _get_shipment_being_sent(self):
        """Return the ``external.shipment`` for which the queue is calling `send_shipping`, or an empty recordset.

        Providers must call the courier only if there is one. An RPC client cannot set it.
        """
        sending = ShipmentBeingSent.current(self.env)
        return self.env["external.shipment"].browse(sending.shipment_id if sending else ())

    def send_shipping(self, pickings):
        if answer := CourierAnswer.current(self.env):
            # The queue has already called the courier; this call only lets Odoo record the answer.
            return [dict(answer.result)]
        carrier = self
        if "external_shipment_id" in self.env.context and not self._get_shipment_being_sent():
            carrier = self.with_context(external_shipment_id=False)  # set by a client, not by the queue
        return super(DeliveryCarrier, carrier).send_shipping(pickings)

    def _is_ready_to_ship(self):
        """Return whether everything that the provider needs has been entered. Providers override this."""
        self.ensure_one()
        return True

    def _can_find_shipments(self):
        return hasattr(self, f"{self.delivery_type}_find_shipment")

    def _find_shipment(self, shipment):
        """Return the result of `send_shipping` for an order that the courier already has, or None.

        :raise CourierError: if the courier cannot be asked
        """
        if not self._can_find_shipments():
            raise CourierError(
                stored(self.env)._(
                    "Sending was interrupted, and %s cannot report whether it received the order. Look for the "
                    "reference there, and retry only if you cannot find it.",
                    self.name,
                ),
                uncertain=True,
            )
        return getattr(self, f"{self.delivery_type}_find_shipment")(shipment)

    def _can_read_shipment_events(self):
        return hasattr(self, f"{self.delivery_type}_read_shipment_events")

    def _read_shipment_events(self, shipments):
        """Return {shipment: [event values]} for the shipments that the courier knows."""
        return getattr(self, f"{self.delivery_type}_read_shipment_events")(shipments)

    def _get_poll_interval(self):
        return timedelta(minutes=self.shipment_poll_interval)

    def _get_missing_address_parts(self, picking):
        """Return the names of the address parts that a courier needs and that are missing on the transfer."""
        env = stored(self.env)
        return [
            *(env._("%s of the receiver", part) for part in self._get_missing_parts(picking.partner_id)),
            *(env._("%s of the sender", part) for part in self._get_missing_parts(self._get_sender(picking))),
        ]

    def _get_missing_parts(self, partner):
        env = stored(self.env)
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
