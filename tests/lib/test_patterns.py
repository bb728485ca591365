"""Regular expressions and functions that take foreign text need time in proportion to its length, whatever it is.

Every pattern of the addon is found by itself: those of `lib` by importing its modules, which keep them at module
level, those of the parts that need Odoo in their source. Each is pumped: a text that it could have begun to match, then
a few characters over and over, then something that it cannot match. A text of 50,000 characters takes a pattern that
goes over it once some milliseconds, one that goes back for every character seconds, and an exponential one for ever.
"""

import ast
import contextlib
import importlib
import itertools
import pkgutil
import re
from pathlib import Path
from time import process_time

import pytest
from cpu_limit import TooSlow, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

import lib
from lib.money import AmountError, parse_amount
from lib.opal.errors import OpalError
from lib.opal.history import read_history, read_list
from lib.opal.order import read_receipt
from lib.opal.pages import Page
from lib.opal.phone import split_phone
from lib.opal.street import split_street
from lib.order.charges import charge_type
from lib.order.content import redact
from lib.order.moment import parse_moment
from lib.strict_json import StrictJsonError, loads

ROOT = Path(lib.__file__).parent.parent
SHORT, LONG = 2_000, 50_000  # characters
SUSPICIOUS = 0.003  # seconds for a short text; what goes over it once takes a hundredth of this
SECONDS = 0.25  # for a long text
FOREIGN = (" ", "\t", "\n", "a", "Z", "é", "1", "9", "-", ".", ",", "/", "'", '"', "&", "<", "=", ";", "!", "\u3000")
METHODS = ("search", "fullmatch", "sub")


def _of_lib():
    for module in pkgutil.walk_packages(lib.__path__, "lib."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and value.pattern:
                yield f"{module.name}.{name}", value


def _calls_of_re(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr != "escape":
                yield node


def _elsewhere():
    for folder in ("models", "controllers", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in _calls_of_re(ast.parse(path.read_text("utf-8"))):
                if isinstance(call.args[0], ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{call.lineno}", re.compile(call.args[0].value)


def _declared():
    """Patterns of the API's JSON Schemas, which `lib.json_schema` compiles when a request is checked."""
    for path in sorted((ROOT / "controllers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for key, value in zip(*(getattr(node, part, ()) for part in ("keys", "values")), strict=False):
                if getattr(key, "value", None) == "pattern" and isinstance(value, ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{value.lineno}", re.compile(value.value)


PATTERNS = {**dict(_of_lib()), **dict(_elsewhere()), **dict(_declared())}
# Compiles what `_declared` finds.
COMPILES_DECLARED = ROOT / "lib" / "json_schema.py"


def _pieces(pattern):
    """The characters and words that a pattern is about, and some that foreign texts are full of."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\\[A-Za-z]|\(\?P?<\w+>", " ", pattern.pattern))
    signs = set(re.sub(r"\\[A-Za-z]", "", pattern.pattern)) - set(words)
    return [*dict.fromkeys([*FOREIGN, *sorted(sign for sign in signs if not sign.isalnum()), *words[:12]])]


def _prefixes(pattern):
    starts = ["", "a", "1", "a 1", "'", '"', ";rel", "AB-12-", "Auftrag", "charset", "SendungsNr", "0", "(", "1,"]
    return [*starts, *(word for word in _pieces(pattern) if len(word) > 2)]


def _seconds(pattern, text):
    with cpu_limit(2):
        before = process_time()
        for method in METHODS:
            getattr(pattern, method)(*(("", text) if method == "sub" else (text,)))
        return process_time() - before


def _check(pattern, prefix, pump, suffix):
    def pumped(length):
        return prefix + pump * (length // len(pump)) + suffix

    try:
        if _seconds(pattern, pumped(60)) > SUSPICIOUS or _seconds(pattern, pumped(SHORT)) > SUSPICIOUS:
            assert _seconds(pattern, pumped(LONG)) < SECONDS * len(METHODS), (prefix, pump, suffix)
    except TooSlow:
        pytest.fail(f"{pattern.pattern!r} does not end on {prefix!r} + {pump!r} * n + {suffix!r}")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_goes_over_a_text_once(pattern):
    pieces = _pieces(pattern)
    pumps = [*pieces, *map("".join, itertools.permutations(pieces[:10], 2))]
    for prefix, pump in itertools.product(_prefixes(pattern)[::2], pumps):
        _check(pattern, prefix, pump, "!")


@given(st.data())
def test_no_made_up_text_holds_a_pattern_up(data):
    pattern = data.draw(st.sampled_from(list(PATTERNS.values())))
    pieces = st.lists(st.sampled_from(_pieces(pattern)), min_size=1, max_size=4).map("".join)
    _check(pattern, data.draw(pieces), data.draw(pieces), data.draw(pieces))


def test_the_patterns_are_found():
    assert len(PATTERNS) > 25
    for path in sorted((ROOT / "lib").rglob("*.py")):
        functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
        inner = {call.lineno for function in functions for call in _calls_of_re(function)}
        # The tests above would not find a pattern that is compiled inside a function.
        assert not inner or path == COMPILES_DECLARED, path


def _page(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    content = f'<table><tr><td onclick="{escaped}">{escaped}</table>'.encode()
    try:
        page = Page("a page", "http://courier.test/", content)
    except OpalError:  # refused before anything reads it
        return None
    for read in (read_list, read_receipt, lambda page: read_history(page, "")):
        with contextlib.suppress(OpalError):
            read(page)
    return page.link_url("x")


def _json(text):
    try:
        return loads(text)
    except StrictJsonError:
        return None


def _amount(text):
    try:
        return parse_amount(text)
    except AmountError:
        return None


READERS = {
    "street": split_street,
    "street, number first": lambda text: split_street(text, "FR"),
    "phone": split_phone,
    "amount": _amount,
    "time": parse_moment,
    "charge": charge_type,
    "content": lambda text: redact({"Remark": text, text: text}),
    "JSON": _json,
    "page": _page,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_reader_of_foreign_text_goes_over_it_once(reader):
    # fmt: off
    pumps = (
        *FOREIGN, "1 & ", "1 ", "1-", "a 1 ", ", ", "1, a", "(0", "+", "00", "x1", "ext", "(0) ", "4 ", "41 ", "4111-",
        "4111 1111 1111 1111 ", "5", "1 top ", "nr. ", "12 bis ", "AB-12-345 ", "SendungsNr: ", "'a/", "[", '{"a":',
        '"\\', "\\u00", "12.", "1.0", "1e", "%B4111111111111111^", "Straße 1 ",
    )
    # fmt: on
    for prefix, pump in itertools.product(("", "Hauptstr. 1"), pumps):
        text = prefix + pump * (20_000 // len(pump)) + "!"
        try:
            with cpu_limit(1):
                reader(text)
        except TooSlow:
            pytest.fail(f"it does not end on {prefix!r} + {pump!r} * n")
