from odoo.tests import new_test_user

from .push_common import BULK, ORDERS, PushCase
from .test_api_hostile_input import NUMBERS, OTHERS


class TestPush(PushCase):
    """Orders that an external system sends by itself go into the inbox and are imported at once."""

    def test_orders_are_stored_and_answered_before_they_are_imported(self):
        results = self.push(self.order(1), self.order(2))
        pending = {"state": "pending", "duplicate": False, "code": None, "message": None, "pos_order_id": None}
        self.assertEqual(results, [{"order_id": "1", **pending}, {"order_id": "2", **pending}])
        self.assertFalse(self.pos_orders())
        cron = self.env.ref("external_order_sync.ir_cron_sync_external_orders")
        self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))
        self.run_scheduler()
        self.assertEqual(self.pos_orders().mapped("amount_total"), [92.0, 92.0])
        self.assertEqual(self.inbox(1).state, "done")

    def test_the_three_shapes_of_a_body(self):
        for number, body in enumerate(([self.order(1)], {"orders": [self.order(2)]}, self.order(3)), 1):
            response = self.send(body)
            self.assertEqual((response.status_code, response.json()["accepted"]), (202, 1), response.text)
            self.assertTrue(self.inbox(number))
        self.assertEqual(self.send([]).json(), {"accepted": 0, "results": []})

    def test_a_duplicate_is_a_success(self):
        order = self.order(1)
        self.push(order, order)
        [first, second] = self.push(order, order)
        self.assertEqual((first["duplicate"], second["duplicate"], first["state"]), (True, True, "pending"))
        self.run_scheduler()
        [again] = self.push(order)
        self.assertEqual((again["state"], again["duplicate"]), ("done", True))
        self.assertEqual(again["pos_order_id"], self.pos_orders().ensure_one().id)

    def test_the_second_of_two_equal_entries_is_the_duplicate(self):
        self.assertEqual([result["duplicate"] for result in self.push(self.order(1), self.order(1))], [False, True])

    def test_the_newest_of_two_edits_in_one_request_counts(self):
        sold = {"OrderDate": "2026-03-02T09:30:00Z"}
        older = self.half_order(1, **sold, LastUpdated="2026-03-02T10:00:00Z")
        newer = self.order(1, **sold, LastUpdated="2026-03-02T11:00:00Z")
        for result in self.push(newer, older, wait=10):
            self.assertEqual((result["state"], result["code"]), ("done", None))
        self.assertEqual(self.pos_orders().mapped("amount_total"), [92.0])
        self.assertEqual([result["duplicate"] for result in self.push(newer, older)], [True, True])

    def test_a_cancelled_order_that_is_valid_again_is_no_duplicate(self):
        self.push({"OrderID": 1, "OrderStatus": "Cancelled", "LastUpdated": "2026-03-02T10:00:00Z"})
        valid = self.order(1, LastUpdated="2026-03-02T11:00:00Z")
        [result] = self.push(valid, wait=10)
        self.assertEqual((result["state"], result["duplicate"], result["code"]), ("done", False, None))
        self.assertEqual([result["duplicate"] for result in self.push(valid)], [True])

    def test_other_content_replaces_what_is_not_imported_yet(self):
        self.push(self.order(1))
        [result] = self.push(self.order(1, OrderStatus=104))
        self.assertEqual((result["state"], result["duplicate"]), ("pending", False))
        self.assertEqual(self.inbox(1).order_status, "104")

    def test_an_imported_order_that_changes_says_so(self):
        self.push(self.order(1), wait=10)
        two = self.order(
            1,
            GrandTotal=184.0,
            AmountTotal=160.0,
            Tax=24.0,
            OrderItems=[self.item(quantity=2.0)],
            CheckoutDetails=[self.payment(184.0)],
        )
        [result] = self.push(two)
        self.assertEqual((result["state"], result["code"], result["duplicate"]), ("done", "changed", False))

    def test_a_request_takes_as_few_statements_for_many_orders_and_its_answer_none(self):
        sync = self.sync._as_system()
        sync._receive_pushed([self.order(1)])
        for numbers in (range(2, 12), range(12, 112)):
            self.env.invalidate_all()
            with self.assertQueryCount(13):
                pushed = sync._receive_pushed([self.order(number) for number in numbers])
            self.env.invalidate_all()  # as a commit does
            with self.assertQueryCount(0):
                results = [entry.get_result() for entry in pushed]
            self.assertEqual([result["order_id"] for result in results], [str(number) for number in numbers])

    def test_one_bad_order_is_one_bad_result(self):
        body = (
            b'[{"OrderID": 1, "GrandTotal": NaN}, {"GrandTotal": 5}, 7, '
            + b'{"OrderID": 2}, '
            + self.json_of(self.order(3))
            + b"]"
        )
        response = self.send(body)
        self.assertEqual(response.status_code, 202, response.text)
        results = response.json()["results"]
        self.assertEqual([result["state"] for result in results], ["refused"] * 3 + ["pending"] * 2)
        self.assertEqual(response.json()["accepted"], 2)
        self.assertIn("NaN", results[0]["message"])
        self.assertIn("OrderID", results[1]["message"])
        self.run_scheduler()
        self.assertEqual((self.inbox(2).state, self.inbox(3).state), ("failed", "done"))
        self.assertEqual(self.sync.last_sync_status, "error")
        self.assertIn("3 entries are not orders", self.sync.last_sync_message)

    def test_two_orders_with_one_id_in_one_request_are_named(self):
        results = self.push(self.order(1), self.order(1, GrandTotal=50.0, OrderItems=[self.item(price=50.0)]))
        self.assertEqual([result["code"] for result in results], ["order_id_ambiguous"] * 2)
        self.run_scheduler()
        self.assertFalse(self.pos_orders())
        self.assertIn("1 OrderID is used by several orders", self.sync.last_sync_message)

    def test_who_waits_learns_what_became_of_each(self):
        lacking = self.order(2, OrderItems=[self.item("Unheard Of")])
        response = self.send([self.order(1), lacking, self.order(1)], Prefer="respond-async, wait=10")
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.headers["Preference-Applied"], "wait=10")
        done, failed, again = response.json()["results"]
        self.assertEqual(done["pos_order_id"], self.pos_orders().ensure_one().id)
        self.assertEqual((done["state"], again["state"], again["duplicate"]), ("done", "done", True))
        self.assertEqual((failed["state"], failed["code"]), ("failed", "product_not_found"))
        self.assertIn("Unheard Of", failed["message"])
        self.run_scheduler()
        self.assertIn("1 order imported.", self.sync.last_sync_message)
        self.assertIn("Unheard Of", self.sync.last_sync_message)

    def test_without_a_session_the_order_waits(self):
        self.sync.auto_create_session = False
        [result] = self.push(self.order(1), wait=10)
        self.assertEqual((result["state"], result["code"]), ("pending", "no_session"))

    def test_a_burst_is_one_run(self):
        self.run_scheduler()  # the download that is due
        for number in range(3):
            self.push(self.order(number))
            self.run_scheduler()
        self.push(self.order(9), wait=5)
        self.run_scheduler()
        pushed = self.runs().filtered("without_fetch").ensure_one()
        self.assertEqual((pushed.new_count, pushed.imported_count, pushed.status), (4, 4, "success"))
        self.assertEqual(len(self.pos_orders()), 4)

    def test_a_known_order_that_can_be_imported_now_is_imported_at_once(self):
        cron = self.env.ref("external_order_sync.ir_cron_sync_external_orders")
        self.sync.write({"accepted_statuses": "103", "external_api_url": False, "sync_interval": 1440})
        [result] = self.push(self.order(1, OrderStatus=101))
        self.assertEqual(result["state"], "ignored")
        self.run_scheduler()
        self.sync.accepted_statuses = "101,103"
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        [result] = self.push(self.order(1, OrderStatus=101))
        self.assertEqual((result["state"], result["duplicate"]), ("pending", True))
        self.assertTrue(triggers.search_count([("cron_id", "=", cron.id)]))
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "done")

    def test_an_order_that_arrives_alone_after_an_ambiguous_request_is_imported_by_the_next_turn(self):
        self.sync.write({"external_api_url": False, "sync_interval": 1440})
        self.push(self.order(1), self.half_order(1))
        self.run_scheduler()
        self.assertEqual(self.inbox(1).error_code, "order_id_ambiguous")
        [result] = self.push(self.order(1))
        self.assertEqual(result["state"], "pending")
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "done")

    def test_a_push_does_not_download_and_the_download_comes_when_it_is_due(self):
        self.run_scheduler()
        self.shop.requests.clear()
        due = self.sync.next_sync_date
        self.push(self.order(1))
        self.run_scheduler()
        self.assertFalse(self.shop.requests)
        self.assertEqual(self.sync.next_sync_date, due)
        self.assertEqual(self.inbox(1).state, "done")
        self.sync.next_sync_date = False
        self.run_scheduler()
        self.assertTrue(self.shop.requests)

    def test_pushed_and_downloaded_look_the_same(self):
        pushed, fetched = self.order(1, Remark="x"), self.order(1, Remark="x")
        self.push(pushed, wait=10)
        other = self.create_sync(code="other")
        self.feed(fetched)
        other.sync_orders()
        values = []
        for sync in (self.sync, other):
            row = self.env["external.order"].search([("sync_id", "=", sync.id)])
            fields = [
                "external_id",
                "fingerprint",
                "state",
                "total",
                "order_status",
                "error_code",
                "attempts",
                "warnings",
            ]
            values.append([row.read(fields, load=None)[0][field] for field in fields])
            self.assertTrue(row.source_digest)
        self.assertEqual(*values)

    def test_push_and_download_of_one_order_make_one_sale(self):
        self.push(self.order(1))
        self.synchronize(self.order(1), self.order(2))
        [result] = self.push(self.order(2))
        self.assertTrue(result["duplicate"])
        self.assertEqual(len(self.pos_orders()), 2)

    def test_a_push_only_configuration_needs_no_address(self):
        self.sync.write({"external_api_url": False, "external_api_key": False})
        other = self.create_sync(external_api_url=False, external_api_key=False, name="Second")
        self.assertEqual(other.code, "second")
        self.push(self.order(1))
        self.run_scheduler()
        self.assertEqual(self.inbox(1).state, "done")
        self.assertFalse(self.shop.requests)
        run = self.sync.sync_orders()
        self.assertEqual((run.status, run.message), ("no_orders", "No orders to synchronize."))

    def test_the_order_tells_its_state(self):
        self.push(self.order(1), wait=10)
        status = self.ask(1).json()
        pos_order = self.pos_orders()
        self.assertEqual((status["state"], status["pos_order_name"]), ("done", pos_order.name))
        self.assertEqual((status["amount_total"], status["amount_tax"], status["refunds"]), (92.0, 12.0, []))
        refund = pos_order._refund()
        self.env.flush_all()
        self.assertEqual([entry["pos_order_id"] for entry in self.ask("1.0").json()["refunds"]], refund.ids)
        self.assertProblem(self.ask(2), 404)


