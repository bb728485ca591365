"""The language of messages that are stored and read later by someone else.

A run started by a user writes messages in that user's language. A scheduled run has no language, so it writes for the
responsible user. Only messages use that language; everything else, such as booked records, uses the environment
unchanged. Use ``for_reader(self.env)._("…")`` where a scheduled run may write a message, and ``self.env._("…")``
elsewhere; ``stored(self.env)._("…")`` for the messages of the inbox, of runs, shipments and mirrors, which are shown in
the language of each reader.
"""

from dataclasses import dataclass

from ..lib.message import Message
from .private_context import PrivateContext
from .stored_text import AmountText, NameText, StoredText, translate_in


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
    return AmountText(currency.with_env(for_reader(currency.env)).format(float(amount)), amount, currency)


def product_text(product):
    """Return the name of a ``product.product`` for the reader of a message."""
    return NameText(product.with_env(for_reader(product.env)).display_name, product, "display_name")


def name_text(record):
    """Return the translated ``name`` of a tax, a payment method or another record for the reader of a message."""
    return NameText(record.with_env(for_reader(record.env)).name, record, "name")


def reader_text(env, message):
    """Return a message as text in the language of its reader.

    :param message: a `Message`, or a text, which is returned unchanged
    """
    if not isinstance(message, Message):
        return str(message)
    return StoredText(message.text(translate_in(_reader_lang(env))), message)


def _reader_lang(env):
    reader = Reader.current(env)
    return reader.lang if reader else env.lang or "en_US"


@dataclass(frozen=True)
class Teller:
    """Translates like an environment, into texts that remember their templates."""

    lang: str

    def _(self, source, /, *values, **named):
        """Return the translated text of a template with its values, as ``env._`` does."""
        message = Message(source, named or values)
        return StoredText(message.text(translate_in(self.lang)), message)


def stored(env):
    """Return what translates messages that are stored, see `stored_text`: ``stored(self.env)._("…")``."""
    return Teller(_reader_lang(env))
