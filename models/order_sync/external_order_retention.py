from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.order.sameness import content_digest
from ...lib.strict_json import loads

# A hundred years. Dates cannot go much further back, and a payload that is to be kept forever has 0.
MAX_RETENTION_DAYS = 36_500
# Payloads that are dropped in one transaction.
VACUUM_BATCH = 1000


class ExternalOrderSync(models.Model):
    """How long received orders are kept."""

    _inherit = "external.order.sync"

    payload_retention_days = fields.Integer(
        "Keep Payloads",
        default=90,
        help="Number of days after which the received JSON of an imported order is deleted. 0 keeps it.",
    )

    @api.constrains("payload_retention_days")
    def _check_payload_retention_days(self):
        for sync in self:
            if not 0 <= sync.payload_retention_days <= MAX_RETENTION_DAYS:
                raise ValidationError(
                    self.env._("Keep Payloads must be between 0 days (forever) and %s days.", f"{MAX_RETENTION_DAYS:,}")
                )


class ExternalOrder(models.Model):
    """Drops what was received of old imported orders. Their rows stay, so the orders remain known."""

    _inherit = "external.order"

    # Which payloads the clean-up drops next: without it, each thousand would search all those dropped before.
    _with_payload = models.Index("(sync_id, imported_date) WHERE state = 'done' AND payload IS NOT NULL")

    @api.autovacuum
    def _gc_payloads(self):
        """Delete the payloads of imported orders after the retention time of their synchronization."""
        count = 0
        syncs = self.env["external.order.sync"].with_context(active_test=False)
        for sync in syncs.search([("payload_retention_days", ">", 0)]):
            limit = fields.Datetime.now() - timedelta(days=min(sync.payload_retention_days, MAX_RETENTION_DAYS))
            domain = self._get_payloads_to_drop_domain(sync, limit)
            orders = self.search(domain, order="imported_date", limit=VACUUM_BATCH - count)
            for order in orders:
                order.content_digest = content_digest(loads(order.payload), order.kind)
            orders.write({"payload": False, "booked_payload": False})
            count += len(orders)
            if count == VACUUM_BATCH:
                break
        return count, count == VACUUM_BATCH  # Odoo commits, and calls again while there are more

    @api.model
    def _get_payloads_to_drop_domain(self, sync, limit):
        """Return the domain of orders of a synchronization, imported before the limit, that still have a payload."""
        return [
            ("sync_id", "=", sync.id),
            ("state", "=", "done"),
            ("changed", "=", False),  # the user still has to compare the new content
            ("imported_date", "<", limit),
            ("payload", "!=", False),
        ]
