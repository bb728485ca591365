"""A small stock that is the same in every version: one or two rows of each kind, with optional values set and empty."""

from datetime import datetime, timedelta

from .old_tables import CLOCK_START
from .stand_in import OldOdoo

LATER = CLOCK_START + timedelta(days=1, microseconds=250_000)


def fill(odoo: OldOdoo) -> None:
    """Put the sample into a stand-in."""
    put, version = odoo.tables.put, odoo.version
    lot = "stock.production.lot" if version < 16 else "stock.lot"
    put("res.company", 1, name="My Company")
    put("res.partner", 15, name="Deco Addict")
    put("res.currency", 2, name="EUR")
    put("uom.uom", 1, name="Units")
    put("product.category", 3, name="All / Saleable")
    put("stock.picking.type", 2, name="My Company: Delivery Orders")
    put("stock.location", 4, name="WH", complete_name="WH", usage="view")
    put("stock.location", 8, name="Stock", complete_name="WH/Stock", usage="internal", location_id=4, company_id=1)
    put("stock.location", 5, name="Customers", complete_name="Customers", usage="customer", active=False)
    put("product.template", 700, name="Desk")
    storable = {"type": "consu", "is_storable": True} if version >= 18 else {"type": "product"}
    put(
        "product.product", 789, name="Desk", default_code="DESK", barcode="4006381333931", tracking="lot",
        list_price=99.95, lst_price=104.95, standard_price=40.125, weight=12.5, volume=0.25, uom_id=1, categ_id=3,
        currency_id=2, product_tmpl_id=700, **storable,
    )  # fmt: skip
    put("product.template", 701, name="Assembly")
    put("product.product", 790, name="Assembly", type="service", tracking="none", product_tmpl_id=701, active=False)
    put(lot, 101, name="LOT-1", ref="R1", product_id=789, company_id=1)
    put("product.packaging" if version < 15 else "stock.package.type", 6, name="Pallet")
    kind = "packaging_id" if version < 15 else "package_type_id"
    put("stock.quant.package", 33, name="PACK0000033", location_id=8, company_id=1, **{kind: 6})
    put(
        "stock.quant", 900, product_id=789, location_id=8, lot_id=101, package_id=33, quantity=12.5,
        reserved_quantity=3.0, in_date=datetime(2026, 1, 2, 3, 4, 5, 678), company_id=1,
    )  # fmt: skip
    put(
        "stock.picking", 123, name="WH/OUT/00042", state="assigned", origin="SO042", priority="1",
        scheduled_date=datetime(2026, 1, 17, 10), picking_type_id=2, picking_type_code="outgoing", location_id=8,
        location_dest_id=5, partner_id=15, company_id=1, write_date=LATER,
    )  # fmt: skip
    for id, done, reserved in ((456, 0.0, 3.0), (457, 2.0, 3.0)):
        put(
            "stock.move.line", id, picking_id=123, product_id=789, product_uom_id=1, lot_id=101, location_id=8,
            location_dest_id=5, package_id=33, state="assigned", reference="WH/OUT/00042",
            date=datetime(2026, 1, 17, 10), company_id=1, write_date=LATER, **quantities(version, done, reserved),
        )  # fmt: skip


def quantities(version: int, done: float, reserved: float) -> dict[str, float]:
    """Return the values of a move line with a done and a reserved quantity, in the fields of a version."""
    if version >= 17:
        return {"quantity": done or reserved, "picked": bool(done)}
    return {"qty_done": done, ("reserved_uom_qty" if version == 16 else "product_uom_qty"): reserved}
