"""Pages of the courier's site: their frames, links and forms, as a browser without JavaScript would see them."""

import re
from collections.abc import Iterable
from encodings.aliases import aliases
from urllib.parse import urlencode, urljoin

from lxml import etree, html

from ..message import Message
from ..message import message as _lt
from .errors import OpalPageChanged

# fmt: off
_LINE_ENDS = frozenset((
    "address", "article", "body", "br", "caption", "dd", "div", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "legend", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "textarea", "tfoot",
    "thead", "tr", "ul",
))
# fmt: on
_UNSEEN = frozenset(("script", "style", "head", "noframes", "template"))
MAX_DEPTH = 64  # nested elements
MAX_ELEMENTS = 100_000
# Limit on what may separate attributes in one tag or text, because libxml2 compares each attribute with all others.
MAX_PARTS = 25_000
_PARTS = (b" ", b"\n", b"\t", b"\r", b"\f", b"/", b"=", b'"', b"'")
_LIMIT = re.compile(r"\s{0,9}([0-9]{1,9})\s{0,9}")
# The encodings that Python knows, except those that are not for texts or do not include ASCII.
_ENCODINGS = frozenset(
    name
    for name in {"latin_1", "utf_8_sig", *aliases.values()}
    if name.startswith(("ascii", "latin", "iso8859", "cp125", "koi8", "utf_8", "big5", "euc", "gb", "mac_"))
)
_NO_VALUES = frozenset(("submit", "image", "button", "reset", "file"))
# The address in scripts like location.href='detail.php?id=7'.
_QUOTED_ADDRESS = re.compile(r"""['"]([^'"\s/.?]*[/.?][^'"\s]*)['"]""")


class Page:
    """A page of the site.

    :param name: name of the page, for messages.
    :param url: address of the page; its links are relative to it.
    """

    def __init__(self, name: str | Message, url: str, content: bytes, charset: str | None = None) -> None:
        self.name = name
        self.url = url
        if any(sum(map(part.count, _PARTS)) > MAX_PARTS for part in content.split(b"<")):
            raise self.missing(_lt("a tag or text of reasonable length"))
        parser = _parser(charset)
        try:
            self.root = html.document_fromstring(content or b"<html></html>", parser=parser)
        except etree.ParserError as error:
            raise OpalPageChanged(name, _lt("its content")) from error
        self._check_size()
        # Forms are sent in the encoding of their page (HTML Standard, 4.10.21.5).
        encoding = self.root.getroottree().docinfo.encoding
        self.encoding = encoding if _is_known(encoding) else "utf-8"
        base = self.root.find(".//base[@href]")
        self._base = url
        if base is not None:
            self._base = self.resolve(base.get("href")) or url

    def _check_size(self) -> None:
        """Refuse a page that would take long to process: deeply nested, or much larger than a list of orders."""
        depth = 0
        walk = etree.iterwalk(self.root, events=("start", "end"))
        for count, (event, _element) in enumerate(walk):
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH or count > 2 * MAX_ELEMENTS:
                raise self.missing(
                    _lt(
                        "the end of the page within %(count)s elements and %(depth)s levels",
                        count=MAX_ELEMENTS,
                        depth=MAX_DEPTH,
                    )
                )

    def missing(self, what: Message) -> OpalPageChanged:
        """Return the error for an element that is missing on this page."""
        return OpalPageChanged(self.name, what)

    def resolve(self, address: str) -> str:
        """Return a link of this page as an absolute URL; empty if it is not a valid address."""
        try:
            return urljoin(self._base, address.strip())
        except ValueError:
            return ""

    def text(self) -> str:
        """Return the visible text line by line, with cells separated by a space and without empty lines."""
        return text_of(self.root)

    def frame_url(self, name: str) -> str | None:
        """Return the URL of a frame of this page, or None if there is no such frame."""
        for frame in self.root.iter("frame", "iframe"):
            if (frame.get("name") or frame.get("id")) == name and frame.get("src"):
                return self.resolve(frame.get("src"))
        return None

    def link_url(self, text: str) -> str | None:
        """Return the URL of the link or button with this text, ignoring case; None if there is none."""
        wanted = text.casefold()
        for element in self.root.iter("a", "area", "button", "input", "td"):
            label = element.get("value") if element.tag == "input" else text_of(element) or element.get("title")
            if label and label.strip().casefold() == wanted and (url := self.target_of(element)):
                return url
        return None

    def target_of(self, element) -> str | None:
        """Return the URL that a click on an element opens, from its link or its script; None if there is none."""
        href = element.get("href", "")
        if href and not href.startswith(("javascript:", "#")):
            return self.resolve(href)
        for script in (href, element.get("onclick", "")):
            if match := _QUOTED_ADDRESS.search(script):
                return self.resolve(match[1])
        return None

    def login_form(self) -> "Form | None":
        """Return the form with a password field, or None if this is not the login page."""
        for form in self.root.iter("form"):
            if form.find(".//input[@type='password']") is not None:
                return Form(self, form)
        return None

    def form_with(self, control: str) -> "Form | None":
        """Return the form that has a control with this name or id."""
        for form in self.root.iter("form"):
            if any(control in (element.get("name"), element.get("id")) for element in form.iter(*_CONTROLS)):
                return Form(self, form)
        return None

    def form_with_button(self, pattern: re.Pattern[str]) -> "Form | None":
        """Return the form that has a submit button whose text matches."""
        for element in self.root.iter("form"):
            form = Form(self, element)
            if form.button(pattern) is not None:
                return form
        return None


