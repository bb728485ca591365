from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import ValidationError

# Maximum number of records of one kind that a barcode may mean; scanning cannot distinguish more.
MOST = 20
# What a scanner may send around a barcode. Not all white space: Python counts the separator of a GS1 barcode as such.
BLANKS = " \t\r\n"
# Lengths of the codes that a GTIN stands for: EAN-8, UPC-A, EAN-13, GTIN-14.
GTIN_LENGTHS = (8, 12, 13, 14)
# Kind of a match: the model of its records.
KINDS = {
    "product": "product.product",
    "lot": "stock.lot",
    "package": "stock.package",
    "location": "stock.location",
    "transfer": "stock.picking",
}


class Codes(NamedTuple):
    """The content of a barcode, not looked up yet: {kind: codes}, and the quantity of a GS1 or weight code."""

    by_kind: dict
    quantity: float | None


class Scanned(NamedTuple):
    """What a barcode means here: the records that the user may see."""

    products: models.BaseModel
    lots: models.BaseModel
    packages: models.BaseModel
    locations: models.BaseModel
    transfers: models.BaseModel
    units: dict  # {product: the unit of the packaging whose barcode it is}
    lot_name: str | None  # a lot that the barcode names beside a product; it need not exist
    quantity: float | None

    @property
    def records(self):
        """The records, as (kind, records)."""
        return list(zip(KINDS, self[: len(KINDS)], strict=True))

    @property
    def is_known(self):
        return any(records for _kind, records in self.records)


class WarehouseBarcode(models.AbstractModel):
    """Finds what a barcode means: a product, a packaging, a lot, a package, a location or a transfer.

    The company's barcode nomenclature decides, with its GS1 rules if it has any. A code is also looked up as it is.
    """

    _name = "warehouse.barcode"
    _description = "Barcodes of the Warehouse API"

    @api.model
    def _scan(self, barcode, company, kinds=tuple(KINDS), companies=None):
        """Return what `barcode` means as `Scanned`.

        :param company: the company whose nomenclature is used.
        :param kinds: only these kinds are looked up.
        :param companies: the companies whose records are found, beside shared ones; `company` if None.
        :raise AccessError: if the user may not read such records.
        """
        codes = self._parse(barcode, company)
        of_companies = ("company_id", "in", [False, *(companies or company).ids])

        def find(kind, *domain):
            Model = self.env[KINDS[kind]]
            return Model.search([*domain, of_companies], limit=MOST) if kind in kinds else Model

        packagings = self.env["product.uom"]
        if "product" in kinds:
            domain = [("barcode", "in", codes.by_kind["product"]), of_companies]
            packagings = packagings.search(domain, limit=MOST)
        # A shared packaging may belong to a product that the user may not see.
        packagings = packagings.filtered(lambda packaging: packaging.product_id._filtered_access("read"))
        units = {packaging.product_id: packaging.uom_id for packaging in packagings}
        products = find("product", ("barcode", "in", codes.by_kind["product"])) | packagings.product_id
        named = codes.by_kind["lot"][1:]
        lots = find("lot", ("name", "in", codes.by_kind["lot"]))
        if named and products:
            lots = find("lot", ("name", "in", named), ("product_id", "in", products.ids))
        return Scanned(
            products,
            lots,
            find("package", ("name", "in", codes.by_kind["package"])),
            find("location", ("barcode", "in", codes.by_kind["location"])),
            find("transfer", ("name", "in", codes.by_kind["transfer"])),
            units,
            named[-1] if named else None,
            codes.quantity,
        )

    @api.model
    def _parse(self, barcode, company):
        """Return the `Codes` of a barcode; the first code of each kind is the barcode itself."""
        barcode = barcode.strip(BLANKS)
        if not barcode:
            return Codes({kind: [] for kind in KINDS}, None)
        by_kind = {kind: [barcode] for kind in KINDS}
        quantity = None
        for part in self._parse_by_nomenclature(barcode, company):
            kind, value = part["type"], part["value"]
            if value == "":
                continue  # a GS1 barcode that ends after the name of a field
            if kind == "product":
                by_kind["product"] += _gtin_codes(str(value))
            elif kind in ("lot", "package"):
                by_kind[kind].append(str(value))
            elif kind in ("location", "location_dest"):
                by_kind["location"].append(str(value))
            elif kind == "quantity":
                quantity = float(value)
        return Codes(by_kind, quantity)

    @api.model
    def _parse_by_nomenclature(self, barcode, company):
        """Return a list of {type, value} from the company's nomenclature; empty if it does not know the barcode."""
        nomenclature = company.nomenclature_id
        try:
            parsed = nomenclature.parse_barcode(barcode) if nomenclature else None
        except (ValidationError, ValueError, IndexError):
            return []  # begins like a GS1 code or a tag's address, but is not one
        if isinstance(parsed, list):
            return parsed
        if not isinstance(parsed, dict) or parsed["type"] == "error":
            return []
        if parsed["type"] == "weight":
            return [{"type": "product", "value": parsed["base_code"]}, {"type": "quantity", "value": parsed["value"]}]
        # An alias or a conversion between EAN-13 and UPC-A may have replaced the code.
        return [
            {"type": parsed["type"], "value": code} for code in dict.fromkeys((parsed["code"], parsed["base_code"]))
        ]


def _gtin_codes(code):
    """Return the forms in which a product's barcode may be stored for a GTIN, which is padded with zeros."""
    if not code.isdecimal():
        return [code]
    bare = code.lstrip("0")
    return [code, *(bare.zfill(length) for length in GTIN_LENGTHS if length >= len(bare))]
