from .life_common import LifeCase


class CashRoundingCase(LifeCase):
    """A Point of Sale that rounds: all payments or only cash, to a step."""

    only_cash = False
    step = 0.05

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        profit, loss = cls.env["account.account"].create(
            [
                {"name": "Rounding profit", "code": "99.1", "account_type": "income_other"},
                {"name": "Rounding loss", "code": "99.2", "account_type": "expense"},
            ]
        )
        rounding = cls.env["account.cash.rounding"].create(
            {
                "name": f"To {cls.step}",
                "rounding": cls.step,
                "rounding_method": "HALF-UP",
                "strategy": "add_invoice_line",
                "profit_account_id": profit.id,
                "loss_account_id": loss.id,
            }
        )
        cls.pos_config.write(
            {"cash_rounding": True, "only_round_cash_method": cls.only_cash, "rounding_method": rounding.id}
        )

    def three(self, total=10.00, quantity=3, **values):
        """Return an order of Oil at 3.34 that was paid with a rounded total."""
        return self.sale(
            **{
                "OrderItems": [self.item("Oil", 3.34, quantity)],
                "AmountTotal": round(3.34 * quantity, 2),
                "GrandTotal": total,
                "AmountPaid": total,
                "CheckoutDetails": [self.payment(total)],
                **values,
            },
        )

    def import_sale(self, **values):
        """Import the order, and return it and its POS order."""
        order = self.three(**values)
        self.synchronize(order)
        row = self.sale_row()
        self.assertEqual(row.state, "done", row.error_message)
        return order, row.pos_order_id

    def one(self, number, paid=None):
        """Return a refund of one Oil, an entry of Refunds."""
        payments = {} if paid is None else {"CheckoutDetails": [self.payment(paid)]}
        return {"RefundID": number, "Items": [{"ItemName": "Oil", "Quantity": 1}], **payments}
