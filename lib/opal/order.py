"""The order data sent to the courier and received back, and how an order is written into the site's form."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..message import Message
from ..message import message as _lt
from .errors import OpalRefused
from .pages import Form, Page, text_of
from .phone import Phone

ORDER_PAGE = "Neuer Auftrag"
CONFIRMATION_PAGE = "Auftragsbestätigung"
SEND_BUTTON = re.compile(r"^\s*(?:Auftrag\s+)?(?:ab)?senden\s*$", re.I)
SENDER, RECEIVER = 0, 1

_TRACKING_NUMBER = re.compile(r"Sendungsnummer:\s*([A-Z0-9-]{1,64})(?![A-Z0-9-])")
_ORDER_NUMBER = re.compile(r"Auftragsnummer:\s*([A-Z0-9-]{1,64})(?![A-Z0-9-])")
_PARTS = {
    "address_name1[]": _lt("name"),
    "address_name2[]": _lt("second line"),
    "address_name3[]": _lt("contact"),
    "address_str[]": _lt("street"),
    "address_hsnr[]": _lt("house number"),
    "address_lkz[]": _lt("country"),
    "address_plz[]": _lt("ZIP code"),
    "address_ort[]": _lt("city"),
    "address_telefonA[]": _lt("country code of the phone"),
    "address_telefonB[]": _lt("area code of the phone"),
    "address_telefonC[]": _lt("phone"),
    "address_mail[]": _lt("e-mail"),
}
_COMPLAINT_CLASS = re.compile(r"error|fehler|warn|alert|meldung", re.I)


@dataclass(frozen=True)
class OpalAddress:
    """The sender or the receiver; `country` is an ISO 3166-1 alpha-2 code, `name2` holds what fits nowhere else."""

    name1: str
    street: str
    zip: str
    city: str
    country: str = "DE"
    house_number: str = ""
    name2: str = ""
    contact: str = ""
    phone: Phone = field(default_factory=Phone)
    email: str = ""
    note: str = ""


@dataclass(frozen=True)
class OpalOrder:
    """An order to be placed. Empty values keep the defaults of the site's form.

    :param reference: our unique reference, by which the order is found again.
    :param weight: total weight of all packages in kilograms.
    :param pickup_date: the pick-up day in the courier's time zone, used if the form does not propose one.
    :param order_type: a choice of the form, by its value or its text; the same applies to `vehicle`.
    """

    sender: OpalAddress
    receiver: OpalAddress
    reference: str
    packages: int
    weight: Decimal
    contents: str = ""
    note: str = ""
    order_type: str = ""
    vehicle: str = ""
    pickup_date: date | None = None


@dataclass(frozen=True)
class OpalReceipt:
    """The numbers of an accepted order; `order_number` is empty if the page does not show it."""

    tracking_number: str
    order_number: str = ""


@dataclass(frozen=True)
class OpalEvent:
    """A line of an order's history.

    :param time: naive, in the courier's local time (Germany).
    :param kind: ``picked_up``, ``under_way``, ``delivered``, ``failed_attempt``, ``cancelled`` or ``other``.
    :param status: the status as the site words it.
    :param details: the text after the status, usually the receiver.
    """

    time: datetime
    kind: str
    status: str
    details: str = ""


@dataclass(frozen=True)
class OpalHistory:
    """The site's data about one order, oldest event first."""

    receipt: OpalReceipt
    waybill: str = ""
    events: tuple[OpalEvent, ...] = ()


def fill_form(page: Page, order: OpalOrder) -> Form:
    """Return the page's order form, filled in with the order.

    :raise OpalPageChanged: if the page has no order form, or the form lacks a field that the order needs.
    """
    form = page.form_with("seclref")
    if form is None:
        raise page.missing(_lt("the order form (the field seclref)"))
    for index, address in ((SENDER, order.sender), (RECEIVER, order.receiver)):
        _fill_address(form, index, address)
    form.set("seclref", order.reference)
    form.set("sepksnr", str(order.packages))
    form.set("segewicht", _number(order.weight, form.find("segewicht")))
    for identifier, value in (("seordertype", order.order_type), ("sefztype", order.vehicle)):
        if value:
            form.set(identifier, value)
    for identifier, value in (("seinhalt", order.contents), ("sehinweis", order.note)):
        if value:
            form.set(identifier, value[: form.limit(identifier)])
    if order.pickup_date and not form.get("address_date[]", SENDER):
        form.set("address_date[]", order.pickup_date.strftime("%d.%m.%Y"), SENDER)
    return form


def _fill_address(form: Form, index: int, address: OpalAddress) -> None:
    # Write empty values too: a name proposed by the form must not be mixed with our address.
    for name, value in (
        ("address_name1[]", address.name1),
        ("address_str[]", address.street),
        ("address_lkz[]", address.country),
        ("address_plz[]", address.zip),
        ("address_ort[]", address.city),
    ):
        _set(form, name, value, index)
    for name, value in (
        ("address_name2[]", address.name2),
        ("address_name3[]", address.contact),
        ("address_hsnr[]", address.house_number),
        ("address_telefonA[]", address.phone.country),
        ("address_telefonB[]", address.phone.area),
        ("address_telefonC[]", address.phone.number),
        ("address_mail[]", address.email),
    ):
        if value or len(form.named(name)) > index:
            _set(form, name, value, index)
    if address.note:
        form.set("address_hinweis[]", address.note[: form.limit("address_hinweis[]", index)], index)


def _set(form: Form, name: str, value: str, index: int) -> None:
    """Fill in a part of an address. It is never truncated, because the parcel could go astray.

    :raise OpalRefused: if the part is too long for its field
    """
    limit = form.limit(name, index)
    if limit is not None and len(value) > limit:
        end = _lt("the sender") if index == SENDER else _lt("the receiver")
        raise OpalRefused(
            _lt(
                "The %(part)s of %(end)s has %(count)s characters, but OPAL accepts at most %(limit)s: %(value)s",
                part=_PARTS[name],
                end=end,
                count=len(value),
                limit=limit,
                value=value[:100],
            )
        )
    form.set(name, value, index)


def _number(value: Decimal, control) -> str:
    """Write a number as the field expects it: with a point in an HTML number field, a comma in a German text field."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text if control.get("type") == "number" else text.replace(".", ",")


def read_receipt(page: Page) -> OpalReceipt | None:
    """Return the numbers shown on a confirmation page, or None if it has no tracking number."""
    text = page.text()
    tracking_number = _TRACKING_NUMBER.search(text)
    if tracking_number is None:
        return None
    order_number = _ORDER_NUMBER.search(text)
    return OpalReceipt(tracking_number[1], order_number[1] if order_number else "")


def read_complaint(page: Page) -> str | Message | None:
    """Return why the site returned the order form, or None if the page is not the order form."""
    if page.form_with("seclref") is None:
        return None
    texts = [
        " ".join(text_of(element).split())
        for element in page.root.iter()
        if isinstance(element.tag, str) and _COMPLAINT_CLASS.search(element.get("class", ""))
    ]
    return next((text[:300] for text in texts if text), _lt("it does not say why"))
