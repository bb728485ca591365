import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools.translate import code_translations

from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN
from ..exceptions import ExternalOrderError
from ..lib.message import message
from ..tools.message_language import for_reader, reader_text, stored, with_reader
from ..tools.stored_text import terms_of, text_of
from .common import ExternalOrderCase
from .mirror_common import MirrorCase
from .shipment_common import ShipmentCase

GERMAN = {
    "%(field)s is missing.": "%(field)s fehlt.",
    "Item %(number)s has no price (%(field)s is missing).": "Artikel %(number)s hat keinen Preis (%(field)s fehlt).",
    "%(field)s must be an object.": "%(field)s muss ein Objekt sein.",
    "%(name)s belongs to %(contacts)s": "%(name)s gehört zu %(contacts)s",
    "%s orders failed:": "%s Bestellungen sind fehlgeschlagen:",
    "%s of the receiver": "%s des Empfängers",
    "1 order failed:": "1 Bestellung ist fehlgeschlagen:",
    "1 order imported.": "1 Bestellung importiert.",
    "AmountPaid is missing, so the payments were not checked against it": "AmountPaid fehlt, also kein Vergleich",
    "Available in POS is switched off": "in der Kasse ausgeschaltet",
    "Entry %(number)s of the feed: %(problem)s": "Eintrag %(number)s: %(problem)s",
    "External orders need attention": "Externe Bestellungen brauchen Aufmerksamkeit",
    "Failed to fetch orders from external system: %(reason)s": "Abruf gescheitert: %(reason)s",
    "GrandTotal is missing, so the amount paid was used as the total": "GrandTotal fehlt, also Bezahltes",
    "No orders to synchronize.": "Keine neuen Bestellungen.",
    "No shipment": "%(wrong)s",
    "Nothing has changed.": "Nichts hat sich geändert.",
    "Order %(order)s: %(reason)s": "Bestellung %(order)s: %(reason)s",
    "Product not found: %(item)s. %(advice)s": "Produkt nicht gefunden: %(item)s. %(advice)s",
    "The address is incomplete. Missing: %s. Complete the contact, then press Retry.": (
        "Die Adresse ist unvollständig. Es fehlt: %s."
    ),
    "The external system refused the key (status %s); check the External API Key and how it is sent.": (
        "Der Schlüssel wurde abgelehnt (%s)."
    ),
    "The books could not be compared with the external system": "Die Bücher wurden nicht verglichen",
    "The books differ from the external system": "Die Bücher weichen ab",
    "The mirror is not up to date": "Der Spiegel ist veraltet",
    "The order": "Die Bestellung",
    "The receiver answered %(status)s.": "Antwort: %(status)s.",
    "The receiver has failed for three days: %s": "Seit drei Tagen: %s",
    "The subscription has ended": "Das Abonnement ist beendet",
    "There is no secret to sign with: press New Secret.": "Kein Geheimnis.",
    "The order contradicts itself: AmountTotal %(subtotal)s, discounts %(discount)s and Tax %(tax)s add up to "
    "%(stated)s, but GrandTotal is %(total)s.": "%(stated)s statt %(total)s.",
    "The remote Odoo does not accept the login %(login)s on database %(database)s: check the database, the user and "
    "the key or password.": "Anmeldung von %(login)s an %(database)s abgelehnt.",
    "city": "Ort",
    "password": "Kennwort",
    "user": "Benutzer",
    "Orders failed": "Fehlgeschlagene Bestellungen",
    "Parcels could not be sent": "Pakete nicht versandt",
    "1 order waits.": "1 Bestellung wartet.",
    'No open POS session found for %(pos)s. Open a session, or enable "Auto Create Session". The '
    "orders wait until then.": "Keine offene Sitzung für %(pos)s.",
    "Changed: %s": "Geändert: %s",
    "Total: %(was)s, now %(now)s": "Summe: %(was)s, jetzt %(now)s",
    "%(reason)s This entry is not an order, so it cannot be imported. Have the external system correct it, or press "
    "Ignore if it does not matter.": "%(reason)s Keine Bestellung.",
    "LocationID %(location)s has no Point of Sale. Add it to the Branches of %(sync)s, under Mappings, "
    "or press Choose Point of Sale.": "LocationID %(location)s gehört zu keiner Kasse von %(sync)s.",
    "Odoo refused the order: %(reason)s": "Nein: %(reason)s",
}


