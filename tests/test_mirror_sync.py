import logging
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields

from ..dev.stand_ins.remote_odoo import sample
from ..models.mirror import odoo_mirror_sync
from .mirror_common import SAMPLE_COUNTS, MirrorCase

LOGGER = "odoo.addons.external_order_sync.models.mirror.odoo_mirror_sync"


class TestMirrorSync(MirrorCase):
    """After a synchronization, the mirror has all data of the remote."""

    def test_a_first_sync_brings_everything(self):
        run = self.sync()
        self.assertEqual((run.status, self.counts(run)), ("success", SAMPLE_COUNTS), run.message)
        self.assertRecordValues(self.mirror("product", 789), [{
            "name": "Desk", "default_code": "DESK", "barcode": "4006381333931", "list_price": 99.95,
            "lst_price": 104.95, "standard_price": 40.125, "weight": 12.5, "volume": 0.25, "uom_name": "Units",
            "category_name": "All / Saleable", "currency_name": "EUR", "is_storable": True, "tracking": "lot",
            "remote_active": True, "gone": False, "display_name": "[DESK] Desk",
        }])  # fmt: skip
        self.assertRecordValues(self.mirror("picking"), [{
            "remote_id": 123, "name": "WH/OUT/00042", "state": "assigned", "origin": "SO042", "priority": "1",
            "scheduled_date": datetime(2026, 1, 17, 10), "partner_remote_id": 15, "partner_name": "Deco Addict",
            "location_id": self.mirror("location", 8).id, "location_dest_id": self.mirror("location", 5).id,
            "remote_write_date": datetime(2026, 1, 17, 10, 30), "source_id": self.source.id,
        }])  # fmt: skip
        self.assertRecordValues(
            self.mirror("move_line"),
            [
                {"remote_id": 456, "quantity": 3, "picked": False, "qty_done": 0},
                {"remote_id": 457, "quantity": 2, "picked": True, "qty_done": 2},
            ],
        )
        self.assertEqual(self.mirror("picking").move_line_ids.sorted("remote_id"), self.mirror("move_line"))

    def test_every_row_tells_when_it_was_synced(self):
        before = fields.Datetime.now()
        self.sync()
        for kind in SAMPLE_COUNTS:
            for row in self.mirror(kind):
                self.assertGreaterEqual(row.synced_date, before)
                self.assertEqual(row.received_date, row.synced_date)

    def test_locations_are_a_hierarchy_and_quants_hang_on_it(self):
        self.sync()
        self.assertEqual(self.mirror("location", 8).location_id, self.mirror("location", 4))
        self.assertEqual(self.mirror("location", 4).child_ids, self.mirror("location", 8))
        below = self.env["odoo.mirror.quant"].search([("location_id", "child_of", self.mirror("location", 4).id)])
        self.assertEqual(below, self.mirror("quant"))
        self.assertRecordValues(below, [{
            "product_id": self.mirror("product", 789).id, "lot_id": self.mirror("lot").id,
            "package_id": self.mirror("package").id, "quantity": 12.5, "reserved_quantity": 3.0,
            "available_quantity": 9.5,
        }])  # fmt: skip

    def test_a_row_may_come_before_the_one_it_belongs_to(self):
        self.put("stock.location", 3, name="Physical", complete_name="Physical", usage="view", location_id=8)
        self.put("stock.location", 9, name="Later", complete_name="Later", usage="view")
        self.put("stock.location", 8, location_id=9)
        self.sync()
        self.assertEqual(self.mirror("location", 8).location_id, self.mirror("location", 9))
        self.assertEqual(self.mirror("location", 3).location_id, self.mirror("location", 8))

    def test_a_link_is_set_when_what_it_points_to_arrives_later(self):
        self.put("stock.quant", 901, product_id=800, location_id=8, quantity=1.0)
        self.sync()
        self.assertEqual(self.mirror("quant", 901).product_remote_id, 800)
        self.assertFalse(self.mirror("quant", 901).product_id)
        self.put("product.product", 800, name="Late")
        self.sync()
        self.assertEqual(self.mirror("quant", 901).product_id, self.mirror("product", 800))

    def test_the_kinds_come_in_the_order_of_the_spec_and_are_logged_as_it_prints_them(self):
        with self.assertLogs(LOGGER, logging.INFO) as logs:
            self.sync()
        self.assertEqual(self.remote.calls[0][0], "stock.location")
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            [
                "🔄 Odoo: Starting full sync...",
                "📍 Odoo: Syncing Locations...",
                "✅ Odoo: Updated 3 locations",
                "📦 Odoo: Syncing Products...",
                "✅ Odoo: Updated 2 products",
                "🏷️ Odoo: Syncing Lots...",
                "✅ Odoo: Updated 1 lots",
                "📦 Odoo: Syncing Packages...",
                "✅ Odoo: Updated 1 packages",
                "📊 Odoo: Syncing Quants...",
                "✅ Odoo: Updated 1 quants",
                "📋 Odoo: Syncing Pickings (Transfer Orders)...",
                "✅ Odoo: Updated 1 pickings",
                "📝 Odoo: Syncing Move Lines...",
                "✅ Odoo: Updated 2 move lines",
                "✅ Odoo: Full sync completed",
            ],
        )

    # ---- Incremental -------------------------------------------------------------------------------------------------

    def age_cursors(self, minutes=30):
        """Move the last synchronization into the past."""
        for cursor in self.source.cursor_ids:
            cursor.asked_date -= timedelta(minutes=minutes)

    def test_nothing_new_costs_seven_requests(self):
        self.sync()
        self.asked()
        run = self.sync()
        self.assertEqual(run.message, "Nothing has changed.")
        self.assertEqual(run.request_count, 7)
        self.assertEqual(self.asked(), [
            "stock.location", "product.product", "stock.lot", "stock.quant.package", "stock.quant", "stock.picking",
            "stock.move.line",
        ])  # fmt: skip

    def test_changes_are_taken_and_nothing_else_is_touched(self):
        self.put("stock.picking", 124, name="WH/OUT/00043", state="draft")
        self.sync()
        untouched = self.mirror("picking", 124)
        version = self.row_version(untouched)
        self.put("stock.picking", 123, state="done", date_done=datetime(2026, 1, 18))
        run = self.sync()
        self.assertEqual(self.counts(run), {"picking": 1})
        self.assertEqual(self.mirror("picking", 123).state, "done")
        self.assertEqual(self.row_version(untouched), version)

    def row_version(self, record):
        self.env.cr.execute(f'SELECT ctid, synced_date FROM "{record._table}" WHERE id = %s', [record.id])
        return self.env.cr.fetchone()

    def test_a_row_that_appears_late_is_taken(self):
        self.source.overlap_minutes = 10
        for id in range(1000, 1400):  # more than come with the first request
            self.put("stock.picking", id, name=f"P{id}", state="draft", ago=60)
        self.sync()
        # Its transaction began before the known rows were written, and ends only now.
        self.put("stock.picking", 1000, state="done", ago=300)
        self.put("stock.picking", 2000, name="Late", state="draft", ago=300)
        self.sync()
        self.assertEqual(self.mirror("picking", 1000).state, "done")
        self.assertEqual(self.mirror("picking", 2000).name, "Late")

    def test_a_row_of_the_same_second_as_its_known_version_is_taken(self):
        second = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for id in range(1000, 1400):
            self.put("stock.picking", id, name=f"P{id}", state="assigned", write_date=second)
        self.sync()
        self.put("stock.picking", 1000, state="done", write_date=second.replace(microsecond=9))
        self.sync()
        self.assertEqual(self.mirror("picking", 1000).state, "done")

    def test_a_row_that_changes_twice_in_a_second_is_taken_though_nothing_tells_it(self):
        second = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for rows in (10, 1200):
            with self.subTest(rows=rows):
                for id in range(1000, 1000 + rows):
                    self.put("stock.picking", id, name=f"P{id}", state="draft", write_date=second)
                self.sync()
                for id in (1000, 1000 + rows - 1):
                    self.put("stock.picking", id, origin=f"Changed {rows}", write_date=second)
                self.assertEqual(self.counts(self.sync()), {"picking": 2})
                self.assertEqual(self.mirror("picking", 1000).origin, f"Changed {rows}")

    def test_much_that_is_known_to_be_new_still_costs_seven_requests(self):
        for id in range(1000, 2200):
            self.put("stock.picking", id, name=f"P{id}", state="draft", ago=60)
        self.sync()
        run = self.sync()
        self.assertEqual((run.message, run.request_count), ("Nothing has changed.", 7))

    def test_no_row_is_asked_for_twice_beyond_the_overlap(self):
        for id in range(1000, 1400):
            self.put("stock.picking", id, name=f"P{id}", state="draft", ago=3600)
        self.sync()
        self.put("stock.picking", 1000, state="done")
        with patch.object(self.remote, "search_read", wraps=self.remote.search_read) as listed:
            run = self.sync()
        self.assertFalse(listed.called)
        self.assertEqual((self.counts(run), run.request_count), ({"picking": 1}, 7))

    def test_many_rows_of_one_transaction_are_not_cut(self):
        for id in range(1, 2601):
            self.put("stock.lot", id, name=f"L{id}", product_id=789, ago=7200)
        run = self.sync()
        self.assertEqual(len(self.mirror("lot")), 2600)
        self.assertEqual(run.lot_count, 2600)
        self.age_cursors()
        for id in range(1, 2601):
            self.put("stock.lot", id, ref=f"R{id}")
        self.assertEqual(self.sync().lot_count, 2600)
        self.assertEqual(len(self.mirror("lot").filtered(lambda lot: lot.ref == f"R{lot.remote_id}")), 2600)

    def test_listings_of_several_pages_meet(self):
        sizes = {"BRIEF_PAGE_ROWS": 7, "PAGE_ROWS": 3, "NEWEST_ROWS": 2}
        with patch.multiple(odoo_mirror_sync, **sizes):
            for id in range(1000, 1050):
                self.put("stock.quant", id, product_id=789, location_id=8, quantity=1.0, ago=3600)
            self.sync()
            self.assertEqual(len(self.mirror("quant")), 51)
            for id in range(1000, 1050, 3):
                self.remote.tables.delete("stock.quant", id)
            for id in range(1001, 1050, 3):
                self.put("stock.quant", id, quantity=2.0)
            run = self.sync()
        present = self.mirror("quant").filtered(lambda quant: not quant.gone)
        self.assertEqual(set(present.mapped("remote_id")), set(self.remote.tables.rows["stock.quant"]))
        self.assertEqual(run.gone_count, 17)
        changed = present.filtered(lambda quant: quant.quantity == 2)
        self.assertEqual(changed.mapped("remote_id"), list(range(1001, 1050, 3)))

    def test_archived_rows_stay_and_say_so(self):
        self.sync()
        self.put("product.product", 789, active=False)
        self.sync()
        self.assertRecordValues(self.mirror("product", 789), [{"remote_active": False, "gone": False}])

    # ---- Vanished rows and quants ------------------------------------------------------------------------------------

    def test_vanished_rows_are_marked_and_kept(self):
        self.sync()
        self.remote.tables.delete("stock.move.line", 456)
        run = self.sync()
        self.assertEqual(run.gone_count, 1)
        gone = self.mirror("move_line", 456)
        self.assertTrue(gone.gone)
        self.assertTrue(gone.gone_date)
        self.assertEqual(self.mirror("picking").move_line_ids, self.mirror("move_line", 457))

    def test_a_row_that_is_replaced_is_noticed_though_the_number_is_the_same(self):
        self.sync()
        self.remote.tables.delete("stock.quant", 900)
        self.put("stock.quant", 901, product_id=789, location_id=8, quantity=1.0)
        self.sync()
        self.assertEqual({quant.remote_id: quant.gone for quant in self.mirror("quant")}, {900: True, 901: False})

    def test_a_row_that_may_be_seen_again_is_no_longer_gone(self):
        self.sync()
        row = self.remote.tables.rows["stock.quant"].pop(900)
        self.sync()
        self.assertTrue(self.mirror("quant", 900).gone)
        self.remote.tables.rows["stock.quant"][900] = row
        self.sync()
        self.assertRecordValues(self.mirror("quant", 900), [{"gone": False, "gone_date": False}])

    def test_quants_merged_underneath_their_write_date_are_reconciled(self):
        for id, quantity in ((901, 5.0), (902, 7.0)):
            self.put("stock.quant", id, product_id=789, location_id=8, quantity=quantity, ago=86400)
        self.sync()
        self.remote.tables.rows["stock.quant"][901]["quantity"] = 12.0
        self.remote.tables.delete("stock.quant", 902)
        self.sync()
        self.assertEqual(self.mirror("quant", 901).quantity, 12.0)
        self.assertTrue(self.mirror("quant", 902).gone)

    def test_quants_are_compared_whole_from_time_to_time(self):
        self.sync()
        self.remote.tables.rows["stock.quant"][900]["quantity"] = 99.0
        cursor = self.source.cursor_ids.filtered(lambda cursor: cursor.kind == "quant")
        cursor.whole_date -= timedelta(hours=2)
        self.sync()
        self.assertEqual(self.mirror("quant").quantity, 99.0)

    def test_rows_that_vanish_while_they_are_listed_have_all_compared_again(self):
        self.put("stock.quant", 901, product_id=789, location_id=8, quantity=1.0, ago=86400)
        self.sync()
        self.put("stock.quant", 902, product_id=789, location_id=8, quantity=1.0, ago=86400)
        self.put("stock.quant", 900, quantity=13.5)
        search_read = self.remote.search_read

        def merging(model, *args, **kwargs):
            found = search_read(model, *args, **kwargs)
            if model == "stock.quant" and self.remote.tables.rows[model].pop(902, None):
                self.remote.tables.rows[model][901]["quantity"] = 2.0
            return found

        with patch.object(odoo_mirror_sync, "NEWEST_ROWS", 1), patch.object(self.remote, "search_read", merging):
            self.sync()
        self.sync()
        self.assertEqual(self.mirror("quant", 901).quantity, 2.0)
        self.assertFalse(self.mirror("quant", 902).filtered(lambda quant: not quant.gone))


