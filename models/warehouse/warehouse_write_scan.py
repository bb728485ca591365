from odoo import api, models

from .warehouse_conflict import WarehouseConflict


class WarehouseWrite(models.AbstractModel):
    """Scanning: finds what a barcode is, and which line of a transfer it means. It changes nothing."""

    _inherit = "warehouse.write"

    @api.model
    def _identify(self, barcode):
        """Return what a barcode is, in the ``SCANNED`` schema.

        :raise AccessError: if the user may not read transfers.
        """
        self.env["stock.picking"].check_access("read")
        scanned = self.env["warehouse.barcode"]._scan(barcode, self.env.company, companies=self.env.companies)
        return self._scanned(barcode, scanned)

    @api.model
    def _scan_picking(self, picking_id, barcode):
        """Return which lines of a transfer a barcode means, in the ``SCANNED_LINES`` schema.

        :return: None if there is no such transfer.
        :raise WarehouseConflict: ``unknown_barcode``, or ``not_in_transfer``.
        """
        picking = self._for_company(self.env["stock.picking"].search([("id", "=", picking_id)]))
        if not picking:
            return None
        scanned = self.env["warehouse.barcode"]._scan(barcode, picking.company_id)
        if not scanned.is_known:
            raise WarehouseConflict("unknown_barcode", self.env._("Nothing here has this barcode."))
        lines = self._meant_lines(picking, scanned)
        if not lines and picking not in scanned.transfers:
            message = self.env._("This is not in the transfer %s.", picking.name)
            raise WarehouseConflict("not_in_transfer", message, matches=self._scanned(barcode, scanned)["matches"])
        found = [
            {
                "line_id": line.id,
                "product_id": line.product_id.id,
                "location_id": line.location_id.id,
                "lot_id": line.lot_id.id or None,
                "package_id": line.package_id.id or None,
                "product_uom_id": line.product_uom_id.id,
                "qty_left": 0 if line.picked or line.state == "done" else line.quantity,
                "picked": line.picked,
            }
            for line in lines
        ]
        open_ids = [line["line_id"] for line in found if line["qty_left"]]
        return {**self._scanned(barcode, scanned), "line_id": open_ids[0] if open_ids else None, "lines": found}

    @api.model
    def _meant_lines(self, picking, scanned):
        """Return the lines that have the scanned lot, else package, else product, else location; open ones first."""
        lines = picking.move_line_ids.filtered(lambda line: line.state != "cancel")
        lines = lines.sorted(lambda line: (bool(line.picked), line.location_id.complete_name or "", line.id))
        of_product = lines.filtered(lambda line: line.product_id in scanned.products)
        exact = lines.filtered(lambda line: line.lot_id and line.lot_id in scanned.lots)
        if scanned.lot_name or scanned.lots:
            # A lot that is not reserved may take the place of the reserved one.
            exact |= of_product or lines.filtered(lambda line: line.product_id in scanned.lots.product_id)
        packed = lines.filtered(lambda line: line.package_id and line.package_id in scanned.packages)
        return exact or packed or of_product or lines.filtered(lambda line: _shelf(line) in scanned.locations)

    @api.model
    def _scanned(self, barcode, scanned):
        matches = []
        for kind, records in scanned.records:
            for record in records:
                product = {"product": lambda record: record, "lot": lambda record: record.product_id}.get(kind)
                place = record.location_id if kind in ("lot", "package") else None
                unit = scanned.units.get(record) if kind == "product" else None
                matches.append(
                    {
                        "kind": kind,
                        "id": record.id,
                        "name": record.display_name,
                        "product_id": product(record).id if product else None,
                        "product_uom_id": unit.id if unit else None,
                        "location_id": place.id if place else None,
                    }
                )
        return {
            "barcode": barcode,
            "matches": matches,
            "lot_name": scanned.lot_name,
            "quantity": scanned.quantity,
        }


def _shelf(line):
    """Return the location whose barcode the picker scans: where the goods are or, in a receipt, where they go."""
    return line.location_dest_id if line.location_id.should_bypass_reservation() else line.location_id
