import hashlib

from odoo import api, models

from ...lib.canonical_json import dumps
from ...lib.order.content import PayloadError, redact
from ...lib.strict_json import RefusedEntry, StrictJsonError, loads
from ...tools.message_language import stored

# What makes such a row unique beside its name; no refund has both.
ENTRY = "entry"
# At most this many rows wait for a person, so that a broken feed does not fill the inbox. All entries are counted.
KEPT_AT_MOST = 1000
# Longer entries are cut: only a person reads them.
LONGEST_PAYLOAD = 10_000


class ExternalOrder(models.Model):
    """Entries of a feed that are not orders: rows of the inbox that a person sees, and can ignore.

    Until then, each download that contains such an entry ends with an error, and the next one asks for the same period
    again. An ignored entry is known, like an order that was received before.
    """

    _inherit = "external.order"

    @api.model
    def _keep_refused(self, sync, entries, position, received):
        """Store the refused entries of a page, and count those that a person has ignored as known.

        :param list entries: the entries of the page
        :param int position: number of earlier entries in this download
        :param Received received: the result of the page, which is updated
        """
        if not received.reasons:
            return
        contents, names = {}, {}
        for number in received.reasons:
            contents[number], identity = self._read_refused(entries[number - position - 1])
            # The same whenever the entry comes again.
            names[number] = f"#{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
        domain = [("sync_id", "=", sync.id), ("kind", "=", ENTRY)]
        rows = self.search_fetch([*domain, ("external_id", "in", list(set(names.values())))], ["external_id", "state"])
        ignored = set(rows.filtered(lambda row: row.state == "ignored").mapped("external_id"))
        settled = {number for number, name in names.items() if name in ignored}
        received.known += len(settled)
        left = {number: reason for number, reason in received.reasons.items() if number not in settled}
        received.refused = self._describe_refused(left)
        lacking = {names[number]: number for number in left}
        for name in rows.mapped("external_id"):
            lacking.pop(name, None)
        if lacking:
            waiting = self.search_count([*domain, ("state", "=", "failed"), ("error_code", "=", "not_an_order")])
            kept = sorted(lacking.items(), key=lambda item: item[0])[: max(KEPT_AT_MOST - waiting, 0)]
            self._create_received(
                [
                    self._prepare_entry_values(sync, name, contents[number], received.reasons[number])
                    for name, number in kept
                ]
            )

    @api.model
    def _read_refused(self, entry):
        """Return a refused entry as JSON without card data ("" if it cannot be stored), and what identifies it."""
        if isinstance(entry, RefusedEntry):
            return "", str(entry.reason)
        try:
            text = dumps(redact(entry))
        except PayloadError as error:
            return "", str(error)
        return text if len(text) <= LONGEST_PAYLOAD else dumps(f"{text[:LONGEST_PAYLOAD]}…"), text

    @api.model
    def _prepare_entry_values(self, sync, name, payload, reason):
        return {
            "sync_id": sync.id,
            "pos_config_id": False if sync._uses_locations() else sync.pos_config_id.id,
            "kind": ENTRY,
            "external_id": name,
            "refund_id": ENTRY,
            "payload": self._hide_secrets(sync, payload) or False,
            "state": "failed",
            "error_code": "not_an_order",
            **self._prepare_message_values(self._describe_entry(sync._hide_key(reason))),
        }

    @api.model
    def _hide_secrets(self, sync, text):
        """Return a text without the key of the feed: an error page or a misplaced setting may repeat it.

        JSON text stays JSON.
        """
        hidden = sync._hide_key(text)
        if hidden == text:
            return text
        try:
            loads(hidden)
        except StrictJsonError:  # the key was a number
            return dumps(hidden)
        return hidden

    @api.model
    def _describe_refused(self, reasons):
        """Return a sentence for each refused entry.

        :param dict reasons: what is wrong with each of them, by its number
        """
        return [
            stored(self.env)._("Entry %(number)s of the feed: %(problem)s", number=number, problem=reason)
            for number, reason in reasons.items()
        ]

    @api.model
    def _describe_entry(self, reason):
        return stored(self.env)._(
            "%(reason)s This entry is not an order, so it cannot be imported. Have the external system correct it, or "
            "press Ignore if it does not matter.",
            reason=reason,
        )

    def _refuse_again(self):
        """Let these entries, which somebody retries, be failed: only the external system can correct them."""
        self.filtered(lambda row: row.state == "ignored")._stop_ignoring()
        self._note_failures()
