from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from .picking_batch import LockedQuants, PickingBatch, QuantChanges, links_once


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _action_done(self):
        """For transfers created by ``external.order.picking``, moves the quantities of all lines at once."""
        batch = PickingBatch.current(self.env)
        if not batch or any(line.picking_id.id not in batch.picking_ids for line in self):
            return super()._action_done()
        noted = QuantChanges()
        done = super(StockMoveLine, noted.on(self))._action_done()
        PickingBatch.off(self)._apply_quant_changes(noted.changes)
        return done

    def _check_company(self, fnames=None):
        if fnames or not PickingBatch.current(self.env):
            return super()._check_company(fnames)
        for name, lines in links_once(self):
            super(StockMoveLine, lines)._check_company([name])
        return None

    def _synchronize_quant(self, quantity, location, action="available", in_date=False, **quants_value):
        noted = QuantChanges.current(self.env)
        if not noted:
            return super()._synchronize_quant(quantity, location, action, in_date, **quants_value)
        # A line takes from its source and adds to its destination: record this once, when it takes.
        if action == "available" and quantity < 0 and self.product_id.is_storable:
            places = (location, self.location_dest_id, self.package_id, self.result_package_id)
            noted.add((self.product_id, self.lot_id, self.owner_id, *places), self, -quantity)
        return 0, in_date

    def _apply_quant_changes(self, changes):
        """Update the quants as Odoo's `_action_done` does for each line, but once for all lines that move the same
        goods.

        :param dict changes: for each kind of goods, a line that moves them and the total quantity of all lines
        """
        quants = self.env["stock.quant"]._get_quants_by_products_locations(
            self.product_id,
            self.location_id | self.location_dest_id,
            extra_domain=Domain("lot_id", "in", [False, *self.lot_id.ids]),
        )
        # If another worker changed these quants since this transaction began, create new quants for the changes, as
        # Odoo does while another worker is changing them. Odoo merges them later.
        known = self.env["stock.quant"].concat(*quants.values())
        is_ours = known._lock_for_external_orders()
        known.fetch()
        self.product_id.fetch()
        target = quants if is_ours else defaultdict(lambda: self.env["stock.quant"])
        if is_ours:
            known += self._create_missing_quants(changes, target)
        locked = LockedQuants(frozenset(known.ids if is_ours else ()))
        env = locked.on(self).with_context(quants_cache=target).env
        reserved = None
        for line, quantity in changes.values():
            line = line.with_env(env)
            available, in_date = line._synchronize_quant(-quantity, line.location_id)
            line._synchronize_quant(quantity, line.location_dest_id, package=line.result_package_id, in_date=in_date)
            if not is_ours:
                place = (line.location_id.id, line.lot_id.id, line.package_id.id, line.owner_id.id)
                same = quants[line.product_id.id, *place]
                available += sum(quant.quantity - quant.reserved_quantity for quant in same)
            if available < 0 and reserved is None:
                reserved = self._get_reserved_products()
            if available < 0 and line.product_id in reserved:
                LockedQuants.off(line).with_context(quants_cache=None)._free_reservation(
                    line.product_id, line.location_id, -available,
                    lot_id=line.lot_id, package_id=line.package_id, owner_id=line.owner_id,
                )  # fmt: skip

    def _create_missing_quants(self, changes, quants):
        """Create the quants for goods that were never at a place before, and add them to ``quants``.

        :param dict changes: see `_apply_quant_changes`
        :param dict quants: by product, location, lot, package and owner
        """
        missing = {}
        for line, _quantity in changes.values():
            for location, package in (
                (line.location_id, line.package_id),
                (line.location_dest_id, line.result_package_id),
            ):
                key = (line.product_id.id, location.id, line.lot_id.id, package.id, line.owner_id.id)
                without_lot = (line.product_id.id, location.id, False, package.id, line.owner_id.id)
                # Where goods without a lot are, Odoo decides what they are taken for.
                if not (quants[key] or quants[without_lot]):
                    names = ("product_id", "location_id", "lot_id", "package_id", "owner_id")
                    missing[key] = dict(zip(names, key, strict=True))
        # sudo: as Odoo does, users of the Point of Sale may not write to the stock.
        created = self.env["stock.quant"].sudo()._create_empty(list(missing.values()))
        for key, quant in zip(missing, created, strict=True):
            quants[key] = quant
        return created.sudo(False)

    def _get_reserved_products(self):
        """Return those products of these lines of which other transfers have reserved something."""
        domain = [
            ("product_id", "in", self.product_id.ids),
            ("state", "not in", ("done", "cancel")),
            ("quantity_product_uom", ">", 0.0),
            ("picked", "=", False),
        ]
        groups = self.env["stock.move.line"]._read_group(domain, ["product_id"])
        return self.env["product.product"].concat(*(product for (product,) in groups))
