"""The model and field names of the seven mirrored kinds in Odoo 14 to 19.

A remote row of any version is converted to our column names here, so no other module has to know about versions.
These names or their meanings changed:

- lots: ``stock.production.lot`` until 15, ``stock.lot`` since 16;
- packages: ``stock.quant.package`` until 18, ``stock.package`` since 19; their type: ``packaging_id`` in 14;
- move lines: ``qty_done`` beside a reserved quantity (``product_uom_qty`` until 15, ``reserved_uom_qty`` in 16); one
  ``quantity`` and ``picked`` since 17;
- storable products: ``type`` is "product" until 17, ``is_storable`` since 18;
- a variant's ``write_date`` reliably follows its template's since 17; before that, the template is checked too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from ..message import message as _lt

OLDEST, NEWEST = 14, 19

# In this order, rows come before the rows that refer to them.
KINDS = ("location", "product", "lot", "package", "quant", "picking", "move_line")

# Odoo sends decimal numbers through binary floating point, which keeps this many digits: 15.54 may arrive as
# 15.540000000000001.
_FLOAT = Context(prec=15)

Record = Mapping[str, Any]
Row = dict[str, Any]


class UnsupportedVersion(Exception):
    """The remote is older than Odoo 14."""

    def __init__(self, version: int) -> None:
        self.message = _lt(
            "The remote database runs Odoo %(version)s; the oldest version that can be mirrored is Odoo %(oldest)s.",
            version=version,
            oldest=OLDEST,
        )
        super().__init__(self.message)


@dataclass(frozen=True)
class Column:
    """A column of a mirror and the remote field it comes from.

    :param remote: {first version: name of the field since that version}; "" if the version has no such field.
    :param reference: whether the field is a many2one; the column stores its id.
    :param decimal: whether the remote stores a decimal number, which its RPC may blur.
    :param label: for a reference, the column that stores its display name.
    :param listed: whether the column is part of the brief rows, by which changed rows are recognized.
    :param helper: whether the column is only used by ``derive``.
    """

    name: str
    remote: Mapping[int, str]
    reference: bool = False
    boolean: bool = False
    decimal: bool = False
    label: str = ""
    listed: bool = False
    helper: bool = False


@dataclass(frozen=True)
class Kind:
    """One of the seven kinds. ``derive`` computes columns without a remote field from a row and the version."""

    name: str
    model: Mapping[int, str]
    columns: tuple[Column, ...]
    derive: Callable[[Row, int], None] | None = None
    date_paths: Mapping[int, tuple[str, ...]] | None = None  # more fields that show a change, such as ``write_date``


def _text(name: str, remote: str | Mapping[int, str] = "", **options: Any) -> Column:
    return Column(name, remote if isinstance(remote, Mapping) else {OLDEST: remote or name}, **options)


_number = _date = _text


def _decimal(name: str, remote: str | Mapping[int, str] = "", **options: Any) -> Column:
    return _text(name, remote, decimal=True, **options)


def _flag(name: str, remote: str | Mapping[int, str] = "", **options: Any) -> Column:
    return _text(name, remote, boolean=True, **options)


def _reference(name: str, label: str = "", remote: str | Mapping[int, str] = "") -> Column:
    return _text(f"{name}_remote_id", remote or f"{name}_id", reference=True, label=label)


def _derive_product(row: Row, version: int) -> None:
    if version < 18:
        row["is_storable"] = row.get("type") == "product"


def _derive_move_line(row: Row, version: int) -> None:
    if version >= 17:
        row["qty_done"] = row["quantity"] if row["picked"] or row["state"] == "done" else 0
    else:
        reserved = row.pop("reserved")
        row["picked"] = bool(row["qty_done"]) or row["state"] == "done"
        row["quantity"] = row["qty_done"] if row["picked"] else reserved


_COMMON = (
    Column("remote_id", {OLDEST: "id"}, listed=True),
    _date("remote_write_date", "write_date", listed=True),
)
_COMPANY = _reference("company")

_TABLE = (
    Kind(
        "location",
        {OLDEST: "stock.location"},
        (
            *_COMMON,
            _text("name"),
            _text("complete_name", listed=True),
            _text("usage"),
            _text("barcode"),
            _flag("remote_active", "active", listed=True),
            _reference("location"),
            _COMPANY,
        ),
    ),
    Kind(
        "product",
        {OLDEST: "product.product"},
        (
            *_COMMON,
            _text("name", listed=True),
            _text("default_code", listed=True),
            _text("barcode"),
            _text("type"),
            _flag("is_storable", {18: "is_storable"}),
            _text("tracking"),
            _decimal("list_price", listed=True),
            _decimal("lst_price"),
            _decimal("standard_price"),
            _decimal("weight"),
            _decimal("volume"),
            _flag("remote_active", "active", listed=True),
            _reference("uom", "uom_name"),
            _reference("category", "category_name", "categ_id"),
            _reference("currency", "currency_name"),
            _COMPANY,
        ),
        derive=_derive_product,
        date_paths={OLDEST: ("product_tmpl_id.write_date",), 17: ()},
    ),
    Kind(
        "lot",
        {OLDEST: "stock.production.lot", 16: "stock.lot"},
        (*_COMMON, _text("name", listed=True), _text("ref"), _reference("product"), _COMPANY),
    ),
    Kind(
        "package",
        {OLDEST: "stock.quant.package", 19: "stock.package"},
        (
            *_COMMON,
            _text("name", listed=True),
            _reference("package_type", "package_type_name", {OLDEST: "packaging_id", 15: "package_type_id"}),
            _reference("location"),
            _reference("owner", "owner_name"),
            _COMPANY,
        ),
    ),
    Kind(
        "quant",
        {OLDEST: "stock.quant"},
        (
            *_COMMON,
            # Odoo merges quants by SQL without changing write_date, so their quantities are compared too.
            _number("quantity", listed=True),
            _number("reserved_quantity", listed=True),
            _date("in_date", listed=True),
            _reference("product"),
            _reference("location"),
            _reference("lot"),
            _reference("package"),
            _reference("owner", "owner_name"),
            _COMPANY,
        ),
    ),
    Kind(
        "picking",
        {OLDEST: "stock.picking"},
        (
            *_COMMON,
            _text("name"),
            _text("state", listed=True),
            _text("origin"),
            _text("priority", listed=True),
            _date("scheduled_date", listed=True),
            _date("date_deadline"),
            _date("date_done"),
            _date("remote_create_date", "create_date"),
            _text("picking_type_code"),
            _reference("location"),
            _reference("location_dest"),
            _reference("partner", "partner_name"),
            _reference("picking_type", "picking_type_name"),
            _reference("backorder"),
            _COMPANY,
        ),
    ),
    Kind(
        "move_line",
        {OLDEST: "stock.move.line"},
        (
            *_COMMON,
            _text("state", listed=True),
            _decimal("quantity", {17: "quantity"}, listed=True),
            _flag("picked", {17: "picked"}, listed=True),
            _decimal("qty_done", {OLDEST: "qty_done", 17: ""}, listed=True),
            _decimal("reserved", {OLDEST: "product_uom_qty", 16: "reserved_uom_qty", 17: ""}, listed=True, helper=True),
            _text("lot_name"),
            _text("reference"),
            _date("date"),
            _reference("picking"),
            _reference("product"),
            _reference("product_uom", "product_uom_name"),
            _reference("location"),
            _reference("location_dest"),
            _reference("lot"),
            _reference("package"),
            _reference("result_package"),
            _reference("owner", "owner_name"),
            _COMPANY,
        ),
        derive=_derive_move_line,
    ),
)


def _of_version(names: Mapping[int, Any], version: int, default: Any = "") -> Any:
    """Return the value for a version from a mapping by first version."""
    return names[max(first)] if (first := [number for number in names if number <= version]) else default


class RemoteKind:
    """A kind in one version of Odoo.

    ``model`` is the remote model, ``fields`` the remote fields of a full row, ``listed`` those of a brief one.
    """

    def __init__(self, kind: Kind, version: int) -> None:
        self.name = kind.name
        self.version = version
        self.model: str = _of_version(kind.model, version)
        self.date_paths: tuple[str, ...] = ("write_date", *_of_version(kind.date_paths or {}, version, ()))
        self._derive = kind.derive
        self._columns = [(column, name) for column in kind.columns if (name := _of_version(column.remote, version))]
        self.columns = tuple(
            name for column in kind.columns if not column.helper for name in (column.name, column.label) if name
        )
        self.fields = tuple(name for _column, name in self._columns)
        self.listed = tuple(name for column, name in self._columns if column.listed)
        # Columns of a brief row: the listed ones, and those derived from them.
        self.listed_columns = tuple(column.name for column in kind.columns if column.listed and not column.helper)

    @property
    def specification(self) -> dict[str, dict[str, Any]]:
        """Return the full row's specification for ``web_search_read`` (Odoo 17+), with names only for labels."""
        return {name: {"fields": {"display_name": {}}} if column.label else {} for column, name in self._columns}

    def field_of(self, column: str) -> str:
        """Return the remote field from which a column comes."""
        return next(name for known, name in self._columns if known.name == column)

    def rows(self, records: Iterable[Record]) -> list[Row]:
        """Return full rows by our columns, with references as ids and missing values as None.

        :raises LookupError, TypeError: if a record does not have the form that Odoo sends.
        """
        readers = [(column.name, column.label, name, _reader(column)) for column, name in self._columns]
        return self._build(records, readers)

    def brief_rows(self, records: Iterable[Record]) -> list[Row]:
        """Return brief rows: the listed columns, and those that can be derived from them."""
        readers = [(column.name, "", name, _reader(column)) for column, name in self._columns if column.listed]
        rows = self._build(records, readers)
        return [{name: row[name] for name in self.listed_columns} for row in rows]

    def _build(self, records: Iterable[Record], readers: list[tuple]) -> list[Row]:
        rows = []
        for record in records:
            row: Row = {}
            for column, label, name, read in readers:
                value = record[name]
                row[column] = read(value)
                if label:
                    row[label] = _label(value)
            if self._derive:
                self._derive(row, self.version)
            rows.append(row)
        return rows


