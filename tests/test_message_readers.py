from odoo.tests import new_test_user

from ..courier_exceptions import CourierError
from ..lib.message import END_OF_ISOLATE, ISOLATE, message
from ..tools.message_language import with_reader
from ..tools.stored_text import StoredText, changed, joined, terms_of, text_of
from .common import API_KEY, ExternalOrderCase
from .customer_common import CustomerCase
from .event_receiver import EventReceiver
from .events_common import SubscriptionCase
from .mirror_common import MirrorCase
from .proof_common import ProofCase
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
            self.assertIn("OrderID is missing. This entry is not an order", row.error_message)
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
        self.assertEqual(
            shipment.error_message,
            "The address is incomplete. Missing: city of the receiver. Complete the contact, then press Retry.",
        )
        german = "Die Adresse ist unvollständig. Es fehlt: Ort des Empfängers."
        self.assertEqual(shown(shipment, "de_DE").error_text, german)
        self.assertEqual(shown(shipment, "de_DE").news, german)
        self.partner.city = "Berlin"
        shipment.action_retry()
        self.assertFalse(shipment.error_text)

    def test_delivery_methods_have_the_name_that_the_reader_knows(self):
        self.carrier.with_context(lang="de_DE").name = "Bote"
        shipment = self.request_shipment(self.create_picking())
        self.carrier.active = False
        self.work()
        self.assertIn(f"{self.carrier.with_context(lang='en_US').name} is archived", shipment.error_message)
        self.assertIn("Bote is archived", shown(shipment, "de_DE").error_text)

    def test_what_an_account_lacks(self):
        self.carrier.write({"opal_password": False, "opal_username": False})
        with self.assertRaises(CourierError) as caught, self.env["opal.shipping"]._client(self.carrier):
            pass
        self.assertIn("Missing: user, password.", str(caught.exception))
        german = text_of(self.env(context={"lang": "de_DE"}), terms_of(caught.exception))
        self.assertIn("Missing: Benutzer, Kennwort.", german)


class TestReadersOfCustomers(GermanMixin, CustomerCase):
    def test_contacts_that_contradict_each_other(self):
        anna, bert = self.create_contact(ref="A1"), self.create_contact("Bert", email="bert@example.com")
        row = self.import_customer(Ref="A1", Email="bert@example.com")
        self.assert_unclear(row, f"ref belongs to Anna ({anna.id}); email belongs to Bert ({bert.id})")
        german = shown(row, "de_DE").warning_text
        self.assertIn(f"ref gehört zu Anna ({anna.id}); email gehört zu Bert ({bert.id})", german)


class TestReadersOfMirrors(GermanMixin, MirrorCase):
    def test_what_a_run_says(self):
        self.sync()
        self.sync()
        self.source.with_context(lang="en_US").action_sync_now()
        run = self.env["odoo.sync.run"].search([("source_id", "=", self.source.id)], limit=1)
        for record in (self.source, run):
            self.assertEqual(record.message, "Nothing has changed.")
            self.assertEqual(shown(record, "de_DE").message_text, "Nichts hat sich geändert.")


class TestReadersOfSubscriptions(GermanMixin, SubscriptionCase):
    """Why a receiver has not received an event is shown in the language of each reader."""

    def setUp(self):
        super().setUp()
        self.receiver = self.enterContext(EventReceiver())
        self.subscription = self.subscribe(self.receiver)

    def test_why_an_event_is_tried_again_and_given_up(self):
        self.receiver.status = 500
        self.happen()
        self.send()
        self.assertEqual(self.subscription.last_error, "The receiver answered 500.")
        self.assertEqual(shown(self.subscription, "de_DE").last_error_text, "Antwort: 500.")
        self.pass_time(self.subscription, days=4)
        self.send()
        delivery = self.subscription.delivery_ids
        self.assertEqual(delivery.error_message, "The receiver answered 500.")
        self.assertEqual(shown(delivery, "de_DE").error_text, "Antwort: 500.")
        delivery.action_send_again()
        self.receiver.status = 200
        self.send()
        self.assertFalse(delivery.error_text)
        self.pass_time(self.subscription, hours=11)
        self.happen(first=5)
        self.send()
        self.assertFalse(shown(self.subscription, "de_DE").last_error_text)

    def test_why_no_message_can_be_made(self):
        self.subscription.secret_ids.unlink()
        self.happen()
        self.send()
        self.assertEqual(shown(self.subscription, "de_DE").last_error_text, "Kein Geheimnis.")

    def test_an_activity_is_written_for_who_gets_it(self):
        german = new_test_user(self.env, "german", groups="base.group_user,base.group_system", lang="de_DE")
        subscription = self.subscribe(self.receiver, name="German")
        self.env.cr.execute(
            "UPDATE external_event_subscription SET create_uid = %s WHERE id = %s", (german.id, subscription.id)
        )
        self.env.invalidate_all()
        self.receiver.status = 410
        self.happen()
        self.send()
        activity = subscription.activity_ids
        self.assertEqual((activity.user_id, activity.summary), (german, "Das Abonnement ist beendet"))
        self.assertEqual(self.subscription.activity_ids.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(self.subscription.activity_ids.summary, "The subscription has ended")


class TestReadersFromRightToLeft(ProofCase):
    """Values in an Arabic sentence are isolated on the screen, so that they are not jumbled; nowhere else."""

    MARKS = (ISOLATE, END_OF_ISOLATE)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ar_001")

    def assertMarked(self, text, *values):
        for value in values:
            self.assertIn(value.join(self.MARKS), text)

    def assertNotMarked(self, text):
        self.assertTrue(text)
        for mark in self.MARKS:
            self.assertNotIn(mark, text)

    def test_what_is_wrong_with_a_row(self):
        row = self.receive_bad(1)
        arabic = shown(row, "ar_001")
        self.assertMarked(arabic.error_text, '"No Such Product"')
        self.assertNotMarked(arabic.error_message)
        self.assertNotMarked(shown(row, "en_US").error_text)
        self.assertMarked(shown(row.sync_id, "ar_001").last_sync_text, "1")
        fields = ["error_text", "problem_note", "result_note"]
        for text in arabic.export_data(fields)["datas"][0]:
            self.assertNotMarked(text)
            self.assertIn("No Such Product", text)
        self.assertEqual(row.search([("error_message", "ilike", '"No Such Product"'), ("id", "=", row.id)]), row)

    def test_what_has_changed(self):
        self.sell(1)
        self.synchronize(self.sold_at(1, "2026-03-09 10:00", GrandTotal=1000.0))
        row = shown(self.inbox(1), "ar_001")
        self.assertMarked(row.change_text, row.currency_id.format(92.0), row.currency_id.format(1000.0))
        self.assertNotMarked(row.with_context(lang="en_US").change_text)

    def test_a_message_that_is_written_in_arabic_has_none(self):
        self.sync.responsible_id = self.env.ref("base.user_admin")
        self.sync.responsible_id.lang = "ar_001"
        self.feed(self.order(1, OrderItems=[self.item("No Such Product")]))
        with_reader(self.sync.with_context(lang="ar_001"), self.sync.responsible_id).sync_orders()
        self.assertNotMarked(self.inbox(1).error_message)
        self.assertNotMarked(self.sync.last_sync_message)


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
