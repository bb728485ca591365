from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import ExternalOrderCase
from .security_common import SecurityCase


class TestOrderDetails(ExternalOrderCase):
    """The POS order has the number, type, note and order taker of the external order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        presets = cls.env["pos.preset"].create([{"name": name} for name in ("Dine In", "Takeaway", "Hidden")])
        cls.dine_in, cls.takeaway, cls.hidden = presets
        cls.pos_config.write(
            {
                "use_presets": True,
                "default_preset_id": cls.dine_in.id,
                "available_preset_ids": [(6, 0, (cls.dine_in | cls.takeaway).ids)],
            }
        )

    def test_the_number_of_the_external_system_is_on_the_order(self):
        row = self.import_order(order_id="A-17")
        order = row.pos_order_id
        self.assertEqual((order.external_order_number, order.source), ("A-17", "external"))
        # The receipt number and the short number on the receipt stay those of the Point of Sale.
        self.assertNotIn("A-17", (order.pos_reference, order.tracking_number, order.name))

    def test_the_note_is_the_one_that_the_receipt_and_the_invoice_show(self):
        order = self.import_order(Remark="Ring twice").pos_order_id
        self.assertEqual((order.general_customer_note, order.internal_note), ("Ring twice", False))

    def test_without_details_nothing_is_written(self):
        order = self.import_order().pos_order_id
        self.assertFalse(order.general_customer_note or order.external_order_taker or order.preset_id)

    def test_a_printed_receipt_leads_to_the_invoice(self):
        self.synchronize(self.order(1), self.order(2))
        orders = self.pos_orders()
        self.assertEqual({len(order.ticket_code) for order in orders}, {5})
        self.assertEqual(len({order.access_token for order in orders} - {False}), 2)
        self.assertEqual(len(set(orders.mapped("ticket_code"))), 2)

    def test_who_took_the_order(self):
        self.assertEqual(self.import_order(OrderTakerID=17).pos_order_id.external_order_taker, "17")

    def test_the_order_type_is_the_preset_of_that_name_in_any_spelling(self):
        for number, name in enumerate(("Takeaway", "TAKEAWAY", " take\u00adaway ")):
            with self.subTest(name=name):
                row = self.import_order(order_id=number + 1, OrderType=name)
                self.assertEqual(row.pos_order_id.preset_id, self.takeaway)
                self.assertFalse(row.warnings)

    def test_the_name_of_a_preset_counts_in_any_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.takeaway.with_context(lang="de_DE").name = "Zum Mitnehmen"
        self.assertEqual(self.import_order(OrderType="zum mitnehmen").pos_order_id.preset_id, self.takeaway)

    def test_a_type_that_is_no_preset_of_the_point_of_sale_is_noted(self):
        row = self.import_order(OrderType="Hidden")
        self.assertFalse(row.pos_order_id.preset_id)
        self.assertEqual((row.state, row.doubt), ("done", False))
        self.assertIn('No preset of Test POS is called "Hidden"', row.warnings)

    def test_two_presets_of_one_name_are_not_guessed(self):
        self.pos_config.available_preset_ids |= self.takeaway.copy({"name": "takeaway"})
        row = self.import_order(OrderType="Takeaway")
        self.assertFalse(row.pos_order_id.preset_id)
        self.assertIn('Several presets of Test POS are called "Takeaway"', row.warnings)

    def test_where_presets_are_not_used_the_type_is_no_matter(self):
        self.pos_config.use_presets = False
        row = self.import_order(OrderType="Takeaway")
        self.assertFalse(row.pos_order_id.preset_id or row.warnings)

    def test_the_presets_are_read_once_a_batch(self):
        def count(first, orders):
            entries = [self.order(first + number, OrderType="Takeaway") for number in range(orders)]
            self.env["external.order"]._receive(self.sync, entries)
            self.env.flush_all()
            self.env.invalidate_all()
            rows = self.env["external.order"]._claim(self.sync, orders)
            with self.queries_of("pos_preset") as queries:
                rows._import()
            self.assertEqual(rows.pos_order_id.preset_id, self.takeaway)
            return len(queries)

        self.assertEqual(count(1, 1), count(100, 20))

    @contextmanager
    def queries_of(self, table):
        """Yield the list of statements within the block that read a table."""
        cursor, queries = type(self.env.cr), []
        execute = cursor.execute

        def remember(cr, query, *args, **kwargs):
            if f'FROM "{table}"' in str(getattr(query, "code", query)):
                queries.append(query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(cursor, "execute", remember):
            yield queries


class TestOrigin(SecurityCase):
    """Only the import can mark an order as imported, and with which number."""

    def setUp(self):
        super().setUp()
        self.imported = self.import_order(order_id="A-17").pos_order_id
        self.own = self.sell(self.cashier)
        self.manager = new_test_user(
            self.env, "origin-manager", groups="base.group_user,point_of_sale.group_pos_manager"
        )

    def test_nobody_writes_the_origin_or_the_number(self):
        for user in (self.cashier, self.manager):
            for order, values in (
                (self.own, {"source": "external"}),
                (self.own, {"external_order_number": "A-18"}),
                (self.own, {"external_order_taker": "Me"}),
                (self.imported, {"source": "pos"}),
                (self.imported, {"external_order_number": False}),
                (self.imported | self.own, {"source": "external"}),
            ):
                with self.subTest(user=user.login, values=values), self.assertRaises(AccessError):
                    order.with_user(user).write(values)

    def test_known_values_may_be_sent_again_as_a_register_does(self):
        same = {"source": "external", "external_order_number": "A-17", "external_order_taker": False}
        self.imported.with_user(self.cashier).write({**same, "general_customer_note": "Called"})
        self.own.with_user(self.cashier).write({"source": "pos", "external_order_number": False})
        self.assertEqual(self.imported.general_customer_note, "Called")

    def test_no_register_sends_an_order_that_looks_imported(self):
        for values in ({"source": "external"}, {"external_order_number": "A-18"}, {"external_order_taker": "Me"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.sell(self.cashier, **values)
        for name, value in (("source", "external"), ("external_order_number", "A-18")):
            with self.subTest(default=name), self.assertRaises(AccessError):
                values = self.register_order("draft")
                values.pop("source", None)
                self.env["pos.order"].with_user(self.cashier).with_context(**{f"default_{name}": value}).create(values)

    def test_a_draft_cannot_become_an_imported_order(self):
        values = self.register_order("draft")
        orders = self.env["pos.order"].with_user(self.cashier)
        orders.sync_from_ui([dict(values)])
        draft = orders.search([("uuid", "=", values["uuid"])])
        again = {**values, "id": draft.id, "access_token": draft.access_token, "lines": [], "source": "external"}
        with self.assertRaises(AccessError):
            orders.sync_from_ui([again])

    def test_a_copy_is_an_order_of_the_point_of_sale(self):
        for user in (self.cashier, self.env.ref("base.user_root")):
            copy = self.imported.with_user(user).copy()
            self.assertEqual((copy.source, copy.external_order_number), ("pos", False))

    def test_a_refund_by_a_user_is_an_order_of_the_point_of_sale(self):
        action = self.imported.with_user(self.cashier).refund()
        refund = self.env["pos.order"].browse(action["res_id"])
        self.assertEqual((refund.source, refund.external_order_number), ("pos", False))
        self.assertEqual(refund.refunded_order_id, self.imported)

    def test_a_refund_at_the_register_is_an_order_of_the_point_of_sale(self):
        refund = self.sell(self.cashier, quantity=-1, line={"refunded_orderline_id": self.imported.lines.id})
        self.assertEqual((refund.source, refund.external_order_number), ("pos", False))
        self.assertEqual(self.imported.source, "external")
