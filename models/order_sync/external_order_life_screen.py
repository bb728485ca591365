from odoo import api, fields, models
from odoo.tools import format_datetime

from ...lib.order.content import PayloadError
from ...tools.message_language import reader_text
from ...tools.stored_text import part_on_screen

# The replacements of a sale that the history shows; the others are reached from POS order to POS order.
REPLACEMENTS_SHOWN = 20


class ExternalOrder(models.Model):
    """What the inbox shows of an order's life: what happened after the sale, and the way from one row to the other."""

    _inherit = "external.order"

    life_count = fields.Integer("Refunds", compute="_compute_life_count")
    life_html = fields.Html("History", compute="_compute_life_html", sanitize=False)
    refund_html = fields.Html("Refund as Read", compute="_compute_refund_html", sanitize=False)

    @api.depends("life_ids")
    def _compute_life_count(self):
        for order in self:
            order.life_count = len(order.life_ids)

    # ------------------------------------------------------------
    # What a refund says
    # ------------------------------------------------------------

    @api.depends("payload", "kind", "origin_id")
    def _compute_refund_html(self):
        for order in self:
            if order.kind == "sale":
                order.refund_html = False
                continue
            payload, problem = order._read_refund()
            order.refund_html = self.env["ir.qweb"]._render(
                "external_order_sync.external_order_refund",
                {**order._get_formats(), "payload": payload, "problem": problem},
            )

    def _read_refund(self):
        """Return the parsed refund or cancellation and the reason why it cannot be parsed; one of them is ``None``."""
        self.ensure_one()
        if not self.payload:
            return None, self.env._("The received data was deleted because the order was imported long ago.")
        try:
            return self._parse_life(self._get_sold_order()), None
        except PayloadError as error:
            return None, reader_text(self.env, error.message)

    # ------------------------------------------------------------
    # History
    # ------------------------------------------------------------

    @api.depends(
        "changed", "revision", "state", "pos_order_id", "life_ids.state", "life_ids.pos_order_id", "origin_id.state"
    )
    @api.depends_context("lang", "tz")
    def _compute_life_html(self):
        for order in self:
            sale = order.origin_id or order
            events = sale._get_history() if sale.kind == "sale" else sale._get_history_of_refund()
            is_plain = sale.kind == "sale" and not (
                sale.life_ids or sale.changed or sale.pos_order_id.external_replaced_id
            )
            order.life_html = not is_plain and self.env["ir.qweb"]._render(
                "external_order_sync.external_order_history", {"events": events, "current": order}
            )

    def _get_history(self):
        """Return what happened to this sale, oldest first.

        :return: dicts of ``date``, ``title``, ``text``, ``amount``, ``row``, ``kind`` (a Bootstrap colour)
        :rtype: list[dict]
        """
        self.ensure_one()
        # sudo: a user of the inbox sees everything about its orders, as in the other fields of this form.
        sale = self.sudo()
        events = []
        orders = (sale.pos_order_id | sale._get_replaced_orders())[:REPLACEMENTS_SHOWN]
        for number, pos_order in enumerate(reversed(orders)):
            title = self.env._("Sold") if not number else self.env._("Changed and booked again")
            lines = pos_order.lines.filtered(lambda line: not line.combo_parent_id)
            quantity = sale._get_formats()["quantity"]
            parts = (f"{quantity(line.qty)} x {line.full_product_name}" for line in lines[:5])
            text = ", ".join(part_on_screen(self.env, part) for part in parts)
            events.append(
                sale._prepare_event(pos_order.date_order, title, text + (" …" if len(lines) > 5 else ""), pos_order)
            )
        if not orders:
            events.append(sale._prepare_unbooked_event(self.env._("Sale")))
        events += [row._prepare_life_event() for row in sale.life_ids.sorted("id")]
        if sale.changed and sale.change_text:
            title = self.env._("Changed in the external system, not booked")
            event = sale._prepare_event(sale.changed_date, title, sale.change_text, self.env["pos.order"])
            events.append({**event, "kind": "warning"})
        return events

    def _get_history_of_refund(self):
        """Return the history of a refund whose sale has not arrived."""
        return [self.sudo()._prepare_life_event()]

    def _prepare_life_event(self):
        """Return the event of this refund or cancellation."""
        self.ensure_one()
        title = self._get_name_in_order()
        if self.state != "done":
            return self._prepare_unbooked_event(title)
        if not self.pos_order_id:
            text = self.env._("Nothing was left to refund.")
            return self._prepare_event(self.imported_date, title, text, self.pos_order_id)
        return self._prepare_event(self.pos_order_id.date_order, title, self._describe_returned(), self.pos_order_id)

    def _describe_returned(self):
        """Return what came back with this refund, for example "2 of 5 Oil"."""
        quantity = self._get_formats()["quantity"]
        parts = []
        for line in self.pos_order_id.lines.filtered(lambda line: not line.combo_parent_id):
            sold = line.refunded_orderline_id
            if sold and line.qty:
                values = {
                    "back": quantity(abs(line.qty)),
                    "sold": quantity(abs(sold.qty)),
                    "item": sold.full_product_name,
                }
                parts.append(self.env._("%(back)s of %(sold)s %(item)s", **values))
            else:
                parts.append(line.full_product_name)
        shown = ", ".join(part_on_screen(self.env, part) for part in parts[:5])
        return shown + (" …" if len(parts) > 5 else "")

    def _prepare_unbooked_event(self, title):
        """Return the event of this row that is not booked: its state, and the reason."""
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        event = self._prepare_event(self.received_date, f"{title}: {state}", self.error_text or "", self.pos_order_id)
        return {**event, "kind": {"failed": "danger", "pending": "info"}.get(self.state, "secondary")}

    def _prepare_event(self, date, title, text, pos_order):
        return {
            "date": date and format_datetime(self.env, date, dt_format="short"),
            "title": title,
            "text": text,
            "amount": self._get_formats()["money"](pos_order.amount_total) if pos_order else "",
            "pos_order": pos_order.name or "",
            "row": self,
            "kind": "success",
        }

    # ------------------------------------------------------------
    # Related records
    # ------------------------------------------------------------

    def action_open_life(self):
        """Open the refunds and the cancellation of this order."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        name = self.env._("Refunds of %s", self.external_id)
        return {**action, "name": name, "domain": [("origin_id", "=", self.id)], "context": {}}

    def action_open_origin(self):
        """Open the order that was refunded or cancelled."""
        self.ensure_one().check_access("read")
        return self._get_form_action(self.origin_id)
