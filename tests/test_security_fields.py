from collections import defaultdict
from copy import deepcopy

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user

from .security_common import ADDON, SecurityCase


class TestFieldsOnOtherModels(SecurityCase):
    """Users without the addon's groups work with records of other addons as if the addon were not installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for order_id in (639, 640):
            cls.offer(order_id)
        cls.sync.sync_orders()
        cls.row, other = cls.env["external.order"].search([("sync_id", "=", cls.sync.id)], order="id")
        # An empty relation could be read by any user.
        cls.session.external_order_sync_id = cls.sync
        cls.row.pos_order_id.external_refunded_order_id = other.pos_order_id
        cls.row.pos_order_id.external_replaced_id = other.pos_order_id
        cls.row.pos_order_id.lines.external_refunded_line_id = other.pos_order_id.lines
        cls.shipment = cls.env["external.shipment"]._request(cls.create_picking(), "opal")[0]
        cls.shipment.picking_id.pos_session_id = cls.row.session_id

    def setUp(self):
        super().setUp()
        self.users = {}

    def added_fields(self):
        """Return {model: names of the fields that this addon adds or extends} for models of other addons.

        Without the settings, whose records only exist while an administrator has them open.
        """
        added = defaultdict(set)
        for name, model in self.env.registry.items():
            if model._original_module != ADDON and name != "res.config.settings":
                added[name] |= {field for field, definition in model._fields.items() if ADDON in definition._modules}
        return {name: names for name, names in added.items() if names}

    def records(self):
        """Return a record of each model that has such a field, related to records of this addon."""
        order = self.row.pos_order_id
        analyzed = self.env["report.pos.order"].search([("order_id", "=", order.id)], limit=1)
        config = order.config_id
        records = (order, order.lines, order.session_id, config, analyzed, self.shipment.picking_id, self.carrier)
        return {record._name: record for record in records}

    def readers(self, model_name):
        """Return a user for each group that may read the model, without any group of the addon."""
        rights = self.env["ir.model.access"].search([("model_id.model", "=", model_name), ("perm_read", "=", True)])
        users = []
        for group in rights.group_id | self.env.ref("base.group_user"):
            if group not in self.users:
                kinds = ("base.group_user", "base.group_portal", "base.group_public")
                kind = next((kind for kind in kinds if self.env.ref(kind) in group.all_implied_ids), kinds[0])
                self.users[group] = new_test_user(self.env, f"reader-{group.id}", groups=kind)
                self.users[group].group_ids |= group
            users.append(self.users[group])
        return [user for user in users if not user.has_group(f"{ADDON}.group_user")]

    def for_each_reader(self, work, operation="read"):
        """Call ``work(record)`` for a record of each model, as each user who may do the operation with it."""
        for name in self.added_fields():
            record = self.records().get(name)
            self.assertTrue(record, f"{name} has fields of this addon: give this test a record of it")
            for field in self.added_fields()[name]:
                if record._fields[field].relational:
                    self.assertTrue(record.sudo()[field], f"{name}.{field} is empty: let this test fill it")
            if operation != "read" and not record._auto:
                continue  # a report, which cannot be written
            readers = [user for user in self.readers(name) if record.with_user(user).has_access(operation)]
            self.assertTrue(readers, f"nobody may {operation} {name}")
            for user in readers:
                with self.subTest(model=name, groups=user.group_ids.mapped("full_name"), operation=operation):
                    self.env.invalidate_all()
                    work(record.with_user(user))

    def assertAsWithoutUs(self, work):
        """Assert that ``work`` is refused with the addon's fields only if it is refused without them.

        :param work: a function that takes whether the fields of this addon are left out
        """
        try:
            work(False)
        except AccessError as error:
            self.env.invalidate_all()
            with self.assertRaises(AccessError, msg=f"because of this addon's fields: {error}"):
                work(True)

    def test_all_fields_can_be_read(self):
        def read(record):
            added = self.added_fields()[record._name]
            names = record.fields_get()
            others = sorted(names.keys() - added)
            domain = [("id", "=", record.id)]
            self.assertAsWithoutUs(lambda without: record.read(others if without else None))
            self.assertAsWithoutUs(lambda without: record.web_read({key: {} for key in (others if without else names)}))
            self.assertAsWithoutUs(lambda without: record.search_read(domain, others if without else None))
            for name in added & names.keys():
                self.env.invalidate_all()
                self.assertTrue(record.read([name]))
                # A relation that the user sees is one that can be followed.
                if names[name]["type"] in ("many2one", "one2many", "many2many"):
                    self.env.invalidate_all()  # Odoo has read the names as the system
                    record[name].mapped("display_name")

        self.for_each_reader(read)

    def test_records_are_searched_by_name_and_by_every_view(self):
        def search(record):
            record.name_search("x")
            if record.env.user._is_internal():
                record.get_views([(False, view_type) for view_type in ("form", "list", "search")])

        self.for_each_reader(search)

    def test_records_are_written(self):
        def write(record):
            if record._name == "pos.config" and not record.env["pos.session"].has_access("read"):
                return  # Odoo itself reads its sessions then
            name = "note" if record._name == "stock.picking" else "name"
            record.write({name: f"{record[name]}"})
            self.env.flush_all()

        self.for_each_reader(write, "write")

    def test_records_are_copied(self):
        def copy(record):
            ours = dict.fromkeys(self.added_fields()[record._name], False)
            self.assertAsWithoutUs(lambda without: record.copy_data(ours if without else None))

        self.for_each_reader(copy, "create")

    def test_records_are_created_and_deleted(self):
        manager = new_test_user(self.env, "carrier-manager", groups="base.group_user,stock.group_stock_manager")
        carrier = self.carrier.with_user(manager).copy()
        self.assertEqual(carrier.name, f"{self.carrier.name} (copy)")
        carrier.unlink()
        picking = self.create_picking().with_user(manager)
        copy = picking.copy()
        copy.unlink()
        order = self.sell(self.cashier, state="draft")
        order.with_user(self.cashier).action_pos_order_cancel()
        order.with_user(self.cashier).unlink()

    def test_fields_of_ours_are_out_of_reach_without_the_group(self):
        """Fields with groups can be neither read by name nor searched."""
        order = self.row.pos_order_id.with_user(self.cashier)
        for name in ("external_order_ids", "external_order_id"):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    order.read([name])
                with self.assertRaises(AccessError):
                    order.search([(name, "!=", False)])
        user = new_test_user(self.env, "sync-user", groups="base.group_user,external_order_sync.group_user")
        self.assertEqual(self.row.pos_order_id.with_user(user).external_order_id, self.row.with_user(user))

    def test_a_form_opens_as_the_screen_opens_it(self):
        groups = "base.group_user,stock.group_stock_manager,sales_team.group_sale_manager"
        manager = new_test_user(self.env, "form-manager", groups=groups)
        with Form(self.carrier.with_user(manager)) as form:
            form.name = "Renamed"
        groups = "base.group_user,stock.group_stock_user,base.group_partner_manager"
        stock_user = new_test_user(self.env, "form-user", groups=groups)
        with Form(self.shipment.picking_id.with_user(stock_user)) as form:
            form.origin = "Changed"


class TestRegister(SecurityCase):
    """A cashier without the addon's groups sells, saves, pays and refunds in a session with external orders."""

    def setUp(self):
        super().setUp()
        self.row = self.import_order()
        self.assertEqual(self.row.pos_order_id.session_id, self.session)
        self.env.invalidate_all()

    def test_orders_are_loaded(self):
        draft = self.sell(self.cashier, state="draft")
        self.env.invalidate_all()
        data = self.session.with_user(self.cashier).load_data([])
        self.assertIn(draft.id, [order["id"] for order in data["pos.order"]])
        self.assertTrue(self.session.with_user(self.cashier).load_data_params())
        found = self.env["pos.order"].with_user(self.cashier).read_pos_orders([("id", "=", self.row.pos_order_id.id)])
        self.assertEqual(found["pos.order"][0]["id"], self.row.pos_order_id.id)

    def test_a_saved_order_is_changed_by_a_second_device_paid_and_refunded(self):
        second = new_test_user(self.env, "second-cashier", groups="base.group_user,point_of_sale.group_pos_user")
        order = self.register_order("draft")
        pos_orders = self.env["pos.order"]
        pos_orders.with_user(self.cashier).sync_from_ui([deepcopy(order)])
        line = {**order["lines"][0][2], "qty": 2, "price_subtotal": 160.0, "price_subtotal_incl": 184.0}
        saved = pos_orders.search([("uuid", "=", order["uuid"])])
        changed = {
            **order,
            "id": saved.id,
            "access_token": saved.access_token,
            "amount_total": 184.0,
            "amount_tax": 24.0,
        }
        changed["lines"] = [[1, saved.lines.id, line]]
        pos_orders.with_user(second).sync_from_ui([deepcopy(changed)])
        payment = {"uuid": str(self.row.id), "name": "2026-01-01 00:00:00", "amount": 184.0}
        paid = {
            **changed,
            "state": "paid",
            "amount_paid": 184.0,
            "lines": [],
            "payment_ids": [[0, 0, {**payment, "payment_method_id": self.cash.id}]],
        }
        self.env.invalidate_all()
        answer = pos_orders.with_user(self.cashier).sync_from_ui([paid])
        self.assertEqual([data["uuid"] for data in answer["pos.order"]], [saved.uuid])
        self.assertEqual((saved.state, saved.amount_total, saved.picking_ids.state), ("paid", 184.0, "done"))
        refund = self.sell(self.cashier, quantity=-2, line={"refunded_orderline_id": saved.lines.id})
        self.assertEqual((refund.state, refund.amount_total, refund.picking_ids.state), ("paid", -184.0, "done"))
        self.assertEqual(saved.lines.refunded_qty, 2)

    def test_an_external_order_is_refunded_at_the_register(self):
        line = self.row.pos_order_id.lines
        refund = self.sell(self.cashier, quantity=-1, line={"refunded_orderline_id": line.id})
        self.assertEqual((refund.state, refund.amount_total), ("paid", -92.0))
        self.assertEqual(refund.lines.refunded_orderline_id, line)

    def test_the_session_is_closed(self):
        self.sell(self.cashier)
        session = self.session.with_user(self.cashier)
        session.post_closing_cash_details(session.cash_register_balance_end)
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")

    def test_a_session_that_the_synchronization_opened_is_closed(self):
        config = self.create_pos_config("Second POS", self.card)
        sync = self.create_sync(name="Second Store", pos_config_id=config.id)
        self.feed(self.order(700, CheckoutDetails=[self.payment(92.0, "Card (test)", 2)]))
        sync.sync_orders()
        session = config.current_session_id.with_user(self.cashier)
        self.assertEqual(session.sudo().external_order_sync_id, sync)
        self.env.invalidate_all()
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
