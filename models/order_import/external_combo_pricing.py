from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import allocate, decimal
from ...tools.message_language import product_text, stored

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
        :raise ExternalOrderError: ``invalid_payload`` if a choice of the combo is missing
        """
        self._check_choices(item, product, components)
        shares = self._choose_combo_items(product, components)
        chosen = [(part, share) for (part, _product), share in zip(components, shares, strict=True) if share.is_paid]
        if chosen:
            amounts = allocate(item.gross, self._get_weights(chosen), unit)
            for (part, share), amount in zip(chosen, amounts, strict=True):
                share.price = amount / part.quantity
        return shares

    @api.model
    def _check_choices(self, item, product, components):
        """Refuse an Odoo combo with fewer choices than the register asks for: its goods would not leave the stock.

        Each combo needs its free quantity for each piece of the item; a component counts for every combo that offers it
        until its quantity is used up.
        """
        if product.type != "combo":
            return
        missing = {combo: combo.qty_free * abs(item.quantity) for combo in product.combo_ids}
        offers = [
            (product.combo_ids.filtered(lambda combo, chosen=chosen: chosen in combo.combo_item_ids.product_id), part)
            for part, chosen in components
        ]
        # Components that only one combo offers come first.
        for combos, part in sorted(offers, key=lambda offer: len(offer[0])):
            left = abs(part.quantity)
            for combo in combos:
                taken = min(left, missing[combo])
                missing[combo] -= taken
                left -= taken
        if names := [combo.name for combo, quantity in missing.items() if quantity > 0]:
            message = stored(self.env)._(
                '"%(product)s" is a combo, and the order does not contain enough choices for %(combos)s. The external '
                "system has to send the chosen products as OrderDetailPackages.",
                product=item.name or product_text(product),
                combos=", ".join(names),
            )
            raise ExternalOrderError("invalid_payload", message)

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
