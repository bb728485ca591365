from collections import defaultdict
from contextlib import suppress

from odoo import api, fields, models
from odoo.tools import groupby
from odoo.tools.misc import formatLang

from ...exceptions import ExternalOrderError
from ...lib.money import decimal
from ...lib.order.content import PayloadError
from ...lib.order.payload import external_id
from ...tools.message_language import reader_text
from ...tools.stored_text import part_on_screen, terms_of, text_of
from ..order_import.external_order_import import Outcome

ORDERS_SHOWN = 20
# Name at most this many OrderIDs that are used more than once.
IDS_NAMED = 10


class ExternalOrderPreview(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """A preview of how the first orders of a feed would be imported. It imports nothing and writes no inbox rows."""

    _name = "external.order.preview"
    _description = "External Order Preview"

    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", required=True, ondelete="cascade", readonly=True
    )
    line_ids = fields.One2many("external.order.preview.line", "preview_id", readonly=True)
    problem_count = fields.Integer(compute="_compute_problem_count")
    elsewhere_names = fields.Char(compute="_compute_elsewhere_names")
    # Most feeds say only some of this; the other columns would be blank.
    has_dates = fields.Boolean(compute="_compute_columns")
    has_branches = fields.Boolean(compute="_compute_columns")
    has_customers = fields.Boolean(compute="_compute_columns")
    has_charges = fields.Boolean(compute="_compute_columns")
    remark = fields.Text(readonly=True, help="What is wrong with the page of the feed, apart from the orders shown.")
    summary = fields.Text(compute="_compute_summary")

    @api.depends("line_ids.result")
    def _compute_problem_count(self):
        for preview in self:
            preview.problem_count = preview.line_ids.mapped("result").count("problem")

    @api.depends("line_ids.elsewhere_id")
    def _compute_elsewhere_names(self):
        for preview in self:
            preview.elsewhere_names = ", ".join(preview.line_ids.elsewhere_id.mapped("sync_id.name"))

    @api.depends("line_ids.sold_date", "line_ids.customer", "line_ids.charges")
    def _compute_columns(self):
        for preview in self:
            preview.has_dates = any(preview.line_ids.mapped("sold_date"))
            preview.has_branches = bool(preview.sync_id.location_mapping_ids)
            preview.has_customers = any(preview.line_ids.mapped("customer"))
            preview.has_charges = any(preview.line_ids.mapped("charges"))

    @api.depends("line_ids", "problem_count", "elsewhere_names", "remark")
    def _compute_summary(self):
        for preview in self:
            shown, problems = len(preview.line_ids), preview.problem_count
            if preview.elsewhere_names:
                preview.summary = self.env._(
                    "The external system responds. Nothing has been imported yet. %(count)s of the first %(shown)s "
                    "orders were already imported by %(names)s. If both receive the same orders, every sale is booked "
                    "twice: continue only if these are orders of another branch.",
                    count=len(preview.line_ids.filtered("elsewhere_id")),
                    shown=shown,
                    names=preview.elsewhere_names,
                )
            elif problems:
                preview.summary = self.env._(
                    "The external system responds. Nothing has been imported yet. %(problems)s of the first "
                    "%(shown)s orders could not be imported. They would wait in the inbox until you fix the cause, "
                    "without holding up the others.",
                    shown=shown,
                    problems=problems,
                )
            else:
                preview.summary = self.env._(
                    "The external system responds. Nothing has been imported yet: this is how the first %s orders "
                    "will look.",
                    shown,
                )
            preview.summary = "\n".join(filter(None, [preview.summary, preview.remark]))

    @api.model
    def _open(self, sync, entries, problem=None):
        """Return the action that shows the first of ``entries`` as ``sync`` would import them.

        :param list entries: entries of the feed, of any type: a page of it
        :param problem: why further entries cannot be read, if so
        """
        lines = self._prepare_lines(sync, entries[:ORDERS_SHOWN])
        ambiguous = self._find_ambiguous(sync.sudo(), entries)  # sudo: as in `_prepare_lines`
        remarks = [str(problem)] if problem else []
        if ambiguous:
            names = ", ".join(list(ambiguous)[:IDS_NAMED]) + " …" * (len(ambiguous) > IDS_NAMED)
            remark = self.env._(
                "Each of these OrderIDs is used by several orders of the page: %s. None of these orders would be "
                "imported until the external system corrects them.",
                names,
            )
            remarks.append(remark)
            for line in lines:
                if line["sequence"] in ambiguous.get(line.get("external_id"), ()):
                    line.update(result="problem", reason="order_id_ambiguous")
                    line["note"] = self.env._("Another order of the page has the same OrderID.")
        preview = self.create(
            {
                "sync_id": sync.id,
                "remark": "\n".join(remarks),
                "line_ids": [fields.Command.create(values) for values in lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connection works: first orders of %s", sync.name),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_lines(self, sync, entries):
        """Return the values of a line for each entry."""
        # sudo: the preview must see the same records as the import, which runs as the system.
        sync = sync.sudo().with_company(sync.company_id)
        orders, lines = [], []
        accepted, statuses = sync._get_accepted_statuses(), sync._get_life_statuses()
        for position, entry in enumerate(entries, 1):
            line = {"sequence": position}
            try:
                line["external_id"] = external_id(entry)
                values = sync.env["external.order"]._prepare_received_values(sync, entry, line["external_id"], accepted)
            except PayloadError as error:
                line.update(result="problem", note=reader_text(self.env, error.message))
            else:
                line.update(total=values["total"], pos_config_id=values["pos_config_id"])
                if (kind := statuses.kind_of(entry)) != "sale":
                    line.update(self._describe_event(kind))
                elif values["state"] == "ignored":
                    line.update(result="ignored", note=values["error_message"])
                else:
                    orders.append((entry, line))
            lines.append(line)
        outcomes = [Outcome() for _order in orders]
        prepared = sync.env["external.order.import"]._prepare_orders(sync, [entry for entry, _line in orders], outcomes)
        of_outcome = {}
        for target, of_target in groupby(prepared, lambda order: order.target):
            ready, _lacking = sync.env["external.order.lots"]._choose(target.pos_config, of_target, lock=False)
            of_outcome.update((id(order.outcome), order) for order in ready)
        for (_entry, line), outcome in zip(orders, outcomes, strict=True):
            line.update(self._describe(sync, outcome, of_outcome.get(id(outcome))))
        self._find_elsewhere(sync, lines)
        return lines

    @api.model
    def _find_ambiguous(self, sync, entries):
        """Return the OrderIDs that different orders of a page have, each with the positions of these orders.

        :rtype: dict[str, set[int]]
        """
        Order = sync.env["external.order"]
        accepted, statuses = sync._get_accepted_statuses(), sync._get_life_statuses()
        by_location = sync._uses_locations()
        arrived = defaultdict(dict)
        for (name, location), numbered in Order._group_by_identity(sync, entries, 0, {}).items():
            arrived[name, location if by_location else None].update(numbered)
        found = defaultdict(set)
        for (name, _location), numbered in arrived.items():
            sales = {number: entry for number, entry in numbered.items() if statuses.kind_of(entry) == "sale"}
            versions = []
            for number in sorted(sales) if len(sales) > 1 else ():
                with suppress(PayloadError):  # the run reports these
                    versions.append(Order._prepare_received_values(sync, sales[number], name, accepted))
            if len(Order._leave_out_repeated(sync, versions)) > 1:
                found[name].update(sales)
        return found

    @api.model
    def _find_elsewhere(self, sync, lines):
        """Say in these line values which orders another synchronization of the company has imported.

        Shops often number their orders in the same way, so the total has to be the same as well.
        """
        others = sync.with_context(active_test=False).search(
            [("id", "!=", sync.id), ("company_id", "=", sync.company_id.id)]
        )
        by_id = {
            line["external_id"]: line
            for line in lines
            if line["result"] in ("ready", "problem") and line.get("external_id")
        }
        rows = sync.env["external.order"].search(
            [
                ("sync_id", "in", others.ids),
                ("external_id", "in", list(by_id)),
                ("kind", "=", "sale"),
                ("state", "=", "done"),
            ],
            order="id",
        )
        for row in rows:
            line = by_id[row.external_id]
            if not row.currency_id.compare_amounts(row.total, line.get("total") or 0):
                note = self.env._(
                    "Already imported by %(sync)s: %(order)s", sync=row.sync_id.name, order=row.pos_order_id.name
                )
                line.update(result="elsewhere", elsewhere_id=row.id, note=note)

    @api.model
    def _describe_event(self, kind):
        """Return the line values of an entry that is not a sale, because its order was refunded or cancelled."""
        if kind == "refund":
            return {"result": "refund", "note": self.env._("It will be booked as a refund of its order.")}
        return {
            "result": "cancellation",
            "note": self.env._(
                "If its order is already imported, it will be refunded. If not, it will not be imported."
            ),
        }

    @api.model
    def _describe(self, sync, outcome, prepared):
        """Return the line values that show the expected result of one order.

        :param Outcome outcome:
        :param prepared: its ``PreparedOrder``, ``None`` if it would not be imported
        """
        if outcome.pos_order:
            return self._describe_known(outcome.pos_order)
        if isinstance(outcome.error, ExternalOrderError):
            return {"result": "problem", "reason": outcome.error.code, "note": self._show(outcome.error)}
        items = ", ".join(
            part_on_screen(self.env, f"{line.quantity.normalize():f} x {line.product.name}")
            for line in prepared.priced.lines
        )
        payments = "\n".join(
            f"{payment['payment_method'].name} {self._format(prepared.target.pos_config, payment['amount'])}"
            for payment in prepared.payments
        )
        stated = prepared.payload.customer
        return {
            "result": "ready",
            "total": float(prepared.priced.total),
            "customer": prepared.customer.display_name or (stated.name if stated else False),
            # An order without a date gets the time of its import.
            "sold_date": prepared.payload.sold_at and prepared.date_order,
            "charges": float(sum(charge.amount for charge in prepared.payload.charges)),
            "items": items,
            "payments": payments,
            "note": "\n".join(map(self._show, outcome.warnings)),
        }

    @api.model
    def _show(self, text):
        return text_of(self.env, terms_of(text))

    @api.model
    def _describe_known(self, pos_order):
        """Return the line values of an order that is already imported, as it was booked."""
        lines = [
            part_on_screen(self.env, f"{decimal(line.qty).normalize():f} x {line.product_id.name}")
            for line in pos_order.lines
        ]
        return {
            "result": "known",
            "total": pos_order.amount_total,
            "customer": pos_order.partner_id.display_name,
            "sold_date": pos_order.date_order,
            "items": ", ".join(lines),
            "payments": "\n".join(
                f"{payment.payment_method_id.name} {self._format(pos_order.config_id, payment.amount)}"
                for payment in pos_order.payment_ids
            ),
            "note": self.env._("Already imported: %s", pos_order.name),
        }

    @api.model
    def _format(self, config, amount):
        return formatLang(self.env, float(amount), currency_obj=config.currency_id)

    def action_sync_now(self):
        self.ensure_one()
        return self.sync_id.action_sync_now()


class ExternalOrderPreviewLine(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """The expected result of one entry of the feed."""

    _name = "external.order.preview.line"
    _description = "External Order Preview Line"
    _order = "sequence, id"

    preview_id = fields.Many2one("external.order.preview", required=True, ondelete="cascade")
    pos_config_id = fields.Many2one("pos.config", "Point of Sale")
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    sequence = fields.Integer()
    external_id = fields.Char("Order ID")
    elsewhere_id = fields.Many2one("external.order", help="The order that another synchronization has imported.")
    sold_date = fields.Datetime("Sold On")
    customer = fields.Char()
    charges = fields.Monetary()
    total = fields.Monetary()
    items = fields.Text("Products")
    payments = fields.Text()
    result = fields.Selection(
        [
            ("ready", "Ready"),
            ("known", "Imported"),
            ("elsewhere", "Imported Elsewhere"),
            ("refund", "Refund"),
            ("cancellation", "Cancellation"),
            ("ignored", "Ignored"),
            ("problem", "Problem"),
        ],
        required=True,
    )
    reason = fields.Selection(
        lambda self: self.env["external.order"]._fields["error_code"]._description_selection(self.env)
    )
    note = fields.Text("Notes")
