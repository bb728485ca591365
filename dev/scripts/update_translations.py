"""Write the template of all strings into the folder I18N, merge it into the languages; run in an Odoo shell.

It prints one line per language at the end, starting with ``i18n/``.
"""

import io
import os
from pathlib import Path

import polib
from odoo.tools.translate import trans_export

MODULE = "external_order_sync"
# Headers that change with every export without meaning.
NOISE = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")

exported = io.BytesIO()
trans_export(None, [MODULE], exported, "po", env)  # noqa: F821
template = polib.pofile(exported.getvalue().decode())
template.metadata = {name: value for name, value in template.metadata.items() if name not in NOISE}
template.metadata["Content-Transfer-Encoding"] = "8bit"
folder = Path(os.environ["I18N"])
template.save(str(folder / f"{MODULE}.pot"))
for file in sorted(folder.glob("*.po")):
    language = polib.pofile(str(file))
    language.merge(template)
    for entry in language.obsolete_entries():
        language.remove(entry)
    language.save()
    left = len(language.untranslated_entries()) + len(language.fuzzy_entries())
    print(f"i18n/{file.name}: {left} of {len(language)} strings are left to translate")
