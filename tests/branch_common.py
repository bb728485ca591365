from odoo.fields import Command

from .common import ExternalOrderCase


class BranchCase(ExternalOrderCase):
    """One feed for two branches: LocationID 404 is the Point of Sale that every test uses, 405 another one.

    The other one has its own payment methods, and a fiscal position that replaces the tax of 15 % by 5 %.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.five = cls.create_tax(5)
        cls.reduced = cls.env["account.fiscal.position"].create({"name": "Reduced", "company_id": cls.company.id})
        cls.five.write({"fiscal_position_ids": [Command.link(cls.reduced.id)], "original_tax_ids": cls.tax.ids})
        cls.cash_there = cls.create_payment_method("Cash there", "cash")
        cls.card_there = cls.create_payment_method("Card there", "bank")
        cls.there = cls.create_pos_config(
            "Branch There",
            cls.cash_there | cls.card_there,
            fiscal_position_ids=[Command.set(cls.reduced.ids)],
            default_fiscal_position_id=cls.reduced.id,
        )

    @classmethod
    def use_locations(cls, **places):
        """Fill the table: ``L404=config``; without arguments, with both branches."""
        places = places or {"L404": cls.pos_config, "L405": cls.there}
        return cls.env["external.location.mapping"].create(
            [
                {"sync_id": cls.sync.id, "external_location": name.removeprefix("L"), "pos_config_id": config.id}
                for name, config in places.items()
            ]
        )

    def order_here(self, order_id=639, location=404, **values):
        return self.order(order_id, LocationID=location, **values)

    def order_there(self, order_id=640, location=405, **values):
        """Return an order of 80.00 with 5 % tax."""
        return self.order(
            order_id,
            **{
                "LocationID": location,
                "Tax": 4.0,
                "TaxPercent": 5.0,
                "GrandTotal": 84.0,
                "AmountPaid": 84.0,
                "CheckoutDetails": [self.payment(84.0)],
                **values,
            },
        )

    def rows(self, order_id):
        """Return the rows with an OrderID, as {LocationID: row}."""
        rows = self.env["external.order"].search(
            [("sync_id", "=", self.sync.id), ("external_id", "=", str(order_id))], order="id"
        )
        return {row.external_location: row for row in rows}

    def all_orders(self):
        return self.env["pos.order"].search([("config_id", "in", (self.pos_config | self.there).ids)], order="id")