class TestPushRefused(PushCase):
    """What is wrong with a request as a whole is a 4xx, and nothing of it is stored."""

    def tearDown(self):
        self.assertFalse(self.env["external.order"].search_count([("sync_id", "=", self.sync.id)]))
        super().tearDown()

    def test_what_is_no_order_list(self):
        for body in (b"7", b'"x"', b"null", b'{"a": 1}', b"[1, 2]", b'{"orders": 5}', b'{"orders": null}'):
            with self.subTest(body=body):
                self.assertNotIn("response", self.assertProblem(self.send(body), 422)["detail"])
        for body in (b"", b"{", b'[{"OrderID": 1}', b"<html>", b'[{"OrderID": 1}] x', b"\xff"):
            with self.subTest(body=body):
                self.assertNotIn("response", self.assertProblem(self.send(body), 400)["detail"])

    def test_too_much(self):
        self.assertProblem(self.send([{"OrderID": number} for number in range(1001)]), 413)
        self.assertProblem(self.send(b"[" + b" " * 5 * 1024 * 1024 + b"]"), 413)

    def test_other_content(self):
        self.assertProblem(self.send(b"OrderID=1", Content_Type="application/x-www-form-urlencoded"), 415)

    def test_who_may_not(self):
        self.assertProblem(self.send([self.order()], key="0" * 40), 401)
        self.assertProblem(self.send([self.order()], key=False, X_API_Key="0" * 40), 401)
        self.assertProblem(self.send([self.order()], key=False), 401)
        self.assertProblem(self.ask(1, key=False), 401)
        stranger = self.create_user("push_stranger", "base.group_user")
        self.assertProblem(self.send([self.order()], key=self.create_key(stranger)), 403)
        self.assertProblem(self.ask(1, key=self.create_key(stranger)), 403)

    def test_which_synchronization(self):
        self.assertProblem(self.send([self.order()], f"{ORDERS}?sync=unknown"), 404, "unknown_sync")
        self.assertProblem(self.ask(1, "?sync=unknown"), 404)
        self.create_sync(code="second")
        self.assertProblem(self.send([self.order()], ORDERS), 400, "several_syncs")
        self.sync.active = False
        self.assertProblem(self.send([self.order()]), 404, "unknown_sync")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.create_user("push_elsewhere", "external_order_sync.group_user", company)
        self.assertProblem(self.send([self.order()], f"{ORDERS}?sync=second", self.create_key(elsewhere)), 404)

    def create_user(self, login, groups, company=None):
        company = company or self.company
        return new_test_user(self.env, login, groups, company_id=company.id, company_ids=company.ids)

    def test_other_methods(self):
        for path in (ORDERS, f"{ORDERS}?sync=main-store"):
            for keys in ({}, {"key": False, "X_API_KEY": self.key}):
                response = self.send(b"", path, method="PUT", **keys)
                self.assertProblem(response, 405)
                self.assertEqual(response.headers["Allow"], "OPTIONS, POST")

    def test_an_address_beside_it_is_not_found_with_either_form_of_the_key(self):
        bulk = BULK.removesuffix("/bulk")
        for path in (f"{ORDERS}/1", f"{ORDERS}/1/2", f"{bulk}/", bulk, f"{BULK}/more"):
            for keys in ({}, {"key": False, "X_API_KEY": self.key}):
                self.assertProblem(self.send([], path, **keys), 405 if path.startswith(ORDERS) else 404)


