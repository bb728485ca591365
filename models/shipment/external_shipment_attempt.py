from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.message_language import stored
from ...tools.transaction import commit, commit_interruption, retrying

# A shipment is left to the user once the process died this many times while working on it.
MAX_INTERRUPTIONS = 3


class ExternalShipment(models.Model):
    _inherit = "external.shipment"

    interruptions = fields.Integer(
        "Interrupted Attempts",
        readonly=True,
        help="How many times in a row the server stopped while working on this shipment.",
    )


class ExternalShipmentWorker(models.AbstractModel):
    """Count attempts that kill the process: each attempt is counted and committed before it starts.

    When the attempt ends, successful or not, the count is reset; if the process dies, the count remains. Shipments
    whose status was being read in one batch when the process died are read one by one from then on.
    """

    _inherit = "external.shipment.worker"

    @api.model
    def _attempt(self, work, domain, shipment):
        """Work on a claimed shipment.

        :param str work: the name of the method to call
        :param Domain domain: matches the shipments that need this work
        """
        if shipment.interruptions >= MAX_INTERRUPTIONS:
            self._give_up(work, shipment)
            return
        shipments = shipment
        if work == "_poll" and not shipment.interruptions:
            shipments |= self._claim_others_to_poll(shipment)
        for interruptions, alike in shipments.grouped("interruptions").items():
            alike.interruptions = interruptions + 1
        (commit_interruption if shipment.interruptions > 1 else commit)(self.env)
        # The commit released the locks. Skip shipments that another worker or a user has locked meanwhile.
        shipments = retrying(self.env, lambda: self._lock_again(shipments, domain))
        if shipments:
            self._guarded(work, shipments)
            commit(self.env)
            retrying(self.env, lambda: self._forget_attempt(shipments))

    @api.model
    def _lock_again(self, shipments, domain):
        shipments = shipments.search(domain & Domain("id", "in", shipments.ids))
        return shipments and shipments.try_lock_for_update(allow_referencing=True)

    @api.model
    def _forget_attempt(self, shipments):
        # If another worker has locked a shipment by now, that worker keeps its count.
        shipments.try_lock_for_update(allow_referencing=True).interruptions = 0

    @api.model
    def _give_up(self, work, shipment):
        """Leave a claimed shipment to the user because the process died repeatedly while working on it."""
        env = stored(self.env)
        shipment.interruptions = 0
        if work == "_send":
            reason = env._(
                "The server stopped %s times while sending this shipment. See the server log for the reason, check "
                "the address and the transfer, then press Retry.",
                MAX_INTERRUPTIONS,
            )
            shipment._fail(reason)
        elif work == "_record":
            shipment.is_on_picking = True
            reason = env._(
                "Shipped with the tracking number %(number)s, but the server stopped %(count)s times while "
                "recording it on the transfer. Enter the number by hand.",
                number=shipment.tracking_number,
                count=MAX_INTERRUPTIONS,
            )
            shipment._post_on_picking(reason)
        else:
            reason = env._(
                "The server stopped %s times while reading the status, so it is no longer read automatically. See "
                "the server log for the reason, fix it, then press Update Status.",
                MAX_INTERRUPTIONS,
            )
            shipment.write({"next_poll": False, **shipment._prepare_error_values(reason)})
