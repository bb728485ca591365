import json

from odoo import api, models
from odoo.fields import Command

from .warehouse_conflict import WarehouseConflict

# Wizard that Odoo opens instead of validating → code of the conflict.
QUESTIONS = {"expiry.picking.confirmation": "lots_expired", "confirm.stock.sms": "sms_confirmation"}
BACKORDER_QUESTION = "stock.backorder.confirmation"


class WarehouseWrite(models.AbstractModel):
    """Validating a transfer. What Odoo would ask is answered by the caller, or refused; nothing is chosen silently."""

    _inherit = "warehouse.write"

    @api.model
    def _validate(self, picking, backorder="ask"):
        """Validate the transfer, and return ``{"picking": …, "backorder": …}``; see docs/handheld.md.

        :param backorder: what to do with the missing goods: ``create``, ``cancel``, or ``ask`` to refuse.
        :raise WarehouseConflict: if it cannot be validated like this.
        """
        if picking.state != "done":
            self._check_open(picking)
            self._check_picked(picking)
            missing = self._missing(picking)
            if missing:
                self._check_backorder(picking, backorder, missing)
            self._unpack_parts(picking)
            self._answer_questions(picking, backorder)
        return self._validated(picking)

    @api.model
    def _check_picked(self, picking):
        moves = picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        lines = moves.move_line_ids.filtered(lambda line: line.picked and line.quantity)
        if not lines:
            # Odoo would take everything that is reserved as picked.
            message = self.env._("Nothing is picked yet. Confirm the lines first.")
            raise WarehouseConflict("nothing_picked", message)
        operation = picking.picking_type_id
        if operation.use_create_lots or operation.use_existing_lots:
            without = lines.filtered(
                lambda line: line.product_id.tracking != "none" and not line.lot_id and not line.lot_name
            )
            if without:
                products = ", ".join(without.product_id.mapped("display_name"))
                message = self.env._("Scan the lot or serial number of %s.", products)
                raise WarehouseConflict("lot_required", message, line_ids=without.ids)

    @api.model
    def _missing(self, picking):
        """Return what is demanded but not picked, a list of JSON objects; quantities in the unit of the demand."""
        missing = []
        for move in picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            picked = move._get_picked_quantity() if move.picked else 0.0
            if move.product_uom.compare(picked, move.product_uom_qty) < 0:
                missing.append(
                    {
                        "product_id": move.product_id.id,
                        "product_uom_id": move.product_uom.id,
                        "qty_demand": move.product_uom_qty,
                        "qty_done": picked,
                        "qty_missing": move.product_uom.round(move.product_uom_qty - picked),
                        "line_ids": move.move_line_ids.filtered(lambda line: not line.picked).ids,
                    }
                )
        return missing

    @api.model
    def _check_backorder(self, picking, backorder, missing):
        """Refuse if the caller has not decided about the backorder, or if the operation type does not allow it."""
        rule = picking.picking_type_id.create_backorder
        allowed = {"always": ["create"], "never": ["cancel"]}.get(rule, ["create", "cancel"])
        if backorder == "ask":
            message = self.env._("Not everything is picked. Choose whether the rest goes into a backorder.")
            raise WarehouseConflict("lines_incomplete", message, missing=missing, allowed=allowed)
        if backorder not in allowed:
            message = self.env._("The operation type %s never creates a backorder.", picking.picking_type_id.name)
            if rule == "always":
                message = self.env._("The operation type %s always creates a backorder.", picking.picking_type_id.name)
            raise WarehouseConflict("backorder_not_allowed", message, missing=missing, allowed=allowed)

    @api.model
    def _answer_questions(self, picking, backorder):
        """Validate, and answer Odoo's question about the backorder as its dialog would."""
        result = picking.button_validate()
        if isinstance(result, dict) and result.get("res_model") == BACKORDER_QUESTION and backorder != "ask":
            wizard = (
                self.env[BACKORDER_QUESTION]
                .with_context(**picking.env.context, button_validate_picking_ids=picking.ids)
                .create(
                    {
                        "pick_ids": [Command.set(picking.ids)],
                        "backorder_confirmation_line_ids": [
                            Command.create({"picking_id": picking.id, "to_backorder": True})
                        ],
                    }
                )
            )
            result = wizard.process() if backorder == "create" else wizard.process_cancel_backorder()
        if picking.state == "done":
            return  # any remaining action is only for a screen: labels to print, goods to assign
        name = result.get("name") if isinstance(result, dict) else None
        code = QUESTIONS.get(result.get("res_model"), "needs_confirmation") if name else "not_done"
        message = self.env._("Odoo has not validated the transfer. Validate it in Odoo.")
        if name:
            message = self.env._("Odoo asks for a confirmation: %s. Validate the transfer in Odoo.", name)
        raise WarehouseConflict(code, message)

    @api.model
    def _validated(self, picking):
        self.env.flush_all()

        def read(record):
            return json.loads(self.env["warehouse.api"]._read_picking(record.id).body)["picking"]

        backorder = picking.backorder_ids.filtered(lambda record: record.state != "cancel").sorted("id")[:1]
        return {"picking": read(picking), "backorder": read(backorder) if backorder else None}
