import os
import random
from datetime import date, timedelta

from .proof_common import ProofCase

DAYS = [date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8)]
ORDERS = 8  # of a day
DISTURBANCES = 20
SEED = int(os.environ.get("PROOF_SEED", "1"))


class TestProofDisturbances(ProofCase):
    """Twenty random disturbances of books and shop: each is found on its day with its order, and nothing else is."""

    def setUp(self):
        super().setUp()
        self.of_shop = {
            day: {100 * (place + 1) + number: 92 for number in range(ORDERS)} for place, day in enumerate(DAYS)
        }
        orders = [self.sold_at(number, f"{day} 10:00") for day, numbers in self.of_shop.items() for number in numbers]
        self.taxes = {}
        # A refund by hand needs an open session, and a day without disturbances agrees.
        self.synchronize(*orders, self.sold_at(900, "2026-03-09 10:00"), self.sold_at(901, "2026-03-10 09:00"))

    # What may happen; each returns the reason with which it is to be found.

    def disturb_edit(self, day, number):
        self.edit(self.inbox(number).pos_order_id)
        return "edited"

    def disturb_lines(self, day, number):
        """Change a line as a script does, which forgets the totals of its order."""
        self.inbox(number).pos_order_id.lines[0].write({"qty": 2, "price_subtotal": 160, "price_subtotal_incl": 184})
        return "edited"

    def disturb_tax(self, day, number):
        self.inbox(number).pos_order_id.amount_tax = 10
        return "edited"

    def disturb_listed_tax(self, day, number):
        """Let the shop know the order with another tax."""
        self.taxes[number] = 10
        return "changed"

    def disturb_payment(self, day, number):
        self.pay_with(self.inbox(number).pos_order_id, self.card)
        return "payment"

    def disturb_refund(self, day, number):
        self.refund_by_hand(self.inbox(number).pos_order_id)
        return "refunded"

    def disturb_cancel(self, day, number):
        self.cancel(self.inbox(number).pos_order_id)
        return "deleted"

    def disturb_delete(self, day, number):
        self.delete(self.inbox(number))
        return "deleted"

    def disturb_lose(self, day, number):
        self.lose(self.inbox(number))
        return "missing"

    def disturb_fail(self, day, number):
        items = [self.item("No Such Product")]
        self.lose(self.inbox(number))
        self.env["external.order"]._receive(
            self.sync, [self.sold_at(number, f"{day} 10:00", OrderItems=items)]
        ).orders._import()
        self.assertEqual(self.inbox(number).state, "failed")
        return "failed"

    def disturb_forget(self, day, number):
        """Let the shop not know the order."""
        self.of_shop[day].pop(number)
        return "extra"

    def disturb_amount(self, day, number):
        """Let the shop know the order with another amount."""
        self.of_shop[day][number] = 102
        return "changed"

    def test_each_is_found_on_its_day_and_nothing_else(self):
        kinds = [name for name in dir(self) if name.startswith("disturb_")]
        chance = random.Random(SEED)
        places = [(day, number) for day, numbers in self.of_shop.items() for number in numbers]
        # The first ones are of each kind.
        chosen = [*kinds, *chance.choices(kinds, k=DISTURBANCES - len(kinds))]
        expected = {day: [] for day in DAYS}
        for name, (day, number) in zip(chosen, chance.sample(places, DISTURBANCES), strict=True):
            expected[day].append((str(number), getattr(self, name)(day, number)))
        for day, amounts in self.of_shop.items():
            listed = [
                {"order_id": number, "gross": amount, "tax": self.taxes.get(number, 12)}
                for number, amount in amounts.items()
            ]
            gross, tax = (sum(entry[name] for entry in listed) for name in ("gross", "tax"))
            figures = {"gross": gross, "tax": tax, "order_ids": listed, "payments": {"Cash": gross}}
            self.use_summary(day, **self.listed(*amounts, **figures))
        for day in DAYS:
            proof = self.check(day)
            self.assertEqual(self.reasons(proof), sorted(expected[day]), f"{day}, PROOF_SEED={SEED}")
            self.assertEqual(proof.state, "red" if expected[day] else "green")
        self.sync.summary_url = False
        for undisturbed in (DAYS[0] - timedelta(days=1), DAYS[-1] + timedelta(days=1)):
            self.assert_green(undisturbed)
