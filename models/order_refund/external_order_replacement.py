from dataclasses import replace
from datetime import UTC

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.money import decimal, exact
from ...lib.order.content import PayloadError
from ...lib.order.field_names import SOLD_AT, sent_name
from ...lib.order.moment import MAX_LENGTH
from ...lib.order.parts import RefundPayload
from ...lib.order.payload import parse_order
from ...tools.message_language import amount_text, product_text, stored
from ..order_import.import_target import ImportTarget
from ..order_import.order_errors import busy_with_change, not_understood
from ..order_import.outcome import Outcome, Warn
from .refund_plan import ZERO
from .refund_request import RefundRequest, Replacement


class ExternalOrderReplacement(models.AbstractModel):
    """Replaces a sale that the external system changed: the old one is refunded, the new content is booked.

    Both have the date of the sale, unless the external system corrected it: then the new content has the new date.
    Earlier refunds stay as they were booked, and become those of the new sale. So each day, payment method and product
    has what the external system says, and nothing else is touched.
    """

    _name = "external.order.replacement"
    _description = "External Order Replacement"

    @api.model
    def _book_replacement(self, sync, request):
        """Replace a sale in the transaction of the caller.

        :param sync: the ``external.order.sync``
        :param ReplacementRequest request:
        :rtype: Replacement
        :raise ExternalOrderError: if any step fails; nothing is changed then
        :raise psycopg2.Error: a conflict with another transaction; repeat the call in a new one
        """
        outcome = Outcome()
        importing = self.env["external.order.import"]
        with importing._catch(outcome), self.env.cr.savepoint():
            payload = self._parse(sync, request, outcome)
            replacement = self._find_replacement(sync, request, payload) or self._replace(
                sync, request, payload, outcome
            )
        if problem := outcome.error or outcome.conflict:
            raise problem
        return replacement

    @api.model
    def _replace(self, sync, request, payload, outcome):
        sale = request.sale
        refunding = self.env["external.order.refund"]
        if not refunding._hold_sales(sale):
            raise busy_with_change(sync)
        refunds = sale._get_all_refunds()
        self._check_refunds(sale, refunds)
        links = self._detach(sale, refunds)
        reversal, of_reversal = self._book_reversal(sync, request, payload)
        pos_order, warnings = self._import_content(sync, request, payload)
        self._check_invoices(sale, pos_order, refunds)
        self._attach(sync, refunds, links, pos_order)
        warnings = [*outcome.warnings, *of_reversal, *warnings, *self._get_earlier_warnings(refunds, pos_order)]
        return Replacement(pos_order, reversal, refunds, warnings)

    @api.model
    def _find_replacement(self, sync, request, payload):
        """Return the `Replacement` if it was booked before, else None."""
        pos_order = self.env["pos.order"].search([("uuid", "=", self._get_uuid(sync, request, payload))])
        if not pos_order:
            return None
        if pos_order.external_replaced_id == request.sale:
            return Replacement(pos_order, request.sale._get_all_refunds(), pos_order._get_all_refunds())
        message = stored(self.env)._(
            "The POS order %(order)s has the same identity as the changed order, but does not replace %(sale)s. "
            "Nothing was booked. Cancel or delete the POS order, then book the difference again.",
            order=pos_order.name,
            sale=request.sale.name,
        )
        raise ExternalOrderError("order_in_the_way", message)

    @api.model
    def _get_uuid(self, sync, request, payload, part="revision"):
        importing = self.env["external.order.import"]
        return importing._get_order_uuid(sync, payload.external_id, request.location, f"{part}/{request.revision}")

    @api.model
    def _parse(self, sync, request, outcome):
        """Return the new content as an `OrderPayload` with the date of the new sale.

        :param Outcome outcome: receives a warning if the order states a date that cannot be right
        """
        try:
            payload = parse_order(request.raw_order)
        except PayloadError as error:
            raise not_understood(self.env, error) from error
        moment = request.sale.date_order
        if self._is_date_corrected(sync, request, payload):
            stated, warning = self.env["external.order.import"]._get_order_date(sync, payload)
            if warning:
                shown = payload.sold_at.replace(tzinfo=None, microsecond=0).isoformat(" ")
                outcome.warnings.append(self._get_kept_date_warning(shown))
            else:
                moment = stated
        # That the time of the import was used for a date that cannot be read is true of a first import only.
        warnings = [warning for warning in payload.warnings if warning.doubt != "date_differs"]
        if len(warnings) < len(payload.warnings):
            shown = str(request.raw_order[sent_name(request.raw_order, SOLD_AT)])[:MAX_LENGTH]
            outcome.warnings.append(self._get_kept_date_warning(shown))
        return replace(payload, sold_at=moment.replace(tzinfo=UTC), warnings=tuple(warnings))

    @api.model
    def _is_date_corrected(self, sync, request, payload):
        """Return whether the new content states another date than the content that was booked.

        The date of the sale may be neither: it is the time of the import where none was stated, or a wrong one.
        """
        importing = self.env["external.order.import"]
        now = importing._to_moment(sync, payload.sold_at)
        was = importing._to_moment(sync, request.sold.sold_at) if request.sold else request.sale.date_order
        return now is not None and now != was

    @api.model
    def _get_kept_date_warning(self, shown):
        text = stored(self.env)._(
            "The changed order's date, %s, cannot be right, so the order keeps the date with which it was booked.",
            shown,
        )
        return Warn(text, "date_differs")

    # ------------------------------------------------------------
    # The old sale
    # ------------------------------------------------------------

    @api.model
    def _check_refunds(self, sale, refunds):
        """Refuse a sale of which something came back in a way that cannot be carried over to the new one."""
        env = stored(self.env)
        if others := refunds.filtered(lambda order: order.external_refunded_order_id != sale):
            message = env._(
                "These refunds were made in the register: %(refunds)s. Odoo cannot tell what they mean for the changed "
                "order. Nothing was booked. Correct %(sale)s in the Point of Sale by hand, then press Change Seen.",
                refunds=", ".join(others.mapped("name")),
                sale=sale.name,
            )
            raise ExternalOrderError("order_in_the_way", message)
        tracked = refunds.lines.filtered(lambda line: line.pack_lot_ids).product_id
        if tracked:
            message = env._(
                'Some of "%(product)s", which is tracked by lots or serial numbers, has already come back. Nothing was '
                "booked. Correct %(sale)s in the Point of Sale by hand, then press Change Seen.",
                product=product_text(tracked[0]),
                sale=sale.name,
            )
            raise ExternalOrderError("lots_missing", message)

    @api.model
    def _check_invoices(self, sale, pos_order, refunds):
        """Refuse an invoice that comes or goes after a refund, which would keep or lack its credit note."""
        # sudo: users of the Point of Sale may not read invoices.
        if not refunds or bool(sale.sudo().account_move) == bool(pos_order.sudo().account_move):
            return
        message = stored(self.env)._(
            "%(sale)s and the changed order differ in whether they are invoiced, and something was refunded before "
            "(%(refunds)s). Nothing was booked. Correct the invoice and the credit note in Odoo by hand, then press "
            "Change Seen.",
            sale=sale.name,
            refunds=", ".join(refunds.mapped("name")),
        )
        raise ExternalOrderError("invoice_refused", message)

    @api.model
    def _detach(self, sale, refunds):
        """Take the refunds off the sale, which is then reversed as a whole.

        :return: the lines of the refunds with the lines that they refunded
        """
        links = [(line, line.refunded_orderline_id or line.external_refunded_line_id) for line in refunds.lines]
        refunds.external_refunded_order_id = False
        refunds.lines.write({"refunded_orderline_id": False, "external_refunded_line_id": False})
        self.env.flush_all()
        sale.invalidate_recordset()
        sale.lines.invalidate_recordset()
        return links

    @api.model
    def _book_reversal(self, sync, request, content):
        """Refund the whole old sale on its own date, by its own payments. Return that refund and its warnings.

        :param OrderPayload content: the new content
        """
        sale = request.sale
        payload = RefundPayload(
            external_id=sale.external_order_number or "",
            refund_id=f"replacement/{request.revision}",
            refunded_at=sale.date_order.replace(tzinfo=UTC),
            items=(),
            payments=(),
            total=None,
            tax=None,
            is_rest=True,
            reason="",
            location_id=content.location_id,
            warnings=(),
        )
        refunding = self.env["external.order.refund"]
        reversal = RefundRequest(sale, payload, Outcome(), payload.refund_id)
        target = refunding._get_target(sync, reversal, sale.date_order)
        order = refunding._read_sale(target.on(sync), sale)
        prepared = refunding._prepare_refund(target.on(sync), reversal, order, sale.date_order)
        # Of its own kind, so that no RefundID of the external system can be the same.
        prepared.uuid = self._get_uuid(sync, request, content, "reversal")
        pos_order = self._create(sync, target, prepared)
        return pos_order, [pos_order._get_named_warning(warning) for warning in prepared.outcome.warnings]

    @api.model
    def _create(self, sync, target, prepared):
        self.env["external.order.import"]._import_into(target.on(sync), [prepared])
        outcome = prepared.outcome
        if problem := outcome.error or outcome.conflict:
            raise problem
        return outcome.pos_order

    # ------------------------------------------------------------
    # The new sale
    # ------------------------------------------------------------

    @api.model
    def _import_content(self, sync, request, payload):
        """Import the new content, and return it and its warnings."""
        sale, outcome = request.sale, Outcome()
        importing = self.env["external.order.import"]
        target = ImportTarget(sale.config_id, importing._get_business_day(sync, payload))
        prepared = importing._prepare_new(target.on(sync), [(payload, outcome)])
        if outcome.error:
            raise outcome.error
        order = prepared[0]
        order.uuid = self._get_uuid(sync, request, payload)
        order.further_values["external_replaced_id"] = sale.id
        self._keep_lots(sale, order)
        pos_order = self._create(sync, target, order)
        return pos_order, outcome.warnings

    @api.model
    @exact
    def _keep_lots(self, sale, order):
        """Let a changed sale take the lots that the customer has, as far as they suffice for a line."""
        lots = self.env["external.order.lots"]
        there = [
            [line.product_id, lot.lot_name, 1.0 if line.product_id.tracking == "serial" else line.qty]
            for line in sale.lines.sorted("id")
            for lot in line.pack_lot_ids.sorted("id")
            if line.qty > 0
        ]
        picks = {}
        for index, line in enumerate(order.priced.lines):
            if line.quantity <= 0 or not lots._needs_lots(sale.config_id, line):
                continue
            wanted, taken = float(line.quantity), []
            for pool in there:
                part = min(wanted, pool[2]) if pool[0] == line.product else 0.0
                if line.product.uom_id.compare(part, 0.0) > 0:
                    taken.append((pool, part))
                    wanted -= part
            if taken and line.product.uom_id.compare(wanted, 0.0) <= 0:
                picks[index] = [(pool[1], part) for pool, part in taken]
                for pool, part in taken:
                    pool[2] -= part
        if picks:
            lines = lots._apply(sale.config_id, order.priced.lines, picks)
            known = [replace(line, has_known_lots=True) if line.lots else line for line in lines]
            order.priced = replace(order.priced, lines=known)

    # ------------------------------------------------------------
    # Earlier refunds
    # ------------------------------------------------------------

    @api.model
    def _get_earlier_warnings(self, refunds, pos_order):
        """Return a `Warn` if the corrected date of a sale is after refunds of it, in a list; none otherwise."""
        if not (earlier := refunds.filtered(lambda refund: refund.date_order < pos_order.date_order)):
            return []
        text = stored(self.env)._(
            "The order's new date is after that of its refunds (%s). Ask the external system which date is right.",
            ", ".join(earlier.mapped("name")),
        )
        return [Warn(text, "date_differs")]

    @api.model
    @exact
    def _attach(self, sync, refunds, links, pos_order):
        """Make earlier refunds those of the new sale, line by line.

        :raise ExternalOrderError: ``refund_exceeds_order``, if more came back than the new sale has
        """
        refunding = self.env["external.order.refund"]
        order = refunding._read_sale(sync, pos_order)
        left = {sold.line: sold.left_quantity for sold in order.lines.values()}
        for line, refunded in links:
            goods = line.product_id == refunded.product_id
            quantity = -decimal(line.qty) if goods else ZERO
            found = self._find_line(order, refunded, left, quantity)
            if not found:
                raise self._get_exceeds_error(line, refunded, pos_order)
            if goods:
                left[found] -= quantity
                line.refunded_orderline_id = found
            else:
                line.external_refunded_line_id = found
        refunds.external_refunded_order_id = pos_order
        self.env.flush_all()
        after = refunding._read_sale(sync, pos_order)
        if after.left < 0 <= pos_order.amount_total:
            raise self._get_less_error(after, pos_order)
        for refund in refunds:
            # sudo: users of the Point of Sale may not read invoices.
            note, invoice = refund.sudo().account_move, pos_order.sudo().account_move
            if note and invoice:
                note.write({"reversed_entry_id": invoice.id, "pos_refunded_invoice_ids": [(6, 0, invoice.ids)]})

    @api.model
    def _find_line(self, order, refunded, left, quantity):
        """Return the line of a `SoldOrder` that has the product of a refunded line, and enough of it; else None."""
        same = [
            sold.line
            for sold in order.lines.values()
            if sold.product == refunded.product_id and left[sold.line] >= quantity
        ]
        # A component stays a component, and of two lines of a product, that with the same price is the same.
        same.sort(
            key=lambda line: (
                bool(line.combo_parent_id) != bool(refunded.combo_parent_id),
                (line.price_unit, line.discount) != (refunded.price_unit, refunded.discount),
            )
        )
        return next(iter(same), None)

    @api.model
    def _get_exceeds_error(self, line, refunded, pos_order):
        message = stored(self.env)._(
            '%(quantity)s of "%(product)s" came back, but the changed order has not sold that many. Nothing was '
            "booked. Compare the order and its refunds in the external system, correct the POS order by hand, then "
            "press Change Seen.",
            quantity=f"{abs(line.qty):g}",
            product=product_text(refunded.product_id),
        )
        return ExternalOrderError("refund_exceeds_order", message)

    @api.model
    def _get_less_error(self, order, pos_order):
        message = stored(self.env)._(
            "The changed order totals %(total)s, but %(refunded)s of it was already paid back. Nothing was booked. "
            "Compare the order and its refunds in the external system, correct the POS order by hand, then press "
            "Change Seen.",
            total=amount_text(pos_order.currency_id, pos_order.amount_total),
            refunded=amount_text(pos_order.currency_id, pos_order.amount_total - float(order.left)),
        )
        return ExternalOrderError("refund_exceeds_order", message)
