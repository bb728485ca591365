"""External texts of any length and kind neither stop the work nor fill caches."""

import random
from datetime import datetime
from unittest.mock import patch

from ..lib.opal.pages import Page
from .common import ExternalOrderCase
from .mirror_common import SAMPLE_COUNTS, MirrorCase
from .shipment_common import ShipmentCase

LONG = 100_000


def long_text(length=LONG, signs="abcdefghijklmnopqrstuvwxyzäöü0123456789"):
    """Return a text that no index can compress."""
    return "".join(random.Random(1).choices(signs, k=length))


class TestForeignTextOfOrders(ExternalOrderCase):
    def spoilt(self, text):
        """Yield the sample order with a text in each field that an order can have."""
        names = ["OrderStatus", "Remark", "Currency", "OrderType", "CustomerName", "CustomerEmail", "LocationID", text]
        yield from ({name: text} for name in (*self.order(), *names))
        for name in (*self.item(), "SKU", "Barcode", text):
            yield {"OrderItems": [self.item(**{name: text})]}
            yield {"OrderItems": [self.item(OrderDetailPackages=[{"ItemName": "x", "Quantity": 1, name: text}])]}
        for name in (*self.payment(92), text):
            yield {"CheckoutDetails": [self.payment(92, **{name: text})]}

    def test_a_text_without_end_in_any_field_holds_no_other_order_up(self):
        for text in (long_text(), long_text(500, "😀🎉☕ﬃΐ"), long_text(64, "😀🎉☕")):
            orders = [self.order(1000 + number, **values) for number, values in enumerate(self.spoilt(text))]
            run = self.synchronize(*orders, self.order(640))
            self.assertEqual(self.inbox(640).state, "done", run.message)
            self.assertNotIn("Internal", run.message)
            self.pos_orders().mapped("lines")
            self.env["external.order"].search([("state", "!=", "done")]).unlink()

    def test_a_product_is_chosen_for_a_long_name(self):
        row = self.import_order(OrderItems=[self.item(long_text(500, "😀🎉☕ﬃΐΰ"))])
        self.assertEqual(row.error_code, "product_not_found")
        alias = self.env["external.product.alias"].with_context(**row.action_choose_product()["context"])
        alias.create({"product_id": self.create_product("Chosen").id})
        self.env.flush_all()

    def test_an_entry_without_end_is_refused_by_its_position(self):
        run = self.synchronize(self.order(640), self.order(641, x=[[]] * 600_000), self.order(642))
        self.assertEqual((self.inbox(640).state, self.inbox(642).state), ("done", "done"))
        self.assertEqual(run.refused_count, 1)
        self.assertIn("Entry 2 of the feed", run.message)

    def test_no_column_of_the_inbox_holds_card_data(self):
        card = "4111 1111 1111 1111"
        for number, values in enumerate(self.spoilt(f"Visa {card} cvv 987")):
            self.synchronize(self.order(2000 + number, **values))
            if "OrderID" in values:  # kept as it is: it identifies the order
                continue
            row = self.inbox(2000 + number)
            self.env.flush_all()
            self.env.cr.execute("SELECT row_to_json(o)::text FROM external_order o WHERE id = %s", [row.id])
            stored = self.env.cr.fetchone()[0]
            self.assertNotIn("4111 1111", stored)
            self.assertFalse(row.source_digest)  # a digest would allow guessing the missing digits
            self.assertNotIn("987", stored.replace(row.fingerprint, ""))


