from unittest.mock import patch

from lxml import etree
from odoo import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.mirror import odoo_mirror_sync
from .counting import NO_NUMBERS, Counting
from .events_common import SubscriptionCase
from .mirror_common import SAMPLE_COUNTS, MirrorCase


class TestCountersOfMirrors(Counting, MirrorCase):
    """Every number on the form of a warehouse mirror is the number of rows that it opens."""

    def setUp(self):
        super().setUp()
        self.sync()
        other = self.create_source(self.remote, name="Another Warehouse")
        self.sync(other)
        # A quant that is gone, and a location and a product that are archived there.
        del self.remote.tables.rows["stock.quant"][next(iter(self.remote.tables.rows["stock.quant"]))]
        self.put("stock.location", self.mirror("location")[-1].remote_id, active=False)
        self.sync()

    def counted(self):
        user = new_test_user(self.env, "mirror-counted", groups="external_order_sync.group_manager")
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(self, "env", self.env(user=user)):
            source = self.source.with_env(self.env)
            return {**self.assert_counted(source, "form"), **self.assert_counted(source, "kanban")}

    def test_the_buttons_of_a_source(self):
        numbers = self.counted()
        self.assertEqual(set(numbers), {f"{kind}_count" for kind in SAMPLE_COUNTS})
        self.assertEqual((numbers["product_count"], numbers["quant_count"]), (2, 0))

    def test_the_buttons_while_a_pass_is_interrupted(self):
        self.put("stock.location", 3999, name="Newcomer", complete_name="Newcomer", usage="view")

        def die(*_args):
            raise odoo_mirror_sync.OutOfTime

        with patch.object(type(self.env["odoo.mirror.sync"]), "_count_present", die):
            self.sync()
        self.assertEqual(self.counted()["location_count"], 4)

    def test_the_buttons_of_a_source_that_has_received_nothing(self):
        self.source = self.create_source(self.remote, name="New Warehouse")
        self.assertEqual(set(self.counted().values()), {0})

    def test_the_buttons_of_an_archived_source(self):
        self.source.active = False
        self.assertEqual(self.counted()["product_count"], 2)


class TestCountersOfSubscriptions(Counting, SubscriptionCase):
    """Every number on the form of an event subscription is the number of what it opens."""

    def test_the_buttons_of_a_subscription(self):
        self.keep_log()
        kind = self.env["external.event.type"].search([("name", "=", "order.failed")])
        first, second = self.env["external.event.subscription"].create(
            [
                {"name": name, "url": "https://example.com", "type_ids": [Command.set(kind.ids)],
                 "company_id": self.company.id}
                for name in ("First", "Second")
            ]
        )  # fmt: skip
        self.happen(6)
        events = self.env["external.event"].search([("type", "=", "order.failed")], limit=6)
        states = ("dead", "dead", "again", "received", "dead")
        self.env["external.event.delivery"].create(
            [
                {"subscription_id": subscription.id, "event_id": event.id, "state": state}
                for subscription, event, state in zip([first] * 4 + [second], events, states, strict=False)
            ]
        )
        for subscription, number in ((first, 2), (second, 1)):
            numbers = {**self.assert_counted(subscription, "form"), **self.assert_counted(subscription, "kanban")}
            self.assertEqual(numbers, {"dead_count": number})


@tagged("post_install", "-at_install")
class TestAllCounters(TransactionCase):
    """No button of the addon has a number that no test compares with what it opens."""

    # Models whose buttons and links are tested here and in `test_counters.py`.
    COMPARED = {"external.order", "external.order.problem", "external.order.sync", "pos.config", "odoo.sync.source",
                "external.event.subscription"}  # fmt: skip

    def test_every_number_is_compared(self):
        found = self.env["ir.model.data"].search([("module", "=", "external_order_sync"), ("model", "=", "ir.ui.view")])
        numbers = {}
        for view in self.env["ir.ui.view"].browse(found.mapped("res_id")).filtered("model"):
            for node in etree.fromstring(view.arch).iter("button", "a"):
                shown = {field.get("name") for field in node.iter("field")} - NO_NUMBERS
                fields = self.env[view.model]._fields
                counted = {name for name in shown if fields[name].type in ("integer", "float", "monetary", "char")}
                if node.get("type") in ("object", "action") and counted:
                    numbers.setdefault(view.model, set()).update(counted)
        self.assertLessEqual(set(numbers), self.COMPARED)
        self.assertLessEqual({"odoo.sync.source", "external.event.subscription", "external.order.sync"}, set(numbers))
