import logging
import random
import re
import time
import unicodedata
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError, ConcurrencyError, LockError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

from ...lib.order.content import PayloadError
from ...lib.order.payload import external_id
from ...tools.groups import USER_GROUP
from ...tools.message_language import with_reader
from ...tools.private_context import without_defaults
from ...tools.transaction import TRANSIENT_ERRORS, commit, conflicts_repeated, limit_lock_waits
from .push_refused import PushRefused

_logger = logging.getLogger(__name__)

CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
# Seconds during which a request waits for others that change the same orders.
PATIENCE = 8


@dataclass
class PushedEntry:
    """The result of one entry of a request.

    :param order: its ``external.order``; empty if the entry is not an order
    :param is_duplicate: whether the order was known with the same content
    :param reason: what is wrong with an entry that is not an order
    :param lost_id: the OrderID of an entry whose row was not found after it was stored
    """

    order: Any
    is_duplicate: bool = False
    reason: str = ""
    lost_id: str = ""
    _result: dict | None = None

    def keep_result(self):
        """Let `get_result` return the present result: after a commit, it would read the order again."""
        self._result = self._make_result()

    def get_result(self):
        """Return the result as ``POST /api/orders`` answers it."""
        return self._result or self._make_result()

    def _make_result(self):
        if self.reason:
            return self.order._get_refused_result(self.reason)
        if self.lost_id:
            return self.order._get_lost_result(self.lost_id)
        return self.order._get_push_result(self.is_duplicate)

    def get_bulk_result(self):
        """Return the result in the form of the shop system."""
        return self.order._get_bulk_result(self.reason, self.lost_id)


