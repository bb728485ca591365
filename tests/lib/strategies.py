"""Hypothesis strategies for orders and JSON values.

They import neither Odoo nor the addon, so every kind of test can use them.

`shop_orders` makes orders that are right by the rule GrandTotal = AmountTotal - discounts + Tax, `in_full` says
when, where and to whom they were sold, in the names of any generation, `broken` damages them, `json_values` is anything
a feed might send.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

NAMES = ("Espresso", "Flat White", "Chocolate Cake", "Mineral Water", "Sandwich")
TAX_PERCENTS = tuple(map(Decimal, ("0", "5", "7.7", "15", "19", "20")))
DISCOUNT_KINDS = ("none", "added", "whole", "repeated")

DECIMALS = st.sampled_from((0, 2, 3))
PERCENTS = st.sampled_from(TAX_PERCENTS)
ORDER_IDS = st.integers(min_value=1, max_value=10**9)
QUANTITIES = st.integers(1, 12).map(Decimal) | st.integers(1, 5000).map(lambda grams: grams * Decimal("0.001"))

# fmt: off
KNOWN_KEYS = (
    "OrderID", "OrderItems", "OrderDetails", "Name", "Price", "PriceWithoutTax", "Quantity", "DiscountPercentage",
    "Mode", "CardNumber", "cvv", "AmountPaid", "Type", "Amount", "TaxPercent", "ID", "Email", "VAT", "partner_id",
)
SUSPECTS = (
    None, True, False, 0, -1, 10**15, 10**400, 4111111111111111, 0.1, 1e300, 5e-324, float("nan"), float("-inf"),
    "", " ", "0", "-", "639.0", "92.0", "92,0", "1,092.00", "1,09,2.00", "NaN", "Infinity", "1e400", "x" * 5000,
    "2026-11-15T10:30:00Z", "31-12-2025 05:16:43 PM", "0001-01-01T00:00:00", "Void", "Cash", "true", "ada@example.com",
    "\0", "a\0b", "\ud800", "\x1b[31m", "\u202eabc", "قهوة", "☕️🍰", "4111 1111 1111 1111",
    *map(Decimal, ("NaN", "sNaN", "Infinity", "1E+400", "1E-400", "0E-999", "-0", "91.99999999999999")),
    [], {}, [None], [{}], {"": {}},
)
# fmt: on


@dataclass(frozen=True)
class ShopOrder:
    """What the shop sold: the order as the feed writes it (`raw`) and the shop's own figures, all in multiples of
    `unit`.
    """

    raw: dict[str, Any]
    unit: Decimal
    net: Decimal
    discount: Decimal
    tax: Decimal
    grand_total: Decimal
    change: Decimal
    is_return: bool


def scalars() -> st.SearchStrategy:
    """JSON scalars, the usual suspects among them; also what only a Python caller can bring (floats, NaN)."""
    return st.one_of(
        st.sampled_from(SUSPECTS),
        st.integers(),
        st.decimals(),
        st.floats(),
        st.text(max_size=20),
    )


def json_values(max_leaves: int = 8) -> st.SearchStrategy:
    """Any JSON value, nested, with keys of orders among the keys."""
    keys = st.one_of(st.sampled_from(KNOWN_KEYS), st.text(max_size=8))
    return st.recursive(
        scalars(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=max_leaves,
    )


def written(amount: Decimal) -> st.SearchStrategy:
    """The ways in which feeds write one amount."""
    forms = [amount, str(amount), f" {amount:,} ", f"{amount:f}0" if "." in f"{amount:f}" else f"{amount:f}.0"]
    if amount == amount.to_integral_value():
        forms.append(int(amount))
    return st.sampled_from(forms)


def _is_clear(form: Any) -> bool:
    """Whether a price is not refused for a comma that may be a decimal comma."""
    return not isinstance(form, str) or "," not in form or "." in form


@st.composite
def shop_orders(
    draw,
    decimals: st.SearchStrategy = DECIMALS,
    tax_percents: st.SearchStrategy = PERCENTS,
    names: tuple[str, ...] = NAMES,
    component_names: tuple[str, ...] = NAMES,
    card_types: tuple[str, ...] = ("Cash", "Card"),
    order_ids: st.SearchStrategy = ORDER_IDS,
    allow_returns: bool = True,
    allow_charges: bool = False,
) -> ShopOrder:
    """A valid order of a shop whose currency has `decimals` decimals: a sale, with or without change, or a return.

    The amount of a line is rounded to the currency. So is the tax, of each line (where nothing is spread over them)
    or of the sum; less than a unit a line lies between the two. AmountDiscount is absent or 0 (`none`), comes on top
    of the lines' discounts (`added`), contains them (`whole`), or is their sum once more (`repeated`). With
    `allow_charges`, it may have a service charge, of which TaxPercent is taken or nothing, and a tip.
    """
    unit = Decimal(1).scaleb(-draw(decimals))
    sign = -1 if allow_returns and draw(st.integers(0, 9)) == 0 else 1
    items, amounts, carried = [], [], []
    for _index in range(draw(st.integers(1, 5))):
        price = draw(st.integers(0, 100_000)) * unit
        quantity = draw(QUANTITIES)
        amount = (price * quantity).quantize(unit, ROUND_HALF_UP)
        discount = draw(st.just(0) | st.integers(0, int(amount / unit))) * unit if price else 0 * unit
        amounts.append(sign * amount)
        carried.append(sign * discount)
        items.append(
            {
                "ItemID": 0,
                "ItemName": draw(st.sampled_from(names)),
                "Price": draw(written(price).filter(_is_clear)),
                "Quantity": draw(written(sign * quantity)),
                "DiscountAmount": draw(written(sign * discount)),
                "OrderDetailPackages": draw(_components(component_names, sign)),
            }
        )
    net = sum(amounts) - sum(carried)
    kind = draw(st.sampled_from(DISCOUNT_KINDS))
    extra = 0 * unit
    if kind in ("added", "whole") and net:
        extra = sign * draw(st.integers(0, int(abs(net) / unit))) * unit
        net -= extra
    told = {"none": 0 * unit, "added": extra, "whole": extra + sum(carried), "repeated": sum(carried)}[kind]
    percent = draw(tax_percents)
    tax = (net * percent / 100).quantize(unit, ROUND_HALF_UP)
    if not extra and draw(st.booleans()):
        nets = (amount - discount for amount, discount in zip(amounts, carried, strict=True))
        tax = sum((line * percent / 100).quantize(unit, ROUND_HALF_UP) for line in nets)
    charges = {}
    if allow_charges and net and draw(st.booleans()):
        fee, tip = sign * draw(st.integers(1, 3000)) * unit, sign * draw(st.just(0) | st.integers(1, 900)) * unit
        charges = {"ServiceCharges": draw(written(fee)), "TipAmount": draw(written(tip))}
        net += fee + tip
        tax += draw(st.sampled_from((0 * unit, (fee * percent / 100).quantize(unit, ROUND_HALF_UP))))
    raw = {
        "OrderID": draw(order_ids),
        **charges,
        "AmountDiscount": draw(written(told)),
        "AmountTotal": draw(written(sum(amounts))),
        "BalanceAmount": 0,
        "GrandTotal": draw(written(net + tax)),
        "Tax": draw(written(tax)),
        "TaxPercent": draw(written(percent)),
        "OrderStatus": 103,
        "OrderItems": items,
    }
    change = draw(_add_payments(raw, net + tax, unit, card_types))
    return ShopOrder(raw, unit, net, sum(carried) + extra, tax, net + tax, change, net + tax < 0)


@st.composite
def _components(draw, names: tuple[str, ...], sign: int) -> list[dict[str, Any]]:
    """The components of a line: none, mostly."""
    return [
        {
            "ItemID": 0,
            "ItemName": draw(st.sampled_from(names)),
            "Price": draw(st.integers(0, 50)),
            "Quantity": sign * draw(st.integers(1, 4)),
        }
        for _index in range(draw(st.sampled_from((0, 0, 0, 1, 2))))
    ]


@st.composite
def _add_payments(
    draw, raw: dict[str, Any], grand_total: Decimal, unit: Decimal, card_types: tuple[str, ...]
) -> Decimal:
    """Pay the order in `raw`, with one payment or several; the result is the change that was given."""
    change = draw(st.just(0) | st.integers(1, 500)) * unit if grand_total > 0 else 0 * unit
    raw["AmountPaid"] = draw(written(grand_total + change))
    if draw(st.integers(0, 9)) == 0:
        raw["PaymentMode"] = 1
        raw["CheckoutDetails"] = draw(st.sampled_from((None, [])))
        return change
    rest, parts = grand_total, []
    for _index in range(draw(st.integers(0, 2))):
        part = (rest * draw(st.integers(0, 100)) / 100).quantize(unit, ROUND_HALF_UP)
        rest -= part
        parts.append((part, draw(st.sampled_from(card_types))))
    # Change is given on cash, so the payment that exceeds is the cash one.
    parts.append((rest + change, card_types[0]))
    raw["PaymentMode"] = "1"
    raw["CheckoutDetails"] = [
        {
            "AmountPaid": draw(written(part)),
            "CardNumber": "" if card_type == card_types[0] else "4111111111111111",
            "CardType": card_type,
            "PaymentMode": 1 if card_type == card_types[0] else 2,
            "ReferenceID": "" if card_type == card_types[0] else f"REF-{index}",
        }
        for index, (part, card_type) in enumerate(parts)
    ]
    return change


# fmt: off
CIRCUMSTANCES = {
    "OrderDate": st.sampled_from(("2026-11-15T10:30:00+03:00", "2026-11-15 10:30:00", "15/11/2026 05:16:43 PM")),
    "CheckoutDate": st.sampled_from(("31-12-2025 05:16:43 PM", "2025-12-31T17:16:43Z")),
    "partner_id": st.sampled_from((None, False, 7, "7", [7, "Ada"])),
    "customer_ref": st.sampled_from(("", "CUST-002")),
    "CustomerID": st.sampled_from((0, 12, "A-12")),
    "CustomerName": st.sampled_from(("", "Ada Lovelace", "قهوة")),
    "CustomerContact": st.sampled_from(("", "+49 151 12345678", 966501234567)),
    "CustomerEmail": st.sampled_from(("", "ada@example.com")),
    "Customer": st.fixed_dictionaries({}, optional={
        "ID": st.just(12), "Ref": st.just("CUST-002"), "Name": st.just("Ada"), "Email": st.just("ada@example.com"),
        "Phone": st.just("0151 1"), "VAT": st.just("DE123456788"), "Zip": st.just(10115), "Country": st.just("DE"),
    }),
    "Invoice": st.sampled_from((True, False, "true", 0, None)),
    "LocationID": st.sampled_from((0, 404, "B-1")),
    "OrderType": st.sampled_from(("", "Dine In")),
    "Remark": st.sampled_from(("", "no sugar")),
    "Note": st.sampled_from(("", "ring twice")),
    "OrderTakerID": st.sampled_from((0, 17, "ada")),
    "ServiceCharges": st.sampled_from((0, "0.00", None)),
    "DeliveryCharges": st.sampled_from((0, None)),
    "Tip": st.sampled_from((0, "")),
    "Charges": st.lists(st.fixed_dictionaries({"Type": st.just("x"), "Amount": st.just(0)}), max_size=1),
    "DiscountPercent": st.just(0),
}
# fmt: on


@st.composite
def in_full(draw, orders: st.SearchStrategy) -> ShopOrder:
    """An order that means the same, with its circumstances, in names of any generation, and with voided items."""
    order = draw(orders)
    raw = {key: value for key, value in order.raw.items() if key not in ("OrderItems", "CheckoutDetails")}
    raw |= draw(st.fixed_dictionaries({}, optional=CIRCUMSTANCES))
    is_net = draw(st.booleans())
    items = [draw(_renamed(item, is_net)) for item in order.raw["OrderItems"]]
    for _index in range(draw(st.sampled_from((0, 0, 1)))):
        items.insert(draw(st.integers(0, len(items))), {"Name": "Voided", "Price": 5, "Quantity": 1, "Mode": "Void"})
    draw(_named(raw, ("OrderItems", "OrderDetails"), items))
    draw(_named(raw, ("CheckoutDetails", "OrderCheckoutDetails"), order.raw["CheckoutDetails"]))
    return replace(order, raw=raw)


@st.composite
def _renamed(draw, item: dict[str, Any], is_net: bool) -> dict[str, Any]:
    """An item or component under names of any generation."""
    renamed = {key: value for key, value in item.items() if key not in ("ItemName", "Price", "OrderDetailPackages")}
    draw(_named(renamed, ("ItemName", "Name"), item["ItemName"]))
    renamed["PriceWithoutTax" if is_net else "Price"] = item["Price"]
    if parts := item.get("OrderDetailPackages"):
        renamed["OrderDetailPackages"] = [draw(_renamed(part, is_net)) for part in parts]
    return renamed | draw(st.sampled_from(({}, {"Mode": "Add", "Status": 201})))


@st.composite
def _named(draw, holder: dict[str, Any], names: tuple[str, str], value: Any) -> None:
    """Put a value under one of two names, and perhaps nothing under the first if it is the second that counts."""
    name = draw(st.sampled_from(names))
    if name == names[1] and draw(st.booleans()):
        holder[names[0]] = draw(st.sampled_from((None, "", [])))
    holder[name] = value


def paths(value: Any, prefix: tuple = ()) -> list[tuple]:
    """The paths of everything inside `value`, each a tuple of keys and positions."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, entry in entries:
        found += [(*prefix, key), *paths(entry, (*prefix, key))]
    return found


def changed(value: Any, path: tuple, new: Any) -> Any:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@st.composite
def broken(draw, orders: st.SearchStrategy | None = None) -> dict[str, Any]:
    """A valid order in which one to three values, anywhere, were replaced by any JSON value."""
    raw = draw(in_full(shop_orders()) if orders is None else orders).raw
    for _index in range(draw(st.integers(1, 3))):
        candidates = paths(raw)
        if candidates:
            raw = changed(raw, draw(st.sampled_from(candidates)), draw(json_values()))
    return raw
