"""An independent model of a shop: it sells, rounds and writes orders as shops do, and judges what is valid.

Plain Python with exact fractions. It shares no code with the import: what the import books is compared with it.
"""

import copy
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product as combinations
from random import Random

from .shop_charges import charges_of, make_charges, places_of_charges, read, state_charges
from .shop_rounding import is_rounded, spread_ways

# The taxes of each product: percentages, and fixed amounts of each piece.
CATALOGUE = {
    "Fifteen": ((15,), 0),
    "Fifteen Included": ((15,), 0),
    "Nineteen": ((19,), 0),
    "Seven": (("7.7",), 0),
    "Two Taxes": ((19, 15), 0),
    "Group": ((9, 6), 0),
    "Bottle": ((15,), 1),
    "Deposit": ((), 2),
    "Untaxed": ((), 0),
}
ZERO = Fraction(0)
HALF = Fraction(1, 2)


def rounded(amount, unit):
    """``amount`` at the nearest whole number of units, halves away from zero."""
    units = abs(Fraction(amount)) / unit
    whole = int(units) + (1 if units - int(units) >= HALF else 0)
    return (whole if amount >= 0 else -whole) * unit


def taxes_of(name, amount, pieces, includes_tax):
    """The exact taxes of an amount: those in proportion, then the fixed one."""
    percents, fixed = CATALOGUE[name]
    fixed_tax = fixed * pieces
    taxes = taxes_at(percents, amount - fixed_tax if includes_tax else amount, includes_tax)
    return taxes + ([Fraction(fixed_tax)] if fixed else [])


def taxes_at(percents, amount, includes_tax):
    """The exact taxes of an amount at some percentages."""
    rates = [Fraction(str(percent)) / 100 for percent in percents]
    net = amount / (1 + sum(rates)) if includes_tax else amount
    return [net * rate for rate in rates]


@dataclass
class Sale:
    """What was sold: the order as the feed has it, and the truth."""

    raw: dict
    unit: Fraction
    includes_tax: bool
    total: Fraction
    tax: Fraction
    is_tax_known: bool


