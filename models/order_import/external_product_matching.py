from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ...exceptions import ExternalOrderError
from ...lib.order.spellings import ItemKey, name_key
from ...tools.message_language import product_text, stored
from ...tools.stored_text import joined

# Numbers with this many digits are GTINs (GS1): shorter ones are padded with zeros to 12, 13 or 14 digits.
GTIN_LENGTHS = (12, 13, 14)
PRODUCTS_NAMED = 5


def id_key(item_id):
    """Return an ItemID as the text used to look up aliases; ``False`` for none or 0."""
    text = str(item_id or "").strip()
    return (text.lstrip("0") if text.isdecimal() else text) or False


class ExternalProductMatching(models.AbstractModel):
    """Finds the products of external items by alias, otherwise by ID, code and name, which must not contradict each
    other. Similar names never match.

    Each step queries the database once for a whole batch of orders.
    """

    _name = "external.product.matching"
    _description = "External Product Matching"

    @api.model
    def _match_products(self, sync, items):
        """Return the product of each item.

        :param sync: the ``external.order.sync``
        :param items: objects with a ``key``, the `lib.order.spellings.ItemKey` that identifies their product
        :return: for each key a pair of ``product.product`` and a warning ("" for none), or the `ExternalOrderError`
            that says why there is none
        :rtype: dict
        """
        missing = {item.key for item in items}
        found = self._match_by_alias(sync, missing) if missing else {}
        missing -= found.keys()
        if not missing:
            return found
        by_id, hidden = self._find_by_id(sync, missing)
        of_codes = self._find_by_code(self._product_domain(sync), missing)
        exact, alike = self.env["external.product.names"]._find_by_name(
            self._product_domain(sync), {key.name for key in missing if key.name and key.named}
        )
        called = self.env["external.product.hidden"]._find_called(
            hidden, {key.name for key in missing if key.name and hidden.keys() & {key.odoo_id, key.item_id}}
        )
        unknown = set()
        for key in missing:
            named = key.named and (exact.get(key.name) or alike.get(name_key(key.name)))
            named = named or self.env["product.product"]
            of_id = next(filter(None, map(by_id.get, self._get_product_ids(sync, key))), None)
            match = self._decide_hidden(sync, key, by_id, hidden, called, of_codes.get(key) or named)
            if match := match or self._decide(sync, key, of_id, of_codes.get(key), named):
                found[key] = self._check_ids(sync, key, match, {**hidden, **by_id}, of_codes.get(key) or named)
            else:
                unknown.add(key)
        return {**found, **(self._explain_missing(sync, unknown) if unknown else {})}

    @api.model
    def _product_domain(self, sync):
        """Return the domain of products that the Point of Sale of ``sync`` may sell."""
        of_company = Domain(self.env["product.product"]._check_company_domain(sync.company_id))
        for_sale = Domain("sale_ok", "=", True) & Domain("available_in_pos", "=", True) & Domain("active", "=", True)
        return of_company & for_sale

    # ------------------------------------------------------------
    # Candidates by each criterion
    # ------------------------------------------------------------

    @api.model
    def _match_by_alias(self, sync, missing):
        ids = {id_key(key.item_id) for key in missing if key.item_id}
        names = {name_key(key.name) for key in missing if key.name}
        aliases = self.env["external.product.alias"].search(
            Domain("sync_id", "in", [False, sync.id])
            & Domain("company_id", "=", sync.company_id.id)
            & (Domain("item_id", "in", list(ids)) | Domain("name_key", "in", list(names)))
        )
        if not aliases:
            return {}
        by_item = {(bool(alias.sync_id), alias.item_id, alias.name_key): alias for alias in aliases}
        for_sale = aliases.product_id.filtered_domain(self._product_domain(sync))
        found = {}
        for key in missing:
            # An alias of this synchronization takes precedence over one for all, and an ID over a name.
            alias = next(
                filter(
                    None,
                    (
                        by_item.get((own, *item))
                        for own in (True, False)
                        for item in ((id_key(key.item_id), False), (False, name_key(key.name)))
                    ),
                ),
                None,
            )
            if alias and alias.product_id in for_sale:
                found[key] = alias.product_id, ""
            elif alias:
                found[key] = self._get_missing_error(
                    key,
                    stored(self.env)._(
                        "An alias maps it to %(product)s, which can no longer be sold in this Point of Sale. Make "
                        "this product available, or choose another one.",
                        product=product_text(alias.product_id),
                    ),
                )
        return found

    @api.model
    def _find_by_id(self, sync, missing):
        """Return the products that can be sold here and the others, each by the ID that an OdooItemID or ItemID states.

        An ItemID may be the external system's own number, so products of other companies are left out for it.
        """
        ids = {number for key in missing for number in self._get_product_ids(sync, key)}
        if not ids:
            return {}, {}
        of_company = Domain(self.env["product.product"]._check_company_domain(sync.company_id))
        certain = Domain("id", "in", [key.odoo_id for key in missing if key.odoo_id])
        everything = self.env["product.product"].with_context(active_test=False)
        products = everything.search(Domain("id", "in", list(ids)) & (of_company | certain)).with_env(self.env)
        for_sale = products.filtered_domain(self._product_domain(sync))
        return {product.id: product for product in for_sale}, {product.id: product for product in products - for_sale}

    @api.model
    def _get_product_ids(self, sync, key):
        """Return the possible Odoo product IDs, the most reliable first."""
        return [number for number in (key.odoo_id, sync.match_item_id and key.item_id) if number]

    @api.model
    def _find_by_code(self, domain, missing):
        """Return, for each key, the products whose internal reference or barcode is its SKU or Barcode."""
        codes_of = {key: self._get_codes(key) for key in missing if key.sku or key.barcode}
        if not codes_of:
            return {}
        codes = list(set().union(*codes_of.values()))
        products = self.env["product.product"].search_fetch(
            domain & (Domain("default_code", "in", codes) | Domain("barcode", "in", codes)), ["default_code", "barcode"]
        )
        by_code = defaultdict(products.browse)
        for product in products:
            for code in {product.default_code, product.barcode} - {False}:
                by_code[code] |= product
        return {key: products.browse().union(*(by_code[code] for code in codes)) for key, codes in codes_of.items()}

    @api.model
    def _get_codes(self, key):
        codes = {key.sku, key.barcode} - {""}
        if key.barcode.isascii() and key.barcode.isdecimal() and 8 < len(key.barcode) <= max(GTIN_LENGTHS):
            number = key.barcode.lstrip("0")
            codes |= {number.zfill(length) for length in GTIN_LENGTHS}
        return codes

    # ------------------------------------------------------------
    # The decision
    # ------------------------------------------------------------

    @api.model
    def _decide(self, sync, key, of_id, of_code, named):
        """Return the match of ``key``, or None if there is none.

        :param of_id: the product with its ID, if any
        :param of_code: the products with its SKU or barcode
        :param named: the products with exactly its name if there are any, otherwise those with a different spelling
        """
        if of_code and not of_id:
            # If several products share a code, the name may decide.
            of_code = (of_code & named) or of_code
            if len(of_code) > 1:
                return self._get_ambiguous_error(key, of_code)
        chosen = of_id or of_code
        if not chosen:
            if len(named) > 1:
                return self._get_ambiguous_error(key, named)
            return (named, "") if named else None
        for others in (of_code, named):
            if others and chosen not in others:
                return self._get_contradiction_error(sync, key, chosen, others, by_name=others is named)
        if of_id and not named and chosen.id == key.item_id != key.odoo_id and not self._is_code(key):
            return chosen, stored(self.env)._(
                'ItemID %(id)s is the product "%(product)s" in Odoo, but "%(name)s" in the external system.',
                id=key.item_id,
                product=product_text(chosen),
                name=key.name,
            )
        return chosen, ""

    @api.model
    def _decide_hidden(self, sync, key, by_id, hidden, called, others):
        """Return the error of an item whose ID is that of a product that cannot be sold here, or None.

        An ItemID may be the external system's own number, so it is an error only with the name of another product.

        :param dict by_id: products that can be sold here, by ID
        :param dict hidden: products that cannot, by ID
        :param set called: pairs of such an ID and a name of its product
        :param others: the products with its SKU, barcode or name
        """
        product = hidden.get(key.odoo_id)
        if not product and sync.match_item_id and key.odoo_id not in by_id:
            product = hidden.get(key.item_id)
        if not product or (product.id != key.odoo_id and not others and (key.named or key.sku or key.barcode)):
            return None
        of_company = self.env["product.product"]._check_company_domain(sync.company_id)
        if others and product.filtered_domain(of_company) and (product.id, key.name) not in called:
            return self._get_contradiction_error(sync, key, product, others, by_name=key.named)
        if product.id != key.odoo_id and others:
            return None
        return self._get_missing_error(key, self.env["external.product.hidden"]._explain(sync, product))

    @api.model
    def _check_ids(self, sync, key, match, by_id, others):
        """Return ``match``, or the error of an item whose OdooItemID and ItemID are two products, if nothing else says
        which of them it is.

        :param dict by_id: products by ID
        :param others: the products with its SKU, barcode or name
        """
        if isinstance(match, ExternalOrderError) or key.named or others or not sync.match_item_id:
            return match
        chosen, other = by_id.get(key.odoo_id), by_id.get(key.item_id)
        if not chosen or not other or chosen == other:
            return match
        return self._get_contradiction_error(sync, key, chosen, other, by_name=False)

    @api.model
    def _is_code(self, key):
        """Return whether the item has no name, or only its code as the name."""
        return name_key(key.name) in ("", name_key(key.sku), name_key(key.barcode))

    @api.model
    def _get_ambiguous_error(self, key, products):
        return ExternalOrderError(
            "product_ambiguous",
            stored(self.env)._(
                'Several products match "%(name)s": %(products)s. Press Choose Product and select the right one.',
                name=key.name or key.item_id,
                products=joined(*(self._describe(product) for product in products[:PRODUCTS_NAMED]), by=", "),
            ),
            product=(key.item_id, key.name),
        )

    @api.model
    def _get_contradiction_error(self, sync, key, chosen, others, by_name):
        env = stored(self.env)
        if chosen.id == key.odoo_id:
            stated = f"OdooItemID {key.odoo_id}"
        elif chosen.id == key.item_id and sync.match_item_id:
            stated = f"ItemID {key.item_id}"
        else:
            stated = " / ".join(filter(None, (key.sku, key.barcode)))
        values = {
            "stated": stated,
            "chosen": self._describe(chosen),
            "name": key.name
            if by_name
            else " / ".join(filter(None, (key.sku, key.barcode))) or f"ItemID {key.item_id}",
            "other": joined(*(self._describe(product) for product in others[:PRODUCTS_NAMED]), by=", "),
        }
        message = env._(
            '%(stated)s means the product %(chosen)s in Odoo, but "%(name)s" means %(other)s. Press Choose Product and '
            "select the right one.",
            **values,
        )
        if chosen.id == key.item_id != key.odoo_id:
            advice = env._(
                "If the external system numbers its products itself, switch off ItemID Is an Odoo Product ID in the "
                "synchronization."
            )
            message = joined(message, advice)
        return ExternalOrderError("product_ambiguous", message, product=(key.item_id, key.name))

    @api.model
    def _describe(self, product):
        return joined(product_text(product), f"({product.id})")

    # ------------------------------------------------------------
    # No product found
    # ------------------------------------------------------------

    @api.model
    def _explain_missing(self, sync, missing):
        """Return the error of each item without a product. It names a product that only has to be made available, or
        one with a similar name, so that nobody creates a duplicate.
        """
        everything = self.with_context(active_test=False)
        none = self.env["product.product"]
        names = {key.name for key in missing if key.name}
        # A name may be a code that the external system sends as a name.
        as_code = {name: ItemKey(None, name, None, name, name) for name in names}
        of_codes = everything._find_by_code(Domain.TRUE, {*missing, *as_code.values()})
        of_names = everything.env["external.product.names"]._find_resembling(names)
        exact, alike = everything.env["external.product.names"]._find_by_name(Domain.TRUE, names)
        errors = {}
        for key in missing:
            same, similar = of_names.get(key.name, ((), ()))
            # If the product has several variants, name the one that is meant.
            variants = exact.get(key.name) or alike.get(name_key(key.name)) or none
            of_code = of_codes.get(key, none) | of_codes.get(as_code.get(key.name), none)
            errors[key] = self._get_missing_error(key, self._get_advice(sync, key, of_code, [variants, *same], similar))
        return errors

    @api.model
    def _get_advice(self, sync, key, of_code, same, similar):
        """Return the advice for an item without a product.

        :param of_code: products with its code, or whose code is its name
        :param same: products with its name
        :param similar: products whose names differ from its name in punctuation or accents only
        """
        env = stored(self.env)
        candidates = of_code.union(*same)
        # Usually there are none.
        found = candidates and candidates.filtered_domain(self._product_domain(sync))
        if found & of_code:
            return env._(
                "This is the internal reference or barcode of %(product)s. Choose this product, or have the external "
                "system send it as the SKU or Barcode.",
                product=self._describe((found & of_code)[0]),
            )
        if found:
            return env._(
                "There is a product with this name: %(product)s. If it is the right one, choose it instead of creating "
                "another.",
                product=self._describe(found[0]),
            )
        if candidates:
            return self.env["external.product.hidden"]._explain(sync, candidates)
        for_sale = similar and self.env["product.product"].union(*similar).filtered_domain(self._product_domain(sync))
        if for_sale:
            return env._(
                "There is a product with nearly the same name: %(product)s. If it is the right one, choose it "
                "instead of creating another.",
                product=self._describe(for_sale[0]),
            )
        if not key.named and (key.sku or key.barcode):
            return env._(
                "Create a product with this internal reference or barcode that is available in Point of Sale, or "
                "choose the right product."
            )
        if not key.named:
            return env._(
                "No product in Odoo has this ID. The external system has to send the ID or the name of a product; or "
                "choose the right product."
            )
        return env._(
            "Create a product with exactly this name that is available in Point of Sale, or choose the right product."
        )

    @api.model
    def _get_missing_error(self, key, advice):
        keys = {"OdooItemID": key.odoo_id, "ItemID": key.item_id, "SKU": key.sku, "Barcode": key.barcode}
        keys = ", ".join(f"{field} {value}" for field, value in keys.items() if value)
        item = f'"{key.name}" ({keys})' if keys else f'"{key.name}"'
        if keys and not key.named:
            item = keys
        return ExternalOrderError(
            "product_not_found",
            stored(self.env)._(
                "Product not found: %(item)s. %(advice)s",
                item=item,
                advice=advice,
            ),
            product=(key.item_id, key.name),
        )
