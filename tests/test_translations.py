import io
import re
from pathlib import Path

import polib
from odoo.tests import TransactionCase
from odoo.tools.translate import trans_export

I18N = Path(__file__).parent.parent / "i18n"
MODULE = "external_order_sync"
LANGUAGES = ("ar", "de", "ru")
PLACEHOLDER = re.compile(r"%(?:\([a-z_]+\))?[sdr%]|\$\{[^}]*\}|<[^>]*>")


def read(name, suffix="po"):
    """Return one of the catalogues."""
    return polib.pofile(str(I18N / f"{name}.{suffix}"))


class TestTranslations(TransactionCase):
    """Every string can be translated and is; `make translations` updates the catalogues."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogues = {lang: read(lang) for lang in LANGUAGES}

    def test_the_template_has_the_strings_of_the_code(self):
        exported = io.BytesIO()
        trans_export(None, [MODULE], exported, "po", self.env)
        strings = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
        template = {entry.msgid for entry in read(MODULE, "pot")}
        self.assertFalse(strings - template, "not in the template; run: make translations")
        self.assertFalse(template - strings, "no longer in the code; run: make translations")

    def test_nothing_that_users_never_see_is_to_be_translated(self):
        for entry in read(MODULE, "pot"):
            for reference, _line in entry.occurrences:
                self.assertNotRegex(reference, rf"{MODULE}/(?:dev|tests)/", entry.msgid)

    def test_every_string_is_translated(self):
        template = {entry.msgid for entry in read(MODULE, "pot")}
        for lang, catalogue in self.catalogues.items():
            with self.subTest(lang=lang):
                translated = {entry.msgid for entry in catalogue.translated_entries()}
                self.assertEqual(template - translated, set())
                self.assertEqual(translated - template, set())

    def test_what_is_filled_in_is_the_same_in_every_language(self):
        """Placeholders and tags may be moved in a translation, but neither lost nor added."""
        for lang, catalogue in self.catalogues.items():
            for entry in catalogue:
                with self.subTest(lang=lang, string=entry.msgid):
                    there, expected = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgstr, entry.msgid))
                    self.assertEqual(there, expected)

    def test_positional_values_keep_their_order(self):
        for lang, catalogue in self.catalogues.items():
            for entry in catalogue:
                positional = [mark for mark in PLACEHOLDER.findall(entry.msgid) if mark in ("%s", "%d", "%r")]
                self.assertLessEqual(len(set(positional)), 1, f"{lang}: name the values of {entry.msgid!r}")
