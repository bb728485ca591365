import unicodedata

from odoo.tools import SQL

from ..lib.order.spellings import name_key
from ..models.order_import.product_template import NAME_KEYS
from .product_matching_common import ProductMatchingCase


class TestProductSpellings(ProductMatchingCase):
    """A product is found by its codes, and by its name or a variant's name in any spelling and language."""

    # ---- codes -------------------------------------------------------------------------------------------------------

    def test_a_sku_is_an_internal_reference_or_a_barcode(self):
        chair = self.create_product("Chair", default_code="C-17", barcode="4006381333931")
        for key in (
            (None, "Sitting Thing", None, "C-17"),
            (None, "Sitting Thing", None, "4006381333931"),
            (None, "Sitting Thing", None, "", "4006381333931"),
            (None, "C-17", None, "C-17"),
        ):
            with self.subTest(key):
                self.assertEqual(self.match(key), [chair])
        self.assert_missing((None, "Sitting Thing", None, "C-1"))

    def test_a_barcode_counts_with_and_without_leading_zeros(self):
        soda = self.create_product("Soda", barcode="036000291452")
        for barcode in ("36000291452", "0036000291452", "00036000291452"):
            self.assertEqual(self.match((None, "Drink", None, "", barcode)), [soda])

    def test_a_code_contradicts_an_id_and_the_name_of_another_product(self):
        chair = self.create_product("Chair", default_code="C-17")
        for key in ((None, "Product Name", None, "C-17"), (self.product.id, "Anything", None, "C-17")):
            message = self.assert_missing(key, "product_ambiguous")
            self.assertIn(f"({chair.id})", message)
            self.assertIn(f"({self.product.id})", message)

    def test_two_codes_of_two_products_contradict_each_other(self):
        chair = self.create_product("Chair", default_code="C-17")
        table = self.create_product("Table", barcode="4006381333931")
        message = self.assert_missing((None, "Furniture", None, "C-17", "4006381333931"), "product_ambiguous")
        self.assertIn(f"({chair.id})", message)
        self.assertIn(f"({table.id})", message)
        self.assertEqual(self.match((None, "Table", None, "C-17", "4006381333931")), [table])

    def test_the_name_decides_among_products_of_one_code(self):
        one, two = [self.create_product(name, default_code="C-17") for name in ("One", "Two")]
        self.assertEqual(self.match((None, "two", None, "C-17"), (None, "One", None, "C-17")), [two, one])
        self.assert_missing((None, "Three", None, "C-17"), "product_ambiguous")

    def test_codes_are_read_of_items_and_components(self):
        self.product.default_code, self.component.barcode = "P-1", "4006381333931"
        part = {"Barcode": 4006381333931, "Price": 0, "Quantity": 1}
        item = {"SKU": "P-1", "Price": 80.0, "Quantity": 1, "OrderDetailPackages": [part]}
        row = self.import_order(OrderItems=[item])
        self.assertEqual((row.state, row.error_message), ("done", False))
        self.assertEqual(row.pos_order_id.lines.sorted("id").product_id, self.product | self.component)
        self.assertFalse(row.warnings)
        row = self.import_order(order_id=640, OrderItems=[self.item("", OdooItemID=self.product.id)])
        self.assertEqual(row.pos_order_id.lines.product_id, self.product)

    def test_an_item_known_by_its_code_alone_gets_its_product_chosen(self):
        row = self.import_order(OrderItems=[{"SKU": "No-Such", "Price": 80.0, "Quantity": 1}])
        self.assertEqual((row.error_code, row.missing_item_name), ("product_not_found", "No-Such"))
        self.env["external.product.alias"].create({"item_name": "no-such", "product_id": self.product.id})
        self.assertEqual(row.pos_order_id.lines.product_id, self.product)

    # ---- spellings ---------------------------------------------------------------------------------------------------

    def test_one_name_in_any_spelling(self):
        spellings = {
            "Kollektionen & Boxen": [
                "Kollektionen &amp; Boxen",
                "KOLLEKTIONEN &amp;amp; boxen",
                "Kollektionen\u00a0&  Boxen",
            ],
            "Caf\u00e9": ["Cafe\u0301", "CAF\u00c9", "Caf&eacute;"],
            "Weis\u200bses &quot;Kleid&quot;": ['Weisses "Kleid"', "WEISSES &#34;KLEID&#34;"],
            "Entit&auml;t &#8211; neu": ["Entit\u00e4t \u2013 neu", "ENTITA\u0308T \u2013 NEU"],
            "Gro\u00dfe Stra\u00dfe": ["GROSSE STRASSE", "gro\u1e9ee\u2009stra\u00dfe"],
            "I\u015f\u0131k \u0130zmir": ["\u0131\u015f\u0131k izmir", "I\u015eIK IZMIR"],
            "Молоко": ["МОЛОКО", "молоко"],
            "قهوة  عربية": ["قهوة عربية"],
            "!!!": ["\u2009!!!"],
        }
        for name, others in spellings.items():
            product = self.create_product(name)
            for spelling in (name, *others):
                with self.subTest(name=name, spelling=spelling):
                    self.assertEqual(self.match(spelling), [product])

    def test_a_name_that_is_written_with_an_entity_in_odoo_is_preferred_exactly(self):
        plain = self.create_product("Salt & Pepper")
        escaped = self.create_product("Salt &amp; Pepper")
        self.assertEqual(self.match("Salt &amp; Pepper", "Salt & Pepper"), [escaped, plain])
        self.assert_missing("SALT &amp; PEPPER", "product_ambiguous")
        self.assert_missing("Salt &amp;amp; Pepper", "product_ambiguous")

    def test_an_order_with_an_entity_in_a_name_is_imported(self):
        boxes = self.create_product("Kollektionen & Boxen")
        row = self.import_order(OrderItems=[self.item("Kollektionen &amp; Boxen")])
        self.assertEqual((row.pos_order_id.lines.product_id, row.warnings), (boxes, False))

    def test_names_written_past_the_orm_are_found(self):
        self.product.flush_recordset()
        self.env.cr.execute(
            "UPDATE product_template SET name = %s WHERE id = %s",
            ['{"en_US": "Other", "tlh_TLH": "Past the ORM"}', self.product.product_tmpl_id.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.match("PAST the orm"), [self.product])

    def test_a_variant_by_its_display_name_in_any_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        small, large = self.create_variants("Stuhl (Holz)", "Klein", "Large")
        value = large.product_template_attribute_value_ids.product_attribute_value_id
        value.with_context(lang="de_DE").name = "Gro\u00df"
        large.default_code = "S-L"
        for name in (
            "Stuhl (Holz) (Large)",
            "stuhl (holz)  (LARGE)",
            "Stuhl (Holz) (GROSS)",
            "[S-L] Stuhl (Holz) (Large)",
            "[s-l] Stuhl (Holz) (gro\u00df)",
        ):
            with self.subTest(name):
                self.assertEqual(self.match(name), [large])
        self.assertEqual(self.match("Stuhl (Holz) (Klein)"), [small])
        self.assert_missing("Stuhl (Holz)", "product_ambiguous")
        self.assert_missing("Stuhl (Holz) (Mittel)")
        self.assert_missing("[S-M] Stuhl (Holz) (Large)")

    def test_the_code_of_a_display_name_decides_among_one_name(self):
        one, two = [self.create_product("Lamp", default_code=code) for code in ("L-1", "L-2")]
        self.assertEqual(self.match("[L-2] Lamp", "[L-1] LAMP"), [two, one])
        self.assert_missing("Lamp", "product_ambiguous")

    def test_the_same_name_in_two_companies(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.create_product("Shared Name", taxes=self.env["account.tax"], company_id=company.id)
        own = self.create_product("SHARED name", company_id=self.company.id)
        self.assertEqual(self.match("Shared Name"), [own])

    def test_an_item_id_with_a_name_of_another_language_is_no_warning(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.product.with_context(lang="de_DE").name = "Produktname"
        row = self.import_order(OrderItems=[self.item("produktname", ItemID=self.product.id)])
        self.assertEqual((row.state, row.warnings), ("done", False))

    # ---- the index ---------------------------------------------------------------------------------------------------

    def test_the_index_misses_no_spelling(self):
        """PostgreSQL gives the same key to all names with the same `name_key`, whatever the server's locale is."""
        letters = [chr(code) for code in range(0x20, 0x20000) if not 0xD800 <= code < 0xE000]
        pairs = {
            (letter, form)
            for letter in letters
            for form in (
                letter.upper(),
                letter.lower(),
                letter.title(),
                letter.casefold(),
                *(unicodedata.normalize(name, letter) for name in ("NFC", "NFD")),
            )
            if form != letter and name_key(f"a{letter}b") == name_key(f"a{form}b")
        }
        keys = SQL.identifier(NAME_KEYS)
        missed = self.env.execute_query(
            SQL(
                """
                SELECT one, other
                  FROM unnest(%s, %s) AS pair(one, other)
                 WHERE %s(jsonb_build_object('', one)) <> %s(jsonb_build_object('', other))
                """,
                [f"a{one}b" for one, _other in pairs],
                [f"a{other}b" for _one, other in pairs],
                keys,
                keys,
            )
        )
        self.assertEqual([(ascii(one), ascii(other)) for one, other in missed], [])
        self.assertGreater(len(pairs), 2000)

    def test_the_index_takes_names_of_any_length(self):
        long = self.create_product("A long name " * 500)
        self.assertEqual(self.match("a LONG name " * 500), [long])
