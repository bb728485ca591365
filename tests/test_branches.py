from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .branch_common import BranchCase


class TestBranches(BranchCase):
    """One feed for several branches: the LocationID of an order chooses its Point of Sale."""

    def test_each_order_is_sold_in_its_branch(self):
        self.use_locations()
        run = self.synchronize(self.order_here(), self.order_there())
        self.assertEqual((run.status, run.imported_count), ("success", 2), run.message)
        here, there = self.inbox(639), self.inbox(640)
        self.assertEqual((here.pos_config_id, there.pos_config_id), (self.pos_config, self.there))
        for row, config, method, tax in (
            (here, self.pos_config, self.cash, 12.0),
            (there, self.there, self.cash_there, 4.0),
        ):
            pos_order = row.pos_order_id
            self.assertEqual((pos_order.config_id, pos_order.session_id.state), (config, "opened"))
            self.assertEqual(pos_order.payment_ids.payment_method_id, method)
            self.assertEqual(pos_order.amount_tax, tax)
            self.assertEqual(pos_order.picking_ids.picking_type_id, config.picking_type_id)
            self.assertEqual(pos_order.session_id.external_order_sync_id, self.sync)
        self.assertEqual(there.pos_order_id.fiscal_position_id, self.reduced)
        self.assertEqual(self.sync.session_count, 2)

    def test_a_location_is_one_however_it_is_written(self):
        for mapping in ("404.0", " 404 "):
            with self.subTest(mapping=mapping):
                table = self.use_locations(**{mapping: self.there})
                self.assertEqual(table.external_location, "404")
                table.unlink()
        self.use_locations(L404=self.there, North=self.pos_config)
        entries = [self.order_there(number, place) for number, place in enumerate((404, "404", 404.0, " 404.0"))]
        self.synchronize(*entries, self.order_here("N", " North "), self.order_here("n", "north"))
        for number in range(4):
            self.assertEqual(self.inbox(number).pos_order_id.config_id, self.there, number)
        self.assertEqual(self.inbox("N").pos_order_id.config_id, self.pos_config)
        self.assertEqual(self.inbox("n").error_code, "location_unknown")

    def test_one_location_has_one_point_of_sale(self):
        self.use_locations(L404=self.pos_config)
        with self.assertRaisesRegex(Exception, "external_location_mapping_unique_location"), self.env.cr.savepoint():
            self.use_locations(L404=self.there)

    def test_what_cannot_be_a_location_is_refused(self):
        for text in ("x" * 65, " ", "a\0b"):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, "cannot be a LocationID"):
                self.use_locations(**{text: self.pos_config})

    # ---- locations that are not in the table -------------------------------------------------------------------------

    def test_an_unknown_location_is_named_and_the_others_go_on(self):
        self.use_locations(L404=self.pos_config)
        run = self.synchronize(self.order_here(), self.order_there())
        row = self.inbox(640)
        self.assertEqual((run.status, run.imported_count, run.failed_count), ("error", 1, 1))
        self.assertEqual((row.state, row.error_code, row.pos_config_id.id), ("failed", "location_unknown", False))
        for text in ("405", self.sync.name, "Choose Point of Sale"):
            self.assertIn(text, row.error_message)
        self.assertIn("405", run.message)

    def test_adding_the_location_imports_what_waits_for_it(self):
        self.use_locations(L404=self.pos_config)
        self.synchronize(self.order_here(), self.order_there(), self.order_there(641, 406))
        with Form(self.sync) as form, form.location_mapping_ids.new() as line:
            line.external_location = "405.0"
            line.pos_config_id = self.there
        self.assertEqual((self.inbox(640).state, self.inbox(640).pos_order_id.config_id), ("done", self.there))
        self.assertEqual((self.inbox(641).state, self.inbox(641).attempts), ("failed", 1))

    def test_correcting_the_location_does_so_too(self):
        mapping = self.use_locations(L40=self.there)
        self.synchronize(self.order_there())
        mapping.external_location = "405"
        self.assertEqual((self.inbox(640).state, self.inbox(640).pos_order_id.config_id), ("done", self.there))

    def test_the_point_of_sale_is_chosen_from_the_order_or_the_problem(self):
        self.use_locations(L404=self.pos_config)
        self.synchronize(self.order_there(1), self.order_there(2, 406), self.order_there(3))
        problems = self.env["external.order.problem"].search([("sync_id", "=", self.sync.id)])
        self.assertEqual(sorted(problems.mapped("display_name")), ["Unknown Location: 405", "Unknown Location: 406"])
        problem = problems.filtered(lambda problem: problem.external_location == "405")
        self.assertEqual((problem.order_count, problem.can_choose_location), (2, True))
        action = problem.action_choose_location()
        with Form(
            self.env[action["res_model"]].with_context(**action["context"]), view=action["views"][0][0]
        ) as dialog:
            dialog.pos_config_id = self.there
        told = dialog.record.with_context(**action["context"]).action_remember()
        self.assertIn("2 orders imported.", told["params"]["message"])
        self.assertEqual(self.inbox(2).state, "failed")

    def test_an_order_without_location_is_refused(self):
        self.use_locations()
        for number, location in enumerate((None, "", " ")):
            with self.subTest(location=location):
                self.synchronize(self.order_here(number, location))
                row = self.inbox(number)
                self.assertEqual((row.state, row.error_code), ("failed", "location_unknown"))
                self.assertIn("no usable LocationID", row.error_message)
                with self.assertRaisesRegex(UserError, "no usable LocationID"):
                    row.action_choose_location()

    def test_without_a_table_the_location_is_ignored(self):
        self.synchronize(self.order_here(), self.order_here(1, 405), self.order(2))
        self.assertEqual(len(self.pos_orders()), 3, self.sync.last_sync_message)

    def test_with_the_table_emptied_a_waiting_order_can_be_retried(self):
        table = self.use_locations(L405=self.there)
        self.synchronize(self.order_here())
        table.unlink()
        row = self.inbox(639)
        self.assertEqual((row.state, row.pos_config_id), ("failed", self.pos_config))  # a user decides
        row.action_retry()
        self.assertEqual((row.state, row.pos_order_id.config_id), ("done", self.pos_config))

    # ---- payments ----------------------------------------------------------------------------------------------------

    def test_a_payment_mapping_to_a_method_of_another_branch_is_refused(self):
        self.use_locations()
        mapping = self.env["external.payment.mapping"].create(
            {"sync_id": self.sync.id, "card_type": "Voucher", "payment_method_id": self.card.id}
        )
        self.synchronize(
            self.order_here(CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
            self.order_there(CheckoutDetails=[self.payment(84.0, "Voucher", 9)]),
        )
        self.assertEqual(self.inbox(639).pos_order_id.payment_ids.payment_method_id, self.card)
        row = self.inbox(640)
        self.assertEqual((row.state, row.error_code), ("failed", "payment_not_found"))
        for text in ("Voucher", "Card (test)", "Branch There", "Choose Payment Method"):
            self.assertIn(text, row.error_message)
        # The choice for the order applies to its branch only.
        action = row.action_choose_payment()
        self.assertFalse(action["res_id"])
        with Form(self.env[action["res_model"]].with_context(**action["context"]), view=action["views"][0][0]) as form:
            self.assertEqual(form.pos_config_id, self.there)
            self.assertEqual(form.available_method_ids[:], self.cash_there | self.card_there)
            form.payment_method_id = self.card_there
        self.assertEqual((row.state, row.pos_order_id.payment_ids.payment_method_id), ("done", self.card_there))
        self.assertEqual(mapping.payment_method_id, self.card)
        self.synchronize(self.order_here(641, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]))
        self.assertEqual(self.inbox(641).pos_order_id.payment_ids.payment_method_id, self.card)

    def test_a_mapping_of_a_branch_does_not_count_in_another(self):
        self.use_locations()
        self.env["external.payment.mapping"].create(
            {
                "sync_id": self.sync.id,
                "card_type": "Cash",
                "pos_config_id": self.there.id,
                "payment_method_id": self.card_there.id,
            }
        )
        self.synchronize(self.order_here(), self.order_there())
        self.assertEqual(self.inbox(639).pos_order_id.payment_ids.payment_method_id, self.cash)
        self.assertEqual(self.inbox(640).pos_order_id.payment_ids.payment_method_id, self.card_there)

    def test_the_method_for_unknown_payments_has_to_be_one_of_the_branch(self):
        self.use_locations()
        self.sync.write({"unknown_payment": "method", "unknown_payment_method_id": self.card_there.id})
        self.synchronize(
            self.order_here(CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
            self.order_there(CheckoutDetails=[self.payment(84.0, "Voucher", 9)]),
        )
        self.assertEqual(self.inbox(640).pos_order_id.payment_ids.payment_method_id, self.card_there)
        row = self.inbox(639)
        self.assertEqual((row.state, row.error_code), ("failed", "payment_not_found"))
        self.assertIn("Test POS", row.error_message)
        self.assertIn("Add it to the Point of Sale", row.error_message)

    # ---- sessions ----------------------------------------------------------------------------------------------------

    def test_a_branch_without_session_holds_up_no_other(self):
        self.use_locations()
        self.sync.auto_create_session = False
        session = self.env["pos.session"].create({"config_id": self.there.id})
        session.set_opening_control(0, "")
        run = self.synchronize(self.order_here(), self.order_there())
        self.assertEqual((self.inbox(639).state, self.inbox(640).state), ("pending", "done"))
        self.assertEqual((run.status, self.inbox(640).session_id), ("error", session))
        self.assertIn("Test POS", run.message)

    def test_the_sessions_of_all_branches_are_closed_automatically(self):
        self.sync.closing_order_count = 1
        self.use_locations()
        self.synchronize(self.order_here(), self.order_there())
        sessions = (self.inbox(639) | self.inbox(640)).session_id
        self.assertEqual(len(sessions), 2)
        self.assertEqual(self.env["pos.session"]._get_due_external_sessions(self.sync), sessions)

    def test_the_register_of_a_branch_is_one_with_external_orders(self):
        """Closing one looks for orders that are being imported; `test_closing_beside_others` shows what it does."""
        syncs = self.env["external.order.sync"]
        session = self.env["pos.session"].create({"config_id": self.there.id})
        session.set_opening_control(0, "")
        seen = []
        with self.overridden_session("_take_from_importers", lambda original, this: seen.append(this) or True):
            session._refuse_closing_while_importing()
            self.assertFalse(seen)
            self.use_locations()
            session._refuse_closing_while_importing()
        self.assertEqual((seen, syncs.search_count([("pos_config_id", "=", self.there.id)])), ([session], 0))

    def overridden_session(self, method_name, override):
        model = type(self.env["pos.session"])
        original = getattr(model, method_name)
        return patch.object(model, method_name, lambda this: override(original, this))

    # ---- what belongs together ---------------------------------------------------------------------------------------

    def test_all_branches_are_of_one_company(self):
        company = self.env["res.company"].create({"name": "Their Company"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        journals = self.env["account.journal"].create(
            [
                {"name": "Theirs", "code": "THR", "type": "general", "company_id": company.id},
                {"name": "Their Sales", "code": "THS", "type": "sale", "company_id": company.id},
            ]
        )
        method = self.env["pos.payment.method"].create(
            {"name": "Their Money", "company_id": company.id, "split_transactions": True}
        )
        theirs = (
            self.env["pos.config"]
            .with_company(company)
            .create(
                {
                    "name": "Their POS",
                    "company_id": company.id,
                    "picking_type_id": warehouse.pos_type_id.id,
                    "payment_method_ids": [Command.set(method.ids)],
                    "journal_id": journals[0].id,
                    "invoice_journal_id": journals[1].id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "Their POS"), self.env.cr.savepoint():
            self.use_locations(L404=theirs)
        self.use_locations()
        with self.assertRaisesRegex(ValidationError, "belong to different companies"):
            self.sync.pos_config_id = theirs

    def test_users_see_the_table_and_managers_fill_it(self):
        self.use_locations(L404=self.pos_config)
        groups = {"user": "external_order_sync.group_user", "manager": "external_order_sync.group_manager"}
        user, manager = (
            new_test_user(self.env, f"branch-{name}", group, company_id=self.company.id)
            for name, group in groups.items()
        )
        self.assertEqual(self.sync.with_user(user).location_mapping_ids.external_location, "404")
        with self.assertRaises(AccessError):
            self.sync.with_user(user).location_mapping_ids.external_location = "405"
        self.synchronize(self.order_there())
        self.env["external.location.mapping"].with_user(manager).create(
            {"sync_id": self.sync.id, "external_location": "405", "pos_config_id": self.there.id}
        )
        self.assertEqual(self.inbox(640).with_user(user).state, "done")

    def create_kuwait(self):
        """Create a Point of Sale that sells in Kuwaiti dinars."""
        currency = self.env.ref("base.KWD")
        currency.active = True
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.25, "currency_id": currency.id, "company_id": self.company.id}
        )
        journals = self.env["account.journal"].create(
            [
                {"name": f"{kind} KWD", "type": kind, "code": f"{kind[:2]}KW", "currency_id": currency.id}
                for kind in ("general", "sale", "bank")
            ]
        )
        method = self.env["pos.payment.method"].create({"name": "Dinars", "journal_id": journals[2].id})
        return self.create_pos_config("Kuwait", method, journal_id=journals[0].id, invoice_journal_id=journals[1].id)

    def order_in_dinars(self, **values):
        return self.order_here(
            1,
            965,
            **{
                "AmountTotal": 1.235,
                "Tax": 0.185,
                "GrandTotal": 1.420,
                "AmountPaid": 1.420,
                "OrderItems": [self.item(price=1.235)],
                "CheckoutDetails": [self.payment(1.420, "Dinars")],
                **values,
            },
        )

    def test_orders_in_the_currency_of_another_branch_are_imported_once_they_go_there(self):
        self.use_locations(L404=self.pos_config, L965=self.there)
        self.synchronize(self.order_in_dinars(Currency="KWD"))
        row = self.inbox(1)
        self.assertEqual((row.state, row.error_code), ("failed", "wrong_currency"))
        kuwait = self.create_kuwait()
        self.sync.location_mapping_ids.filtered(lambda row: row.external_location == "965").pos_config_id = kuwait
        self.assertEqual((row.state, row.pos_order_id.config_id), ("done", kuwait), row.error_message)

    # ---- what is shown -----------------------------------------------------------------------------------------------

    def test_the_currency_is_that_of_the_branch(self):
        kuwait = self.create_kuwait()
        self.use_locations(L404=self.pos_config, L965=kuwait)
        entries = [self.order_here(), self.order_in_dinars()]
        self.feed(*entries)
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertEqual(preview.line_ids.mapped("currency_id.name"), ["USD", "KWD"])
        self.assertEqual(preview.line_ids.pos_config_id, self.pos_config | kuwait)
        self.assertIn("1.420", preview.line_ids[1].payments)
        self.synchronize(*entries)
        row = self.inbox(1)
        self.assertEqual((row.state, row.currency_id.name, row.total), ("done", "KWD", 1.42), row.error_message)
        self.assertIn("1.420", row.result_html)
        self.assertEqual(self.inbox(639).currency_id, self.company.currency_id)

    def test_the_preview_shows_the_branch_and_unknown_locations(self):
        self.use_locations(L405=self.there)
        self.feed(self.order_there(), self.order_here())
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertRecordValues(
            preview.line_ids,
            [
                {"result": "ready", "reason": False, "pos_config_id": self.there.id},
                {"result": "problem", "reason": "location_unknown", "pos_config_id": False},
            ],
        )
        self.assertIn("Cash there", preview.line_ids[0].payments)

    def test_a_waiting_order_follows_the_table(self):
        self.use_locations()
        self.synchronize(self.order_here(OrderItems=[self.item("Unheard of")]), self.order_here(1))
        waiting, done = self.inbox(639), self.inbox(1)
        self.sync.location_mapping_ids[0].pos_config_id = self.there
        self.assertEqual((waiting.pos_config_id, done.pos_config_id), (self.there, self.pos_config))

    def test_a_time_filter_is_advised_once_downloads_are_large(self):
        Run = self.env["external.order.sync.run"]
        run = {"sync_id": self.sync.id, "fetch_done": True, "status": "no_orders", "known_count": 500}
        Run.create([run, run])
        self.assertFalse(self.sync.is_since_advised)
        Run.create(run)
        self.assertTrue(self.sync.is_since_advised)
        self.sync.since_parameter = "since"
        self.assertFalse(self.sync.is_since_advised)
        self.sync.since_parameter = False
        Run.create({**run, "known_count": 499})
        self.assertFalse(self.sync.is_since_advised)
