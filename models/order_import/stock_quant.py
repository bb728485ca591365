from odoo import models
from odoo.addons.stock.models.stock_quant import StockQuant as OdooQuant
from odoo.tools import SQL
from psycopg2 import errors

from ...tools.overrides import is_extended_beyond
from .picking_batch import LockedQuants


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        """Do not lock again what a batch has already locked: Odoo locks each quant by itself before it changes it."""
        locked = LockedQuants.current(self.env)
        wanted = self[:limit]
        # The batch's lock allows other transactions to refer to the quants.
        if locked and allow_referencing and locked.quant_ids.issuperset(wanted._ids):
            return wanted
        return super().try_lock_for_update(allow_referencing=allow_referencing, limit=limit)

    def _hold_chosen(self):
        """Lock the quants from which goods will be taken until the end of the transaction, if nobody else holds them.

        Like Odoo when it reserves: if another worker has changed one since this transaction began, the goods may have
        been taken, so everything has to start over.

        :raise psycopg2.OperationalError: if another transaction has changed one; repeat in a new transaction
        """
        if self:
            query = "SELECT id FROM stock_quant WHERE id IN %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
            self.env.cr.execute(SQL(query, self._ids), log_exceptions=False)

    def _lock_for_external_orders(self):
        """Lock these quants until the end of the transaction.

        :return: whether all were locked; False if another transaction holds one, or has changed it since this one began
        :rtype: bool
        """
        if not self:
            return True
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL("SELECT id FROM stock_quant WHERE id IN %s ORDER BY id FOR NO KEY UPDATE NOWAIT", self._ids),
                    log_exceptions=False,
                )
        except (errors.SerializationFailure, errors.LockNotAvailable):
            return False
        return True

    def _create_empty(self, vals_list):
        """Create quants of goods that were never at their places, for quantities that are added at once.

        Odoo's `create` makes one after the other, because it may get what a user has counted. These are not counts, so
        that step is left out unless another addon extends it: a product's first sale would cost a statement or two.
        """
        if self._is_inventory_mode() or is_extended_beyond(self, "create", ["stock"]):
            return self.create(vals_list)
        # What Odoo's `create` sets for what nobody has counted.
        vals_list = [{**vals, "inventory_quantity_set": False} for vals in vals_list]
        return super(OdooQuant, self).create(vals_list)  # pylint: disable=super-method-mismatch
