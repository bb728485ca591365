from odoo import models
from odoo.tools import SQL
from psycopg2 import errors


class StockQuant(models.Model):
    _inherit = "stock.quant"

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
