from .money_common import MoneyCase


class TestMoneyDoubtfulTaxes(MoneyCase):
    """Which of several taxes is booked if the totals do not decide, and when this causes a warning."""

    def test_of_several_taxes_of_the_percentage_that_for_the_kind_of_product_is_taken(self):
        """The first by sequence is for services."""
        self.create_tax(8, sequence=1, tax_scope="service")
        goods = self.create_tax(8, sequence=2, tax_scope="consu")
        self.create_tax(8, sequence=3, description="any", tax_group_id=self.tax.tax_group_id.id)
        row = self.sell(self.item(), total=86.40, tax=6.40, percent=8)
        self.assertEqual(self.assert_booked(row, 86.40, 6.40).lines.tax_ids, goods)
        self.assertFalse(row.doubt)

    def test_two_taxes_of_the_percentage_that_are_equally_likely_are_a_doubt(self):
        first = self.create_tax(8, sequence=1)
        other = self.create_tax(8, sequence=2, description="other")
        row = self.sell(self.item(), total=86.40, tax=6.40, percent=8)
        self.assertEqual(self.assert_booked(row, 86.40, 6.40).lines.tax_ids, first)
        self.assertIn(f"several sale taxes of 8 %: {first.name}, {other.name}.", row.warnings)
        self.assertTrue(row.doubt)
        self.product.taxes_id = other
        row = self.sell(self.item(), order_id="own", total=86.40, tax=6.40, percent=8)
        self.assertEqual(self.assert_booked(row, 86.40, 6.40).lines.tax_ids, other)
        self.assertFalse(row.doubt)

    def test_a_tax_percent_that_overrules_the_products_taxes_is_a_doubt(self):
        self.sync.prices_include_tax = True
        self.create_product("Oil", self.env["account.tax"])
        for percent, tax in ((15, 1.30), (0, 0.00), (None, 0.00)):
            with self.subTest(percent=percent):
                row = self.sell(
                    self.item("Oil", price=10), order_id=f"at {percent}", total=10.00, tax=None, percent=percent
                )
                self.assert_booked(row, 10.00, tax)
                self.assertEqual(bool(row.doubt), percent == 15, row.warnings)
        self.assertIn("1.30", self.inbox("at 15").warnings)
        self.assertIn("Oil", self.inbox("at 15").warnings)
