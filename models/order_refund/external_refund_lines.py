from decimal import Decimal

from odoo import api, fields, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact
from ...tools.message_language import amount_text, stored
from ..order_import.priced_order import Line
from ..order_import.service_product import service_product
from .refund_plan import ZERO

MONEY_PRODUCT = "external_order_sync.product_refund"


class ExternalRefundLines(models.AbstractModel):
    """Makes lines of the parts of a refund: linked to what was sold, with its price, taxes and lots, and with exactly
    the amounts of the plan, also in Odoo's own computation, its entries and credit notes.
    """

    _name = "external.refund.lines"
    _description = "External Refund Lines"

    @api.model
    @exact
    def _price(self, order, plan, terms):
        """Return the `PricedOrder` of a refund.

        :param SoldOrder order:
        :param RefundPlan plan: with its taxes split
        :param PricingTerms terms: with the rate of the refund's day
        :raise ExternalOrderError: ``odoo_error`` if Odoo computes other amounts
        """
        sign = -1 if plan.total > 0 else 1
        places = {sold: place for place, sold in enumerate(order.lines.values())}
        parts = sorted(plan.parts, key=lambda part: places[part.sold])
        lines, index_of = [], {}
        for part in parts:
            line = self._prepare_line(part, terms, sign)
            if part.quantity:
                line.parent = index_of.get(part.sold.line.combo_parent_id)
                index_of.setdefault(part.sold.line, len(lines))
            lines.append(line)
        computing = self.env["external.order.computing"]
        priced = computing._total(lines, order.sale.fiscal_position_id, None, terms, sign)
        if priced.total != -plan.total or priced.tax != -plan.tax:
            raise self._get_computing_error(priced, plan, terms)
        return priced

    @api.model
    def _prepare_line(self, part, terms, sign):
        """Return the `Line` of a part of a refund."""
        line = part.sold.line
        # Money without goods: quantity and price as in the register, with the sign of the money in the quantity.
        quantity = -part.quantity or Decimal(-1 if part.total > 0 else 1)
        product = line.product_id if part.quantity else self._get_money_product()
        values = {
            "full_product_name": line.full_product_name,
            "tax_ids": [fields.Command.set(line.tax_ids.ids)],
            "attribute_value_ids": [fields.Command.set(line.attribute_value_ids.ids)],
            "external_no_restock": not part.restock,
        }
        if part.quantity:
            values["refunded_orderline_id"] = line.id
        else:
            values["external_refunded_line_id"] = line.id
            values["full_product_name"] = f"{product.display_name}: {line.full_product_name}"
        lots = self._take_lots(part)
        return Line(
            product,
            line.full_product_name or "",
            quantity,
            ZERO,
            None,
            None,
            combo_item=line.combo_item_id if part.quantity else None,
            lots=lots,
            # Where the sale has none, there may be only one that can have come back.
            has_known_lots=bool(lots) or not part.restock or not part.quantity,
            base_line=self._prepare_base_line(part, product, quantity, terms, sign),
            taxes=line.tax_ids,
            further_values=values,
        )

    @api.model
    def _take_lots(self, part):
        """Return the lots of the goods that came back, in the order in which they left.

        :raise ExternalOrderError: ``lots_missing`` if a fraction of a serial number came back
        """
        sold = part.sold
        self.env["external.order.lots"]._check_whole(sold.product, part.quantity)
        if not (part.quantity and sold.lots):
            return []
        if sold.product.tracking != "serial":
            return sold.lots[:1]
        count = int(abs(part.quantity))
        taken, sold.lots = sold.lots[:count], sold.lots[count:]
        return taken

    @api.model
    def _get_money_product(self):
        return service_product(self.env, MONEY_PRODUCT, "Money Back")

    @api.model
    def _prepare_base_line(self, part, product, quantity, terms, sign):
        """Return what `pos.order.line._prepare_base_line_for_taxes_computation` will give, with fixed amounts."""
        line, amounts = part.sold.line, part.amounts
        taxes = line.tax_ids_after_fiscal_position
        flat = taxes.flatten_taxes_hierarchy()
        gross = amounts.total if all(flat.mapped("price_include")) else amounts.net
        price_unit, discount = line.price_unit, line.discount
        if not part.quantity:
            price_unit, discount = float(gross / -quantity), 0.0
        elif not flat or not self._is_price_of(part):
            # Without tax, the price is the only amount that can be fixed.
            paid = 1 - decimal(discount) / 100
            price_unit = float(gross / -quantity / paid) if paid else price_unit
        # In a refund, amounts above 0 are computed.
        fixed = {
            "manual_total_excluded_currency": float(-sign * amounts.net),
            "manual_tax_amounts": {
                str(key): {
                    "tax_amount_currency": float(-sign * tax),
                    "base_amount_currency": float(-sign * amounts.bases[key]),
                }
                for key, tax in amounts.taxes.items()
            },
        }
        base_line = self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            currency_id=terms.currency,
            rate=terms.rate,
            product_id=product,
            product_uom_id=product.uom_id,
            tax_ids=taxes,
            price_unit=price_unit,
            quantity=float(quantity) * sign,
            discount=discount,
            is_refund=float(quantity) * price_unit < 0,
            sign=-sign,
        )
        if amounts.taxes:
            base_line.update(fixed)  # not as arguments, of which Odoo ignores 0
        return base_line

    @api.model
    def _is_price_of(self, part):
        """Return whether the money for goods is their share of what the line cost, except for rounding."""
        sold = part.sold
        rounding = max(len(sold.sold.taxes), 1) * decimal(sold.line.currency_id.rounding)
        return abs(part.total - sold.sold.total * part.quantity / sold.quantity) <= rounding

    @api.model
    def _get_computing_error(self, priced, plan, terms):
        message = stored(self.env)._(
            "Odoo computes %(odoo)s with %(odoo_tax)s tax for this refund of %(total)s with %(tax)s tax. Nothing was "
            "booked. Enter the refund in the Point of Sale by hand, then press Ignore.",
            odoo=amount_text(terms.currency, -priced.total),
            odoo_tax=amount_text(terms.currency, -priced.tax),
            total=amount_text(terms.currency, plan.total),
            tax=amount_text(terms.currency, plan.tax),
        )
        return ExternalOrderError("odoo_error", message)
