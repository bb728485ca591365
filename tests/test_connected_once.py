from contextlib import closing
from threading import Thread

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.sql_db import db_connect
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from .common import ExternalOrderCase


class TestConnectedOnce(ExternalOrderCase):
    """One address is connected once per Point of Sale: otherwise every sale would be booked twice."""

    def other_spelling(self):
        return self.sync.external_api_url.replace("http://", "HTTP://") + "/#orders"

    def test_a_second_one_with_the_same_address_is_refused_and_the_first_one_named(self):
        with self.assertRaisesRegex(ValidationError, "Main Store Orders already fetches orders from this address"):
            self.create_sync(name="Again", external_api_url=self.other_spelling())

    def test_it_is_refused_however_the_address_is_written(self):
        self.sync.external_api_url = "https://shop.example.com/orders?b=2&a=1"
        for address in (
            "https://SHOP.example.com/orders?b=2&a=1",
            "https://shop.example.com:443/orders?b=2&a=1",
            " https://shop.example.com/orders?b=2&a=1#top",
            "https://shop.example.com/orders/?b=2&a=1",
            "https://shop.example.com./orders?b=2&a=1",
        ):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.create_sync(name="Again", external_api_url=address)
                self.env.flush_all()

    def test_it_is_refused_by_whatever_name_this_machine_has(self):
        self.sync.external_api_url = "http://localhost:8080/orders"
        for host in ("127.0.0.1", "[::1]", "LOCALHOST."):
            with self.subTest(host=host), self.assertRaises(ValidationError):
                self.create_sync(name="Again", external_api_url=f"http://{host}:8080/orders")
                self.env.flush_all()

    def test_it_is_refused_however_it_comes_about(self):
        other = self.create_sync(name="Other")
        with self.assertRaises(ValidationError):
            other.external_api_url = self.other_spelling()
        archived = self.create_sync(name="Archived", external_api_url=self.other_spelling(), active=False)
        with self.assertRaises(ValidationError):
            archived.active = True
        elsewhere = self.create_sync(
            name="Elsewhere",
            external_api_url=self.other_spelling(),
            pos_config_id=self.create_pos_config("Elsewhere", self.card).id,
        )
        with self.assertRaises(ValidationError):
            elsewhere.pos_config_id = self.pos_config
        data = ["name", "external_api_url", "pos_config_id/.id"]
        result = self.env["external.order.sync"].load(
            data, [["Imported", self.other_spelling(), str(self.pos_config.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("Main Store Orders", result["messages"][0]["message"])

    def test_where_the_first_one_is_archived_it_may_take_its_place(self):
        self.sync.active = False
        other = self.create_sync(name="Successor", external_api_url=self.other_spelling())
        with self.assertRaises(ValidationError):
            self.sync.active = True
        other.active = False
        self.sync.active = True

    def test_a_copy_is_archived_and_has_no_key(self):
        copy = self.sync.copy()
        self.assertEqual((copy.active, copy.external_api_key), (False, False))
        self.assertEqual(copy.name, "Main Store Orders (copy)")
        with self.assertRaises(ValidationError):
            copy.active = True

    def test_one_address_for_two_points_of_sale_is_allowed_with_a_warning(self):
        other_config = self.create_pos_config("Branch", self.card)
        other = self.create_sync(
            name="Branch", external_api_url=self.sync.external_api_url, pos_config_id=other_config.id
        )
        warning = other._onchange_connected_twice()["warning"]
        self.assertIn("Main Store Orders", warning["message"])
        self.assertIn("Continue only if", warning["message"])
        self.assertFalse(self.create_sync(name="Further")._onchange_connected_twice())
        with Form(other) as form:
            form.name = "Renamed"

    def test_the_warning_waits_for_the_point_of_sale(self):
        entered = self.env["external.order.sync"].new({"external_api_url": self.sync.external_api_url})
        entered.pos_config_id = False
        self.assertFalse(entered._onchange_connected_twice())
        entered.pos_config_id = self.pos_config
        message = entered._onchange_connected_twice()["warning"]["message"]
        self.assertIn("Change the address or the Point of Sale", message)
        self.assertNotIn("Continue only if", message)


@tagged("post_install", "-at_install")
class TestConnectedAtOnce(TransactionCase):
    """If two users connect one address at the same moment, one of them is refused."""

    def setUp(self):
        super().setUp()
        # Another transaction sees only what is committed, so it must be a Point of Sale of the demo data.
        self.pos_config = self.env["pos.config"].search([], limit=1)
        self.assertTrue(self.pos_config)
        self.addCleanup(self.clean_up)

    def cursor(self):
        return closing(db_connect(self.env.cr.dbname).cursor())

    def clean_up(self):
        with self.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["external.order.sync"].search(
                [("name", "=like", "At Once %")]
            ).unlink()
            cr.commit()  # pylint: disable=invalid-commit

    def connect(self, cr, name):
        values = {
            "name": f"At Once {name}",
            "external_api_url": "https://at-once.example/orders",
            "pos_config_id": self.pos_config.id,
        }
        return api.Environment(cr, SUPERUSER_ID, {})["external.order.sync"].create(values)

    @mute_logger("odoo.sql_db")
    def test_the_second_one_waits_is_repeated_and_sees_the_first(self):
        raised = []

        def connect_second(cr):
            try:
                self.connect(cr, "Second")
                cr.commit()  # pylint: disable=invalid-commit
            except Exception as error:
                raised.append(error)

        with self.cursor() as first, self.cursor() as second:
            second.execute("SELECT 1")  # its snapshot is older than the first connection
            self.connect(first, "First")
            thread = Thread(target=connect_second, args=(second,))
            thread.start()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "the second connection did not wait for the first")
            first.commit()  # pylint: disable=invalid-commit
            thread.join(30)
            [error] = raised
            self.assertIsInstance(error, SerializationFailure)  # which Odoo answers by repeating the request
            second.rollback()  # pylint: disable=invalid-commit
            with self.assertRaisesRegex(ValidationError, "At Once First already fetches orders"):
                self.connect(second, "Second")
            second.rollback()  # pylint: disable=invalid-commit
