from odoo import api, models

from .warehouse_conflict import WarehouseConflict


class WarehouseWrite(models.AbstractModel):
    """Lots and serial numbers of a line that is confirmed."""

    _inherit = "warehouse.write"

    @api.model
    def _choose_lot_name(self, line, scanned, lot_name):
        """Return the lot that the caller or the barcode of the goods names; None if neither does."""
        product = line.product_id
        if product.tracking == "none":
            return lot_name
        named = scanned.lot_name
        if not named and product not in scanned.products:  # it is the barcode of a lot
            named = scanned.lots.filtered(lambda lot: lot.product_id == product)[:1].name
        if lot_name and named and lot_name != named:
            message = self.env._("The barcode is that of %(scanned)s, not of %(lot)s.", scanned=named, lot=lot_name)
            raise WarehouseConflict("wrong_lot", message, product_id=product.id)
        return lot_name or named or None

    @api.model
    def _check_lot(self, line, name, is_reserved):
        """Return (the lot, the name of a lot that Odoo creates when the transfer is done).

        :param is_reserved: whether the goods have to be in stock already, and with them their lot.
        """
        product, operation = line.product_id, line.picking_id.picking_type_id
        none = self.env["stock.lot"]
        uses_lots = operation.use_create_lots or operation.use_existing_lots
        if product.tracking == "none":
            if name:
                message = self.env._("%s has no lots or serial numbers.", product.display_name)
                raise WarehouseConflict("lot_not_used", message)
            return none, False
        if not name:
            if uses_lots and not line.lot_id and not line.lot_name:
                message = self.env._("Scan the lot or serial number of %s.", product.display_name)
                raise WarehouseConflict("lot_required", message, product_id=product.id)
            return line.lot_id, line.lot_name
        if line.lot_id.name == name:
            return line.lot_id, False
        lot = none.search(
            [
                ("name", "=", name),
                ("product_id", "=", product.id),
                ("company_id", "in", [False, line.company_id.id]),
            ],
            limit=1,
        )
        if not is_reserved:
            self._check_new_serial(line, name, lot)
        if lot and (is_reserved or operation.use_existing_lots):
            return lot, False
        if operation.use_create_lots and not is_reserved:
            return none, name  # for an existing lot too: Odoo finds it by its name
        message = self.env._("%(product)s has no lot %(lot)s.", product=product.display_name, lot=name)
        raise WarehouseConflict("lot_unknown" if uses_lots else "lot_not_used", message, product_id=product.id)

    @api.model
    def _check_new_serial(self, line, name, lot):
        """Refuse a serial number that another line of the transfer has, or that is at another place than this one.

        A customer may return what is with the customer; anything else would be a second piece with the same number.
        """
        if line.product_id.tracking != "serial":
            return
        others = (line.picking_id.move_line_ids - line).filtered(lambda other: other.product_id == line.product_id)
        elsewhere = lot.quant_ids.filtered(
            lambda quant: (
                quant.quantity > 0
                and quant.location_id.usage in ("internal", "transit", "customer")
                and not quant.location_id._child_of(line.location_id)
            )
        )
        if elsewhere or name in [*others.mapped("lot_name"), *others.lot_id.mapped("name")]:
            message = self.env._("The serial number %s of this product already exists.", name)
            raise WarehouseConflict("serial_used", message)
