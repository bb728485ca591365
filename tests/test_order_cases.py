from datetime import datetime

from odoo.tests import freeze_time

from .life_common import LifeCase


@freeze_time("2026-11-20 12:00:00")
class TestOrderCases(LifeCase):
    """Orders in the shop system's own words, from its oldest names to those of today, with the right result of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.timezone = "Asia/Riyadh"
        cls.create_product("Oil 5W30", taxes=cls.env["account.tax"], list_price=25)

    def seen(self, price, quantity=1, **values):
        """Return an order of Oil without tax, paid in cash, as the shop system sends it."""
        amount = price * quantity
        return {
            "OrderID": 7001,
            "OrderStatus": 103,
            "OrderItems": [{"ItemID": 0, "ItemName": "Oil", "Price": price, "Quantity": quantity, "DiscountAmount": 0}],
            "CheckoutDetails": [{"AmountPaid": amount, "CardType": "Cash", "PaymentMode": 1}],
            "AmountPaid": amount,
            "GrandTotal": amount,
            "AmountTotal": amount,
            "Tax": 0,
            **values,
        }

    def imported(self, order):
        """Import an order and return its POS order."""
        self.synchronize(order)
        row = self.inbox(order["OrderID"])
        self.assertEqual((row.state, row.doubt), ("done", False), row.error_message or row.warnings)
        return row.pos_order_id

    def test_sold_another_day(self):
        order = self.imported(self.seen(10.0, CheckoutDate="19-08-2026 05:16:43 PM"))
        self.assertEqual(order.date_order, datetime(2026, 8, 19, 14, 16, 43))  # three hours ahead of UTC

    def test_another_currency(self):
        self.synchronize(self.seen(4400, Currency="ISK"))
        row = self.inbox(7001)
        self.assertEqual((row.state, row.error_code, row.pos_order_id.ids), ("failed", "wrong_currency", []))

    def test_service_charge(self):
        paid = [{"AmountPaid": 88.0, "CardType": "Cash", "PaymentMode": 1}]
        values = {"CheckoutDetails": paid, "AmountPaid": 88.0, "GrandTotal": 88.0, "ServiceCharges": 8.0}
        order = self.imported(self.seen(80.0, **values))
        self.assertEqual((order.amount_total, order.amount_tax), (88.0, 0.0))
        charge = order.lines.filtered(lambda line: line.product_id != self.oil)
        self.assertEqual((charge.product_id.name, charge.price_subtotal_incl), ("Service Charge", 8.0))

    def test_voided_line(self):
        items = [
            {"ItemID": 0, "ItemName": "Oil", "Price": 25.0, "Quantity": 1, "DiscountAmount": 0, "Mode": "Add"},
            {"ItemID": 0, "ItemName": "Filter", "Price": 8.0, "Quantity": 1, "DiscountAmount": 0, "Mode": "Void"},
        ]
        order = self.imported(self.seen(25.0, OrderItems=items))
        self.assertEqual((order.amount_total, order.lines.product_id), (25.0, self.oil))
        self.assertEqual((self.in_stock(), self.in_stock(self.filter)), (99, 100))

    def test_first_generation_names(self):
        order = self.imported(
            {
                "OrderID": 7101,
                "OrderStatus": 103,
                "AmountTotal": 25,
                "AmountDiscount": 6.25,
                "TaxPercent": 0,
                "Tax": 0,
                "GrandTotal": 18.75,
                "AmountPaid": 18.75,
                "BalanceAmount": 0,
                "ServiceCharges": 0,
                "CheckoutDate": "10-08-2026 05:16:43 PM",
                "LocationID": 404,
                "CustomerName": "",
                "PaymentMode": 1,
                "OrderDetails": [
                    {
                        "ItemID": 170388,
                        "Name": "Oil 5W30",
                        "Price": 25,
                        "Quantity": 1,
                        "DiscountAmount": 0,
                        "Status": 201,
                        "Mode": "Add",
                        "OrderDetailPackages": [],
                    }
                ],
                "OrderCheckoutDetails": [{"PaymentMode": 1, "AmountPaid": 18.75, "CardType": "Cash", "CardNumber": ""}],
            }
        )
        self.assertEqual((order.amount_total, order.amount_tax), (18.75, 0.0))
        self.assertEqual((order.lines.product_id.name, order.payment_ids.payment_method_id), ("Oil 5W30", self.cash))
        self.assertEqual(order.date_order, datetime(2026, 8, 10, 14, 16, 43))

    def test_todays_names(self):
        chair = self.create_product("Chair", list_price=100)
        customer = self.env["res.partner"].create({"name": "Anna", "ref": "CUST-002"})
        order = self.imported(
            {
                "OrderID": "7102",
                "OrderDate": "2026-11-15T10:30:00+00:00",
                "OrderStatus": 103,
                "customer_ref": "CUST-002",
                "OrderItems": [
                    {
                        "OdooItemID": chair.id,
                        "ItemID": 0,
                        "ItemName": "Chair",
                        "PriceWithoutTax": 100.0,
                        "Quantity": 2,
                        "DiscountPercentage": 10,
                    }
                ],
                "CheckoutDetails": [{"PaymentMode": 1, "CardType": "Cash", "AmountPaid": 207.0}],
            }
        )
        self.assertEqual((order.amount_total, order.amount_tax), (207.0, 27.0))
        self.assertEqual((order.lines.product_id, order.lines.discount, order.partner_id), (chair, 10.0, customer))
        self.assertEqual(order.date_order, datetime(2026, 11, 15, 10, 30))
