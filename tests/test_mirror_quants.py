from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo.tools import SQL

from ..models.mirror import odoo_mirror_sync, odoo_mirror_sync_quants
from .explaining import explain, statements
from .mirror_common import SAMPLE_COUNTS, MirrorCase

PRODUCTS = 30


class TestMirrorQuants(MirrorCase):
    """A change of a few quants costs what changed, however many quants there are."""

    def setUp(self):
        super().setUp()
        # Every product has a quant in two locations. They are too many for the first request.
        self.enterContext(patch.multiple(odoo_mirror_sync, NEWEST_ROWS=3))
        for number in range(PRODUCTS):
            self.put("product.product", 1000 + number, name=f"Product {number}", ago=86400)
            for location in (8, 4):
                self.put_quant(2000 + 10 * number + location, 1000 + number, location, 10.0)
        self.sync()
        for kind in SAMPLE_COUNTS:  # the next run begins in another second
            self.mirror(kind).received_date = datetime(2026, 1, 18)

    def put_quant(self, id, product, location, quantity, ago=86400):
        self.put("stock.quant", id, product_id=product, location_id=location, quantity=quantity, ago=ago)

    def merge(self, kept, *others):
        """Merge quants as Odoo does: by SQL, which leaves the date of the one that stays."""
        rows = self.remote.tables.rows["stock.quant"]
        for other in others:
            rows[kept]["quantity"] += rows.pop(other)["quantity"]

    @contextmanager
    def listed(self):
        """Yield a list, filled with the number of quants in each listing within the block."""
        sizes, search_read = [], self.remote.search_read

        def note(model, *args, **kwargs):
            found = search_read(model, *args, **kwargs)
            sizes.append(len(found))
            return found

        with patch.object(self.remote, "search_read", note):
            yield sizes

    def assert_equal(self):
        here = {quant.remote_id: quant.quantity for quant in self.mirror("quant") if not quant.gone}
        there = {id: row["quantity"] for id, row in self.remote.tables.rows["stock.quant"].items()}
        self.assertEqual(here, there)

    def test_one_changed_quant_has_those_of_its_product_listed(self):
        self.put("stock.quant", 2008, quantity=9.0)
        with self.listed() as sizes:
            run = self.sync()
        self.assertEqual((run.status, self.counts(run)), ("success", {"quant": 1}))
        self.assertEqual(sizes, [2])
        self.assertLessEqual(run.request_count, 9)
        self.assert_equal()

    def test_a_quant_of_the_same_product_that_changed_without_a_date_is_taken(self):
        self.remote.tables.rows["stock.quant"][2004]["reserved_quantity"] = 4.0
        self.put("stock.quant", 2008, quantity=9.0)
        self.sync()
        self.assertEqual(self.mirror("quant", 2004).reserved_quantity, 4.0)

    def test_many_changed_quants_are_listed_by_some_products_at_once(self):
        for number in range(20):
            self.put("stock.quant", 2008 + 10 * number, quantity=9.0)
            self.put_quant(5000 + number, 1000 + number, 8, 1.0, ago=0)
            self.merge(2008 + 10 * number, 5000 + number)
        with patch.object(odoo_mirror_sync_quants, "PRODUCTS_AT_ONCE", 8), self.listed() as sizes:
            self.sync()
        # First those that were written since the last time, because they are more than come with the first request.
        self.assertEqual(sizes, [20, 16, 16, 8])
        self.assert_equal()

    def test_a_new_quant_that_was_merged_before_it_was_seen(self):
        self.put_quant(3000, 1001, 8, 5.0, ago=0)
        self.merge(2018, 3000)
        self.put("stock.quant", 2014, quantity=1.0)
        with self.listed() as sizes:
            self.sync()
        self.assertEqual(sizes, [2])
        self.assert_equal()

    def test_quants_that_are_merged_later_are_found_among_those_that_look_alike(self):
        self.put_quant(3000, 1001, 8, 5.0, ago=0)
        self.sync()
        self.merge(2018, 3000)
        for others_change in (False, True):
            with self.subTest(others_change=others_change):
                if others_change:
                    self.put_quant(3001, 1002, 8, 5.0, ago=0)
                    self.sync()
                    self.merge(2028, 3001)
                    self.put_quant(3002, 1003, 4, 1.0, ago=0)  # their number is the same as before
                with self.listed() as sizes:
                    run = self.sync()
                self.assertLess(sum(sizes), 7)
                self.assertEqual(run.gone_count, 1)
                self.assert_equal()

    def test_empty_quants_that_are_deleted_are_found(self):
        self.put("stock.quant", 2008, quantity=0.0)
        self.sync()
        self.remote.tables.delete("stock.quant", 2008)
        with self.listed() as sizes:
            run = self.sync()
        self.assertEqual((sizes, run.gone_count), ([1], 1))
        self.assert_equal()

    def test_if_the_numbers_differ_still_all_are_listed(self):
        self.remote.tables.delete("stock.quant", 2118)
        self.put("stock.quant", 2008, quantity=9.0)
        with self.listed() as sizes:
            run = self.sync()
        self.assertEqual((sizes[0], sizes[-1], run.gone_count), (2, 2 * PRODUCTS, 1))
        self.assert_equal()

    def test_what_an_interrupted_pass_has_stored_is_compared_by_the_next(self):
        self.remote.tables.rows["stock.quant"][2004]["quantity"] = 4.0
        self.put("stock.quant", 2008, quantity=9.0)

        def die(*_args):
            raise odoo_mirror_sync.OutOfTime

        with patch.object(type(self.env["odoo.mirror.sync"]), "_compare_quants", die):
            self.sync()
        self.assertEqual(self.mirror("quant", 2008).quantity, 9.0)
        self.sync()
        self.assert_equal()

    # ---- counting ----------------------------------------------------------------------------------------------------

    def counted(self):
        """Synchronize, and return the tables whose rows are counted."""
        with statements() as executed:
            self.sync()
        counting = [code.partition(" FROM ")[2] for code in executed if code.startswith("SELECT count(*) FROM ")]
        return [code.split()[0].strip('"') for code in counting if code.endswith("AND gone IS NOT TRUE")]

    def test_rows_are_only_counted_where_some_have_changed(self):
        self.assertEqual(self.counted(), [])
        self.put("stock.quant", 2008, quantity=9.0)
        self.assertEqual(set(self.counted()), {"odoo_mirror_quant"})
        self.assertEqual(self.counted(), [])
        self.assertEqual(self.source.cursor_ids.filtered(lambda c: c.kind == "quant").row_count, 2 * PRODUCTS + 1)

    def test_rows_are_counted_again_after_an_interrupted_pass(self):
        self.put_quant(3000, 1001, 8, 5.0, ago=0)

        def die(*_args):
            raise odoo_mirror_sync.OutOfTime

        with patch.object(type(self.env["odoo.mirror.sync"]), "_compare_quants", die):
            self.sync()
        del self.remote.tables.rows["stock.quant"][3000]
        self.assertIn("odoo_mirror_quant", self.counted())
        self.assert_equal()

    def test_quants_of_a_product_are_found_by_an_index(self):
        quants = self.env["odoo.mirror.quant"]
        query = SQL("SELECT id FROM %s WHERE source_id = 1 AND product_remote_id = ANY(%s)",
                    SQL.identifier(quants._table), [1000])  # fmt: skip
        self.assertIn("odoo_mirror_quant_of_product", explain(self.env, query))
