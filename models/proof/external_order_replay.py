from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import groupby
from odoo.tools.misc import formatLang

from ...exceptions import ExternalOrderError
from ...lib.money import decimal
from ...lib.order.content import PayloadError
from ...lib.order.figures import ZERO
from ...lib.order.payload import parse_order
from ...lib.order.spellings import name_key
from ...lib.strict_json import loads
from ...tools.message_language import reader_text
from ..order_import.external_product_matching import id_key
from ..order_import.outcome import Outcome
from ..order_sync.trial import Trial

MOST_ORDERS = 500
YES_OR_NO = [("yes", "Yes"), ("no", "No")]


class _RolledBack(Exception):
    """Ends the savepoint of a trial."""


class ExternalOrderReplay(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Shows what another rule would do to orders: nothing is booked, and the rules stay as they are.

    The rules are changed inside a savepoint that is always rolled back. There the orders are only prepared, as an
    import does before it writes anything: no POS order is made, no session opened, and no number used.
    """

    _name = "external.order.replay"
    _description = "Trial of Settings"

    order_ids = fields.Many2many("external.order", string="Orders", readonly=True)
    sync_id = fields.Many2one("external.order.sync", "Synchronization", required=True, readonly=True)
    order_count = fields.Integer("Number of Orders", compute="_compute_order_count")

    item_id = fields.Char("External Item ID")
    item_name = fields.Char("External Item Name")
    product_id = fields.Many2one(
        "product.product", domain=[("sale_ok", "=", True), ("available_in_pos", "=", True)], string="Is This Product"
    )
    card_type = fields.Char()
    payment_mode = fields.Char()
    payment_method_id = fields.Many2one("pos.payment.method", "Is This Payment Method")
    taxed_product_id = fields.Many2one("product.product", "Product", domain=[("sale_ok", "=", True)])
    tax_ids = fields.Many2many(
        "account.tax",
        string="Has These Sales Taxes",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', 'parent_of', company_id)]",
    )
    company_id = fields.Many2one(related="sync_id.company_id")
    prices_include_tax = fields.Selection(YES_OR_NO)
    match_item_id = fields.Selection(YES_OR_NO, "ItemID Is an Odoo Product ID")
    components = fields.Selection(
        lambda self: self.env["external.order.sync"]._fields["components"]._description_selection(self.env)
    )
    unknown_payment = fields.Selection([("first", "Use the first payment method"), ("refuse", "Refuse the order")])

    line_ids = fields.One2many("external.order.replay.line", "replay_id", "Results", readonly=True)
    is_tried = fields.Boolean(readonly=True)
    summary = fields.Text(compute="_compute_summary")

    @api.depends("order_ids")
    def _compute_order_count(self):
        for replay in self:
            replay.order_count = len(replay.order_ids)

    @api.depends("line_ids.result")
    @api.depends_context("lang")
    def _compute_summary(self):
        for replay in self:
            results = replay.line_ids.mapped("result")
            different = len(results) - results.count("same") - results.count("skipped")
            replay.summary = self.env._(
                "%(different)s of %(count)s orders would be different. Nothing has been booked or changed.",
                different=different,
                count=len(results),
            )

    @api.model
    def _open(self, orders):
        """Return the action that opens the dialog for rows of the inbox."""
        if len(orders.sync_id) != 1:
            raise UserError(self.env._("Select orders of one synchronization."))
        if len(orders) > MOST_ORDERS:
            raise UserError(self.env._("Select at most %s orders.", MOST_ORDERS))
        replay = self.create({"order_ids": [fields.Command.set(orders.ids)], "sync_id": orders.sync_id.id})
        return replay._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try Other Settings"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # ------------------------------------------------------------
    # The trial
    # ------------------------------------------------------------

    def action_try(self):
        """Show what would be different under the chosen rules."""
        self.ensure_one().check_access("write")
        self.sync_id.check_access("write")
        # The rows were chosen before; the user may see them no more.
        orders = self.order_ids.filtered(lambda order: order.sync_id == self.sync_id)
        orders.check_access("read")
        lines = self._try(orders)
        self.line_ids.unlink()
        self.write({"is_tried": True, "line_ids": [fields.Command.create(values) for values in lines]})
        return self._get_action()

    def _try(self, orders):
        """Return the values of the lines for these rows of the inbox."""
        lines = []
        # sudo: the trial must see the same records as the import, which runs as the system.
        sync = self.sync_id.sudo().with_company(self.sync_id.company_id).with_context(tracking_disable=True)
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self._apply(Trial().on(sync))
                outcomes = self._prepare(sync, orders)
                lines = [self._compare(sync, order, *outcomes[order]) for order in orders]
                raise _RolledBack
        except _RolledBack:
            self.env.invalidate_all(flush=False)
        return lines

    def _apply(self, sync):
        """Change the rules; the caller rolls this back."""
        env = sync.env
        alias = {"sync_id": sync.id, "item_id": self.item_id, "item_name": self.item_name}
        if self.product_id:
            same = env["external.product.alias"].search([("sync_id", "=", sync.id)])
            same.filtered(lambda known: self._is_same_item(known)).unlink()
            env["external.product.alias"].create({**alias, "product_id": self.product_id.id})
        mapping = {"sync_id": sync.id, "card_type": self.card_type, "payment_mode": self.payment_mode}
        if self.payment_method_id:
            same = env["external.payment.mapping"].search([("sync_id", "=", sync.id), ("pos_config_id", "=", False)])
            same.filtered(lambda known: self._is_same_payment(known)).unlink()
            env["external.payment.mapping"].create({**mapping, "payment_method_id": self.payment_method_id.id})
        if self.taxed_product_id:
            product = self.taxed_product_id.with_env(env)
            of_others = product.taxes_id - product.taxes_id._filter_taxes_by_company(sync.company_id)
            product.taxes_id = of_others | self.tax_ids.with_env(env)
        settings = {name: self[name] == "yes" for name in ("prices_include_tax", "match_item_id") if self[name]}
        settings |= {name: self[name] for name in ("components", "unknown_payment") if self[name]}
        if settings:
            sync.write(settings)
        env.flush_all()

    def _is_same_item(self, alias):
        def key_of(record):
            item_id = id_key(record.item_id)
            return item_id, None if item_id else name_key(record.item_name)

        return key_of(alias) == key_of(self)

    def _is_same_payment(self, mapping):
        def key_of(record):
            return name_key(record.card_type), (record.payment_mode or "").strip()

        return key_of(mapping) == key_of(self)

    @api.model
    def _prepare(self, sync, orders):
        """Prepare these rows as an import does before it writes anything.

        :return: for each row the reason why it cannot be prepared, or an empty text, and its ``PreparedOrder``
        :rtype: dict
        """
        importing = sync.env["external.order.import"]
        results, parsed = {}, []
        for order in orders:
            if order.kind != "sale" or not order.payload:
                text = self.env._("Only sales whose content is still stored can be tried.")
                results[order] = ("skipped", text, None)
                continue
            try:
                payload = parse_order(loads(order.payload))
                parsed.append((importing._get_target(sync, payload), payload, Outcome(), order))
            except PayloadError as error:
                results[order] = ("failed", reader_text(self.env, error.message), None)
            except ExternalOrderError as error:
                results[order] = ("failed", str(error), None)
        for target, of_target in groupby(parsed, lambda entry: entry[0]):
            pairs = [(payload, outcome) for _target, payload, outcome, _order in of_target]
            prepared = {id(new.outcome): new for new in importing._prepare_new(target.on(sync), pairs)}
            for _target, _payload, outcome, order in of_target:
                new = prepared.get(id(outcome))
                results[order] = ("ready", "", new) if new else ("failed", str(outcome.error or ""), None)
        return results

    # ------------------------------------------------------------
    # What would be different
    # ------------------------------------------------------------

    def _compare(self, sync, order, state, problem, prepared):
        """Return the values of the line of a row.

        :param str state: ``ready``, ``failed`` or ``skipped``
        :param str problem: why it cannot be prepared
        :param prepared: its ``PreparedOrder``
        """
        booked = order.sudo().pos_order_id  # sudo: see `_try`
        line = {
            "order_id": order.id,
            "was_total": booked.amount_total,
            "was_tax": booked.amount_tax,
            "now_total": float(prepared.priced.total) if prepared else 0.0,
            "now_tax": float(prepared.priced.tax) if prepared else 0.0,
        }
        if state == "skipped":
            return {**line, "result": "skipped", "note": problem, "now_total": line["was_total"],
                    "now_tax": line["was_tax"]}  # fmt: skip
        if state == "failed":
            is_same = not booked and problem == order.error_message
            return {**line, "result": "same" if is_same else "fails", "note": problem}
        if not booked:
            return {**line, "result": "imports", "note": self._describe(order, {}, self._get_parts(sync, prepared))}
        was, now = self._get_booked_parts(booked), self._get_parts(sync, prepared)
        is_same = (was, line["was_total"], line["was_tax"]) == (now, line["now_total"], line["now_tax"])
        return {**line, "result": "same" if is_same else "different", "note": self._describe(order, was, now)}

    @api.model
    def _get_booked_parts(self, booked):
        """Return quantity and amount of each product, and the amount of each payment, of a POS order."""
        parts = {}
        for line in booked.lines:
            _add(parts, line.product_id.display_name, decimal(line.qty), decimal(line.price_subtotal_incl))
        for payment in booked.payment_ids:
            _add(parts, payment.payment_method_id.name, None, decimal(payment.amount))
        return parts

    @api.model
    def _get_parts(self, sync, prepared):
        """Return the same of an order that is only prepared."""
        importing = sync.env["external.order.import"]
        parts = {}
        for index, line in enumerate(prepared.priced.lines):
            values = importing._prepare_pos_order_line_values(prepared, line, index)
            amount = prepared.target.pos_config.currency_id.round(values["price_subtotal_incl"])
            _add(parts, line.product.display_name, line.quantity, decimal(amount))
        for payment in prepared.payments:
            _add(parts, payment["payment_method"].name, None, payment["amount"])
        return parts

    def _describe(self, order, was, now):
        """Return the products and payments that would be different, one per line."""
        lines = []
        for name in dict.fromkeys((*was, *now)):
            before, after = was.get(name), now.get(name)
            if before != after:
                lines.append(f"{name}: {self._show(order, before)} → {self._show(order, after)}")
        return "\n".join(lines)

    def _show(self, order, part):
        if not part:
            return "—"
        quantity, amount = part
        text = formatLang(self.env, float(amount), currency_obj=order.currency_id)
        return text if quantity is None else f"{quantity.normalize():f} x {text}"


class ExternalOrderReplayLine(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """What another rule would do to one order."""

    _name = "external.order.replay.line"
    _description = "Trial of Settings: Order"
    _order = "result, id"

    replay_id = fields.Many2one("external.order.replay", required=True, ondelete="cascade")
    order_id = fields.Many2one("external.order", required=True, ondelete="cascade")
    external_id = fields.Char(related="order_id.external_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    result = fields.Selection(
        [
            ("different", "Different"),
            ("fails", "Would Fail"),
            ("imports", "Would Be Imported"),
            ("same", "The Same"),
            ("skipped", "Not Tried"),
        ],
        required=True,
    )
    was_total = fields.Monetary("Current Total")
    now_total = fields.Monetary("New Total")
    was_tax = fields.Monetary("Current Tax")
    now_tax = fields.Monetary("New Tax")
    note = fields.Text("What Would Be Different")


class ExternalOrder(models.Model):
    """The way from the inbox to a trial."""

    _inherit = "external.order"

    def action_replay(self):
        """Open the dialog that shows what another rule would do to these orders."""
        self.check_access("read")
        return self.env["external.order.replay"]._open(self)


def _add(parts, name, quantity, amount):
    """Add a quantity and an amount to those of a name; exactly equal parts compare as equal."""
    before = parts.get(name, (None if quantity is None else ZERO, ZERO))
    total = None if quantity is None else (before[0] + quantity).normalize() + ZERO
    parts[name] = (total, (before[1] + amount).normalize() + ZERO)
