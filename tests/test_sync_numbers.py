from unittest.mock import patch

from lxml import etree

from ..models.order_sync import external_order_sync_counts, external_order_sync_run_report
from .common import ExternalOrderCase
from .counting import SHOWN_INSTEAD


class TestSyncNumbers(ExternalOrderCase):
    """Numbers of a synchronization that are counted up to a bound: no person takes one beyond it for an exact one."""

    def bound(self, rows):
        for module in (external_order_sync_counts, external_order_sync_run_report):
            self.patch(module, "COUNTED_AT_MOST", rows)
        self.sync.invalidate_recordset()

    def test_a_number_beyond_its_bound_is_shown_with_a_plus(self):
        self.synchronize(*(self.order(number) for number in range(1, 4)))
        rows = self.sync.order_ids
        self.bound(2)
        for name, values in {
            "imported": {},
            "refund": {"kind": "refund"},
            "doubtful": {"doubt": "warning"},
            "changed": {"changed": True},
            "attention": {"state": "failed"},
            "card_failed": {"state": "failed"},
            "pending": {"state": "pending"},
            "card_pending": {"state": "pending"},
            "waiting": {"state": "pending", "error_code": "waiting_for_order"},
        }.items():
            with self.subTest(name):
                rows.write({"state": "done", "kind": "sale", "doubt": False, "changed": False, **values})
                self.sync.invalidate_recordset()
                self.assertEqual((self.sync[f"{name}_text"], self.sync[f"{name}_count"]), ("2+", 3))
                rows[0].write({"state": "ignored", "changed": False, "doubt": False})
                self.sync.invalidate_recordset()
                self.assertEqual((self.sync[f"{name}_text"], self.sync[f"{name}_count"]), ("2", 2))

    def test_numbers_are_shown_in_the_format_of_the_language(self):
        self.env["res.lang"]._activate_lang("de_DE")

        def count(sync, **domains):
            return {sync.id: [12_345 for _domain in domains]}

        with patch.object(type(self.sync), "_count_orders", count):
            for lang, text in (("en_US", "10,000+"), ("de_DE", "10.000+"), ("en_US", "10,000+")):
                shown = self.sync.with_context(lang=lang)
                others = ("session_text", "picking_text")
                texts = {name: shown[name] for name in SHOWN_INSTEAD.values() if name not in others}
                self.assertEqual(set(texts.values()), {text}, texts)

    def test_no_screen_shows_a_bounded_number_as_an_exact_one(self):
        for name in SHOWN_INSTEAD:
            self.assertRegex(self.sync._fields[name].help, "^At most (10,001|1,001|101), which means more than")
        shown = set()
        for kind in ("form", "list", "kanban", "search"):
            arch = etree.fromstring(self.sync.get_view(view_type=kind)["arch"])
            for node in arch.xpath("//field[not(ancestor::field)]"):  # without the lists of runs and others
                name = node.get("name")
                if not {node.get("invisible"), node.get("column_invisible")} & {"1", "True"}:
                    self.assertNotIn(name, SHOWN_INSTEAD, kind)
                    shown.add(name)
        self.assertLessEqual(set(SHOWN_INSTEAD.values()), shown)

    def test_messages_say_that_there_are_more(self):
        self.sync.auto_create_session = False
        run = self.synchronize(*(self.order(number) for number in range(1, 5)))
        self.assertIn("4 orders wait.", run.message)
        self.bound(3)
        self.assertIn("3+ orders wait.", self.synchronize().message)
