from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from .api_common import PICKINGS, ApiCase


class TestIdempotency(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picking = cls.create_assigned_picking(5)
        cls.line = cls.picking.move_line_ids
        cls.put(cls.product, 10)

    def stored(self):
        return self.env["warehouse.request"].search([], order="id")

    def test_the_same_key_gets_the_same_answer(self):
        first = self.confirm(self.line, 5, headers={"Idempotency_Key": "a-1"})
        self.assertDone(self.confirm(self.line, 2))
        again = self.confirm(self.line, 5, headers={"Idempotency_Key": "a-1"})
        self.assertEqual((again.status_code, again.text), (200, first.text))
        self.assertEqual(again.headers["ETag"], first.headers["ETag"])
        self.assertEqual(self.line.quantity, 2)

    def test_the_body_may_name_the_key(self):
        first = self.confirm(self.line, 5, msg_id="a-1")
        self.assertDone(self.confirm(self.line, 2))
        self.assertEqual(self.confirm(self.line, 5, headers={"Idempotency_Key": "a-1"}).text, first.text)
        both = self.confirm(self.line, 5, headers={"Idempotency_Key": "a-2"}, msg_id="a-1")
        self.assertRefused(both, "two_keys", 422)

    def test_equal_requests_are_written_in_several_ways(self):
        first = self.confirm(self.line, 5, msg_id="a-1", lot_name=None)
        self.assertDone(first)
        again = self.confirm(self.line, 5.0, msg_id="a-1", result_package=None)
        self.assertEqual((again.status_code, again.text), (200, first.text))

    def test_another_request_with_the_same_key(self):
        self.assertDone(self.confirm(self.line, 5, msg_id="a-1"))
        self.assertRefused(self.confirm(self.line, 4, msg_id="a-1"), "key_reused", 422)
        self.assertRefused(self.validate(self.picking, msg_id="a-1"), "key_reused", 422)
        other = self.create_assigned_picking(1)
        self.assertRefused(self.confirm(other.move_line_ids, 5, msg_id="a-1"), "key_reused", 422)
        self.assertEqual(self.line.quantity, 5)

    def test_a_refusal_is_an_answer_too(self):
        first = self.confirm(self.line, 50, msg_id="a-1")
        self.assertRefused(first, "not_enough")
        self.put(self.product, 100)
        again = self.confirm(self.line, 50, msg_id="a-1")
        self.assertEqual(again.text, first.text)
        self.assertRefused(again, "not_enough")
        self.assertDone(self.confirm(self.line, 50, msg_id="a-2"))

    def test_what_was_not_there_is_tried_again(self):
        path = f"{PICKINGS}/{self.picking.id}/lines/{self.line.id + 1000}/confirm"
        self.assertProblem(self.post(path, {"qty_done": 1, "msg_id": "a-1"}), 404)
        self.assertFalse(self.stored())

    def test_validation(self):
        self.assertDone(self.confirm(self.line, 2))
        first = self.validate(self.picking, "create", msg_id="v-1")
        self.assertEqual(self.validate(self.picking, "create", msg_id="v-1").text, first.text)
        self.assertEqual(len(self.picking.backorder_ids), 1)
        self.assertRefused(self.validate(self.picking, "cancel", msg_id="v-1"), "key_reused", 422)

    def test_keys_belong_to_a_user(self):
        other = self.create_key(self.create_user("api_second", "stock.group_stock_user"))
        self.assertDone(self.confirm(self.line, 5, msg_id="a-1"))
        self.assertDone(self.confirm(self.line, 4, msg_id="a-1", key=other))
        self.assertEqual(self.line.quantity, 4)

    def test_whoever_may_no_longer_see_the_transfer(self):
        self.assertDone(self.confirm(self.line, 5, msg_id="a-1"))
        self.clerk.write({"company_ids": self.other_company.ids, "company_id": self.other_company.id})
        self.assertProblem(self.confirm(self.line, 5, msg_id="a-1"), 404)

    def test_malformed_keys(self):
        for key in ("x" * 201, "\x01"):
            self.assertProblem(self.confirm(self.line, 5, headers={"Idempotency_Key": key}), 400)
        self.assertProblem(self.confirm(self.line, 5, msg_id="é"), 422)
        self.assertFalse(self.line.picked)

    def test_kept_for_seven_days(self):
        self.assertDone(self.confirm(self.line, 5, msg_id="a-1"))
        self.assertDone(self.confirm(self.line, 4, msg_id="a-2"))
        old, new = self.stored()
        old._write({"create_date": fields.Datetime.now() - timedelta(days=7, minutes=1)})
        new._write({"create_date": fields.Datetime.now() - timedelta(days=6, hours=23)})
        self.env["warehouse.request"]._gc_old_requests()
        self.assertEqual(self.stored(), new)

    def test_nobody_reads_the_answers(self):
        self.assertDone(self.confirm(self.line, 5, msg_id="a-1"))
        manager = self.create_user("api_manager", "stock.group_stock_manager,external_order_sync.group_manager")
        for user in (self.clerk, manager):
            with self.assertRaises(AccessError):
                self.stored().with_user(user).read(["body"])
        self.assertEqual(self.stored().user_id, self.clerk)


class TestIfMatch(ApiCase):
    def setUp(self):
        super().setUp()
        self.picking = self.create_assigned_picking(5)
        self.line = self.picking.move_line_ids
        self.path = f"{PICKINGS}/{self.picking.id}"

    def test_unchanged(self):
        for path in (self.path, f"{self.path}?expand=names"):
            etag = self.call(path).headers["ETag"]
            self.assertDone(self.confirm(self.line, 5, headers={"If_Match": etag}))
        etag = self.confirm(self.line, 4, headers={"If_Match": "*"}).headers["ETag"]
        self.assertDone(self.confirm(self.line, 5, headers={"If_Match": f'"other", {etag}'}))

    def test_changed_meanwhile(self):
        etag = self.call(self.path).headers["ETag"]
        self.assertDone(self.confirm(self.line, 5))
        self.assertRefused(self.confirm(self.line, 4, headers={"If_Match": etag}), "changed", 412)
        self.assertRefused(self.validate(self.picking, headers={"If_Match": etag}), "changed", 412)
        self.assertEqual((self.line.quantity, self.picking.state), (5, "assigned"))
        etag = self.call(self.path).headers["ETag"]
        self.assertDone(self.validate(self.picking, headers={"If_Match": etag}))

    def test_repeated_after_its_own_change(self):
        etag = self.call(self.path).headers["ETag"]
        headers = {"If_Match": etag, "Idempotency_Key": "a-1"}
        first = self.confirm(self.line, 5, headers=headers)
        self.assertDone(first)
        self.assertEqual(self.confirm(self.line, 5, headers=headers).text, first.text)

    def test_a_change_of_a_line_is_a_change_of_the_transfer(self):
        before = self.get(f"{PICKINGS}?updated_since=2100-01-01T00:00:00Z")
        self.assertEqual(before, [])
        self.picking._write({"write_date": "2020-01-01 00:00:00"})
        self.env.flush_all()
        self.assertDone(self.confirm(self.line, 5))
        self.assertIn(self.picking.id, self.get_ids(f"{PICKINGS}?updated_since=2020-02-01T00:00:00Z"))
