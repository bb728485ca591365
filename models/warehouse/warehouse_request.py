import hashlib
from datetime import timedelta
from http import HTTPStatus

from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.canonical_json import dumps
from .warehouse_conflict import WarehouseConflict

# For this long, a repeated request gets the answer of the first one.
KEPT = timedelta(days=7)
# Rows that one call of the vacuum deletes.
VACUUM_BATCH = 10_000


class WarehouseRequest(models.Model):
    """A write that a client sent with its own key, and the answer to it.

    The row is written in the transaction of the work: either both exist or neither does. Two requests with one key at
    the same time cannot both be stored; the second one is repeated and then finds the answer of the first.
    """

    _name = "warehouse.request"
    _description = "Answered Request of the Warehouse API"
    _order = "id desc"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True, help="The Idempotency-Key or msg_id of the client.")
    fingerprint = fields.Char(required=True, readonly=True, help="A digest of the request.")
    status = fields.Integer(required=True, readonly=True)
    body = fields.Text(readonly=True, help="The JSON text of the answer.")
    etag = fields.Char(readonly=True)

    _user_key_uniq = models.Constraint("unique(user_id, key)", "This key was used before.")
    _create_date_index = models.Index("(create_date)")

    @api.model
    def _fingerprint(self, *asked):
        """Return a digest of JSON values; it is the same for equal values."""
        return hashlib.sha256(dumps(list(asked)).encode()).hexdigest()

    @api.model
    def _find(self, key, fingerprint):
        """Return the caller's row with this key; empty if there is none.

        :raise WarehouseConflict: ``key_reused`` if this key was used for another request.
        """
        # sudo: only the system may read this model; only rows of the caller are searched.
        row = self.sudo().search([("user_id", "=", self.env.uid), ("key", "=", key)])
        if row and row.fingerprint != fingerprint:
            message = self.env._("This key was already used for another request. Use a new key for each request.")
            raise WarehouseConflict("key_reused", message, HTTPStatus.UNPROCESSABLE_ENTITY)
        return row

    @api.model
    def _store(self, key, fingerprint, status, body, etag):
        # By SQL, because the ORM would log it as an error if another request has just stored this key. Only the system
        # may read or write this model; the row is the caller's own.
        user, now = self.env.uid, self.env.cr.now()
        columns = "user_id, key, fingerprint, status, body, etag, create_uid, create_date, write_uid, write_date"
        row = (user, key, fingerprint, int(status), body, etag, user, now, user, now)
        storing = SQL("INSERT INTO warehouse_request (%s) VALUES %s", SQL(columns), row)
        self.env.cr.execute(storing, log_exceptions=False)

    @api.autovacuum
    def _gc_old_requests(self):
        domain = [("create_date", "<", fields.Datetime.now() - KEPT)]
        rows = self.search(domain, limit=VACUUM_BATCH, order="id")
        count = len(rows)
        rows.unlink()
        return count, count == VACUUM_BATCH
