from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..lib.message import without_isolates
from ..models.order_import.order_errors import refused_by_odoo
from .common import ExternalOrderCase


class TestHostileTexts(ExternalOrderCase):
    TEXTS = (
        "a\u0000b", "a\u0001\u001b[31mb", "\ufffe\uffff", "\ud800", "a\u2028b\u2029c\u0085d\u000be", "%s %(x)s %",
        "{0}{x}", "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "${7*7} {{7*7}} %{7}",
        "\u202egnp.exe", "\u2069\u2069x\u2068", "&lt;b&gt;", "'\"`;--", "[](javascript:alert(1))", "_%\\", "*", " ",
        "www.evil.example http://evil.example", "\u200b", "\u200fقميص (5) 12/3\u200f", "@admin", "x" * 3000, "😀" * 300,
        "\r\n\r\n",
    )  # fmt: skip

    def test_every_screen_of_an_order_shows_any_text(self):
        langs = ["de_DE", "ar_001"]
        for lang in langs:
            self.env["res.lang"]._activate_lang(lang)
        orders = []
        for number, text in enumerate(self.TEXTS, 1):
            orders += [
                self.order(f"{number}a", OrderItems=[self.item(text)]),
                self.order(f"{number}b", CheckoutDetails=[self.payment(92.0, text, 77)]),
                self.order(f"{number}c{text}", CustomerName=text, Remark=text, OrderType=text, LocationID=text),
                self.order(f"{number}d", OrderStatus=text, Currency=text, OrderDate=text, Date=text),
                self.order(f"{number}e", Refunds=[{"RefundID": text, "Reason": text, "Amount": 5}]),
                self.order(f"{number}f", GrandTotal=text, Tax=text),
            ]
        self.sync.unknown_payment = "refuse"
        self.synchronize(*orders)
        rows = self.env["external.order"].search([("sync_id", "=", self.sync.id)])
        self.assertGreater(len(rows), 100)
        messages = len(rows.message_ids)
        rows.action_retry()
        self.synchronize(*orders)
        failed = rows.filtered(lambda row: row.state == "failed")
        self.assertLessEqual(len(rows.message_ids) - messages, len(rows) + len(failed), "no note is repeated by a run")
        groups = "base.group_user,external_order_sync.group_user,point_of_sale.group_pos_user"
        user = new_test_user(self.env, "reader", groups=groups)
        for lang in ("en_US", *langs):
            self.env.invalidate_all()
            mine = rows.with_user(user).with_context(lang=lang)
            for values in mine.read(list(mine.fields_get())):
                for name in ("content_html", "result_html", "refund_html", "life_html"):
                    self.assertNotRegex(values[name] or "", "<(img|script)")
            self.env["external.order.problem"].with_user(user).with_context(lang=lang).search([]).read()
        for body in rows.message_ids.mapped("body"):
            self.assertNotRegex(body, "<(img|script)")


class TestTextsOfTwoDirections(ExternalOrderCase):
    """An Arabic name in an English sentence leaves numbers and words after it where they are."""

    def test_a_name_in_another_direction_is_isolated(self):
        row = self.import_order(OrderItems=[self.item("قميص")])
        self.assertIn('\u2068"قميص"\u2069', row.error_text)
        self.assertEqual(without_isolates(row.error_text), row.error_message)

    def test_quantities_of_a_preview_stay_with_their_products(self):
        self.create_product("قميص", list_price=80)
        self.create_product("ثوب", list_price=80)
        items = [self.item("قميص", quantity=2), self.item("ثوب", quantity=3)]
        order = self.order(
            1, AmountTotal=400, Tax=60, GrandTotal=460, AmountPaid=460, OrderItems=items,
            CheckoutDetails=[self.payment(460.0)],
        )  # fmt: skip
        self.feed(order)
        preview = self.env["external.order.preview"].browse(self.sync.action_test_connection()["res_id"])
        self.assertEqual(preview.line_ids.items, "\u20682 x قميص\u2069, \u20683 x ثوب\u2069")


class TestRefusalsByOdoo(ExternalOrderCase):
    def test_a_reason_that_ends_its_sentence_gets_no_second_end(self):
        for reason in ("Really?", "Wait…", "Stop.\n"):
            text = str(refused_by_odoo(self.env, UserError(reason)))
            self.assertNotRegex(text, r"[?….]\s*\.")
        self.assertIn("Stop. Nothing", str(refused_by_odoo(self.env, UserError("Stop"))))
