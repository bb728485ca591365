from odoo import api, fields, models
from odoo.fields import Command


class ExternalProductAlias(models.Model):
    """What *Choose Product* shows of the order that waits, and proposes for a new product."""

    _inherit = "external.product.alias"

    currency_id = fields.Many2one("res.currency", compute="_compute_item")
    item_price = fields.Monetary("Price in the Order", compute="_compute_item")
    item_tax_percent = fields.Float("Tax in the Order", digits=(12, 2), compute="_compute_item")
    has_item = fields.Boolean(compute="_compute_item")
    has_item_tax = fields.Boolean(compute="_compute_item")
    product_price = fields.Float(
        related="product_id.lst_price", string="Sales Price", help="The sales price of the chosen product."
    )
    new_product_context = fields.Json(compute="_compute_item", help="The default values of a new product.")

    @api.depends("item_id", "item_name", "sync_id")
    @api.depends_context("external_order_ids")
    def _compute_item(self):
        for alias in self:
            order = alias._get_waiting_order()
            payload, item = alias._find_item(order)
            percent = payload and payload.tax_percent
            alias.currency_id = order.currency_id or alias.company_id.currency_id or self.env.company.currency_id
            alias.has_item = bool(item)
            alias.has_item_tax = bool(item) and percent is not None
            alias.item_price = item and float(item.price)
            alias.item_tax_percent = percent and float(percent)
            alias.new_product_context = alias._prepare_new_product(order, payload, item)

    def _get_waiting_order(self):
        """Return an order that waits for this product and that the user may read: the dialog was opened for it."""
        named = self.env.context.get("external_order_ids")
        named = [order_id for order_id in named if type(order_id) is int] if isinstance(named, list | tuple) else []
        return self.env["external.order"].search([("id", "in", named), ("state", "=", "failed")], limit=1)

    def _find_item(self, order):
        """Return the parsed order and its item or component that this alias is for, each ``None`` if unknown."""
        payload, _problem = order._read_payload() if order else (None, None)
        if not payload:
            return None, None
        for item in payload.items:
            for part in (item, *item.components):
                is_named = part.name == order.missing_item_name
                if is_named if not order.missing_item_id else str(part.item_id or "") == order.missing_item_id:
                    return payload, part
        return payload, None

    def _prepare_new_product(self, order, payload, item):
        """Return the context with which a new product is created for this item, ``False`` if the user may not."""
        Product = self.env["product.product"]
        if not (self.item_name or item) or not Product.has_access("create"):
            return False
        defaults = {
            "form_view_ref": "external_order_sync.product_product_view_form_new",
            "default_name": (item and item.name) or self.item_name,
            "default_available_in_pos": True,
            "default_sale_ok": True,
            "default_type": "consu",
            "default_is_storable": True,
        }
        if not item:
            return defaults
        price = item.price
        if payload.tax_percent is not None:
            company = order.company_id
            tax = self._find_tax(company, float(payload.tax_percent))
            if tax or not payload.tax_percent:
                defaults["default_taxes_id"] = [Command.set(tax.ids)]
            includes_tax = order.sync_id.prices_include_tax and not payload.prices_exclude_tax
            factor = 1 + payload.tax_percent / 100
            if tax.price_include and not includes_tax:
                price *= factor
            elif tax and includes_tax and not tax.price_include:
                price /= factor
        defaults["default_list_price"] = order.currency_id.round(float(price))
        if item.sku:
            defaults["default_default_code"] = item.sku
        if item.barcode:
            defaults["default_barcode"] = item.barcode
        return defaults

    @api.model
    def _find_tax(self, company, percent):
        """Return the company's sale tax of a rate, its default tax if that has the rate; empty for none."""
        Tax = self.env["account.tax"]
        default = company.account_sale_tax_id
        if not percent or (default.amount_type == "percent" and default.amount == percent):
            return default if percent else Tax
        domain = [("type_tax_use", "=", "sale"), ("amount_type", "=", "percent"), ("amount", "=", percent)]
        return Tax.search([*Tax._check_company_domain(company), *domain], limit=1)