class Shop:
    """A shop that makes random sales; the same seed makes the same sale."""

    def __init__(self, seed, decimals, includes_tax):
        self.random = Random(f"{seed}/{decimals}/{includes_tax}")
        self.charging = Random(f"charges of {seed}/{decimals}/{includes_tax}")
        self.seed = seed
        self.decimals = decimals
        self.unit = Fraction(1, 10**decimals)
        self.includes_tax = includes_tax

    def number(self, amount):
        """An amount as a feed writes it: a number or a text."""
        exact = Decimal(int(Fraction(amount) * 10**6)).scaleb(-6)
        text = f"{exact:.{self.decimals}f}" if exact == round(exact, self.decimals) else f"{exact.normalize():f}"
        grouped = f"{Decimal(text):,}"
        # "92,294" alone could be a decimal number, so a shop does not write it.
        return self.random.choice((Decimal(text), text, float(text), grouped if "." in grouped else text))

    def sell(self):
        """Return a `Sale`."""
        choose = self.random
        sign = choose.choice((1,) * 9 + (-1,))
        # A shop that rounds by the piece sells whole pieces, and has no discount on the order.
        rounding = choose.choice(("line", "order", "order", "total", "piece"))
        lines = [self._line(rounding) for _line in range(choose.randint(1, 5))]
        own = sum(line["discount"] for line in lines)
        net = sum(line["amount"] for line in lines) - own
        kind = choose.choice(("none", "none", "repeated", "added", "whole", "voucher"))
        extra = ZERO
        if kind in ("added", "whole", "voucher") and net > 4 * self.unit and rounding != "piece":
            extra = choose.randint(1, int(net / self.unit / 2)) * self.unit
        before_tax = ZERO if kind == "voucher" else extra
        self._spread(lines, before_tax, net)
        charges = make_charges(self.charging, net - extra, self.unit)
        tax = self._tax(lines, charges, rounding)
        charged = sum(charge["amount"] for charge in charges)
        total = net - extra + charged + (ZERO if self.includes_tax else tax)
        tips = sum(charge["amount"] for charge in charges if charge["type"] == "tip")
        # A tip may come on top of GrandTotal.
        on_top = self.charging.choice((ZERO, tips))
        subtotal = self.charging.choice((ZERO, ZERO, charged, charged - tips))
        stated = {"none": ZERO, "repeated": own, "whole": own + extra}.get(kind, extra)
        raw = {
            "OrderID": f"sale-{self.seed}",
            "OrderStatus": 103,
            "OrderItems": [self._item(line, sign) for line in lines],
            "AmountDiscount": self.number(sign * stated),
            "BalanceAmount": 0,
            "GrandTotal": self.number(sign * (total - on_top)),
            "Tax": self.number(sign * tax),
            "AmountTotal": self.number(sign * (net + subtotal + (own if choose.random() < 0.7 else ZERO))),
        }
        if choose.random() < 0.3:
            raw["TaxPercent"] = choose.choice((0, 15, "19.0"))
        state_charges(raw, charges, sign, self.number)
        left_out = choose.choice(((), (), (), (), ("AmountTotal",), ("Tax",), ("GrandTotal",), ("Tax", "AmountTotal"),
                                  ("AmountTotal", "Tax", "GrandTotal")))  # fmt: skip
        for name in left_out:
            # Only the stated Tax shows that tax was rounded by the piece.
            if rounding != "piece" or name != "Tax":
                del raw[name]
        self._pay(raw, sign * total, may_change=not on_top)
        return Sale(raw, self.unit, self.includes_tax, sign * total, sign * tax, "Tax" in raw)

    def _line(self, rounding):
        choose = self.random
        name = choose.choice(tuple(CATALOGUE))
        fixed = CATALOGUE[name][1]
        price = choose.choice((choose.randint(1, 2000), choose.randint(1, 100_000))) * self.unit + 2 * fixed
        quantity = Fraction(choose.choice((1, 1, 1, 2, 3, 7, 12)))
        if rounding != "piece" and not fixed and choose.random() < 0.2:
            quantity = Fraction(choose.randint(1, 4000), 1000)  # by weight
        amount = rounded(price * quantity, self.unit)
        most = int((amount - 2 * fixed * quantity) / self.unit)
        discount = choose.randint(0, most) * self.unit if choose.random() < 0.3 and most > 0 else ZERO
        return {"name": name, "price": price, "quantity": quantity, "amount": amount, "discount": discount}

    def _spread(self, lines, extra, net):
        """Take ``extra`` off the lines in proportion: exactly, or in units with the rest on the last line."""
        in_units = self.random.random() < 0.5
        rest = extra
        for line in lines:
            part = extra * (line["amount"] - line["discount"]) / net if net else ZERO
            line["share"] = rounded(part, self.unit) if in_units else part
            rest -= line["share"]
        lines[-1]["share"] += rest

    def _tax(self, lines, charges, rounding):
        by_tax, of_lines = {}, ZERO
        for charge in charges:
            taxes = taxes_at(charge["percents"], charge["amount"], self.includes_tax)
            for place, tax in enumerate(taxes):
                key = ((tuple(map(str, charge["percents"])), 0), place)
                by_tax[key] = by_tax.get(key, ZERO) + tax
                of_lines += rounded(tax, self.unit)
        for line in lines:
            taxed = line["amount"] - line["discount"] - line["share"]
            pieces = line["quantity"]
            for place, tax in enumerate(taxes_of(line["name"], taxed, pieces, self.includes_tax)):
                percents, fixed = CATALOGUE[line["name"]]
                key = ((tuple(map(str, percents)), fixed), place)
                by_tax[key] = by_tax.get(key, ZERO) + tax
                of_lines += (
                    rounded(tax / pieces, self.unit) * pieces if rounding == "piece" else rounded(tax, self.unit)
                )
        if rounding == "order":
            return sum(rounded(tax, self.unit) for tax in by_tax.values())
        if rounding == "total":
            return rounded(sum(by_tax.values()), self.unit)
        return of_lines

    def _item(self, line, sign):
        return {
            "ItemID": 0,
            "ItemName": line["name"],
            "Price": self.number(line["price"]),
            "Quantity": self.number(sign * line["quantity"]),
            "DiscountAmount": self.number(self.random.choice((sign, 1)) * line["discount"]),
        }

    def _pay(self, raw, total, may_change=True):
        choose = self.random
        cash = ZERO if not total else choose.choice((total, total, ZERO, rounded(total / 3, self.unit)))
        change = ZERO
        if cash > 0 and "GrandTotal" in raw and choose.random() < 0.3 and may_change:
            change = choose.randint(1, 2000) * self.unit
        payments = [("Cash", 1, cash + change), ("Card", 2, total - cash)]
        raw["CheckoutDetails"] = [
            {"AmountPaid": self.number(amount), "CardType": name, "PaymentMode": mode}
            for name, mode, amount in payments
            if amount
        ]
        raw["AmountPaid"] = self.number(total + change)

    # Altering an order

    def alter(self, raw):
        """Return a copy of an order with one amount altered by 0.01 to 5.00 (or in units), and its place."""
        altered = copy.deepcopy(raw)
        places = [(altered, name) for name in ("GrandTotal", "Tax", "AmountTotal", "AmountDiscount", "AmountPaid",
                                               "BalanceAmount", "TaxPercent") if name in altered]  # fmt: skip
        places += [(item, name) for item in altered["OrderItems"] for name in ("Price", "Quantity", "DiscountAmount")]
        places += [(payment, "AmountPaid") for payment in altered["CheckoutDetails"]]
        places += places_of_charges(altered)
        holder, name = self.random.choice(places)
        step = max(self.unit, Fraction(1, 100))
        units = self.random.choice((1, 1, 2, self.random.randint(1, int(5 / step))))
        before = read(holder[name])
        off = self.random.choice((1, -1)) * units * step
        holder[name] = self.number(before + off)
        if name == "DiscountAmount" and abs(read(holder[name])) == abs(before):
            holder[name] = self.number(before + 2 * units * step)  # the sign of a discount does not count
        place = name if holder is altered else f"line, payment or charge: {name}"
        return altered, place


