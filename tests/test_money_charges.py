from decimal import Decimal

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..lib.order.parts import CHARGE_TYPES
from ..models.order_import.external_order_charges import CHARGE_PRODUCTS
from .money_common import MoneyCase


class TestMoneyCharges(MoneyCase):
    """Charges become lines of the order, and are part of the total that must be matched."""

    def charge(self, amount, kind="service", **values):
        return {"Type": kind, "Amount": amount, **values}

    def choose_product(self, kind, *taxes, **values):
        """Let the synchronization use another product for a type of charge, and return it."""
        product = self.create_product(
            f"Own {kind}", self.tax.browse([tax.id for tax in taxes]), type="service", is_storable=False, **values
        )
        self.sync.charge_product_ids = [Command.create({"type": kind, "product_id": product.id})]
        return product

    def charge_lines(self, order):
        """Return product name, quantity, unit price and amounts of the lines after the first."""
        return [
            (line.product_id.name, line.qty, round(line.price_unit, 6), line.price_subtotal, line.price_subtotal_incl)
            for line in order.lines.sorted("id")[1:]
        ]

    # The lines of charges

    def test_a_service_charge_is_a_line_of_its_product(self):
        row = self.sell(self.item(), total=100.00, tax=12.00, ServiceCharges=8)
        order = self.assert_booked(row, 100.00, 12.00)
        self.assertEqual(self.charge_lines(order), [("Service Charge", 1, 8.0, 8.0, 8.0)])
        self.assertFalse(row.warnings)
        self.assertEqual(order.picking_ids.move_ids.product_id, self.product)

    def test_a_charge_that_is_0_in_the_currency_is_left_out(self):
        charges = [self.charge(1e-10, kind) for kind in ("tip", "deposit")]
        for number, values in enumerate(({"DeliveryCharges": 1e-10}, {"TipAmount": 0.004}, {"Charges": charges})):
            with self.subTest(values):
                row = self.sell(self.item(), order_id=f"nothing {number}", total=92.00, tax=12.00, **values)
                order = self.assert_booked(row, 92.00, 12.00)
                self.assertEqual((len(order.lines), order.is_tipped, row.warnings), (1, False, False))

    def test_each_type_has_its_product(self):
        self.assertEqual(set(CHARGE_PRODUCTS), set(CHARGE_TYPES))
        choice = self.env["external.charge.product"]._fields["type"]
        self.assertEqual({key for key, _name in choice.selection}, set(CHARGE_TYPES))
        self.pos_config.tip_product_id = False
        charges = [self.charge(1, kind) for kind in CHARGE_TYPES]
        order = self.assert_booked(self.sell(self.item(), total=99.00, tax=12.00, Charges=charges), 99.00, 12.00)
        lines = order.lines.sorted("id")[1:]
        self.assertEqual(lines.product_id.mapped("type"), ["service"] * len(CHARGE_TYPES))
        self.assertEqual(lines.product_id.mapped("name"), [CHARGE_PRODUCTS[kind] for kind in CHARGE_TYPES])
        self.assertFalse(any(lines.product_id.mapped("sale_ok")) or any(lines.product_id.mapped("available_in_pos")))
        self.assertFalse(lines.product_id.company_id)

    def test_a_deleted_product_is_created_again(self):
        for kind in ("service", "delivery"):
            self.env.ref(f"external_order_sync.product_charge_{kind}").product_tmpl_id.unlink()
        charges = {"ServiceCharges": 5, "DeliveryCharges": 3}
        order = self.assert_booked(self.sell(self.item(), total=100.00, tax=12.00, **charges), 100.00, 12.00)
        self.assertEqual(
            order.lines.product_id[1:],
            self.env.ref("external_order_sync.product_charge_service")
            | self.env.ref("external_order_sync.product_charge_delivery"),
        )

    def test_the_name_of_the_line_is_that_of_the_charge(self):
        charges = [self.charge(8, Name="Kuvertgebühr"), self.charge(3, "delivery")]
        row = self.sell(self.item(), total=103.00, tax=12.00, Charges=charges)
        lines = self.assert_booked(row, 103.00, 12.00).lines.sorted("id")
        self.assertEqual(lines.mapped("full_product_name")[1:], ["Kuvertgebühr", "Delivery Charge"])

    def test_the_product_of_the_synchronization_and_its_account(self):
        account = self.env["account.account"].create(
            {"name": "Service income", "code": "408877", "account_type": "income"}
        )
        product = self.choose_product("service", self.tax, property_account_income_id=account.id)
        row = self.sell(self.item(), total=101.20, tax=13.20, ServiceCharges=8)
        order = self.assert_booked(row, 101.20, 13.20)
        self.assertEqual(order.lines.sorted("id")[1].product_id, product)
        move = self.close_session(order.session_id)
        # A tax without an account is booked to that of its base.
        income = move.line_ids.filtered(lambda line: line.account_id == account and not line.tax_line_id)
        self.assertEqual(income.mapped("balance"), [-8.00])
        taxed = move.line_ids.filtered(lambda line: line.tax_line_id == self.tax)
        self.assertEqual(round(sum(taxed.mapped("balance")), 2), -13.20)

    def test_a_chosen_product_is_a_service_of_the_company(self):
        with self.assertRaises(ValidationError):
            self.sync.charge_product_ids = [Command.create({"type": "service", "product_id": self.product.id})]
        other = self.env["res.company"].create({"name": "Other"})
        product = self.env["product.product"].create({"name": "Of another", "type": "service", "company_id": other.id})
        with self.assertRaises(UserError):
            self.sync.charge_product_ids = [Command.create({"type": "service", "product_id": product.id})]

    def test_the_table_is_in_the_form(self):
        product = self.env.ref("external_order_sync.product_charge_other")
        with Form(self.sync) as form, form.charge_product_ids.new() as line:
            line.type = "packaging"
            line.product_id = product
        choice = self.sync.charge_product_ids
        self.assertEqual((choice.type, choice.product_id, choice.company_id), ("packaging", product, self.company))
        self.assertEqual(self.sync.copy().charge_product_ids.product_id, product)

    # Taxes

    def test_the_taxes_of_the_product(self):
        self.choose_product("service", self.tax)
        order = self.assert_booked(self.sell(self.item(), total=101.20, tax=13.20, ServiceCharges=8), 101.20, 13.20)
        self.assertEqual(self.charge_lines(order), [("Own service", 1, 8.0, 8.0, 9.2)])

    def test_the_order_s_tax_percent(self):
        order = self.assert_booked(self.sell(self.item(), total=101.20, tax=13.20, ServiceCharges=8), 101.20, 13.20)
        self.assertEqual(order.lines.sorted("id")[1].tax_ids.mapped("amount"), [15.0])

    def test_no_tax_although_the_product_has_one(self):
        self.choose_product("service", self.tax)
        order = self.assert_booked(self.sell(self.item(), total=100.00, tax=12.00, ServiceCharges=8), 100.00, 12.00)
        self.assertFalse(order.lines.sorted("id")[1].tax_ids)

    def test_the_charge_s_own_tax_percent(self):
        five = self.create_tax(5)
        charges = [self.charge(10, TaxPercent=5), self.charge(2, "tip")]
        row = self.sell(self.item(), total=104.50, tax=12.50, Charges=charges)
        order = self.assert_booked(row, 104.50, 12.50)
        self.assertEqual([line.tax_ids for line in order.lines.sorted("id")[1:]], [five, five.browse()])
        self.assertFalse(row.warnings)

    def test_a_stated_percent_decides_between_taxes_that_give_the_same_total(self):
        """15 % of both charges is 12.00, and so is 20 % of the second."""
        self.choose_product("service", self.tax)
        self.choose_product("delivery", self.tax)
        self.create_tax(20)
        charges = [self.charge(20), self.charge(60, "delivery", TaxPercent=20)]
        row = self.sell(self.item(), total=184.00, tax=24.00, Charges=charges)
        order = self.assert_booked(row, 184.00, 24.00)
        self.assertEqual(order.lines.sorted("id")[1:].mapped("price_subtotal_incl"), [20.0, 72.0])
        self.assertFalse(row.doubt)

    def test_charges_with_different_taxes(self):
        charges = {"ServiceCharges": 8, "DeliveryCharges": 5}
        order = self.assert_booked(self.sell(self.item(), total=106.20, tax=13.20, **charges), 106.20, 13.20)
        self.assertEqual(order.lines.sorted("id")[1:].mapped("price_subtotal_incl"), [9.2, 5.0])

    def test_a_tax_percent_that_the_totals_contradict_is_a_warning(self):
        self.create_tax(5)
        row = self.sell(self.item(), total=100.00, tax=12.00, Charges=[self.charge(8, TaxPercent=5)])
        self.assert_booked(row, 100.00, 12.00)
        self.assertIn("Charges[0].Amount", row.warnings)
        self.assertTrue(row.doubt)

    def test_another_way_to_tax_the_charges_that_fits_as_well_is_a_doubt(self):
        """15 % of the first charge is 3.00, and so is 15 % of the two others."""
        charges = [self.charge(20), self.charge(10, "delivery"), self.charge(10, "packaging")]
        row = self.sell(self.item(), order_id="either", total=135.00, tax=15.00, Charges=charges)
        self.assert_booked(row, 135.00, 15.00)
        self.assertIn("Charges[0].Amount, Charges[1].Amount, Charges[2].Amount", row.warnings)
        self.assertTrue(row.doubt)
        for charge, percent in zip(charges, (15, 0, 0), strict=True):
            charge["TaxPercent"] = percent
        for name, values in (
            ("stated", {"total": 135.00, "tax": 15.00, "Charges": charges}),
            ("all", {"total": 138.00, "tax": 18.00, "Charges": [{**one, "TaxPercent": None} for one in charges]}),
            ("tip", {"total": 113.50, "tax": 13.50, "DeliveryCharges": 10, "Charges": [self.charge(10, "tip")]}),
        ):
            with self.subTest(name):
                row = self.sell(self.item(), order_id=name, **values)
                self.assert_booked(row, values["total"], values["tax"])
                self.assertFalse(row.doubt, row.warnings)

    def test_prices_that_include_tax(self):
        self.sync.prices_include_tax = True
        self.choose_product("service", self.tax)
        for number, subtotal in enumerate((92.00, 101.20, 80.00, 88.00)):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    self.item(price=92),
                    order_id=f"included {number}",
                    total=101.20,
                    tax=13.20,
                    ServiceCharges=9.20,
                    AmountTotal=subtotal,
                )
                order = self.assert_booked(row, 101.20, 13.20)
                self.assertEqual(self.charge_lines(order), [("Own service", 1, 8.0, 8.0, 9.2)])

    def test_included_tax_that_only_the_stated_percent_tells(self):
        self.sync.prices_include_tax = True
        row = self.sell(self.item(price=92), total=101.20, tax=None, ServiceCharges=9.20, AmountTotal=92)
        self.assert_booked(row, 101.20, 13.20)
        self.assertFalse(row.doubt)

    def test_included_tax_that_nothing_tells_is_a_warning(self):
        self.sync.prices_include_tax = True
        values = {"total": 101.20, "tax": None, "percent": None, "ServiceCharges": 9.20, "AmountTotal": 92}
        row = self.sell(self.item(price=92), order_id="unknown", **values)
        self.assert_booked(row, 101.20, 12.00)
        self.assertIn("ServiceCharges", row.warnings)
        self.assertIn("Service Charge", row.warnings)
        self.choose_product("service")
        row = self.sell(self.item(price=92), order_id="chosen", **values)
        self.assert_booked(row, 101.20, 12.00)
        self.assertFalse(row.doubt)

    def test_a_fiscal_position_maps_the_taxes_of_charges(self):
        position = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        self.create_tax(
            5, fiscal_position_ids=[Command.set(position.ids)], original_tax_ids=[Command.set(self.tax.ids)]
        )
        self.pos_config.write({"tax_regime_selection": True, "default_fiscal_position_id": position.id})
        self.choose_product("service", self.tax)
        row = self.sell(self.item(), total=92.40, tax=4.40, ServiceCharges=8)
        order = self.assert_booked(row, 92.40, 4.40)
        self.assertEqual(order.fiscal_position_id, position)

    # Above and below 0

    def test_money_off_a_deposit_and_a_rounding(self):
        charges = [
            self.charge(-10, "other", Name="Voucher"),
            self.charge(-0.25, "deposit"),
            self.charge(-0.02, "rounding"),
        ]
        row = self.sell(self.item(), total=81.73, tax=12.00, Charges=charges)
        order = self.assert_booked(row, 81.73, 12.00)
        self.assertEqual(
            self.charge_lines(order),
            [
                ("Other Charge", 1, -10.0, -10.0, -10.0),
                ("Deposit", 1, -0.25, -0.25, -0.25),
                ("Rounding", 1, -0.02, -0.02, -0.02),
            ],
        )
        self.assertFalse(row.doubt)
        self.close_and_read(order.session_id)

    def test_a_rounding_that_is_none_is_a_warning(self):
        row = self.sell(self.item(), total=94.50, tax=12.00, Charges=[self.charge(2.50, "rounding")])
        self.assert_booked(row, 94.50, 12.00)
        self.assertIn("2.50", row.warnings)
        self.assertTrue(row.doubt)

    def test_a_return_takes_its_charges_back(self):
        self.choose_product("service", self.tax)
        row = self.sell(
            self.item(quantity=-1), total=-98.20, tax=-13.20, ServiceCharges=-8, Charges=[self.charge(3, "other")]
        )
        order = self.assert_booked(row, -98.20, -13.20)
        self.assertEqual(
            self.charge_lines(order), [("Own service", -1, 8.0, -8.0, -9.2), ("Other Charge", -1, -3.0, 3.0, 3.0)]
        )
        self.close_and_read(order.session_id)

    def test_a_charge_of_parts_of_a_cent(self):
        row = self.sell(self.item(), total=92.33, tax=12.00, ServiceCharges=0.333)
        self.assert_booked(row, 92.33, 12.00)

    # The stated totals

    def test_amount_total_contains_the_charges_or_not(self):
        charges = {"ServiceCharges": 8, "TipAmount": 2}
        for subtotal in (80, 90, 88, None):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    self.item(), order_id=f"of {subtotal}", total=102.00, tax=12.00, AmountTotal=subtotal, **charges
                )
                self.assert_booked(row, 102.00, 12.00)
        for subtotal in (82, 89.99, 100):
            with self.subTest(subtotal=subtotal):
                row = self.sell(
                    self.item(), order_id=f"of {subtotal}", total=102.00, tax=12.00, AmountTotal=subtotal, **charges
                )
                self.assert_refused(row, "amount_mismatch")

    def test_without_grand_total_the_payments_prove_the_charges(self):
        row = self.sell(self.item(), order_id="paid", total=None, paid=100.00, tax=12.00, ServiceCharges=8)
        self.assert_booked(row, 100.00, 12.00)
        row = self.sell(self.item(), order_id="not paid", total=None, paid=92.00, tax=12.00, ServiceCharges=8)
        self.assert_refused(row, "amount_mismatch", "ServiceCharges", "8.00")

    def test_an_order_discount_is_spread_over_the_items_alone(self):
        items = (self.item(price=80), self.item(price=20))
        row = self.sell(*items, total=111.50, tax=13.50, AmountDiscount=10, ServiceCharges=8)
        order = self.assert_booked(row, 111.50, 13.50)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal"), [72.0, 18.0, 8.0])

    def test_a_voucher_after_tax_beside_a_charge(self):
        row = self.sell(self.item(), total=90.00, tax=12.00, AmountDiscount=10, ServiceCharges=8)
        order = self.assert_booked(row, 90.00, 12.00)
        self.assertEqual(order.lines.sorted("id").mapped("price_subtotal_incl"), [92.0, 8.0, -10.0])

    # Refusals

    def test_a_charge_that_the_total_leaves_out_is_refused_by_its_name(self):
        charges = [
            {"ServiceCharges": 8}, {"DeliveryCharges": "8.0"}, {"Tip": 8}, {"TipAmount": 8},
            {"Charges": [{"Type": "service", "Amount": 8}]},
        ]  # fmt: skip
        for charge in charges:
            (field,) = charge
            for subtotal in (80, None):
                with self.subTest(field=field, subtotal=subtotal):
                    row = self.sell(
                        self.item(),
                        order_id=f"{field} {subtotal}",
                        total=92.00,
                        tax=12.00,
                        AmountTotal=subtotal,
                        **charge,
                    )
                    self.assert_refused(row, "amount_mismatch", field, "8.00")
                    self.assertNotIn("Compare", row.error_message)

    def test_a_charge_that_is_also_an_item_is_refused_by_its_name(self):
        untaxed = self.create_product("Table Service", self.tax.browse())
        row = self.sell(self.item(), self.item(untaxed.name, 8), total=100.00, tax=12.00, ServiceCharges=8)
        self.assert_refused(row, "amount_mismatch", "ServiceCharges", "8.00")

    def test_totals_that_contradict_each_other_name_all_amounts(self):
        row = self.sell(self.item(), total=101.50, tax=12.00, ServiceCharges=8)
        self.assert_refused(row, "amount_mismatch", "80.00", "12.00", "8.00", "100.00", "101.50")

    def test_a_wrong_tax_of_a_charge_is_a_matter_of_taxes(self):
        row = self.sell(self.item(), total=101.00, tax=13.00, ServiceCharges=8)
        self.assert_refused(row, "amount_mismatch", "ServiceCharges")

    def test_many_charges_of_many_kinds_are_soon_decided(self):
        charges = [self.charge(1, kind, TaxPercent=percent) for kind in CHARGE_TYPES for percent in range(12)]
        row = self.sell(self.item(), total=92.00 + len(charges), tax=12.00, Charges=charges)
        self.assertIn(row.state, ("done", "failed"))
        self.assertEqual(Decimal(str(row.pos_order_id.amount_total or 0)) % 1, 0)

    # In the register

    def test_odoo_refunds_an_order_with_charges(self):
        row = self.sell(self.item(), total=102.00, tax=12.00, ServiceCharges=8, TipAmount=2)
        order = self.assert_booked(row, 102.00, 12.00)
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        refund.lines._onchange_amount_line_all()
        refund._compute_prices()
        self.assertAlmostEqual(refund.amount_total, -102.00, 2)
