"""The source that the environment describes."""

import pytest

from lib.remote_odoo.environment import read_environment

COMPLETE = {
    "ODOO_URL": "https://your-odoo-instance.com",
    "ODOO_DB": "your_database",
    "ODOO_USER": "your_username",
    "ODOO_PASSWORD": "your_api_key_or_password",
}


def test_without_a_url_there_is_no_source():
    assert read_environment({**COMPLETE, "ODOO_URL": ""}) is None
    assert read_environment({}) is None


def test_all_of_the_specs_example():
    source = read_environment({**COMPLETE, "ODOO_SYNC_INTERVAL": "15  # Minutes between auto-sync"})
    assert (source.url, source.database, source.login, source.secret) == tuple(COMPLETE.values())
    assert (source.interval, source.missing) == (15, ())
    assert COMPLETE["ODOO_PASSWORD"] not in repr(source)


@pytest.mark.parametrize(
    ("text", "minutes"), [("5", 5), (" 30 ", 30), ("", 15), ("0", 15), ("-3", 15), ("soon", 15), ("1e3", 15), ("²", 15)]
)
def test_the_interval(text, minutes):
    assert read_environment({**COMPLETE, "ODOO_SYNC_INTERVAL": text}).interval == minutes


def test_what_is_missing_is_named():
    source = read_environment({"ODOO_URL": "https://x", "ODOO_USER": " "})
    assert source.missing == ("ODOO_DB", "ODOO_USER", "ODOO_PASSWORD")
