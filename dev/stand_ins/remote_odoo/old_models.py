"""Models and fields of Odoo 14 to 18 in the stand-in, taken from those versions and not from the mirror's code."""

# Every model has these fields; for "m2o" fields, the part after the colon is the model they point to.
_MAGIC = {"id": "integer", "create_date": "datetime", "write_date": "datetime"}

_LOCATION = {
    "name": "char", "complete_name": "char", "usage": "char", "barcode": "char", "active": "boolean",
    "location_id": "m2o:stock.location", "company_id": "m2o:res.company",
}  # fmt: skip
_TEMPLATE = {"name": "char"}
_PRODUCT = {
    "name": "char", "default_code": "char", "barcode": "char", "type": "char", "tracking": "char", "active": "boolean",
    "list_price": "float", "lst_price": "float", "standard_price": "float", "weight": "float", "volume": "float",
    "uom_id": "m2o:uom.uom", "categ_id": "m2o:product.category", "currency_id": "m2o:res.currency",
    "company_id": "m2o:res.company", "product_tmpl_id": "m2o:product.template",
}  # fmt: skip
_LOT = {"name": "char", "ref": "char", "product_id": "m2o:product.product", "company_id": "m2o:res.company"}
_PACKAGE = {
    "name": "char", "location_id": "m2o:stock.location", "owner_id": "m2o:res.partner", "company_id": "m2o:res.company",
}  # fmt: skip
_PICKING = {
    "name": "char", "state": "char", "origin": "char", "priority": "char", "scheduled_date": "datetime",
    "date_deadline": "datetime", "date_done": "datetime", "picking_type_code": "char",
    "location_id": "m2o:stock.location", "location_dest_id": "m2o:stock.location", "partner_id": "m2o:res.partner",
    "picking_type_id": "m2o:stock.picking.type", "backorder_id": "m2o:stock.picking", "company_id": "m2o:res.company",
}  # fmt: skip
_OTHER_MODELS = ("res.company", "res.partner", "res.currency", "uom.uom", "product.category", "stock.picking.type")


def models(version: int) -> dict[str, dict[str, str]]:
    """Return {model: {field: type}} of a version."""
    lot = "stock.production.lot" if version < 16 else "stock.lot"
    package = "stock.quant.package"
    package_type = "product.packaging" if version < 15 else "stock.package.type"
    quantities = {
        14: {"qty_done": "float", "product_uom_qty": "float"},
        15: {"qty_done": "float", "product_uom_qty": "float"},
        16: {"qty_done": "float", "reserved_uom_qty": "float"},
    }.get(version, {"quantity": "float", "picked": "boolean"})
    found = {
        "stock.location": _LOCATION,
        "product.template": _TEMPLATE,
        "product.product": {**_PRODUCT, **({"is_storable": "boolean"} if version >= 18 else {})},
        lot: _LOT,
        package: {**_PACKAGE, ("packaging_id" if version < 15 else "package_type_id"): f"m2o:{package_type}"},
        "stock.quant": {
            "quantity": "float", "reserved_quantity": "float", "in_date": "datetime",
            "product_id": "m2o:product.product", "location_id": "m2o:stock.location", "lot_id": f"m2o:{lot}",
            "package_id": f"m2o:{package}", "owner_id": "m2o:res.partner", "company_id": "m2o:res.company",
        },
        "stock.picking": _PICKING,
        "stock.move.line": {
            **quantities, "state": "char", "lot_name": "char", "reference": "char", "date": "datetime",
            "picking_id": "m2o:stock.picking", "product_id": "m2o:product.product", "product_uom_id": "m2o:uom.uom",
            "location_id": "m2o:stock.location", "location_dest_id": "m2o:stock.location", "lot_id": f"m2o:{lot}",
            "package_id": f"m2o:{package}", "result_package_id": f"m2o:{package}", "owner_id": "m2o:res.partner",
            "company_id": "m2o:res.company",
        },
        package_type: {"name": "char"},
        **{name: {"name": "char"} for name in _OTHER_MODELS},
    }  # fmt: skip
    return {model: {**_MAGIC, **fields} for model, fields in found.items()}
