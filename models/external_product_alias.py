from odoo import api, fields, models
from odoo.exceptions import ValidationError


def name_key(name):
    """Return the form of a name in which two names are equal if they differ in case and surrounding blanks only."""
    return name.strip().casefold()


class ExternalProductAlias(models.Model):
    """What an item of the external system is called there, and which product it is here."""

    _name = "external.product.alias"
    _description = "External Product Alias"
    _order = "sync_id, item_name, item_id"
    _rec_name = "item_name"

    sync_id = fields.Many2one(
        "external.order.sync",
        "Synchronization",
        ondelete="cascade",
        index=True,
        help="Leave empty to use this alias in all synchronizations.",
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True)
    item_id = fields.Integer(
        "External Item ID", help="ItemID in the external system. Above 0 it alone decides; the name is then a note."
    )
    item_name = fields.Char("External Item Name", help="ItemName in the external system; upper and lower case count alike.")
    name_key = fields.Char(compute="_compute_name_key", store=True, index="btree_not_null")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        domain=[("sale_ok", "=", True), ("available_in_pos", "=", True)],
        help="The product that is sold. It can be sold and is available in Point of Sale.",
    )

    _item_given = models.Constraint(
        "CHECK (item_id > 0 OR item_name <> '')", "Enter the item ID or the item name of the external system."
    )
    _unique_item = models.UniqueIndex(
        "(COALESCE(sync_id, 0), COALESCE(item_id, 0), (CASE WHEN item_id > 0 THEN '' ELSE name_key END))",
        "There is already an alias for this item.",
    )

    @api.depends("item_id", "item_name")
    def _compute_name_key(self):
        for alias in self:
            alias.name_key = False if alias.item_id else name_key(alias.item_name or "")

    @api.constrains("product_id")
    def _check_product(self):
        for alias in self:
            product = alias.product_id
            if not (product.active and product.sale_ok and product.available_in_pos):
                raise ValidationError(
                    self.env._(
                        "%(product)s must be active, can be sold and be available in Point of Sale.",
                        product=product.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create(vals_list)
        aliases._retry_waiting_orders()
        return aliases

    def write(self, vals):
        result = super().write(vals)
        self._retry_waiting_orders()
        return result

    def _retry_waiting_orders(self):
        """Try the failed orders again that waited for one of these products."""
        for alias in self:
            domain = [("state", "=", "failed"), ("error_code", "in", ("product_not_found", "product_ambiguous"))]
            if alias.sync_id:
                domain.append(("sync_id", "=", alias.sync_id.id))
            # The inbox is written by the synchronization alone; choosing a product is the user's part in it.
            waiting = self.env["external.order"].sudo().search(domain)
            if orders := waiting.filtered(alias._is_meant):
                orders._retry()

    def _is_meant(self, order):
        """Return whether this alias names the product that the failed ``order`` misses."""
        self.ensure_one()
        if self.item_id:
            return order.missing_item_id == self.item_id
        return name_key(order.missing_item_name or "") == self.name_key
