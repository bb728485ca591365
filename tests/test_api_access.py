from unittest.mock import patch

import psycopg2
from odoo.exceptions import UserError
from odoo.http import root
from odoo.tools import mute_logger

from .api_common import OPENAPI, PICKINGS, STATUS, TRIGGER, ApiCase

READS = (PICKINGS, f"{PICKINGS}/1", STATUS, OPENAPI, "/api/odoo/unknown", "/api/delivery/unknown")


class TestApiAccess(ApiCase):
    def assertUnauthorized(self, response):
        self.assertProblem(response, 401)
        self.assertEqual(response.headers["WWW-Authenticate"], "Bearer")

    def test_without_a_key(self):
        for path in READS:
            self.assertUnauthorized(self.call(path, key=False))
        self.assertUnauthorized(self.call(TRIGGER, key=False, method="POST"))

    def test_with_a_wrong_key(self):
        self.assertUnauthorized(self.call(PICKINGS, key="0" * 40))
        self.assertUnauthorized(self.call(PICKINGS, key=self.key[:-1]))
        self.assertUnauthorized(self.call(PICKINGS, key=False, Authorization=f"Basic {self.key}"))

    def test_key_of_an_archived_user(self):
        self.clerk.active = False
        self.assertUnauthorized(self.call(PICKINGS))

    def test_session_is_no_key(self):
        self.authenticate("admin", "admin")
        for path in READS:
            self.assertUnauthorized(self.call(path, key=False))
        # what a browser sends with a page that the user opened; Odoo's own bearer routes accept it
        navigation = {
            "Sec-Fetch-Dest": "document",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "none",
            "Sec-Fetch-User": "?1",
        }
        self.assertUnauthorized(self.call(PICKINGS, key=False, **navigation))
        self.assertUnauthorized(self.call(TRIGGER, key=False, method="POST", **navigation))

    def test_key_counts_beside_a_session(self):
        mine = self.create_picking()
        self.authenticate("admin", "admin")
        self.assertEqual(self.get_ids(), mine.ids)

    def test_no_session_is_written(self):
        self.authenticate("admin", "admin")
        with patch.object(type(root.session_store), "save") as save:
            responses = [self.call(path) for path in READS]
            responses += [self.call(path, key=False) for path in READS]
            responses.append(self.call(TRIGGER, method="POST"))
        save.assert_not_called()
        for response in responses:
            self.assertNotIn("Set-Cookie", response.headers)

    @mute_logger("odoo.http")
    def test_user_without_stock(self):
        key = self.create_key(self.create_user("api_nobody", None))
        for path in (PICKINGS, f"{PICKINGS}/{self.create_picking().id}", STATUS):
            self.assertProblem(self.call(path, key=key), 403)
        self.assertEqual(self.call(OPENAPI, key=key).status_code, 200)

    @mute_logger("odoo.http")
    def test_field_of_another_group(self):
        self.create_picking()
        field = self.env["stock.picking"]._fields["origin"]
        with patch.object(field, "groups", "base.group_system"):
            self.assertProblem(self.call(PICKINGS), 403)

    @mute_logger("odoo.http")
    def test_failure_tells_nothing(self):
        failures = {
            500: ValueError('relation "stock_picking" in /srv/odoo/addons/stock.py'),
            503: psycopg2.OperationalError('could not connect: table "stock_picking"'),
        }
        for status, failure in failures.items():
            with patch.object(self.registry["warehouse.api"], "_read_pickings", side_effect=failure):
                self.assertProblem(self.call(PICKINGS), status)

    @mute_logger("odoo.http")
    def test_user_error_tells_its_text(self):
        error = UserError("Close the day first.")
        with patch.object(self.registry["warehouse.api"], "_read_pickings", side_effect=error):
            self.assertEqual(self.assertProblem(self.call(PICKINGS), 422)["detail"], "Close the day first.")

    def test_database_header(self):
        mine = self.create_picking()
        self.assertEqual(self.get_ids(X_Odoo_Database=self.env.cr.dbname), mine.ids)
