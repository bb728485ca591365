import jsonschema_rs
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .api_common import OPENAPI
from .proof_common import ProofCase

PROOF = "/api/proof"


class TestApiProof(ProofCase, HttpCase):
    """``GET /api/proof``: the days that the caller may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sync.code = "main-store"
        cls.user = new_test_user(cls.env, "proof-api", groups="base.group_user,external_order_sync.group_user")

    def ask(self, query="?date=2026-03-09", user=None):
        # sudo: a key without an end
        key = self.env["res.users.apikeys"].with_user(user or self.user).sudo()._generate("rpc", "test", None)
        return self.url_open(f"{PROOF}{query}", headers={"Authorization": f"Bearer {key}"})

    def test_a_day(self):
        row, _other = self.sell("A-1", 2)
        self.edit(row.pos_order_id)
        proof = self.check()
        response = self.ask()
        self.assertEqual(response.status_code, 200, response.text)
        [entry] = response.json()["proofs"]
        self.assertEqual((entry["sync"], entry["pos_config_id"]), ("main-store", self.pos_config.id))
        self.assertEqual((entry["state"], entry["source"], entry["message"]), ("red", "inbox", None))
        self.assertEqual(entry["gross"], {"shop": 184, "odoo": 172.5, "difference": -11.5})
        self.assertEqual(entry["orders"], {"shop": 2, "odoo": 2, "difference": 0})
        [difference] = entry["differences"]
        self.assertEqual((difference["order_id"], difference["reason"]), ("A-1", "edited"))
        self.assertEqual((difference["pos_order_id"], difference["accepted"]), (row.pos_order_id.id, False))
        self.assertEqual(difference["what_to_do"], proof.line_ids.remedy)
        document = self.url_open(OPENAPI, headers={"Authorization": response.request.headers["Authorization"]}).json()
        schema = document["paths"][PROOF]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema_rs.validate(schema, response.json(), validate_formats=True)

    def test_a_day_that_was_not_checked_has_no_entry(self):
        self.assertEqual(self.ask("?date=2026-01-31").json(), {"date": "2026-01-31", "proofs": []})

    def test_one_synchronization(self):
        self.check()
        self.assertEqual(len(self.ask("?date=2026-03-09&sync=main-store").json()["proofs"]), 1)
        self.assertFalse(self.ask("?date=2026-03-09&sync=another").json()["proofs"])

    def test_the_date_is_a_day(self):
        for query in ("", "?date=", "?date=yesterday", "?date=2026-02-30", "?date=2026-3-9"):
            with self.subTest(query=query):
                self.assertEqual(self.ask(query).status_code, 400)

    def test_the_rights_are_those_of_the_caller(self):
        self.check()
        cashier = new_test_user(self.env, "proof-api-cashier", groups="base.group_user,point_of_sale.group_pos_user")
        self.assertEqual(self.ask(user=cashier).status_code, 403)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "proof-api-stranger",
            groups="base.group_user,external_order_sync.group_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.ask(user=stranger).json()["proofs"])
        self.assertEqual(self.url_open(f"{PROOF}?date=2026-03-09").status_code, 401)
