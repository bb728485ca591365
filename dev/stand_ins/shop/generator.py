"""Orders made from a seed. The same seed and number always give the same order."""

import dataclasses
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from random import Random
from typing import Any

from .catalog import PRODUCTS, Product, products_taxed_at
from .chain import LOCAL_TIME, Chain
from .details import with_details
from .generations import GENERATIONS
from .money import CENT, ZERO, round_half_up
from .order import Order
from .parts import Component, Line, Payment
from .refunds import LISTED

FIRST_NUMBER = 1001
MIXED = "mixed"

# Rare kinds of orders come at fixed positions, so that even a short feed contains each of them.
_CYCLE = 40
_RETURNS, _GIFTS, _EXCHANGES = (9, 29), (19,), (39,)

_TAX_RATES = (Decimal(15), Decimal(15), Decimal(0))
_NOTES = (Decimal(5), Decimal(10), Decimal(20), Decimal(50), Decimal(100))
_TEST_CARD_NUMBERS = ("", "************4242", "4111111111111111")


class OrderGenerator:
    """Make orders.

    :param seed: any integer
    :param generation: the format of the orders, one of ``GENERATIONS``, or ``mixed`` for each of them in turn
    :param chain: the branches; their orders have customers, charges and other details
    """

    def __init__(self, seed: int, generation: str = GENERATIONS[0], chain: Chain | None = None):
        if generation not in (*GENERATIONS, MIXED):
            raise ValueError(f"generation must be one of {', '.join((*GENERATIONS, MIXED))}, not {generation!r}")
        self.seed = seed
        self.generation = generation
        self.chain = chain

    def make(self, number: int, sold_at: datetime, /, **values: Any) -> Order:
        """Return the order with this number, and with other ``values`` of its fields. They never change its items.

        Of every 40 orders, two are returns, one is free (every line is discounted by 100 %) and one is an exchange of
        equal products, whose total is 0 as well; the others are sales.
        """
        random = Random(f"{self.seed}/{number}")
        place = (number - FIRST_NUMBER) % _CYCLE
        tax_percent = random.choice(_TAX_RATES)
        discount = ZERO
        if place in _GIFTS:
            lines = tuple(
                dataclasses.replace(line, discount_percent=Decimal(100)) for line in _basket(random, tax_percent)
            )
        elif place in _EXCHANGES:
            lines = _exchange(random, tax_percent)
        elif place in _RETURNS:
            lines = tuple(_returned(line) for line in _basket(random, tax_percent)[:2])
        else:
            lines = tuple(_maybe_discounted(random, line) for line in _basket(random, tax_percent))
            discount = _order_discount(random, lines)
        generation = GENERATIONS[number % len(GENERATIONS)] if self.generation == MIXED else self.generation
        facts = {
            "number": number,
            "tax_percent": tax_percent,
            "lines": lines,
            "payments": (),
            "sold_at": sold_at,
            "changed_at": sold_at,
            "discount": discount,
            "totals_as_text": random.random() < 0.3,
            "generation": generation,
        }
        order = Order(**facts)
        if self.chain:
            order = with_details(order, self.seed, number - FIRST_NUMBER)
            order = dataclasses.replace(order, location=self.chain.location_of(number))
        order = dataclasses.replace(order, **values)
        if self.chain:
            # The first generation writes the time without an offset: it is the time on the branch's clock.
            order = dataclasses.replace(order, sold_at=order.sold_at.astimezone(LOCAL_TIME))
        return dataclasses.replace(order, payments=_payments(random, order))


def changed(order: Order, changed_at: datetime) -> Order:
    """Return the order with an added line and a new cash payment, like a shop assistant's later change.

    Its refunds stay as they are, unless the order has a discount on the whole, which the line would share.
    """
    if order.refunds and (order.discount or order.refunds[-1].form != LISTED):
        raise ValueError(f"order {order.number} has come back")
    products = products_taxed_at(order.tax_percent)
    line = Line(products[(order.number + len(order.lines)) % len(products)], Decimal(1))
    longer = dataclasses.replace(order, lines=(*order.lines, line), changed_at=changed_at, payments=())
    payments = (Payment("Cash", 1, longer.grand_total),) if longer.grand_total else ()
    return dataclasses.replace(longer, payments=payments)


def _line(product: Product, quantity: Decimal) -> Line:
    components = tuple(Component(PRODUCTS[name], each * quantity) for name, each in product.contains)
    return Line(product, quantity, components=components)


def _basket(random: Random, tax_percent: Decimal) -> tuple[Line, ...]:
    products = random.sample(products_taxed_at(tax_percent), random.randint(1, 5))
    return tuple(_line(product, _quantity(random, product)) for product in products)


def _quantity(random: Random, product: Product) -> Decimal:
    if product.by_weight:
        return Decimal(random.randint(1, 10)) / 4
    return Decimal(random.choice((1, 1, 1, 2, 2, 3, 5, 12)))


def _returned(line: Line) -> Line:
    components = tuple(dataclasses.replace(part, quantity=-part.quantity) for part in line.components)
    return dataclasses.replace(line, quantity=-line.quantity, components=components)


def _exchange(random: Random, tax_percent: Decimal) -> tuple[Line, ...]:
    """Return the lines of an exchange: one product comes back, and an equal one leaves."""
    line = _line(random.choice(products_taxed_at(tax_percent)), Decimal(1))
    return (_returned(line), line)


def _maybe_discounted(random: Random, line: Line) -> Line:
    if random.random() >= 0.25:
        return line
    return dataclasses.replace(line, discount_percent=Decimal(random.choice((5, 10, 15, 33))))


def _order_discount(random: Random, lines: tuple[Line, ...]) -> Decimal:
    if random.random() >= 0.2:
        return ZERO
    net = sum((line.net for line in lines), ZERO)
    if net > 20 and random.random() < 0.5:
        return Decimal("5.00")
    return round_half_up(net / 10)


def _payments(random: Random, order: Order) -> tuple[Payment, ...]:
    total = order.grand_total
    if not total:
        return ()
    if total < 0:
        return (_cash(random, total) if random.random() < 0.5 else _card(random, order, total, 1),)
    way = random.choice(("cash", "change", "card", "card", "split", "two cards"))
    if way == "cash":
        return (_cash(random, total),)
    if way == "change":
        return (_cash(random, _rounded_up_to_notes(random, total)),)
    if way == "card" or total < 1:
        return (_card(random, order, total, 1),)
    first = round_half_up(total * random.randint(20, 80) / 100)
    rest = total - first
    if way == "two cards":
        return (_card(random, order, first, 1), _card(random, order, rest, 2))
    handed_over = rest if random.random() < 0.5 else _rounded_up_to_notes(random, rest)
    return (_card(random, order, first, 1), _cash(random, handed_over))


def _cash(random: Random, amount: Decimal) -> Payment:
    # With an empty CardType, only PaymentMode shows the payment type.
    return Payment(random.choice(("Cash", "Cash", "Cash", "CASH", "")), 1, amount)


def _card(random: Random, order: Order, amount: Decimal, position: int) -> Payment:
    return Payment(
        card_type=random.choice(("Card", "Card", "card")),
        payment_mode=random.choice((2, 2, 3)),
        amount=amount,
        reference=f"TX-{order.number}-{position}",
        card_number=random.choice(_TEST_CARD_NUMBERS),
    )


def _rounded_up_to_notes(random: Random, amount: Decimal) -> Decimal:
    """Return the cash of a customer without exact change: the next multiple of a note above the amount."""
    note = random.choice(_NOTES)
    return ((amount + CENT) / note).to_integral_value(ROUND_CEILING) * note
