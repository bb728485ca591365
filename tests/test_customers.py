from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from .customer_common import CustomerCase


class TestCustomers(CustomerCase):
    """An order gets its contact by id, reference, e-mail address or VAT number, never by guessing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.create_contact(ref="C-1", email="Anna@Example.com", vat="BE0477472701")
        cls.bert = cls.create_contact("Bert", ref="C-2", email="bert@example.com")

    def test_each_kind_of_data_finds_the_contact(self):
        self.anna.country_id = self.env.ref("base.be")
        ways = [
            {"partner_id": self.anna.id},
            {"Ref": "C-1"},
            {"Email": " ANNA@example.com "},
            {"VAT": "BE 0477.472.701"},
            {"VAT": "0477472701", "Country": "be"},
        ]
        for number, way in enumerate(ways):
            with self.subTest(way):
                self.assert_customer(self.import_customer(number + 1, **way), self.anna)

    def test_an_order_without_a_customer_or_with_an_unknown_one_has_none(self):
        nobody = self.env["res.partner"]
        self.assert_customer(self.import_order(), nobody)
        self.assert_customer(self.import_customer(2, ID=5, Name="Carl", Email="carl@example.com"), nobody)
        self.assertFalse(self.remembered())

    def test_names_and_phone_numbers_never_match(self):
        self.anna.phone = "+32 470 00 00 00"
        row = self.import_customer(Name="Anna", Phone="+32 470 00 00 00")
        self.assert_customer(row, self.env["res.partner"])

    def test_what_cannot_be_a_vat_number_matches_nothing(self):
        for number, vat in enumerate(("/", "N/A", "0000", "-")):
            self.bert.with_context(no_vat_validation=True).vat = vat
            self.assert_customer(self.import_customer(number + 1, VAT=vat), self.env["res.partner"])

    def test_vat_numbers_are_found_in_each_of_their_spellings(self):
        greek = self.create_contact("Greek", country_id=self.env.ref("base.gr").id)
        swiss = self.create_contact("Swiss", country_id=self.env.ref("base.ch").id)
        number = 0
        for partner, spellings in (
            (greek, ("EL094259216", "GR094259216")),
            (swiss, ("CHE-116.281.710 MWST", "CHE116281710TVA", "CHE-116.281.710", "CHE-116.281.710 IVA")),
        ):
            for stored in spellings:
                partner.with_context(no_vat_validation=True).vat = stored
                for sent in (*spellings, f" {spellings[0][:5].lower()} {spellings[0][5:]}"):
                    with self.subTest(stored=partner.vat, sent=sent):
                        number += 1
                        self.assert_customer(self.import_customer(number, VAT=sent), partner)

    def test_a_number_without_its_prefix_is_only_found_with_the_country(self):
        german = self.create_contact("German", vat="DE136695976", country_id=self.env.ref("base.de").id)
        self.assert_customer(self.import_customer(1, VAT="136695976"), self.env["res.partner"])
        self.assert_customer(self.import_customer(2, VAT="136695976", Country="AT"), self.env["res.partner"])
        self.assert_customer(self.import_customer(3, VAT="136 695 976", Country="DE"), german)

    def test_the_same_number_in_another_country_is_another_customer(self):
        self.anna.write({"vat": "12345678", "country_id": self.env.ref("base.us").id})
        self.assert_customer(self.import_customer(1, VAT="BE12345678"), self.env["res.partner"])
        self.assert_customer(self.import_customer(2, VAT="12345678", Country="FR"), self.env["res.partner"])

    def test_ignored_customers_are_not_looked_up(self):
        self.sync.customer_mode = "ignore"
        self.assert_customer(self.import_customer(partner_id=self.anna.id), self.env["res.partner"])

    # Remembered ids

    def test_a_customer_id_is_remembered_with_its_first_order(self):
        self.import_customer(1, ID=17, Email="anna@example.com")
        self.assertEqual(self.remembered(), {"17": self.anna})
        self.assert_customer(self.import_customer(2, ID=17), self.anna)

    def test_it_is_remembered_within_one_batch(self):
        anna = {"ID": 17, "Email": "anna@example.com"}
        self.synchronize(self.buy(1, anna), self.buy(2, {"ID": 17}), self.buy(3, {"ID": 17}))
        for order_id in (1, 2, 3):
            self.assert_customer(self.inbox(order_id), self.anna)
        self.assertEqual(self.remembered(), {"17": self.anna})

    def test_nothing_is_remembered_of_an_order_that_failed(self):
        self.synchronize(self.order(1, GrandTotal=99.0, Customer={"ID": 17, "Email": "anna@example.com"}))
        self.assertEqual(self.inbox(1).state, "failed")
        self.assertFalse(self.remembered())

    def test_a_mapping_of_the_synchronization_precedes_one_of_all(self):
        Customer = self.env["external.customer"]
        Customer.create({"external_id": " 17 ", "partner_id": self.bert.id})
        self.assert_customer(self.import_customer(1, ID=17), self.bert)
        Customer.create({"external_id": "17", "partner_id": self.anna.id, "sync_id": self.sync.id})
        self.assert_customer(self.import_customer(2, ID=17), self.anna)

    def test_another_synchronization_has_its_own_ids(self):
        self.import_customer(1, ID=17, Email="anna@example.com")
        self.sync = self.create_sync(
            pos_config_id=self.create_pos_config("Other", self.create_payment_method("Cash 2", "cash")).id
        )
        self.assert_customer(self.import_customer(2, ID=17), self.env["res.partner"])

    def test_an_archived_remembered_contact_is_reported_and_replaced_by_nobody(self):
        self.import_customer(1, ID=17, Email="anna@example.com")
        self.anna.active = False
        self.bert.email = "anna@example.com"
        self.assert_unclear(self.import_customer(2, ID=17, Email="anna@example.com"), '"17"', "archived")

    def test_merged_contacts_stay_known(self):
        self.import_customer(1, ID=17, Ref="C-1")
        self.import_customer(2, ID=18, Ref="C-2")
        self.env["base.partner.merge.automatic.wizard"]._merge((self.anna | self.bert).ids, self.bert)
        self.assertEqual(self.remembered(), {"17": self.bert, "18": self.bert})
        self.assert_customer(self.import_customer(3, ID=17), self.bert)

    def test_a_deleted_contact_is_forgotten(self):
        self.env["external.customer"].create({"external_id": "17", "partner_id": self.anna.id})
        self.anna.unlink()
        self.assertFalse(self.remembered())

    def test_an_id_is_mapped_once(self):
        self.env["external.customer"].create({"external_id": "17", "partner_id": self.anna.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["external.customer"].create({"external_id": "17", "partner_id": self.bert.id})

    # Doubts

    def test_an_odoo_id_that_cannot_be_used_is_a_warning_and_never_another_contact(self):
        archived = self.create_contact("Gone", active=False)
        for number, wrong in enumerate((999999999, archived.id, self.company.partner_id.id)):
            with self.subTest(wrong):
                row = self.import_customer(number + 1, partner_id=wrong, Email="anna@example.com")
                self.assert_unclear(row, f"partner_id {wrong}")

    def test_two_contacts_with_the_same_address_are_a_doubt(self):
        self.bert.email = "anna@example.com"
        row = self.import_customer(Email="anna@example.com", ID=17)
        self.assert_unclear(row, f"Anna ({self.anna.id})", f"Bert ({self.bert.id})")
        self.assertFalse(self.remembered())

    def test_other_data_may_decide_between_them(self):
        self.bert.email = "anna@example.com"
        self.assert_customer(self.import_customer(Email="anna@example.com", Ref="C-2"), self.bert)

    def test_data_of_two_contacts_contradict_each_other(self):
        row = self.import_customer(Ref="C-1", Email="bert@example.com")
        self.assert_unclear(row, f"ref belongs to Anna ({self.anna.id})", f"email belongs to Bert ({self.bert.id})")

    def test_an_id_wins_over_other_data_with_a_warning(self):
        row = self.import_customer(1, partner_id=self.anna.id, Email="bert@example.com")
        self.assert_customer(row, self.anna, "customer_unclear")
        self.import_customer(2, ID=17, Ref="C-1")
        self.assert_customer(self.import_customer(3, ID=17, Ref="C-2"), self.anna, "customer_unclear")
        self.assert_customer(self.import_customer(4, ID=17, partner_id=self.bert.id), self.bert, "customer_unclear")
        self.assertEqual(self.remembered(), {"17": self.anna})

    def test_a_company_and_its_contacts_are_one_candidate(self):
        company = self.create_contact("Firm", is_company=True, vat="BE0403170701", email="info@firm.example")
        contact = self.create_contact("Clerk", parent_id=company.id, email="info@firm.example")
        self.assertEqual(contact.vat, company.vat)
        self.assert_customer(self.import_customer(1, VAT="BE0403170701"), company)
        self.assert_customer(self.import_customer(2, Email="info@firm.example"), company)
        contact.email = "clerk@firm.example"
        self.assert_customer(self.import_customer(3, Email="clerk@firm.example", VAT="BE0403170701"), contact)

    def test_the_company_is_not_its_own_customer(self):
        self.company.partner_id.write({"email": "shop@example.com", "ref": "US"})
        self.assert_customer(self.import_customer(Email="shop@example.com", Ref="US"), self.env["res.partner"])

    # Companies

    def test_a_contact_of_another_company_is_never_used(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.anna.company_id = other
        row = self.import_customer(1, partner_id=self.anna.id)
        self.assert_unclear(row, "may not be used")
        self.assertNotIn("Anna", row.warnings)
        self.assert_customer(self.import_customer(2, Ref="C-1", Email="anna@example.com"), self.env["res.partner"])
        with self.assertRaisesRegex(ValidationError, "does not belong to the company"):
            self.env["external.customer"].create({"external_id": "17", "partner_id": self.anna.id})

    def test_of_two_with_one_address_that_of_this_company_is_meant(self):
        self.bert.write({"company_id": self.env["res.company"].create({"name": "Other"}).id, "ref": "C-1"})
        self.anna.company_id = self.company
        self.assert_customer(self.import_customer(Ref="C-1"), self.anna)

    # The default customer

    def test_the_default_customer_is_that_of_orders_without_one(self):
        self.sync.default_customer_id = self.bert
        self.assert_customer(self.import_order(), self.bert)
        self.assert_customer(self.import_customer(2, ID=3, Name="Carl"), self.bert)
        self.assert_customer(self.import_customer(3, Ref="C-1"), self.anna)
        self.assertFalse(self.remembered())

    def test_an_archived_default_customer_is_reported(self):
        self.sync.default_customer_id = self.bert
        self.bert.active = False
        self.assert_unclear(self.import_order(), "default customer")

    def test_the_default_customer_is_of_the_same_company(self):
        self.bert.company_id = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self.sync.default_customer_id = self.bert

    # On account

    def test_only_an_order_with_a_customer_is_paid_on_account(self):
        account = self.env["pos.payment.method"].create({"name": "Account", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        self.assertEqual(account.type, "pay_later")
        credit = [self.payment(92.0, "", 3)]
        self.synchronize(
            self.order(1, CheckoutDetails=credit, Customer={"Ref": "C-1"}), self.order(2, CheckoutDetails=credit)
        )
        self.assert_customer(self.inbox(1), self.anna)
        self.assertEqual(self.inbox(1).pos_order_id.payment_ids.payment_method_id, account)
        self.assertEqual(self.inbox(2).pos_order_id.payment_ids.payment_method_id, self.card)
        self.assertEqual(self.inbox(2).doubt, "payment_guessed")
        move = self.close_session(self.inbox(1).session_id)
        owed = move.line_ids.filtered(lambda line: line.partner_id == self.anna)
        self.assertEqual(sum(owed.mapped("balance")), 92.0)

    def test_a_mapping_to_an_account_is_only_for_orders_with_a_customer(self):
        account = self.env["pos.payment.method"].create({"name": "Account", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        mapping = self.env["external.payment.mapping"].create({"payment_mode": "9", "payment_method_id": account.id})
        self.assertIn(account, mapping.available_method_ids)
        paid = [self.payment(92.0, "", 9)]
        self.synchronize(
            self.order(1, CheckoutDetails=paid, Customer={"Ref": "C-1"}), self.order(2, CheckoutDetails=paid)
        )
        self.assertEqual(self.inbox(1).pos_order_id.payment_ids.payment_method_id, account)
        self.assertEqual(self.inbox(2).pos_order_id.payment_ids.payment_method_id, self.card)
        self.assertEqual(self.inbox(2).doubt, "payment_guessed")

    def test_the_default_customer_owes_nothing(self):
        account = self.env["pos.payment.method"].create({"name": "Customer Account", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        self.sync.default_customer_id = self.bert
        credit = [self.payment(92.0, "", 3)]
        self.synchronize(
            self.order(1, CheckoutDetails=credit),
            self.order(2, CheckoutDetails=credit, Customer={"Name": "ZZ GmbH"}),
            self.order(3, CheckoutDetails=[self.payment(92.0, "Customer Account", 3)], Customer={"Name": "ZZ GmbH"}),
            self.order(4, CheckoutDetails=credit, Customer={"Ref": "C-1"}),
        )
        for order_id in (1, 2):
            self.assert_customer(self.inbox(order_id), self.bert, "payment_guessed")
            self.assertEqual(self.inbox(order_id).pos_order_id.payment_ids.payment_method_id, self.card)
        self.assertEqual(self.inbox(3).error_code, "payment_not_found")
        self.assertEqual(self.inbox(4).pos_order_id.payment_ids.payment_method_id, account)

    def test_credit_is_on_account_without_a_doubt(self):
        account = self.env["pos.payment.method"].create({"name": "Customer Account", "split_transactions": True})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        credit = [self.payment(92.0, "Credit", 3)]
        for number, unknown in enumerate(("first", "refuse")):
            self.sync.unknown_payment = unknown
            self.synchronize(self.order(number, CheckoutDetails=credit, Customer={"Ref": "C-1"}))
            self.assert_customer(self.inbox(number), self.anna)
            self.assertEqual(self.inbox(number).pos_order_id.payment_ids.payment_method_id, account)

    def test_a_guessed_payment_never_charges_an_account(self):
        account = self.env["pos.payment.method"].create({"name": "Account", "split_transactions": True, "sequence": -1})
        self.pos_config.payment_method_ids = [Command.link(account.id)]
        self.synchronize(self.order(1, CheckoutDetails=[self.payment(92.0, "", 9)], Customer={"Ref": "C-1"}))
        self.assertEqual(self.inbox(1).pos_order_id.payment_ids.payment_method_id, self.card)
