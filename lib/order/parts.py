"""Typed parts of an external order, as read by `payload`."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..message import Message
from ..money import exact
from .spellings import ItemKey

CHARGE_TYPES = ("service", "delivery", "tip", "packaging", "deposit", "rounding", "other")


@dataclass(frozen=True, slots=True)
class Component:
    """A component of an item that is delivered with it; `quantity` is for the whole line, `price` is informative."""

    item_id: int | None
    name: str
    price: Decimal
    quantity: Decimal
    odoo_id: int | None = None
    sku: str = ""
    barcode: str = ""
    named: bool = True

    @property
    def key(self) -> ItemKey:
        return ItemKey(self.item_id, self.name, self.odoo_id, self.sku, self.barcode, self.named)


@dataclass(frozen=True, slots=True)
class Item:
    """A line.

    `item_id` is above 0 or None; `price` is per unit, with or without tax like all prices of the sender; `discount` is
    for the whole line and has the sign of `gross`.
    """

    item_id: int | None
    name: str
    price: Decimal
    quantity: Decimal
    discount: Decimal
    components: tuple[Component, ...]
    odoo_id: int | None = None
    sku: str = ""
    barcode: str = ""
    named: bool = True

    @property
    def key(self) -> ItemKey:
        return ItemKey(self.item_id, self.name, self.odoo_id, self.sku, self.barcode, self.named)

    @property
    @exact
    def gross(self) -> Decimal:
        """The line's amount before discount, exact."""
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment; negative in a return. `card_last4` is the last four digits, or "" without a card number.

    `is_ambiguous`: its amount was written like "1,092", which is 1.092 where a currency has three decimals.
    """

    amount: Decimal
    card_type: str
    payment_mode: int | None
    reference: str
    card_last4: str
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge in addition to the items: a fee if `amount` is above 0, money off if below.

    `type` is one of `CHARGE_TYPES`, `field` the path of its amount in the order ("ServiceCharges",
    "Charges[2].Amount"), `name` its name as sent or "". `tax_percent` is the tax rate that the order states for it.
    """

    type: str
    field: str
    amount: Decimal
    name: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought; texts as sent, "" if missing. `odoo_id` is a contact in Odoo, `external_id` the sender's number."""

    odoo_id: int | None = None
    external_id: str = ""
    ref: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class OrderPayload:
    """An order.

    Amounts are in the shop's currency, None if missing; `discount` is AmountDiscount with the order's sign. `currency`
    is the order's currency as sent, or "". `charges` are nonzero charges in addition to the items. `further` are all
    other numbers and texts of the order, by field, not parsed.

    `items` is empty only if every item was voided and the order costs nothing. `discount_percent` is the order's
    discount in per cent, above 0, if there is no AmountDiscount other than 0.

    `sold_at` is when it was sold: in UTC if the order states its offset, otherwise without time zone, in local time.
    `prices_exclude_tax`: every item's price other than 0 came as PriceWithoutTax, so none includes tax, whatever the
    configuration. `mixes_prices`: some came as PriceWithoutTax, others as Price, so where the configuration's prices
    include tax, the order has prices of both kinds.

    `voided` are the paths of items that were voided, with their amounts as far as these can be read. `ambiguous` are
    the fields of totals, charges and payments that are written like "1,092", see `Payment`.
    """

    external_id: str
    status: str
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    amount_total: Decimal | None
    grand_total: Decimal | None
    amount_paid: Decimal | None
    tax: Decimal | None
    tax_percent: Decimal | None
    discount: Decimal | None
    balance: Decimal | None
    currency: str
    charges: tuple[Charge, ...]
    further: tuple[tuple[str, Any], ...]
    warnings: tuple[Message, ...]
    discount_percent: Decimal | None = None
    prices_exclude_tax: bool = False
    sold_at: datetime | None = None
    customer: Customer | None = None
    wants_invoice: bool = False
    location_id: str = ""
    order_type: str = ""
    note: str = ""
    order_taker: str = ""
    mixes_prices: bool = False
    # They only explain a refusal: orders that differ in them are the same.
    voided: tuple[tuple[str, Decimal], ...] = field(default=(), compare=False)
    ambiguous: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class RefundItem:
    """Goods or money that came back for an item of a sale.

    `quantity` and `amount` are above 0, or None if not stated; at least one of them is stated. `amount` is the money
    paid back for this item, with tax unless the payments prove otherwise; it may be 0 for goods that cost nothing.
    `priced` is what its own price says, less its own `discount`, which counts if what was paid back proves it, or if
    nothing says what was paid back. `priced_without_tax`: it came as PriceWithoutTax. `restock` is whether the goods
    go back to stock, None if not stated. `sent_quantity` is the quantity as sent, if it had to be rounded.
    `field` is the item's path in the refund, for messages. The other fields identify the item as those of `Item` do.
    """

    item_id: int | None
    name: str
    quantity: Decimal | None
    amount: Decimal | None
    restock: bool | None
    odoo_id: int | None = None
    sku: str = ""
    barcode: str = ""
    named: bool = True
    field: str = ""
    priced: Decimal | None = None
    priced_without_tax: bool = False
    discount: Decimal = Decimal(0)
    sent_quantity: Decimal | None = None

    @property
    def key(self) -> ItemKey:
        return ItemKey(self.item_id, self.name, self.odoo_id, self.sku, self.barcode, self.named)


@dataclass(frozen=True, slots=True)
class RefundFigures:
    """What a refund states beside its items, payments and total, without signs; None, or no charge, if not stated.

    `amount_total`, `discount` and `discount_percent` are like those of an `OrderPayload`. A charge is above 0 if it
    came back as the goods did, and below 0 if its sign is the other one.
    """

    amount_total: Decimal | None = None
    discount: Decimal | None = None
    discount_percent: Decimal | None = None
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundPayload:
    """What was refunded of an order at one time.

    `refund_id` identifies the refund within its order; the order of a cancellation has "cancellation". Payments above
    0 were paid back. `total` is the stated total that was paid back and `tax` the tax in it, both above 0, None if not
    stated. `is_rest`: all that is not refunded yet came back; then `items` only say what happens to the goods, unless
    they say that less was paid back. `restock` says that of all goods, where `items` do not; None if it is not stated.
    `refunded_at` and `currency` are like those of an `OrderPayload`.
    """

    external_id: str
    refund_id: str
    refunded_at: datetime | None
    items: tuple[RefundItem, ...]
    payments: tuple[Payment, ...]
    total: Decimal | None
    tax: Decimal | None
    is_rest: bool
    reason: str
    location_id: str
    warnings: tuple[Message, ...]
    currency: str = ""
    figures: RefundFigures = RefundFigures()
    restock: bool | None = None

    @property
    def says_amount(self) -> bool:
        """Whether its payments or its total say what was paid back in all."""
        return bool(self.payments) or self.total is not None