class TestForeignTextOfCouriers(ShipmentCase):
    def test_a_status_without_end_keeps_no_parcel_from_being_followed(self):
        shipments = self.ship() | self.ship() | self.ship()
        for shipment in shipments:
            self.courier.book.report(shipment.tracking_number, long_text(), long_text(), datetime(2026, 1, 17, 14, 5))
            self.courier.book.report(shipment.tracking_number, "Zugestellt", long_text(), datetime(2026, 1, 18, 14, 5))
        for _turn in range(2):
            shipments.next_poll = "2020-01-01"
            self.work()
            self.assertEqual(set(shipments.mapped("state")), {"delivered"})
            self.assertEqual([len(shipment.event_ids) for shipment in shipments], [2, 2, 2])
            shipments.state = "shipped"

    def test_texts_of_any_provider_are_bounded(self):
        carrier = type(self.carrier)
        number, status = long_text(9_000), f"{long_text(9_000)}\0"
        shipments = self.request_shipment() | self.request_shipment()
        with patch.object(
            carrier,
            "opal_send_shipping",
            lambda *args: [{"exact_price": 1, "tracking_number": number, "order_number": status}],
        ):
            self.work()
        self.assertEqual(set(shipments.mapped("state")), {"shipped"})
        event = {"date": datetime(2026, 1, 17), "kind": "under_way", "status": status, "details": status}
        events = {shipments[0]: [event, {**event, "date": "no date"}], shipments[1]: [{**event, "kind": "new"}]}
        for _turn in range(2):
            shipments.next_poll = "2020-01-01"
            with (
                patch.object(carrier, "opal_read_shipment_events", lambda *args: events),
                self.assertLogs("odoo.addons.external_order_sync", "ERROR"),
            ):
                self.work()
            self.assertEqual(shipments[1].event_ids.mapped("kind"), ["other"])
        self.assertIn("could not be read", shipments[0].error_message)
        self.assertFalse(shipments[1].error_message)

    def test_what_does_not_fit_the_form_is_refused_by_name(self):
        self.partner.street = f"{'Lange Straße ' * 30}12"
        shipment = self.request_shipment()
        with patch("odoo.addons.external_order_sync.lib.opal.pages.Form.limit", lambda form, name, index=0: 60):
            self.work()
        self.assertEqual(shipment.state, "error")
        self.assertIn("street of the receiver has", shipment.error_message)

    def test_a_number_in_the_second_line_is_the_house_number(self):
        self.partner.write({"street": "Lange Straße", "street2": "12a"})
        self.ship()
        fields = self.courier.book.all()[-1].fields
        self.assertEqual((fields["address_str[]"][1], fields["address_hsnr[]"][1]), ("Lange Straße", "12a"))


class TestForeignTextOfARemoteOdoo(MirrorCase):
    def test_names_without_end_are_mirrored(self):
        for model, rows in list(self.remote.tables.rows.items()) if hasattr(self.remote.tables, "rows") else []:
            for row_id, row in rows.items():
                texts = {
                    name: long_text()
                    for name, value in row.items()
                    if isinstance(value, str) and name in ("name", "default_code")
                }
                if texts:
                    self.put(model, row_id, **texts)
        run = self.sync()
        self.assertEqual((run.status, self.counts(run)), ("success", SAMPLE_COUNTS), run.message)

    def test_made_up_sources_fill_no_cache(self):
        source = self.env["odoo.sync.source"]
        source._get_warehouse()
        with self.assertRaises(Exception):  # noqa: B017 - what it caches once of other things
            source._get_warehouse("made-up")
        cache = self.env.registry._Registry__caches["default"]
        before = len(cache)
        for number in range(50):
            with self.assertRaises(Exception):  # noqa: B017 - MissingError, of which only the cache matters
                source._get_warehouse(f"made-up-{number}")
        self.assertEqual(len(cache), before)
        self.assertEqual(source._get_warehouse(self.source.code)._source_id, self.source.id)


class TestForeignPages(ShipmentCase):
    def test_a_page_of_many_elements_is_refused(self):
        for content in (b"<table>" + b"<tr><td>" * 200_000, b"<div>" * 200, b"<p>x" * 200_000):
            with self.assertRaisesRegex(Exception, "the end of the page within"):
                Page("list", "http://courier.test/", content)

    def test_entities_and_unknown_encodings_do_nothing(self):
        bomb = b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><p>&b;&b;</p>'
        self.assertLess(len(Page("list", "http://courier.test/", bomb).text()), 100)
        for charset in (
            "idna",
            "undefined",
            "rot13",
            "x" * 10_000,
            "utf-16",
            "no\0such",
            "UTF-8",
            "iso-8859-15",
            "windows-1252",
        ):
            self.assertEqual(Page("list", "http://courier.test/", b"<p>abc</p>", charset).text(), "abc")
