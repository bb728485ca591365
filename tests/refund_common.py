from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from ..lib.order.parts import Payment, RefundItem, RefundPayload
from ..models.order_import.outcome import Outcome
from ..models.order_refund.refund_request import RefundRequest
from .money_common import MoneyCase


def exactly(number):
    return None if number is None else Decimal(str(number))


class RefundCase(MoneyCase):
    """Sales that were imported, and refunds of them, booked by direct calls.

    The refunds' number within their test is their RefundID, unless the test says otherwise.
    """

    def setUp(self):
        super().setUp()
        self.refund_count = 0

    # What comes back

    def back(self, name="Product Name", quantity=None, amount=None, restock=None, **values):
        """Return a `RefundItem`."""
        return RefundItem(
            item_id=values.pop("item_id", None),
            name=name,
            quantity=exactly(quantity),
            amount=exactly(amount),
            restock=restock,
            field="Refunds[0].Items[0]",
            **values,
        )

    def pay_back(self, amount, card_type="Cash", mode=1, **values):
        """Return a `Payment` of a refund."""
        return Payment(exactly(amount), card_type, mode, values.get("reference", ""), values.get("card_last4", ""))

    def payload(self, *items, paid=None, **values):
        """Return a `RefundPayload`.

        :param paid: an amount in cash, or a list of `Payment`
        """
        self.refund_count += 1
        payments = () if paid is None else (self.pay_back(paid),) if not isinstance(paid, list) else tuple(paid)
        return RefundPayload(
            **{
                "external_id": "sale",
                "refund_id": f"R{self.refund_count}",
                "refunded_at": None,
                "items": items,
                "payments": payments,
                "total": exactly(values.pop("total", None)),
                "tax": exactly(values.pop("tax", None)),
                "is_rest": False,
                "reason": "",
                "location_id": "",
                "warnings": (),
                **values,
            }
        )

    def request(self, sale, *items, sold=None, **values):
        payload = self.payload(*items, **values)
        return RefundRequest(sale, payload, Outcome(), payload.refund_id, sold)

    def book(self, *requests):
        """Book refunds and return their outcomes."""
        self.env["external.order.refund"]._book_refunds(self.sync, list(requests))
        self.env.flush_all()
        self.env.invalidate_all()
        return [request.outcome for request in requests]

    def try_refund(self, sale, *items, **values):
        return self.book(self.request(sale, *items, **values))[0]

    def refund(self, sale, *items, **values):
        """Refund items of a sale and return the POS order of the refund, checked as `assert_refund` does."""
        outcome = self.try_refund(sale, *items, **values)
        problem = outcome.error or outcome.waiting or outcome.conflict
        self.assertFalse(problem, f"{getattr(problem, 'code', '')}: {problem}")
        self.assert_refund(sale, outcome.pos_order)
        self.last_outcome = outcome
        return outcome.pos_order

    def refund_rest(self, sale, *items, **values):
        return self.refund(sale, *items, is_rest=True, **values)

    # What is looked at

    def assert_refund(self, sale, refund):
        """Check what is true of every refund, and that Odoo's own computation keeps its amounts."""
        self.assertTrue(refund)
        self.assertEqual(refund.refunded_order_id, sale)
        self.assertIn(refund.state, ("paid", "done"))
        self.assertEqual((refund.source, refund.is_refund), ("external", refund.amount_total <= 0))
        self.assertEqual(refund.external_order_number, sale.external_order_number)
        self.assertEqual(refund.fiscal_position_id, sale.fiscal_position_id)
        self.assert_kept(refund)
        currency = refund.currency_id
        sums = (sum(refund.lines.mapped("price_subtotal_incl")), sum(refund.lines.mapped("price_subtotal")))
        self.assertEqual(currency.compare_amounts(sums[0], refund.amount_total), 0, sums)
        self.assertEqual(currency.compare_amounts(sums[1], refund.amount_total - refund.amount_tax), 0, sums)

    def assert_money(self, refund, total, tax=None, **paid):
        """Check total, tax and payments (by name of the method: the first word of it) of a refund; all above 0."""
        self.assert_amounts(refund, -total, -tax if tax is not None else refund.amount_tax)
        if paid:
            self.assertEqual(self.paid_back(refund), paid)

    def paid_back(self, refund):
        """Return what was paid back by each payment method, by the first word of its name in small letters."""
        paid = defaultdict(float)
        for payment in refund.payment_ids:
            paid[payment.payment_method_id.name.split()[0].lower()] -= payment.amount
        return {name: round(amount, 6) for name, amount in paid.items()}

    def assert_not_booked(self, outcome, code, *parts):
        """Check that a refund was refused, why, and that the message holds ``parts``."""
        self.assertTrue(outcome.error, outcome)
        self.assertEqual(outcome.error.code, code, outcome.error)
        self.assertFalse(outcome.pos_order)
        for part in parts:
            self.assertIn(part, str(outcome.error))

    def assert_nothing_left(self, sale):
        """Check that a sale and its refunds are nothing in sum: in money, taxes, by payment method, in goods."""
        orders = sale | sale._get_all_refunds()
        digits = sale.currency_id.decimal_places + 2
        for amounts in ("amount_total", "amount_tax", "amount_paid"):
            self.assertAlmostEqual(sum(orders.mapped(amounts)), 0, digits, amounts)
        for line in sale.lines:
            self.assertAlmostEqual(line.refunded_qty, line.qty, 6)
        self.assertFalse(sale.has_refundable_lines)
        by_method = defaultdict(float)
        for payment in orders.payment_ids:
            by_method[payment.payment_method_id] += payment.amount
        self.assertEqual({round(amount, digits) for amount in by_method.values()} - {0}, set(), by_method)

    def on_hand(self, product):
        """Return the quantity of a product in the stock of the Point of Sale."""
        location = self.pos_config.picking_type_id.default_location_src_id
        product.invalidate_recordset()
        return product.with_context(location=location.id).qty_available

    def sale_at(self, moment):
        """Return a moment in UTC from ISO text, as refunds state it."""
        return datetime.fromisoformat(f"{moment}+00:00")
