"""One way to book a refund: which goods and how much money of each sold line come back."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...lib.money import allocate, exact, round_currency
from .sold_order import Amounts

ZERO = Decimal(0)


@dataclass
class RefundPart:
    """What comes back of a sold line.

    `quantity` and `total` (money, with tax) have the sign of what was sold; without goods, `quantity` is 0. `amounts`
    are the total with its taxes, see `RefundPlan.split_taxes`. `may_differ`: the external system may have rounded this
    share of the line otherwise.
    """

    sold: Any
    quantity: Decimal
    total: Decimal
    restock: bool
    may_differ: bool
    amounts: Amounts = field(default_factory=Amounts)


class RefundPlan:
    """Parts of a refund that is being put together; what they take is no longer left for the next ones.

    :param SoldOrder order:
    """

    def __init__(self, order):
        self.order = order
        self.parts = []
        self._goods = defaultdict(Decimal)
        self._money = defaultdict(Decimal)

    @property
    @exact
    def total(self):
        """Return the money that comes back, with tax."""
        return sum((part.total for part in self.parts), ZERO)

    @property
    @exact
    def tax(self):
        """Return the tax in the money that comes back, after `split_taxes`."""
        return sum((part.amounts.tax for part in self.parts), ZERO)

    @exact
    def left_quantity(self, line):
        return line.left_quantity - self._goods[line]

    @exact
    def left(self, line):
        return line.left - self._money[line]

    @exact
    def left_of(self, item):
        """Return the goods and the money that are left of a `SoldItem`."""
        goods = sum((self.left_quantity(line) for line in item.lines), ZERO)
        return goods, sum((self.left(line) for line in item.all_lines), ZERO)

    @property
    @exact
    def is_last(self):
        """Return whether nothing of the sale is left after it, neither goods nor money."""
        return self.total == self.order.left and not any(map(self.left_quantity, self.order.lines.values()))

    @exact
    def get_rounding(self, line):
        """Return how much more than a line was booked with may come back for it: where the sale was rounded as a whole,
        a line may carry a unit of another one, and its sender does not know that.
        """
        return ZERO if line.has_exact_prices(self.order.unit) else self.order.unit * len(line.sold.taxes)

    # ------------------------------------------------------------
    # Taking
    # ------------------------------------------------------------

    @exact
    def take(self, item, quantity, restock, amount=None, take_left=False):
        """Take goods of an item, with their components in proportion.

        :param Decimal quantity: at most what is left
        :param Decimal amount: the money for them, at most what is left and rounding; by default their share
        :param bool take_left: whether the last goods take all the money that is left of their line, even if parts of
            it were paid back, or kept, before
        """
        before = item.quantity - sum((self.left_quantity(line) for line in item.lines), ZERO)
        taken, wanted = [], quantity
        for line in item.lines:
            left = self.left_quantity(line)
            of_line = min(left, wanted) if quantity > 0 else max(left, wanted)
            if of_line:
                taken.append((line, of_line))
                wanted -= of_line
        ratio = (before + quantity) / item.quantity if item.quantity else Decimal(1)
        for line in item.components:
            back = round_currency(line.quantity * ratio, line.quantity_unit) - line.quantity + self.left_quantity(line)
            back = self._within(back, self.left_quantity(line))
            if back:
                taken.append((line, back))
        totals = [self._share(line, of_line, take_left) for line, of_line in taken]
        if amount is None and item.quantity and before + quantity != item.quantity:
            totals = self._round_together(item, before, quantity, [line for line, _quantity in taken], totals)
        if amount is not None and amount != sum(totals, ZERO):
            totals = self.spread(amount, [line for line, _quantity in taken], totals)
            totals[0] += amount - sum(totals, ZERO)  # by rounding, see `get_rounding`
            is_share = False
        else:
            is_share = True
        for (line, of_line), total in zip(taken, totals, strict=True):
            may_differ = is_share and (of_line != line.quantity or bool(line.returns))
            self.add(line, of_line, total, restock, may_differ)

    @exact
    def take_money(self, item, amount):
        """Take money of an item without goods, at most what is left."""
        lines = [line for line in item.all_lines if self.left(line)]
        totals = self.spread(amount, lines, [self.left(line) for line in lines])
        for line, total in zip(lines, totals, strict=True):
            if total:
                self.add(line, ZERO, total, restock=False, may_differ=len(lines) > 1)

    def add(self, line, quantity, total, restock, may_differ):
        """Add a part as it is, see `RefundPart`."""
        self.parts.append(RefundPart(line, quantity, total, restock, may_differ))
        self._goods[line] += quantity
        self._money[line] += total

    @exact
    def spread(self, amount, lines, weights):
        """Spread an amount over lines, at most what is left of each."""
        lefts = [self.left(line) for line in lines]
        if not any(weights):
            weights = lefts
        totals = allocate(amount, weights, self.order.unit) if lines else []
        totals = [self._within(total, left) for total, left in zip(totals, lefts, strict=True)]
        rest = amount - sum(totals, ZERO)
        for place, left in enumerate(lefts):
            more = self._within(rest, left - totals[place])
            totals[place] += more
            rest -= more
        return totals

    @exact
    def take_difference(self, amount):
        """Add an amount to parts of which the external system may have rounded the share otherwise.

        :return: whether the parts can have it; if not, they are unchanged
        """
        changes, rest = [], amount
        for part in sorted(self.parts, key=lambda part: -abs(part.total)):
            most = self.get_tolerance([part])
            if part.total < 0 or not rest or not most:
                continue
            upmost = max(self.left(part.sold) + self.get_rounding(part.sold), ZERO)
            change = min(most, upmost, rest) if rest > 0 else max(-most, -part.total, rest)
            change = round_currency(change, self.order.unit)
            if abs(change) > abs(rest):
                change = rest
            if change:
                changes.append((part, change))
                rest -= change
        if rest:
            return False
        for part, change in changes:
            part.total += change
            self._money[part.sold] += change
        return True

    @exact
    def get_tolerance(self, parts=None):
        """Return how much the external system's amount for these parts, by default all, may differ by rounding.

        It is half a smallest unit for each tax of a line in the sale and half in the refund; if only a share of the
        line comes back, half for each tax and one for the share, if that is more. Where nothing was rounded, it is 0.
        """
        parts = self.parts if parts is None else parts
        halves = 0
        for part in parts:
            if self._is_unrounded(part):
                continue
            taxes = len(part.sold.sold.taxes) if part.total else 0
            halves += max(2 * taxes, taxes + 2 if part.may_differ and part.total else 0)
        return halves * self.order.unit / 2

    @exact
    def _is_unrounded(self, part):
        """Return whether a part is a share of its line that no sender has to round: neither its total nor its taxes."""
        line = part.sold
        if not part.quantity or part.total * line.quantity != line.sold.total * part.quantity:
            return False
        sold, refunded = line.sold, line.refunded
        if any(refunded.taxes.get(key, ZERO) * sold.total != tax * refunded.total for key, tax in sold.taxes.items()):
            return False  # this part makes up for what was rounded before
        return line.has_exact_prices(self.order.unit, part.quantity)

    # ------------------------------------------------------------
    # Taxes
    # ------------------------------------------------------------

    @exact
    def split_taxes(self):
        """Set the taxes of all parts: each the share of its line's tax, so that the shares add up to that."""
        running = {}
        for part in self.parts:
            sold = part.sold.sold
            before = running.get(part.sold)
            if before is None:
                before = running[part.sold] = Amounts()
                before.add(part.sold.refunded)
            part.amounts = self._split(part, sold, before)
            before.add(part.amounts)

    @exact
    def _split(self, part, sold, before):
        amounts = Amounts(total=part.total, reversed=sold.reversed)
        if sold.total:
            ratio = (before.total + part.total) / sold.total
        else:
            ratio = Decimal(1) if part.quantity == part.sold.left_quantity else ZERO
        for key, tax in sold.taxes.items():
            share = round_currency(tax * ratio, self.order.unit) - before.taxes[key]
            amounts.taxes[key] = self._within(share, tax - before.taxes[key])
        over = (before.total + part.total - sold.total) / self.order.unit
        for key in list(amounts.taxes)[: int(over)] if part.total > 0 else ():
            amounts.taxes[key] += self.order.unit  # what is over by rounding, is tax
        for key, base in sold.bases.items():
            if base == sold.net:
                amounts.bases[key] = amounts.net
            else:
                amounts.bases[key] = round_currency(base * ratio, self.order.unit) - before.bases[key]
        return amounts

    @exact
    def shift_tax(self, amount):
        """Add an amount to the taxes of the parts, and take it off their net amounts, as far as rounding goes.

        :return: whether that is possible; if not, nothing is changed
        """
        changes, rest, unit = [], amount, self.order.unit
        step = unit if amount > 0 else -unit
        for part in sorted(self.parts, key=lambda part: -abs(part.total)):
            for key, tax in part.amounts.taxes.items():
                if rest and tax > 0 and key not in part.amounts.reversed and tax + step >= 0:
                    changes.append((part, key))
                    rest -= step
        if rest:
            return False
        for part, key in changes:
            is_whole_net = part.amounts.bases[key] == part.amounts.net
            part.amounts.taxes[key] += step
            if is_whole_net:
                part.amounts.bases[key] = part.amounts.net
        return True

    # ------------------------------------------------------------
    # Shares
    # ------------------------------------------------------------

    def _share(self, line, quantity, take_left):
        """Return the money for a part of a line: the shares of all its parts add up to the line."""
        left = self.left(line)
        if not line.quantity:
            return left
        before = line.quantity - self.left_quantity(line)
        upto = [
            round_currency(line.sold.total * done / line.quantity, self.order.unit)
            for done in (before, before + quantity)
        ]
        share = upto[1] - upto[0]
        is_last = before + quantity == line.quantity
        if is_last and (take_left or abs(left - share) <= self.order.unit * line.returns):
            return left
        return self._within(share, left)

    def _round_together(self, item, before, quantity, lines, totals):
        """Return the shares of an item's lines so that their sum is the share of the item: a combo has one price, and
        its choices must not all be rounded up.
        """
        upto = [
            round_currency(item.total * done / item.quantity, self.order.unit) for done in (before, before + quantity)
        ]
        share, rounded = upto[1] - upto[0], sum(totals, ZERO)
        if share == rounded or abs(share - rounded) > self.order.unit * len(lines):
            return totals
        spread = self.spread(share, lines, totals)
        return spread if sum(spread, ZERO) == share else totals

    def _within(self, amount, left):
        """Return ``amount``, between 0 and what is left."""
        return min(max(amount, ZERO), left) if left >= 0 else max(min(amount, ZERO), left)
