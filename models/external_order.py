import hashlib
import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..exceptions import ExternalOrderError
from ..notifications import notification
from ..tools.money import AmountError, parse_amount
from ..tools.order_payload import PayloadError, external_id, order_status, redact
from ..tools.strict_json import RefusedEntry, dumps, loads
from ..transaction import commit

_logger = logging.getLogger(__name__)

# An order that lost against other transactions waits 1, 2, 4, … minutes, at most an hour.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# What still conflicts after so many attempts, over some hours, does not heal by itself.
MAX_CONFLICTS = 10
# So many orders are retried within a click; more go to the scheduler.
RETRY_AT_ONCE = 100


@dataclass
class Received:
    """What became of the entries of a page; `refused` has a sentence for each that is no order."""

    new: int = 0
    known: int = 0
    changed: int = 0
    ignored: int = 0
    refused: list = field(default_factory=list)


def _count_digits(text):
    return sum(character.isdigit() for character in text)


class ExternalOrder(models.Model):
    """The inbox: every order that an external system sent, as received, with what became of it."""

    _name = "external.order"
    _description = "External Order"
    _order = "id desc"
    _rec_name = "external_id"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="sync_id.currency_id")
    external_id = fields.Char("Order ID", required=True, readonly=True, help="OrderID in the external system.")
    payload = fields.Text(readonly=True, help="The order as received. Card numbers are cut to their last digits.")
    payload_text = fields.Text("Order as Received", compute="_compute_payload_text")
    fingerprint = fields.Char(readonly=True, help="Tells whether an order came again with other content.")
    source_digest = fields.Char(
        readonly=True,
        help="Tells without a closer look that an order came again as it was. Empty where card data was left out.",
    )
    order_status = fields.Char("External Status", readonly=True)
    total = fields.Monetary(readonly=True, help="GrandTotal, as received.")
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Imported"), ("failed", "Failed"), ("ignored", "Ignored")],
        required=True,
        default="pending",
        readonly=True,
        index=True,
    )
    error_code = fields.Selection(
        [
            ("invalid_payload", "Order Not Understood"),
            ("product_not_found", "Product Not Found"),
            ("product_ambiguous", "Several Products Match"),
            ("payment_not_found", "No Payment Method"),
            ("amount_mismatch", "Totals Differ"),
            ("not_fully_paid", "Not Fully Paid"),
            ("no_session", "No Open Session"),
            ("database_busy", "Database Busy"),
            ("status_not_accepted", "Status Not Accepted"),
            ("odoo_error", "Refused by Odoo"),
        ],
        "Reason",
        readonly=True,
    )
    error_message = fields.Text("What to Do", readonly=True)
    missing_item_id = fields.Char("External Item ID", readonly=True)
    missing_item_name = fields.Char("External Item Name", readonly=True)
    warnings = fields.Text(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    received_date = fields.Datetime("Received", default=fields.Datetime.now, readonly=True)
    imported_date = fields.Datetime("Imported", readonly=True)
    changed = fields.Boolean(readonly=True, help="The external system changed the order after it was imported.")
    changed_date = fields.Datetime("Changed On", readonly=True)
    run_id = fields.Many2one("external.order.sync.run", "Last Run", readonly=True, index="btree_not_null")
    pos_order_id = fields.Many2one("pos.order", "POS Order", readonly=True, index="btree_not_null", ondelete="restrict")
    session_id = fields.Many2one(related="pos_order_id.session_id")

    _unique_order = models.Constraint("UNIQUE (sync_id, external_id)", "This order is already in the inbox.")
    _waiting = models.Index("(sync_id, id) WHERE state = 'pending'")
    _attention = models.Index("(sync_id, error_code) WHERE state = 'failed'")

    @api.depends("payload")
    def _compute_payload_text(self):
        for order in self:
            # Shown to people only: what is computed with is read by `loads`, which keeps the numbers exact.
            order.payload_text = order.payload and json.dumps(json.loads(order.payload), indent=2, ensure_ascii=False)

    # ------------------------------------------------------------
    # Receiving
    # ------------------------------------------------------------

    @api.model
    def _receive(self, sync, entries, position=0):
        """Store what came from the feed: new orders, and new content of known ones.

        :param sync: the ``external.order.sync`` that fetched them
        :param list entries: entries of the feed, of any type
        :param int position: how many entries of this download came before, to name the refused ones
        :rtype: Received
        """
        received, refusals, incoming = Received(), {}, {}
        accepted = sync._get_accepted_statuses()
        arrived = self._group_by_external_id(entries, position, refusals)
        known = self.search_fetch(
            [("sync_id", "=", sync.id), ("external_id", "in", list(arrived))],
            ["external_id", "fingerprint", "source_digest", "state", "error_code"],
        )
        for order in known:
            if order._is_unchanged(arrived[order.external_id]):
                del arrived[order.external_id]
                received.known += 1
        for identifier, numbered_entries in arrived.items():
            for number, entry in numbered_entries.items():  # of two, the later one counts
                try:
                    incoming[identifier] = self._prepare_received_values(entry, accepted)
                except PayloadError as error:
                    refusals[number] = error
        for order in known:
            values = incoming.pop(order.external_id, None)
            if not values:
                continue
            if order.fingerprint != values["fingerprint"]:
                order._receive_change(values, received)
            elif order.error_code == "status_not_accepted" and values["state"] == "pending":
                order.write(values)
                received.new += 1
            else:
                if order.source_digest != values["source_digest"]:
                    order.source_digest = values["source_digest"]
                received.known += 1
        received.refused = [
            self.env._("Entry %(number)s of the feed: %(problem)s", number=number, problem=refusals[number].message)
            for number in sorted(refusals)
        ]
        # Workers that receive the same new orders at once write them in the same sequence, or each might have what the
        # other wants next: a deadlock. By length first, so that 9 comes before 10.
        new = [incoming[external_id] for external_id in sorted(incoming, key=lambda text: (len(text), text))]
        self.create([{**values, "sync_id": sync.id} for values in new])
        received.ignored += sum(values["state"] == "ignored" for values in incoming.values())
        received.new += sum(values["state"] == "pending" for values in incoming.values())
        return received

    @api.model
    def _group_by_external_id(self, entries, position, refusals):
        """Return, for each OrderID, the entries that have it by their numbers; others are added to ``refusals``."""
        arrived = {}
        for number, entry in enumerate(entries, position + 1):
            try:
                if isinstance(entry, RefusedEntry):
                    raise PayloadError("", f"cannot be read: {entry.reason.removesuffix('.')}")
                arrived.setdefault(external_id(entry), {})[number] = entry
            except PayloadError as error:
                refusals[number] = error
        return arrived

    def _is_unchanged(self, numbered_entries):
        """Return whether the last entry is, to the letter, what this order was received as: nothing is to be done."""
        *_earlier, last = numbered_entries.values()
        digest = getattr(last, "digest", None)
        return bool(digest) and digest == self.source_digest and self.error_code != "status_not_accepted"

    @api.model
    def _prepare_received_values(self, entry, accepted):
        """Return the values of an inbox row for one entry of the feed.

        :param set accepted: OrderStatus values that are imported; empty: all
        :raise PayloadError: if it is no order that has an OrderID
        """
        identifier = external_id(entry)
        content = redact(entry)
        payload = dumps(content)
        try:
            status = order_status(entry)
            is_accepted = not accepted or status in accepted
        except PayloadError:  # a status that is none: the import says so, on the order's own row
            status, is_accepted = "", True
        try:
            total = float(parse_amount(entry.get("GrandTotal")))
        except AmountError:
            total = 0.0
        return {
            "external_id": identifier,
            "payload": payload,
            # However an OrderID is written, it is the same order.
            "fingerprint": hashlib.sha256(dumps({**content, "OrderID": identifier}).encode()).hexdigest(),
            "source_digest": self._get_source_digest(entry, payload),
            "order_status": status,
            "total": total,
            "state": "pending" if is_accepted else "ignored",
            **self._prepare_no_error_values(),
            **({} if is_accepted else {
                "error_code": "status_not_accepted",
                "error_message": self.env._(
                    "Its status %s is not among the accepted ones. It is imported when it comes with one of those.",
                    status or self.env._("(none)"),
                ),
            }),
        }

    @api.model
    def _get_source_digest(self, entry, payload):
        """Return the digest of an entry as it came, or False if digits of card data were left out of its payload.

        Few digits of a card number are unknown then, and a digest would allow to try them out.
        """
        digest = getattr(entry, "digest", False)
        return digest if digest and _count_digits(dumps(entry)) == _count_digits(payload) else False

    @api.model
    def _prepare_no_error_values(self):
        return {
            "error_code": False,
            "error_message": False,
            "missing_item_id": False,
            "missing_item_name": False,
            "next_attempt": False,
        }

    def _receive_change(self, values, received):
        """Take in other content of this order; a sale that was booked stays as it is."""
        self.ensure_one()
        if self.state == "done":
            self.write({
                "payload": values["payload"],
                "fingerprint": values["fingerprint"],
                "source_digest": values["source_digest"],
                "order_status": values["order_status"],
                "changed": True,
                "changed_date": fields.Datetime.now(),
            })
            received.changed += 1
        else:
            self.write({**values, "attempts": 0})
            received.ignored += values["state"] == "ignored"
            received.new += values["state"] == "pending"

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    @api.model
    def _claim(self, sync, limit):
        """Return up to ``limit`` orders that may be tried now, locked until the end of the transaction.

        Orders that another worker has locked are passed over, so several workers share the inbox.
        """
        domain = [
            ("sync_id", "=", sync.id),
            ("state", "=", "pending"),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", fields.Datetime.now()),
        ]
        # More than needed, as the first ones may be another worker's.
        return self.search(domain, order="id", limit=limit * 10).try_lock_for_update(limit=limit)

    def _import(self, run=None):
        """Make POS orders of these locked, pending orders of one synchronization, and record what became of each.

        :param run: the ``external.order.sync.run`` this belongs to
        :return: why there is no session to put them into, in which case they stay pending; empty otherwise
        :rtype: str
        """
        company = self.sync_id.ensure_one().company_id
        orders = self.with_company(company)
        raw_orders = [loads(order.payload) for order in orders]
        outcomes, problem = orders.env["external.order.import"]._import_orders(orders.sync_id, raw_orders)
        nothing = ExternalOrderError("odoo_error", self.env._("An extension of the import returned no order."))
        for order, outcome in zip(orders, outcomes, strict=True):
            if run:
                order.run_id = run
            if outcome.pos_order:
                order._finish(outcome)
            elif outcome.conflict:
                order._defer(outcome.conflict)
            elif outcome.error or not problem:
                order._fail(outcome.error or nothing)
        return problem

    def _finish(self, outcome):
        self.write({
            **self._prepare_no_error_values(),
            "state": "done",
            "attempts": self.attempts + 1,
            "pos_order_id": outcome.pos_order.id,
            "imported_date": fields.Datetime.now(),
            "warnings": "\n".join(outcome.warnings) or False,
        })

    def _fail(self, error):
        """Record that this order waits for a person, and why.

        :param ExternalOrderError error:
        """
        self.ensure_one()
        item_id, item_name = error.product or (False, False)
        self.write({
            **self._prepare_no_error_values(),
            "state": "failed",
            "attempts": self.attempts + 1,
            "error_code": error.code,
            "error_message": str(error),
            "missing_item_id": item_id and str(item_id),
            "missing_item_name": item_name,
        })

    def _defer(self, error):
        """Try these orders again later: they met trouble that heals by itself."""
        _logger.info("External Order Sync: %s orders postponed: %s", len(self), type(error).__name__)
        final = ExternalOrderError("odoo_error", self.env._("Odoo refused the order: %(reason)s", reason=error))
        for order in self:
            if order.attempts + 1 >= MAX_CONFLICTS:
                order._fail(final)
                continue
            order.write({
                "attempts": order.attempts + 1,
                "next_attempt": fields.Datetime.now() + min(FIRST_PAUSE * 2**order.attempts, LONGEST_PAUSE),
                "error_code": "database_busy",
                "error_message": self.env._("The database was busy. It is tried again by itself."),
            })

    # ------------------------------------------------------------
    # What a person does
    # ------------------------------------------------------------

    def action_retry(self):
        """Try these orders again; a few at once, many by the scheduler."""
        self._check_may_act()
        orders = self.sudo().filtered(lambda order: order.state != "done")
        if not orders:
            raise UserError(self.env._("Choose orders that are not imported yet."))
        return orders._retry()

    def _retry(self):
        # What another worker holds at this moment is imported by that one.
        locked = self.try_lock_for_update()
        locked.write({**self._prepare_no_error_values(), "state": "pending", "attempts": 0})
        problems = []
        if len(locked) <= RETRY_AT_ONCE:
            problems = [orders._import() for orders in locked.grouped("sync_id").values()]
        else:
            locked.sync_id._trigger_sync()
        for sync in locked.sync_id:
            sync._update_attention_activity()
        return self._get_retry_notification("\n".join(filter(None, problems)))

    def _get_retry_notification(self, problem):
        states = self.mapped("state")
        done, failed, pending = (states.count(state) for state in ("done", "failed", "pending"))
        lines = [problem] if problem else []
        if done:
            lines.append(self.env._("1 order imported.") if done == 1 else self.env._("%s orders imported.", done))
        if failed:
            reason = next(row.error_message for row in self if row.state == "failed")
            lines.append(reason if failed == 1 else self.env._("%s orders failed again.", failed))
        if pending:
            lines.append(self.env._("Still waiting: %s", pending))
        return notification("danger" if problem or failed else "success", "\n".join(lines))

    def action_ignore(self):
        """Leave these orders out, unless the external system sends them again with other content."""
        self._check_may_act()
        orders = self.sudo().filtered(lambda order: order.state in ("pending", "failed"))
        orders.write({**self._prepare_no_error_values(), "state": "ignored"})
        for sync in orders.sync_id:
            sync._update_attention_activity()

    def action_accept_change(self):
        """Note that a person has seen that these imported orders were changed in the external system."""
        self._check_may_act()
        self.sudo().changed = False

    def action_open_order(self):
        action = {"type": "ir.actions.act_window", "res_model": "pos.order", "view_mode": "form"}
        return {**action, "res_id": self.ensure_one().pos_order_id.id}

    def action_choose_product(self):
        """Open the dialog in which a person says which product is meant; it is remembered."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose Product"),
            "res_model": "external.product.alias",
            # An alias whose product is no longer for sale gets another product.
            "res_id": self.env["external.product.alias"]._find_for(self).id,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_sync_id": self.sync_id.id,
                "default_item_id": self.missing_item_id,
                "default_item_name": self.missing_item_name,
            },
        }

    def _check_may_act(self):
        """The inbox is written by the synchronization alone; these buttons are for the users of the product."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("external_order_sync.group_user"):
            raise AccessError(self.env._("Only users of External Order Sync may do this."))

    # ------------------------------------------------------------
    # Keeping house
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_payloads(self):
        """Drop the payloads of imported orders after the time that their synchronization keeps them."""
        syncs = self.env["external.order.sync"].with_context(active_test=False)
        for sync in syncs.search([("payload_retention_days", ">", 0)]):
            limit = fields.Datetime.now() - timedelta(days=sync.payload_retention_days)
            domain = [
                ("sync_id", "=", sync.id),
                ("state", "=", "done"),
                ("changed", "=", False),  # its new content is there for a person to look at
                ("imported_date", "<", limit),
                ("payload", "!=", False),
            ]
            while orders := self.search(domain, limit=1000):
                orders.payload = False
                commit(self.env)
