from ..lib.message import message
from ..tools.stored_text import StoredText, changed, joined, terms_of, text_of
from .common import API_KEY, ExternalOrderCase
from .mirror_common import MirrorCase
from .push_common import PushCase
from .shipment_common import ShipmentCase
from .test_message_language import GermanMixin


def written(template, **values):
    """Return the text that `stored(env)._` would; its template would count as one of the addon if it stood there."""
    told = message(template, **values)
    return StoredText(str(told), told)


def shown(record, lang):
    record = record.with_context(lang=lang)
    record.invalidate_recordset()
    return record


class TestReadersOfRuns(GermanMixin, ExternalOrderCase):
    """What a run says is shown in the language of each reader, whatever language it was written in."""

    def assertShown(self, run, *german):
        self.assertEqual(shown(run, "en_US").message_text, run.message)
        self.assertEqual(shown(run.sync_id, "en_US").last_sync_text, run.message)
        for text in german:
            self.assertNotIn(text, run.message)
            self.assertIn(text, shown(run, "de_DE").message_text)
        self.assertEqual(shown(run.sync_id, "de_DE").last_sync_text, shown(run, "de_DE").message_text)

    def test_what_was_imported_and_what_failed(self):
        run = self.synchronize(self.order(1), self.order(2, OrderItems=[self.item("Nothing")]), {"OrderID": None})
        self.assertShown(
            run,
            "1 Bestellung importiert.\n1 Bestellung ist fehlgeschlagen:\nBestellung 2: Produkt nicht gefunden",
            "Eintrag 3: OrderID fehlt.",
        )

    def test_amounts_are_in_the_readers_format(self):
        run = self.synchronize(self.order(1, GrandTotal=1234.5, AmountPaid=1234.5))
        self.assertIn("1,234.50", run.message)
        self.assertRegex(shown(run, "de_DE").message_text, r"92,00\D* statt \D*1\.234,50")

    def test_why_nothing_could_be_downloaded(self):
        self.sync.external_api_key = "wrong"
        run = self.synchronize()
        self.assertShown(run, "Abruf gescheitert: Der Schlüssel wurde abgelehnt (401).")
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.sync.responsible_id.lang = "de_DE"
        self.sync._update_attention_activity()
        self.assertIn("Der Schlüssel wurde abgelehnt (401).", self.sync.activity_ids.note)

    def test_orders_that_wait_for_a_session(self):
        self.sync.auto_create_session = False
        run = self.synchronize(self.order(1))
        self.assertShown(run, "Keine offene Sitzung für Test POS", "1 Bestellung wartet.")
        self.assertIn("Keine offene Sitzung", shown(self.inbox(1), "de_DE").error_text)

    def test_what_changed_after_the_import(self):
        self.synchronize(self.order(1))
        run = self.synchronize(self.order(1, GrandTotal=1000.0))
        self.assertShown(run, "Bestellung 1: Geändert: Summe: ")
        self.assertRegex(shown(run, "de_DE").message_text, r"Summe: \D*92,00, jetzt \D*1\.000,00")

    def test_what_helping_workers_found(self):
        self.synchronize()
        run = self.sync.run_ids[0]
        part = run.create({"sync_id": self.sync.id, "part_of_id": run.id, "active": False})
        part.write(part._prepare_texts(import_error=[written("1 order waits.")]))
        run._add_up_parts()
        self.assertEqual(run.with_context(lang="de_DE")._get_texts("import_error"), ["1 Bestellung wartet."])

    def test_a_run_of_an_earlier_release_is_shown_as_it_is(self):
        run = self.synchronize(self.order(1))
        run.terms = self.sync.last_sync_terms = False
        self.assertEqual(shown(run, "de_DE").message_text, "1 order imported.")
        self.assertEqual(shown(self.sync, "de_DE").last_sync_text, "1 order imported.")

    def test_no_secret_is_kept_with_a_text(self):
        text = written("Odoo refused the order: %(reason)s", reason=f"key {API_KEY}")
        run = self.synchronize()
        run.write(run._prepare_texts(message=[joined(text, text)]))
        self.assertNotIn(API_KEY, f"{run.message} {run.terms}")
        self.assertIn("key ***", run.message_text)