def remote_kinds(version: int) -> dict[str, RemoteKind]:
    """Return {name: kind} of the seven kinds for a major version of Odoo, in their order.

    A version newer than this table is treated like the newest one known.

    :raises UnsupportedVersion: if the version is older than the oldest one known.
    """
    if version < OLDEST:
        raise UnsupportedVersion(version)
    return {kind.name: RemoteKind(kind, min(version, NEWEST)) for kind in _TABLE}


def _reader(column: Column) -> Callable[[Any], Any]:
    if column.reference:
        return _reference_id
    if column.boolean:
        return bool
    return _decimal_value if column.decimal else _value


def _value(value: Any) -> Any:
    return None if value is False else value  # Odoo's RPC returns false for an empty value


def _decimal_value(value: Any) -> Any:
    return _FLOAT.plus(value) if isinstance(value, Decimal) else _value(value)


def _reference_id(value: Any) -> int | None:
    """Read a many2one in any form: 5, [5, "Name"], {"id": 5, "display_name": "Name"}, false."""
    if isinstance(value, dict):
        return value["id"]
    if isinstance(value, list):
        return value[0]
    return value or None


def _label(value: Any) -> str | None:
    if isinstance(value, dict):
        return value["display_name"] or None
    return value[1] if isinstance(value, list) else None
