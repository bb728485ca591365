from .money_common import MoneyCase


class CustomerCase(MoneyCase):
    """Orders of customers, and contacts in Odoo that they may match."""

    @classmethod
    def create_contact(cls, name="Anna", **values):
        return cls.env["res.partner"].create({"name": name, **values})

    def buy(self, order_id=639, customer=None, **values):
        """Return an order with a ``Customer`` of these fields, and with ``values``."""
        return self.order(order_id, **({"Customer": customer} if customer else {}), **values)

    def import_customer(self, order_id=639, partner_id=None, **customer):
        """Import an order of a customer (``ID``, ``Ref``, ``Name``, ``Email``, ``VAT`` …) and return its inbox row."""
        self.synchronize(self.buy(order_id, customer, **({"partner_id": partner_id} if partner_id else {})))
        row = self.inbox(order_id)
        self.assertEqual(row.state, "done", row.error_message)
        return row

    def remembered(self):
        """Return the contact of each remembered customer ID."""
        rows = self.env["external.customer"].search([("company_id", "=", self.company.id)])
        return {row.external_id: row.partner_id for row in rows}

    def assert_customer(self, row, partner, doubt=False):
        """Check the customer of an imported order, and whether a user has to look at it."""
        self.assertEqual(row.pos_order_id.partner_id, partner, row.warnings)
        self.assertEqual(row.doubt, doubt, row.warnings)

    def assert_unclear(self, row, *parts):
        """Check that an order was imported without a customer, and that the warning holds ``parts``."""
        self.assert_customer(row, self.env["res.partner"], "customer_unclear")
        for part in parts:
            self.assertIn(part, row.warnings)
