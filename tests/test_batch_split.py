from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError

from .common import ExternalOrderCase

ORDERS = 16
REASON = "Not this one."
# The whole batch, and two halves for each time it is halved: 16, 8, 4, 2, 1.
ATTEMPTS = 1 + 2 * 4


class TestBatchSplit(ExternalOrderCase):
    """One bad order in a batch is found by halving, without repeating the good ones order by order."""

    def feed_of_16(self):
        return [self.order(number) for number in range(1, ORDERS + 1)]

    @contextmanager
    def attempts_at(self, model_name, method_name):
        """Yield a list that grows with each call of a method."""
        model = type(self.env[model_name])
        original, calls = getattr(model, method_name), []

        def method(records, *args):
            calls.append(args)
            return original(records, *args)

        with patch.object(model, method_name, method):
            yield calls

    def test_an_order_that_odoo_refuses_fails_alone(self):
        model = type(self.env["pos.order"])
        original = model.action_pos_order_paid
        bad = self.env["external.order.import"]._get_order_uuid(self.sync, "11")

        def action_pos_order_paid(order):
            if order.uuid == bad:
                raise UserError(REASON)
            return original(order)

        with (
            patch.object(model, "action_pos_order_paid", action_pos_order_paid),
            self.attempts_at("external.order.import", "_create_orders") as attempts,
        ):
            run = self.synchronize(*self.feed_of_16())

        self.assertEqual((run.imported_count, run.failed_count), (ORDERS - 1, 1))
        self.assertEqual(self.inbox(11).state, "failed")
        self.assertIn("Not this one.", self.inbox(11).error_message)
        self.assertEqual(len(attempts), ATTEMPTS)

    def test_numbers_of_what_was_rolled_back_are_used_again(self):
        first = self.synchronize(self.order(100)).imported_count
        self.assertEqual(first, 1)
        before = int(self.pos_orders().pos_reference.split("-")[-1])
        self.test_an_order_that_odoo_refuses_fails_alone()
        numbers = sorted(int(order.pos_reference.split("-")[-1]) for order in self.pos_orders())
        self.assertEqual(numbers, list(range(before, before + ORDERS)))
        lines = self.pos_orders().lines
        self.assertEqual(len(set(lines.mapped("name"))), len(lines))

    def test_a_transfer_that_odoo_refuses_stays_open_and_its_order_is_made(self):
        model = type(self.env["stock.picking"])
        original = model._action_done
        bad = self.env["external.order.import"]._get_order_uuid(self.sync, "6")

        def action_done(pickings):
            # Odoo writes the order's name on a transfer that it creates itself only when the transfer is done.
            uuids = {line.order_id.uuid for line in pickings.pos_order_id.lines}
            if bad in uuids or (not uuids and len(pickings) == 1):
                raise UserError(REASON)
            return original(pickings)

        with (
            patch.object(model, "_action_done", action_done),
            self.attempts_at("external.order.picking", "_create_together") as attempts,
        ):
            run = self.synchronize(*self.feed_of_16())

        self.assertEqual((run.imported_count, run.failed_count), (ORDERS, 0), run.message)
        self.assertEqual(len(attempts), ATTEMPTS)
        pickings = self.pos_orders().picking_ids
        self.assertEqual(len(pickings), ORDERS)
        waiting = pickings.filtered(lambda picking: picking.state != "done")
        self.assertEqual(waiting.pos_order_id, self.inbox(6).pos_order_id)

    def test_where_odoo_refuses_many_transfers_the_rest_takes_its_own_way(self):
        model = type(self.env["stock.picking"])
        original = model._action_done

        def action_done(pickings):
            # Like addons that forbid what Odoo allows: the whole batch is refused because of one order.
            if pickings.pos_order_id:
                raise UserError(REASON)
            return original(pickings)

        with (
            patch.object(model, "_action_done", action_done),
            self.attempts_at("external.order.picking", "_create_together") as attempts,
        ):
            run = self.synchronize(*self.feed_of_16())

        self.assertEqual((run.imported_count, run.failed_count), (ORDERS, 0), run.message)
        tried = sum(len(requests) for requests, _taken in attempts)
        self.assertLessEqual(tried, 2 * ORDERS)
        self.assertEqual(set(self.pos_orders().picking_ids.mapped("state")), {"done"})
