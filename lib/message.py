"""Translatable sentences that are created without knowing the reader's language: a template and its values.

`str()` returns the English text, `Message.text` the text in another language. Templates are literals inside `_lt(…)`,
so that Odoo's term export finds them: `from .message import message as _lt`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

# Around a value in a sentence of another direction, so that its parts and what follows it keep their order.
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
_WITHOUT_ISOLATES = str.maketrans("", "", ISOLATE + END_OF_ISOLATE)
# Letters that are written from right to left, and the invisible characters that change the direction.
_TURNED = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence or a part of one; `values` fill the %-placeholders of the template, by name or in order.

    Values may be messages too. Without values, the template is the text, and % has no special meaning.
    """

    template: str
    values: dict[str, Any] | tuple[Any, ...] = ()
    # A note needs no attention; all other messages about an imported order do.
    is_note: bool = False
    # What the reader should check, such as "amounts_differ"; "" if the sentence says it all.
    doubt: str = ""

    def filled(self, **values: Any) -> Message:
        """Return this message with further values for its named placeholders."""
        return replace(self, values={**dict(self.values), **values})

    def doubting(self, doubt: str) -> Message:
        """Return this message with the code of what its reader should check."""
        return replace(self, doubt=doubt)

    def as_note(self) -> Message:
        """Return this message as a note, which needs no attention."""
        return replace(self, is_note=True)

    def changed(self, change: Callable[[str], str]) -> Message:
        """Return this message with `change` applied to each text among its values."""
        if isinstance(self.values, dict):
            return replace(self, values={name: _changed(value, change) for name, value in self.values.items()})
        return replace(self, values=tuple(_changed(value, change) for value in self.values))

    def text(self, translate: Callable[[str], str], show: Callable[[str], str] = str) -> str:
        """Return the text in another language.

        :param translate: returns the template in that language. A translation with broken placeholders is not used.
        :param show: applied to each text among the values
        """
        template = translate(self.template)
        if not self.values:
            return template
        values: Any
        if isinstance(self.values, dict):
            values = {name: _text(value, translate, show) for name, value in self.values.items()}
        else:
            values = tuple(_text(value, translate, show) for value in self.values)
        try:
            return template % values
        except (KeyError, TypeError, ValueError):
            return self.template % values

    def __str__(self) -> str:
        return self.text(str)


def message(template: str, /, *values: Any, **named: Any) -> Message:
    """Return a message; its placeholders are filled in order or, if there are several, by name."""
    return Message(template, named or values)


def isolated(text: str) -> str:
    """Return a text as a part of a sentence that may have another direction; what it contains cannot end that part."""
    return f"{ISOLATE}{without_isolates(text)}{END_OF_ISOLATE}" if text else text


def isolated_if_turned(text: str) -> str:
    """Return a text as a part of a sentence from left to right: `isolated` if anything in it has another direction."""
    return isolated(text) if _TURNED.search(text) else text


def without_isolates(text: str) -> str:
    """Return a text that was made for the screen as other systems get it."""
    return text.translate(_WITHOUT_ISOLATES)


def _text(value: Any, translate: Callable[[str], str], show: Callable[[str], str]) -> Any:
    if isinstance(value, Message):
        return value.text(translate, show)
    return show(value) if isinstance(value, str) else value


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Message):
        return value.changed(change)
    return change(value) if isinstance(value, str) else value