class TestPushHostileInput(PushCase):
    """Whatever somebody sends is a result or a 4xx, and the order beside it is stored."""

    def test_bodies(self):
        self.sync.auto_create_session = False
        good = self.json_of(self.order("good"))
        for text in (*NUMBERS, *OTHERS):
            value = text.encode("utf-8", "surrogatepass")
            for body in (
                value,
                b'{"orders": ' + value + b"}",
                b'{"OrderID": ' + value + b"}",
                b"[" + value + b", " + good + b"]",
                b'[{"OrderID": ' + value + b', "OrderItems": ' + value + b"}, " + good + b"]",
                b'{"orders": [' + good + b'], "pos_config_id": ' + value + b', "partner_id": ' + value + b"}",
            ):
                with self.subTest(body=body[:80]):
                    for path, headers in ((f"{ORDERS}?sync=main-store", {"Prefer": "wait=1"}), (BULK, {})):
                        response = self.send(body, path, **headers)
                        self.assertLess(response.status_code, 500, response.text[:500])
                        self.assertTrue(response.json())
        self.assertEqual(self.inbox("good").state, "pending")

    def test_headers_and_parameters(self):
        for value in ("wait=", "wait=1e9", "x" * 3000, "\xff", ",,,;;;", "wait=-1, wait=2"):
            response = self.send([], Prefer=value.encode("latin-1"))
            self.assertIn(response.status_code, (200, 202, 400))
        for code in ("", "%00", "a" * 3000, "A B", "%ff", "main-store&sync=other"):
            self.assertIn(self.send([], f"{ORDERS}?sync={code}").status_code, (202, 400, 404))
