from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ..exceptions import ExternalOrderError
from .external_product_alias import name_key


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
        """What the Point of Sale of ``sync`` may sell; archived products are left out by the search itself."""
        of_company = Domain(self.env["product.product"]._check_company_domain(sync.company_id))
        return of_company & Domain("sale_ok", "=", True) & Domain("available_in_pos", "=", True)

    @api.model
    def _match_by_alias(self, sync, missing):
        keys = {name_key(name) for _item_id, name in missing if name}
        ids = {item_id for item_id, _name in missing if item_id}
        aliases = self.env["external.product.alias"].search(
            Domain("sync_id", "in", [False, sync.id])
            & (Domain("item_id", "in", list(ids)) | Domain("name_key", "in", list(keys)))
        )
        products = {}
        # An alias of this synchronization counts before one for all: it comes last and stays.
        for alias in aliases.sorted(lambda alias: bool(alias.sync_id)):
            products[alias.item_id or alias.name_key] = alias.product_id
        return {
            (item_id, name): product
            for item_id, name in missing
            if (product := products.get(item_id) or products.get(name_key(name))) and product.active
        }

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
        products = self.env["product.product"].search(self._product_domain(sync) & Domain("name", "in", list(names)))
        by_name = defaultdict(list)
        for product in products:
            by_name[product.name].append(product)
        return self._choose(missing, lambda name: by_name.get(name))

    @api.model
    def _match_by_name_ignoring_case(self, sync, missing):
        names = {name.strip() for _item_id, name in missing if name.strip()}
        if not names:
            return {}
        same_name = Domain.OR([Domain("name", "=ilike", self._escape_like(name)) for name in names])
        by_key = defaultdict(list)
        for product in self.env["product.product"].search(self._product_domain(sync) & same_name):
            by_key[name_key(product.name)].append(product)
        return self._choose(missing, lambda name: by_key.get(name_key(name)))

    @api.model
    def _escape_like(self, name):
        """Return ``name`` such that the pattern operator ``=ilike`` takes it at its word."""
        return name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    @api.model
    def _choose(self, missing, candidates_of):
        """Return the only candidate of each item, or the error that there are several."""
        found = {}
        for item_id, name in missing:
            candidates = candidates_of(name)
            if not candidates:
                continue
            found[item_id, name] = candidates[0]
            if len(candidates) > 1:
                found[item_id, name] = ExternalOrderError(
                    "product_ambiguous",
                    self.env._(
                        'Several products match "%(name)s": %(products)s. Choose the one that is meant.',
                        name=name,
                        products=", ".join(f"{product.display_name} ({product.id})" for product in candidates[:5]),
                    ),
                    product=(item_id or 0, name),
                )
        return found

    @api.model
    def _explain_missing(self, sync, missing):
        """Return the error of each item that has no product, with a hint at one that is only not for sale here."""
        names = {name for _item_id, name in missing if name}
        hidden = self.env["product.product"].with_context(active_test=False).search([("name", "in", list(names))])
        hidden_names = set(hidden.mapped("name"))
        return {
            (item_id, name): ExternalOrderError(
                "product_not_found",
                self._get_missing_message(item_id, name, name in hidden_names),
                product=(item_id or 0, name),
            )
            for item_id, name in missing
        }

    @api.model
    def _get_missing_message(self, item_id, name, is_hidden):
        item = f'"{name}" (ItemID {item_id})' if item_id else f'"{name}"'
        if is_hidden:
            return self.env._(
                "Product not found: %(item)s. There is a product of this name, but it is archived, cannot be sold, is not "
                "available in Point of Sale or belongs to another company. Make it available, or choose another product.",
                item=item,
            )
        return self.env._(
            "Product not found: %(item)s. Create a product of exactly this name that is available in Point of Sale, "
            "or choose the product that is meant.",
            item=item,
        )
