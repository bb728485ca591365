"""Remove from received orders the card data that earlier versions did not recognize.

Their fingerprints are computed again, too: otherwise an unchanged order that arrives again would count as changed, and
one that a user has ignored would be imported.
"""

import hashlib

from odoo.tools import SQL

from odoo.addons.external_order_sync.lib.order.content import PayloadError, redact
from odoo.addons.external_order_sync.lib.strict_json import StrictJsonError, dumps, loads

BATCH = 1000


def migrate(cr, version):
    """Check all stored payloads in batches; most of them do not change."""
    last = 0
    while True:
        cr.execute(
            SQL(
                "SELECT id, external_id, payload FROM external_order WHERE id > %s AND payload IS NOT NULL "
                "ORDER BY id LIMIT %s",
                last,
                BATCH,
            )
        )
        rows = cr.fetchall()
        if not rows:
            break
        last = rows[-1][0]
        if changed := [values for row in rows if (values := redacted(*row))]:
            cr.execute(
                SQL(
                    """
                    UPDATE external_order AS inbox
                       SET payload = redacted.payload, fingerprint = redacted.fingerprint, source_digest = NULL
                      FROM (VALUES %s) AS redacted (id, payload, fingerprint)
                     WHERE inbox.id = redacted.id
                    """,
                    SQL(", ").join(SQL("%s", values) for values in changed),
                )
            )


def redacted(row_id, external_id, payload):
    """Return the id, the payload and the fingerprint of a row whose payload has to change, otherwise ``None``."""
    try:
        content = redact(loads(payload))
        text = dumps(content)
        if text == dumps(loads(payload)):
            return None
        fingerprint = hashlib.sha256(dumps({**content, "OrderID": external_id}).encode()).hexdigest()
    except (PayloadError, StrictJsonError):
        return None  # beyond a limit that is new: the import says so if it is tried
    # A digest of the whole text would allow guessing the few digits that are gone.
    return row_id, text, fingerprint
