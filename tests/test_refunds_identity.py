from dataclasses import replace

from ..models.order_import.outcome import Outcome
from .refund_common import RefundCase


class TestRefundIdentity(RefundCase):
    """A refund is booked once, ever, and nobody can make one up."""

    def setUp(self):
        super().setUp()
        self.sale = self.sell(self.item(price=20, quantity=4), total=92, tax=12).pos_order_id

    def test_the_same_refund_again_is_the_one_that_is_there(self):
        request = self.request(self.sale, self.back(quantity=1))
        first = self.book(request)[0].pos_order
        again = self.book(replace(request, outcome=Outcome()))[0]
        self.assertEqual(again.pos_order, first)
        self.assertEqual(len(self.sale._get_all_refunds()), 1)

    def test_another_refund_of_the_same_order_is_another(self):
        refunds = [self.refund(self.sale, self.back(quantity=1)) for _time in range(2)]
        self.assertNotEqual(*refunds)
        self.assertEqual(self.sale.refund_orders_count, 2)

    def test_its_identity_depends_on_the_order_the_refund_and_the_location(self):
        refunding = self.env["external.order.refund"]
        request = self.request(self.sale, self.back(quantity=1))
        uuids = {
            refunding._get_refund_uuid(self.sync, request),
            refunding._get_refund_uuid(self.sync, request, "404"),
            refunding._get_refund_uuid(self.sync, replace(request, key="R2")),
            refunding._get_refund_uuid(
                self.sync, replace(request, payload=replace(request.payload, external_id="other"))
            ),
            self.env["external.order.import"]._get_order_uuid(self.sync, "sale"),
            self.sale.uuid,
        }
        self.assertEqual(len(uuids), 5)

    def test_a_refund_that_exists_with_a_table_of_locations_added_since(self):
        request = self.request(self.sale, self.back(quantity=1))
        first = self.book(request)[0].pos_order
        self.env["external.location.mapping"].create(
            {"sync_id": self.sync.id, "external_location": "404", "pos_config_id": self.pos_config.id}
        )
        again = replace(request, payload=replace(request.payload, location_id="404"), outcome=Outcome())
        self.assertEqual(self.book(again)[0].pos_order, first)

    def test_an_order_in_the_way_is_named(self):
        request = self.request(self.sale, self.back(quantity=1))
        other = self.sell(self.item(), order_id="other", total=92, tax=12).pos_order_id
        other.uuid = self.env["external.order.refund"]._get_own_uuid(self.sync, request)
        self.assert_not_booked(self.book(request)[0], "order_in_the_way", other.name, self.sale.name)

    def test_one_bad_refund_is_one_bad_refund(self):
        others = [
            self.sell(self.item(), order_id=f"other {number}", total=92, tax=12).pos_order_id for number in range(3)
        ]
        requests = [
            self.request(others[0], self.back(quantity=1)),
            self.request(others[1], self.back("Unheard of", quantity=1)),
            self.request(others[2], self.back(quantity=1)),
            self.request(others[1], is_rest=True),
        ]
        outcomes = self.book(*requests)
        self.assertEqual([bool(outcome.pos_order) for outcome in outcomes], [True, False, True, True])
        self.assert_not_booked(outcomes[1], "product_not_found")

    def test_what_odoo_refuses_rolls_back_that_refund_alone(self):
        other = self.sell(self.item(), order_id="other", total=92, tax=12).pos_order_id
        method = self.create_payment_method("Elsewhere", "bank")
        requests = [self.request(self.sale, self.back(quantity=1)), self.request(other, is_rest=True)]
        original = type(self.env["external.refund.settling"])._settle

        def settle(settling, sync, order, payload, total):
            values, warnings = original(settling, sync, order, payload, total)
            if order.sale == other:
                values[0]["payment_method"] = method
            return values, warnings

        self.patch(type(self.env["external.refund.settling"]), "_settle", settle)
        outcomes = self.book(*requests)
        self.assertTrue(outcomes[0].pos_order)
        self.assert_not_booked(outcomes[1], "odoo_error", "not allowed")
        self.assertFalse(other._get_all_refunds())

    def test_a_sale_found_again_is_still_its_own_order_after_a_refund(self):
        """An inbox that was lost brings the sale again."""
        self.refund(self.sale, self.back(quantity=1))
        row = self.inbox("sale")
        row.pos_order_id = False
        row.state = "pending"
        row._import()
        self.assertEqual((row.state, row.pos_order_id), ("done", self.sale))
