"""Texts that are stored and later shown to people of any language: each remembers its template and values.

A `StoredText` is the text in the language in which it was made. `terms_of` returns its template and values for a JSON
field, `text_of` the text that they give in another language. Put sentences together with `joined`, and hide
secrets with `changed`: a text that was formatted in another way stays as it was written.
"""

import math
from dataclasses import replace

from odoo.exceptions import AccessError, MissingError
from odoo.tools.translate import code_translations

from ..lib.message import Message, isolated, isolated_if_turned

MODULE = "external_order_sync"
# Terms that are nested deeper, which none of the templates does, are kept as texts.
MAX_DEPTH = 8
# The fields from which the names of records are read for the reader.
NAMES = ("name", "display_name")


class StoredText(str):
    """A text with the `Message` that it was made of."""

    message: Message

    def __new__(cls, text, message):
        self = super().__new__(cls, text)
        self.message = message
        return self


class AmountText(str):
    """A formatted amount with the ``res.currency`` in which another language formats it anew."""

    def __new__(cls, text, amount, currency):
        self = super().__new__(cls, text)
        self.amount = amount
        self.currency_id = currency.id
        return self


class NameText(str):
    """The name of a record, which has another one in another language."""

    def __new__(cls, text, record, field):
        self = super().__new__(cls, text)
        self.source = [record._name, record.id, field]
        return self


def joined(*texts, by=" "):
    """Return texts as one, which remembers the template of each."""
    return StoredText(by.join(texts), Message(by.join(["%s"] * len(texts)), texts))


def changed(text, change):
    """Return a text with `change` applied to it and to each text among its values.

    It remembers its template, unless that alone would contain what the change takes away.
    """
    plain = change(str(text))
    message = _get_message(text)
    if not message:
        return text if plain == text else plain
    message = _changed_message(message, change)
    return StoredText(plain, message) if change(str(message)) == str(message) else plain


def _changed_message(message, change):
    def changed_value(value):
        if nested := _get_message(value):
            return _changed_message(nested, change)
        if isinstance(value, bool | int | float):
            return value
        text = change(str(value))
        return value if text == str(value) else text

    if isinstance(message.values, dict):
        return replace(message, values={name: changed_value(value) for name, value in message.values.items()})
    return replace(message, values=tuple(changed_value(value) for value in message.values))


def translate_in(lang):
    """Return the function that translates a template into a language."""
    translations = {} if lang == "en_US" else code_translations.get_python_translations(MODULE, lang)
    return lambda template: translations.get(template, template)


def terms_of(text):
    """Return the template and values of a text or an error as JSON values; a text that has none as it is."""
    return _terms(text, 0)


def _terms(value, depth):
    if isinstance(value, AmountText):
        return {"amount": float(value.amount), "currency": value.currency_id, "text": str(value)}
    if isinstance(value, NameText):
        return {"name_of": value.source, "text": str(value)}
    message = _get_message(value)
    if not message or depth > MAX_DEPTH:
        is_json = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        return value if is_json else str(value)
    values = message.values
    if isinstance(values, dict):
        values = {name: _terms(entry, depth + 1) for name, entry in values.items()}
    else:
        values = [_terms(entry, depth + 1) for entry in values]
    return {"template": message.template, "values": values}


def _get_message(value):
    """Return the `Message` that this value, or the text of this error, is or was made of, if any."""
    message = value if isinstance(value, Message) else getattr(value, "message", None)
    if isinstance(message, Message):
        return message
    return _get_message(value.args[0]) if isinstance(value, Exception) and value.args else None


def text_of_error(error):
    """Return the text of an error, a `StoredText` if it was raised with one."""
    message = _get_message(error)
    return StoredText(str(error), message) if message else str(error)


def values_of(text, name, terms_name):
    """Return the values that store a text or an error in a field, and its template and values in a JSON field."""
    terms = terms_of(text)
    return {name: str(text), terms_name: terms if isinstance(terms, dict) else False}


def shown_text(env, text, terms):
    """Return what `values_of` stored in the language of an environment."""
    return text_of(env, terms) if text and terms else text


def shown_lines(env, text, terms):
    """Return a stored text whose lines were made one by one in the language of an environment.

    :param text: as it was stored
    :param list terms: what `terms_of` returned for each of its lines; none if an earlier release stored it
    """
    return "\n".join(text_of(env, term) for term in terms) if text and terms else text


def text_of(env, terms):
    """Return the text of `terms_of` in the language of an environment, for the screen.

    In a language that is written from right to left, its values are marked as `isolated`; in others, those that are
    written from right to left are.

    :param terms: what a JSON field has
    """
    return _on_screen(env, _message_of(env, terms))


def on_screen(env, text):
    """Return a `StoredText` that was made in the language of an environment as `text_of` would."""
    return _on_screen(env, text.message)


def part_on_screen(env, text):
    """Return a text as a part of a longer one on the screen, marked as `text_of` marks values."""
    is_rtl = env["res.lang"]._get_data(code=env.lang or "en_US").direction == "rtl"
    return isolated(text) if is_rtl else isolated_if_turned(text)


def _on_screen(env, message):
    return message.text(translate_in(env.lang or "en_US"), lambda text: part_on_screen(env, text))


def stored_text_of(env, terms):
    """Return the text of `terms_of` as `StoredText`, so that it may become part of another one."""
    message = _message_of(env, terms)
    return StoredText(message.text(translate_in(env.lang or "en_US")), message)


def _message_of(env, terms):
    if not isinstance(terms, dict):
        return Message(str(terms))
    values = terms["values"]
    if isinstance(values, dict):
        return Message(terms["template"], {name: _value_of(env, value) for name, value in values.items()})
    return Message(terms["template"], tuple(_value_of(env, value) for value in values))


def _value_of(env, value):
    if not isinstance(value, dict):
        return value
    if "product" in value:  # stored by an earlier release
        value = {**value, "name_of": ["product.product", value["product"], "display_name"]}
    if "name_of" in value:
        return _name_of(env, value)
    if "amount" in value:
        currency = env["res.currency"].browse(value["currency"]).exists()
        return AmountText(currency.format(value["amount"]), value["amount"], currency) if currency else value["text"]
    return _message_of(env, value)


def _name_of(env, value):
    model, record_id, field = value["name_of"]
    if model not in env or field not in NAMES:
        return value["text"]
    try:
        record = env[model].browse(record_id)
        return NameText(record[field], record, field)
    except (AccessError, MissingError):  # its name as it was written
        return value["text"]
