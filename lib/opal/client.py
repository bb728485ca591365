"""The client of OPAL Kurier's website for customers: place an order, find it again, read its history, cancel it.

The site has no API. Our knowledge of its forms comes from a public integration and could not be checked against the
live site. If a page is not as expected, `OpalPageChanged` says which page, and what is missing.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from ..message import message as _lt
from .errors import OpalError, OpalPageChanged, OpalRefused, OpalUnavailable
from .history import DETAIL_PAGE, LIST_PAGE, ListEntry, next_page_url, read_history, read_list
from .order import (
    CONFIRMATION_PAGE,
    ORDER_PAGE,
    SEND_BUTTON,
    OpalHistory,
    OpalOrder,
    OpalReceipt,
    fill_form,
    read_complaint,
    read_receipt,
)
from .pages import Form, Page
from .session import OpalSession, SessionExpired

# Seconds for one task at the site, regardless of the number of pages.
TIMEOUT = 50.0

_MAX_LIST_PAGES = 50
_CANCEL = re.compile(r"storn", re.I)
_CONFIRM = re.compile(r"storn|^\s*(?:ja|ok|bestätigen)\b", re.I)
_CANCEL_LINKS = ("Stornieren", "Auftrag stornieren", "Storno", "Sendung stornieren")


class OpalClient:
    """A context manager for one task at the site.

    :param base_url: address of the site's start page.
    :param timeout: seconds for the whole task.
    :param log: called with a title and a text for each request and answer; never receives the password.
    """

    def __init__(
        self,
        base_url: str,
        user: str,
        password: str,
        *,
        timeout: float = TIMEOUT,
        log: Callable[[str, str], None] | None = None,
    ) -> None:
        self._session = OpalSession(base_url, user, password, timeout=timeout, log=log)

    def __enter__(self) -> "OpalClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    def check(self) -> None:
        """Sign in and open the order form.

        :raise OpalError: if this fails.
        """
        page = self._session.open_link(ORDER_PAGE)
        if page.form_with("seclref") is None:
            raise page.missing(_lt("the order form (the field seclref)"))

    # ---- ordering ----------------------------------------------------------------------------------------------------

    def place_order(self, order: OpalOrder) -> OpalReceipt:
        """Send an order once, and return the numbers that the site assigned.

        :raise OpalError: with `uncertain` set if the site may have accepted the order anyway.
        """
        for _attempt in range(2):
            form = fill_form(self._session.open_link(ORDER_PAGE), order)
            button = form.button(SEND_BUTTON)
            if button is None:
                raise form.page.missing(_lt('the button "Auftrag senden"'))
            try:
                receipt = self._send(form, button, order.reference)
            except OpalRefused:
                raise
            except OpalError as error:
                error.uncertain = True
                raise
            if receipt:
                return receipt
        raise OpalUnavailable(_lt("OPAL ends the session each time the order is sent."))

    def _send(self, form: Form, button, reference: str) -> OpalReceipt | None:
        """Send the filled form; return None if the session had expired and the order is not in the list."""
        try:
            answer = self._session.submit(form, button, CONFIRMATION_PAGE)
        except SessionExpired:
            return self.find_order(reference)
        if receipt := read_receipt(answer):
            return receipt
        if complaint := read_complaint(answer):
            raise OpalRefused(_lt("OPAL refuses the order: %s", complaint))
        if receipt := self.find_order(reference):
            return receipt
        raise answer.missing(_lt("the Sendungsnummer"))

    def find_order(self, reference: str) -> OpalReceipt | None:
        """Return the numbers of the order with our reference, or None if the list does not contain it.

        If there are several, one that is not cancelled is preferred.

        :raise OpalError: if the list cannot be read completely.
        """
        found = [entry for entry in self._list() if entry.shows(reference)]
        if not found:
            return None
        entry = min(found, key=lambda entry: entry.is_cancelled)
        return self._history(entry).receipt

    # ---- following ---------------------------------------------------------------------------------------------------

    def read_histories(self, tracking_numbers: Iterable[str]) -> dict[str, OpalHistory]:
        """Return {tracking number: history} of these orders, without those that are not in the site's list."""
        wanted = set(tracking_numbers)
        histories = {}
        for entry in self._list():
            if entry.tracking_number in wanted:
                histories[entry.tracking_number] = self._history(entry)
                if len(histories) == len(wanted):
                    break
        return histories

    def cancel_order(self, tracking_number: str) -> None:
        """Cancel an order, unless it is already cancelled.

        :raise OpalRefused: if the site does not cancel it.
        """
        entry = next((entry for entry in self._list() if entry.tracking_number == tracking_number), None)
        if entry is None:
            raise OpalRefused(_lt("OPAL has no order %s in its list.", tracking_number))
        page = self._detail(entry)
        history = read_history(page, tracking_number)
        kinds = [event.kind for event in history.events]
        if "cancelled" in kinds:
            return
        if kinds and kinds[-1] == "delivered":
            raise OpalRefused(_lt("OPAL has already delivered %s.", tracking_number))
        try:
            self._press_cancel(page)
        except SessionExpired:
            raise OpalUnavailable(_lt("OPAL ended the session while the order was being cancelled.")) from None
        if not any(event.kind == "cancelled" for event in self._history(entry).events):
            raise OpalRefused(_lt("OPAL did not cancel %s.", tracking_number))

    def _press_cancel(self, page: Page) -> None:
        if form := page.form_with_button(_CANCEL):
            answer = self._session.submit(form, form.button(_CANCEL), DETAIL_PAGE)
        elif url := next(filter(None, map(page.link_url, _CANCEL_LINKS)), None):
            answer = self._session.open(url, DETAIL_PAGE)
        else:
            raise page.missing(_lt('the button "Stornieren"'))
        if form := answer.form_with_button(_CONFIRM):
            self._session.submit(form, form.button(_CONFIRM), DETAIL_PAGE)

    # ---- pages -------------------------------------------------------------------------------------------------------

    def _list(self) -> Iterator[ListEntry]:
        """Yield all orders of the list, page by page."""
        page = self._session.open_link(LIST_PAGE)
        seen = {page.url}
        while True:
            yield from read_list(page)
            url = next_page_url(page)
            if url is None:
                return
            if url in seen or len(seen) >= _MAX_LIST_PAGES:
                raise OpalPageChanged(LIST_PAGE, _lt("a last page within %s pages", len(seen)))
            seen.add(url)
            page = self._session.open(url, LIST_PAGE)

    def _detail(self, entry: ListEntry) -> Page:
        if entry.url is None:
            raise OpalPageChanged(LIST_PAGE, _lt("the link to the order %s", entry.tracking_number))
        return self._session.open(entry.url, DETAIL_PAGE)

    def _history(self, entry: ListEntry) -> OpalHistory:
        return read_history(self._detail(entry), entry.tracking_number)
