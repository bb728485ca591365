from dataclasses import replace

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.order.spellings import is_same_item, name_key
from ...tools.message_language import product_text, stored
from ..order_import.outcome import Warn
from .sold_order import SoldItem


class ExternalRefundMatching(models.AbstractModel):
    """Finds what was sold as the items that came back.

    The items of the sale itself come first: by their names as the external system sent them, then by product. A product
    that was renamed, archived or mapped otherwise since can still be refunded.
    """

    _name = "external.refund.matching"
    _description = "External Refund Matching"

    @api.model
    def _match_items(self, sync, payload, sold, order):
        """Return what was sold as each item of a refund: pairs of `RefundItem` and a list of `SoldItem`.

        :param RefundPayload payload:
        :param OrderPayload sold: the sale as it was booked, or None
        :param SoldOrder order:
        :raise ExternalOrderError: ``product_not_found``, ``product_ambiguous`` or ``invalid_payload``
        """
        goods = [item for item in order.items if not (item.is_charge or item.is_discount)]
        pairs = [(item, self._find_by_external_name(item, sold, goods)) for item in payload.items]
        unknown = [item for item, found in pairs if not found]
        matches = self.env["external.product.matching"]._match_products(sync, unknown) if unknown else {}
        return [(item, found or self._find_by_product(item, matches[item.key], order)) for item, found in pairs]

    @api.model
    def _fit_quantities(self, matches, order):
        """Return matches with quantities rounded to what Odoo can store, and a note about each rounded one.

        :param matches: pairs of `RefundItem` and a list of `SoldItem`
        :param SoldOrder order:
        :raise ExternalOrderError: if a quantity would become 0
        """
        fitted, notes = [], []
        for item, found in matches:
            if item.quantity is not None:
                name = item.name or str(item.item_id)
                quantity = self.env["external.order.pricing"]._fit_quantity(name, item.quantity, order.quantity_unit)
                if quantity != item.quantity:
                    text = stored(self.env)._(
                        'The quantity %(sent)s of "%(name)s" was rounded to %(kept)s because of the Decimal Accuracy '
                        'of "Product Unit".',
                        name=name,
                        sent=f"{item.quantity:f}",
                        kept=f"{quantity:f}",
                    )
                    notes.append(Warn(text, ""))
                    item = replace(item, quantity=quantity, sent_quantity=item.quantity)
            fitted.append((item, found))
        return fitted, notes

    @api.model
    def _find_by_external_name(self, item, sold, goods):
        """Return the items of the sale that were sent with the same ID, code or name."""
        if not sold or len(sold.items) != len(goods):
            return []
        pairs = list(zip(sold.items, goods, strict=True))
        same = [sold_item for sent, sold_item in pairs if sent.key == item.key]
        return same or [sold_item for sent, sold_item in pairs if is_same_item(sent.key, item.key)]

    @api.model
    def _find_by_product(self, item, match, order):
        """Return the items of the sale that have the product of an item.

        :param match: what `external.product.matching` found
        """
        error = match if isinstance(match, ExternalOrderError) else None
        product = None if error else match[0]
        found = [sold for sold in order.items if sold.product == product] if product else []
        found = found or [sold for sold in order.items if self._is_called(sold.lines[0], item)]
        if not found:
            # A component that came back alone.
            parts = [part for sold in order.items for part in sold.components]
            same = [part for part in parts if product and part.product == product]
            same = same or [part for part in parts if self._is_called(part, item)]
            found = [SoldItem(part) for part in same]
        if found:
            return found
        if error:
            raise error
        message = stored(self.env)._(
            '"%(item)s" (%(field)s) was not sold in this order. Nothing was booked. The external system has to send '
            "what was sold, or choose the right product for it in Product Aliases.",
            item=item.name or item.item_id or product_text(product),
            field=item.field or "Items",
        )
        raise ExternalOrderError("invalid_payload", message)

    @api.model
    def _is_called(self, line, item):
        """Return whether the product of a sold line has the ID, a code or the name of an item."""
        product = line.product
        if item.odoo_id:
            return product.id == item.odoo_id
        codes = {item.sku, item.barcode} & {product.default_code, product.barcode} - {"", False}
        if codes or not item.named:
            return bool(codes)
        names = {line.line.full_product_name, product.display_name, product.name}
        return name_key(item.name) in {name_key(name) for name in names if name}