class TestMirrorVersions(MirrorCase):
    """Every version that the stand-in knows is mirrored, changes included."""

    def test_changes_of_every_version_arrive(self):
        for version in range(14, 19):
            with self.subTest(version=version):
                self.remote = self.start_remote(version)
                self.source = self.create_source(self.remote)
                self.assertEqual(self.counts(self.sync()), SAMPLE_COUNTS)
                self.put("stock.picking", 123, state="done", origin=None)
                self.put("stock.move.line", 456, state="done", **sample.quantities(version, 4.0, 0.0))
                self.remote.tables.delete("stock.quant", 900)
                self.assertEqual(self.counts(self.sync()), {"picking": 1, "move_line": 1})
                self.assertRecordValues(self.mirror("picking"), [{"state": "done", "origin": False}])
                self.assertRecordValues(
                    self.mirror("move_line", 456), [{"state": "done", "quantity": 4.0, "picked": True, "qty_done": 4.0}]
                )
                self.assertTrue(self.mirror("quant").gone)
                self.assertEqual(self.source.remote_version, f"{version} (JSON-RPC)")

    def test_until_16_a_changed_template_changes_its_products(self):
        self.remote = self.start_remote(14)
        self.source = self.create_source(self.remote)
        self.sync()
        self.put("product.template", 700)
        self.remote.tables.rows["product.product"][789]["name"] = "Table"
        self.assertEqual(self.counts(self.sync()), {"product": 1})
        self.assertEqual(self.mirror("product", 789).name, "Table")