class TestReadersOfEntries(GermanMixin, PushCase):
    """Entries that are not orders and orders of unknown places are explained in the language of each reader."""

    def test_entries_of_a_feed(self):
        self.synchronize({"OrderID": None}, {"error": f"unknown key {API_KEY}"})
        rows = self.env["external.order"].search([("kind", "=", "entry"), ("sync_id", "=", self.sync.id)])
        for row in rows:
            self.assertIn("OrderID is missing. It is not an order", row.error_message)
            self.assertIn("OrderID fehlt. Keine Bestellung.", shown(row, "de_DE").error_text)
            german = shown(row, "de_DE")
            self.assertEqual(german.result_note, f"{german._get_name_in_order()} · {german.error_text}")
            self.assertNotIn("entry", german.result_note)

    def test_entries_that_were_pushed(self):
        self.push({"OrderID": None})
        self.run_scheduler()
        run = self.sync.run_ids[0]
        self.assertIn("OrderID is missing.", run.message)
        self.assertIn("OrderID fehlt.", shown(run, "de_DE").message_text)

    def test_a_place_without_a_point_of_sale(self):
        self.env["external.location.mapping"].create(
            {"sync_id": self.sync.id, "external_location": "1", "pos_config_id": self.pos_config.id}
        )
        self.synchronize(self.order(1, LocationID="7"))
        self.assertIn("LocationID 7 has no Point of Sale.", self.inbox(1).error_message)
        self.assertIn("LocationID 7 gehört zu keiner Kasse", shown(self.inbox(1), "de_DE").error_text)


class TestReadersOfShipments(GermanMixin, ShipmentCase):
    def test_why_a_parcel_is_in_error(self):
        shipment = self.request_shipment(self.create_picking())
        self.partner.city = False
        self.work()
        self.assertEqual(shipment.error_message, "The address is incomplete. Missing: city of the receiver.")
        german = "Die Adresse ist unvollständig. Es fehlt: Ort des Empfängers."
        self.assertEqual(shown(shipment, "de_DE").error_text, german)
        self.assertEqual(shown(shipment, "de_DE").news, german)
        self.partner.city = "Berlin"
        shipment.action_retry()
        self.assertFalse(shipment.error_text)


class TestReadersOfMirrors(GermanMixin, MirrorCase):
    def test_what_a_run_says(self):
        self.sync()
        self.sync()
        self.source.with_context(lang="en_US").action_sync_now()
        run = self.env["odoo.sync.run"].search([("source_id", "=", self.source.id)], limit=1)
        for record in (self.source, run):
            self.assertEqual(record.message, "Nothing has changed.")
            self.assertEqual(shown(record, "de_DE").message_text, "Nichts hat sich geändert.")


class TestStoredTexts(GermanMixin, ExternalOrderCase):
    def test_a_change_reaches_the_values_within_values(self):
        inner = written("Odoo refused the order: %(reason)s", reason="of Anna")
        text = changed(joined("Dear Anna,", inner, by="\n"), lambda written: written.replace("Anna", "***"))
        self.assertEqual(text, "Dear ***,\nOdoo refused the order: of ***")
        self.assertEqual(text_of(self.env(context={"lang": "de_DE"}), terms_of(text)), "Dear ***,\nNein: of ***")

    def test_a_template_that_says_what_is_to_be_hidden_is_not_kept(self):
        text = written("Odoo refused the order: %(reason)s", reason="x")
        self.assertEqual(
            terms_of(changed(text, lambda written: written.replace("refused", "***"))), "Odoo *** the order: x"
        )
