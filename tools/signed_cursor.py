"""Cursors of lists as clients get them: signed texts, so that they cannot be altered."""

import binascii
import json

from odoo.tools.misc import hash_sign, verify_hash_signed

# Of a query parameter. A text of this form with a wrong signature does not name a page.
CURSOR_SCHEMA = {"type": "string", "maxLength": 8000, "pattern": "^A[Q-Za-f][A-Za-z0-9_-]{55,}$"}


class BadCursor(ValueError):
    """The text is not a cursor of this list, or the cursor has expired."""


def sign_cursor(env, scope, values, expiration=None):
    """Return the text of a cursor.

    :param str scope: of the list
    :param list values: what JSON can contain
    :param datetime expiration: naive, in the server's time zone; None for a cursor that stays valid
    """
    return hash_sign(env(su=True), scope, values, expiration=expiration)  # sudo: the secret is a system parameter


def read_cursor(env, scope, text):
    """Return the values of a cursor's text.

    :raise BadCursor: if it is not valid
    """
    try:
        values = verify_hash_signed(env(su=True), scope, text)  # sudo: as above
    except (ValueError, binascii.Error, json.JSONDecodeError) as error:
        raise BadCursor(text) from error
    if values is None:
        raise BadCursor(text)
    return values
