from odoo import fields

from .common import ExternalOrderCase


class ScreenCase(ExternalOrderCase):
    """A database in which every screen of the addon shows something."""

    def records(self, model):
        """Return the addon's own records of a model."""
        names = self.env["ir.model.data"].search([("module", "=", "external_order_sync"), ("model", "=", model)])
        return self.env[model].browse(names.mapped("res_id"))

    def create_source(self):
        """Create and return the source of a mirror whose remote is out of reach."""
        return self.env["odoo.sync.source"].create(
            {
                "name": "Remote",
                "code": "remote",
                "url": "https://remote.example.com",
                "database": "remote",
                "login": "reader",
                "secret": "key",
            }
        )

    def fill_every_screen(self):
        """Create a record for everything that a screen shows."""
        self.synchronize(
            self.order(1),
            self.order(2, OrderItems=[self.item("Unknown Thing")]),
            self.order(3, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
        )
        self.env["external.proof"]._check_day(self.sync, self.sync._get_business_day())
        self.env["external.order.replay"]._open(self.inbox(1))
        self.env["external.product.alias"].create({"item_name": "Something", "product_id": self.product.id})
        self.env["external.payment.mapping"].create({"card_type": "Gift", "payment_method_id": self.cash.id})
        self.env["external.customer"].create({"external_id": "17", "partner_id": self.env.user.partner_id.id})
        source = self.create_source()
        self.env["odoo.sync.run"].create({"source_id": source.id})
        for name, model in self.env.items():
            if name.startswith("odoo.mirror.") and "remote_id" in model._fields and not model._abstract:
                times = [key for key, field in model._fields.items() if field.required and field.type == "datetime"]
                now = fields.Datetime.now()
                model.create({"source_id": source.id, "remote_id": 1, **dict.fromkeys(times, now)})
        carrier = self.env["delivery.carrier"].create({"name": "Courier", "product_id": self.component.id})
        picking = self.pos_orders().picking_ids[:1]
        self.env["external.shipment"].create(
            {"picking_id": picking.id, "carrier_id": carrier.id, "provider_code": carrier.delivery_type}
        )
        subscription = self.env["external.event.subscription"].create(
            {
                "name": "Subscriber",
                "url": "https://subscriber.example.com/with/a/long/path/of/a/hundred/characters/and/more",
                "sync_id": self.sync.id,
                "last_error": "The receiver answered 500.",
            }
        )
        event = {"type": "picking.done", "res_model": picking._name, "res_id": picking.id, "data": {"a": "b" * 100}}
        self.env["external.event.delivery"].create(
            {"subscription_id": subscription.id, "event_id": self.env["external.event"].create(event).id}
        )
