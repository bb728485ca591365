"""Messages are in English unless a translation of their templates is provided."""

import ast
import re
from pathlib import Path

import pytest

from lib.message import END_OF_ISOLATE, ISOLATE, isolated, message, without_isolates

TOOLS = Path(__file__).resolve().parents[2] / "lib"
GERMAN = {
    "The list is empty.": "Die Liste ist leer.",
    "Page %s is empty.": "Seite %s ist leer.",
    "%(field)s must be at most %(limit)s, not %(count)s.": "%(count)s ist mehr als %(limit)s bei %(field)s.",
    "The order": "Die Bestellung",
    "%(name)s failed.": "%(nmae)s ist gescheitert.",
}


def german(template):
    return GERMAN.get(template, template)


def test_a_message_is_english_by_itself():
    assert str(message("The list is empty.")) == "The list is empty."
    assert f"{message('Page %s is empty.', 3)}" == "Page 3 is empty."
    assert str(ValueError(message("Page %s is empty.", 3))) == "Page 3 is empty."


def test_a_translation_may_order_the_values_otherwise():
    told = message("%(field)s must be at most %(limit)s, not %(count)s.", limit=5, count=7).filled(field="OrderItems")
    assert str(told) == "OrderItems must be at most 5, not 7."
    assert told.text(german) == "7 ist mehr als 5 bei OrderItems."


def test_messages_within_messages_are_translated_too():
    inner = message("The order")
    told = message(
        "%(field)s must be at most %(limit)s, not %(count)s.",
        field=inner,
        limit=message("Page %s is empty.", 1),
        count=2,
    )
    assert told.text(german) == "2 ist mehr als Seite 1 ist leer. bei Die Bestellung."
    assert message("Page %s is empty.", inner).text(german) == "Seite Die Bestellung ist leer."


def test_without_values_a_percent_sign_is_one():
    assert str(message("100 % of it")) == "100 % of it"


def test_values_are_never_read_as_templates():
    assert str(message("Page %s is empty.", "%(secret)s %d")) == "Page %(secret)s %d is empty."


@pytest.mark.parametrize("translate", [german, lambda template: "%d and %d", lambda template: "100 %"])
def test_a_broken_translation_is_not_used(translate):
    assert message("%(name)s failed.", name="x").text(translate) == "x failed."


def test_equal_messages_are_equal():
    assert message("Page %s is empty.", 3) == message("Page %s is empty.", 3) != message("Page %s is empty.", 4)


def _marked_calls():
    for path in sorted(TOOLS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_lt":
                yield pytest.param(node, id=f"{path.name}:{node.lineno}")


@pytest.mark.parametrize("call", list(_marked_calls()))
def test_every_template_can_be_exported_and_filled(call):
    [template] = call.args[:1]
    assert isinstance(template, ast.Constant) and isinstance(template.value, str), "the exporter reads literals only"
    placeholders = re.findall(r"%(?:\((\w+)\))?[a-z]", template.value)
    named = {name for name in placeholders if name}
    assert not (named and "" in placeholders), "placeholders are either named or in order"
    assert len(placeholders) < 2 or named, "a translation must be able to change the order"
    assert len(call.args) - 1 == placeholders.count("")
    assert {keyword.arg for keyword in call.keywords} <= named


def test_values_are_isolated_for_the_screen_and_sentences_are_not():
    inner = message("Page %s is empty.", "(3)")
    told = message("%(field)s must be at most %(limit)s, not %(count)s.", field=inner, limit=5, count="")
    shown = told.text(str, isolated)
    assert shown == f"Page {ISOLATE}(3){END_OF_ISOLATE} is empty. must be at most 5, not ."
    assert without_isolates(shown) == str(told)
