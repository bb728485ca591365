import re

from odoo.tests import new_test_user

from .security_common import SecurityCase, context_keys, source_files

# One of every type that JSON has.
JSON_VALUES = (None, False, True, 0, 1, 7.5, "", "text", [], [1], {}, {"key": 1})
# Read from the context without a check: keys of Odoo itself, and of the addon's dialogs and buttons.
PLAIN_KEYS = {
    *("cron_end_time", "ir_cron_progress_id", "tz"),
    *("external_shipment_id", "external_order_ids", "mirror_action"),
}


class TestContext(SecurityCase):
    """Values that a client puts into the context change nothing, whichever of the addon's keys it uses."""

    def each_context(self):
        """Yield contexts, first an empty one, then one for each JSON value with the value under every key."""
        keys = context_keys()
        self.assertIn("external_shipment_id", keys)
        yield {}
        for value in JSON_VALUES:
            yield dict.fromkeys(keys, value)

    def assertSameForAll(self, work):
        expected = None
        for context in self.each_context():
            with self.subTest(value=next(iter(context.values()), "nothing")):
                savepoint = self.env.cr.savepoint()
                try:
                    result = work(context)
                    self.env.flush_all()
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()
                expected = expected or result
                self.assertEqual(result, expected)

    def stock(self):
        return sum(self.env["stock.quant"].search([("product_id", "=", self.product.id)]).mapped("quantity"))

    def on_hand(self):
        return self.product.qty_available

    def test_a_register(self):
        def work(context):
            before = self.on_hand()
            order = self.sell(self.cashier, context=context)
            self.env.invalidate_all()
            picking = order.picking_ids
            return (
                order.state, order.amount_total, len(picking), picking.state, picking.move_ids.mapped("quantity"),
                self.on_hand() - before,
            )  # fmt: skip

        self.assertSameForAll(work)

    def test_a_draft_that_is_paid(self):
        def work(context):
            draft = self.sell(self.cashier, state="draft", context=context)
            paid = self.sell(self.cashier, uuid=draft.uuid, access_token=draft.access_token, lines=[], context=context)
            return (draft == paid, paid.state, len(paid.picking_ids), len(paid.lines))

        self.assertSameForAll(work)

    def test_a_transfer(self):
        user = new_test_user(self.env, "c-stock", groups="base.group_user,stock.group_stock_user")

        def work(context):
            picking = self.create_picking(carrier_id=self.carrier.id)
            before = self.on_hand()
            picking.move_ids.picked = True
            picking.with_user(user).with_context(**context).button_validate()
            shipment = picking.external_shipment_ids
            return (picking.state, shipment.state, picking.carrier_tracking_ref, self.on_hand() - before)

        self.assertSameForAll(work)

    def test_a_courier(self):
        user = new_test_user(self.env, "c-courier", groups="base.group_user,stock.group_stock_user")

        def work(context):
            self.courier.book.clear()
            picking = self.create_picking(carrier_id=self.carrier.id)
            shipment = self.request_shipment(picking)
            if context:
                context = {**context, "external_shipment_id": shipment.id}
            picking.with_user(user).with_context(**context).send_to_shipper()
            answer = self.carrier.with_user(user).with_context(**context).send_shipping(picking)
            return (shipment.state, len(self.courier.orders), picking.carrier_tracking_ref, answer)

        self.assertSameForAll(work)

    def test_a_request_for_a_shipment(self):
        def work(context):
            picking = self.create_picking()
            picking.move_ids.picked = True
            picking.button_validate()
            try:
                self.env["external.shipment"].with_context(**context)._request(picking, "opal")
            except Exception as error:
                return (type(error), str(error).replace(picking.name, ""))
            return "queued"

        self.assertSameForAll(work)

    def test_a_synchronization(self):
        user = new_test_user(self.env, "c-sync", groups="base.group_user,external_order_sync.group_user")
        other_run = self.env["external.order.sync.run"].create({"sync_id": self.sync.id, "status": "success"})

        def work(context):
            self.feed(self.order(), self.order(640, OrderItems=[self.item("No Such Product")]))
            runs = self.sync.with_user(user).with_context(**context).sync_orders().sudo()
            row = self.inbox(639)
            return (
                runs.status, runs.scheduled, runs.message, row.state, len(row.pos_order_id.picking_ids),
                row.pos_order_id.picking_ids.state, self.inbox(640).error_message, other_run.feed_repeats,
            )  # fmt: skip

        self.assertSameForAll(work)

    def test_a_new_default_does_not_get_into_what_the_system_writes(self):
        user = new_test_user(self.env, "c-default", groups="base.group_user,external_order_sync.group_user")
        self.feed(self.order())
        context = {"default_status": "error", "default_state": "ignored", "default_partner_id": self.partner.id}
        # Fields for which the system uses their own defaults.
        context |= {"default_changed": True, "default_interruptions": 5, "default_cursor_corrected": True}
        run = self.sync.with_user(user).with_context(**context).sync_orders().sudo()
        row = self.inbox(639)
        self.assertEqual((run.status, row.state), ("success", "done"))
        self.assertFalse(row.pos_order_id.partner_id)
        self.assertEqual((row.changed, row.interruptions, run.cursor_corrected), (False, 0, False))

    def test_a_closing(self):
        def work(context):
            self.sell(self.cashier)
            session = self.session.with_user(self.cashier).with_context(**context)
            session.post_closing_cash_details(session.cash_register_balance_end)
            session.close_session_from_ui()
            return (session.state, session.sudo().move_id.amount_total)

        self.assertSameForAll(work)

    def test_a_mirror(self):
        source = self.env["odoo.sync.source"].create(
            {"name": "Remote", "code": "remote", "url": "http://127.0.0.1:9", "database": "d", "login": "l"}
        )
        manager = new_test_user(self.env, "c-mirror", groups="base.group_user,external_order_sync.group_manager")

        def work(context):
            result = source.with_user(manager).with_context(**context).action_sync_now()
            return (source.status, source.run_ids[:1].handed_over, result["params"]["type"])

        self.assertSameForAll(work)

    def test_the_source_reads_no_other_key_as_it_comes(self):
        """A key that switches something on is read with ``PrivateContext.current``, which ignores JSON values."""
        direct = r"(?<!session\.)context(?:\.get\(|\[)\s*([^\s,)\]]+)|(\S+) (?:not )?in (?:self|records)\.env\.context"
        for path, text in source_files("models", "tools", "controllers"):
            if path.name == "private_context.py":
                continue
            for match in re.finditer(direct, text):
                key = (match[1] or match[2]).strip('"')
                with self.subTest(file=str(path), key=key):
                    self.assertIn(key, PLAIN_KEYS)
