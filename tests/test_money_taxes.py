from odoo.fields import Command

from .money_common import MoneyCase


class TestMoneyTaxes(MoneyCase):
    """The order totals GrandTotal: with the products' own taxes, else with TaxPercent, except for rounding."""

    # 1. The product's own sale taxes

    def test_a_tax_that_odoo_adds_to_the_price(self):
        row = self.sell(self.item(price=33.33, quantity=3), total=114.99, tax=15.00)
        order = self.assert_booked(row, 114.99, 15.00)
        self.assertEqual(order.lines.tax_ids, self.tax)

    def test_a_tax_that_the_price_in_odoo_includes(self):
        tax = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", tax)
        row = self.sell(self.item("Included", price=33.33, quantity=3), total=114.99, tax=15.00)
        order = self.assert_booked(row, 114.99, 15.00)
        self.assertAlmostEqual(order.lines.price_unit, 38.3295)

    def test_several_taxes_on_one_product(self):
        self.create_product("Two Taxes", self.tax | self.create_tax(5))
        row = self.sell(self.item("Two Taxes"), total=96.00, tax=16.00, percent=20)
        self.assert_booked(row, 96.00, 16.00)

    def test_a_tax_on_a_tax(self):
        first = self.create_tax(10, include_base_amount=True, sequence=1)
        second = self.create_tax(5, is_base_affected=True, sequence=2)
        self.create_product("Tax on Tax", first | second)
        row = self.sell(self.item("Tax on Tax"), total=92.40, tax=12.40)
        self.assert_booked(row, 92.40, 12.40)

    def test_included_and_added_taxes_on_one_product(self):
        included = self.create_tax(10, price_include_override="tax_included")
        self.create_product("Mixed", included | self.create_tax(5))
        row = self.sell(self.item("Mixed"), total=92.00, tax=12.00, percent=None)
        self.assert_booked(row, 92.00, 12.00)

    def test_a_group_of_taxes(self):
        parts = self.create_tax(9) | self.create_tax(6)
        group = self.create_tax(0, amount_type="group", children_tax_ids=[Command.set(parts.ids)])
        self.create_product("Grouped", group)
        order = self.assert_booked(self.sell(self.item("Grouped"), total=92.00, tax=12.00), 92.00, 12.00)
        self.assertEqual(order.lines.tax_ids, group)

    def test_a_fixed_tax_of_each_piece(self):
        self.create_product("Bottle", self.tax | self.create_tax(0.25, amount_type="fixed"))
        row = self.sell(self.item("Bottle", price=10, quantity=4), total=47.00, tax=7.00)
        self.assert_booked(row, 47.00, 7.00)

    def test_a_fixed_tax_that_the_price_includes_is_not_discounted(self):
        deposit = self.create_tax(0.25, amount_type="fixed", price_include_override="tax_included")
        self.create_product("Can", deposit)
        row = self.sell(self.item("Can", price=10, quantity=4, DiscountAmount=8), total=33.00, tax=1.00, percent=None)
        self.assert_booked(row, 33.00, 1.00)

    def test_the_fiscal_position_of_the_point_of_sale_replaces_taxes(self):
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        foreign = self.create_tax(
            5, fiscal_position_ids=[Command.link(abroad.id)], original_tax_ids=[Command.link(self.tax.id)]
        )
        self.pos_config.write({"tax_regime_selection": True, "default_fiscal_position_id": abroad.id})
        order = self.assert_booked(self.sell(self.item(), total=84.00, tax=4.00, percent=5), 84.00, 4.00)
        self.assertEqual(order.fiscal_position_id, abroad)
        self.assertEqual((order.lines.tax_ids, order.lines.tax_ids_after_fiscal_position), (self.tax, foreign))

    def test_the_fiscal_position_replaces_an_added_tax_by_an_included_one(self):
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self.create_tax(
            5,
            price_include_override="tax_included",
            fiscal_position_ids=[Command.link(abroad.id)],
            original_tax_ids=[Command.link(self.tax.id)],
        )
        self.pos_config.write({"tax_regime_selection": True, "default_fiscal_position_id": abroad.id})
        order = self.assert_booked(self.sell(self.item(), total=84.00, tax=4.00, percent=None), 84.00, 4.00)
        self.assertAlmostEqual(order.lines.price_unit, 84.00)

    def test_a_shared_product_has_the_taxes_of_the_orders_company_only(self):
        other = self.env["res.company"].create({"name": "Other Company", "country_id": self.company.country_id.id})
        group = self.env["account.tax.group"].create({"name": "Other Group", "company_id": other.id})
        foreign = self.create_tax(40, company_id=other.id, tax_group_id=group.id)
        self.product.sudo().taxes_id |= foreign
        order = self.assert_booked(self.sell(self.item(), total=92.00, tax=12.00), 92.00, 12.00)
        self.assertEqual(order.lines.tax_ids, self.tax)

    def test_a_branch_has_its_own_taxes_before_those_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        branch.account_fiscal_country_id = self.company.account_fiscal_country_id
        five = self.create_tax(5, company_id=branch.id, tax_group_id=self.tax.tax_group_id.id)
        self.product.sudo().taxes_id |= five
        self.env.user.company_ids |= branch
        method = self.create_payment_method("Cash of the branch", "cash", company_id=branch.id)
        method.journal_id.company_id = branch
        self.sync.pos_config_id = self.create_pos_config("Branch POS", method, company_id=branch.id)
        row = self.sell(self.item(), self.item("Component Item", price=10), total=95.50, tax=5.50, percent=None)
        order = self.assert_booked(row, 95.50, 5.50)
        self.assertEqual(order.lines.sorted("id").mapped("tax_ids"), five | self.tax)

    # 2. The company's sale tax of TaxPercent

    def test_tax_percent_decides_where_the_products_own_taxes_do_not_fit(self):
        percent = self.create_tax(8)
        order = self.assert_booked(self.sell(self.item(), total=86.40, tax=6.40, percent=8), 86.40, 6.40)
        self.assertEqual(order.lines.tax_ids, percent)

    def test_tax_percent_with_a_tax_that_odoo_includes_in_prices(self):
        self.create_tax(8, price_include_override="tax_included")
        self.assert_booked(self.sell(self.item(), total=86.40, tax=6.40, percent=8), 86.40, 6.40)

    def test_tax_percent_zero_is_no_tax(self):
        order = self.assert_booked(self.sell(self.item(), total=80.00, tax=0, percent=0), 80.00, 0.00)
        self.assertFalse(order.lines.tax_ids)

    def test_of_several_taxes_of_the_percentage_the_companys_default_is_taken(self):
        self.create_tax(8, sequence=1)
        self.company.account_sale_tax_id = self.create_tax(8, sequence=2, description="default")
        order = self.assert_booked(self.sell(self.item(), total=86.40, tax=6.40, percent=8), 86.40, 6.40)
        self.assertEqual(order.lines.tax_ids, self.company.account_sale_tax_id)

    def test_purchase_taxes_are_no_taxes_of_a_sale(self):
        self.create_tax(8, type_tax_use="purchase")
        row = self.sell(self.item(), total=86.40, tax=6.40, percent=8)
        self.assert_refused(row, "amount_mismatch", "86.40", "92.00", "8 %")

    # 3. Rounding, but never more

    def test_a_tax_that_was_rounded_otherwise_is_taken_over(self):
        """Each of the two lines has a tax of 0.045."""
        for total, tax in ((0.68, 0.08), (0.69, 0.09), (0.70, 0.10)):
            with self.subTest(tax=tax):
                row = self.sell(*[self.item(price=0.30)] * 2, order_id=f"rest {tax}", total=total, tax=tax)
                self.assert_booked(row, total, tax)

    def test_rounding_that_no_tax_states_is_taken_over_too(self):
        for total, tax in ((0.68, 0.08), (0.70, 0.10)):
            with self.subTest(total=total):
                row = self.sell(*[self.item(price=0.30)] * 2, order_id=f"total {total}", total=total, tax=None)
                self.assert_booked(row, total, tax)

    def test_more_than_half_a_unit_of_each_tax_is_no_rounding(self):
        for total, tax in ((0.67, 0.07), (0.71, 0.11), (0.67, None), (0.71, None)):
            with self.subTest(total=total, tax=tax):
                items = [self.item(price=0.30)] * 2
                row = self.sell(*items, order_id=f"more {total} {tax}", total=total, tax=tax)
                self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    def test_a_tax_that_is_a_whole_number_of_cents_is_not_rounded(self):
        for cents in (-2, -1, 1, 2):
            for tax in (24.00 + cents / 100, 24.00, None):
                total = 184.00 + cents / 100
                with self.subTest(total=total, tax=tax):
                    items = [self.item()] * 2
                    row = self.sell(*items, order_id=f"off {cents} {tax}", total=total, tax=tax)
                    self.assert_refused(row, "amount_mismatch", f"{total:.2f}", "184.00")

    def test_a_tax_rounded_by_the_piece(self):
        """The tax of each piece is 0.045, rounded 0.05; of 10 pieces it is 0.50, of the line 0.45."""
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                items = (self.item(price=0.30, quantity=10), self.item(price=80))
                row = self.sell(*items, order_id=method, total=95.50, tax=12.50)
                order = self.assert_booked(row, 95.50, 12.50)
                self.assertEqual(
                    [round(line.price_subtotal_incl, 2) for line in order.lines.sorted("id")], [3.50, 92.00]
                )

    def test_only_the_stated_tax_says_that_it_is_rounded_by_the_piece(self):
        for total, tax in ((3.50, None), (3.48, 0.48), (3.51, 0.51)):
            with self.subTest(total=total):
                row = self.sell(self.item(price=0.30, quantity=10), order_id=f"{total}", total=total, tax=tax)
                self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    def test_only_a_sum_that_one_rule_of_rounding_gives_is_rounding(self):
        """The tax of each of 100 lines is 0.1515: 15.00 by line, 15.15 for the order, 16.00 if always rounded up."""
        items = [self.item(price=1.01)] * 100
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            for tax, given in ((15.00, True), (15.15, True), (14.99, False), (15.01, False), (15.10, False),
                               (15.20, False), (15.65, False)):  # fmt: skip
                for stated in (tax, None):
                    with self.subTest(method=method, tax=tax, stated=stated):
                        total = round(101 + tax, 2)
                        row = self.sell(*items, order_id=f"{method} {tax} {stated}", total=total, tax=stated)
                        if given:
                            self.assert_booked(row, total, tax)
                        else:
                            self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    def test_a_tax_is_no_rounding_where_a_discount_is_spread_over_equal_lines_either(self):
        items = [self.item(price=1.01)] * 100
        for discount, tax in ((1.00, 15.00), (2.00, 14.85), (10.00, 13.65)):
            for off, given in ((0, True), (0.5, False), (3, False), (-3, False)):
                with self.subTest(discount=discount, off=off):
                    total = round(101 - discount + tax + off, 2)
                    row = self.sell(
                        *items,
                        order_id=f"{discount} {off}",
                        total=total,
                        tax=round(tax + off, 2),
                        AmountDiscount=discount,
                    )
                    if given:
                        self.assert_booked(row, total, tax)
                    else:
                        self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    def test_a_discount_whose_parts_are_less_than_a_unit_may_be_taken_off_one_line(self):
        """40 cents off 100 lines of 1.00: 0.004 off each, all off one line, or a cent off 40."""
        items = [self.item(price=1.00)] * 100
        for tax in (14.94, 15.00):
            with self.subTest(tax=tax):
                total = round(99.60 + tax, 2)
                row = self.sell(*items, order_id=f"at {tax}", total=total, tax=tax, AmountDiscount=0.40)
                self.assert_booked(row, total, tax)

    def test_only_one_rule_of_rounding_gives_the_net_amount_too(self):
        """A line of 1.005: 101.00 or 100.00 for 100 lines, or 100.50 for all together."""
        self.create_product("Untaxed", self.env["account.tax"])
        for name, percent in (("Untaxed", 0), ("Product Name", 15)):
            items = [self.item(name, price=0.335, quantity=3)] * 100
            for net, given in ((100.00, True), (100.50, True), (101.00, True), (100.77, False), (100.47, False)):
                with self.subTest(name=name, net=net):
                    tax = round((net if given else 100.5) * percent / 100 + 1e-9, 2)
                    total = round(net + tax, 2)
                    row = self.sell(
                        *items, order_id=f"{name} {net}", total=total, tax=tax, percent=percent, AmountTotal=net
                    )
                    if given:
                        self.assert_booked(row, total, tax)
                    else:
                        self.assert_refused(row, "amount_mismatch", f"{total:.2f}")

    # Prices that include tax in the external system

    def test_prices_that_include_tax(self):
        self.sync.prices_include_tax = True
        self.create_product("Included", self.create_tax(15, price_include_override="tax_included"))
        self.create_product("Chair", self.create_tax(19))
        for name, price, tax, subtotal in (
            ("Product Name", 92.00, 12.00, 92.00),
            ("Product Name", 92.00, 12.00, 80.00),
            ("Included", 92.00, 12.00, 92.00),
            ("Chair", 69.00, 11.02, 57.98),
            ("Chair", 69.00, 11.02, None),
        ):
            with self.subTest(name=name, subtotal=subtotal):
                order_id = f"{name} {subtotal}"
                row = self.sell(
                    self.item(name, price=price),
                    order_id=order_id,
                    total=price,
                    tax=tax,
                    percent=0,
                    AmountTotal=subtotal,
                )
                self.assert_booked(row, price, tax)

    def test_where_prices_include_tax_tax_percent_decides_between_taxes_that_all_fit(self):
        self.sync.prices_include_tax = True
        nineteen = self.create_tax(19)
        self.create_product("Chair", nineteen)
        self.create_product("Oil", self.env["account.tax"])
        self.create_product("Two Taxes", self.create_tax(10) | self.create_tax(9))
        self.create_product("Bottle", nineteen | self.create_tax(1, amount_type="fixed"))
        for names, percent, tax, expected in (
            (["Chair"], 0, None, 0.00),
            (["Chair"], 19, None, 19.00),
            (["Chair"], None, None, 19.00),
            (["Chair"], 15, None, 15.52),
            (["Oil"], 19, None, 19.00),
            (["Oil"], 0, None, 0.00),
            (["Two Taxes"], 19, None, 19.00),
            (["Bottle"], 19, None, 19.84),
            # A stated Tax goes before TaxPercent.
            (["Chair"], 0, 19.00, 19.00),
            (["Oil"], 19, 0.00, 0.00),
            # A TaxPercent that is one of several rates confirms the products' own taxes; 0 never does.
            (["Chair", "Oil"], 19, None, 19.00),
            (["Chair", "Product Name"], 15, None, 34.52),
            (["Chair", "Oil"], 0, None, 0.00),
        ):
            with self.subTest(names=names, percent=percent, tax=tax):
                items = [self.item(name, price=119) for name in names]
                order_id = f"{names} {percent} {tax}"
                total = 119 * len(items)
                row = self.sell(*items, order_id=order_id, total=total, tax=tax, percent=percent, AmountTotal=total)
                self.assert_booked(row, total, expected)

    def test_tax_percent_decides_between_taxes_that_fit_only_after_rounding(self):
        self.sync.prices_include_tax = True
        self.create_product("Oil", self.env["account.tax"])
        items = [self.item("Oil", price=0.335, quantity=3), self.item("Oil", price=0.115, quantity=3)]
        row = self.sell(*items, total=1.35, tax=None, percent=15, AmountTotal=1.35)
        self.assert_booked(row, 1.35, 0.18)

    def test_prices_that_include_tax_keep_the_total_to_the_cent(self):
        self.sync.prices_include_tax = True
        self.create_product("Bottle", self.tax | self.create_tax(0.25, amount_type="fixed"))
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                items = (
                    self.item(price=19.99, quantity=3),
                    self.item("Bottle", price=1.40, quantity=4, DiscountAmount=0.83),
                )
                row = self.sell(*items, order_id=method, total=64.74, tax=9.31, AmountTotal=None)
                self.assert_booked(row, 64.74, 9.31)

    def test_a_discount_of_the_order_where_prices_include_tax(self):
        self.sync.prices_include_tax = True
        items = (self.item(price=92), self.item(price=23))
        row = self.sell(*items, total=103.50, tax=13.50, AmountDiscount=11.50)
        self.assert_booked(row, 103.50, 13.50)
        row = self.sell(*items, order_id="voucher", total=103.50, tax=15.00, AmountDiscount=11.50)
        order = self.assert_booked(row, 103.50, 15.00)
        self.assertEqual(len(order.lines), 3)

    def test_where_prices_include_tax_a_tax_on_top_is_refused(self):
        self.sync.prices_include_tax = True
        row = self.sell(self.item(), total=92.00, tax=12.00)
        self.assert_refused(row, "amount_mismatch", "92.00", "80.00")

    def test_components_do_not_widen_what_is_absorbed(self):
        package = {"ItemID": 0, "ItemName": "Component Item", "Price": 1, "Quantity": 1}
        row = self.sell(self.item(OrderDetailPackages=[package] * 5), total=92.02, tax=12.00)
        self.assert_refused(row, "amount_mismatch", "92.02")

    def test_a_rest_of_untaxed_lines_is_absorbed_by_their_price(self):
        self.create_product("Untaxed", self.env["account.tax"])
        row = self.sell(self.item("Untaxed", price=0.335, quantity=3), total=1.00, tax=0, percent=0)
        self.assert_booked(row, 1.00, 0.00)

    def test_a_reverse_charge_has_no_rounding(self):
        tax = self.create_tax(
            15, invoice_repartition_line_ids=self._reverse_charge(), refund_repartition_line_ids=self._reverse_charge()
        )
        self.create_product("Reverse", tax)
        row = self.sell(self.item("Reverse"), order_id="right", total=80.00, tax=0, percent=None)
        self.assert_booked(row, 80.00, 0.00)
        row = self.sell(self.item("Reverse"), order_id="off", total=80.01, tax=0, percent=None, AmountTotal=None)
        self.assert_refused(row, "amount_mismatch", "80.01")

    def _reverse_charge(self):
        return [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "factor_percent": 100}),
            Command.create({"repartition_type": "tax", "factor_percent": -100}),
        ]

    def test_tax_rounded_by_line_and_by_order(self):
        """Three lines of 0.33 at 15 %: 0.05 tax a line, 0.15 of the order either way; of 0.30: 0.05 or 0.135."""
        for method in ("round_per_line", "round_globally"):
            for theirs, tax in (("line", 0.15), ("order", 0.14)):
                with self.subTest(odoo=method, shop=theirs):
                    self.company.tax_calculation_rounding_method = method
                    items = [self.item(price=0.30) for _line in range(3)]
                    row = self.sell(*items, order_id=f"{method} {theirs}", total=0.90 + tax, tax=tax)
                    self.assert_booked(row, 0.90 + tax, tax)

    def test_the_feeds_tax_is_kept_where_it_is_rounded_otherwise_than_an_included_one(self):
        included = self.create_tax(15, price_include_override="tax_included")
        self.create_product("Included", included)
        row = self.sell(self.item("Included", price=0.30), total=0.34, tax=0.04)
        self.assert_booked(row, 0.34, 0.04)
        self.assertFalse(row.warnings)

    def test_taxed_and_untaxed_lines_settle_together_under_both_roundings(self):
        self.create_product("Untaxed", self.env["account.tax"])
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                items = (self.item(price=0.335, quantity=3), self.item("Untaxed", price=0.115, quantity=3))
                row = self.sell(*items, order_id=method, total=1.51, tax=0.15, AmountTotal=1.36)
                self.assert_booked(row, 1.51, 0.15)
