from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import ExternalOrderError
from ...tools.message_language import for_reader


def name_key(name):
    """Return the form of a name in which two names are equal if they differ in case and surrounding blanks only."""
    return (name or "").strip().casefold()


def id_key(item_id):
    """Return an ItemID as the text that aliases are looked up by; ``False`` for none, which 0 is as well."""
    text = str(item_id or "").strip()
    return (text.lstrip("0") if text.isdecimal() else text) or False


class ExternalProductMatching(models.AbstractModel):
    """Finds the products of external items: by alias, by id, by name, by name ignoring case. Never by similarity.

    The rule is the guide's (*Product Matching*). Each step asks once for a whole batch of orders.
    """

    _name = "external.product.matching"
    _description = "External Product Matching"

    @api.model
    def _match_products(self, sync, items):
        """Return the product of each item.

        :param sync: the ``external.order.sync``
        :param items: things with ``item_id`` (above 0, or None) and ``name``
        :return: for each (item_id, name) a ``product.product``, or the `ExternalOrderError` that says why there is none
        :rtype: dict
        """
        missing = {(item.item_id, item.name) for item in items}
        found = {}
        for step in (
            self._match_by_alias,
            self._match_by_id,
            self._match_by_name,
            self._match_by_name_ignoring_case,
            self._explain_missing,
        ):
            if missing:
                matches = step(sync, missing)
                found.update(matches)
                missing -= matches.keys()
        return found

    @api.model
    def _product_domain(self, sync):
        """What the Point of Sale of ``sync`` may sell."""
        of_company = Domain(self.env["product.product"]._check_company_domain(sync.company_id))
        for_sale = Domain("sale_ok", "=", True) & Domain("available_in_pos", "=", True) & Domain("active", "=", True)
        return of_company & for_sale

    # ------------------------------------------------------------
    # The steps: each takes the (item_id, name) that are missing, and returns what it has to say about some of them
    # ------------------------------------------------------------

    @api.model
    def _match_by_alias(self, sync, missing):
        ids = {id_key(item_id) for item_id, _name in missing if item_id}
        keys = {name_key(name) for _item_id, name in missing if name}
        aliases = self.env["external.product.alias"].search(
            Domain("sync_id", "in", [False, sync.id])
            & Domain("company_id", "=", sync.company_id.id)
            & (Domain("item_id", "in", list(ids)) | Domain("name_key", "in", list(keys)))
        )
        by_item = {(bool(alias.sync_id), alias.item_id, alias.name_key): alias for alias in aliases}
        for_sale = aliases.product_id.filtered_domain(self._product_domain(sync))
        found = {}
        for item_id, name in missing:
            # What was decided for this synchronization counts before what was decided for all, the id before the name.
            alias = next(
                filter(
                    None,
                    (
                        by_item.get((own, *item))
                        for own in (True, False)
                        for item in ((id_key(item_id), False), (False, name_key(name)))
                    ),
                ),
                None,
            )
            if alias and alias.product_id in for_sale:
                found[item_id, name] = alias.product_id
            elif alias:
                found[item_id, name] = self._get_missing_error(
                    item_id,
                    name,
                    for_reader(self.env)._(
                        "An alias says that it is %(product)s, which cannot be sold in this Point of Sale any more. "
                        "Make it available, or choose another product.",
                        product=alias.product_id.display_name,
                    ),
                )
        return found

    @api.model
    def _match_by_id(self, sync, missing):
        if not sync.match_item_id:
            return {}
        ids = [item_id for item_id, _name in missing if item_id]
        products = self.env["product.product"].search(self._product_domain(sync) & Domain("id", "in", ids))
        by_id = {product.id: product for product in products}
        return {(item_id, name): by_id[item_id] for item_id, name in missing if item_id in by_id}

    @api.model
    def _match_by_name(self, sync, missing):
        names = {name for _item_id, name in missing if name}
        by_name = self._find_by_name(self._product_domain(sync), names)
        return self._choose(missing, by_name.get)

    @api.model
    def _match_by_name_ignoring_case(self, sync, missing):
        names = {name for _item_id, name in missing if name.strip()}
        by_key = self._find_by_name(self._product_domain(sync), names, ignoring_case=True)
        return self._choose(missing, lambda name: by_key.get(name_key(name)))

    @api.model
    def _explain_missing(self, sync, missing):
        """Return the error of each item that has no product, with a hint at one that is only not for sale here."""
        names = {name for _item_id, name in missing if name}
        hidden = self.with_context(active_test=False)._find_by_name(Domain.TRUE, names)
        hint = for_reader(self.env)._(
            "There is a product of this name, but it is archived, cannot be sold, is not available in Point of Sale or "
            "belongs to another company. Make it available, or choose another product."
        )
        advice = for_reader(self.env)._(
            "Create a product of exactly this name that is available in Point of Sale, or choose the product that is "
            "meant."
        )
        return {
            (item_id, name): self._get_missing_error(item_id, name, hint if name in hidden else advice)
            for item_id, name in missing
        }

    # ------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------

    @api.model
    def _find_by_name(self, domain, names, ignoring_case=False):
        """Find products by their name in any language: the feed speaks the shop's, a scheduled run none.

        :param Domain domain: which products count
        :param names: texts; a product must have one of them as its name, whole
        :return: for each name (`name_key` of it if ``ignoring_case``) that was found, its ``product.product`` records
        :rtype: dict
        """
        if not names:
            return {}
        Product = self.env["product.product"]
        wanted = {name_key(name) for name in names} if ignoring_case else set(names)
        # PostgreSQL and Python fold some letters in different ways: look at names that either of them folds alike.
        folded = SQL("lower(btrim(spelling.value))") if ignoring_case else SQL("spelling.value")
        candidates = wanted | {name.strip().lower() for name in names} if ignoring_case else wanted
        query = Product._search(domain)
        template = query.left_join(query.table, "product_tmpl_id", "product_template", "id", "product_tmpl_id")
        names_column = SQL.identifier(template, "name", to_flush=self.env["product.template"]._fields["name"])
        query.add_where(
            SQL(
                "EXISTS (SELECT FROM jsonb_each_text(%s) AS spelling WHERE %s IN %s)",
                names_column,
                folded,
                tuple(candidates),
            )
        )
        found = defaultdict(lambda: Product)
        rows = self.env.execute_query(query.select(SQL.identifier(query.table, "id"), names_column))
        for product_id, spellings in rows:
            for spelling in {name_key(name) if ignoring_case else name for name in spellings.values()} & wanted:
                found[spelling] |= Product.browse(product_id)
        return dict(found)

    @api.model
    def _choose(self, missing, candidates_of):
        """Return the only candidate of each item, or the error that there are several."""
        found = {}
        for item_id, name in missing:
            candidates = candidates_of(name)
            if not candidates:
                continue
            found[item_id, name] = candidates
            if len(candidates) > 1:
                found[item_id, name] = ExternalOrderError(
                    "product_ambiguous",
                    for_reader(self.env)._(
                        'Several products match "%(name)s": %(products)s. Choose the one that is meant.',
                        name=name,
                        products=", ".join(f"{product.display_name} ({product.id})" for product in candidates[:5]),
                    ),
                    product=(item_id, name),
                )
        return found

    @api.model
    def _get_missing_error(self, item_id, name, advice):
        return ExternalOrderError(
            "product_not_found",
            for_reader(self.env)._(
                "Product not found: %(item)s. %(advice)s",
                item=f'"{name}" (ItemID {item_id})' if item_id else f'"{name}"',
                advice=advice,
            ),
            product=(item_id, name),
        )
