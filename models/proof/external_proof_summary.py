from dataclasses import replace

from odoo import api, models

from ...lib.order.content import PayloadError, redact
from ...lib.order.figures import Figures, total_of
from ...lib.order.parts import Payment
from ...lib.order.payload import order_status
from ..order_sync.external_order_life_events import LifeEvents
from .difference import Difference

MOST_MISSING = 500


class ExternalProofSummary(models.AbstractModel):
    """Compares the shop's own summary of a day with what the inbox received: which order is missing, or too many."""

    _name = "external.proof.summary"
    _description = "Reconciliation of a Day: Daily Summary"

    @api.model
    def _get_figures(self, sync, config, summary, inbox):
        """Return the shop's figures; for what its summary does not state, those of the inbox."""
        payments = inbox.payments
        if summary.payments is not None:
            stated = [Payment(amount, name, None, "", "") for name, amount in summary.payments.items()]
            matched = self.env["external.proof.unbooked"]._match(sync, config, stated)
            payments = {key: amount for key, amount in matched.items() if amount}
        refunds = summary.refunds
        if refunds is None:
            is_listed = summary.lists_refunds
            refunds = sum(bool(entry.refund_id) for entry in summary.listed) if is_listed else inbox.refunds
        tax = inbox.tax if summary.tax is None else summary.tax
        return Figures(summary.orders, refunds, summary.gross, tax, payments)

    @api.model
    def _complete(self, summary, shop, differences):
        """Return the shop's figures with what its summary does not state: that of the inbox and of these orders.

        :param differences: what `_compare` found
        """
        more = -total_of(difference.amount for difference in differences)
        return replace(
            shop,
            refunds=shop.refunds + (more.refunds if summary.refunds is None and not summary.lists_refunds else 0),
            tax=shop.tax + (more.tax if summary.tax is None else 0),
            payments=(Figures(payments=shop.payments) + Figures(payments=more.payments)).payments
            if summary.payments is None
            else shop.payments,
        )

    @api.model
    def _compare(self, sync, day, config, summary, shop, of_day):
        """Return a `Difference` for each order in which the shop's summary differs from the inbox.

        :param Figures shop: what the summary says
        :param DayBooks of_day: what inbox and books have
        :raise UserError: if the feed has to be asked for the missing order, and cannot be read
        """
        if summary.listed is not None:
            found = [difference for difference in of_day.differences if difference.pos_config == config]
            return self._compare_listed(sync, day, config, summary, found)
        if not shop - of_day.inbox.get(config, Figures()):
            return []
        if of_day.missing is None:
            of_day.missing = self._find_missing(sync, day)
        return [missing for missing in of_day.missing if missing.pos_config == config]

    # ------------------------------------------------------------
    # With the list of the day's orders
    # ------------------------------------------------------------

    @api.model
    def _compare_listed(self, sync, day, config, summary, found):
        Order = self.env["external.order"]
        unbooked = self.env["external.proof.unbooked"]
        read = ["external_id", "kind", "refund_id", "state", "sold_date", "changed", "booked_amounts", "total"]
        listed = list({entry.order_id for entry in summary.listed})
        rows = Order.search_fetch([("sync_id", "=", sync.id), ("external_id", "in", listed)], read)
        first, end = sync._get_start_of_day(day), sync._get_end_of_day(day)
        of_day = Order.search_fetch(
            [
                ("sync_id", "=", sync.id),
                ("state", "=", "done"),
                ("pos_config_id", "=", config.id),
                ("sold_date", ">=", first),
                ("sold_date", "<", end),
            ],
            read,
        )
        at_hand, elsewhere = {}, {}
        for row in rows:
            if not row.pos_config_id or row.pos_config_id == config:
                at_hand[row.external_id, row.refund_id or ""] = row
            elif row.state == "done" and (row.external_location or "") == summary.location:
                elsewhere[row.external_id, row.refund_id or ""] = row
        named = {difference.row for difference in found if difference.row}
        moved = {difference.row for difference in found if difference.reason == "moved"}
        # A cancellation that was taken back is named with its sale.
        changed = {difference.pos_order for difference in found if difference.reason == "changed"}
        differences, met = [], set()
        for entry in summary.listed:
            counts = (0, 1) if entry.refund_id else (1, 0)
            row = at_hand.get((entry.order_id, entry.refund_id))
            if not row and (row := elsewhere.get((entry.order_id, entry.refund_id))):
                if row not in moved:
                    booked, behind = unbooked._get_booked(row), {"row": row, "pos_order": row.pos_order_id}
                    differences.append(Difference("moved", config, booked, **behind))
                continue
            if not row:
                shop = Figures(*counts, entry.gross or 0, entry.tax or 0)
                differences.append(
                    Difference(
                        "missing",
                        config,
                        shop,
                        external_id=entry.order_id,
                        refund_id=entry.refund_id,
                        location=summary.location,
                        is_known=False,
                    )
                )
                continue
            met.add(row)
            if row.state != "done":
                if row not in named:
                    reason = {"failed": "failed", "pending": "waiting"}.get(row.state, "ignored")
                    shop = Figures(*counts, entry.gross or 0, entry.tax or 0)
                    differences.append(Difference(reason, config, shop, row=row, is_known=False))
                continue
            booked, behind = unbooked._get_booked(row), {"row": row, "pos_order": row.pos_order_id}
            gross = booked.gross if entry.gross is None else entry.gross
            tax = booked.tax if entry.tax is None else entry.tax
            is_same = not any(
                config.currency_id.compare_amounts(float(stated), float(imported))
                for stated, imported in ((gross, booked.gross), (tax, booked.tax))
            )
            if not (row.sold_date and first <= row.sold_date < end):
                if row not in moved:
                    differences.append(Difference("moved", config, booked, **behind))
            elif not is_same and not row.changed:
                shop = Figures(*counts, gross, tax)
                differences.append(Difference("changed", config, shop, booked, is_known=False, **behind))
        unlisted = of_day.filtered(
            lambda row: (
                row not in met
                and row not in moved
                and (row.kind == "sale" or summary.lists_refunds)
                and (row.kind != "cancellation" or row.pos_order_id not in changed)
            )
        )
        for row in unlisted:
            reason = "moved" if self._is_listed_elsewhere(sync, day, config, row) else "extra"
            behind = {"row": row, "pos_order": row.pos_order_id}
            differences.append(Difference(reason, config, Figures(), unbooked._get_booked(row), **behind))
        return differences

    @api.model
    def _is_listed_elsewhere(self, sync, day, config, row):
        """Return whether the shop has an imported row on another day or in another Point of Sale than Odoo: as its
        newest content says, or the summary there."""
        unbooked = self.env["external.proof.unbooked"]
        payload = unbooked._parse_changed(row) if row.kind == "sale" else None
        if payload is not None and (unbooked._get_day(sync, row.kind, payload) or day) != day:
            return True
        if row.external_location and sync._find_pos_config_at(row.external_location) not in (config, config.browse()):
            return True
        lines = self.env["external.proof.line"].search([("order_id", "=", row.id), ("reason", "=", "moved")])
        return any((line.proof_id.day, line.proof_id.pos_config_id) != (day, config) for line in lines)

    # ------------------------------------------------------------
    # With the feed
    # ------------------------------------------------------------

    @api.model
    def _find_missing(self, sync, day):
        """Return the orders and refunds of a business day that the feed has and the inbox has not.

        :rtype: list of `Difference`
        """
        unbooked = self.env["external.proof.unbooked"]
        missing = []
        for entries in sync._iter_feed_since(day):
            for location, external_id, kind, refund_id, content in self._find_unknown(sync, entries):
                config = sync._find_pos_config_at(location) or sync.pos_config_id
                sold_on, figures, is_known = unbooked._read_entry(sync, config, kind, content)
                if sold_on == day:
                    missing.append(
                        Difference(
                            "missing",
                            config,
                            figures,
                            external_id=external_id,
                            refund_id=refund_id,
                            location=location,
                            is_known=is_known,
                        )
                    )
                if len(missing) >= MOST_MISSING:
                    return missing
        return missing

    @api.model
    def _find_unknown(self, sync, entries):
        """Yield what these entries of the feed have that the inbox has not.

        :return: tuples of LocationID, OrderID, kind, RefundID and content
        """
        Order = self.env["external.order"]
        refused = {}
        arrived = Order._group_by_identity(sync, entries, 0, refused)
        known, new, life = Order._match_received(sync, arrived)
        events = LifeEvents(sync._get_life_statuses(), life, frozenset())
        pairs = [((row.external_id, row.external_location or ""), row, numbered) for row, numbered in known.items()]
        pairs += [((identity[0], identity[1] or ""), Order, numbered) for identity, numbered in new.items()]
        accepted = sync._get_accepted_statuses()
        for identity, row, numbered in pairs:
            for entry in numbered.values():
                try:
                    is_sale = events.take(identity, row, entry)
                    content = redact(entry)
                except PayloadError:
                    continue
                if is_sale and not row and _is_accepted(content, accepted):
                    yield identity[1], identity[0], "sale", "", content
        stored = {(row.external_id, row.refund_id) for row in life}
        for event in events.arrived:
            if (event.identity[0], event.refund_id) not in stored and event.order.state == "done":
                yield event.identity[1], event.identity[0], event.kind, event.refund_id, event.content


def _is_accepted(content, accepted):
    """Return whether an order with this status would be imported."""
    try:
        return not accepted or order_status(content) in accepted
    except PayloadError:
        return True
