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

    booked_digest = fields.Char(
        readonly=True, help="What remains of the booked content, if the order arrived again with different content."
    )

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
                if order.booked_payload:
                    order.booked_digest = content_digest(loads(order.booked_payload), order.kind)
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
            ("life_ids", "not any", [("state", "in", ("pending", "failed"))]),  # they name what was sold
        ]

    # ------------------------------------------------------------
    # What was booked, if its content was dropped
    # ------------------------------------------------------------

    def _get_booked_digest(self):
        """Return the digest of the content of this imported row that was booked, ``False`` if that is not known, or if
        the content is stored.
        """
        if self._get_booked_payload():
            return False
        is_of_booked = not self.payload and not self.changed_date
        return self.booked_digest or (is_of_booked and self.content_digest) or False

    def _prepare_booked_values(self):
        """Return the values that keep what was booked of this imported row beside other content: it, or its digest."""
        return {"booked_payload": self._get_booked_payload() or False, "booked_digest": self._get_booked_digest()}

    def _is_as_booked(self, values):
        """Return whether received values have the content of this imported row that was booked, as far as is known."""
        if booked := self._get_booked_payload():
            return self._has_content(booked, values)
        digest = self._get_booked_digest()
        return bool(digest) and digest in self._get_possible_digests(loads(values["payload"]))

    @api.model
    def _keep_for_refunds(self, contents):
        """Store the content of sales once more, if it was dropped and they have refunds that are not booked yet: these
        name the items as the external system does. The clean-up drops it again.

        :param dict contents: the received values of known sales, by row
        """
        for sale, values in contents.items():
            is_of_booked = sale.fingerprint == values["fingerprint"] and not sale.changed_date
            if sale.state != "done" or not is_of_booked:
                continue
            if sale.life_ids.filtered(lambda row: row.state in ("pending", "failed")) and not sale.payload:
                sale.payload = values["payload"]
