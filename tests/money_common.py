from collections import defaultdict
from decimal import Decimal

from odoo import fields
from odoo.fields import Command

from .common import ExternalOrderCase


class MoneyCase(ExternalOrderCase):
    """The amounts of orders: in the feed, in the POS order and in the books."""

    def sold(self, order_id, *items, total, tax=0, percent=15, paid=None, **values):
        """Return an order of ``items`` that is paid in cash, with the totals that the feed states."""
        paid = total if paid is None else paid
        return self.order(
            order_id,
            **{
                "OrderItems": list(items),
                "AmountTotal": float(
                    sum(Decimal(str(item["Price"])) * Decimal(str(item["Quantity"])) for item in items)
                ),
                "GrandTotal": total,
                "Tax": tax,
                "TaxPercent": percent,
                "AmountPaid": paid,
                "CheckoutDetails": [self.payment(paid)] if paid else [],
                **values,
            },
        )

    def sell(self, *items, order_id="sale", **values):
        """Import an order of ``items`` and return its inbox row; see `sold`."""
        self.synchronize(self.sold(order_id, *items, **values))
        return self.inbox(order_id)

    def assert_booked(self, row, total, tax):
        """Check that the order was created with these amounts, and that Odoo's own computation keeps them.

        :return: the ``pos.order``
        """
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        self.assert_amounts(order, total, tax)
        self.assert_kept(order)
        sums = (sum(order.lines.mapped("price_subtotal_incl")), sum(order.lines.mapped("price_subtotal")))
        self.assertAlmostEqual(sums[0], total, order.currency_id.decimal_places + 2)
        self.assertAlmostEqual(sums[1], total - tax, order.currency_id.decimal_places + 2)
        return order

    def assert_amounts(self, order, total, tax):
        amounts = (order.amount_total, order.amount_tax)
        self.assertEqual(
            [order.currency_id.compare_amounts(*pair) for pair in zip(amounts, (total, tax), strict=True)],
            [0, 0],
            f"total and tax are {amounts}, not {(total, tax)}",
        )

    def assert_kept(self, order):
        """Check that Odoo gets the same amounts when it computes the stored order again."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = (order.amount_total, order.amount_tax, order.amount_paid, order.amount_return)
        order._compute_prices()
        after = (order.amount_total, order.amount_tax, order.amount_paid, order.amount_return)
        for one, other in zip(before, after, strict=True):
            self.assertEqual(order.currency_id.compare_amounts(one, other), 0, f"{before} became {after}")

    def assert_refused(self, row, code, *parts):
        """Check that no order was created, and that the error has this code and contains ``parts``."""
        self.assertEqual((row.state, row.error_code), ("failed", code), row.error_message)
        self.assertFalse(row.pos_order_id)
        for part in parts:
            self.assertIn(part, row.error_message)

    def close_and_read(self, session):
        """Close the session and return the amounts of its journal entry, in the company's currency.

        :return: dict of ``sales``, ``tax`` (per ``account.tax``), ``paid`` (per payment method), ``rounding`` (profit)
        """
        move = self.close_session(session)
        self.assertEqual(move.state, "posted")
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)
        books = {"sales": 0.0, "rounding": 0.0, "tax": defaultdict(float), "paid": defaultdict(float)}
        methods = session.config_id.payment_method_ids
        for line in move.line_ids:
            if line.tax_line_id:
                books["tax"][line.tax_line_id] -= line.balance
            elif line.name == "Rounding line":
                books["rounding"] -= line.balance
            elif line.account_id.account_type == "asset_receivable":
                method = next(method for method in methods if line.name.endswith(method.name))
                books["paid"][method] += line.balance
            elif line.account_id.internal_group == "income":
                books["sales"] -= line.balance
        return {
            kind: {key: round(amount, 6) for key, amount in sums.items()} if isinstance(sums, dict) else round(sums, 6)
            for kind, sums in books.items()
        }

    def open_shop_in(self, code, rate):
        """Let the synchronization fill a Point of Sale in another currency; ``rate``: units of it for one of ours.

        Odoo takes the currency of a Point of Sale from its sales journal, and asks the payment methods for the same.
        """
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "name": fields.Date.subtract(fields.Date.today(), days=1),
                "rate": rate,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        journals = self.env["account.journal"].create(
            [
                {
                    "name": f"{kind} {code}",
                    "type": kind,
                    "code": f"{kind[:2]}{code}",
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
                for kind in ("general", "sale", "cash", "bank")
            ]
        )
        methods = self.env["pos.payment.method"].create(
            [
                {"name": f"{name} {code}", "journal_id": journal.id, "company_id": self.company.id}
                for name, journal in zip(("Cash", "Card"), journals[2:], strict=True)
            ]
        )
        config = self.env["pos.config"].create(
            {
                "name": f"POS {code}",
                "company_id": self.company.id,
                "journal_id": journals[0].id,
                "invoice_journal_id": journals[1].id,
                "payment_method_ids": [Command.set(methods.ids)],
            }
        )
        self.assertEqual(config.currency_id, currency)
        self.sync.pos_config_id = config
        return currency
