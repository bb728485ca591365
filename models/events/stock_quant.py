from odoo import api, models

from .event_notes import note_stock

QUANTITIES = {"quantity", "reserved_quantity"}


class StockQuant(models.Model):
    """The event of changed stock, one for each product and company."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        note_stock(quants)
        return quants

    def write(self, vals):
        result = super().write(vals)
        if QUANTITIES & vals.keys():
            note_stock(self)
        return result

    @api.model
    def _prepare_stock_events(self, changed):
        """Return the values of the events of these products.

        :param set changed: (product id, company id)
        """
        domain = [
            ("product_id", "in", list({product_id for product_id, _company in changed})),
            ("location_id.usage", "in", ("internal", "transit")),
        ]
        totals = {
            (product.id, company.id): sums
            for product, company, *sums in self._read_group(
                domain, ["product_id", "company_id"], ["quantity:sum", "reserved_quantity:sum"]
            )
        }
        events = self.env["external.event"]
        vals_list = []
        products = self.env["product.product"].browse(product_id for product_id, _company in changed)
        for product_id, company_id in sorted(changed):
            product = self.env["product.product"].browse(product_id).with_prefetch(products._ids)
            quantity, reserved = totals.get((product_id, company_id), (0.0, 0.0))
            data = {
                "product_id": product_id,
                "product_code": product.default_code or None,
                "product_barcode": product.barcode or None,
                "company_id": company_id or None,
                "quantity": quantity,
                "reserved_quantity": reserved,
                "available_quantity": quantity - reserved,
            }
            company = self.env["res.company"].browse(company_id or [])
            vals_list.append(events._prepare_event("stock.changed", product, company, data))
        return vals_list
