from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .secret_cases import SECRET, Courier, RemoteOdoo
from .test_secrets import SecretsCase


@tagged("post_install", "-at_install")
class TestSecretAddresses(SecretsCase):
    """An address must not hold a secret, and a secret in one that an older release stored is not shown."""

    def store_url(self, url):
        """Store an address as an older release would have stored it."""
        self.env.flush_all()
        query = "UPDATE external_order_sync SET external_api_url = %s WHERE id = %s"
        self.env.cr.execute(SQL(query, url, self.sync.id))
        self.env.invalidate_all()

    def test_an_address_with_a_password_or_key_in_it_is_refused_and_the_right_place_is_named(self):
        sync = self.sync.with_user(self.manager)
        for url in ("https://user:word@shop.example/orders", "https://user@shop.example/orders"):
            with self.assertRaisesRegex(ValidationError, "in the field External API Key"):
                sync.external_api_url = url
        with self.assertRaisesRegex(ValidationError, "api_key.*in the field Secret Parameters"):
            sync.external_api_url = "https://shop.example/orders?branch=7&api_key=abc"
        for behind in ("#api_key=abc", ";api_key=abc", "?branch=7;api_key=abc"):
            with self.assertRaisesRegex(ValidationError, "api_key.*in the field Secret Parameters"):
                sync.external_api_url = f"https://shop.example/orders{behind}"
        source = RemoteOdoo(self, self.server).record
        for url in ("https://user:word@odoo.example", "https://odoo.example?token=abc", "https://odoo.example#abc",
                    "https://odoo.example/;token=abc"):  # fmt: skip
            with self.assertRaisesRegex(ValidationError, "API Key or Password"):
                source.url = url
        with self.assertRaisesRegex(ValidationError, "in the fields User and Password"):
            Courier(self, self.server).record.opal_test_url = "https://user:word@courier.example"

    def test_an_address_that_programs_read_differently_is_refused_by_the_name_of_its_field(self):
        source, carrier = RemoteOdoo(self, self.server).record, Courier(self, self.server).record
        places = (
            (self.sync, "external_api_url", "External API URL of Main Store Orders"),
            (source, "url", "URL of Secret Warehouse"),
            (carrier, "opal_url", "Production Address of Secret Courier"),
            (carrier, "opal_test_url", "Test Address of Secret Courier"),
        )
        for record, name, words in places:
            for url in (
                "https://shop.example\\@evil.example/", "https://shop.example/\torders", "https://shop.example/a b",
                "https://shop\n.example", "https://shop.example:port/", "https://[shop.example", "https:///orders",
                "shop",
                "ftp://shop.example", "https://shop.example/\xa0orders",
            ):  # fmt: skip
                with self.subTest(field=name, url=url), self.assertRaisesRegex(ValidationError, words):
                    record[name] = url
            record[name] = " https://shop.example/orders "

    def test_one_that_a_former_release_has_stored_does_not_stand_in_the_way(self):
        url = f"http://127.0.0.1:{self.server.port}/orders?api_key=abcdef1&branch=7"
        self.store_url(url)
        self.sync.with_user(self.manager).write({"name": "Renamed", "sync_interval": 5})
        self.sync.external_api_key = SECRET
        self.assertEqual(self.sync.sync_orders().status, "no_orders")
        self.assertIn("api_key=abcdef1&branch=7", self.server.received[0])

    def test_the_chatter_shows_no_value_of_an_addresss_query(self):
        self.store_url("https://user:abcdef1@shop.example/orders?api_key=abcdef2")
        self.sync.external_api_url = "https://shop.example/orders?branch=abcdef3"
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = self.sync.message_ids.sudo().tracking_value_ids
        self.assertRecordValues(
            values.filtered(lambda value: value.field_id.name == "external_api_url"),
            [
                {
                    "old_value_char": "https://***@shop.example/orders?api_key=***",
                    "new_value_char": "https://shop.example/orders?branch=***",
                }
            ],
        )

    def test_an_error_that_quotes_any_secret_is_shown_and_logged_without_it(self):
        url = "https://user:abcdef1@shop.example/orders?api_key=abcdef2"
        self.sync.write({"external_api_key": "abc/ef3", "secret_parameters": "token=abcdef4"})
        self.store_url(url)
        secrets = ("abcdef1", "abcdef2", "abc/ef3", "abc%2Fef3", "abcdef4")

        def fetch(_original, _sync):
            raise ValueError(" ".join(secrets))

        with (
            self.overridden("_fetch_orders_from_external", fetch),
            self.assertLogs("odoo.addons.external_order_sync", "INFO") as logs,
        ):
            run = self.sync.sync_orders()
        for secret in secrets:
            self.assertNotIn(secret, run.message)
            self.assertNotIn(secret, "\n".join(logs.output).partition("raise ValueError")[2])
