"""In which language a message is written that is stored for somebody to read later.

What a person starts speaks that person's language, the environment's own. What the scheduler does has none; it writes
for whoever is responsible. Only messages are in that language: everything else, such as what is booked, is made in the
environment as it is. Hence ``for_reader(self.env)._("…")`` where a scheduled run may write a message, and
``self.env._("…")`` elsewhere.
"""

from odoo.tools.translate import code_translations

from ..lib.message import Message

MODULE = "external_order_sync"
READER_LANG = "external_order_sync_reader_lang"


def with_reader(records, *readers):
    """Return records that write their messages, and those of what they call, for somebody else than the user.

    :param readers: users or partners; the first one who has a language decides. Without any, it is English.
    """
    languages = (records.env["res.lang"]._get_code(reader.lang or "") for reader in readers)
    return records.with_context(**{READER_LANG: next(filter(None, languages), "en_US")})


def for_reader(env):
    """Return the environment whose language is that of the reader of what is written now."""
    lang = env.context.get(READER_LANG)
    return env(context={**env.context, "lang": lang}) if lang and lang != env.lang else env


def in_english(records):
    """Return records whose messages are in English, as those of the log."""
    return records.with_context(**{READER_LANG: "en_US"})


def amount_text(currency, amount):
    """Return an amount of a ``res.currency`` as the reader of a message writes it."""
    return currency.with_env(for_reader(currency.env)).format(float(amount))


def reader_text(env, message):
    """Return a message of `tools` as text, in the language of its reader.

    :param message: a `Message`, or a text, which stays as it is
    """
    if not isinstance(message, Message):
        return str(message)
    lang = env.context.get(READER_LANG) or env.lang or "en_US"
    translations = {} if lang == "en_US" else code_translations.get_python_translations(MODULE, lang)
    return message.text(lambda template: translations.get(template, template))
