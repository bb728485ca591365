from odoo import api, models
from odoo.fields import Domain

from ...lib.order.spellings import name_key
from ...tools.message_language import stored
from ...tools.stored_text import joined


class ExternalProductHidden(models.AbstractModel):
    """Explains why products that an item means cannot be sold in the Point of Sale."""

    _name = "external.product.hidden"
    _description = "External Product Hidden"

    @api.model
    def _find_called(self, products, names):
        """Return which of ``names`` belong to which products, in any language and spelling.

        :param dict products: ``product.product`` by ID
        :param set names: texts
        :return: a set of pairs of ID and name
        """
        if not products or not names:
            return set()
        everything = self.with_context(active_test=False)
        exact, alike = everything.env["external.product.names"]._find_by_name(Domain("id", "in", list(products)), names)
        none = self.env["product.product"]
        return {
            (product.id, name) for name in names for product in exact.get(name, none) | alike.get(name_key(name), none)
        }

    @api.model
    def _explain(self, sync, products):
        """Return why the first of ``products`` cannot be sold here, and the advice to make it available."""
        env = stored(self.env)
        here = products.filtered_domain(self.env["product.product"]._check_company_domain(sync.company_id))
        if not here:
            return env._(
                "There is such a product, but it belongs to another company. Share it with all companies, or choose "
                "another product."
            )
        product = here[0]
        reasons = [
            reason
            for is_so, reason in (
                (not product.active, env._("it is archived")),
                (not product.sale_ok, env._("Sales is switched off")),
                (not product.available_in_pos, env._("Available in POS is switched off")),
            )
            if is_so
        ]
        return env._(
            "The product %(product)s matches, but it cannot be sold here: %(reasons)s. Make it available, or choose "
            "another product.",
            product=self.env["external.product.matching"]._describe(product),
            reasons=joined(*reasons, by=", "),
        )