class ExternalOrderSync(models.Model):
    """Push: the external system sends its orders by itself, into the same inbox as those that are downloaded."""

    _inherit = "external.order.sync"

    code = fields.Char(
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="Names this synchronization in the address to which the external system sends orders. Lowercase letters, "
        "digits, dots, dashes and underscores.",
    )
    push_url = fields.Char("Address for Orders", compute="_compute_push_url")
    push_ids = fields.One2many("external.order.push", "sync_id", groups="base.group_system")

    _unique_code = models.UniqueIndex("(code)", "Another synchronization has this code.")

    def _auto_init(self):
        """Give the configurations of an earlier release their codes, by SQL, so that nothing else of them changes."""
        cr = self.env.cr
        if table_exists(cr, self._table) and not column_exists(cr, self._table, "code"):
            create_column(cr, self._table, "code", "varchar")
            taken = set()
            for sync_id, name in self.env.execute_query(SQL("SELECT id, name FROM external_order_sync ORDER BY id")):
                code = _free_code(name, taken)
                taken.add(code)
                cr.execute(SQL("UPDATE external_order_sync SET code = %s WHERE id = %s", code, sync_id))
        return super()._auto_init()

    @api.depends("name")
    def _compute_code(self):
        """Make a code of the name; one that is there stays, because the external system uses it."""
        lacking = self.filtered(lambda sync: not sync.code)
        if not lacking:
            return
        # By SQL, because a code is unique among all companies and archived ones too.
        taken = {code for (code,) in self.env.execute_query(SQL("SELECT code FROM external_order_sync"))}
        taken.update(self.mapped("code"))
        for sync in self:
            sync.code = sync.code or _free_code(sync.name, taken)
            taken.add(sync.code)

    @api.depends("code")
    def _compute_push_url(self):
        for sync in self:
            sync.push_url = f"{sync.get_base_url()}/api/orders?sync={sync.code}" if sync.code else False

    @api.constrains("code")
    def _check_code(self):
        for sync in self:
            if not CODE.fullmatch(sync.code or ""):
                raise ValidationError(
                    self.env._(
                        "Code of %s: use up to 64 lowercase letters, digits, dots, dashes and underscores, beginning "
                        "with a letter or digit.",
                        sync.name,
                    )
                )

    # ------------------------------------------------------------
    # Which synchronization
    # ------------------------------------------------------------

    @api.model
    def _find_for_push(self, code=None, pos_config_id=None):
        """Return the synchronization that a user sends orders to, as the system.

        :param str code: its code; without one, the only one of the user is meant
        :param int pos_config_id: the Point of Sale that it has to import into
        :raise AccessError: if the user may not send orders
        :raise PushRefused: if there is no such synchronization, or if it is not clear which one is meant
        """
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("This is allowed only for users of External Order Sync."))
        domain = Domain("active", "=", True)
        if code:
            domain &= Domain("code", "=", code)
        if pos_config_id is not None:
            domain &= Domain("pos_config_id", "=", pos_config_id)
        syncs = self.search(domain)  # with the record rules of the user
        if not syncs:
            raise PushRefused(
                "unknown_sync",
                self.env._("There is no such synchronization, it is archived, or it belongs to another company."),
                HTTPStatus.NOT_FOUND,
            )
        if len(syncs) > 1:
            raise PushRefused(
                "several_syncs",
                self.env._(
                    "There are several synchronizations. Add the code of one to the address: %s",
                    ", ".join(f"?sync={code}" for code in sorted(syncs.mapped("code"))[:10]),
                ),
                HTTPStatus.BAD_REQUEST,
            )
        return syncs._as_system()

    def _as_system(self):
        """Return this configuration with the rights of the system, and messages for its responsible user.

        To be called after the caller was found to be allowed to send orders.
        """
        # sudo: a user who may send orders does not need write access to the inbox, sessions, orders and stock.
        sync = without_defaults(self).sudo()
        return with_reader(sync, sync._get_reader()).with_company(sync.company_id)

    # ------------------------------------------------------------
    # Receiving
    # ------------------------------------------------------------

    def _receive_pushed(self, entries, signed=None, wait=0):
        """Store pushed entries in the inbox, let them be imported at once, and commit.

        :param list entries: as `iter_orders` yields them
        :param Signed signed: what was signed, if the request was
        :param int wait: seconds during which the caller imports them itself
        :return: a list of `PushedEntry`, one for each entry
        :raise PushRefused: if this very request was received before
        :raise LockError: if others change the same orders for too long; then nothing is stored
        """
        self.ensure_one()
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                with conflicts_repeated():
                    limit_lock_waits(self.env)
                    pushed = self._store_pushed(entries, signed, wait)
                    self.env.flush_all()
                    if not wait:
                        for entry in pushed:
                            entry.keep_result()
                break
            except (*TRANSIENT_ERRORS, ConcurrencyError) as error:
                if modules.module.current_test:  # it has no competing transaction, and must not lose its own
                    raise
                self.env.cr.rollback()
                if time.monotonic() > give_up:
                    # Odoo does not repeat the request after this error; the answer is 503.
                    raise LockError(self.env._("Others are changing the same orders.")) from error
                time.sleep(random.uniform(0.01, 0.05))
        commit(self.env)
        return pushed

    def _store_pushed(self, entries, signed, wait):
        Order, Push = self.env["external.order"], self.env["external.order.push"]
        was_received = bool(signed) and Push._was_received(self, signed)
        if was_received and signed.has_time:
            self._refuse_replay(
                self.env._("This very request was received before. Sign each attempt with its own time.")
            )
        refusals = {}
        arrived = Order._group_by_identity(self, entries, 0, refusals)
        known, new, life = Order._match_received(self, arrived)
        before = {row.id: row.fingerprint for row in (*known, *life)}
        received = Order._store_received(self, known, new, life, refusals)
        Order._keep_refused(self, entries, 0, received)
        rows, seen, pushed = self._find_rows(received, arrived), set(), []
        # An order that is known as it is may list a new refund.
        refunded = {
            row.external_id for row in received.orders if row.kind != "sale" and before.get(row.id) != row.fingerprint
        }
        for number in range(1, len(entries) + 1):
            row = rows.get(number, Order)
            reason = received.reasons.get(number, "")
            if not row and not reason:
                # One bad result, so that the others of the request are not lost with it.
                lost_id = external_id(entries[number - 1])
                _logger.error("External Order Sync: order %r was pushed, but its row was not found", lost_id)
                pushed.append(PushedEntry(row, lost_id=lost_id))
                continue
            is_same = before.get(row.id, row.fingerprint) == row.fingerprint
            is_known = row.id in seen or (row.id in before and row.external_id not in refunded)
            pushed.append(PushedEntry(row, is_known and is_same and not reason, reason))
            seen.add(row.id)
        # An order that is known as it is may be imported only now, for example because its status is accepted now.
        is_news = bool(received.new)
        if not was_received:
            # What is wrong with the entries of a repeated request was said when it was received first.
            is_news = is_news or not all(entry.is_duplicate for entry in pushed)
        elif others := [entry for entry in pushed if not entry.is_duplicate and not entry.reason]:
            self._refuse_setting_back(Order.union(*(entry.order for entry in others)))
        counts = {**received.get_counts(), "fetched": len(entries), "ambiguous": len(received.ambiguous)}
        if is_news or (signed and not was_received):
            Push._note(self, counts, is_news, received.refused, received.ambiguous, signed)
        if is_news:
            self._trigger_push(wait)
        return pushed

    def _find_orders(self, order_id, location=None):
        """Return the rows of the sales with an OrderID, however it is written; without any, that of a waiting refund.

        :param str location: the LocationID; None for any
        """
        try:
            identifier = external_id({"OrderID": order_id})
        except PayloadError:
            return self.env["external.order"]
        domain = Domain("sync_id", "=", self.id) & Domain("external_id", "=", identifier)
        domain &= Domain("kind", "!=", "entry")
        if location is not None:
            domain &= Domain("external_location", "=", location)
        rows = self.env["external.order"].search(domain)
        return rows.filtered(lambda row: row.kind == "sale") or rows[-1:]

    def _find_rows(self, received, arrived):
        """Return {number of an entry: its ``external.order``}, without reading them again.

        :param Received received: what `_receive` returned
        :param dict arrived: what `_group_by_identity` returned
        """
        by_location = self._uses_locations()
        sales = received.orders.filtered(lambda row: row.kind == "sale").sorted("id", reverse=True)
        sales_of, life_of = sales.grouped("external_id"), (received.orders - sales).grouped("external_id")
        rows = {}
        for (identifier, location), numbered in arrived.items():
            sale = sales_of.get(identifier, sales.browse())
            sale = sale and sale._choose_at(location, by_location)
            life = life_of.get(identifier)
            for number, entry in numbered.items():
                is_read = number not in received.reasons
                rows[number] = (is_read and life and life._find_of_entry(sale, entry)) or sale
        return {number: row for number, row in rows.items() if row}

    def _trigger_push(self, wait=0):
        """Let the scheduled action import what was pushed: now, or when the caller has stopped doing it itself."""
        later = fields.Datetime.add(fields.Datetime.now(), seconds=wait)
        self._get_cron()._trigger(at=later if wait else None)

    def _refuse_setting_back(self, orders):
        """Refuse a repeated request whose signature has no time: it may be an old one, or the orders are like that
        again. A user sees it in the chatter of the orders. Commits.

        :param orders: the ``external.order`` records that it would set back to what they were
        """
        self.env.cr.rollback()  # what was stored of this request
        orders.exists()._note_replay()
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self._refuse_replay(
            self.env._(
                "This very request was received before, and the order was changed since. If the order is like this "
                "again, send it with a new LastUpdated, so that the request differs."
            )
        )

    def _refuse_replay(self, message):
        raise PushRefused("replayed", message, HTTPStatus.CONFLICT)


def _free_code(name, taken):
    """Return a code made of a name that is not among those taken."""
    ascii_name = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:50] or "orders"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code
