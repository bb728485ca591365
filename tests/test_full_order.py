from datetime import date, datetime

from .business_day_common import BusinessDayCase

ORDER_ID = "A-4711"


class TestFullOrder(BusinessDayCase):
    """One order with everything that an order may contain, from the feed to the closed session.

    Two pieces at 80.00 less 10 % and one at 20.00, 15 % tax, a service charge of 10.00 without tax, and a tip of 11.40
    on top of GrandTotal, all paid by card. It was sold yesterday evening in another branch than that of the
    synchronization, and arrives today.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card.split_transactions = False
        cls.anna = cls.env["res.partner"].create({"name": "Anna", "ref": "CUST-001"})
        cls.takeaway = cls.env["pos.preset"].create({"name": "Takeaway"})
        presets = {"default_preset_id": cls.takeaway.id, "available_preset_ids": cls.takeaway.ids}
        cls.branch = cls.create_pos_config("Branch", cls.card, use_presets=True, **presets)
        cls.env["external.location.mapping"].create(
            [
                {"sync_id": cls.sync.id, "external_location": location, "pos_config_id": config.id}
                for location, config in (("404", cls.pos_config), ("405", cls.branch))
            ]
        )
        cls.sync.invoice_mode = "asked"
        cls.service = cls.env.ref("external_order_sync.product_charge_service")
        cls.tip = cls.branch.tip_product_id

    def setUp(self):
        super().setUp()
        self.run_scheduled_action(self.full_order())
        self.row = self.inbox(ORDER_ID)
        self.assertEqual(self.row.state, "done", self.row.error_message)
        self.order = self.row.pos_order_id

    def full_order(self):
        item = {"ItemID": 0, "Mode": "Add"}
        return {
            "OrderID": ORDER_ID,
            "OrderDate": "2026-03-09T23:30:00+01:00",
            "OrderStatus": 103,
            "LocationID": 405,
            "customer_ref": "CUST-001",
            "CustomerName": "Anna in the shop",
            "Invoice": True,
            "OrderType": "takeaway",
            "OrderTakerID": 17,
            "Remark": "Ring twice",
            "ServiceCharges": 10.0,
            "TipAmount": 11.4,
            "AmountTotal": 180.0,
            "Tax": 24.6,
            "TaxPercent": 15.0,
            "GrandTotal": 198.6,
            "AmountPaid": 210.0,
            "OrderItems": [
                {
                    **item,
                    "OdooItemID": self.product.id,
                    "ItemName": "Product Name",
                    "PriceWithoutTax": 80.0,
                    "Quantity": 2.0,
                    "DiscountPercentage": 10.0,
                },
                {**item, "ItemName": "Component Item", "PriceWithoutTax": 20.0, "Quantity": 1.0},
                {**item, "ItemName": "Nobody knows it", "PriceWithoutTax": 5.0, "Quantity": 1.0, "Status": "voided"},
            ],
            "CheckoutDetails": [
                self.payment(210.0, "Card (test)", 2, ReferenceID="TX-1", CardNumber="************4242")
            ],
        }

    def rows_of(self, records, *names):
        """Return the values of records as tuples, in the order of their creation."""
        return [tuple(record[name] for name in names) for record in records.sorted("id")]

    def test_the_order_says_what_was_sold_and_to_whom(self):
        order = self.order
        amounts = (order.amount_total, order.amount_tax, order.amount_paid, order.amount_return, order.tip_amount)
        self.assertEqual(amounts, (210.00, 24.60, 210.00, 0.00, 11.40))
        self.assertEqual((order.is_tipped, order.state, order.source), (True, "done", "external"))
        self.assertEqual((order.config_id, order.partner_id, order.preset_id), (self.branch, self.anna, self.takeaway))
        self.assertEqual(order.date_order, datetime(2026, 3, 9, 22, 30))
        self.assertEqual((order.external_order_number, order.external_order_taker), (ORDER_ID, "17"))
        self.assertEqual(order.general_customer_note, "Ring twice")
        self.assertFalse(self.row.doubt, self.row.warnings)
        self.assertEqual(self.row.warnings, "OrderItems[2] was voided and left out")
        self.assert_kept(order)

    def test_the_lines_are_the_items_the_charge_and_the_tip(self):
        values = self.rows_of(
            self.order.lines,
            "product_id",
            "qty",
            "price_unit",
            "discount",
            "price_subtotal",
            "price_subtotal_incl",
            "tax_ids",
        )
        untaxed = self.tax.browse()
        self.assertEqual(
            values,
            [
                (self.product, 2, 80.00, 10, 144.00, 165.60, self.tax),
                (self.component, 1, 20.00, 0, 20.00, 23.00, self.tax),
                (self.service, 1, 10.00, 0, 10.00, 10.00, untaxed),
                (self.tip, 1, 11.40, 0, 11.40, 11.40, untaxed),
            ],
        )

    def test_the_card_paid_all_of_it_and_the_goods_are_gone(self):
        payments = self.rows_of(self.order.payment_ids, "payment_method_id", "amount", "payment_ref_no", "card_no")
        self.assertEqual(payments, [(self.card, 210.00, "TX-1", "4242")])
        picking = self.order.picking_ids
        self.assertEqual((picking.state, picking.partner_id), ("done", self.anna))
        self.assertEqual(
            self.rows_of(picking.move_ids, "product_id", "quantity"), [(self.product, 2), (self.component, 1)]
        )

    def test_the_invoice_is_the_order(self):
        invoice = self.order.account_move
        self.assertEqual((invoice.state, invoice.partner_id), ("posted", self.anna))
        self.assertEqual((invoice.invoice_date, invoice.date), (date(2026, 3, 9), date(2026, 3, 9)))
        amounts = (invoice.amount_untaxed, invoice.amount_tax, invoice.amount_total, invoice.amount_residual)
        self.assertEqual(amounts, (185.40, 24.60, 210.00, 0.00))
        lines = invoice.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        self.assertEqual(
            self.rows_of(lines, "product_id", "quantity", "discount", "price_subtotal", "price_total"),
            [
                (self.product, 2, 10, 144.00, 165.60),
                (self.component, 1, 0, 20.00, 23.00),
                (self.service, 1, 0, 10.00, 10.00),
                (self.tip, 1, 0, 11.40, 11.40),
            ],
        )

    def test_the_closed_session_has_the_day_and_the_money(self):
        session = self.order.session_id
        self.assertEqual(self.env["pos.session"].search([("config_id", "=", self.branch.id)]), session)
        self.assertEqual((str(session.external_business_day), session.state), ("2026-03-09", "closed"))
        self.assertFalse(self.sessions())
        self.assert_dated(session, "2026-03-09")
        # The invoice has sales and tax; the session's entry moves what was paid from the customer to the card.
        entry = session.move_id
        self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0)
        self.assertFalse(entry.line_ids.filtered("tax_line_id"))
        self.assertFalse(entry.line_ids.filtered(lambda line: line.account_id.internal_group == "income"))
        self.assertEqual(sorted(entry.line_ids.mapped("balance")), [-210.00, 210.00])
        [bank] = session.bank_payment_ids
        self.assertEqual((bank.amount, bank.journal_id), (210.00, self.card.journal_id))
        self.assertFalse(session.statement_line_ids)
        books = entry | self.order.account_move
        taxes = books.line_ids.filtered("tax_line_id")
        income = (books.line_ids - taxes).filtered(lambda line: line.account_id.internal_group == "income")
        self.assertAlmostEqual(-sum(income.mapped("balance")), 185.40)
        self.assertAlmostEqual(-sum(taxes.mapped("balance")), 24.60)
        self.assertEqual(session.total_payments_amount, 210.00)

    def test_it_comes_again_and_nothing_happens(self):
        self.run_scheduled_action(self.full_order())
        self.assertEqual(self.env["pos.order"].search([("config_id", "=", self.branch.id)]), self.order)
        self.assertFalse(self.pos_orders())
        self.assertEqual((self.inbox(ORDER_ID).state, self.inbox(ORDER_ID).changed_date), ("done", False))
