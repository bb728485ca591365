from .taken_out_common import TakenOutCase


class TestLifeTakenOutMoney(TakenOutCase):
    """What a change took out beside plain goods: prices, discounts, charges, taxes and combos decide, too."""

    def test_a_change_that_also_changes_the_price(self):
        for paid, is_same in ((20.0, True), (24.0, True), (14.0, True), (None, True), (17.0, False)):
            with self.subTest(paid=paid):
                self.start(5, self.at(12.0, 3))
                row = self.list(self.some(2, paid, **({"Amount": paid} if paid in (14.0, 17.0) else {})))
                self.assert_refused(row) if is_same else self.assert_booked_too(row)

    def test_money_back_for_a_price_or_discount_that_was_changed(self):
        discounted = self.costing(40.0, AmountTotal=50.0, AmountDiscount=10.0)
        money = self.refund("R1", Items=[{"ItemName": "Oil", "Amount": 10}], CheckoutDetails=[])
        more = self.refund("R1", Items=[{"ItemName": "Oil", "Amount": 11}], CheckoutDetails=[])
        for version, back, is_same in (
            (self.at(8.0, 5), money, True),
            (discounted, money, True),
            (4, money, True),
            (self.at(8.0, 5), more, False),
            (self.at(6.0, 5), self.some(2, 20.0), True),
            (self.at(6.0, 5), self.some(2, 12.0), False),
        ):
            with self.subTest(version=version, back=back):
                self.start(5, version)
                row = self.list(back)
                self.assert_refused(row) if is_same else self.assert_booked_too(row)

    def test_all_of_an_order_whose_price_was_halved_is_another_refund(self):
        self.start(self.at(10.0, 1), self.at(5.0, 1))
        self.assert_booked_too(self.list(self.some(1, 5.0)))
        self.assert_net(0.0, 0)

    def test_shares_of_a_discount(self):
        def version(oil):
            return self.costing(oil * 10.0 - 10, OrderItems=[self.item("Oil", 10.0, oil)], AmountTotal=oil * 10.0)

        # What it cost, what the order is cheaper by, and what it would cost now.
        for paid in (6.67, 6.66, 10.0, 5.0, None):
            with self.subTest(paid=paid):
                self.start({**version(3), "AmountDiscount": 10.0}, {**version(2), "AmountDiscount": 10.0})
                self.assert_refused(self.list(self.some(1, paid)))

    def test_charges(self):
        def version(oil, charge):
            return self.costing(
                oil * 10.0 + charge,
                OrderItems=[self.item("Oil", 10.0, oil)],
                AmountTotal=oil * 10.0,
                DeliveryCharges=charge,
            )

        for now, back in (
            (version(1, 0.0), self.some(1, 15.0)),
            (version(1, 0.0), {**self.some(1, 15.0), "DeliveryCharges": 5.0}),
            (version(1, 0.0), self.some(1, 10.0)),
            (version(1, 5.0), self.some(1, 10.0)),
            (version(2, 0.0), self.refund("R1", Items=[{"ItemName": "Oil", "Amount": 5}], CheckoutDetails=[])),
        ):
            with self.subTest(now=now, back=back):
                self.start(version(2, 5.0), now)
                self.assert_refused(self.list(back))

    def test_shares_with_tax_that_are_rounded(self):
        self.create_product("Taxed", taxes=self.tax, list_price=3.33)

        def version(quantity, net, tax):
            total = round(net + tax, 2)
            items = [self.item("Taxed", 3.33, quantity)]
            return self.costing(total, OrderItems=items, AmountTotal=net, Tax=tax, TaxPercent=15)

        for paid in (3.83, 3.82):
            with self.subTest(paid=paid):
                self.start(version(3, 9.99, 1.5), version(2, 6.66, 1.0))
                items = [{"ItemName": "Taxed", "Quantity": 1}]
                self.assert_refused(self.list(self.refund("R1", Items=items, CheckoutDetails=[self.payment(paid)])))

    def test_combos_and_components(self):
        menu = self.create_menu()
        (menu | self.burger | self.fries).taxes_id = False

        def menus(quantity):
            parts = [{"ItemName": name, "Price": 0, "Quantity": quantity} for name in ("Burger", "Fries")]
            return self.costing(
                quantity * 30.0, OrderItems=[self.item("Menu", 30.0, quantity, OrderDetailPackages=parts)]
            )

        def oil(quantity):
            parts = [{"ItemName": "Filter", "Price": 0, "Quantity": quantity * 2}]
            return self.costing(
                quantity * 10.0, OrderItems=[self.item("Oil", 10.0, quantity, OrderDetailPackages=parts)]
            )

        for versions, name, paid, is_same in (
            ((menus(3), menus(2)), "Menu", 30.0, True),
            ((menus(3), menus(2)), "Menu", None, True),
            ((menus(3), menus(1)), "Menu", 30.0, False),
            ((menus(3), menus(2)), "Burger", None, True),
            ((oil(3), oil(2)), "Oil", 10.0, True),
            ((oil(3), oil(2)), "Filter", None, False),  # one of two
        ):
            with self.subTest(versions=versions, name=name, paid=paid):
                self.start(*versions)
                payments = [self.payment(paid)] if paid else []
                items = [{"ItemName": name, "Quantity": 1}]
                row = self.list(self.refund("R1", Items=items, CheckoutDetails=payments))
                self.assert_refused(row) if is_same else self.assert_booked_too(row)
