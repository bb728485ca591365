import json
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...lib.order.names import decode_entities, name_key, product_names, split_code
from .product_template import NAME_KEYS

# The key of every name that PostgreSQL cannot decode, see `product_template`.
UNDECODED = "&x;"
# A key of few letters is shared by names that have nothing in common.
MIN_RESEMBLING_LENGTH = 3
RESEMBLING_LIMIT = 10


class ExternalProductNames(models.AbstractModel):
    """Finds products by their names in any language, and by the display names of variants, in any spelling.

    The feed speaks the shop's language, and a scheduled run none, so all of them count.
    """

    _name = "external.product.names"
    _description = "External Product Names"

    @api.model
    def _find_by_name(self, domain, names):
        """Find the products that are called by one of ``names``, whole.

        A product is called by its name and by its display name: "Chair", "[A-17] Chair", "Chair (Red, L)".

        :param Domain domain: which products count
        :param names: texts
        :return: the ``product.product`` records of each exact name, and of each `name_key`
        :rtype: tuple[dict, dict]
        """
        exact, alike = defaultdict(self.env["product.product"].browse), defaultdict(self.env["product.product"].browse)
        if not names:
            return exact, alike
        wanted = {name: name_key(name) for name in names}
        # What a template may be called if it, or one of its variants, is called by one of the names.
        whole, of_variants = set(), set()
        for name in map(decode_entities, names):
            for text in {name, split_code(name)[1]}:
                whole.add(text)
                of_variants.update(product_names(text))
        whole_keys, variant_keys = set(map(name_key, whole)), set(map(name_key, of_variants))
        spellings, with_variants = {}, set()
        for template_id, of_languages in self._iter_candidates(whole | of_variants):
            keys = set(map(name_key, of_languages))
            if keys & variant_keys:
                with_variants.add(template_id)
            if keys & (whole_keys | variant_keys):
                spellings[template_id] = of_languages
        if not spellings:
            return exact, alike
        products = self.env["product.product"].search_fetch(
            domain & Domain("product_tmpl_id", "in", list(spellings)), ["product_tmpl_id", "default_code"]
        )
        called = {product: set(spellings[product.product_tmpl_id.id]) for product in products}
        variants = products.filtered(lambda product: product.product_tmpl_id.id in with_variants)
        for product, display_names in self._get_display_names(variants).items():
            called[product] |= display_names
        wanted_keys = set(wanted.values())
        for product, spelled in called.items():
            if product.default_code:
                spelled |= {f"[{product.default_code}] {name}" for name in spelled}
            for name in spelled & wanted.keys():
                exact[name] |= product
            for key in set(map(name_key, spelled)) & wanted_keys:
                alike[key] |= product
        return exact, alike

    @api.model
    def _iter_candidates(self, names):
        """Yield the id and the names of each template that may be called by one of ``names``: by index, so there are
        others among them.
        """
        field = self.env["product.template"]._fields["name"]
        column = SQL.identifier("product_template", "name", to_flush=field)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %(name)s FROM product_template WHERE %(keys)s(%(name)s) && %(keys)s(%(wanted)s::jsonb)",
                name=column,
                keys=SQL.identifier(NAME_KEYS),
                wanted=_json([*names, UNDECODED]),
            )
        )
        for template_id, of_languages in rows:
            yield template_id, {name for name in of_languages.values() if name}

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
        """Return the products, archived ones too, of the same name, and those whose name is written nearly alike.

        :return: for each of ``names`` that has such products two lists of ``product.product`` records
        :rtype: dict
        """
        field = self.env["product.template"]._fields["name"]
        column = SQL.identifier("product_template", "name", to_flush=field)
        texts = [decode_entities(name) for name in names]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.position, length(own.keys[1]), candidate.id, candidate.name
                  FROM jsonb_array_elements_text(%(wanted)s::jsonb) WITH ORDINALITY AS wanted(text, position),
                       LATERAL (SELECT %(keys)s(jsonb_build_object('', wanted.text)) AS keys) AS own,
                       LATERAL (SELECT id, %(name)s AS name
                                  FROM product_template
                                 WHERE %(keys)s(%(name)s) && own.keys
                                 ORDER BY id LIMIT %(limit)s) AS candidate
                """,
                wanted=json.dumps(texts),
                keys=SQL.identifier(NAME_KEYS),
                name=column,
                limit=RESEMBLING_LIMIT,
            )
        )
        products = (
            self.env["product.product"]
            .with_context(active_test=False)
            .search([("product_tmpl_id", "in", list({row[2] for row in rows}))])
            .grouped(lambda product: product.product_tmpl_id.id)
        )
        names = list(names)
        found = defaultdict(lambda: ([], []))
        for position, length, template_id, of_languages in rows:
            same, similar = found[name := names[position - 1]]
            of_template = products.get(template_id, self.env["product.product"])
            if name_key(name) in set(map(name_key, of_languages.values())):
                same.append(of_template)
            elif length >= MIN_RESEMBLING_LENGTH:
                similar.append(of_template)
        return dict(found)


def _json(texts):
    return json.dumps(dict(enumerate(texts)))
