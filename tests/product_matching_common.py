from types import SimpleNamespace

from odoo.fields import Command

from ..exceptions import ExternalOrderError
from ..lib.order.spellings import ItemKey
from .common import ExternalOrderCase


class ProductMatchingCase(ExternalOrderCase):
    def match(self, *items, sync=None):
        """Return the result for each item (name, or (id, name, …)): a product or an error."""
        keys = [ItemKey(*item) if isinstance(item, tuple) else ItemKey(None, item) for item in items]
        items = [SimpleNamespace(key=key) for key in keys]
        found = self.env["external.product.matching"]._match_products(sync or self.sync, items)
        return [found[key] if isinstance(found[key], ExternalOrderError) else found[key][0] for key in keys]

    def assert_missing(self, item, code="product_not_found", sync=None):
        [error] = self.match(item, sync=sync)
        self.assertIsInstance(error, ExternalOrderError)
        self.assertEqual(error.code, code)
        return str(error)

    def create_variants(self, name, *values):
        """Create a product with a variant for each of the values of one attribute."""
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": value}) for value in values]}
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.env["product.template"].create(
            {"name": name, "available_in_pos": True, "attribute_line_ids": [Command.create(line)]}
        )
        return template.product_variant_ids
