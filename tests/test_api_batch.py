from .api_common import PICKINGS, ApiCase

BATCH = "/api/odoo/batch"


class TestBatch(ApiCase):
    def send(self, *requests, **options):
        response = self.post(BATCH, {"requests": list(requests)}, **options)
        self.env.invalidate_all()
        return response

    def results(self, *requests, **options):
        return self.assertDone(self.send(*requests, **options))["results"]

    def picked(self, line, msg_id, qty_done=5, **values):
        return {"msg_id": msg_id, "action": "confirm", "picking_id": line.picking_id.id, "line_id": line.id,
                "qty_done": qty_done, **values}  # fmt: skip

    def test_a_whole_picking(self):
        other = self.create_product("Second")
        self.put(self.product, 5)
        self.put(other, 5)
        picking = self.create_demand((self.product, 5), (other, 5))
        first, second = picking.move_line_ids
        answer = self.assertDone(
            self.send(
                self.picked(first, "m-1"),
                self.picked(second, "m-2"),
                {"msg_id": "m-3", "action": "validate", "picking_id": picking.id},
            )
        )
        self.assertEqual([(result["msg_id"], result["status"]) for result in answer["results"]],
                         [("m-1", 200), ("m-2", 200), ("m-3", 200)])  # fmt: skip
        self.assertEqual([result["body"] for result in answer["results"][:2]], [None, None])
        self.assertEqual(answer["results"][2]["body"]["picking"]["state"], "done")
        self.assertEqual(answer["pickings"], [self.get(f"{PICKINGS}/{picking.id}")])
        self.assertEqual(picking.state, "done")

    def test_one_bad_is_one_bad_result(self):
        line = self.create_assigned_picking(5).move_line_ids
        good = self.create_assigned_picking(5).move_line_ids
        results = self.results(
            self.picked(line, "m-1", 500),
            self.picked(line, "m-2", -1),
            self.picked(line, "m-3", 5, surprise=True),
            {"action": "confirm"},
            {"msg_id": "m-5", "action": "delete", "picking_id": 1},
            {"msg_id": "m-6", "action": "validate", "picking_id": 999_999_999},
            {"msg_id": "m-7", "action": "validate", "picking_id": line.picking_id.id, "line_id": 3},
            self.picked(good, "m-8"),
        )
        self.assertEqual([result["status"] for result in results], [409, 422, 422, 422, 422, 404, 422, 200])
        self.assertEqual(
            [result["msg_id"] for result in results], ["m-1", "m-2", "m-3", None, "m-5", "m-6", "m-7", "m-8"]
        )
        self.assertEqual(results[0]["body"]["code"], "not_enough")
        self.assertEqual((line.picked, good.picked), (False, True))

    def test_sent_again(self):
        line = self.create_assigned_picking(5).move_line_ids
        requests = [self.picked(line, "m-1"), self.picked(line, "m-2", 500), self.picked(line, "m-3", 3)]
        first = self.results(*requests)
        self.assertEqual([result["status"] for result in first], [200, 409, 200])
        self.put(self.product, 1000)
        self.assertEqual(self.results(*requests), first)
        self.assertEqual(self.results(*reversed(requests)), first[::-1])
        self.assertEqual(line.quantity, 3)
        self.assertEqual(self.results(self.picked(line, "m-1", 4))[0]["body"]["code"], "key_reused")

    def test_alone_and_in_a_batch_are_the_same(self):
        line = self.create_assigned_picking(5).move_line_ids
        alone = self.confirm(line, 5, msg_id="m-1")
        self.assertDone(alone)
        self.assertEqual(self.results(self.picked(line, "m-1"), self.picked(line, "m-2", 4))[0]["status"], 200)
        self.assertEqual(self.confirm(line, 5, msg_id="m-1").text, alone.text)
        self.assertDone(self.confirm(line, 4, msg_id="m-2"))
        self.assertEqual(line.quantity, 4)

    def test_blanks_in_a_key_belong_to_it_in_a_batch_too(self):
        line = self.create_assigned_picking(5).move_line_ids
        for key in (" m-1 ", " "):
            alone = self.confirm(line, 3, msg_id=key)
            self.assertDone(alone)
            self.confirm(line, 5)
            self.assertEqual(self.results(self.picked(line, key, 3))[0]["status"], 200)
            self.assertEqual(line.quantity, 5, f"{key!r} was done again")

    def test_the_same_message_twice_in_one_batch(self):
        line = self.create_assigned_picking(5).move_line_ids
        results = self.results(self.picked(line, "m-1"), self.picked(line, "m-1"), self.picked(line, "m-1", 4))
        self.assertEqual([result["status"] for result in results], [200, 200, 422])

    def test_limits(self):
        line = self.create_assigned_picking(5).move_line_ids
        many = [self.picked(line, f"m-{number}", 5) for number in range(200)]
        self.assertEqual({result["status"] for result in self.results(*many)}, {200})
        self.assertProblem(self.send(*many, many[0]), 422)
        self.assertProblem(self.send(), 422)
        self.assertProblem(self.post(BATCH, [many[0]]), 422)

    def test_rights(self):
        line = self.create_assigned_picking(5).move_line_ids
        other = self.create_key(self.create_user("api_other", "stock.group_stock_user", self.other_company))
        nobody = self.create_key(self.create_user("api_nobody", ""))
        answer = self.assertDone(self.send(self.picked(line, "m-1"), key=other))
        self.assertEqual((answer["results"][0]["status"], answer["pickings"]), (404, []))
        self.assertProblem(self.send(self.picked(line, "m-1"), key=nobody), 403)
        self.assertFalse(line.picked)
