import hashlib

from odoo import api, models

from ...lib.canonical_json import dumps_twice
from ...lib.money import AmountError, parse_amount
from ...lib.order.field_names import REFUND_TOTAL, REFUNDS, sent_name
from ...lib.order.moment import is_older
from ...lib.order.payload import order_location, order_status
from ...lib.order.refunds import THE_CANCELLATION, THE_REFUND, refund_id
from ...lib.strict_json import loads
from ...tools.message_language import stored
from .external_order_life_events import read_event
from .external_order_receiving import Received


class ExternalOrder(models.Model):
    """Stores what happened to orders after their sale: refunds and cancellations, each in a separate row.

    They are received like orders (`external_order_receiving`): once, whatever else arrives with them and however often
    they come again. Each is unique within its order, by `refund_id`.
    """

    _inherit = "external.order"

    @api.model
    def _receive_life(self, sync, events, created, received):
        """Store the refunds and cancellations of a page, and count them.

        :param LifeEvents events: what the page brought
        :param created: the rows of the sales that the page brought for the first time
        :param Received received: the counters to update
        """
        self._link_to_sales(events.rows, received.orders)
        created |= self._create_cancelled(sync, events, created, received)
        sales = created._by_identity()
        grouped = {}
        for event in events.arrived:
            sale = event.order or sales.get(event.identity, self.browse())
            grouped.setdefault((event.identity, sale, event.kind, event.refund_id), []).append(event)
        vals_list = []
        for (identity, sale, kind, _refund_id), arrived in grouped.items():
            counts = Received(self.browse(), self.browse(), self.browse())
            versions = [self._prepare_event_values(sync, sale, event) for event in arrived]
            known = events.get_rows(identity[0])._find_event(sale, versions[-1])
            if kind == "cancellation":
                values = self._receive_cancellation(sale, known, versions[-1], events, counts)
            else:
                distinct = self._find_distinct(sync, arrived, versions)
                values = self._receive_refund(known, distinct, events, counts)
            if values:
                vals_list.append(values)
                counts.new += values["state"] == "pending"
                counts.ignored += values["state"] == "ignored"
            self._count_event(received, counts, events, identity, arrived)
        # In the same sequence in every worker, as the sales are.
        vals_list.sort(
            key=lambda values: (len(values["external_id"]), values["external_id"], values.get("refund_id") or "")
        )
        rows = self._create_received(vals_list)
        received.orders |= events.rows | rows
        received.ambiguous |= rows.filtered(lambda row: row.error_code == "order_id_ambiguous")

    def _by_identity(self):
        """Return these rows of sales by what identifies them, as `_match_received` does."""
        return {(sale.external_id, (sale.external_location or "") if sale.by_location else None): sale for sale in self}

    @api.model
    def _count_event(self, received, counts, events, identity, arrived):
        """Add the counts of one refund or cancellation, so that each entry of the feed is counted once as known."""
        received.new += counts.new
        received.changed += counts.changed
        received.ignored += counts.ignored
        received.ambiguous |= counts.ambiguous
        received.altered |= counts.altered
        if any(event.counts for event in arrived):
            received.known += counts.known
        elif not counts.known and identity in events.known_orders:
            received.known -= 1
            events.known_orders.discard(identity)

    # ------------------------------------------------------------
    # Refunds
    # ------------------------------------------------------------

    @api.model
    def _receive_refund(self, known, versions, events, counts):
        """Store the distinct refunds that arrived with one RefundID, in the row ``known`` if there is one.

        :param list versions: what `_find_distinct` returned
        :return: the values of a new row, or ``None``
        """
        if known:
            known._receive_again(versions, known.id in events.earlier, counts)
            return None
        return self._prepare_new_values(versions)

    @api.model
    def _find_distinct(self, sync, arrived, versions):
        """Return the inbox values of the distinct refunds among those with one RefundID, or without one.

        A list that arrives twice says the same. Without a RefundID, equal refunds in one list may be two, or one by
        mistake.

        :param list arrived: the `LifeEvent` of each
        :param list versions: the inbox values of each
        """
        distinct = self._leave_out_repeated(sync, versions)
        if arrived[0].refund_id != THE_REFUND:
            return distinct
        lists = {}
        for event, values in zip(arrived, versions, strict=True):
            lists.setdefault(event.entry_number, []).append(values)
        repeated = []
        for listed in lists.values():
            kept = set(map(id, self._leave_out_repeated(sync, listed)))
            repeated = max(repeated, [values for values in listed if id(values) not in kept], key=len)
        return [*distinct, *repeated]

    def _find_event(self, sale, values):
        """Return the row among these, all of one OrderID, that is the refund or cancellation with these values."""
        location = values["external_location"] or ""

        def is_meant(row):
            if row.refund_id != values["refund_id"]:
                return False
            if sale and row.origin_id:
                return row.origin_id == sale
            return not row.by_location or (row.external_location or "") == location

        return self.filtered(is_meant)[:1]

    def _find_of_entry(self, sale, entry):
        """Return the row among these, all of one OrderID, that an entry of the feed is for: none if that is the sale.

        :param sale: the row of the sale, empty if that is not known
        """
        kind, content = read_event(self.sync_id._get_life_statuses(), entry)
        if kind == "sale":
            return self.browse()
        key = THE_CANCELLATION if kind == "cancellation" else refund_id(content)
        return self._find_event(sale, {"refund_id": key, "external_location": order_location(content)})

    @api.model
    def _prepare_event_values(self, sync, sale, event):
        """Return the values of the row for a refund or cancellation.

        :param sale: the row of its order, empty if that is not known
        :param LifeEvent event:
        """
        identifier, located = event.identity
        location = sale.external_location if sale else located or order_location(event.content)
        payload, same_for_all = dumps_twice(event.content, "OrderID", identifier)
        return {
            "sync_id": sync.id,
            "kind": event.kind,
            "refund_id": event.refund_id,
            "origin_id": sale.id,
            "external_id": identifier,
            "external_location": location,
            "by_location": sale.by_location if sale else located is not None,
            "pos_config_id": (sale.pos_config_id or sync._find_pos_config_at(location or "")).id,
            "payload": payload,
            "fingerprint": hashlib.sha256(same_for_all.encode()).hexdigest(),
            "source_digest": event.entry is not None and self._get_source_digest(event.entry, event.content, payload),
            "order_status": event.entry is not None and order_status(event.content),
            "version": event.version or False,
            "total": _paid_back(event.content),
            "state": "pending",
            **self._prepare_no_error_values(),
            **({} if event.kind == "cancellation" else self._prepare_waiting_values(sale)),
        }

    @api.model
    def _prepare_waiting_values(self, sale):
        """Return the values of a refund whose order is not imported; nothing if it is.

        :param sale: the row of its order, empty if that is not known
        """
        env = stored(self.env)
        if sale.state == "done":
            return {}
        if sale.error_code == "order_cancelled":
            return self._prepare_cancelled_values()
        if not sale:
            problem = env._(
                "The order of this refund has not arrived. The refund is booked right after its order. If the order "
                "will never be imported, press Ignore. If its status does not mean a refund, change the Refund "
                "Statuses of the synchronization."
            )
        elif sale.state == "pending":
            problem = env._("The order of this refund is not imported yet. The refund is booked right after it.")
        else:
            problem = env._(
                "The order of this refund is not imported: see its own reason. The refund is booked right after it."
            )
        return {"error_code": "waiting_for_order", **self._prepare_message_values(problem)}

    @api.model
    def _link_to_sales(self, rows, sales):
        """Link those of these refunds that arrived before their orders to the sales among these rows."""
        lost = rows.filtered(lambda row: not row.origin_id)
        sales_of = sales.filtered(lambda sale: sale.kind == "sale").grouped("external_id") if lost else {}
        for row in lost:
            candidates = sales_of.get(row.external_id)
            if candidates and (sale := candidates._choose_at(row.external_location or "", row.by_location)):
                row.write({"origin_id": sale.id, "pos_config_id": sale.pos_config_id.id})

    # ------------------------------------------------------------
    # Cancellations
    # ------------------------------------------------------------

    @api.model
    def _create_cancelled(self, sync, events, created, received):
        """Create the rows of orders that were cancelled before they were ever seen, and return them."""
        known = created._by_identity()
        vals = {}
        for event in events.arrived:
            if event.kind == "cancellation" and not event.order and event.identity not in known:
                values = self._prepare_received_values(sync, event.entry, event.identity[0], set())
                vals[event.identity] = {
                    **values,
                    "sync_id": sync.id,
                    "by_location": event.identity[1] is not None,
                    **self._prepare_cancelled_values(),
                }
                event.counts = False  # it is counted as ignored
        received.ignored += len(vals)
        rows = self._create_received(
            [vals[identity] for identity in sorted(vals, key=lambda key: (key[0], key[1] or ""))]
        )
        received.orders |= rows
        self._link_to_sales(events.rows, rows)
        rows._ignore_waiting()
        return rows

    @api.model
    def _receive_cancellation(self, sale, known, values, events, counts):
        """Take in that an order was cancelled.

        What is imported is to be refunded; what is not imported yet never will be, unless a person presses Retry.

        :param sale: the row of the order, empty if that is not known
        :param known: the row of the cancellation, empty if that is new
        :return: the values of a new row, or ``None``
        """
        if known:
            was_reinstated = sale._is_reinstated()
            known._receive_again([values], False, counts)
            if was_reinstated and not sale._is_reinstated():
                sale._drop_reinstatement()
            return None
        is_overruled = events.statuses.is_cancelled(sale.order_status)  # a person had it imported nevertheless
        if (
            is_overruled
            or sale.error_code == "order_id_ambiguous"
            or is_older(values["version"] or "", sale.version or "")
        ):
            counts.known += 1
            if sale.error_code == "order_cancelled" and is_older(sale.version or "", values["version"] or ""):
                sale.version = values["version"]  # a valid version in between counts for nothing
        elif sale.state == "done":
            return values
        else:
            sale._cancel(values)
            counts.ignored += 1
        return None

    def _cancel(self, values):
        """Note that this order, which is not imported, was cancelled; it keeps its content.

        :param dict values: of the row that a cancellation of an imported order would have
        """
        self.ensure_one()
        cancelled = {
            **self._prepare_no_error_values(),
            **self._prepare_no_interruption_values(),
            **self._prepare_cancelled_values(),
        }
        kept = {name: values[name] for name in ("source_digest", "order_status", "version")}
        self.write({**cancelled, **kept})
        self._ignore_waiting()

    def _ignore_waiting(self):
        """Ignore the refunds that wait for these orders, which were cancelled before they were imported."""
        waiting = [("origin_id", "in", self.ids), ("state", "=", "pending"), ("error_code", "=", "waiting_for_order")]
        if self and (rows := self.search(waiting)):
            rows.write({**self._prepare_no_error_values(), **self._prepare_cancelled_values()})

    def _find_valid_again(self, versions):
        """Return those received values with which this row is valid again: it was cancelled before it was imported.

        Only a later change shows that. A refund that was ignored with its order follows that order.

        :param list versions: values of each distinct order with this OrderID
        """
        if self.kind != "sale":
            return []
        return [values for values in versions if is_older(self.version or "", values["version"] or "")]

    def _stop_ignoring_refunds(self):
        """Let the refunds that were ignored with this cancelled order, which is valid again, wait for it."""
        for row in self.life_ids.filtered(lambda row: row.state == "ignored" and row.error_code == "order_cancelled"):
            row.write({**self._prepare_no_error_values(), "state": "pending", **self._prepare_waiting_values(self)})

    @api.model
    def _prepare_cancelled_values(self):
        return {
            "state": "ignored",
            "error_code": "order_cancelled",
            **self._prepare_message_values(
                stored(self.env)._(
                    "The order was cancelled in the external system before it was imported. Nothing was booked. Press "
                    "Retry to import it nevertheless."
                )
            ),
        }

    def _is_settled_against(self, values):
        """Return whether other content of this row counts for nothing.

        It is an older version that arrived late, or that of an order that has been cancelled.
        """
        self.ensure_one()
        if self.error_code == "order_id_ambiguous" or self.fingerprint == values["fingerprint"]:
            return False
        version = values["version"] or ""
        if is_older(version, self.version or ""):
            return True
        if self.kind != "sale" or self.state != "done":
            return False
        cancelled = [("origin_id", "=", self.id), ("kind", "=", "cancellation"), ("state", "in", ("pending", "done"))]
        cancellation = self.search(cancelled, limit=1)
        return bool(cancellation) and not is_older(cancellation.version or "", version)

    def _take_back_cancellation(self, values):
        """Take in that this imported sale, which was cancelled, is valid again: it comes with a later change.

        A cancellation that is not booked yet never will be.

        :param dict values: the received values of the sale
        :return: whether the cancellation is booked, and this is the first news that the order is valid
        """
        if self.kind != "sale" or not values["version"]:
            return False
        former = self.life_ids.filtered(
            lambda row: (
                row.kind == "cancellation"
                and row.state != "ignored"
                and is_older(row.version or "", values["version"])
                and not is_older(row.version or "", self.version or "")
            )
        )
        unbooked = former.filtered(lambda row: row.state != "done")
        unbooked.write({**self._prepare_no_error_values(), "state": "ignored"})
        return bool(former - unbooked)

    def _is_reinstated(self):
        """Return whether this sale is valid again after its cancellation was booked."""
        return self._is_cancelled() and any(
            is_older(row.version or "", self.version or "") for row in self.life_ids if row.kind == "cancellation"
        )

    def _drop_reinstatement(self):
        """Take in that this sale, which was valid again after its cancellation was booked, is cancelled again.

        Books and external system then agree, unless other content arrived meanwhile.
        """
        if self.changed and self.payload and self._is_as_booked({"payload": self.payload}):
            self.write({**self._prepare_no_error_values(), **self._prepare_as_booked_values()})
            self.sync_id._update_attention_activity()

    def _become_sales(self):
        """Take these rows for sales again, as their entries arrived: their statuses no longer say something else."""
        for row in self:
            entry = loads(row.payload)
            accepted = row.sync_id._get_accepted_statuses()
            values = self._prepare_received_values(row.sync_id, entry, row.external_id, accepted)
            row.write({**values, "kind": "sale", "refund_id": False, "attempts": 0})


def _paid_back(content):
    """Return the stated total of a refund or cancellation as the row shows it, below 0; 0 if it states none."""
    listed = content.get(REFUNDS)
    holder = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else content
    names = REFUND_TOTAL if holder is not content else REFUND_TOTAL[1:]
    try:
        return -abs(float(parse_amount(holder.get(sent_name(holder, names)))))
    except AmountError:
        return 0.0
