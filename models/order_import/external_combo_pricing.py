from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

from ...lib.money import allocate, decimal

ZERO = Decimal(0)


@dataclass
class ComponentShare:
    """A component's share of its item's price: `price` per unit, without tax, exact."""

    price: Decimal = ZERO
    is_paid: bool = False
    combo_item: Any = None


class ExternalComboPricing(models.AbstractModel):
    """Decides which lines carry an item's price: its own line or, for an Odoo combo, the chosen products."""

    _name = "external.combo.pricing"
    _description = "External Combo Pricing"

    @api.model
    def _share_price(self, item, product, components, unit):
        """Return the price share of each component.

        Components have price 0. But if the product is an Odoo combo, its own line costs nothing and the components that
        are choices of the combo share the price, as in Odoo's register.

        :param Item item:
        :param product: the item's ``product.product``
        :param components: pairs of `Component` and ``product.product``
        :param Decimal unit: the smallest unit of the currency
        :rtype: list[ComponentShare]
        """
        shares = self._choose_combo_items(product, components)
        chosen = [(part, share) for (part, _product), share in zip(components, shares, strict=True) if share.is_paid]
        if chosen:
            amounts = allocate(item.gross, self._get_weights(chosen), unit)
            for (part, share), amount in zip(chosen, amounts, strict=True):
                share.price = amount / part.quantity
        return shares

    @api.model
    def _choose_combo_items(self, product, components):
        """Return the shares, still without price, of the components that can be chosen in the combo ``product``.

        If several combo choices offer a product, use one that has nothing chosen yet.
        """
        shares = []
        used = self.env["product.combo"]
        offered = product.combo_ids.combo_item_ids if product.type == "combo" else self.env["product.combo.item"]
        for _part, component in components:
            choices = offered.filtered(lambda choice, component=component: choice.product_id == component)
            choice = (choices.filtered(lambda choice, used=used: choice.combo_id not in used) or choices)[:1]
            used |= choice.combo_id
            shares.append(ComponentShare(is_paid=bool(choice), combo_item=choice or None))
        return shares

    @api.model
    def _get_weights(self, chosen):
        """Return the weight of each choice: the sent price, else the combo's base price, else equal weights."""
        quantities = [abs(part.quantity) for part, _share in chosen]
        for prices in (
            [part.price for part, _share in chosen],
            [decimal(share.combo_item.combo_id.base_price) for _part, share in chosen],
        ):
            weights = [price * quantity for price, quantity in zip(prices, quantities, strict=True)]
            if all(weight >= 0 for weight in weights) and any(weights):
                return weights
        return quantities
