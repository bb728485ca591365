"""Typed parts of an external order, as read by `payload`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..message import Message
from ..money import exact
from .names import ItemKey


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
class OrderPayload:
    """An order.

    Amounts are in the shop's currency, None if missing; `discount` is AmountDiscount with the order's sign. `currency`
    is the order's currency as sent, or "". `charges` are nonzero charges in addition to the items, by field. `further`
    are all other numbers and texts of the order, by field, not parsed.
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
    charges: tuple[tuple[str, Decimal], ...]
    further: tuple[tuple[str, Any], ...]
    warnings: tuple[Message, ...]
