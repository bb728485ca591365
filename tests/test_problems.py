import xml.etree.ElementTree as ElementTree

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from .common import ExternalOrderCase
from .explaining import statements


class TestProblems(ExternalOrderCase):
    """Failed orders are grouped by reason, and each reason can be fixed for all of them."""

    def problems(self):
        return self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])

    def missing(self, order_id, name):
        return self.order(order_id, OrderItems=[self.item(name)])

    def test_orders_are_gathered_by_reason_and_missing_product(self):
        self.synchronize(
            self.missing(1, "Thing"),
            self.missing(2, "Thing"),
            self.missing(3, "Other"),
            self.order(4, GrandTotal=99.0),
            self.order(5),
        )
        self.assertEqual(
            [(row.reason, row.item_name, row.order_count, row.total) for row in self.problems().sorted("id")],
            [
                ("product_not_found", "Thing", 2, 184.0),
                ("product_not_found", "Other", 1, 92.0),
                ("amount_mismatch", False, 1, 99.0),
            ],
        )
        self.assertEqual(self.problems()[0].item_name, "Thing", "what stops most orders comes first")
        self.assertIn("Thing", self.problems()[0].message)

    def test_a_card_of_several_orders_says_what_they_have_in_common(self):
        self.synchronize(self.order(1, GrandTotal=99.0), self.order(2, GrandTotal=98.0), self.missing(3, "Thing"))
        amounts, product = self.problems().sorted("order_count", reverse=True)
        self.assertNotIn("98", amounts.message)
        self.assertNotIn("99", amounts.message)
        self.assertIn("The external system has to correct the order.", amounts.message)
        self.assertIn("open the orders", amounts.message)
        self.assertEqual(product.message, self.inbox(3).error_message)
        self.synchronize(self.missing(3, "Thing"), self.missing(4, "Thing"))
        self.env.invalidate_all()
        product = self.problems().filtered("item_name")
        self.assertEqual((product.order_count, product.message), (2, self.inbox(3).error_message))

    def test_orders_that_failed_alike_are_not_compared_one_by_one(self):
        self.synchronize(*[self.missing(number, "Thing") for number in range(1, 4)])
        [problem] = self.problems()
        self.assertTrue(problem.has_one_text)
        self.inbox(2).write({"error_message": "Something else.", "error_terms": False})
        self.env.invalidate_all()
        [problem] = self.problems()
        self.assertFalse(problem.has_one_text)
        self.assertIn("open the orders", problem.message)

    def test_cards_read_the_texts_of_their_orders_and_no_payloads(self):
        self.synchronize(self.order(1, GrandTotal=99.0), self.order(2, GrandTotal=98.0), self.missing(3, "Thing"))
        problems = self.problems()
        self.env.invalidate_all()
        with statements() as executed:
            problems.read(["message"])
        of_orders = [statement for statement in executed if 'FROM "external_order"' in statement]
        self.assertEqual(len(of_orders), 2, "one for all cards, one for the card whose texts differ")
        for statement in of_orders:
            self.assertNotIn("payload", statement)

    def test_a_page_of_cards_gathers_the_orders_once(self):
        self.synchronize(self.missing(1, "Thing"))
        user = new_test_user(self.env, "cards", groups="base.group_user,external_order_sync.group_user")
        for kind in ("kanban", "list"):
            view = self.env["external.order.problem"].get_view(view_type=kind)
            names = [node.get("name") for node in ElementTree.fromstring(view["arch"]).iter("field")]
            self.env.invalidate_all()
            with statements() as executed:
                problems = self.env["external.order.problem"].with_user(user)
                found = problems.web_search_read([], {name: {} for name in names}, limit=40)
            self.assertTrue(found["records"])
            gathering = [statement for statement in executed if "UNION ALL" in statement]
            self.assertEqual(len(gathering), 1, gathering[1:])

    def test_warnings_that_differ_are_not_shown_for_all(self):
        names = ("Another Name", "A Third Name")
        self.synchronize(
            *[self.order(n, OrderItems=[self.item(name, ItemID=self.product.id)]) for n, name in enumerate(names, 1)]
        )
        [problem] = self.problems()
        self.assertEqual((problem.reason, problem.order_count), ("product_differs", 2))
        self.assertNotIn("Third", problem.message)

    def test_a_changed_order_is_a_problem_until_it_was_seen(self):
        self.synchronize(self.order(1))
        self.synchronize(self.order(1, Tax=11.0))
        problem = self.problems()
        self.assertEqual((problem.reason, problem.order_count), ("changed", 1))
        problem.action_accept_change()
        self.assertFalse(self.problems())

    def test_a_product_is_chosen_for_all_orders_that_lack_it(self):
        self.synchronize(self.missing(1, "Thing"), self.missing(2, "Thing"))
        user = new_test_user(self.env, "problem-user", groups="base.group_user,external_order_sync.group_user")
        action = self.problems().with_user(user).action_choose_product()
        view, _kind = action["views"][0]
        dialog = Form(self.env["external.product.alias"].with_user(user).with_context(**action["context"]), view=view)
        self.assertEqual(dialog.waiting_count, 2)
        dialog.product_id = self.product
        told = dialog.save().with_context(**action["context"]).action_remember()
        self.assertEqual(told["params"]["message"], "2 orders imported.")
        self.assertFalse(self.problems())

    def test_all_of_a_reason_are_retried_or_ignored(self):
        self.synchronize(self.missing(1, "Late"), self.missing(2, "Late"), self.order(3, GrandTotal=99.0))
        self.create_product("Late")
        self.problems().filtered("can_choose_product").action_retry()
        self.assertEqual({self.inbox(1).state, self.inbox(2).state}, {"done"})
        self.problems().action_ignore()
        self.assertEqual(self.inbox(3).state, "ignored")
        self.assertFalse(self.problems())

    def test_one_order_retries_all_of_its_reason(self):
        self.synchronize(self.missing(1, "Late"), self.missing(2, "Late"))
        self.create_product("Late")
        self.assertEqual(self.inbox(1).same_reason_count, 2)
        self.inbox(1).action_retry_same_reason()
        self.assertEqual(self.inbox(2).state, "done")

    def test_a_missing_payment_method_is_mended_by_a_mapping(self):
        self.pos_config.payment_method_ids = self.create_payment_method("House", "cash", split_transactions=True)
        self.synchronize(self.order(1))
        row = self.inbox(1)
        self.assertEqual(row.error_code, "payment_not_found")
        self.pos_config.payment_method_ids |= self.card
        action = row.action_choose_payment()
        self.assertEqual(action["context"]["external_order_ids"], row.ids)
        view, _kind = action["views"][0]
        dialog = Form(self.env["external.payment.mapping"].with_context(**action["context"]), view=view)
        self.assertEqual(dialog.available_method_ids[:], self.card)
        dialog.payment_method_id = self.card
        told = dialog.save().with_context(**action["context"]).action_remember()
        self.assertEqual(told["params"]["message"], "1 order imported.")
        self.assertEqual(row.pos_order_id.payment_ids.payment_method_id, self.card)

    def ambiguous(self, order_id, card_type="Card", mode=2):
        """Return an order whose payment matches two methods, at least with the CardType "Card"."""
        for name in ("Gift Card", "Bank Card"):
            if name not in self.pos_config.payment_method_ids.mapped("name"):
                self.pos_config.payment_method_ids |= self.create_payment_method(name, "bank")
        return self.order(order_id, CheckoutDetails=[self.payment(92.0, card_type, mode)])

    def test_an_ambiguous_payment_method_is_chosen_for_all_orders_that_wait_for_it(self):
        self.sync.unknown_payment = "refuse"
        run = self.synchronize(self.ambiguous(1), self.ambiguous(2), self.ambiguous(3, "Voucher", 9))
        self.assertIn("Gift Card, Bank Card", run.message)
        self.assertEqual(
            [(row.reason, row.card_type, row.payment_mode, row.order_count) for row in self.problems()],
            [("payment_ambiguous", "Card", "2", 2), ("payment_not_found", "Voucher", "9", 1)],
        )
        problem = self.problems()[0]
        self.assertEqual(problem.display_name, "Several Payment Methods Match: Card / 2")
        self.assertEqual(problem._get_orders(), self.inbox(1) | self.inbox(2))
        manager = new_test_user(self.env, "problem-manager", groups="external_order_sync.group_manager")
        action = problem.with_user(manager).action_choose_payment()
        self.assertEqual(action["context"]["external_order_ids"], (self.inbox(2) | self.inbox(1)).ids)
        view, _kind = action["views"][0]
        Mapping = self.env["external.payment.mapping"].with_user(manager).with_context(**action["context"])
        dialog = Form(Mapping, view=view)
        self.assertEqual((dialog.card_type, dialog.payment_mode), ("Card", "2"))
        chosen = self.pos_config.payment_method_ids.filtered(lambda method: method.name == "Bank Card")
        dialog.payment_method_id = chosen
        told = dialog.save().with_context(**action["context"]).action_remember()
        self.assertEqual(told["params"]["message"], "2 orders imported.")
        self.assertEqual(self.pos_orders().payment_ids.payment_method_id, chosen)
        self.assertEqual(self.inbox(3).state, "failed")
        self.synchronize(self.ambiguous(4))
        self.assertEqual(self.inbox(4).state, "done")

    def test_a_mapping_that_counts_no_more_gets_another_method(self):
        gone = self.create_payment_method("Gone", "bank")
        values = {"sync_id": self.sync.id, "card_type": "card", "payment_mode": "2", "payment_method_id": gone.id}
        mapping = self.env["external.payment.mapping"].create(values)
        self.synchronize(self.ambiguous(1))
        row = self.inbox(1)
        self.assertEqual((row.error_code, row.action_choose_payment()["res_id"]), ("payment_ambiguous", mapping.id))
        mapping.payment_method_id = self.card
        self.assertEqual(row.pos_order_id.payment_ids.payment_method_id, self.card)

    def test_what_no_mapping_can_decide_says_what_can(self):
        self.sync.unknown_payment = "refuse"
        self.synchronize(self.order(1, PaymentMode=None, CheckoutDetails=[{"AmountPaid": 92.0}]))
        self.assertEqual(self.inbox(1).error_code, "payment_not_found")
        with self.assertRaisesRegex(UserError, "unknown payments"):
            self.inbox(1).action_choose_payment()

    def test_the_notification_leads_to_the_payment_method(self):
        self.feed(self.ambiguous(1))
        buttons = self.sync.action_sync_now()["params"]["buttons"]
        names = [button["name"] for button in buttons]
        self.assertEqual(names, ["Choose Payment Method: Card / 2", "Show Failed Orders"])
        user = new_test_user(self.env, "mere-user", groups="base.group_user,external_order_sync.group_user")
        steps = self.env["external.order.sync.run"].search([("sync_id", "=", self.sync.id)], limit=1)
        self.assertEqual([step["name"] for step in steps.with_user(user)._get_next_steps()], names)

    def test_the_notification_leads_to_the_remedy(self):
        self.feed(self.missing(1, "Thing"))
        buttons = self.sync.action_sync_now()["params"]["buttons"]
        self.assertEqual([button["name"] for button in buttons], ["Choose Product: Thing", "Show Failed Orders"])
        self.assertEqual(buttons[0]["action"]["res_model"], "external.product.alias")
        self.feed(self.order(2))
        self.assertFalse(self.sync.action_sync_now()["params"]["buttons"])

    def test_a_card_leads_to_the_synchronization_whose_settings_may_be_the_cause(self):
        self.synchronize(self.order(1, AmountTotal=92.0, OrderItems=[self.item(price=92.0)]))
        [problem] = self.problems()
        self.assertIn("Prices Include Tax", problem.message)
        action = problem.action_open_sync()
        self.env[action["res_model"]].browse(action["res_id"]).prices_include_tax = True
        problem.action_retry()
        self.assertEqual(self.inbox(1).state, "done")

    def test_other_companies_problems_are_not_seen(self):
        self.synchronize(self.missing(1, "Thing"))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "elsewhere",
            groups="base.group_user,external_order_sync.group_user",
            company_id=company.id,
            company_ids=company.ids,
        )
        of_user = self.env["external.order.problem"].with_user(user).with_context(allowed_company_ids=company.ids)
        self.assertFalse(of_user.search([]))
