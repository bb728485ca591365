from unittest.mock import patch

import psycopg2

from .customer_common import CustomerCase

CARL = {"ID": 17, "Name": "Carl", "Email": "carl@example.com"}


class TestCustomerCreation(CustomerCase):
    """With *Match or create*, a customer unknown to Odoo becomes one contact, together with the order."""

    def setUp(self):
        super().setUp()
        self.sync.customer_mode = "create"

    def created(self):
        return self.env["res.partner"].search([("name", "like", "Carl")])

    def test_a_new_customer_becomes_a_contact_with_all_that_came(self):
        row = self.import_customer(
            **CARL,
            Ref="C-9",
            Phone="+32 2 000",
            VAT="BE 0477.472.701",
            Street="Street 1",
            City="Gent",
            Zip="9000",
            Country="BE",
        )
        carl = self.created()
        self.assert_customer(row, carl)
        self.assertEqual(
            (carl.name, carl.ref, carl.email, carl.phone, carl.street, carl.city, carl.zip, carl.country_id.code),
            ("Carl", "C-9", "carl@example.com", "+32 2 000", "Street 1", "Gent", "9000", "BE"),
        )
        self.assertIn("0477", carl.vat)
        self.assertFalse(carl.company_id)
        self.assertEqual(self.remembered(), {"17": carl})
        self.assert_customer(self.import_customer(2, ID=17), carl)

    def test_without_a_name_the_address_is_the_name(self):
        row = self.import_customer(Email="carl@example.com")
        self.assertEqual(row.pos_order_id.partner_id.name, "carl@example.com")

    def test_a_country_is_found_by_code_or_name_in_any_installed_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.ref("base.be").with_context(lang="de_DE").name = "Belgien"
        for number, text in enumerate(("be", "Belgium", "BELGIEN")):
            row = self.import_customer(number, ID=number + 1, Name="Carl", Country=text)
            self.assertEqual(row.pos_order_id.partner_id.country_id.code, "BE", text)

    def test_an_unknown_country_is_noted(self):
        row = self.import_customer(**CARL, Country="Atlantis")
        self.assert_customer(row, self.created())
        self.assertIn("Atlantis", row.warnings)

    def test_an_invalid_vat_number_is_left_out_with_a_note(self):
        partners = type(self.env["res.partner"])
        with patch.object(partners, "_run_vat_checks", lambda self, country, vat, **options: ("", "BE")):
            row = self.import_customer(**CARL, VAT="BE0000000042", Country="BE")
        self.assert_customer(row, self.created())
        self.assertFalse(self.created().vat)
        self.assertIn("BE0000000042", row.warnings)

    def test_nobody_is_created_who_could_not_be_recognized_again(self):
        row = self.import_customer(Name="Carl", Phone="1")
        self.assert_customer(row, self.env["res.partner"])
        self.assertIn("recognize", row.warnings)
        self.assert_customer(self.import_customer(2, ID=17), self.env["res.partner"])

    def test_nobody_is_created_where_the_customer_is_unclear(self):
        self.create_contact("Anna", email="carl@example.com")
        self.create_contact("Bert", email="carl@example.com")
        self.assert_unclear(self.import_customer(**CARL))
        self.assert_unclear(self.import_customer(2, partner_id=999999999, Name="Carl", Email="new@example.com"))
        self.assertFalse(self.created())

    def test_matching_alone_creates_nobody(self):
        self.sync.customer_mode = "match"
        self.assert_customer(self.import_customer(**CARL), self.env["res.partner"])
        self.assertFalse(self.created())

    def test_several_orders_of_one_batch_create_one_contact(self):
        self.synchronize(
            self.buy(1, CARL),
            self.buy(2, {"ID": 17}),
            self.buy(3, {"Name": "Carl", "Email": "CARL@example.com"}),
            self.buy(4, {"ID": 18, "Email": "carl@example.com"}),
        )
        carl = self.created()
        self.assertEqual(len(carl), 1)
        for order_id in (1, 2, 3, 4):
            self.assert_customer(self.inbox(order_id), carl)
        self.assertEqual(self.remembered(), {"17": carl, "18": carl, "carl@example.com": carl})

    def test_a_contact_created_by_its_address_stays_known_under_it(self):
        self.import_customer(1, Name="Carl", Email="carl@example.com")
        carl = self.created()
        carl.email = "new@example.com"
        self.assert_customer(self.import_customer(2, Name="Carl", Email="carl@example.com"), carl)

    def test_an_order_that_fails_creates_nobody(self):
        self.synchronize(self.order(1, GrandTotal=99.0, Customer=CARL))
        self.assertEqual(self.inbox(1).state, "failed")
        self.assertFalse(self.created())

    def test_the_data_are_those_of_the_first_order_that_is_really_imported(self):
        self.synchronize(
            self.buy(1, {"ID": 3, "Name": "Failed Carl", "Ref": "F-1"}, GrandTotal=99.0),
            self.buy(2, {"ID": 3, "Name": "Right Carl"}),
            self.buy(3, {"ID": 3, "Name": "Late Carl"}),
            self.buy(4, {"ID": 4, "Name": "Lost Carl", "Email": "lost@example.com"}, GrandTotal=99.0),
            self.buy(5, {"ID": 5, "Name": "Other Carl", "Email": "lost@example.com", "Country": "Atlantis"}),
        )
        states = [self.inbox(number).state for number in (1, 2, 3, 4, 5)]
        self.assertEqual(states, ["failed", "done", "done", "failed", "done"])
        carl, other = self.created().sorted("id")
        self.assertEqual((carl.name, carl.ref, other.name), ("Right Carl", False, "Other Carl"))
        self.assertEqual(self.remembered(), {"3": carl, "5": other})
        for number in (2, 3):
            self.assert_customer(self.inbox(number), carl)
        self.assertIn("Atlantis", self.inbox(5).warnings)
        self.assertLess(self.inbox(2).pos_order_id.id, self.inbox(3).pos_order_id.id)

    def test_nobody_is_created_from_an_id_whose_data_only_a_failed_order_had(self):
        self.synchronize(self.buy(1, CARL, GrandTotal=99.0), self.buy(2, {"ID": 17}))
        self.assert_customer(self.inbox(2), self.env["res.partner"])
        self.assertIn("recognize", self.inbox(2).warnings)
        self.assertFalse(self.created())

    def test_what_odoo_refused_is_not_what_the_contact_is_made_of(self):
        orders = type(self.env["pos.order"])
        original = orders.action_pos_order_paid
        failing = self.env["external.order.import"]._get_order_uuid(self.sync, "1")

        def refuse_one(order):
            if order.uuid == failing:
                raise ValueError("refused")
            return original(order)

        with (
            patch.object(orders, "action_pos_order_paid", refuse_one),
            self.assertLogs("odoo.addons.external_order_sync", "ERROR"),
        ):
            self.synchronize(
                self.buy(1, {"ID": 3, "Name": "Failed Carl"}),
                self.buy(2, {"ID": 3, "Name": "Right Carl", "Country": "Atlantis"}),
                self.buy(3, {"ID": 3, "Name": "Late Carl"}),
            )
        self.assertEqual(self.created().mapped("name"), ["Right Carl"])
        self.assertIn("Atlantis", self.inbox(2).warnings)
        self.assertEqual(self.inbox(3).pos_order_id.partner_id, self.created())

    def test_an_order_that_odoo_refuses_creates_nobody_and_the_others_create_once(self):
        orders = type(self.env["pos.order"])
        original = orders.action_pos_order_paid

        def refuse_one(order):
            if order.external_id_for_test == "2":
                raise ValueError("refused")
            return original(order)

        def external_id(order):
            return next(str(number) for number, uuid in self.uuids.items() if uuid == order.uuid)

        importing = self.env["external.order.import"]
        self.uuids = {number: importing._get_order_uuid(self.sync, str(number)) for number in (1, 2, 3)}
        with (
            patch.object(orders, "external_id_for_test", property(external_id), create=True),
            patch.object(orders, "action_pos_order_paid", refuse_one),
            self.assertLogs("odoo.addons.external_order_sync", "ERROR"),
        ):
            self.synchronize(
                self.buy(1, CARL), self.buy(2, {**CARL, "ID": 99, "Email": "x@example.com"}), self.buy(3, CARL)
            )
        self.assertEqual([self.inbox(number).state for number in (1, 2, 3)], ["done", "failed", "done"])
        self.assertEqual(len(self.created()), 1)
        self.assertEqual(self.remembered(), {"17": self.created()})

    def test_a_customer_whom_another_worker_has_just_created_is_tried_again(self):
        other = self.create_contact("Carl")
        create = type(self.env["external.customer"]).create
        seen = []

        def create_after_the_other(customers, vals_list):
            if not seen:
                seen.append(vals_list)
                raise psycopg2.errors.UniqueViolation("another worker was faster")
            return create(customers, vals_list)

        with patch.object(type(self.env["external.customer"]), "create", create_after_the_other):
            self.synchronize(self.buy(1, CARL))
        row = self.inbox(1)
        self.assertEqual(row.state, "pending")
        self.assertEqual(self.created(), other)
        self.env["external.customer"].create({"external_id": "17", "partner_id": other.id, "sync_id": self.sync.id})
        row.next_attempt = False
        self.sync.sync_orders()
        self.assert_customer(row, other)
