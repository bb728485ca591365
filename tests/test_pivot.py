from unittest.mock import patch

from odoo.tools import SQL

from .common import ExternalOrderCase
from .explaining import statements

# What the web client asks for with an amount.
MEASURES = ["total:sum", "currency_id:array_agg_distinct", "total:sum_currency"]
LEVELS = [[], ["state"], ["kind"], ["kind", "state"]]


class TestPivot(ExternalOrderCase):
    """The pivot of received orders: the same figures as Odoo finds, without a look at the currency of each order."""

    def setUp(self):
        super().setUp()
        self.other_config = self.create_pos_config("Other", self.card)
        states = ("done", "failed", "pending")
        self.orders = self.env["external.order"].create(
            [
                {
                    "sync_id": self.sync.id,
                    "external_id": str(number),
                    "pos_config_id": config.id,
                    "state": state,
                    "total": number,
                }
                for number, (state, config) in enumerate(
                    (state, config) for state in states for config in (self.pos_config, self.other_config)
                )
            ]
        )

    def pivot(self, *domain):
        return self.env["external.order"].formatted_read_grouping_sets(
            [("id", "in", self.orders.ids), *domain], LEVELS, MEASURES
        )

    def pivot_of_odoo(self, *domain):
        with patch.object(type(self.env["external.order"]), "_get_only_currency", lambda self: None):
            return self.pivot(*domain)

    def set_currency(self, configs, currency):
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE pos_config SET currency_id = %s WHERE id IN %s", currency.id, configs._ids))
        self.env.invalidate_all()

    def all_configs(self):
        return self.env["pos.config"].with_context(active_test=False).search([])

    def test_one_currency(self):
        self.set_currency(self.all_configs(), self.env.ref("base.EUR"))
        with statements() as executed:
            pivot = self.pivot()
        self.assertFalse([text for text in executed if "ARRAY_AGG(DISTINCT" in text])
        self.assertEqual(pivot, self.pivot_of_odoo())
        self.assertEqual(pivot[0][0]["currency_id:array_agg_distinct"], [self.env.ref("base.EUR").id])

    def test_orders_without_a_point_of_sale_have_none(self):
        self.set_currency(self.all_configs(), self.env.ref("base.EUR"))
        self.orders[0].pos_config_id = False  # one of two in its state
        self.orders[2:4].pos_config_id = False  # all of their state
        self.assertEqual(self.pivot(), self.pivot_of_odoo())

    def test_several_currencies(self):
        self.set_currency(self.all_configs(), self.env.ref("base.EUR"))
        self.set_currency(self.other_config, self.env.ref("base.USD"))
        pivot = self.pivot()
        self.assertEqual(pivot, self.pivot_of_odoo())
        self.assertEqual(len(pivot[0][0]["currency_id:array_agg_distinct"]), 2)

    def test_no_orders(self):
        self.set_currency(self.all_configs(), self.env.ref("base.EUR"))
        none = ("external_id", "=", "none")
        self.assertEqual(self.pivot(none), self.pivot_of_odoo(none))
