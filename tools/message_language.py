"""The language of messages that are stored and read later by someone else.

A run started by a user writes messages in that user's language. A scheduled run has no language, so it writes for the
responsible user. Only messages use that language; everything else, such as booked records, uses the environment
unchanged. Use ``for_reader(self.env)._("…")`` where a scheduled run may write a message, and ``self.env._("…")``
elsewhere.
"""

from dataclasses import dataclass

from odoo.tools.translate import code_translations

from ..lib.message import Message
from .private_context import PrivateContext

MODULE = "external_order_sync"


@dataclass(frozen=True)
class Reader(PrivateContext):
    """In the context: the language of the user who will read the messages."""

    KEY = "external_order_sync_reader"

    lang: str


def with_reader(records, *readers):
    """Return the records with a context that writes messages for other readers than the current user.

    :param readers: users or partners; the first one with a language decides. Without any, it is English.
    """
    languages = (records.env["res.lang"]._get_code(reader.lang or "") for reader in readers)
    return Reader(next(filter(None, languages), "en_US")).on(records)


def for_reader(env):
    """Return the environment with the language of the reader of messages."""
    reader = Reader.current(env)
    return env(context={**env.context, "lang": reader.lang}) if reader and reader.lang != env.lang else env


def in_english(records):
    """Return the records with messages in English, as in the log."""
    return Reader("en_US").on(records)


def amount_text(currency, amount):
    """Return an amount of a ``res.currency``, formatted for the reader of a message."""
    return currency.with_env(for_reader(currency.env)).format(float(amount))


def reader_text(env, message):
    """Return a message as text in the language of its reader.

    :param message: a `Message`, or a text, which is returned unchanged
    """
    if not isinstance(message, Message):
        return str(message)
    reader = Reader.current(env)
    lang = reader.lang if reader else env.lang or "en_US"
    translations = {} if lang == "en_US" else code_translations.get_python_translations(MODULE, lang)
    return message.text(lambda template: translations.get(template, template))
