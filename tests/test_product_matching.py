from contextlib import contextmanager

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .product_matching_common import ProductMatchingCase


class TestProductMatching(ProductMatchingCase):
    """Which product an external item gets: by alias, id, code or name, never by similarity."""

    def alias(self, product, name=False, item_id=False, sync=None):
        return self.env["external.product.alias"].create(
            {
                "item_name": name,
                "item_id": item_id,
                "product_id": product.id,
                "sync_id": sync and sync.id,
            }
        )

    @contextmanager
    def assert_refused_by(self, constraint):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as caught:
            yield
        self.assertIn(constraint, str(caught.exception))

    # ---- names -------------------------------------------------------------------------------------------------------

    def test_the_exact_name_is_preferred_to_one_in_other_case(self):
        lower = self.create_product("product name")
        self.assertEqual(self.match("Product Name", "product name"), [self.product, lower])

    def test_a_name_in_other_case_is_found_if_there_is_one(self):
        self.assertEqual(self.match("PRODUCT name"), [self.product])
        umlaut = self.create_product("ÄPFEL Süß")
        self.assertEqual(self.match("äpfel süß"), [umlaut])

    def test_a_part_of_a_name_is_no_match(self):
        for name in ("Product", "Product Name 2", "roduct Nam"):
            with self.subTest(name=name):
                self.assertIn("Create a product with exactly this name", self.assert_missing(name))

    def test_percent_underscore_and_backslash_are_letters(self):
        for name in ("Product%", "Product_Name", "%", "_roduct Name", "Product\\ Name"):
            with self.subTest(name=name):
                self.assert_missing(name)
        discount = self.create_product("100% Juice_big\\")
        self.assertEqual(self.match("100% juice_BIG\\"), [discount])

    def test_a_name_in_another_language_than_the_running_users(self):
        self.env["res.lang"]._activate_lang("de_DE")
        apple = self.create_product("Apple Juice")
        apple.with_context(lang="de_DE").name = "Apfelsaft"
        self.assertEqual(self.match("Apfelsaft", "Apple Juice", "apfelSAFT", "apple juice"), [apple] * 4)
        self.sync = self.sync.with_context(lang="de_DE")
        self.assertEqual(self.match("Apfelsaft", "Apple Juice"), [apple] * 2)

    def test_two_products_of_one_name_are_ambiguous(self):
        other = self.create_product("Product Name")
        message = self.assert_missing("Product Name", "product_ambiguous")
        self.assertIn(f"Product Name ({self.product.id})", message)
        self.assertIn(f"Product Name ({other.id})", message)
        self.assert_missing("product NAME", "product_ambiguous")

    def test_variants_of_one_name_are_ambiguous_until_an_alias_decides(self):
        _small, large = self.create_variants("T-Shirt", "S", "L")
        self.assert_missing("T-Shirt", "product_ambiguous")
        self.alias(large, "t-shirt")
        self.assertEqual(self.match("T-Shirt"), [large])

    # ---- which products count ----------------------------------------------------------------------------------------

    def test_products_that_cannot_be_sold_here_are_told_apart_from_none(self):
        other_company = self.env["res.company"].create({"name": "Other Company"})
        cases = {
            "archived": ({"active": False}, "it is archived"),
            "not for sale": ({"sale_ok": False}, "Sales is switched off"),
            "not in POS": ({"available_in_pos": False}, "Available in POS is switched off"),
            "of another company": ({"company_id": other_company.id, "taxes_id": False}, "belongs to another company"),
        }
        for name, (values, reason) in cases.items():
            with self.subTest(name=name):
                product = self.create_product(name, **values)
                for spelling in (name, f" {name.upper().replace(' ', '  ')}"):
                    message = self.assert_missing(spelling)
                    self.assertIn(reason, message)
                    self.assertNotIn("Create a product", message)
                    # Products of another company are not named.
                    self.assertEqual(f"({product.id})" in message, "company_id" not in values)
                self.assertIn("Product not found", self.assert_missing((product.id, "No Such Product")))

    def test_nobody_is_advised_to_create_what_looks_the_same(self):
        cafe = self.create_product("Caf\u00e9 Latte-Macchiato")
        for name in ("Cafe Latte Macchiato", "CAF\u00c9 LATTE\u2013MACCHIATO"):
            message = self.assert_missing(name)
            self.assertIn(f"nearly the same name: {cafe.display_name} ({cafe.id})", message)
            self.assertNotIn("Create a product", message)

    def test_a_hidden_product_of_the_code_is_named(self):
        hidden = self.create_product("Hidden", default_code="H-1", available_in_pos=False)
        message = self.assert_missing((None, "Anything", None, "H-1"))
        self.assertIn(f"({hidden.id})", message)
        self.assertIn("Available in POS is switched off", message)

    def test_a_code_is_not_looked_up_as_a_name(self):
        named = self.create_product("AP1")
        for codes in (("ap1", ""), ("", "ap1")):
            message = self.assert_missing((None, "ap1", None, *codes, False))
            self.assertIn("SKU ap1" if codes[0] else "Barcode ap1", message)
            self.assertIn(f"({named.id})", message)
        self.assertEqual(self.match((None, "ap1", None, "ap1")), [named])

    def test_an_unknown_code_is_named_in_the_message(self):
        self.assertIn("SKU X-9", self.assert_missing((None, "Something", None, "X-9")))
        message = self.assert_missing((None, "X-9", None, "X-9", "", False))
        self.assertIn("Product not found: SKU X-9.", message)
        self.assertIn("internal reference or barcode", message)

    def test_an_archived_or_hidden_variant_is_named(self):
        red, blue = self.create_variants("Shirt", "Red", "Blue")
        blue.active = False
        for name in ("Shirt (Blue)", "shirt (BLUE)"):
            message = self.assert_missing(name)
            self.assertIn(f"({blue.id})", message)
            self.assertIn("it is archived", message)
        red.product_tmpl_id.available_in_pos = False
        message = self.assert_missing("Shirt (Red)")
        self.assertIn(f"({red.id})", message)
        self.assertIn("Available in POS is switched off", message)

    def test_a_name_that_is_a_code_names_the_product_of_the_code(self):
        chair = self.create_product("Chair", default_code="CH-1", barcode="4006381333931")
        for name in ("CH-1", "4006381333931"):
            message = self.assert_missing(name)
            self.assertIn(f"({chair.id})", message)
            self.assertNotIn("Create a product", message)
        chair.active = False
        self.assertIn("it is archived", self.assert_missing("CH-1"))

    def test_one_for_sale_is_no_ambiguity_with_one_that_is_not(self):
        self.create_product("Product Name", active=False)
        self.create_product("Product Name", available_in_pos=False)
        self.assertEqual(self.match("Product Name"), [self.product])

    # ---- ids ---------------------------------------------------------------------------------------------------------

    def test_the_item_id_is_a_product_id_before_the_name(self):
        self.assertEqual(self.match((self.component.id, "No Product's Name")), [self.component])

    def test_an_id_contradicts_the_name_of_another_product(self):
        for name in ("Product Name", "PRODUCT  name"):
            message = self.assert_missing((self.component.id, name), "product_ambiguous")
            self.assertIn(f"ItemID {self.component.id} means the product Component Item ({self.component.id})", message)
            self.assertIn(f"Product Name ({self.product.id})", message)
            self.assertIn("ItemID Is an Odoo Product ID", message)
        other = self.create_product("Product name")
        self.assert_missing((other.id, "Product Name"), "product_ambiguous")

    def test_a_component_contradicts_itself_too(self):
        part = {"ItemID": self.product.id, "ItemName": "Component Item", "Price": 0, "Quantity": 1}
        row = self.import_order(OrderItems=[self.item(OrderDetailPackages=[part])])
        self.assertEqual((row.state, row.error_code), ("failed", "product_ambiguous"))

    def test_an_id_contradicts_the_display_name_of_a_variant(self):
        small, large = self.create_variants("T-Shirt", "S", "L")
        self.assertEqual(self.match((large.id, "T-Shirt (L)")), [large])
        self.assert_missing((large.id, "T-Shirt (S)"), "product_ambiguous")
        self.assert_missing((small.id, "t-shirt (l)"), "product_ambiguous")
        self.assert_missing((self.product.id, "t-shirt  (s)"), "product_ambiguous")

    def test_a_person_decides_a_contradiction_once(self):
        self.synchronize(*[self.order(n, OrderItems=[self.item(ItemID=self.component.id)]) for n in (1, 2)])
        self.assertEqual(self.inbox(1).error_code, "product_ambiguous")
        self.assertFalse(self.pos_orders())
        self.alias(self.product, item_id=self.component.id, sync=self.sync)
        self.assertEqual(self.pos_orders().lines.product_id, self.product)
        self.assertEqual(len(self.pos_orders()), 2)

    def test_an_id_of_a_variant_agrees_with_the_name_of_all(self):
        small, large = self.create_variants("T-Shirt", "S", "L")
        self.assertEqual(self.match((large.id, "T-Shirt"), (small.id, "t-shirt")), [large, small])

    def test_odoos_own_id_counts_also_where_item_ids_do_not(self):
        self.sync.match_item_id = False
        self.assertEqual(self.match((self.product.id, "Else", self.component.id)), [self.component])
        self.sync.match_item_id = True
        self.assertEqual(self.match((self.product.id, "Else", self.component.id)), [self.component])
        message = self.assert_missing((None, "Product Name", self.component.id), "product_ambiguous")
        self.assertIn("OdooItemID", message)
        self.assertNotIn("switch off", message)

    def test_the_id_of_a_product_that_cannot_be_sold_here_is_not_passed_over(self):
        brush = self.create_product("Brush")
        for values, reason in (
            ({"active": False}, "it is archived"),
            ({"available_in_pos": False}, "Available in POS"),
        ):
            brush.write({"active": True, "available_in_pos": True, **values})
            for item in ((brush.id, "Product Name"), (brush.id, "product  NAME"), (None, "Product Name", brush.id)):
                with self.subTest(item=item, **values):
                    message = self.assert_missing(item, "product_ambiguous")
                    self.assertIn(f"Brush ({brush.id})", message)
                    self.assertIn(f"Product Name ({self.product.id})", message)
            for item in (
                (None, "Brush", brush.id),
                (None, "Unheard of", brush.id),
                (None, f"OdooItemID {brush.id}", brush.id, "", "", False),
                (brush.id, "", None, "", "", False),
                (brush.id, "Brush"),
            ):
                with self.subTest(item=item, **values):
                    message = self.assert_missing(item)
                    self.assertIn(f"Brush ({brush.id}) matches, but it cannot be sold here: {reason}", message)

    def test_the_id_of_a_product_of_another_company_is_refused_without_its_name(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        theirs = self.create_product("Theirs", taxes=self.env["account.tax"], company_id=company.id)
        message = self.assert_missing((None, "Product Name", theirs.id))
        self.assertIn("belongs to another company", message)
        self.assertNotIn("Theirs", message)
        self.assertEqual(self.match((theirs.id, "Product Name")), [self.product])

    def test_an_item_id_of_an_archived_product_of_the_same_name_leaves_it_to_the_name(self):
        twin = self.create_product("Product Name", active=False)
        self.assertEqual(self.match((twin.id, "Product Name"), (twin.id, "PRODUCT name")), [self.product] * 2)
        self.assertIn("it is archived", self.assert_missing((None, "Product Name", twin.id)))
        self.sync.match_item_id = False
        brush = self.create_product("Brush", active=False)
        self.assertEqual(self.match((brush.id, "Product Name")), [self.product])

    def test_two_ids_of_two_products_contradict_each_other_if_nothing_else_decides(self):
        ids = (self.product.id, f"OdooItemID {self.component.id}", self.component.id, "", "", False)
        message = self.assert_missing(ids, "product_ambiguous")
        self.assertIn(f"OdooItemID {self.component.id} means the product Component Item", message)
        self.assertIn(f'"ItemID {self.product.id}" means Product Name', message)
        self.assertEqual(self.match((self.product.id, "Component Item", self.component.id)), [self.component])
        self.sync.match_item_id = False
        self.assertEqual(self.match(ids), [self.component])

    def test_an_id_that_is_no_product_is_not_taken_for_a_name(self):
        for item in ((None, "OdooItemID 99999999", 99999999, "", "", False), (99999999, "", None, "", "", False)):
            message = self.assert_missing(item)
            self.assertIn("ItemID 99999999. No product in Odoo has this ID", message)
            self.assertNotIn("Create a product", message)

    def test_an_item_id_that_is_no_product_leaves_it_to_the_name(self):
        self.assertEqual(self.match((2**31 - 1, "Product Name"), (10**17, "Product Name")), [self.product] * 2)

    def test_product_ids_can_be_switched_off(self):
        self.sync.match_item_id = False
        self.assertEqual(self.match((self.component.id, "Product Name")), [self.product])

    def test_a_name_that_disagrees_with_the_id_is_a_warning(self):
        row = self.import_order(OrderItems=[self.item("Something Else", ItemID=self.product.id)])
        self.assertEqual(row.state, "done")
        self.assertIn('but "Something Else" in the external system', row.warnings)
        row = self.import_order(order_id=640, OrderItems=[self.item("PRODUCT name ", ItemID=self.product.id)])
        self.assertFalse(row.warnings)

    def test_a_components_name_that_disagrees_is_a_warning_too(self):
        part = {"ItemID": self.component.id, "ItemName": "Something Else", "Price": 0, "Quantity": 1}
        row = self.import_order(OrderItems=[self.item(OrderDetailPackages=[part])])
        self.assertEqual(row.pos_order_id.lines.sorted("id")[1].product_id, self.component)
        self.assertIn('but "Something Else" in the external system', row.warnings or "")

    # ---- aliases -----------------------------------------------------------------------------------------------------

    def test_an_alias_comes_before_id_and_name(self):
        self.alias(self.component, "product NAME", sync=self.sync)
        self.assertEqual(self.match("Product Name", (self.product.id, "Product Name")), [self.component] * 2)

    def test_an_alias_by_id_decides_alone(self):
        self.alias(self.component, "just a note", item_id=4711)
        self.assertEqual(self.match((4711, "Product Name"), (4711, "")), [self.component] * 2)
        self.assert_missing("just a note")

    def test_ids_of_other_systems_may_be_long(self):
        self.alias(self.component, item_id="987654321987654321")
        self.assertEqual(self.match((987654321987654321, "x")), [self.component])

    def test_an_alias_of_the_synchronization_comes_before_one_for_all(self):
        other = self.create_sync(name="Second Store")
        self.alias(self.component, "Gadget")
        self.alias(self.product, "Gadget", sync=self.sync)
        self.assertEqual(self.match("Gadget"), [self.product])
        self.assertEqual(self.match("Gadget", sync=other), [self.component])
        self.alias(self.component, item_id=5)
        self.assertEqual(self.match((5, "Gadget")), [self.product])

    def test_an_alias_of_another_synchronization_does_not_count(self):
        self.alias(self.component, "Gadget", sync=self.create_sync(name="Second Store"))
        self.assert_missing("Gadget")

    def test_an_alias_whose_product_is_not_for_sale_any_more_is_no_match(self):
        self.alias(self.component, "Product Name")
        self.component.available_in_pos = False
        self.assertIn("An alias maps it to Component Item", self.assert_missing("Product Name"))

    def test_an_alias_says_one_thing_about_an_item(self):
        self.alias(self.component, "Gadget", sync=self.sync)
        for values in ({"name": "GADGET "}, {"name": "gadget"}):
            with self.subTest(**values), self.assert_refused_by("unique_item"):
                self.alias(self.product, sync=self.sync, **values)
        self.alias(self.product, "Gadget")
        self.alias(self.component, "One", item_id="7", sync=self.sync)
        with self.assert_refused_by("unique_item"):
            self.alias(self.product, "Other", item_id="007", sync=self.sync)

    def test_an_alias_names_an_item_and_a_product_for_sale(self):
        with self.assert_refused_by("item_given"):
            self.alias(self.product, "  ", item_id="0")
        with self.assertRaisesRegex(ValidationError, "not a number above 0"):
            self.alias(self.product, item_id="A7")
        self.component.sale_ok = False
        with self.assertRaisesRegex(ValidationError, "available for sale"):
            self.alias(self.component, "Gadget")

    def test_an_alias_of_a_synchronization_names_a_product_of_its_company(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        theirs = self.create_product("Theirs", taxes=self.env["account.tax"], company_id=company.id)
        with self.assertRaisesRegex(ValidationError, "does not belong to the company"):
            self.alias(theirs, "Gadget", sync=self.sync)

    # ---- batches -----------------------------------------------------------------------------------------------------

    def test_a_batch_asks_once_a_step_however_many_items_it_has(self):
        for number in range(20):
            self.create_product(f"Batch {number}")
        self.alias(self.component, "Alias 1")
        self.env.flush_all()
        counts = []
        for size in (1, 20):
            items = [
                item
                for number in range(size)
                for item in (
                    f"Batch {number}",
                    f"BATCH {number}",
                    "Alias 1",
                    f"None {number}",
                    (10**6 + number, f"x {number}"),
                    (self.product.id, "y"),
                )
            ]
            self.env.invalidate_all()
            self.sync.read(["company_id", "match_item_id"])  # not the matching's own queries
            before = self.cr.sql_log_count
            self.match(*items)
            counts.append(self.cr.sql_log_count - before)
        # The steps, the fields of the products in aliases, and the reasons why others are missing.
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 14)
