"""The client with the stand-in for Odoo 14 to 18, and with servers that are not Odoo. Odoo 19 has a separate test."""

import json
from datetime import timedelta

import pytest
from wire_server import WireServer, answer, dripping, took_less_than

from dev.stand_ins.remote_odoo import sample
from dev.stand_ins.remote_odoo.old_tables import CLOCK_START
from dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, UID, OldOdoo
from lib.remote_odoo.client import Connection, Handshake, OdooClient, OdooClientError
from lib.remote_odoo.versions import KINDS

VERSIONS = range(14, 19)


@pytest.fixture(params=VERSIONS)
def odoo(request):
    with OldOdoo(request.param) as server:
        sample.fill(server)
        yield server


def connection(url, **changes) -> Connection:
    values = {"url": url, "database": DATABASE, "login": LOGIN, "secret": PASSWORD, "backoff": 0.01, **changes}
    return Connection(**values)


def client(odoo, **changes) -> OdooClient:
    return OdooClient(connection(odoo.url, **changes))


def failure(url, kind, **changes) -> str:
    with pytest.raises(OdooClientError) as caught, OdooClient(connection(url, **changes)) as remote:
        remote.connect()
    assert caught.value.kind == kind, str(caught.value)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def wire(body=b"", **options):
    return WireServer(answer(body, "Content-Type: application/json", **options))


def test_a_database_that_cannot_be_opened_is_named_without_the_remotes_internals():
    told = 'connection to server on socket "/srv/.s.PGSQL.5432" failed: FATAL: database "shop" does not exist'
    error = {"message": "Odoo Server Error", "data": {"name": "psycopg2.OperationalError", "message": told}}
    with wire(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()) as server:
        shown = failure(server.url, "remote", database="shop")
    assert shown.startswith("The remote Odoo refused the request. Check the database, ")
    assert shown.endswith(' Its answer: database "shop" does not exist')


# ---- all versions ----------------------------------------------------------------------------------------------------


def test_older_versions_are_spoken_to_by_json_rpc(odoo):
    with client(odoo) as remote:
        assert remote.connect() == Handshake("jsonrpc", odoo.version, UID)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_stock_is_the_same_rows_whatever_the_version(kind):
    found = []
    for version in VERSIONS:
        with OldOdoo(version) as server, client(server) as remote:
            sample.fill(server)
            found.append(remote.newest(kind, 100).rows)
    for rows in found:
        for row in rows:
            if row.get("is_storable"):
                row["type"] = "storable"  # "product" until 17; since 18 one of the consumables
        assert rows == found[0]
    assert found[0]


