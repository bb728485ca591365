from contextlib import closing
from unittest.mock import patch

from odoo.tools import SQL

from .common import ExternalOrderCase
from .explaining import statements

# What the web client asks for with an amount.
MEASURES = ("total:sum", "currency_id:array_agg_distinct", "total:sum_currency")
LEVELS = ([], ["state"], ["kind"], ["kind", "state"])
# Groups of records, which are ordered by their names, and orders without one.
RECORDS = (["state", "pos_config_id"], ["pos_config_id"], [], ["error_code"], ["pos_config_id", "state", "error_code"])


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

    def pivot(self, *domain, levels=LEVELS, measures=MEASURES):
        return self.env["external.order"].formatted_read_grouping_sets(
            [("id", "in", self.orders.ids), *domain], levels, measures
        )

    def pivot_of_odoo(self, *domain, **options):
        Order = type(self.env["external.order"])
        with (
            patch.object(Order, "_get_only_currency", lambda self: None),
            patch.object(Order, "_has_plain_values", lambda self, spec: False),
        ):
            return self.pivot(*domain, **options)

    def test_only_the_smallest_groups_are_asked_for(self):
        with statements() as executed:
            self.pivot(levels=RECORDS)
        [groups] = [text for text in executed if "GROUP BY" in text]
        self.assertNotIn("GROUPING SETS", groups)

    def test_groups_are_those_of_odoo_in_its_order(self):
        self.pos_config.name, self.other_config.name = "Zoo", "Aquarium"
        self.orders[1].write({"pos_config_id": False, "error_code": "odoo_error"})
        self.orders[2].write({"total": 0.1, "error_code": "not_fully_paid"})
        self.orders[3].total = 0.2
        measures = ["__count", *MEASURES]
        for levels in (LEVELS, RECORDS, [["pos_config_id"]], [["received_date:day"], ["state"], []]):
            for domain in ([], [("state", "=", "done")], [("id", "=", 0)]):
                with self.subTest(levels=levels, domain=domain):
                    found = self.pivot(*domain, levels=levels, measures=measures)
                    self.assertEqual(found, self.pivot_of_odoo(*domain, levels=levels, measures=measures))

    def test_groups_of_companies_without_a_sequence_are_in_the_order_of_odoo(self):
        companies = self.env["res.company"].create([{"name": name} for name in ("Zoo", "Bar", "Ärzte", "bar 2")])
        companies[0].sequence = 1
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET sequence = NULL WHERE id IN %s", [companies[1:]._ids])
        self.env.invalidate_all()
        self.orders.pos_config_id = False
        for order, company in zip(self.orders, companies, strict=False):
            order.company_id = company
        self.orders[-1].company_id = False
        self.env = self.env(context={**self.env.context, "allowed_company_ids": (self.company | companies).ids})
        for levels in (([], ["company_id"], ["company_id", "state"]), (["state"], ["state", "company_id"])):
            with self.subTest(levels=levels):
                self.assertEqual(self.pivot(levels=levels), self.pivot_of_odoo(levels=levels))
        groups = self.pivot(levels=([], ["company_id"]))[1]
        self.assertEqual(groups[0]["company_id"][0], companies[0].id)
        self.assertFalse(groups[-1]["company_id"])

    def set_currency(self, configs, currency):
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE pos_config SET currency_id = %s WHERE id IN %s", currency.id, configs._ids))
        self.env.invalidate_all()

    def all_configs(self):
        return self.env["pos.config"].with_context(active_test=False).search([])

    def use_one_currency(self, *rates):
        """Give all Points of Sale a new currency with these rates, and return it."""
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": f"2020-01-0{day}", "rate": rate, "company_id": self.company.id}
                for day, rate in enumerate(rates, start=1)
            ]
        )
        self.set_currency(self.all_configs(), currency)
        return currency

    def test_one_currency(self):
        currency = self.use_one_currency(1.0)
        with statements() as executed:
            pivot = self.pivot()
        [sums] = [text for text in executed if "GROUP BY" in text]
        self.assertNotIn("ARRAY_AGG", sums)
        self.assertNotIn("res_currency_rate", sums)
        self.assertEqual(pivot, self.pivot_of_odoo())
        self.assertEqual(pivot[0][0]["currency_id:array_agg_distinct"], [currency.id])
        self.assertEqual(pivot[0][0]["total:sum_currency"], pivot[0][0]["total:sum"])

    def test_one_currency_with_a_rate(self):
        self.use_one_currency(1.0, 2.0)
        pivot = self.pivot()
        self.assertEqual(pivot, self.pivot_of_odoo())
        self.assertEqual(pivot[0][0]["total:sum_currency"], pivot[0][0]["total:sum"] / 2)

    def test_orders_without_a_point_of_sale_have_none(self):
        for rates in ((), (1.0,), (2.0,)):
            with self.subTest(rates=rates), closing(self.env.cr.savepoint()):
                self.use_one_currency(*rates)
                self.orders[0].pos_config_id = False  # one of two in its state
                self.orders[2:4].pos_config_id = False  # all of their state
                self.assertEqual(self.pivot(), self.pivot_of_odoo())

    def test_several_currencies(self):
        self.use_one_currency()
        self.set_currency(self.other_config, self.env.ref("base.USD"))
        pivot = self.pivot()
        self.assertEqual(pivot, self.pivot_of_odoo())
        self.assertEqual(len(pivot[0][0]["currency_id:array_agg_distinct"]), 2)

    def test_no_orders(self):
        self.use_one_currency()
        none = ("external_id", "=", "none")
        self.assertEqual(self.pivot(none), self.pivot_of_odoo(none))