class GermanMixin:
    """German is installed with the translations above instead of the real ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def setUp(self):
        super().setUp()
        catalogues = {("external_order_sync", "de_DE"): GERMAN}
        self.enterContext(patch.dict(code_translations.python_translations, catalogues))
        self.env = self.env(context={**self.env.context, "lang": None})  # as the scheduler's


class TestMessageLanguage(GermanMixin, ExternalOrderCase):
    """Messages that a run stores are in the language of their reader, and nothing else is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "german_manager", "external_order_sync.group_user", lang="de_DE")

    def setUp(self):
        super().setUp()
        self.sync = self.sync.with_env(self.env)
        self.sync.responsible_id = self.manager

    def store(self, template, **values):
        """Return a stored text; written with ``_``, the template would be exported as a string of the addon."""
        translate = stored(self.env)._
        return translate(template, **values)

    def test_what_other_code_says_is_stored_as_it_is(self):
        for error in (OSError(2, "No such file"), KeyError("x"), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad")):
            text = self.store("Odoo refused the order: %(reason)s", reason=error)
            self.assertEqual(text_of(self.env, terms_of(text)), text)
            self.assertIn(str(error), text)

    def test_a_number_that_json_lacks_is_stored_too(self):
        row = self.import_order()
        row._fail(ExternalOrderError("odoo_error", self.store("The amount is %(amount)s.", amount=float("inf"))))
        row.invalidate_recordset()
        self.assertEqual(row.error_text, "The amount is inf.")

    def test_an_error_without_a_message_is_stored_too(self):
        class Mine(ExternalOrderError):
            def __init__(self):
                super().__init__("odoo_error", "")
                self.args = ()

        row = self.import_order()
        row._fail(Mine())
        self.assertEqual(row.error_code, "odoo_error")

    def run_scheduled_action(self):
        self.sync.next_sync_date = fields.Datetime.now() - timedelta(minutes=1)
        with self.enter_registry_test_mode():
            self.env.ref("external_order_sync.ir_cron_sync_external_orders").method_direct_trigger()

    def test_the_scheduled_action_writes_for_the_responsible_user(self):
        self.feed(self.order(1), self.order(2, OrderItems=[self.item("Unknown")]), 7, {"OrderID": None})
        self.run_scheduled_action()
        message = self.sync.last_sync_message
        self.assertEqual(message, self.sync.run_ids.message)
        self.assertIn("1 Bestellung importiert.\n1 Bestellung ist fehlgeschlagen:", message)
        self.assertIn('Bestellung 2: Produkt nicht gefunden: "Unknown"', message)
        self.assertIn("Eintrag 3: Die Bestellung muss ein Objekt sein.\nEintrag 4: OrderID fehlt.", message)
        self.assertIn("Produkt nicht gefunden", self.inbox(2).error_message)

    def test_what_a_person_starts_speaks_that_persons_language(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.feed(self.order(1))
        action = self.sync.with_context(lang="de_DE").action_sync_now()
        self.assertEqual(action["params"]["message"], "1 Bestellung importiert.")
        self.assertEqual(self.sync.last_sync_message, "1 Bestellung importiert.")
        self.sync.responsible_id = self.manager
        self.feed()
        self.sync.with_context(lang="en_US").action_sync_now()
        self.assertEqual(self.sync.last_sync_message, "No orders to synchronize.")

    def test_without_a_responsible_user_it_is_the_companys_language(self):
        self.sync.responsible_id = False
        self.company.partner_id.lang = "de_DE"
        self.run_scheduled_action()
        self.assertEqual(self.sync.last_sync_message, "Keine neuen Bestellungen.")

    def test_without_any_language_it_is_english(self):
        self.sync.responsible_id = False
        self.company.partner_id.lang = False
        self.run_scheduled_action()
        self.assertEqual(self.sync.last_sync_message, "No orders to synchronize.")

    def test_a_language_that_was_switched_off_does_not_stop_a_run(self):
        # Odoo asks before it deactivates a language in use; importing languages does not.
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'de_DE'")
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable")
        self.addCleanup(self.env.registry.clear_cache, "stable")
        self.run_scheduled_action()
        self.assertEqual(self.sync.last_sync_message, "No orders to synchronize.")

    def test_what_the_download_says_is_translated_whole(self):
        self.sync.external_api_key = "wrong"
        self.run_scheduled_action()
        self.assertEqual(self.sync.last_sync_message, "Abruf gescheitert: Der Schlüssel wurde abgelehnt (401).")

    def test_what_is_wrong_with_an_order_is_translated(self):
        item = self.item()
        del item["Price"]
        self.feed(self.order(1, OrderItems=[item]))
        self.run_scheduled_action()
        self.assertIn("Artikel 1 hat keinen Preis (OrderItems[0].Price fehlt).", self.inbox(1).error_message)

    def test_warnings_are_translated(self):
        order = self.order(1)
        del order["GrandTotal"], order["AmountPaid"]
        self.feed(order)
        self.run_scheduled_action()
        self.assertEqual(
            self.inbox(1).warnings, "GrandTotal fehlt, also Bezahltes\nAmountPaid fehlt, also kein Vergleich"
        )

    def test_amounts_are_written_as_the_reader_writes_them(self):
        self.feed(self.order(1, GrandTotal=1234.5, AmountPaid=1234.5))
        self.run_scheduled_action()
        self.assertRegex(self.inbox(1).error_message, r"92,00\D* statt \D*1\.234,50")

    def test_the_activity_is_in_the_language_of_its_user(self):
        self.feed(self.order(1, OrderItems=[self.item("Unknown")]))
        self.sync.with_context(lang="en_US").action_sync_now()
        self.assertIn("Product not found", self.sync.last_sync_message)
        self.assertEqual(self.sync.activity_ids.summary, "Externe Bestellungen brauchen Aufmerksamkeit")

    def test_the_log_stays_english(self):
        self.feed(self.order(1))
        with self.assertLogs(
            "odoo.addons.external_order_sync.models.order_sync.external_order_sync_run", logging.INFO
        ) as log:
            self.run_scheduled_action()
        self.assertTrue(any("Main Store Orders: 1 order imported." in line for line in log.output), log.output)

    def test_the_books_are_not_in_the_readers_language(self):
        self.product.update_field_translations("name", {"de_DE": "Deutscher Name"})
        self.assertEqual(self.product.with_context(lang="de_DE").name, "Deutscher Name")
        self.feed(self.order(1, AmountPaid=100, CheckoutDetails=[self.payment(100.0)]))
        self.run_scheduled_action()
        [order] = self.pos_orders()
        self.assertEqual(order.lines.full_product_name, "Product Name")
        self.assertEqual(order.payment_ids.filtered("is_change").name, "return")
        self.assertEqual(order.picking_ids.move_ids.mapped("description_picking"), ["Product Name"])

    def test_it_costs_no_statement_per_order(self):
        def count(first):
            orders = [self.order(first + number, GrandTotal=None) for number in range(20)]
            self.env["external.order"]._receive(self.sync, orders)
            told = with_reader(self.env["external.order"], reader) if reader else self.env["external.order"]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            told._claim(self.sync, 20)._import()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        reader = None
        count(1000)  # opens the session, warms the caches
        english = count(2000)
        reader = self.manager
        self.assertLessEqual(count(3000), english + 5)
        self.assertIn("GrandTotal fehlt", self.inbox(3000).warnings)

    def test_a_broken_translation_gives_the_english_text(self):
        env = with_reader(self.sync, self.manager).env
        self.assertEqual(reader_text(env, message("No shipment")), "%(wrong)s")  # without values it is a text
        broken = message("No shipment", cause="x")
        self.assertEqual(reader_text(env, broken), "No shipment")

    def test_nothing_but_messages_changes_its_language(self):
        told = with_reader(self.sync, self.manager)
        self.assertFalse(told.env.lang)
        self.assertEqual(for_reader(told.env).lang, "de_DE")
        self.assertEqual(for_reader(self.env), self.env)


class TestMirrorLanguage(GermanMixin, MirrorCase):
    def setUp(self):
        super().setUp()
        self.source = self.source.with_env(self.env)
        self.source.company_id = self.env.ref("base.main_company")
        self.source.company_id.partner_id.lang = "de_DE"

    def test_the_scheduled_action_writes_for_the_company(self):
        self.sync()
        self.sync()
        self.assertEqual(self.source.message, "Nichts hat sich geändert.")

    def test_what_a_person_starts_speaks_that_persons_language(self):
        self.sync()
        self.source.with_context(lang="en_US").action_sync_now()
        self.assertEqual(self.source.message, "Nothing has changed.")

    def test_errors_of_the_remote_are_translated(self):
        self.remote.password = "another"
        with self.assertLogs("odoo.addons.external_order_sync.models.mirror.odoo_mirror_sync", "WARNING") as log:
            self.sync()
        self.assertEqual(self.source.message, f"Anmeldung von {LOGIN} an {DATABASE} abgelehnt.")
        self.assertIn("The remote Odoo does not accept the login", log.output[-1])


class TestShipmentLanguage(GermanMixin, ShipmentCase):
    def test_the_scheduled_action_writes_for_the_company(self):
        self.company.partner_id.lang = "de_DE"
        picking = self.create_picking()
        shipment = self.request_shipment(picking)
        self.partner.city = False
        self.work()
        message = "Die Adresse ist unvollständig. Es fehlt: Ort des Empfängers."
        self.assertEqual(shipment.error_message, message)
        self.assertIn(message, self.chatter(picking))


class TestReadersOfTheInbox(GermanMixin, ExternalOrderCase):
    """What the inbox says is shown in the language of each reader, whatever language it was written in."""

    def shown(self, row, lang):
        row = row.with_context(lang=lang)
        row.invalidate_recordset()
        return row

    def test_the_reason_of_a_failed_order(self):
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Thing")]))
        row = self.inbox(1)
        self.assertIn("Product not found", row.error_message)
        self.assertIn("Produkt nicht gefunden", self.shown(row, "de_DE").error_text)
        self.assertIn('"No Such Thing"', row.error_text)
        self.assertEqual(self.shown(row, "en_US").error_text, row.error_message)
        self.assertIn("Produkt nicht gefunden", self.shown(row, "de_DE").result_note)
        problem = self.env["external.order.problem"].with_context(lang="de_DE").search([("sync_id", "=", self.sync.id)])
        self.assertIn("Produkt nicht gefunden", problem.message)

    def test_products_have_the_name_that_the_reader_knows(self):
        product = self.create_product("Hidden Thing", available_in_pos=False)
        product.with_context(lang="de_DE").name = "Verstecktes"
        self.synchronize(self.order(1, OrderItems=[self.item("Hidden Thing")]))
        row = self.inbox(1)
        self.assertIn(f"The product Hidden Thing ({product.id}) matches", row.error_message)
        german = self.shown(row, "de_DE").error_text
        self.assertIn(f"Verstecktes ({product.id})", german)
        self.assertIn("in der Kasse ausgeschaltet", german)
        self.assertIn(f"Verstecktes ({product.id})", self.sync.run_ids[:1].with_context(lang="de_DE").message_text)
        self.assertEqual(self.shown(row, "en_US").error_text, row.error_message)
        product.unlink()
        self.assertIn("Hidden Thing", self.shown(row, "de_DE").error_text)

    def test_payment_methods_have_the_name_that_the_reader_knows(self):
        methods = self.create_payment_method("Gift Card", "bank") | self.create_payment_method("Bank Card", "bank")
        for method, name in zip(methods, ("Gutschein", "Bankkarte"), strict=True):
            method.with_context(lang="de_DE").name = name
        self.pos_config.payment_method_ids |= methods
        self.sync.unknown_payment = "refuse"
        self.synchronize(self.order(1, CheckoutDetails=[self.payment(92.0, "Card", 2)]))
        row = self.inbox(1)
        self.assertRegex(row.error_message, "Gift Card|Bank Card")
        german = self.shown(row, "de_DE").error_text
        self.assertIn("Gutschein", german)
        self.assertIn("Bankkarte", german)
        self.assertEqual(self.shown(row, "en_US").error_text, row.error_message)

    def test_taxes_have_the_name_that_the_reader_knows(self):
        self.tax.with_context(lang="de_DE").name = "Umsatzsteuer"
        self.sync.prices_include_tax = True
        values = {"Tax": None, "TaxPercent": 7.25, "AmountTotal": 80.0, "GrandTotal": 80.0, "AmountPaid": 80.0}
        self.synchronize(self.order(1, **values, CheckoutDetails=[self.payment(80.0)]))
        row = self.inbox(1)
        self.assertIn(self.tax.name, row.error_message)
        self.assertIn("Umsatzsteuer", self.shown(row, "de_DE").error_text)
        self.assertEqual(self.shown(row, "en_US").error_text, row.error_message)

    def test_the_name_of_a_product_that_an_earlier_release_stored(self):
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Thing")]))
        row = self.inbox(1)
        self.product.with_context(lang="de_DE").name = "Deutscher Name"
        row.error_terms = {"template": "%s", "values": [{"product": self.product.id, "text": "Written"}]}
        self.assertEqual(self.shown(row, "de_DE").error_text, "Deutscher Name")
        row.error_terms = {"template": "%s", "values": [{"product": 999999999, "text": "Written"}]}
        self.assertEqual(self.shown(row, "de_DE").error_text, "Written")

    def test_amounts_are_in_the_readers_format(self):
        self.synchronize(self.order(2, GrandTotal=99.0))
        german = self.shown(self.inbox(2), "de_DE").error_text
        self.assertIn("statt", german)
        self.assertIn("99,00", german)
        self.assertIn("99.00", self.shown(self.inbox(2), "en_US").error_text)

    def test_warnings(self):
        self.synchronize(self.order(1, GrandTotal=None))
        row = self.inbox(1)
        self.assertIn("GrandTotal is missing", row.warnings)
        self.assertIn("GrandTotal fehlt", self.shown(row, "de_DE").warning_text)
        self.assertEqual(self.shown(row, "en_US").warning_text, row.warnings)

    def test_what_was_stored_before_the_update_is_shown_as_it_is(self):
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Thing")]))
        row = self.inbox(1)
        row.error_terms = False
        self.assertEqual(self.shown(row, "de_DE").error_text, row.error_message)

    def test_ignoring_and_coming_back_keeps_it(self):
        self.synchronize(self.order(1, OrderItems=[self.item("No Such Thing")]))
        row = self.inbox(1)
        row.action_ignore()
        self.assertFalse(self.shown(row, "de_DE").error_text)
        row.action_stop_ignoring()
        self.assertIn("Produkt nicht gefunden", self.shown(row, "de_DE").error_text)