def test_a_picking_is_complete(odoo):
    with client(odoo) as remote:
        newest = remote.newest("picking", 10)
    assert newest.total == 1
    [row] = newest.rows
    expected = {
        "remote_id": 123, "remote_write_date": "2026-01-17 10:30:00", "name": "WH/OUT/00042", "state": "assigned",
        "origin": "SO042", "priority": "1", "scheduled_date": "2026-01-17 10:00:00", "date_done": None,
        "location_remote_id": 8, "location_dest_remote_id": 5, "partner_remote_id": 15, "partner_name": "Deco Addict",
        "picking_type_remote_id": 2, "picking_type_name": "My Company: Delivery Orders", "backorder_remote_id": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_quantities_are_exact_and_dates_to_the_second(odoo):
    with client(odoo) as remote:
        [quant] = remote.newest("quant", 10).rows
        lines = remote.rows("move_line", [456, 457])
    assert (str(quant["quantity"]), str(quant["in_date"])) == ("12.5", "2026-01-02 03:04:05")
    assert [(row["quantity"], row["picked"], row["qty_done"]) for row in lines] == [(3, False, 0), (2, True, 2)]


def test_archived_rows_are_rows(odoo):
    with client(odoo) as remote:
        assert {row["remote_id"]: row["remote_active"] for row in remote.newest("location", 10).rows} == {
            4: True, 8: True, 5: False,
        }  # fmt: skip
        assert remote.newest("product", 10).total == 2
        assert [row["remote_id"] for row in remote.brief_rows("product", None, 0, 10)] == [789, 790]


def test_the_newest_rows_come_first_and_all_are_counted(odoo):
    for id in range(1000, 1030):
        written = CLOCK_START + timedelta(hours=1, microseconds=5 * (id - 1000))
        odoo.tables.put("stock.quant", id, product_id=789, location_id=8, quantity=1.0, write_date=written)
    with client(odoo) as remote:
        newest = remote.newest("quant", 3)
    assert [row["remote_id"] for row in newest.rows] == [1029, 1028, 1027]
    assert newest.total == 31


def test_brief_rows_are_paged_by_id_within_the_window(odoo):
    for id in range(1000, 1010):
        written = CLOCK_START + timedelta(seconds=id % 2, microseconds=900_000)
        odoo.tables.put("stock.quant", id, product_id=789, location_id=8, quantity=1.0, write_date=written)
    since = CLOCK_START + timedelta(seconds=1)
    pages, after = [], 0
    with client(odoo) as remote:
        while page := remote.brief_rows("quant", since, after, 2):
            after = page[-1]["remote_id"]
            pages.append([row["remote_id"] for row in page])
    assert pages == [[1001, 1003], [1005, 1007], [1009]]


def test_the_quants_of_some_products_are_listed(odoo):
    for id, product in ((1001, 789), (1002, 790), (1003, 789)):
        odoo.tables.put("stock.quant", id, product_id=product, location_id=8, quantity=1.0)
    with client(odoo) as remote:
        rows = remote.brief_rows("quant", None, 0, 10, [790])
        assert [row["remote_id"] for row in rows] == [1002]


def test_a_changed_template_changes_its_products(odoo):
    since = CLOCK_START + timedelta(hours=1)
    odoo.tables.put("product.template", 700, write_date=since)
    if odoo.version >= 17:  # there Odoo itself passes the date on
        odoo.tables.put("product.product", 789, write_date=since)
    with client(odoo) as remote:
        assert [row["remote_id"] for row in remote.brief_rows("product", since, 0, 10)] == [789]


def test_rows_that_vanished_are_left_out(odoo):
    with client(odoo) as remote:
        assert [row["remote_id"] for row in remote.rows("quant", [899, 900, 901])] == [900]


def test_a_known_handshake_saves_its_requests(odoo):
    with client(odoo) as remote:
        handshake = remote.connect()
    with OdooClient(connection(odoo.url), handshake) as remote:
        remote.newest("picking", 1)
        assert remote.requests == 1


# ---- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_a_login_error(odoo):
    odoo.password = "another"
    message = failure(odoo.url, "login")
    assert LOGIN in message
    assert DATABASE in message


def test_a_password_that_was_changed_meanwhile_is_a_login_error(odoo):
    with client(odoo) as remote:
        remote.connect()
        odoo.password = "another"
        with pytest.raises(OdooClientError) as caught:
            remote.newest("picking", 1)
    assert caught.value.kind == "login"


def test_an_unknown_database_is_named(odoo):
    assert 'database "nowhere" does not exist' in failure(odoo.url, "remote", database="nowhere")


def test_an_error_of_the_remote_is_told(odoo):
    remote = OdooClient(connection(odoo.url), Handshake("jsonrpc", 19, UID))
    with remote, pytest.raises(OdooClientError, match=r"Object stock\.package doesn't exist") as caught:
        remote.newest("package", 1)
    assert caught.value.kind == "remote"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_failure_is_tried_again(odoo, status):
    odoo.failures = [status, status]
    with client(odoo) as remote:
        assert remote.newest("picking", 1).total == 1


def test_a_failure_that_stays_is_told(odoo):
    odoo.failures = [503] * 10
    assert "503" in failure(odoo.url, "remote")


def test_nobody_there():
    with OldOdoo(16) as server:
        url = server.url
    assert "cannot be reached" in failure(url, "unreachable", retries=1)


@pytest.mark.parametrize("body", [b"<html>", b"{", b'{"jsonrpc": "2.0", "result": NaN}'])
def test_an_answer_that_is_no_json(body):
    with wire(body) as server:
        failure(server.url, "content")


@pytest.mark.parametrize("body", [b"[]", b'{"result": {}}', b'{"result": {"server_version_info": ["x"]}}', b"{}"])
def test_json_that_is_no_odoos(body):
    with wire(body) as server, pytest.raises(OdooClientError):
        OdooClient(connection(server.url)).connect()


@pytest.mark.parametrize(
    "result", [b"5", b"{}", b'{"records": [{"id": 1}], "length": 1}', b'{"records": 5, "length": 1}']
)
def test_rows_that_are_no_odoos(result):
    with wire(b'{"result": ' + result + b"}") as server:
        remote = OdooClient(connection(server.url), Handshake("jsonrpc", 16, UID))
        with pytest.raises(OdooClientError) as caught:
            remote.newest("lot", 1)
    assert caught.value.kind == "content"


def test_a_version_that_is_too_old():
    with wire(b'{"result": {"server_version_info": [13, 0, 0, "final", 0, ""]}}') as server:
        assert "Odoo 13" in failure(server.url, "version")


def test_a_redirect_is_not_followed_with_the_password():
    with WireServer(answer(b"", "Location: https://elsewhere.example.com/", status="301 Moved")) as server:
        assert "https://elsewhere.example.com/" in failure(server.url, "settings")
        assert len(server.heads) == 1


def test_an_answer_that_trickles_ends_in_time():
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b" "] * 900]
    with WireServer(dripping(pieces, 0.05)) as server, took_less_than(5):
        assert "in time" in failure(server.url, "unreachable", request_timeout=0.5, retries=0)


def test_an_answer_that_is_too_large():
    with wire(b" " * 5000) as server:
        assert "too large" in failure(server.url, "content", max_bytes=4000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "odoo.example.com"), ("url", "ftp://odoo.example.com"), ("url", "https://"),
        ("url", "https://user:pass@odoo.example.com"), ("url", "https://odoo.example.com:x"), ("url", ""),
        ("database", ""), ("login", " "), ("secret", ""), ("secret", "a\nb"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work(name, value):
    assert failure(**{"url": "https://odoo.example.com", "kind": "settings", name: value}).endswith((".", ".com"))


def test_the_secret_is_not_in_a_representation():
    assert PASSWORD not in repr(connection("https://odoo.example.com"))
