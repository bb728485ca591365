from odoo import api, models
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.stored_text import text_of_error
from .import_target import ImportTarget


class ExternalOrderImport(models.AbstractModel):
    """Decides where the orders of a batch go: their target, and the session that takes them."""

    _inherit = "external.order.import"

    @api.model
    def _get_target(self, sync, payload):
        """Return the `ImportTarget` of an order.

        :raise ExternalOrderError: ``location_unknown``
        """
        config = sync._get_pos_config_at(payload.location_id)
        return ImportTarget(config, self._get_business_day(sync, payload))

    @api.model
    def _get_session(self, sync):
        """Return the session that takes the orders, locked against closing until the end of the transaction.

        :param sync: the ``external.order.sync``, with the orders' target in its context
        :raise ExternalOrderError: ``no_session``, if there is none; nothing was written then
        :raise psycopg2.OperationalError: if it is being closed right now
        """
        try:
            # The orders of other targets are imported in the same transaction.
            with self.env.cr.savepoint():
                session = sync._get_or_create_pos_session()
        except UserError as error:
            raise ExternalOrderError("no_session", text_of_error(error)) from error
        session._lock_for_orders()
        return session
