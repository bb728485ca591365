from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..lib.message import without_isolates
from ..models.order_import.order_errors import refused_by_odoo
from .browser_common import BrowserCase
from .common import ExternalOrderCase
from .mirror_common import MirrorCase

MANAGER = "base.group_user,external_order_sync.group_manager"


def forged(record, field="display_name"):
    """Return terms that name a record, as a client might send them."""
    return {"template": "%s", "values": [{"name_of": [record._name, record.id, field], "text": "?"}]}


class TestForgedTermsOfAMirror(MirrorCase):
    """What the addon reads as the system names no record to whoever may not read it."""

    def test_the_activity_of_a_mirror_names_no_record_that_its_manager_wrote_into_the_message(self):
        hidden = self.env["ir.mail_server"].create({"name": "Hidden name", "smtp_host": "localhost"})
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        values = {"status": "error", "message": "x", "message_terms": forged(hidden), "responsible_id": manager.id}
        try:
            self.source.with_user(manager).write(values)
        except AccessError:
            return
        self.assertNotIn("Hidden name", self.source.activity_ids.note or "")


class TestForgedTermsOfOrders(ExternalOrderCase):
    def test_no_screen_fails_over_what_a_manager_wrote_into_the_message(self):
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        for terms in ({"message": ["x", {"template": "%s"}]}, {"message": [forged(self.tax, "amount")]}, ["x"], "x"):
            with self.subTest(terms=terms):
                try:
                    self.sync.with_user(manager).write({"last_sync_message": "x", "last_sync_terms": terms})
                except AccessError:
                    continue
                self.sync.with_user(manager).web_read({"last_sync_text": {}})

    def test_the_activity_names_no_record_that_a_manager_wrote_into_the_message(self):
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        hidden = self.env["ir.mail_server"].create({"name": "Hidden name", "smtp_host": "localhost"})
        row = self.import_order(OrderItems=[self.item("No Such Product")])
        try:
            self.sync.with_user(manager).write(
                {"last_sync_problem": "x", "last_sync_terms": {"problem": [forged(hidden)]}}
            )
        except AccessError:
            return
        row.with_user(manager).action_retry()
        self.assertNotIn("Hidden name", self.sync.activity_ids.note or "")


class TestHighlightedRetry(ExternalOrderCase):
    def test_nothing_highlights_the_import_of_what_is_ignored_on_purpose(self):
        self.sync.accepted_statuses = "104"
        row = self.import_order()
        self.assertEqual((row.state, row.error_code), ("ignored", "status_not_accepted"))
        self.assertFalse(row.retry_helps)
        self.sync.accepted_statuses = False
        failed = self.import_order(OrderID=640, OrderItems=[self.item("No Such Product")])
        failed.error_code = "odoo_error"
        failed.action_ignore()
        self.assertFalse(failed.retry_helps)


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


class TestDefaultsOfAClient(ExternalOrderCase):
    """What a client puts into the context of a saved setting reaches nothing that the system creates then."""

    DEFAULTS = {
        "default_note": "Forged",
        "default_opening_notes": "Forged",
        "default_general_customer_note": "Forged",
        "default_internal_note": "Forged",
        "default_rescue": True,
        "default_customer_note": "Forged",
        "default_is_tipped": True,
        "default_tip_amount": 5,
        "default_transaction_id": "Forged",
        "default_payment_status": "Forged",
        "default_origin": "Forged",
        "default_to_invoice": True,
        "default_is_change": True,
    }

    def test_a_session_that_is_created_automatically(self):
        self.sync.auto_create_session = False
        row = self.import_order()
        manager = new_test_user(self.env, "defaulting", groups=MANAGER)
        self.sync.with_user(manager).with_context(**self.DEFAULTS).auto_create_session = True
        self.assertNothingForged(row)

    def test_an_order_whose_product_a_user_chooses(self):
        row = self.import_order(OrderItems=[self.item("No Such Product")])
        user = new_test_user(self.env, "choosing", groups="base.group_user,external_order_sync.group_user")
        aliases = self.env["external.product.alias"].with_user(user).with_context(**self.DEFAULTS)
        aliases.create({"sync_id": self.sync.id, "item_name": "No Such Product", "product_id": self.product.id})
        self.assertNothingForged(row)

    def assertNothingForged(self, row):
        self.assertEqual(row.state, "done", row.error_message)
        order = row.pos_order_id
        pickings = order.picking_ids
        for record in (order, order.lines, order.payment_ids, order.session_id, pickings, pickings.move_ids):
            self.assertTrue(record)
            for name, value in self.DEFAULTS.items():
                field = record._fields.get(name.removeprefix("default_"))
                if field and field.store:
                    self.assertNotEqual(record[field.name], value, f"{record} {field.name}")


class TestRefusalsByOdoo(ExternalOrderCase):
    def test_a_reason_that_ends_its_sentence_gets_no_second_end(self):
        for reason in ("Really?", "Wait…", "Stop.\n"):
            text = str(refused_by_odoo(self.env, UserError(reason)))
            self.assertNotRegex(text, r"[?….]\s*\.")
        self.assertIn("Stop. Nothing", str(refused_by_odoo(self.env, UserError("Stop"))))


class TestInboxWidth(BrowserCase, ExternalOrderCase):
    browser_size = "1280x900"

    def test_the_inbox_has_no_column_outside_the_screen(self):
        self.sync.unknown_payment = "refuse"
        self.import_order(CheckoutDetails=[self.payment(92.0, "Voucher", 9)])
        ready = "!!document.querySelector('.o_data_row td.o_list_button button')"
        code = """
            const list = document.querySelector(".o_list_renderer");
            const excess = list.scrollWidth - list.clientWidth;
            if (excess > 0) {
                console.error(`${excess} pixels are outside`);
            } else {
                console.log("test successful");
            }
        """
        action = "/odoo/action-external_order_sync.action_external_order"
        self.browser_js(action, code, ready, login="admin")
