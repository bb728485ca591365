"""The site's list of orders, and the page of one order with its history."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..message import message as _lt
from .order import OpalEvent, OpalHistory, OpalReceipt
from .pages import Page, text_of

LIST_PAGE = "Auftragsliste"
DETAIL_PAGE = "Auftrag"

KINDS = {
    "zugestellt": "delivered",
    "ausgeliefert": "delivered",
    "geliefert": "delivered",
    "abgeholt": "picked_up",
    "aktiv": "under_way",
    "storniert": "cancelled",
    "storno": "cancelled",
    "fehlanfahrt": "failed_attempt",
}
_TRACKING_NUMBER = re.compile(r"(?<![\w-])[A-Z]{2,4}-[0-9]{2,10}-[0-9]{3,20}(?![\w-])")
_SHOWN_NUMBER = re.compile(r"SendungsNr\.?:?\s*([A-Z0-9-]{1,64})(?![A-Z0-9-])", re.I)
_ORDER_NUMBER = re.compile(r"(?:Auftragsnummer|AuftragsNr)\.?:?\s*([A-Z0-9-]{1,64})(?![A-Z0-9-])", re.I)
_WAYBILL = re.compile(r"(?<!\d)\d{12}(?!\d)")
_LINE = re.compile(
    r"(?<![A-Z0-9-])(?P<number>[A-Z0-9][A-Z0-9-]+) (?P<date>\d\d\.\d\d\.(?:\d{4}|\d\d)) (?P<time>\d\d:\d\d) "
    r"(?P<status>\S+)(?: (?P<rest>.+))?"
)
_LIST = re.compile(r"Auftragsliste|keine Auftr", re.I)
_WORD_SIGN = re.compile(r"[\w-]")
_NEXT = frozenset(("weiter", "nächste", "nächste seite", "vor", ">", ">>", "»"))


@dataclass(frozen=True)
class ListEntry:
    """A row of the list: the texts of its cells, its tracking number (if shown), and the URL it links to."""

    cells: tuple[str, ...]
    tracking_number: str
    url: str | None

    def shows(self, reference: str) -> bool:
        """Return whether one of the cells contains the reference, alone or among other words."""
        return any(_holds_word(cell, reference) for cell in self.cells)

    @property
    def is_cancelled(self) -> bool:
        return any(KINDS.get(cell.casefold()) == "cancelled" for cell in self.cells)


def _holds_word(text: str, word: str) -> bool:
    """Return whether a text contains the word without an adjacent letter, digit, underscore or hyphen."""
    before, *others = text.split(word)
    for after in others:
        if not _WORD_SIGN.match(before[-1:]) and not _WORD_SIGN.match(after):
            return True
        before = after or word
    return False


def read_list(page: Page) -> list[ListEntry]:
    """Return the orders on a page of the list.

    :raise OpalPageChanged: if the page is not a list. An empty list must say that it is one, because an order that is
        not in the list may be sent again.
    """
    entries = list(_entries(page))
    if not entries and not _LIST.search(page.text()):
        raise page.missing(_lt("the list of orders"))
    return entries


def _entries(page: Page) -> Iterator[ListEntry]:
    for row in page.root.iter("tr"):
        if row.find(".//tr") is not None:  # an outer layout table
            continue
        cells = tuple(" ".join(text_of(cell).split()) for cell in row.iter("td"))
        number = next((match[0] for cell in cells if (match := _TRACKING_NUMBER.search(cell))), "")
        url = _target_of_row(page, row)
        if cells and (number or url):
            yield ListEntry(cells, number, url)


def _target_of_row(page: Page, row) -> str | None:
    return next((url for element in row.iter("tr", "td", "a") if (url := page.target_of(element))), None)


def next_page_url(page: Page) -> str | None:
    """Return the URL of the next page of the list, or None on the last page."""
    for link in page.root.iter("a"):
        if text_of(link).casefold() in _NEXT or link.get("rel") == "next":
            return page.target_of(link)
    return None


def read_history(page: Page, tracking_number: str) -> OpalHistory:
    """Return the history from the page of an order.

    :param tracking_number: the order that the page must belong to; empty if the list did not show it.

    :raise OpalPageChanged: if the page does not belong to that order.
    """
    text = page.text()
    shown = _SHOWN_NUMBER.search(text)
    if shown is None or tracking_number not in ("", shown[1]):
        raise page.missing(_lt("SendungsNr %s", tracking_number))
    tracking_number = shown[1]
    order_number, waybill = _ORDER_NUMBER.search(text), _WAYBILL.search(text)
    own_numbers = {tracking_number, waybill[0] if waybill else ""}
    events = [
        _event(page, match)
        for line in text.split("\n")
        if (match := _LINE.fullmatch(line)) and match["number"] in own_numbers
    ]
    return OpalHistory(
        receipt=OpalReceipt(tracking_number, order_number[1] if order_number else ""),
        waybill=waybill[0] if waybill else "",
        events=tuple(sorted(events, key=lambda event: event.time)),
    )


def _event(page: Page, match: re.Match[str]) -> OpalEvent:
    day = match["date"] if len(match["date"]) == 10 else f"{match['date'][:6]}20{match['date'][6:]}"
    try:
        time = datetime.strptime(f"{day} {match['time']}", "%d.%m.%Y %H:%M")
    except ValueError:
        raise page.missing(_lt("a valid date (the page shows %s)", f"{match['date']} {match['time']}")) from None
    details = match["rest"] or ""
    kind = KINDS.get(match["status"].casefold().strip(".,:"), "other")
    if kind == "delivered" and details.casefold().startswith("fehlanfahrt"):
        kind = "failed_attempt"
    return OpalEvent(time, kind, match["status"], details)
