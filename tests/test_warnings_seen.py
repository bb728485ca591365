from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from .common import ExternalOrderCase

# Like an addon that does not allow negative stock.
REASON = "The stock would be negative."


class TestWarningsSeen(ExternalOrderCase):
    """Doubts about imported orders are counted, and wait until a user has seen them."""

    def guessed(self, order_id):
        """Return an order whose payment method has to be guessed."""
        return self.order(order_id, CheckoutDetails=[self.payment(92.0, "Unheard of", 9)])

    def noted(self, order_id):
        """Return an order that only gets a note."""
        order = self.order(order_id)
        del order["AmountTotal"]
        return order

    def problems(self):
        return self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])

    def attention(self):
        view = self.env["external.order"].get_view(self.env.ref("external_order_sync.external_order_view_search").id)
        self.assertIn("('doubt', '!=', False)", view["arch"])
        return self.env["external.order"].search(
            [
                ("sync_id", "=", self.sync.id),
                "|",
                "|",
                ("state", "=", "failed"),
                ("changed", "=", True),
                ("doubt", "!=", False),
            ]
        )

    def activities(self):
        return self.env["mail.activity"].search([("res_model", "=", self.sync._name), ("res_id", "=", self.sync.id)])

    def test_the_message_counts_them_and_the_status_stays_success(self):
        run = self.synchronize(self.guessed(1), self.order(2))
        self.assertEqual((run.status, run.message), ("success", "2 orders imported, 1 with warnings."))
        self.assertEqual(self.synchronize(self.guessed(3)).message, "1 order imported, with warnings.")
        self.assertEqual(run.doubtful_count, 1)

    def test_a_mere_note_calls_nobody(self):
        run = self.synchronize(self.noted(1))
        self.assertIn("AmountTotal is missing", self.inbox(1).warnings)
        self.assertEqual((run.message, self.inbox(1).doubt), ("1 order imported.", False))
        self.assertFalse(self.attention() or self.problems() or self.activities())

    def test_a_quantity_that_is_kept_rounded_is_a_note(self):
        self.synchronize(self.order(1, OrderItems=[self.item(price=640.0, quantity=0.125)]))
        self.assertIn("0.125", self.inbox(1).warnings)
        self.assertFalse(self.inbox(1).doubt)

    def test_it_needs_attention_until_it_was_seen(self):
        self.synchronize(self.guessed(1), self.guessed(2))
        rows = self.attention()
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(self.activities()), 1)
        rows[0].action_warnings_seen()
        self.assertEqual((len(self.attention()), len(self.activities())), (1, 1))
        rows.action_warnings_seen()
        self.assertFalse(self.attention() or self.activities())
        self.assertIn("Unheard of", rows[0].warnings, "the warning itself stays")

    def test_they_are_gathered_by_kind(self):
        item = self.item("Something Else", ItemID=self.product.id)
        self.synchronize(self.guessed(1), self.guessed(2), self.order(3, OrderItems=[item]), self.noted(4))
        self.assertEqual(
            sorted((problem.reason, problem.order_count) for problem in self.problems()),
            [("payment_guessed", 2), ("product_differs", 1)],
        )
        guessed = self.problems().filtered(lambda problem: problem.reason == "payment_guessed")
        self.assertIn("Unheard of", guessed.message)
        self.assertTrue(guessed.can_choose_payment)
        self.assertEqual(self.sync.doubtful_count, 3)
        action = self.sync.action_open_doubtful()
        self.assertEqual(self.env["external.order.problem"].search(action["domain"]), self.problems())
        guessed.action_warnings_seen()
        self.assertEqual(self.problems().mapped("reason"), ["product_differs"])
        self.assertFalse(self.inbox(1).doubt)

    def test_several_of_one_order_are_told_apart_on_every_screen(self):
        items = [self.item("Something Else", ItemID=self.product.id)]
        self.synchronize(*({**self.guessed(number), "OrderItems": items} for number in (1, 2)))
        lines = self.inbox(1).warning_text.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(self.inbox(1).problem_note, " · ".join(lines))
        self.assertEqual(self.problems().message.splitlines()[:2], lines)

    def test_what_was_also_changed_is_seen_twice(self):
        self.synchronize(self.guessed(1))
        self.synchronize({**self.guessed(1), "GrandTotal": 91.0})
        self.assertEqual(self.problems().mapped("reason"), ["changed"])
        self.problems().action_accept_change()
        self.env.invalidate_all()  # the same row of the query has another reason now
        self.assertEqual(self.problems().mapped("reason"), ["payment_guessed"])

    def test_what_former_releases_imported_counts_as_seen(self):
        self.synchronize(self.order(1))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE external_order SET warnings = 'Old', doubt = NULL WHERE id = %s", [self.inbox(1).id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.attention() or self.problems() or self.sync.doubtful_count)

    def test_the_notification_leads_to_them(self):
        self.feed(self.guessed(1))
        self.assertEqual(
            [step["name"] for step in self.sync.action_sync_now()["params"]["buttons"]], ["Show Orders to Check"]
        )

    def test_a_retry_says_it(self):
        self.synchronize({**self.guessed(1), "OrderItems": [self.item("Late")]})
        self.create_product("Late")
        told = self.inbox(1).action_retry()
        self.assertEqual(told["params"]["message"], "1 order imported, with warnings.")

    def test_users_of_the_product_mark_them_as_seen(self):
        self.synchronize(self.guessed(1))
        row = self.inbox(1)
        with self.assertRaises(AccessError):
            row.with_user(
                new_test_user(self.env, "cashier", groups="point_of_sale.group_pos_user")
            ).action_warnings_seen()
        row.with_user(new_test_user(self.env, "clerk", groups="external_order_sync.group_user")).action_warnings_seen()
        self.assertFalse(row.doubt)

    def test_an_override_of_the_import_loses_no_warning(self):
        with self.overridden("_process_external_order", lambda original, sync, order: original(sync, order)):
            self.synchronize(self.guessed(1))
        self.assertEqual(self.inbox(1).doubt, "payment_guessed")
        self.assertIn("Unheard of", self.inbox(1).warnings)

    # Transfers that Odoo leaves open

    def refuse_transfers(self):
        def refuse(pickings):
            raise ValidationError(REASON)

        self.patch(type(self.env["stock.picking"]), "_action_done", refuse)

    def test_an_open_transfer_is_a_warning_and_an_activity(self):
        self.refuse_transfers()
        run = self.synchronize(self.order(1), self.guessed(2))
        self.assertEqual(run.message, "2 orders imported, 2 with warnings.")
        for number in (1, 2):
            row = self.inbox(number)
            picking = row.pos_order_id.picking_ids
            self.assertEqual((row.state, row.doubt), ("done", "transfer_open"))
            self.assertNotIn(picking.state, ("done", "cancel"))
            self.assertIn(picking.name, row.warnings)
            self.assertIn("Product Name", row.warnings)
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.problems().mapped("reason"), ["transfer_open"])

    def test_closing_a_session_leaves_no_warning(self):
        self.synchronize(self.order(1))
        self.close_session(self.pos_orders().session_id)
        self.assertEqual((self.inbox(1).doubt, self.inbox(1).warnings), (False, False))

    def test_a_transfer_that_the_closing_leaves_open_is_one_too(self):
        session = self.sync._get_or_create_pos_session()
        session.update_stock_at_closing = True
        other = self.create_product("Other")
        self.synchronize(self.order(1), self.order(2, OrderItems=[self.item("Other")]))
        self.assertFalse(self.activities())
        original = type(self.env["stock.picking"])._action_done

        def refuse(pickings):
            if other in pickings.move_ids.product_id:
                raise ValidationError(REASON)
            return original(pickings)

        self.patch(type(self.env["stock.picking"]), "_action_done", refuse)
        self.close_session(session)
        self.assertEqual(self.inbox(2).doubt, "transfer_open")
        self.assertIn(session.picking_ids.name, self.inbox(2).warnings)
        self.assertEqual(len(self.activities()), 1)