class Judge:
    """Decides from the rules alone whether an order may be booked without a warning.

    An amount that rounding explains cannot be distinguished from a wrong one. Rounding explains half a unit for each
    tax of each taxed line and for each line with parts of a unit, but only sums that one rule of rounding gives; and if
    a discount is spread over the lines, the sums that other parts of it would give.

    A line with parts of a unit may be rounded together with its tax, and its tax apart: then its net amount is what is
    left, and both roundings count.
    """

    def __init__(self, raw, unit, includes_tax):
        self.raw = raw
        self.unit = unit
        self.includes_tax = includes_tax
        self.items = [
            (item["ItemName"], read(item["Price"]) * read(item["Quantity"]), read(item["Quantity"]),
             abs(read(item["DiscountAmount"])))
            for item in raw["OrderItems"]
        ]  # fmt: skip
        self.charges = charges_of(raw)

    def figure(self, name):
        return rounded(read(self.raw[name]), self.unit) if name in self.raw else None

    def is_legal(self):
        """Whether some reading of the order agrees with everything that it states."""
        if any(discount > abs(gross) + self.unit for _name, gross, _quantity, discount in self.items):
            return False
        payments = [(payment["CardType"], read(payment["AmountPaid"])) for payment in self.raw["CheckoutDetails"]]
        paid = sum((amount for _name, amount in payments), ZERO)
        total = self.figure("GrandTotal")
        if total is None:
            total = paid
        cash = sum((amount for name, amount in payments if name == "Cash"), ZERO)
        tips = sum((amount for kind, amount, _options in self.charges if kind == "tip"), ZERO)
        totals = [total]
        if "GrandTotal" in self.raw and tips * total > 0 and paid == total + tips:
            totals.append(total + tips)  # the tip comes on top
        return any(self._is_legal(total, paid, cash) for total in totals)

    def _is_legal(self, total, paid, cash):
        is_paid = paid == total or (paid > total >= 0 and paid - total <= cash)
        balance = self.figure("BalanceAmount")
        is_settled = not balance or (balance < 0 and -balance in (paid - total, self.figure("AmountPaid") - total))
        readings = combinations(self._readings(), combinations(*(options for *_charge, options in self.charges)))
        return is_paid and is_settled and any(self._agrees(total, *reading, of) for reading, of in readings)

    def _readings(self):
        """Each reading: whether TaxPercent decides, what is taken off the lines, what off the total."""
        sign = 1 if sum(gross for _name, gross, _quantity, _discount in self.items) >= 0 else -1
        own = sum(discount for _name, _gross, _quantity, discount in self.items)
        stated = abs(self.figure("AmountDiscount"))
        extras = [stated, stated - own] if stated > own else [stated]
        discounts = [(extra, ZERO) for extra in extras] + [(ZERO, extra) for extra in extras]
        if stated in (0, own):
            discounts = [(ZERO, ZERO)] + ([] if not stated else discounts)
        for by_percent, (before, after) in combinations((False, True), discounts):
            if not by_percent or self.raw.get("TaxPercent") is not None:
                yield by_percent, sign * before, sign * after

    def _agrees(self, total, by_percent, before, after, charge_percents):
        sign = -1 if total < 0 else 1
        gross = [abs(gross) * (1 if gross >= 0 else -1) for _name, gross, _quantity, _discount in self.items]
        own = [
            discount * (1 if amount >= 0 else -1) for amount, (*_item, discount) in zip(gross, self.items, strict=True)
        ]
        nets = [amount - discount for amount, discount in zip(gross, own, strict=True)]
        net = sum(nets)
        if before and (not net or abs(before) > abs(net)):
            return False
        taxed = [amount - before * amount / net if before else amount for amount in nets]
        net_rounding = self._rounding(nets)
        together = ZERO
        tax = tax_rounding = by_piece = ZERO
        exact_taxes = []
        for line, ((name, _gross, quantity, _discount), amount) in enumerate(zip(self.items, taxed, strict=True)):
            moved = (self.unit / 2 if amount % self.unit else 0) + (self.unit if before else 0)
            for place, one in enumerate(self._taxes(name, amount, quantity, by_percent)):
                tax += one
                share = abs(one / amount) if amount else 0
                rounding = (self.unit / 2 if one % self.unit or moved else 0) + share * moved
                kind = self._kind(name, by_percent)
                exact_taxes.append((len(exact_taxes), line, kind, place, one, share * moved))
                tax_rounding += rounding
                together += rounding if amount % self.unit else 0
                pieces = quantity if quantity % 1 == 0 and quantity else 1
                by_piece += rounded(one / pieces, self.unit) * pieces
        charge_taxes = []
        charges = zip(self.charges, charge_percents, strict=True)
        for index, ((_kind, amount, _options), percents) in enumerate(charges):
            taxes = taxes_at(percents, amount, self.includes_tax)
            charge_taxes.append(sum(taxes, ZERO))
            tax += charge_taxes[-1]
            kind = (tuple(map(str, percents)), 0)
            exact_taxes += [
                (f"{index} {place}", f"charge {index}", kind, place, one, ZERO) for place, one in enumerate(taxes)
            ]
            by_piece += sum(rounded(one, self.unit) for one in taxes)
            tax_rounding += sum((self.unit / 2 for one in taxes if one % self.unit), ZERO)
        stated = self.figure("Tax")
        charged = sum((amount for _kind, amount, _options in self.charges), ZERO)
        told = stated
        if told is None and not self.includes_tax and not net_rounding:
            told = total - (net - before - after + charged)
        if told is not None and told != by_piece:
            ways = [exact_taxes]
            if before:
                kinds = [self._kind(name, by_percent) for name, *_item in self.items]
                ways = (
                    self._tax_ways(left, exact_taxes, by_percent)
                    for left in spread_ways(before, nets, kinds, self.unit)
                )
            if not any(is_rounded(told, way, self.unit) for way in ways):
                return False
        if stated is not None and abs(stated - tax) > tax_rounding and stated != by_piece:
            return False
        exact = net - before - after + charged + (0 if self.includes_tax else tax)
        if stated is not None and not self.includes_tax:
            exact += stated - tax
        slack = net_rounding + together + (tax_rounding if stated is None and not self.includes_tax else 0)
        if abs(total - exact) > slack or sign * exact < -slack:
            return False
        return self._subtotal(gross, own, total, before + after, charge_taxes)

    def _kind(self, name, by_percent):
        percents, fixed = ((self.raw["TaxPercent"],), 0) if by_percent else CATALOGUE[name]
        return tuple(map(str, percents)), fixed

    def _tax_ways(self, left, taxes, by_percent):
        """``taxes`` of the amounts that are ``left`` of the lines."""
        of_lines = {}
        for line, ((name, gross, quantity, discount), amount) in enumerate(zip(self.items, left, strict=True)):
            for place, one in enumerate(self._taxes(name, amount, quantity, by_percent)):
                net = abs(gross) - discount
                off = abs(one / amount) * self.unit / 2 if amount and net % self.unit else ZERO
                of_lines[line, place] = (one, off)
        return [
            (number, line, kind, place, *of_lines.get((line, place), before))
            for number, line, kind, place, *before in taxes
        ]

    def _subtotal(self, gross, own, total, extra, charge_taxes):
        """Whether AmountTotal is that of the lines, with or without charges, and, with the other totals, makes
        ``total``."""
        subtotal, tax = self.figure("AmountTotal"), self.figure("Tax")
        if subtotal is None:
            return True
        nets = [amount - discount for amount, discount in zip(gross, own, strict=True)]
        charges = [(kind, amount) for kind, amount, _options in self.charges]
        for kinds in ((), {kind for kind, _amount in charges}, {kind for kind, _amount in charges} - {"tip"}):
            inside = sum((amount for kind, amount in charges if kind in kinds), ZERO)
            beside = sum((amount for _kind, amount in charges), -inside)
            for amounts, taken in ((gross, sum(own) + extra), (nets, extra)):
                if abs(subtotal - sum(amounts) - inside) <= self._rounding(amounts):
                    if tax is None and not self.includes_tax:
                        return True
                    if subtotal - taken + beside + (0 if self.includes_tax else tax) == total:
                        return True
            if self.includes_tax and tax is not None:
                taxes = [one for (kind, _amount), one in zip(charges, charge_taxes, strict=True) if kind not in kinds]
                rest = subtotal + tax + beside - sum(taxes, ZERO) - total
                if any(abs(rest - taken) <= self._rounding(taxes) for taken in (0, extra, sum(own) + extra)):
                    return True
        return False

    def _taxes(self, name, amount, quantity, by_percent):
        if not by_percent:
            return taxes_of(name, amount, quantity, self.includes_tax)
        rate = read(self.raw["TaxPercent"]) / 100
        return [amount * rate / (1 + rate if self.includes_tax else 1)] if rate else []

    def _rounding(self, amounts):
        return sum((self.unit / 2 for amount in amounts if amount % self.unit), ZERO)
