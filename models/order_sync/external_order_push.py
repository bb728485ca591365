from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.message_language import for_reader
from ...tools.stored_text import stored_text_of, terms_of

KEPT = timedelta(days=7)
VACUUM_BATCH = 10_000
# What a run counts; see the fields of ``external.order.sync.run`` with these names and ``_count``.
COUNTED = ("fetched", "new", "known", "changed", "ignored", "refused", "ambiguous", "imported", "doubtful", "failed")
COUNTED += ("deferred", "refunded", "cancelled", "settled", "doubtful_life")


class ExternalOrderPush(models.Model):
    """What one request brought, until a run shows it.

    Requests only add rows here and never change one that they share, so they do not wait for each other or for a run
    that is importing. A row is written in the transaction that stores the orders.
    """

    _name = "external.order.push"
    _description = "External Order Push"
    _order = "id desc"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, index=True, ondelete="cascade", readonly=True
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null", help="Empty if it was signed.")
    run_id = fields.Many2one(
        "external.order.sync.run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The run that reports this request.",
    )
    waiting = fields.Boolean(
        readonly=True, help="A run still has to import these orders, or to report what was done with them."
    )
    counts = fields.Json(readonly=True)
    refused = fields.Text(readonly=True, help="What is wrong with entries that are not orders, one per line.")
    refused_terms = fields.Json(readonly=True)
    order_ids = fields.Json(readonly=True, help="IDs of the external orders that the run has to name.")
    digest = fields.Char(readonly=True, help="A digest of what was signed.")
    has_time = fields.Boolean(readonly=True, help="The time was signed too, so the same request is never sent again.")

    # IS TRUE, as Odoo searches: otherwise PostgreSQL would not use the index for that.
    _waiting = models.Index("(sync_id) WHERE waiting IS TRUE")
    _digest = models.Index("(sync_id, digest) WHERE digest IS NOT NULL")
    _unique_request = models.UniqueIndex("(sync_id, digest) WHERE has_time", "This request was already received.")
    _create_date_index = models.Index("(create_date)")

    @api.model
    def _note(self, sync, counts, waiting=True, refused=(), orders=None, signed=None):
        """Note what a request brought, or what was imported while it waited.

        :param dict counts: by the names of `COUNTED`
        :param refused: sentences
        :param orders: ``external.order`` records that the run has to name
        :param Signed signed: what was signed, if the request was
        """
        return self.create(
            {
                "sync_id": sync.id,
                "user_id": False if signed else self.env.uid,
                "waiting": waiting,
                "counts": {name: count for name, count in counts.items() if count} or False,
                "refused": "\n".join(refused) or False,
                "refused_terms": [terms_of(text) for text in refused] or False,
                "order_ids": orders.ids if orders else False,
                "digest": signed and signed.digest,
                "has_time": bool(signed and signed.has_time),
            }
        )

    @api.model
    def _was_received(self, sync, signed):
        """Return whether the very same signed request was received before."""
        return bool(self.search_count([("sync_id", "=", sync.id), ("digest", "=", signed.digest)], limit=1))

    @api.model
    def _take(self, run):
        """Assign the waiting rows of a synchronization to its run, and return their (counts, texts, order ids).

        Rows that another worker is taking are left to it.
        """
        taken = self.env.execute_query(
            SQL(
                """
                UPDATE external_order_push SET waiting = FALSE, run_id = %(run)s
                 WHERE id IN (
                       SELECT id FROM external_order_push WHERE sync_id = %(sync)s AND waiting IS TRUE
                        ORDER BY id FOR UPDATE SKIP LOCKED)
                RETURNING counts, refused, refused_terms, order_ids
                """,
                run=run.id,
                sync=run.sync_id.id,
            )
        )
        env = for_reader(self.env)
        return [
            (counts, [stored_text_of(env, term) for term in terms or (refused or "").splitlines()], order_ids)
            for counts, refused, terms, order_ids in taken
        ]

    @api.autovacuum
    def _gc_pushes(self):
        """Delete what is shown by now, but not what would be valid again if somebody sent it once more.

        A signature without a time never ends: years later, the request would set its orders back to what they were.
        """
        domain = Domain("create_date", "<", fields.Datetime.now() - KEPT) & Domain("waiting", "=", False)
        domain &= Domain("digest", "=", False) | Domain("has_time", "=", True)
        rows = self.search(domain, limit=VACUUM_BATCH, order="id")
        count = len(rows)
        rows.unlink()
        return count, count == VACUUM_BATCH