_CONTROLS = ("input", "select", "textarea", "button")


class Form:
    """A form with its values. Fields that are not set keep the page's values, including hidden fields."""

    def __init__(self, page: Page, element) -> None:
        self.page = page
        self.method = element.get("method", "get").upper()
        self.url = page.resolve(element.get("action") or page.url)
        self._controls = [control for control in element.iter(*_CONTROLS) if not _is_disabled(control)]
        self._values = {control: _default(control) for control in self._controls}

    def named(self, name: str) -> list:
        """Return the controls with a name, in page order."""
        return [control for control in self._controls if control.get("name") == name]

    def inputs(self, *kinds: str) -> list:
        """Return the input controls of these types, in page order."""
        return [
            control
            for control in self._controls
            if control.tag == "input" and control.get("type", "text").lower() in kinds
        ]

    def find(self, identifier: str, index: int = 0):
        """Return the control with a name or id; `index` chooses among several with the same name.

        :raise OpalPageChanged: if there is none.
        """
        by_name = self.named(identifier)
        if len(by_name) > index:
            return by_name[index]
        by_id = [control for control in self._controls if control.get("id") == identifier]
        if by_id and index == 0:
            return by_id[0]
        if index:
            missing = _lt("the field %(name)s (number %(number)s of that name)", name=identifier, number=index + 1)
        else:
            missing = _lt("the field %s", identifier)
        raise self.page.missing(missing)

    def get(self, identifier: str, index: int = 0) -> str:
        """Return the value that a control will send."""
        return (self._values[self.find(identifier, index)] or [""])[0]

    def set(self, identifier: str, value: str, index: int = 0) -> None:
        """Fill in a control; for a select, choose by value or by text.

        :raise OpalPageChanged: if the control is missing, has no such choice, or the value is too long for it.
        """
        control = self.find(identifier, index)
        if control.tag == "select":
            value = self._choice(control, identifier, value)
        elif (limit := _limit(control)) is not None and len(value) > limit:
            missing = _lt(
                "room for %(count)s characters in the field %(name)s (it accepts %(limit)s)",
                count=len(value),
                name=identifier,
                limit=limit,
            )
            raise self.page.missing(missing)
        self._values[control] = [value]

    def limit(self, identifier: str, index: int = 0) -> int | None:
        """Return how many characters a field takes, None if it does not say."""
        return _limit(self.find(identifier, index))

    def button(self, pattern: re.Pattern[str]):
        """Return the submit button whose text matches, or None."""
        for control in self._controls:
            if control.tag == "button" and control.get("type", "submit").lower() == "submit":
                label = text_of(control) or control.get("value", "")
            elif control.tag == "input" and control.get("type", "").lower() in ("submit", "image"):
                label = control.get("value") or control.get("alt", "")
            else:
                continue
            if pattern.search(label):
                return control
        return None

    def encode(self, button=None) -> bytes:
        """Return the request body that a browser would send when the button is pressed."""
        pairs = []
        for control in self._controls:
            name = control.get("name")
            if not name:
                continue
            values = [control.get("value", "")] if control is button else self._values[control]
            pairs += [(name, value.replace("\r\n", "\n").replace("\n", "\r\n")) for value in values]
        return urlencode(pairs, encoding=self.page.encoding, errors="xmlcharrefreplace").encode("ascii")

    def _choice(self, select, identifier: str, wanted: str) -> str:
        options = [(_option_value(option), " ".join(option.text_content().split())) for option in select.iter("option")]
        for value, text in options:
            if wanted.casefold() in (value.casefold(), text.casefold()):
                return value
        offered = ", ".join(text or value for value, text in options)[:200]
        missing = _lt(
            "the choice '%(choice)s' in the field %(name)s (it offers %(offered)s)",
            choice=wanted,
            name=identifier,
            offered=offered or _lt("nothing"),
        )
        raise self.page.missing(missing)


