from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

ZERO = Decimal(0)


@dataclass
class ComponentShare:
    """What a component carries of its item's price: `price` per unit, without tax, exact."""

    price: Decimal = ZERO
    is_paid: bool = False
    combo_item: Any = None


class ExternalComboPricing(models.AbstractModel):
    """Decides which lines of an item carry its price: its own, or, for an Odoo combo, those of the choices made."""

    _name = "external.combo.pricing"
    _description = "External Combo Pricing"

    @api.model
    def _share_price(self, item, product, components):
        """Return what each component carries.

        Components go along at price 0. If the product is an Odoo combo and all components are choices of it, the combo's
        own line costs nothing and the choices share its price, as in Odoo's register.

        :param Item item:
        :param product: the item's ``product.product``
        :param components: pairs of `Component` and ``product.product``
        :rtype: list[ComponentShare]
        """
        shares = [ComponentShare(combo_item=self._get_choice(product, part_product)) for _part, part_product in components]
        if not shares or product.type != "combo" or not all(share.combo_item for share in shares):
            return [ComponentShare() for _component in components]
        quantities = [part.quantity for part, _product in components]
        weights = self._get_weights(components, shares)
        total = sum(weights, ZERO)
        for share, quantity, weight in zip(shares, quantities, weights, strict=True):
            share.is_paid = True
            share.price = item.gross * weight / total / quantity
        return shares

    @api.model
    def _get_choice(self, product, component):
        """Return the ``product.combo.item`` by which ``component`` can be chosen in the combo ``product``."""
        return product.combo_ids.combo_item_ids.filtered(lambda choice: choice.product_id == component)[:1]

    @api.model
    def _get_weights(self, components, shares):
        """Return the weight of each choice in the price: as sent; else the combos' base prices; else equal."""
        quantities = [abs(part.quantity) for part, _product in components]
        for weights in (
            [part.price * quantity for (part, _product), quantity in zip(components, quantities, strict=True)],
            [
                Decimal(repr(share.combo_item.combo_id.base_price)) * quantity
                for share, quantity in zip(shares, quantities, strict=True)
            ],
        ):
            if all(weight >= 0 for weight in weights) and sum(weights, ZERO) > 0:
                return weights
        return quantities
