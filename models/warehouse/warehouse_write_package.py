from odoo import api, models

from .warehouse_conflict import WarehouseConflict


class WarehouseWrite(models.AbstractModel):
    """Packages: what a line is packed into, and which packages move as they are."""

    _inherit = "warehouse.write"

    @api.model
    def _pack(self, line, name, destination=None):
        """Pack the line into the package with that name; Odoo creates a new one if there is none.

        :param destination: the location where the goods were put; None if Odoo may choose another one.
        """
        packages = self.env["stock.package"].search(
            [("name", "=", name), ("company_id", "in", [False, line.company_id.id])], limit=2
        )
        if line.result_package_id and line.result_package_id in packages:
            return
        if len(packages) > 1:
            message = self.env._("Several packages are called %s.", name)
            raise WarehouseConflict("package_ambiguous", message)
        places = packages.move_line_ids.filtered(lambda other: other.state not in ("done", "cancel")).location_dest_id
        elsewhere = packages.location_id or places
        if packages and packages != line.package_id and elsewhere - line.location_dest_id:
            message = self.env._("Package %(name)s is at %(place)s.", name=name, place=elsewhere[:1].display_name)
            raise WarehouseConflict("package_elsewhere", message)
        line._put_in_pack(package_id=packages.id, package_name=name)
        if destination and line.location_dest_id != destination:
            line.location_dest_id = destination

    @api.model
    def _unpack_parts(self, picking):
        """Take the picked goods out of each package that is not picked as a whole.

        Odoo reserves a whole package as it is. Once a part of it is not picked, the package cannot move: Odoo would
        refuse the transfer.
        """
        picked = picking.move_line_ids.filtered(lambda line: line.picked and line.state not in ("done", "cancel"))
        stored = picked.filtered("product_id.is_storable").grouped("package_id")
        whole = picked.filtered(lambda line: line.package_id and line.result_package_id == line.package_id)
        for package, lines in whole.grouped("package_id").items():
            inside = package | package.all_children_package_ids
            content = picked.browse().union(*[stored[one] for one in inside if one in stored])
            if not package._check_move_lines_map_quant(content):
                lines.result_package_id = False
