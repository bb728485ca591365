from dataclasses import replace

from odoo import api, models

from ...exceptions import ExternalOrderError


class ExternalOrderImport(models.AbstractModel):
    """Leaves out the components of items if the synchronization does not take them from stock."""

    _inherit = "external.order.import"

    @api.model
    def _leave_out_components(self, sync, parsed):
        """Return parsed orders without the components that the synchronization ignores.

        The choices of an Odoo combo stay, because they are what is sold.

        :param parsed: pairs of `OrderPayload` and `Outcome`
        """
        items = [item for payload, _outcome in parsed for item in payload.items if item.components]
        if sync.components != "ignore" or not items:
            return parsed
        matching = self.env["external.product.matching"]
        matches = matching._match_products(sync, items)
        combos = {
            key: match[0]
            for key, match in matches.items()
            if not isinstance(match, ExternalOrderError) and match[0].type == "combo"
        }
        of_combos = [part for item in items if item.key in combos for part in item.components]
        matches = matching._match_products(sync, of_combos) if of_combos else {}

        def keep(item):
            combo = combos.get(item.key)
            kept = self._choose_components(item, combo, matches) if combo and item.components else ()
            return replace(item, components=kept)

        return [(replace(payload, items=tuple(map(keep, payload.items))), outcome) for payload, outcome in parsed]

    @api.model
    def _choose_components(self, item, combo, matches):
        """Return the components of an item that are choices of its combo.

        :param combo: the item's ``product.product``
        :param dict matches: the components' products, as `_match_products` returns them
        """
        offered = combo.combo_ids.combo_item_ids.product_id
        chosen, unknown = [], []
        for part in item.components:
            match = matches[part.key]
            if isinstance(match, ExternalOrderError):
                unknown.append(part)
            elif match[0] in offered:
                chosen.append((part, match[0]))
        parts = tuple(part for part, _product in chosen)
        try:
            self.env["external.combo.pricing"]._check_choices(item, combo, chosen)
        except ExternalOrderError:
            # An unknown component may be the choice that is missing; its error says how to fix that.
            return parts + tuple(unknown)
        return parts
