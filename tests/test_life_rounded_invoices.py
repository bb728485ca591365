from .cash_rounding_common import CashRoundingCase


class TestLifeRoundedInvoices(CashRoundingCase):
    """Credit notes of parts that cost less than the cash rounding of 1.00, so that nothing is paid back."""

    step = 1.00

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].create({"name": "Anna", "email": "anna@example.com"})
        cls.sync.invoice_mode = "customer"

    def assert_credited(self, name, tax):
        items = [self.item(name, 0.40, 1), self.item("Oil", 10.00, 1)]
        order, sale = self.import_sale(
            OrderItems=items, AmountTotal=10.40, Customer={"Email": "anna@example.com"}, **tax
        )
        part = {"RefundID": 1, "Items": [{"ItemName": name, "Quantity": 1}]}
        self.synchronize({**order, "Refunds": [part]})
        row = self.refund_rows()
        self.assertEqual(row.state, "done", row.error_message)
        refund = row.pos_order_id
        credit_note = refund.account_move
        self.assertEqual((credit_note.move_type, credit_note.state), ("out_refund", "posted"))
        self.assertEqual((refund.amount_total, refund.amount_paid, credit_note.amount_total), (0, 0, 0))
        product = credit_note.invoice_line_ids.product_id
        for moves in ("invoice_line_ids", "line_ids"):
            lines = (sale | refund).account_move[moves]
            if moves == "line_ids":
                lines = lines.filtered(lambda line: line.tax_line_id)
            else:
                lines = lines.filtered(lambda line: line.product_id == product)
            self.assertAlmostEqual(sum(lines.mapped("balance")), 0, msg="revenue and tax are taken back")
        self.assertAlmostEqual(credit_note.invoice_line_ids.filtered("product_id").quantity, 1)
        self.synchronize({**order, "Refunds": [part], "OrderStatus": "Cancelled"})
        self.assertEqual(self.cancellation_row().state, "done", self.cancellation_row().error_message)
        self.env.invalidate_all()
        self.assertAlmostEqual(sum(self.pos_orders().payment_ids.mapped("amount")), 0)

    def test_a_part_with_tax_that_rounds_to_nothing(self):
        self.assert_credited("Product Name", {"Tax": 0.06, "TaxPercent": 15})

    def test_a_part_without_tax_that_rounds_to_nothing(self):
        self.assert_credited("Filter", {})