def _limit(control) -> int | None:
    limit = _LIMIT.fullmatch(control.get("maxlength", ""))
    return int(limit[1]) if limit else None


def text_of(element) -> str:
    """Return the visible text of an element, line by line."""
    lines = "".join(_pieces(element)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _pieces(element) -> Iterable[str]:
    pending = [element]  # elements, and the text after each of them
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
            continue
        if not isinstance(item.tag, str) or item.tag in _UNSEEN:  # comments have no tag name
            continue
        edge = "\n" if item.tag in _LINE_ENDS else " " if item.tag in ("td", "th", "option", "input") else ""
        is_raw = item.tag == "pre"
        yield edge
        yield (item.text or "") if is_raw else (item.text or "").replace("\n", " ")
        pending.append(edge)
        for child in reversed(item):
            pending += ((child.tail or "") if is_raw else (child.tail or "").replace("\n", " "), child)


def _default(control) -> list[str]:
    """Return the values that an unchanged control sends."""
    kind = control.get("type", "text").lower() if control.tag == "input" else ""
    if control.tag == "button" or kind in _NO_VALUES:
        return []
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    if control.tag == "textarea":
        return [(control.text or "").removeprefix("\n")]
    if control.tag == "select":
        options = [option for option in control.iter("option") if option.get("disabled") is None]
        chosen = [option for option in options if option.get("selected") is not None]
        if control.get("multiple") is None:
            chosen = chosen[-1:] or options[:1]
        return [_option_value(option) for option in chosen]
    return [control.get("value", "")]


def _option_value(option) -> str:
    value = option.get("value")
    return " ".join(option.text_content().split()) if value is None else value


def _is_disabled(control) -> bool:
    return control.get("disabled") is not None or any(
        parent.get("disabled") is not None for parent in control.iterancestors("fieldset")
    )


def _parser(charset: str | None) -> html.HTMLParser:
    """Return a parser for an encoding; if it is unknown, the parser uses the one that the page declares."""
    try:
        return html.HTMLParser(encoding=charset if _is_known(charset) else None)
    except LookupError:
        return html.HTMLParser()


def _is_known(charset: str | None) -> bool:
    """Return whether this is a text encoding that includes ASCII. (Python would cache any name it looks up.)"""
    name = (charset or "").lower().replace("-", "_")
    name = aliases.get(name, name)
    return name in _ENCODINGS
