from odoo import api, fields, models
from odoo.exceptions import AccessError

EXTERNAL = "external"


class PosOrder(models.Model):
    """Where an order comes from: readable by every user of Point of Sale, written by the import alone."""

    _inherit = "pos.order"

    external_order_number = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The order's number (OrderID) in the external system that it comes from.",
    )
    external_order_taker = fields.Char(
        "Order Taken By",
        readonly=True,
        copy=False,
        help="Who took the order in the external system (OrderTakerID).",
    )

    # Written by the system alone: they say that an order was imported, and as which.
    _SYSTEM_FIELDS = frozenset(("external_order_number", "external_order_taker", "source"))

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # Afterwards, because the values may be defaults of the context as well. A register sends all fields, empty.
        if not self.env.su:
            for order in orders:
                if order.source == EXTERNAL or any(order[name] for name in self._SYSTEM_FIELDS - {"source"}):
                    order._refuse_external_values()
        return orders

    def write(self, vals):
        if not self.env.su and not self._SYSTEM_FIELDS.isdisjoint(vals):
            for order in self:
                if order._changes_external_values(vals):
                    order._refuse_external_values()
        return super().write(vals)

    def copy_data(self, default=None):
        # A copy, such as a refund that a user makes, does not come from the external system.
        vals_list = super().copy_data(default)
        if not default or "source" not in default:
            for vals in vals_list:
                if vals.get("source") == EXTERNAL:
                    del vals["source"]
        return vals_list

    def _changes_external_values(self, vals):
        """Return whether ``vals`` would change what only the import writes; a register sends known values again."""
        self.ensure_one()
        present = self._convert_to_write({name: self[name] for name in self._SYSTEM_FIELDS & vals.keys()})
        changed = {name for name, value in present.items() if (vals[name] or False) != (value or False)}
        # Odoo and other addons set their own origins.
        if EXTERNAL not in (self.source, vals.get("source")):
            changed.discard("source")
        return bool(changed)

    def _refuse_external_values(self):
        raise AccessError(self.env._("Only the synchronization itself can record that an order was imported."))
