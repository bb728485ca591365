"""The names of an order's fields, in every generation of the format. Of the names of one row, see `sent_name`.

`docs/order_format.md` lists them for the sender's author.
"""

from decimal import Decimal
from typing import Any

from ..money import AmountError, parse_amount

ITEMS = ("OrderItems", "OrderDetails")
ITEM_NAME = ("ItemName", "Name")
PRICE_WITHOUT_TAX = "PriceWithoutTax"
PRICE = ("Price", PRICE_WITHOUT_TAX)
DISCOUNT_PERCENTAGE = "DiscountPercentage"
ITEM_DISCOUNT = ("DiscountAmount", DISCOUNT_PERCENTAGE)
ITEM_STATE = ("Mode", "Status")  # either may say that the item was voided

PAYMENTS = ("CheckoutDetails", "OrderCheckoutDetails")
DISCOUNT_PERCENT = "DiscountPercent"
ORDER_DISCOUNT = ("AmountDiscount", DISCOUNT_PERCENT)
TOTALS = ("AmountTotal", "GrandTotal", "AmountPaid", "Tax", "TaxPercent", "AmountDiscount", "BalanceAmount")
SOLD_AT = ("OrderDate", "CheckoutDate")
NOTE = ("Remark", "Note")
INVOICE = "Invoice"

# What came back of an order, and when it was last changed.
REFUNDS = "Refunds"
REFUND_ID = "RefundID"
REFUND_ITEMS = ("Items", "RefundItems", *ITEMS, "items", "LineItems", "line_items", "Lines")
REFUND_DATE = "RefundDate"
REFUND_TOTAL = ("Amount", "GrandTotal")
REFUND_REASON = ("Reason", *NOTE)
RESTOCK = "Restock"
UPDATED_AT = ("LastUpdated", "LastUpdatedDate", "UpdatedAt", "ModifiedDate")

# The type of each charge that has its own field; `CHARGES` lists the others.
FLAT_CHARGES = {"service": ("ServiceCharges",), "delivery": ("DeliveryCharges",), "tip": ("Tip", "TipAmount")}
CHARGES = "Charges"

# Field of `Customer`: its names in the order, and in the order's Customer object.
CUSTOMER = "Customer"
CUSTOMER_FIELDS = {
    "odoo_id": (("partner_id",), ("partner_id",)),
    "external_id": (("CustomerID",), ("ID",)),
    "ref": (("customer_ref",), ("Ref",)),
    "name": (("CustomerName",), ("Name",)),
    "email": (("CustomerEmail",), ("Email",)),
    "phone": (("CustomerContact",), ("Phone",)),
    "vat": ((), ("VAT",)),
    "street": ((), ("Street",)),
    "city": ((), ("City",)),
    "zip": ((), ("Zip",)),
    "country": ((), ("Country",)),
}
CUSTOMER_NAMES = frozenset((CUSTOMER, *(name for flat, _nested in CUSTOMER_FIELDS.values() for name in flat)))

# Every field of an order that has a meaning; another one may hold an amount that explains a difference.
UNDERSTOOD = frozenset(
    (
        *("OrderID", "OrderStatus", "PaymentMode", "CardType", "CardNumber", "ReferenceID", "Currency"),
        *("LocationID", "OrderType", "OrderTakerID", INVOICE, CHARGES, REFUNDS, REFUND_ID, REFUND_DATE),
        *(*TOTALS, *ITEMS, *PAYMENTS, *ORDER_DISCOUNT, *SOLD_AT, *NOTE, *CUSTOMER_NAMES),
        *(name for names in FLAT_CHARGES.values() for name in names),
    )
)


def sent_name(holder: dict[str, Any], names: tuple[str, ...], *, zero_counts: bool = True) -> str:
    """Return the first of `names` that has a value in `holder`.

    If none has, return the first one that was sent at all, or the first of `names`, so that messages can name it.

    :param zero_counts: whether 0 is a value. Discounts and charges of 0 leave the field to the next name.
    """
    for name in names:
        if has_value(holder.get(name), zero_counts=zero_counts):
            return name
    return next((name for name in names if name in holder), names[0])


def has_value(value: Any, *, zero_counts: bool = True) -> bool:
    """Return whether a received value says anything: null, blanks and an empty list do not."""
    if value is None:
        return False
    if isinstance(value, str):
        text = value.strip()
        return bool(text) and (zero_counts or not _is_zero(text))
    if isinstance(value, list):
        return bool(value)
    return zero_counts or isinstance(value, bool) or not isinstance(value, int | Decimal) or bool(value)


def _is_zero(text: str) -> bool:
    try:
        return not parse_amount(text)
    except AmountError:
        return False
