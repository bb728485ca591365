"""An independent model of a shop's orders through their lives: sold, refunded in parts, changed, cancelled.

Plain Python with exact decimals. It shares no code with the import or with the demo shop: what Odoo books is compared
with `Life.ledger`. How a life is written into a feed is in `life_feed`.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from .life_parts import CASH, CENT, GOODS, METHODS, SOLD, ZERO, Ledger, Line, Part, Refund, Sale, cents


class Life:
    """One order; the same seed and number live the same life, day by day from ``first`` to ``today``."""

    def __init__(self, number, seed, first, today):
        self.random = Random(f"{seed}/{number}")
        self.number = number
        self.today = today
        self.day = first + timedelta(days=self.random.randint(0, (today - first).days))
        self.keys = 0
        self.refunds = ()
        self.mistake = None
        self.has_mistakes = False
        self.states_tax = False
        self.has_other_methods = False  # its cancellation paid back what never was the sale's
        self.is_over = self.is_settled = False
        self.changes_tracked = self.random.random() < 0.3
        self.sale = self._sell()

    # ---- selling ---------------------------------------------------------------------------------------------------

    def _sell(self):
        choose = self.random
        names = choose.sample(SOLD, choose.choice((1, 1, 2, 2, 3, 4)))
        lines = tuple(self._line(GOODS[name]) for name in names)
        if choose.random() < 0.2:
            lines += self._twin(lines[0])
        charges = ()
        if choose.random() < 0.2:
            name = choose.choice(("ServiceCharges", "DeliveryCharges", "Tip"))
            charges = ((name, Decimal(choose.randint(1, 400)) / 100),)
        return self._paid(Sale(lines, charges, (), wants_invoice=choose.random() < 0.15))

    def _line(self, good):
        choose = self.random
        self.keys += 1
        quantity = Decimal(choose.choice((1, 1, 2, 3)) if good.tracking == "serial" else choose.choice((1, 1, 2, 3, 6)))
        price = Decimal(choose.randint(60, 9999)) / 100
        if choose.random() < 0.4:
            price = Decimal(choose.randint(1, 250)) / 5
        discount = ZERO
        if choose.random() < 0.2:
            discount = cents(price * quantity * choose.choice((10, 25, 33)) / 100)
        return Line(self.keys, good, price, quantity, discount)

    def _twin(self, line):
        """Return a second line of the same good, at another price; none where parts of a line would be rounded."""
        if not line.is_even or line.discount or line.good.tracking != "none" or line.good.contains:
            return ()
        self.keys += 1
        price, quantity = line.price + self.random.randint(1, 50), Decimal(self.random.randint(1, 3))
        return (Line(self.keys, line.good, price, quantity),)

    def _has_twin(self, line):
        return sum(other.good == line.good for other in self.sale.lines) > 1

    def _paid(self, sale):
        """Return a sale as it is paid: by one method, or by two; cash may have been more than it cost."""
        choose = self.random
        total = sale.total
        if total > 1 and choose.random() < 0.3:
            first = cents(total * choose.randint(20, 80) / 100)
            methods = choose.sample(METHODS, 2)
            return replace(sale, paid=((methods[0], first), (methods[1], total - first)), change=ZERO)
        method = choose.choice(METHODS)
        change = Decimal(choose.randint(1, 20)) if method == CASH and choose.random() < 0.3 else ZERO
        return replace(sale, paid=((method, total),), change=change)

    # ---- what happens later ----------------------------------------------------------------------------------------

    def go_on(self):
        """Let one thing happen to the order.

        :return: ``edit``, ``refund``, ``status`` (a refund by status), ``cancel``, ``mistake``, or None if nothing did
        """
        if self.is_over or self.is_settled:
            return None
        self.mistake = None
        if self.has_tracked and self.changes_tracked:
            return self._edit() and "edit"
        what = self.random.choice(("edit", "refund", "refund", "refund", "rest", "status", "cancel"))
        if self.random.random() < 0.06:
            return self._err()
        if what == "edit":
            return self._edit() and "edit"
        if what in ("status", "cancel") and self.refunds and (what == "status" or self.random.random() < 0.5):
            what = "refund"
        if what == "cancel":
            return self._cancel()
        if what == "status":
            return self._by_status()
        return self._refund(self._rest() if what == "rest" else self._some())

    def _edit(self):
        """Change what was sold; what has come back in part stays as it is.

        After tracked goods came back, a change is left to a person, so these either change or come back.
        """
        choose = self.random
        if self.has_tracked and not self.changes_tracked:
            return False
        back = {part.key for refund in self.refunds for part in refund.parts}
        lines = list(self.sale.lines)
        free = [place for place, line in enumerate(lines) if line.key not in back]
        # If the invoice comes or goes after something came back, it is not known whether that gets a credit note.
        kinds = ("add", "quantity", "price", "remove", "payment", *(("more",) if self.refunds else ("invoice", "day")))
        what = choose.choice(kinds)
        sale = self.sale
        if what == "add":
            sold = {line.good.name for line in lines}
            others = [name for name in SOLD if name not in sold and GOODS[name].tracking == "none"]
            lines.append(self._line(GOODS[choose.choice(others)]))
        elif what == "more":
            # More of what came back in part, where no part of the line is rounded.
            places = [place for place, line in enumerate(lines) if line.key in back and line.is_even]
            places = [place for place in places if not lines[place].discount and self._left(lines[place])[0] > 0]
            if not places:
                return False
            place = choose.choice(places)
            lines[place] = replace(lines[place], quantity=lines[place].quantity + 1)
        elif what == "invoice":
            self.is_settled = True
            sale = replace(sale, wants_invoice=not sale.wants_invoice)
        elif what == "day":
            # It was sold on another day than the shop first said.
            days = [day for day in (self.day - timedelta(days=1), self.day + timedelta(days=1)) if day <= self.today]
            self.day = choose.choice(days)
        elif what != "payment":
            if not free or (what == "remove" and len(lines) == 1):
                return False
            place = choose.choice(free)
            if what == "remove":
                del lines[place]
            elif what == "price":
                lines[place] = replace(lines[place], price=lines[place].price + 1)
            else:
                lines[place] = replace(lines[place], quantity=lines[place].quantity + 1)
        edited = replace(sale, lines=tuple(lines))
        if what == "invoice":
            self.sale = edited
        elif all(refund.states_payments for refund in self.refunds):
            self.sale = self._paid(edited)
        elif what == "payment" or len(sale.paid) > 1:
            return False
        else:
            # Whoever sees only the end concludes from the sale's payment how such a refund was paid back.
            self.sale = replace(edited, paid=((sale.paid[0][0], edited.total),), change=ZERO)
        return True

    def _err(self):
        """More comes back than was sold: a refund that must not be booked. The next one gets its number."""
        line = self.random.choice(self.sale.lines)
        part = Part(line.key, line.quantity * 10, line.total * 10, line.tax * 10)
        self.mistake = replace(self._new_refund([part]), paid=((CASH, part.amount),), states_payments=True)
        self.has_mistakes = True
        return "mistake"

    def _refund(self, refund):
        if refund is None or refund.total <= 0:
            return None
        self.refunds += (refund,)
        self.is_over = sum((refund.total for refund in self.refunds), ZERO) >= self.sale.total
        return "refund"

    def _cancel(self):
        rest = self._rest()
        if rest is None or rest.total <= 0:
            return None
        self.has_other_methods = min(self.net_paid().values()) < 0
        rest = replace(rest, form="cancelled", day=self.today, paid=self._reversed(), states_payments=False)
        self.refunds += (replace(rest, parts=tuple(replace(part, restock=None) for part in rest.parts)),)
        self.is_over = True
        return "cancel"

    def _by_status(self):
        """The order comes again with a refund status: all of it, or a part."""
        refund = self._some() if self.random.random() < 0.3 else self._rest()
        if self.random.random() < 0.15:
            refund = self._all_of_a_line_with_fee()
        if refund is None or any(not part.quantity for part in refund.parts):
            return None  # nothing but pieces can be written so
        has_fee = any(part.has_fee for part in refund.parts)
        if has_fee and not all(part.has_fee or self.sale.line(part.key).is_even for part in refund.parts):
            return None  # the prices would be rounded
        is_rest = refund.total == self.sale.total
        has_all = all(self._left(line)[0] == part.quantity for line, part in self._matched(refund))
        if has_all and not is_rest and not has_fee:
            return None  # all goods without the charges would read as everything
        paid = refund.paid if not is_rest or refund.states_payments else self._reversed()
        parts = tuple(replace(part, restock=None, states_amount=False) for part in refund.parts)
        self.refunds += (replace(refund, form="status", day=self.today, paid=paid, parts=parts, is_rest=is_rest),)
        self.is_over = True
        return "status"

    def _all_of_a_line_with_fee(self):
        """All of a line of which nothing came back before, for less than it cost."""
        lines = [line for line in self.sale.lines if line.total > 1 and not (self._has_twin(line) or self._back(line))]
        return self._new_refund([self._part_with_fee(self.random.choice(lines))]) if lines else None

    def _part_with_fee(self, line):
        pieces, left, _tax = self._left(line)
        amount = cents(left * 4 / 5)
        net = cents(amount / (1 + Decimal(line.good.rate) / 100))
        return Part(line.key, pieces, amount, amount - net, None, True, False, True)

    def _matched(self, refund):
        """Each line with its part of a refund; with one of nothing if it has none."""
        parts = {part.key: part for part in refund.parts}
        return [(line, parts.get(line.key, Part(line.key, Decimal(0), ZERO, ZERO))) for line in self.sale.lines]

    def _new_refund(self, parts, charges=ZERO, is_all=False):
        choose = self.random
        parts = tuple(parts)
        restock = choose.choice((None, None, True, False))
        if restock is not None:
            parts = tuple(replace(part, restock=restock if part.quantity else None) for part in parts)
        last = max((refund.day for refund in self.refunds), default=self.day)
        day = last + timedelta(days=choose.randint(0, (self.today - last).days))
        number = f"R{self.number}-{len(self.refunds) + 1}"
        refund = Refund(number, day, parts, (), charges)
        total = refund.total
        net = self.net_paid()
        is_clear = is_all or not any(self._has_twin(self.sale.line(part.key)) for part in parts)
        if is_clear and all(amount >= 0 for amount in net.values()) and choose.random() < 0.4:
            # How it was paid back is not said, and follows from the sale.
            if is_all:
                return replace(refund, paid=self._reversed(), states_payments=False)
            enough = [method for method, amount in net.items() if amount >= total]
            if len({net[method] for method in enough}) == len(enough) > 0:
                paid = ((max(enough, key=net.get), total),)
                return replace(refund, paid=paid, states_payments=False)
        if total > 1 and choose.random() < 0.2:
            first, second = choose.sample(METHODS, 2)
            return replace(refund, paid=((first, cents(total / 3)), (second, total - cents(total / 3))))
        return replace(refund, paid=((choose.choice(METHODS), total),))

    def _some(self):
        """Some pieces of one or two lines, or money for one of them."""
        choose = self.random
        lines = [line for line in self.sale.lines if self._left(line)[1] > 0]
        if choose.random() < 0.25:
            lines = [line for line in lines if self._left(line)[1] > Decimal("0.50") and not self._has_twin(line)]
            if not lines:
                return None
            line = choose.choice(lines)
            amount = cents(self._left(line)[1] * choose.randint(10, 60) / 100)
            net = amount / (1 + Decimal(line.good.rate) / 100)
            return self._new_refund([Part(line.key, Decimal(0), amount, amount - cents(net), None, True, False)])
        lines = [line for line in lines if self._left(line)[0] > 0 and not self._had_money(line)]
        if not lines:
            return None
        return self._new_refund(
            self._pieces(line) for line in choose.sample(lines, min(len(lines), choose.choice((1, 1, 2))))
        )

    def _pieces(self, line):
        """Some pieces of a line at their price; the parts of a line add up to it to the cent."""
        left, amount_left, tax_left = self._left(line)
        pieces = Decimal(self.random.randint(1, int(left)))
        states_amount = self.random.random() < 0.3
        has_twin = self._has_twin(line)
        if pieces == left and amount_left > 1 and self.random.random() < 0.1 and not has_twin:
            return self._part_with_fee(line)  # kept for taking it back
        states_amount = states_amount or has_twin  # by which the line is told from the other one
        if pieces == left:
            return Part(line.key, pieces, amount_left, tax_left, states_amount=states_amount)
        before = line.quantity - left
        amount, tax = (
            cents(whole * (before + pieces) / line.quantity) - cents(whole * before / line.quantity)
            for whole in (line.total, line.tax)
        )
        return Part(line.key, pieces, amount, tax, states_amount=states_amount, is_exact=line.is_even)

    def _rest(self):
        """All that is left."""
        left = ((line, *self._left(line)) for line in self.sale.lines)
        parts = [
            Part(line.key, pieces, amount, tax, states_amount=self._had_money(line))
            for line, pieces, amount, tax in left
            if pieces or amount
        ]
        if not parts or any(not part.quantity for part in parts):
            return None
        refund = self._new_refund(parts, self.sale.charged, is_all=True)
        is_plain = all(part.restock is None for part in refund.parts)
        return replace(refund, is_rest=is_plain, states_payments=refund.states_payments or not is_plain)

    @property
    def is_cancelled(self):
        return any(refund.form == "cancelled" for refund in self.refunds)

    @property
    def has_tracked(self):
        return any(line.good.tracking != "none" for line in self.sale.lines)

    # ---- what is left ----------------------------------------------------------------------------------------------

    def _back(self, line):
        return [part for refund in self.refunds for part in refund.parts if part.key == line.key]

    def _left(self, line):
        """The pieces, the amount with tax and the tax that have not come back of a line."""
        back = self._back(line)
        return (
            line.quantity - sum((part.quantity for part in back), Decimal(0)),
            line.total - sum((part.amount for part in back), ZERO),
            line.tax - sum((part.tax for part in back), ZERO),
        )

    def pieces_left(self, line):
        return self._left(line)[0]

    def _had_money(self, line):
        return any(not part.quantity for part in self._back(line))

    def net_paid(self):
        """What the shop has kept, by method."""
        net = defaultdict(lambda: ZERO)
        for method, amount in self.sale.paid:
            net[method] += amount
        for refund in self.refunds:
            for method, amount in refund.paid:
                net[method] -= amount
        return net

    def _reversed(self):
        """All that the shop has kept, paid back as it was paid."""
        return tuple((method, amount) for method, amount in self.net_paid().items() if amount)

    # ---- the books -------------------------------------------------------------------------------------------------

    def ledger(self):
        """Return what the books must say."""
        books = Ledger()
        self._book(books, self.day, 1, [(line, line.quantity, line.total, line.tax, True) for line in self.sale.lines])
        self._pay(books, self.day, 1, self.sale.paid, self.sale.charged)
        for refund in self.refunds:
            parts = [
                (self.sale.line(part.key), part.quantity, part.amount, part.tax, part.restock is not False)
                for part in refund.parts
            ]
            self._book(books, refund.day, -1, parts)
            self._pay(books, refund.day, -1, refund.paid, refund.charges)
        if self.sale.wants_invoice:
            books.invoiced = books.total
        if books.total:
            odd = sum(not line.is_even for line in self.sale.lines)
            rounded = sum(not part.is_exact for refund in self.refunds for part in refund.parts)
            books.slack = CENT * (odd + 2 * rounded)
            books.tax_slack = CENT * rounded * (not self.states_tax)
        return books

    def _book(self, books, day, sign, parts):
        for line, quantity, amount, tax, moves in parts:
            books.total += sign * amount
            books.tax += sign * tax
            books.days[day] += sign * amount
            # Money without goods is booked on a product for refunds, as charges are on those for charges.
            books.products[line.good.name if quantity else ""] += sign * amount
            books.taxes[line.good.rate] += sign * tax
            if not moves:
                continue
            for name, pieces in ((line.good.name, 1), *line.good.contains):
                if GOODS[name].is_stored:
                    books.shelf[name] += sign * quantity * pieces

    def _pay(self, books, day, sign, paid, charges):
        books.total += sign * charges
        books.products[""] += sign * charges
        books.days[day] += sign * charges
        for method, amount in paid:
            books.paid[day, method] += sign * amount
