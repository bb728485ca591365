import inspect
from datetime import timedelta
from unittest.mock import patch

import requests
from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import HttpCase, new_test_user
from odoo.tools import SQL, mute_logger

from .security_common import PACKAGE, SecurityCase

# Tables that a call must not change, in addition to those of the addon's models.
CORE_TABLES = ("pos_order", "pos_session", "pos_payment", "stock_picking", "stock_move", "stock_move_line",
               "stock_quant", "delivery_carrier", "ir_cron_trigger", "mail_message", "mail_activity")  # fmt: skip


class PublicMethodsCase(SecurityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.env["res.company"].create({"name": "Other Company"})
        every_group = (
            "base.group_user,external_order_sync.group_manager,stock.group_stock_manager,point_of_sale.group_pos_manager,"
            "sales_team.group_sale_manager"
        )
        cls.strangers = [
            new_test_user(cls.env, "s-public", groups="base.group_public"),
            new_test_user(cls.env, "s-portal", groups="base.group_portal"),
            new_test_user(cls.env, "s-employee", groups="base.group_user"),
            new_test_user(
                cls.env, "s-manager", groups=every_group, company_id=other.id, company_ids=[Command.set(other.ids)]
            ),
        ]
        cls.records = cls.prepare_records()

    @classmethod
    def prepare_records(cls):
        """Return {model: a record on which each of its methods would do something}."""
        env = cls.env
        cls.offer(1, OrderItems=[{"ItemName": "No Such Product", "Price": 80, "Quantity": 1}])
        cls.sync.sync_orders()
        row = env["external.order"].search([("sync_id", "=", cls.sync.id)])
        shipment, _is_new = env["external.shipment"]._request(cls.create_picking(carrier_id=cls.carrier.id))
        shipment._mark_shipped({"tracking_number": "12345", "exact_price": 1.0})
        cls.cancelled, _is_new = env["external.shipment"]._request(cls.create_picking(carrier_id=cls.carrier.id))
        cls.cancelled._mark_cancelled()
        env["external.order.preview"].create({"sync_id": cls.sync.id})
        source = env["odoo.sync.source"].create(
            {"name": "Remote", "code": "remote", "url": "http://127.0.0.1:9", "database": "d", "login": "l",
             "company_id": cls.company.id, "secret": "s"}
        )  # fmt: skip
        mapping = {"sync_id": cls.sync.id, "card_type": "Voucher", "payment_method_id": cls.card.id}
        alias = {"sync_id": cls.sync.id, "item_name": "Gadget", "product_id": cls.product.id}
        customer = {"sync_id": cls.sync.id, "external_id": "17", "partner_id": cls.company.partner_id.id}
        subscription = env["external.event.subscription"].create(
            {"name": "Subscriber", "url": "https://subscriber.example/", "company_id": cls.company.id}
        )
        env["external.event.secret"]._replace(subscription, "whsec_" + "A" * 32, timedelta(0))
        proof = env["external.proof"]._check_day(cls.sync, cls.sync._get_business_day())
        env.flush_all()
        return {
            "external.proof": proof,
            "external.proof.line": proof.line_ids,
            "external.order.sync": cls.sync,
            "external.order": row,
            "external.order.problem": env["external.order.problem"].search([("sync_id", "=", cls.sync.id)]),
            "external.order.preview": env["external.order.preview"].search([], limit=1, order="id desc"),
            "external.order.sync.run": cls.sync.run_ids,
            "external.product.alias": env["external.product.alias"].create(alias),
            "external.payment.mapping": env["external.payment.mapping"].create(mapping),
            "external.customer": env["external.customer"].create(customer),
            "external.shipment": shipment,
            "delivery.carrier": cls.carrier,
            "stock.picking": shipment.picking_id,
            "odoo.sync.source": source,
            "pos.order": cls.sell_one(),
            "external.event.subscription": subscription,
        }

    @classmethod
    def sell_one(cls):
        return cls.env["pos.order"].search([("state", "!=", "draft")], limit=1)

    def setUp(self):
        super().setUp()
        self.shop.put(self.order(2))  # for a synchronization to import

    def public_methods(self):
        """Return (model, method name) of all public methods that the classes of this addon define."""
        found = set()
        for model_name, model in self.env.registry.items():
            for cls in model.mro():
                if not cls.__module__.startswith(PACKAGE):
                    continue
                for name, method in vars(cls).items():
                    if callable(method) and not name.startswith("_") and not getattr(method, "_api_private", False):
                        found.add((model_name, name))
        return sorted(found)

    def snapshot(self):
        """Return a digest of all rows that a call could change."""
        self.env.flush_all()
        own = {model._table for model in self.env.registry.values() if self._is_own_table(model)}
        return {
            table: self.env.execute_query(
                SQL("SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) FROM %s AS row", SQL.identifier(table))
            )
            for table in sorted(own.union(CORE_TABLES))
        }

    @staticmethod
    def _is_own_table(model):
        return model._original_module == "external_order_sync" and model._auto and not model._abstract

    def arguments(self, method):
        """Return JSON values for the arguments of a method: ids for records, as a client sends them."""
        ids = {"pickings": self.records["stock.picking"].ids, "picking": self.records["stock.picking"].id,
               "shipments": self.records["external.shipment"].ids, "shipment": self.records["external.shipment"].id,
               "vals": {}, "vals_list": [{}]}  # fmt: skip
        parameters = list(inspect.signature(inspect.unwrap(method)).parameters.values())[1:]
        return [ids.get(parameter.name, [1]) for parameter in parameters if parameter.default is parameter.empty]

    def called_by(self, user, model_name, name, ids):
        """Call a method as a client of ``user`` does, and return what it raised; it must not have changed anything."""
        before = self.snapshot()
        model = self.env[model_name].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        arguments = self.arguments(getattr(type(model), name))
        if not getattr(getattr(type(model), name), "_api_model", False):
            arguments = [ids, *arguments]
        raised = None
        calls = []
        savepoint = self.env.cr.savepoint(flush=False)
        with (
            patch.object(requests.Session, "send", lambda *args, **kwargs: calls.append(args)),
            mute_logger("odoo.sql_db", "odoo.http"),
        ):
            try:
                call_kw(model, name, arguments, {"context": {"allowed_company_ids": user.company_ids.ids}})
            except Exception as error:
                raised = error
                savepoint.rollback()
            after = self.snapshot()
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertFalse(calls, "somebody was called")
        self.assertEqual(after, before)
        return raised


class TestPublicMethods(PublicMethodsCase):
    """Public methods do nothing for users without the rights."""

    def test_every_public_method_is_found(self):
        found = self.public_methods()
        for contract in ("sync_orders", "action_sync_now"):
            self.assertIn(("external.order.sync", contract), found)
        self.assertIn(("stock.picking", "send_to_shipper"), found)
        self.assertIn(("delivery.carrier", "send_shipping"), found)

    def test_nothing_happens_for_somebody_without_the_right(self):
        for model_name, name in self.public_methods():
            records = self.records.get(model_name, self.env[model_name])
            choices = [records.ids, []]
            if model_name == "stock.picking":
                choices.append(self.cancelled.picking_id.ids)
            if model_name == "external.shipment":
                choices.append(self.cancelled.ids)
            for user in self.strangers:
                for ids in choices:
                    with self.subTest(method=f"{model_name}.{name}", user=user.login, ids=ids):
                        self.called_by(user, model_name, name, ids)

    def test_what_works_without_the_caller_is_refused_with_an_access_error(self):
        for model_name, name in (
            ("external.order.sync", "sync_orders"),
            ("external.order.sync", "action_sync_now"),
            ("external.order.sync", "action_sync_selected"),
            ("external.order.sync", "get_progress"),
            ("external.order", "action_retry"),
            ("external.shipment", "action_retry"),
            ("external.shipment", "action_cancel"),
            ("external.shipment", "action_update_status"),
            ("stock.picking", "send_to_shipper"),
            ("stock.picking", "cancel_shipment"),
            ("delivery.carrier", "action_check_opal"),
            ("odoo.sync.source", "action_sync_now"),
            ("external.event.subscription", "action_start"),
            ("external.event.subscription", "action_test"),
            ("external.event.subscription", "action_new_secret"),
        ):
            for user in self.strangers:
                with self.subTest(method=f"{model_name}.{name}", user=user.login):
                    raised = self.called_by(user, model_name, name, self.records[model_name].ids)
                    self.assertIsInstance(raised, AccessError)

    def test_methods_of_a_courier_are_not_called_from_outside(self):
        groups = "base.group_user,stock.group_stock_manager,external_order_sync.group_manager"
        user = new_test_user(self.env, "m-stock", groups=groups)
        for name in ("send_shipping", "find_shipment", "read_shipment_events", "cancel_shipment"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                call_kw(self.carrier.with_user(user), f"opal_{name}", [self.carrier.ids, [1]], {})

    def test_whoever_may_still_does(self):
        user = new_test_user(self.env, "m-user", groups="base.group_user,external_order_sync.group_user")
        call_kw(self.sync.with_user(user), "sync_orders", [self.sync.ids], {})
        self.assertEqual(self.inbox(2).state, "done")
        stock_user = new_test_user(self.env, "m-stock-user", groups="base.group_user,stock.group_stock_user")
        picking = self.cancelled.picking_id
        call_kw(picking.with_user(stock_user), "send_to_shipper", [picking.ids], {})
        self.assertEqual(self.cancelled.state, "pending")
        manager = new_test_user(self.env, "m-carriers", groups="base.group_user,stock.group_stock_manager")
        self.assertTrue(call_kw(self.carrier.with_user(manager), "action_check_opal", [self.carrier.ids], {}))
        with self.assertRaises(AccessError):
            call_kw(self.carrier.with_user(stock_user), "action_check_opal", [self.carrier.ids], {})


class TestPublicMethodsByHttp(PublicMethodsCase, HttpCase):
    """The same through JSON-2, with an API key."""

    def test_json2_refuses_an_employee(self):
        employee = self.strangers[2]
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(employee)._generate("rpc", "test", tomorrow)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        for model, name in (
            ("external.order.sync", "sync_orders"),
            ("stock.picking", "send_to_shipper"),
            ("delivery.carrier", "action_check_opal"),
        ):
            with self.subTest(method=f"{model}.{name}"), mute_logger("odoo.http"):
                answer = self.url_open(
                    f"/json/2/{model}/{name}", json={"ids": self.records[model].ids}, headers=headers
                )
                self.assertEqual(answer.status_code, 403, answer.text)
