"""The table of names: how the records of each version are converted."""

from decimal import Decimal

import pytest

from lib.remote_odoo.versions import KINDS, NEWEST, OLDEST, UnsupportedVersion, remote_kinds


@pytest.mark.parametrize("version", range(OLDEST, NEWEST + 1))
def test_every_version_has_the_seven_kinds_in_the_order_of_the_spec(version):
    assert tuple(remote_kinds(version)) == KINDS


@pytest.mark.parametrize("version", range(OLDEST, NEWEST + 1))
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_the_same_columns_in_every_version(version, kind):
    assert remote_kinds(version)[kind].columns == remote_kinds(NEWEST)[kind].columns


@pytest.mark.parametrize(
    ("version", "kind", "model"),
    [
        (14, "lot", "stock.production.lot"), (15, "lot", "stock.production.lot"), (16, "lot", "stock.lot"),
        (14, "package", "stock.quant.package"), (18, "package", "stock.quant.package"),
        (19, "package", "stock.package"),
        (14, "quant", "stock.quant"), (19, "move_line", "stock.move.line"),
    ],
)  # fmt: skip
def test_models_are_called_as_the_version_calls_them(version, kind, model):
    assert remote_kinds(version)[kind].model == model


@pytest.mark.parametrize(
    ("version", "there", "not_there"),
    [
        (14, {"qty_done", "product_uom_qty"}, {"quantity", "picked", "reserved_uom_qty"}),
        (15, {"qty_done", "product_uom_qty"}, {"quantity", "picked", "reserved_uom_qty"}),
        (16, {"qty_done", "reserved_uom_qty"}, {"quantity", "picked", "product_uom_qty"}),
        (17, {"quantity", "picked"}, {"qty_done", "product_uom_qty", "reserved_uom_qty"}),
        (19, {"quantity", "picked"}, {"qty_done", "product_uom_qty", "reserved_uom_qty"}),
    ],
)
def test_only_quantities_that_the_version_has_are_asked_for(version, there, not_there):
    fields = set(remote_kinds(version)["move_line"].fields)
    assert there <= fields
    assert not not_there & fields


def line(version, **quantities):
    kind = remote_kinds(version)["move_line"]
    record = {**dict.fromkeys(kind.fields, False), "id": 1, "state": "assigned", **quantities}
    [row] = kind.rows([record])
    return row["quantity"], row["picked"], row["qty_done"]


@pytest.mark.parametrize("version", range(OLDEST, NEWEST + 1))
def test_a_decimal_number_is_read_as_the_remote_stores_it(version):
    kind = remote_kinds(version)["product"]
    record = {**dict.fromkeys(kind.fields, False), "id": 1}
    for sent, read in {
        "15.540000000000001": "15.54",
        "52.660000000000004": "52.66",
        "0.1": "0.1",
        "2E+1": "20",
    }.items():
        [row] = kind.rows([{**record, "list_price": Decimal(sent)}])
        [brief] = kind.brief_rows([{**record, "list_price": Decimal(sent)}])
        assert row["list_price"] == brief["list_price"] == Decimal(read)
    [row] = kind.rows([{**record, "list_price": 15}])
    assert (row["list_price"], row["weight"]) == (15, None)


def test_a_quant_is_read_as_exactly_as_the_remote_stores_it():
    kind = remote_kinds(14)["quant"]
    [row] = kind.rows([{**dict.fromkeys(kind.fields, False), "id": 1, "quantity": Decimal("0.30000000000000004")}])
    assert row["quantity"] == Decimal("0.30000000000000004")


@pytest.mark.parametrize("version", [14, 15, 16])
def test_done_and_reserved_become_one_quantity(version):
    reserved = "reserved_uom_qty" if version == 16 else "product_uom_qty"
    assert line(version, qty_done=0, **{reserved: 3}) == (3, False, 0)
    assert line(version, qty_done=2, **{reserved: 3}) == (2, True, 2)
    assert line(version, qty_done=2, state="done", **{reserved: 0}) == (2, True, 2)


@pytest.mark.parametrize("version", [17, 18, 19])
def test_a_quantity_is_done_once_it_is_picked(version):
    assert line(version, quantity=3, picked=False) == (3, False, 0)
    assert line(version, quantity=3, picked=True) == (3, True, 3)
    assert line(version, quantity=3, picked=False, state="done") == (3, False, 3)


@pytest.mark.parametrize("value", [[15, "Deco"], {"id": 15, "display_name": "Deco"}])
def test_a_reference_is_read_in_any_of_its_forms(value):
    kind = remote_kinds(19)["picking"]
    record = {**dict.fromkeys(kind.fields, False), "id": 1, "partner_id": value, "location_id": 8}
    [row] = kind.rows([record])
    assert (row["partner_remote_id"], row["partner_name"], row["location_remote_id"]) == (15, "Deco", 8)
    assert row["backorder_remote_id"] is None
    assert row["origin"] is None


def test_numbers_that_are_nothing_stay_numbers():
    kind = remote_kinds(19)["quant"]
    [row] = kind.rows([{**dict.fromkeys(kind.fields, False), "id": 1, "quantity": 0, "reserved_quantity": 0}])
    assert row["quantity"] == 0
    assert row["quantity"] is not None


def test_a_brief_row_has_what_tells_a_change():
    kind = remote_kinds(16)["move_line"]
    record = dict.fromkeys(kind.listed, False) | {
        "id": 4, "qty_done": 2, "reserved_uom_qty": 3, "state": "assigned",
    }  # fmt: skip
    assert kind.brief_rows([record]) == [
        {"remote_id": 4, "remote_write_date": None, "state": "assigned", "quantity": 2, "picked": True, "qty_done": 2}
    ]


def test_a_field_that_is_missing_is_no_silent_nothing():
    with pytest.raises(KeyError):
        remote_kinds(19)["lot"].rows([{"id": 1}])


def test_older_versions_are_refused_and_newer_ones_tried():
    with pytest.raises(UnsupportedVersion, match="Odoo 13"):
        remote_kinds(13)
    assert remote_kinds(20)["package"].model == "stock.package"
