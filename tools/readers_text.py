"""Fields that show a stored text in the reader's language."""

from odoo import api, fields

from ..lib.message import without_isolates
from .stored_text import shown_lines, shown_text


class _OnTheScreen:
    """A file that is exported gets the text without the marks that `text_of` adds for the screen."""

    def convert_to_export(self, value, record):
        return without_isolates(super().convert_to_export(value, record))


class ReadersChar(_OnTheScreen, fields.Char):
    """A line for the screen that contains stored texts in the reader's language."""


class ReadersText(_OnTheScreen, fields.Text):
    """A text for the screen that contains stored texts in the reader's language."""


def readers_text(name, label, written, terms):
    """Return the field that shows what `values_of` stored, in the reader's language.

    :param str name: the name of the field
    :param str written: the name of the field with the text as it was written
    :param str terms: the name of the JSON field with its template and values, or a list with those of each line
    """

    @api.depends(written, terms)
    @api.depends_context("lang")
    def compute(records):
        for record in records:
            stored = record.sudo()[terms]  # sudo: users may read the text, but some of these fields are the system's
            show = shown_lines if isinstance(stored, list) else shown_text
            record[name] = show(record.env, record[written], stored)

    return ReadersText(label, compute=compute)
