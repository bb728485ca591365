from unittest.mock import patch

from ..models.order_sync import external_order_search_panel
from .common import ExternalOrderCase


class TestSearchPanel(ExternalOrderCase):
    """The numbers beside the list of the inbox."""

    def setUp(self):
        super().setUp()
        self.synchronize(*(self.order(number) for number in (1, 2, 3)), self.order(4, OrderItems=[]))
        self.domain = [("sync_id", "=", self.sync.id)]

    def numbers(self, field, method="search_panel_select_multi_range", domain=None, **options):
        answer = getattr(self.env["external.order"], method)(
            field, search_domain=self.domain if domain is None else domain, enable_counters=True, **options
        )
        return {value["id"]: value["__count"] for value in answer["values"]}

    def test_each_value_has_its_number(self):
        self.assertEqual(self.numbers("state", "search_panel_select_range"), {"done": 3, "failed": 1})
        self.assertEqual(self.numbers("kind"), {"sale": 4})
        self.assertEqual(self.numbers("error_code"), {"invalid_payload": 1})
        self.assertEqual(self.numbers("sync_id"), {self.sync.id: 4})
        self.assertEqual(self.numbers("state", filter_domain=[("external_id", "=", "4")]), {"done": 0, "failed": 1})

    def test_a_number_above_the_bound_is_left_out(self):
        self.patch(external_order_search_panel, "COUNTED_AT_MOST", 2)
        self.assertEqual(self.numbers("state"), {"done": 0, "failed": 1})
        self.assertEqual(self.numbers("error_code"), {"invalid_payload": 1})
        self.assertEqual(self.numbers("sync_id"), {self.sync.id: 0})

    def test_what_each_order_is_looked_at_for_is_counted_for_values_that_few_orders_have(self):
        self.patch(external_order_search_panel, "READ_AT_MOST", -1)
        method = self.pos_orders()[0].payment_ids.payment_method_id
        paid = [*self.domain, ("payment_method_ids", "in", method.ids)]
        unpaid = [*self.domain, ("payment_method_ids", "not in", method.ids)]
        other = [*self.domain, ("payment_method_ids", "in", (self.pos_config.payment_method_ids - method)[:1].ids)]
        for bound, done in ((3, 3), (2, 0)):
            with patch.object(external_order_search_panel, "COUNTED_AT_MOST", bound):
                self.assertEqual(self.numbers("state", domain=paid), {"done": done})
        with patch.object(external_order_search_panel, "COUNTED_AT_MOST", 3):
            self.assertEqual(self.numbers("state", domain=unpaid), {"failed": 1})
            self.assertEqual(self.numbers("state", domain=other), {})

    def test_the_same_numbers_as_odoo_shows(self):
        Order = self.env["external.order"]
        for field in ("state", "kind", "error_code", "sync_id"):
            shown = Order._search_panel_domain_image(field, [], set_count=True)
            groups = Order.formatted_read_group([(field, "!=", False)], [field], ["__count"])
            counted = {
                group[field][0] if isinstance(group[field], tuple) else group[field]: group["__count"]
                for group in groups
            }
            self.assertEqual({value: row["__count"] for value, row in shown.items()}, counted)
