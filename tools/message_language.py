"""In which language a message is written that is stored for somebody to read later.

What a person starts speaks that person's language, the environment's own. What the scheduler does has none; it writes
for whoever is responsible. Only messages are in that language: everything else, such as what is booked, is made in the
environment as it is. Hence ``for_reader(self.env)._("…")`` where a scheduled run may write a message, and
``self.env._("…")`` elsewhere.
"""

from dataclasses import dataclass

from odoo.tools.translate import code_translations

from ..lib.message import Message
from .private_context import PrivateContext

MODULE = "external_order_sync"


@dataclass(frozen=True)
class Reader(PrivateContext):
    """In the context: the language of the person who will read the messages that are written now."""

    KEY = "external_order_sync_reader"

    lang: str


def with_reader(records, *readers):
    """Return records that write their messages, and those of what they call, for somebody else than the user.

    :param readers: users or partners; the first one who has a language decides. Without any, it is English.
    """
    languages = (records.env["res.lang"]._get_code(reader.lang or "") for reader in readers)
    return Reader(next(filter(None, languages), "en_US")).on(records)


def for_reader(env):
    """Return the environment whose language is that of the reader of what is written now."""
    reader = Reader.current(env)
    return env(context={**env.context, "lang": reader.lang}) if reader and reader.lang != env.lang else env


def in_english(records):
    """Return records whose messages are in English, as those of the log."""
    return Reader("en_US").on(records)


def amount_text(currency, amount):
    """Return an amount of a ``res.currency`` as the reader of a message writes it."""
    return currency.with_env(for_reader(currency.env)).format(float(amount))


def reader_text(env, message):
    """Return a message of `tools` as text, in the language of its reader.

    :param message: a `Message`, or a text, which stays as it is
    """
    if not isinstance(message, Message):
        return str(message)
    reader = Reader.current(env)
    lang = reader.lang if reader else env.lang or "en_US"
    translations = {} if lang == "en_US" else code_translations.get_python_translations(MODULE, lang)
    return message.text(lambda template: translations.get(template, template))
