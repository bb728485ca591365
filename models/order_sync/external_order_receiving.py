import hashlib
from dataclasses import dataclass, field
from typing import Any

from odoo import api, models

from ...lib.canonical_json import dumps, dumps_twice
from ...lib.money import AmountError, parse_amount
from ...lib.order.content import PayloadError, redact
from ...lib.order.field_names import REFUNDS
from ...lib.order.moment import version_of
from ...lib.order.payload import order_location, order_status
from ...lib.order.size import count_lines
from ...tools.message_language import reader_text, stored
from .external_order_life_events import LifeEvents


@dataclass
class Received:
    """The result of receiving the entries of a page.

    :param orders: the rows of all received orders, new and known
    :param ambiguous: the rows whose OrderID is shared by different orders
    :param refused: a sentence for each entry that is not an order
    :param reasons: what is wrong with each of them, by its number
    :param altered: the known rows that got other content
    :param is_counted: whether the run has already counted this page
    """

    orders: Any
    ambiguous: Any
    altered: Any
    is_counted: bool = False
    new: int = 0
    known: int = 0
    changed: int = 0
    ignored: int = 0
    refused: list = field(default_factory=list)
    reasons: dict = field(default_factory=dict)

    def get_counts(self):
        """Return the numbers that a run adds to its counts, by their names; the ambiguous ones are counted by row."""
        return {
            "new": self.new,
            "known": self.known,
            "changed": self.changed,
            "ignored": self.ignored,
            "refused": len(self.refused),
        }


def _count_digits(text):
    return sum(character.isdigit() for character in text)


