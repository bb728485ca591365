"""Texts that are stored and later shown to people of any language: each remembers its template and values.

A `StoredText` is the text in the language in which it was made. `terms_of` returns its template and values for a JSON
field, `text_of` the text that they give in another language. Put sentences together with `joined`: a text that was
formatted in another way stays as it was written.
"""

import math

from odoo.tools.translate import code_translations

from ..lib.message import Message

MODULE = "external_order_sync"
# Terms that are nested deeper, which none of the templates does, are kept as texts.
MAX_DEPTH = 5


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


def joined(*texts):
    """Return sentences as one text, which remembers the template of each."""
    return StoredText(" ".join(texts), Message(" ".join(["%s"] * len(texts)), texts))


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
    message = _get_message(value)
    if not message and isinstance(value, Exception) and value.args:
        message = _get_message(value.args[0])
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
    """Return the `Message` that this value is or was made of, if any."""
    message = value if isinstance(value, Message) else getattr(value, "message", None)
    return message if isinstance(message, Message) else None


def text_of(env, terms):
    """Return the text of `terms_of` in the language of an environment.

    :param terms: what a JSON field has
    """
    return str(_message_of(env, terms).text(translate_in(env.lang or "en_US")))


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
    if "amount" in value:
        currency = env["res.currency"].browse(value["currency"]).exists()
        return currency.format(value["amount"]) if currency else value["text"]
    return _message_of(env, value)
