import json
from collections import defaultdict
from functools import cache

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.order.spellings import decode_entities, name_key, product_names, split_code
from .product_template import NAME_KEYS

# The key of all names that PostgreSQL cannot decode, see `product_template`.
UNDECODED = "&x;"
# Unrelated names may share a key this short.
MIN_RESEMBLING_LENGTH = 3
# Batch size of the lookup. With one name at a time, PostgreSQL overestimates the rows and compiles the plan; with all
# names at once, it scans the whole table.
NAMES_AT_ONCE = 50
KEYS = SQL.identifier(NAME_KEYS)


class ExternalProductNames(models.AbstractModel):
    """Finds products by name in any language, and by the display names of variants, in any spelling.

    The feed uses the shop's language and a scheduled run has none, so all languages count.
    """

    _name = "external.product.names"
    _description = "External Product Names"

    @api.model
    def _find_by_name(self, domain, names):
        """Find the products whose full name is one of ``names``.

        Names and display names count: "Chair", "[A-17] Chair", "Chair (Red, L)".

        :param Domain domain: which products count
        :param set names: texts
        :return: the ``product.product`` records of each exact name, and of each `name_key`
        :rtype: tuple[dict, dict]
        """
        Product = self.env["product.product"]
        if not names:
            return {}, {}
        key_of = cache(name_key)  # languages and variants of a product often share names
        wanted_keys = set(map(key_of, names))
        # Possible template names if a template or one of its variants has one of the names.
        whole, of_variants = set(), set()
        for name in map(decode_entities, names):
            for text in {name, split_code(name)[1]}:
                whole.add(text)
                of_variants.update(product_names(text))
        whole_keys, variant_keys = set(map(key_of, whole)), set(map(key_of, of_variants))
        spellings, with_variants = {}, set()
        for template_id, of_languages in self._iter_candidates(whole | of_variants):
            keys = set(map(key_of, of_languages))
            if keys & variant_keys:
                with_variants.add(template_id)
            if keys & (whole_keys | variant_keys):
                spellings[template_id] = of_languages
        if not spellings:
            return {}, {}
        products = Product.search_fetch(
            domain & Domain("product_tmpl_id", "in", list(spellings)), ["product_tmpl_id", "default_code"]
        )
        templates = {product: product.product_tmpl_id.id for product in products}
        variants = Product.browse([product.id for product, template in templates.items() if template in with_variants])
        display_names = self._get_display_names(variants)
        # IDs, because joining records of hundreds of products takes longer than finding them.
        exact_ids, alike_ids = defaultdict(list), defaultdict(list)
        for product, template in templates.items():
            spelled = spellings[template] | display_names.get(product, set())
            if product.default_code:
                spelled |= {f"[{product.default_code}] {name}" for name in spelled}
            for name in spelled & names:
                exact_ids[name].append(product.id)
            for key in set(map(key_of, spelled)) & wanted_keys:
                alike_ids[key].append(product.id)
        return tuple({text: Product.browse(ids) for text, ids in found.items()} for found in (exact_ids, alike_ids))

    @api.model
    def _iter_candidates(self, names):
        """Yield the ID and the names of each template that may have one of ``names``. The index lookup also returns
        others.
        """
        for template_id, of_languages in self._fetch_candidates([*names, UNDECODED]):
            yield template_id, {name for name in of_languages.values() if name}

    @api.model
    def _fetch_candidates(self, names, *columns):
        """Return ID, names and further columns of the templates that share a key with ``names``."""
        return self.env.execute_query(self._get_candidates_query(names, *columns))

    @api.model
    def _get_candidates_query(self, names, *columns):
        field = self.env["product.template"]._fields["name"]
        chunks = [
            json.dumps(dict(enumerate(names[start : start + NAMES_AT_ONCE])))
            for start in range(0, len(names), NAMES_AT_ONCE)
        ]
        return SQL(
            """
            SELECT template.id, %(columns)s
              FROM unnest(%(wanted)s::jsonb[]) AS wanted(names)
              JOIN product_template AS template ON %(keys)s(template.name) && %(keys)s(wanted.names)
            """,
            columns=SQL(", ").join([SQL.identifier("template", "name", to_flush=field), *columns]),
            wanted=chunks,
            keys=KEYS,
        )

    @api.model
    def _get_display_names(self, variants):
        """Return the display names, without code, of each variant in all languages.

        :rtype: dict
        """
        display_names = {variant: set() for variant in variants}
        if variants:
            for lang, _name in self.env["res.lang"].get_installed():
                for variant in variants.with_context(lang=lang, display_default_code=False, partner_id=False):
                    display_names[variant].add(variant.display_name)
        return display_names

    @api.model
    def _find_resembling(self, names):
        """Return the products, including archived ones, with the same name and those with a nearly identical name.

        :return: for each of ``names`` that has such products two lists of ``product.product`` records
        :rtype: dict
        """
        names = list(names)
        texts = [decode_entities(name) for name in names]
        keys_of = self.env.execute_query(
            SQL(
                """
                SELECT %(keys)s(jsonb_build_object('', wanted.text))
                  FROM jsonb_array_elements_text(%(wanted)s::jsonb) WITH ORDINALITY AS wanted(text, position)
                 ORDER BY wanted.position
                """,
                keys=KEYS,
                wanted=json.dumps(texts),
            )
        )
        rows = {
            template_id: (set(map(name_key, of_languages.values())), keys)
            for template_id, of_languages, keys in self._fetch_candidates(texts, SQL("%s(template.name)", KEYS))
        }
        products = (
            self.env["product.product"]
            .with_context(active_test=False)
            .search([("product_tmpl_id", "in", list(rows))])
            .grouped(lambda product: product.product_tmpl_id.id)
        )
        templates_of = defaultdict(list)
        for template_id, (_names, keys) in sorted(rows.items()):
            for key in set(keys):
                templates_of[key].append(template_id)
        found = defaultdict(lambda: ([], []))
        for name, ([key],) in zip(names, keys_of, strict=True):
            same, similar = found[name]
            for template_id in templates_of[key]:
                if name_key(name) in rows[template_id][0]:
                    same.append(products.get(template_id, self.env["product.product"]))
                elif len(key) >= MIN_RESEMBLING_LENGTH:
                    similar.append(products.get(template_id, self.env["product.product"]))
        return dict(found)