class ExternalOrder(models.Model):
    """Stores received orders in the inbox."""

    _inherit = "external.order"

    @api.model
    def _receive(self, sync, entries, position=0, earlier=frozenset()):
        """Store entries of the feed: new orders, and new content of known orders.

        :param sync: the ``external.order.sync`` that fetched them
        :param list entries: entries of the feed, of any type
        :param int position: number of earlier entries in this download, used to number refused entries
        :param set earlier: the ids of the rows that earlier pages of this download contained
        :rtype: Received
        """
        refusals = {}
        arrived = self._group_by_identity(sync, entries, position, refusals)
        received = self._store_received(sync, *self._match_received(sync, arrived), refusals, earlier)
        self._keep_refused(sync, entries, position, received)
        return received

    @api.model
    def _store_received(self, sync, known, new, life, refusals, earlier=frozenset()):
        """Store entries whose rows are found, see `_receive`.

        :param dict known: as `_match_received` returns it, like ``new`` and ``life``
        :param dict refusals: what is wrong with entries that are not orders, by their number
        """
        accepted = sync._get_accepted_statuses()
        received = Received(self.browse(order.id for order in known), self.browse(), self.browse())
        events = LifeEvents(sync._get_life_statuses(), life, earlier)

        def read_versions(identity, numbered_entries, order):
            versions = []
            for number, entry in sorted(numbered_entries.items()):
                try:
                    if events.take(identity, order, entry):
                        versions.append(self._prepare_received_values(sync, entry, identity[0], accepted))
                except PayloadError as error:
                    refusals[number] = error
            return self._leave_out_repeated(sync, versions)

        contents = {}
        for order, numbered_entries in known.items():
            identity = (order.external_id, order.external_location if order.by_location else None)
            if order._is_unchanged(numbered_entries, events.get_digests(identity[0])):
                received.known += 1
            elif versions := read_versions(identity, numbered_entries, order):
                is_other = order.id in earlier or order._is_elsewhere(versions)
                before = received.known
                order._receive_again(versions, is_other, received)
                contents[order] = versions[-1]
                events.note_known(identity, received.known - before)
        incoming = {}
        for identity, numbered_entries in new.items():
            if life and self.browse()._is_unchanged(numbered_entries, events.get_digests(identity[0])):
                received.known += 1
            else:
                incoming[identity] = read_versions(identity, numbered_entries, self.browse())
        received.reasons = {number: reader_text(self.env, refusals[number].message) for number in sorted(refusals)}
        received.refused = self._describe_refused(received.reasons)
        # Workers that receive the same new orders at once must write them in the same order to avoid deadlocks. Sort by
        # length first, so that 9 comes before 10.
        vals_list = []
        for identity in sorted(incoming, key=lambda identity: (len(identity[0]), identity[0], identity[1] or "")):
            if versions := incoming[identity]:
                values = self._prepare_new_values(versions)
                by_location = identity[1] is not None
                vals_list.append(
                    {**values, "sync_id": sync.id, "company_id": sync.company_id.id, "by_location": by_location}
                )
        created = self._create_received(vals_list)
        received.orders |= created
        received.ambiguous |= created.filtered(lambda order: order.error_code == "order_id_ambiguous")
        received.ignored += sum(values["state"] == "ignored" for values in vals_list)
        received.new += sum(values["state"] == "pending" for values in vals_list)
        if events.arrived or life:
            self._receive_life(sync, events, created, received)
            self._keep_for_refunds(contents)
        received.altered._note_arrivals()
        return received

    def _is_unchanged(self, numbered_entries, digests=frozenset()):
        """Return whether all entries are identical to what is stored, so that there is nothing to do.

        :param set digests: digests of the stored refunds and cancellations of this order
        """
        if self.source_digest and self.error_code not in ("status_not_accepted", "order_id_ambiguous"):
            digests = digests | {self.source_digest}
        return all(getattr(entry, "digest", None) in digests for entry in numbered_entries.values())

    def _receive_again(self, versions, came_before, received):
        """Update this row with the entries that have its OrderID.

        :param list versions: values of each distinct order with this OrderID on the page
        :param bool came_before: whether an earlier page of this download had the order, so that other content is
            another order
        :param Received received: the counters to update
        """
        self.ensure_one()
        was_cancelled = self.error_code == "order_cancelled"
        if was_cancelled:
            versions = self._find_valid_again(versions)
            came_before = False  # an earlier page brought the cancellation
        if not versions or self._is_ignored_with(versions):
            received.known += 1
            return
        values = versions[-1]
        if came_before:
            payloads = self._find_other_contents(versions)
        else:
            payloads = [version["payload"] for version in versions] if len(versions) > 1 else []
        if payloads:
            # Keep the row's content if it came from an earlier page; otherwise take the first order of this page.
            self._receive_ambiguous(*self._keep_newest(payloads, versions) if came_before else (payloads, versions[0]))
            received.ambiguous |= self
        elif self._is_settled_against(values):
            received.known += 1
        elif self.fingerprint != values["fingerprint"]:
            self._receive_change(values, received)
        elif self.error_code == "order_id_ambiguous":
            self._receive_alone(values, received)
        elif self.error_code == "status_not_accepted" and values["state"] == "pending":
            self.write(values)
            received.new += 1
        else:
            if self.source_digest != values["source_digest"]:
                self.source_digest = values["source_digest"]
            received.known += 1
        if was_cancelled:
            self._stop_ignoring_refunds()

    @api.model
    def _prepare_received_values(self, sync, entry, identifier, accepted):
        """Return the values of an inbox row for one entry of the feed.

        :param sync: the ``external.order.sync`` that fetched it
        :param str identifier: the OrderID that the row has or gets
        :param set accepted: OrderStatus values to import; all if empty
        :raise PayloadError: if the entry is not an order with an OrderID
        """
        content = redact(entry)
        # An OrderID can be written in several ways that mean the same order. Listed refunds have their own rows.
        payload, same_for_all = dumps_twice(content, "OrderID", identifier, left_out=REFUNDS)
        try:
            status = order_status(content)  # without card data, like the rest of the row
            is_accepted = not accepted or status in accepted or sync._get_life_statuses().is_of_life(status)
        except PayloadError:  # invalid status: the import reports it on the row
            status, is_accepted = "", True
        try:
            total = float(parse_amount(content.get("GrandTotal")))
        except AmountError:
            total = 0.0
        location = order_location(content)
        return {
            "external_id": identifier,
            "external_location": location,
            "pos_config_id": sync._find_pos_config_at(location).id,
            "payload": payload,
            "line_count": count_lines(content),
            "fingerprint": hashlib.sha256(same_for_all.encode()).hexdigest(),
            "source_digest": self._get_source_digest(entry, content, payload),
            "order_status": status,
            "version": version_of(content) or False,
            "total": total,
            "state": "pending" if is_accepted else "ignored",
            **self._prepare_no_error_values(),
            **(
                {}
                if is_accepted
                else {
                    "error_code": "status_not_accepted",
                    **self._prepare_message_values(
                        stored(self.env)._(
                            "Its status %s is not accepted. The order will be imported if it arrives again with an "
                            "accepted status.",
                            status or stored(self.env)._("(none)"),
                        )
                    ),
                }
            ),
        }

    @api.model
    def _get_source_digest(self, entry, content, payload):
        """Return the digest of an entry as received, or False if card digits were removed from its payload.

        Only a few digits of the card number are then unknown, so a digest would allow guessing them.
        """
        digest = getattr(entry, "digest", False)
        if content == entry:
            return digest  # the usual case, without writing the entry as text
        return digest if digest and _count_digits(dumps(entry)) == _count_digits(payload) else False

    def _receive_alone(self, values, received):
        """Store this content, now the only one with its OrderID; an imported order stays as it is."""
        if self.state == "done":
            self._receive_change(values, received)
        else:
            self.write({**values, "other_payloads": False})
            received.ignored += values["state"] == "ignored"
            received.new += values["state"] == "pending"

    def _receive_change(self, values, received):
        """Take in other content of this order; a sale that was booked stays as it is.

        It counts as a change if the sale would be another one: a new status or remark is only kept.
        """
        self.ensure_one()
        if self.state == "done":
            names = ("payload", "fingerprint", "source_digest", "order_status", "version")
            content = {name: values[name] for name in names}
            is_flagged = False
            if self.error_code == "order_id_ambiguous":
                content.update(self._prepare_no_error_values(), other_payloads=False)
                # It was flagged beside others, so that has to be decided again.
                is_flagged = bool(self._get_booked_payload() or self._get_booked_digest())
            is_reinstated = self._take_back_cancellation(values)
            if not is_reinstated and not is_flagged and self._is_same_content(values):
                if not self._has_location():
                    content["external_location"] = values["external_location"]
                received.known += 1
            else:
                content.update(self._prepare_change_values(values, is_reinstated))
                if not self.by_location and self.external_location != values["external_location"]:
                    content["external_location"] = False  # it is this order in both locations
                received.changed += content["changed"]
                received.known += not content["changed"]
                if content["changed"]:
                    received.altered |= self
            was_flagged = self.changed
            self.write(content)
            if was_flagged and not self.changed:
                self.sync_id._update_attention_activity()  # a run that only brings what is known does not
        else:
            if not self._is_same_content(values):
                received.altered |= self
                values = {**values, "first_known_change": 0}
            interruptions = self._prepare_no_interruption_values()
            self.write({**values, **interruptions, "other_payloads": False, "attempts": 0})
            received.ignored += values["state"] == "ignored"
            received.new += values["state"] == "pending"
