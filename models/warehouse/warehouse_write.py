import json
import random
import time
from http import HTTPStatus
from typing import NamedTuple

from odoo import api, models, modules
from odoo.exceptions import AccessError, ConcurrencyError, LockError, MissingError, RedirectWarning, UserError
from odoo.tools import SQL
from psycopg2 import Error, IntegrityError, errors

from ...tools.transaction import TRANSIENT_ERRORS, limit_lock_waits
from .warehouse_conflict import WarehouseConflict

# Seconds during which a request waits for others that change the same transfer.
PATIENCE = 8
# Statuses that a repeated request gets again. Others may pass: something was not found, not allowed, or has changed.
KEPT_STATUSES = (HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


class Asked(NamedTuple):
    """A write that a client asks for."""

    action: str  # a key of ``_get_actions``
    picking_id: int
    arguments: dict  # of the action's method, JSON values
    key: str | None = None  # the client's own; with it, the write is done once
    etags: tuple | None = None  # of the transfer as the client knows it (If-Match)
    with_document: bool = True  # False: the answer need not repeat the transfer


class Answered(NamedTuple):
    """The answer to a write."""

    status: int
    body: str | None  # JSON text
    etag: str | None = None  # of the transfer afterwards


class WarehouseWrite(models.AbstractModel):
    """The writes of the warehouse API on this database.

    They call Odoo's own methods with the caller's rights. Writes to one transfer follow one another: each locks the
    transfer first and leaves a new version of its row, so that no write uses data that another one has just changed.
    """

    _name = "warehouse.write"
    _description = "Writes of the Warehouse API"

    @api.model
    def _get_actions(self):
        """Return {name of an action: its method}. It takes the transfer and the arguments."""
        return {"confirm": self._confirm, "validate": self._validate}

    @api.model
    def _perform(self, asked, report):
        """Do the writes in one transaction, and return a list of `Answered`.

        A write that fails is undone completely and does not affect the others.

        :param asked: a list of `Asked`.
        :param report: called with an exception, returns (HTTP status, JSON text) or raises it again.
        :raise AccessError: if the user may not change transfers at all.
        """
        Picking = self.env["stock.picking"]
        Picking.check_access("write")
        Picking.check_access("read")
        pickings = Picking.search([("id", "in", [one.picking_id for one in asked])], order="id")

        give_up = time.monotonic() + PATIENCE

        def work():
            self._lock(pickings, give_up)
            return [self._perform_one(one, pickings, report) for one in asked]

        return self._repeat_after_conflicts(work, give_up)

    @api.model
    def _perform_one(self, asked, pickings, report):
        Request = self.env["warehouse.request"]
        picking = pickings.filtered(lambda picking: picking.id == asked.picking_id)
        fingerprint = Request._fingerprint(asked.action, asked.picking_id, asked.arguments)
        try:
            # A user who may no longer see the transfer does not get the old answer either.
            if asked.key and (row := Request._find(asked.key, fingerprint)) and picking:
                return self._answer_again(row, asked)
        except WarehouseConflict as error:
            return Answered(*report(error))
        try:
            with self.env.cr.savepoint():
                answer = self._do(asked, self._for_company(picking))
        except LockError:
            raise
        except UserError as error:
            if isinstance(error.__cause__, TRANSIENT_ERRORS):
                raise error.__cause__ from error
            answer = Answered(*report(self._refused(error)))
        except RedirectWarning as error:
            answer = Answered(*report(self._refused(UserError(error.args[0]))))
        except IntegrityError as error:
            if isinstance(error, TRANSIENT_ERRORS):
                raise
            refused = UserError("")
            refused.__cause__ = error
            answer = Answered(*report(refused))
        if asked.key and answer.status in KEPT_STATUSES:
            Request._store(asked.key, fingerprint, *answer)
            self.env.flush_all()
        return answer

    @api.model
    def _do(self, asked, picking):
        if not picking:
            raise MissingError(self.env._("There is no such transfer."))
        picking.check_access("write")
        if asked.etags is not None:
            self._check_unchanged(picking, asked.etags)
        result = self._get_actions()[asked.action](picking, **asked.arguments)
        self._touch(picking)
        if result is None and not asked.with_document:
            return Answered(HTTPStatus.OK, None)
        document = self.env["warehouse.api"]._read_picking(picking.id)
        return Answered(HTTPStatus.OK, document.body if result is None else json.dumps(result), document.etag)

    @api.model
    def _answer_again(self, row, asked):
        if row.body or not asked.with_document:
            return Answered(row.status, row.body or None, row.etag or None)
        document = self.env["warehouse.api"]._read_picking(asked.picking_id)
        return Answered(row.status, document.body, document.etag)

    @api.model
    def _refused(self, error):
        """Return the error to report for an exception of Odoo: its own message, with a code."""
        passed_on = (WarehouseConflict, AccessError, MissingError)
        if isinstance(error, passed_on) or isinstance(error.__cause__, Error):
            return error
        return WarehouseConflict("refused", str(error))

    @api.model
    def _for_company(self, picking):
        """Return the transfer as it would be opened in its own company."""
        companies = picking.company_id | self.env.user.company_ids
        return picking.with_context(allowed_company_ids=companies.ids) if picking else picking

    @api.model
    def _check_unchanged(self, picking, etags):
        read = self.env["warehouse.api"]._read_picking
        current = {read(picking.id, ("*",), expand=expand).etag for expand in (False, True)}
        if "*" not in etags and not current.intersection(etags):
            message = self.env._("The transfer has changed meanwhile. Read it again.")
            raise WarehouseConflict("changed", message, HTTPStatus.PRECONDITION_FAILED)

    # ------------------------------------------------------------
    # One after the other
    # ------------------------------------------------------------

    @api.model
    def _lock(self, pickings, give_up):
        """Lock the transfers until the end of the transaction; wait for other writers.

        After waiting, the request begins a new transaction, because this one would not see what the others have
        changed. It does so without a pause, so that the writer that has waited is the next one.

        :param float give_up: until when to try, by ``time.monotonic()``.
        """
        locking = SQL("SELECT id FROM stock_picking WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", pickings.ids)
        while True:
            limit_lock_waits(self.env)
            try:
                self.env.cr.execute(locking, log_exceptions=False)  # a conflict is not an error
                return
            except errors.SerializationFailure as error:
                self._begin_again(error, give_up)

    @api.model
    def _touch(self, picking):
        """Write a new version of the transfer's row, although only its lines have changed.

        Clients that follow changes see it, and a writer that waited for the lock notices that its data is outdated. By
        SQL, because the ORM does not write a row without a changed value.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE stock_picking SET write_uid = %s, write_date = %s WHERE id = %s",
                self.env.uid,
                self.env.cr.now(),
                picking.id,
            )
        )
        picking.invalidate_recordset(["write_uid", "write_date"])

    @api.model
    def _repeat_after_conflicts(self, work, give_up):
        """Return ``work()``; after a conflict with another transaction, roll back and repeat it at once.

        Odoo would repeat the request too, but only after a pause of up to two seconds.
        """
        while True:
            try:
                result = work()
                self.env.flush_all()
                return result
            except (*TRANSIENT_ERRORS, ConcurrencyError, LockError) as error:
                self._begin_again(error, give_up)
                time.sleep(random.uniform(0, 0.02))

    @api.model
    def _begin_again(self, error, give_up):
        """Roll back after a conflict.

        :raise LockError: if it is time to give up; Odoo does not repeat the request after it.
        """
        if modules.module.current_test:  # it has no competing transaction, and must not lose its own
            raise error
        self.env.cr.rollback()
        if time.monotonic() > give_up:
            raise LockError(self.env._("Others are changing the same transfer.")) from error
