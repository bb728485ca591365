from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.order.spellings import name_key
from ..order_import.external_product_matching import id_key
from .trial import Trial


class ExternalProductAlias(models.Model):
    """Maps the name or ID of an external item to a product."""

    _name = "external.product.alias"
    _description = "External Product Alias"
    _inherit = ["external.choice"]
    _order = "sync_id, item_name, item_id"
    _rec_name = "item_name"

    item_id = fields.Char(
        "External Item ID",
        index="btree_not_null",
        help="ItemID in the external system, a number above 0. If it is set, only the ID is compared, and the name "
        "is just a note.",
    )
    item_name = fields.Char("External Item Name", help="ItemName in the external system. Case does not matter.")
    name_key = fields.Char(compute="_compute_name_key", store=True, index="btree_not_null")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        domain=[("sale_ok", "=", True), ("available_in_pos", "=", True)],
        help="The product to sell. It must be available for sale and in Point of Sale.",
    )

    waiting_count = fields.Integer(compute="_compute_waiting_count")

    _item_given = models.Constraint(
        "CHECK (COALESCE(item_id, '') <> '' OR btrim(COALESCE(item_name, '')) <> '')",
        "Enter the item ID or the item name of the external system.",
    )
    # As long as in an order; an index cannot hold much longer texts.
    _bounded_texts = models.Constraint(
        "CHECK (char_length(item_id) <= 64 AND char_length(item_name) <= 500)",
        "The external item ID can have at most 64 characters, the external item name at most 500.",
    )
    _unique_item = models.UniqueIndex(
        "(company_id, COALESCE(sync_id, 0), COALESCE(item_id, ''), "
        "(CASE WHEN item_id IS NULL THEN name_key ELSE '' END))",
        "There is already an alias for this item.",
    )

    def init(self):
        super().init()
        self._renew_name_keys()

    def _renew_name_keys(self):
        """Recompute keys that an earlier release computed differently, unless two aliases would get the same."""
        aliases = self.search([("item_id", "=", False)])
        taken = {(alias.sync_id, alias.name_key) for alias in aliases}
        for alias in aliases:
            key = name_key(alias.item_name)
            if key != alias.name_key and (alias.sync_id, key) not in taken:
                taken.add((alias.sync_id, key))
                # Bypass the ORM: no product was chosen, so no order should be retried.
                self.env.cr.execute("UPDATE external_product_alias SET name_key = %s WHERE id = %s", [key, alias.id])
        self.invalidate_model(["name_key"])

    @api.depends("item_id", "item_name")
    def _compute_name_key(self):
        for alias in self:
            alias.name_key = False if alias.item_id else name_key(alias.item_name)

    @api.depends("item_id", "item_name")
    def _compute_display_name(self):
        for alias in self:
            alias.display_name = alias.item_name or alias.item_id

    @api.depends("item_id", "item_name", "sync_id", "company_id")
    def _compute_waiting_count(self):
        for alias in self:
            domain = [("state", "=", "failed"), ("error_code", "in", ("product_not_found", "product_ambiguous"))]
            domain += alias._get_orders_domain()
            orders = self.env["external.order"].search_fetch(domain, ["missing_item_id", "missing_item_name"])
            alias.waiting_count = len(orders.filtered(alias._is_meant))

    @api.constrains("item_id")
    def _check_item_id(self):
        for alias in self:
            if alias.item_id and not (alias.item_id.isascii() and alias.item_id.isdecimal()):
                raise ValidationError(self.env._("The external item ID %s is not a number above 0.", alias.item_id))

    @api.constrains("product_id", "sync_id", "company_id")
    def _check_product(self):
        for alias in self:
            product = alias.product_id
            if not (product.active and product.sale_ok and product.available_in_pos):
                raise ValidationError(
                    self.env._(
                        "%(product)s must be active, available for sale and available in Point of Sale.",
                        product=product.display_name,
                    )
                )
            if not product.filtered_domain(product._check_company_domain(alias.company_id)):
                raise ValidationError(
                    self.env._(
                        "%(product)s does not belong to the company %(company)s. Choose a product of this company, or "
                        "one that all companies share.",
                        product=product.display_name,
                        company=alias.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create([self._normalize_item_id(vals) for vals in vals_list])
        aliases._retry_waiting_orders()
        return aliases

    def write(self, vals):
        result = super().write(self._normalize_item_id(vals))
        self._retry_waiting_orders()
        return result

    @api.model
    def _normalize_item_id(self, vals):
        """Normalize an ItemID for lookups: 0 and blanks mean none, 007 becomes 7."""
        return {**vals, "item_id": id_key(vals["item_id"])} if "item_id" in vals else vals

    @api.model
    def _find_for(self, order):
        """Return the alias in the order's synchronization for the missing product of this failed ``order``."""
        order.ensure_one()
        return self.search([("sync_id", "=", order.sync_id.id)]).filtered(lambda alias: alias._is_meant(order))[:1]

    def _retry_waiting_orders(self):
        """Retry failed orders that waited for one of these products."""
        if Trial.current(self.env):
            return
        for alias in self:
            domain = [("error_code", "in", ("product_not_found", "product_ambiguous"))]
            domain += ["|", ("state", "=", "failed"), ("changed", "=", True), *alias._get_orders_domain()]
            # sudo: users cannot write to the inbox, but their choice of a product retries its orders.
            waiting = self.env["external.order"].sudo().search_fetch(domain, ["missing_item_id", "missing_item_name"])
            if orders := waiting.filtered(alias._is_meant):
                product = alias.product_id.display_name
                orders._retry(self.env._("Retried with the product %s", product))

    def _is_meant(self, order):
        """Return whether this alias is for the missing product of the failed ``order``."""
        self.ensure_one()
        if self.item_id:
            return order.missing_item_id == self.item_id
        return bool(self.name_key) and name_key(order.missing_item_name) == self.name_key

    def action_remember(self):
        """Return the actions that report the effect of this choice, which is already saved, on its orders."""
        return self.env["external.order"]._get_choice_notification()
