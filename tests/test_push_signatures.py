import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import SQL
from standardwebhooks import Webhook

from ..lib.webhook_signature import new_secret
from .push_common import BULK, ORDERS, PushCase

SHOPIFY = "X-Shopify-Hmac-Sha256"


class SignedCase(PushCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "push_admin", "base.group_system,external_order_sync.group_manager", company_id=cls.company.id
        )
        cls.sync.push_signature = "standard_webhooks"
        cls.secret = new_secret(True)
        cls.set_secret(cls.secret)

    @classmethod
    def set_secret(cls, secret, hours=24):
        new = cls.env["external.order.push.secret.new"].with_user(cls.admin)
        new.create({"sync_id": cls.sync.id, "secret": secret, "keep_hours": hours}).action_use()

    def send_signed(self, body, secret=None, offset=0, message_id="msg_1", path=f"{ORDERS}?sync=main-store", **headers):
        """Send as the official library of Standard Webhooks does; ``offset``: seconds of its clock, or its time."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        now = offset if isinstance(offset, datetime) else datetime.fromtimestamp(int(time.time()) + offset, UTC)
        signature = Webhook(secret or self.secret).sign(message_id, now, body.decode())
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
            **headers,
        }
        return self.send(body, path, key=False, **headers)

    def use_plain(self, form="hmac_base64", secret="the secret of the shop"):
        self.sync.write({"push_signature": form, "push_signature_header": SHOPIFY})
        self.set_secret(secret)
        return secret.encode()

    def send_plain(self, body, key, is_hex=False, **headers):
        body = json.dumps(body).encode()
        digest = hmac.new(key, body, hashlib.sha256)
        value = digest.hexdigest() if is_hex else base64.b64encode(digest.digest()).decode()
        return self.send(body, key=False, **{SHOPIFY: value, **headers})


class TestPushSignatures(SignedCase):
    """A sender without an Odoo key signs its requests with the secret of one synchronization."""

    def test_a_signed_request_is_taken_in(self):
        response = self.send_signed([self.order(1)])
        self.assertEqual(response.status_code, 202, response.text)
        self.assertEqual(response.json()["results"][0]["state"], "pending")
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "done")
        self.assertEqual(self.send_signed([self.order(2)], path=ORDERS).status_code, 202)  # the only one that is signed

    def test_who_signs_may_wait_for_the_result(self):
        response = self.send_signed([self.order(1)], Prefer="wait=10")
        self.assertEqual((response.status_code, response.json()["results"][0]["state"]), (200, "done"), response.text)
        order = self.pos_orders()
        self.assertEqual(order.session_id.user_id, self.env.ref("base.user_admin"))

    def test_a_wrong_signature_is_refused_before_anything_is_parsed(self):
        for body in (b"{broken", json.dumps([self.order(1)]).encode(), b""):
            self.assertProblem(self.send_signed(body, new_secret(True)), 401)
        self.assertFalse(self.env["external.order"].search_count([("sync_id", "=", self.sync.id)]))
        self.assertProblem(self.send_signed(b"{broken"), 400)

    def test_without_a_right_signature_all_synchronizations_look_the_same(self):
        self.create_sync(code="hex", push_signature="hmac_hex", push_signature_header="X-Signature")
        self.create_sync(code="without-secret", push_signature="standard_webhooks")
        self.create_sync(code="keys-only")
        codes = ("main-store", "hex", "without-secret", "keys-only", "unknown")
        headers = (
            {},
            {"X-Signature": "0" * 64},
            {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,x"},
        )
        answers, work = set(), set()
        self.send(b"[]", key=False)  # fills caches
        for code in codes:
            for sent in headers:
                before = self.env.cr.sql_log_count
                with patch("hmac.digest", wraps=hmac.digest) as digest:
                    response = self.send(b"[]", f"{ORDERS}?sync={code}", key=False, **sent)
                # What takes time: statements, and signatures of a body that may be large.
                work.add((self.env.cr.sql_log_count - before, digest.call_count))
                answers.add((self.assertProblem(response, 401)["detail"], str(sorted(response.headers))))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(len(work), 1, work)

    def test_a_clock_that_is_six_minutes_off_is_refused(self):
        for offset in (-360, 360):
            problem = self.assertProblem(self.send_signed([self.order(1)], offset=offset), 401)
            self.assertIn("clock", problem["detail"])
        self.assertEqual(self.send_signed([self.order(1)], offset=-240).status_code, 202)

    def test_a_replay_is_refused_and_an_attempt_with_its_own_time_is_not(self):
        first = datetime.fromtimestamp(int(time.time()), UTC)
        self.assertEqual(self.send_signed([self.order(1)], offset=first).status_code, 202)
        self.assertProblem(self.send_signed([self.order(1)], offset=first), 409, "replayed")
        again = self.send_signed([self.order(1)], offset=first + timedelta(seconds=1))
        self.assertEqual((again.status_code, again.json()["results"][0]["duplicate"]), (202, True))

    def test_a_request_that_was_not_taken_in_may_be_sent_again(self):
        now = datetime.fromtimestamp(int(time.time()), UTC)
        for _attempt in range(2):
            self.assertProblem(self.send_signed(b"[1]", offset=now), 422)

    def test_the_former_secret_is_valid_for_a_while(self):
        newest = new_secret(True)
        self.set_secret(newest)
        for number, secret in enumerate((self.secret, newest)):
            self.assertEqual(self.send_signed([self.order(number)], secret).status_code, 202)
        former = self.env["external.order.push.secret"].search([("valid_until", "!=", False)]).ensure_one()
        self.assertEqual(self.sync.push_former_until, former.valid_until)
        former.valid_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.send_signed([self.order(3)], self.secret, message_id="m3"), 401)
        self.set_secret(new_secret(True), hours=0)
        self.assertProblem(self.send_signed([self.order(4)], newest, message_id="m4"), 401)

    def test_plain_signatures_of_shops(self):
        for form in ("hmac_base64", "hmac_hex"):
            with self.subTest(form=form):
                key = self.use_plain(form, f"the secret of the shop {form}")
                order = self.order(form)
                self.assertEqual(self.send_plain([order], key, form == "hmac_hex").status_code, 202)
                self.assertProblem(self.send_plain([order], b"another secret of a shop", form == "hmac_hex"), 401)
                self.assertProblem(self.send_plain([order], key, form != "hmac_hex"), 401)
                self.assertProblem(self.send([order], key=False), 401)
                # A shop sends the very same again if it did not hear our answer.
                again = self.send_plain([order], key, form == "hmac_hex")
                self.assertEqual((again.status_code, again.json()["results"][0]["duplicate"]), (202, True))

    def test_the_test_request_of_woocommerce_is_answered_and_opens_nothing(self):
        self.use_plain()
        # Sent when a webhook is saved, without a signature; any answer but 200 is shown as an error.
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        for code in ("main-store", "unknown"):
            response = self.send(b"webhook_id=12", f"{ORDERS}?sync={code}", key=False, **form)
            self.assertEqual((response.status_code, response.json()), (200, {"accepted": 0, "results": []}))
        for body in (b"webhook_id=12&x=1", b"webhook_id=", b"webhook_id=1\n", b"x" * 100):
            self.assertProblem(self.send(body, key=False, **form), 415)
        self.assertFalse(self.env["external.order.push"].search_count([]))

    def test_an_old_request_sets_nothing_back(self):
        key = self.use_plain()
        first, second = [self.order(1)], [self.order(1, OrderStatus=104)]
        for body in (first, second, second):
            self.assertEqual(self.send_plain(body, key).status_code, 202)
        self.assertProblem(self.send_plain(first, key), 409, "replayed")
        self.assertEqual(self.inbox(1).order_status, "104")

    def test_an_old_request_sets_nothing_back_after_the_cleanup_either(self):
        key = self.use_plain()
        self.send_plain([self.order(1)], key)
        self.send([self.order(1, OrderStatus=104)])
        self.run_scheduler()
        pushes = self.env["external.order.push"].search([("sync_id", "=", self.sync.id)])
        self.env.cr.execute(
            SQL("UPDATE external_order_push SET create_date = '2020-01-01' WHERE id IN %s", pushes._ids)
        )
        pushes._gc_pushes()
        self.assertEqual(len(pushes.exists()), 1)  # that with an API key is gone
        self.assertProblem(self.send_plain([self.order(1)], key), 409, "replayed")
        self.assertEqual(self.inbox(1).order_status, "104")

    def test_a_change_that_is_taken_back_needs_another_request_and_the_order_says_so(self):
        key = self.use_plain()
        self.send_plain([self.order(1)], key)
        self.run_scheduler()
        self.send_plain([self.half_order(1)], key)
        row = self.inbox(1)
        self.assertTrue(row.changed)
        for _attempt in range(2):
            problem = self.assertProblem(self.send_plain([self.order(1)], key), 409, "replayed")
            self.assertIn("LastUpdated", problem["detail"])
        self.assertTrue(row.changed)
        noted = [body for body in row.message_ids.mapped("body") if "earlier request" in body]
        self.assertEqual(len(noted), 1)
        response = self.send_plain([self.order(1, LastUpdated="2026-03-02T10:00:00Z")], key)
        self.assertEqual(response.status_code, 202, response.text)
        self.assertFalse(row.changed)

    def test_a_known_order_that_a_repeated_request_makes_importable_is_imported(self):
        key = self.use_plain()
        self.sync.write({"accepted_statuses": "103", "external_api_url": False, "sync_interval": 1440})
        self.send_plain([self.order(1, OrderStatus=101)], key)
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "ignored")
        self.sync.accepted_statuses = "101,103"
        response = self.send_plain([self.order(1, OrderStatus=101)], key)
        self.assertEqual(response.status_code, 202, response.text)
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "done")

    def test_a_repeated_request_writes_nothing(self):
        key = self.use_plain()
        pushes = self.env["external.order.push"].search_count
        for number in range(3):
            response = self.send_plain([self.order(1)], key)
            self.assertEqual(response.json()["results"][0]["duplicate"], bool(number))
        self.assertEqual(pushes([("sync_id", "=", self.sync.id)]), 1)

    def test_a_request_with_an_entry_that_is_not_an_order_may_be_repeated(self):
        key = self.use_plain()
        body = [self.order(1), {"x": 1}]
        answers = [self.send_plain(body, key) for _attempt in range(2)]
        self.assertEqual([answer.status_code for answer in answers], [202, 202], answers[-1].text)
        known, refused = answers[1].json()["results"]
        self.assertEqual((known["state"], known["duplicate"], refused["state"]), ("pending", True, "refused"))
        self.run_scheduler()
        self.assertEqual(self.runs()[-1].refused_count, 1)

    def test_a_signature_opens_one_synchronization_and_one_address(self):
        other = self.create_sync(code="other", push_signature="standard_webhooks")
        self.assertProblem(self.send_signed([self.order(1)], path=f"{ORDERS}?sync=other"), 401)
        self.assertProblem(self.send_signed([self.order(1)], path=ORDERS), 401)  # two are signed
        self.assertProblem(self.send_signed([self.order(1)], path=f"{ORDERS}?sync=unknown"), 401)
        self.assertEqual(self.send_signed([self.order(1)], path=BULK).status_code, 401)
        self.sync.active = False
        self.assertProblem(self.send_signed([self.order(1)]), 401)
        self.assertFalse(other.order_ids)

    def test_without_a_form_of_signature_nothing_signed_is_accepted(self):
        self.sync.push_signature = False
        self.assertProblem(self.send_signed([self.order(1)]), 401)

    def test_no_header_can_break_it(self):
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            for value in ("", "x" * 3000, "\xe9", "v1,", "1e99"):
                self.assertProblem(self.send_signed([self.order(1)], **{name: value.encode("latin-1")}), 401)


class TestPushSecrets(SignedCase):
    """A secret is shown once, to a system administrator, and read by nobody."""

    def test_the_dialog_shows_a_new_secret_once(self):
        action = self.sync.with_user(self.admin).action_new_push_secret()
        new = Form(self.env[action["res_model"]].with_user(self.admin).with_context(**action["context"]))
        secret = new.secret
        self.assertRegex(secret, "^whsec_")
        self.assertTrue(new.has_former)
        saved = new.save()
        saved.action_use()
        self.assertFalse(saved.secret)
        self.assertEqual(self.send_signed([self.order(1)], secret).status_code, 202)

    def test_nobody_reads_a_secret(self):
        row = self.env["external.order.push.secret"].search([("sync_id", "=", self.sync.id)])
        self.assertTrue(row.with_user(self.admin).read(["valid_until"]))
        for user in (self.admin, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                row.with_user(user).read(["secret"])
            with self.assertRaises(AccessError):
                row.with_user(user).search([("secret", "=like", "w%")])
            self.assertNotIn("secret", row.with_user(user).fields_get())
            with self.assertRaises(AccessError):
                row.with_user(user).write({"valid_until": False})
        self.assertFalse(self.sync.copy().push_secret_ids)

    def test_only_a_system_administrator_sets_one(self):
        manager = new_test_user(
            self.env, "push_manager", "external_order_sync.group_manager", company_id=self.company.id
        )
        with self.assertRaises(AccessError):
            self.sync.with_user(manager).action_new_push_secret()
        with self.assertRaises(AccessError):
            self.env["external.order.push.secret.new"].with_user(manager).create({"sync_id": self.sync.id})
        with self.assertRaises(AccessError):
            self.sync.with_user(manager).read(["push_secret_ids"])

    def test_a_weak_secret_or_header_is_refused(self):
        for secret in ("", "short", "whsec_AAAA"):
            with self.assertRaises(UserError):
                self.set_secret(secret)
        with self.assertRaises(ValidationError):
            self.sync.push_signature = "hmac_hex"
        with self.assertRaises(ValidationError):
            self.sync.write({"push_signature": "hmac_hex", "push_signature_header": "No Name"})

    def test_codes_are_unique_and_made_of_the_name(self):
        first, second = (self.create_sync(name="Ünser Läden / 1") for _number in range(2))
        self.assertEqual((first.code, second.code), ("unser-laden-1", "unser-laden-1-2"))
        self.assertEqual(self.create_sync(name="متجر").code, "orders")
        first.name = "Renamed"
        self.assertEqual(first.code, "unser-laden-1")
        for code in ("", "With Blank", "-x", "x" * 65):
            with self.assertRaises(ValidationError):
                first.code = code
        self.assertIn("?sync=unser-laden-1", first.push_url)
