from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ...tools.overrides import is_extended_beyond
from .batch_stock import BatchStock, return_target_of
from .ir_sequence import NumberRanges
from .outcome import Warn
from .picking_batch import Halving, PickingBatch, PickingRequests, written_together

# Methods of Odoo that are skipped for a batch, and the addons whose overrides are known to be irrelevant: they act only
# on lines from sales or repair orders, which external orders do not have.
STEPS = {
    ("stock.picking", "_create_picking_from_pos_order_lines"): ["point_of_sale"],
    ("stock.picking", "_create_move_from_pos_order_lines"): ["point_of_sale", "pos_sale", "pos_repair"],
    ("stock.picking", "_link_owner_on_return_picking"): ["point_of_sale"],
    ("stock.move", "_add_mls_related_to_order"): ["point_of_sale"],
    ("stock.move", "_set_quantity_done_prepare_vals"): ["stock"],
}


class ExternalOrderPicking(models.AbstractModel):
    """Creates the transfers of paid orders, for many orders at once.

    The goods have already left the shop, so nothing is reserved, and each kind of goods is taken from stock once for
    all orders (`stock.move.line._action_done`). The result is the same as if Odoo created one transfer after another.
    Orders for which this is not certain (kits, packages, owners, returned lots, partly available quantities, valuation
    entries, methods overridden by other addons) use Odoo's own `pos.order._create_order_picking`.
    """

    _name = "external.order.picking"
    _description = "External Order Picking"

    @api.model
    def _create_pickings(self, orders):
        """Create the transfers of paid orders that are due now, and compute the costs of their lines."""
        for batch, taken in self._plan(orders):
            if taken is not None:
                self._create_or_split(batch, taken)
            else:
                for order in batch:
                    order._create_order_picking()
            with written_together(batch.lines, ["total_cost", "is_total_cost_computed"]):
                batch._compute_total_cost_in_real_time()

    @api.model
    def _get_open_warnings(self, orders):
        """Return pairs of order and `Warn` for the transfers that Odoo could not validate and silently left open."""
        domain = [("pos_order_id", "in", orders.ids), ("state", "not in", ("done", "cancel"))]
        return [
            (picking.pos_order_id, Warn(picking._get_open_warning(), "transfer_open"))
            for picking in self.env["stock.picking"].search(domain)
        ]

    # ------------------------------------------------------------
    # Forming batches
    # ------------------------------------------------------------

    @api.model
    def _plan(self, orders):
        """Yield (orders, from where they take their goods), in the sequence of the orders.

        The second is None if the transfers cannot be created together, else what `BatchStock.move` returns, by order.
        The sequence is kept because the value of outgoing goods may depend on earlier returns.
        """
        if self._is_extended():
            yield orders, None
            return
        stock = BatchStock(orders)
        together, taken = orders.browse(), {}
        for order in orders:
            is_together = self._is_plain(order) and stock.has_plainly(order)
            if together and (not is_together or stock.has_come_back(order)):
                yield together, taken
                together, taken = orders.browse(), {}
                stock.begin_batch()
            taken_by_order = stock.move(order)
            if is_together:
                together += order
                taken[order.id] = taken_by_order
            else:
                yield order, None
                stock.begin_batch()
                if any(self._is_kit(line.product_id) for line in order.lines):
                    stock = BatchStock(orders)  # which components Odoo took, only the stock tells
        if together:
            yield together, taken

    @api.model
    def _is_extended(self):
        return any(is_extended_beyond(self.env[model], method, addons) for (model, method), addons in STEPS.items())

    @api.model
    def _is_plain(self, order):
        """Return whether the order and its products need none of the steps that a batch skips."""
        lines = order.lines
        if order.shipping_date or lines.attribute_value_ids:
            return False
        # Odoo gives goods that come back to their owner again, see `_link_owner_on_return_picking`.
        if lines.refunded_orderline_id.order_id.picking_ids.move_line_ids.owner_id:
            return False
        if "sale_order_line_id" in lines and lines.sale_order_line_id:
            return False
        picking_type = order.config_id.picking_type_id
        target = return_target_of(picking_type)
        customers = picking_type.default_location_dest_id | order.partner_id.property_stock_customer
        # Odoo posts one entry for all moves that are done together.
        if (picking_type.default_location_src_id | customers | target).valuation_account_id:
            return False
        # How much room a shelf has left depends on the transfers before.
        if target.putaway_rule_ids.storage_category_id and any(line.qty < 0 for line in lines):
            return False
        return all(self._is_plain_line(line, picking_type) for line in lines)

    @api.model
    def _is_plain_line(self, line, picking_type):
        product = line.product_id
        if self._is_kit(product):
            return False
        if product.tracking == "none":
            return not line.pack_lot_ids
        if "lot_valuated" in product and product.lot_valuated:
            return False
        lots = len(line.pack_lot_ids.filtered("lot_name"))
        has_its_lots = lots == (line.qty if product.tracking == "serial" else 1)
        return product.is_storable and line.qty > 0 and picking_type.use_existing_lots and has_its_lots

    @api.model
    def _is_kit(self, product):
        return "is_kits" in product and product.is_kits

    # ------------------------------------------------------------
    # Creating transfers together
    # ------------------------------------------------------------

    @api.model
    def _create_or_split(self, orders, taken, halving=None):
        """Create the transfers together. If Odoo refuses one, halve the batch until that order is alone, and use Odoo's
        own way.

        In Odoo's own way, a transfer that cannot be validated stays open and the order is created anyway. If Odoo
        refuses many transfers, halving costs more than it saves, so all remaining orders use Odoo's own way.
        """
        halving = halving or Halving(len(orders))
        if not halving.pays:
            for order in orders:
                order._create_order_picking()
            return
        requests = self._get_requests(orders)
        if not requests:
            return
        numbers = NumberRanges.current(self.env)
        mark = numbers.mark() if numbers else 0
        try:
            with self.env.cr.savepoint():
                self._create_together(requests, taken)
            return
        except (UserError, ValidationError):
            halving.count_refused(len(orders))
            if numbers:
                numbers.give_back(mark)
        if len(orders) == 1:
            orders._create_order_picking()
            return
        middle = len(orders) // 2
        self._create_or_split(orders[:middle], taken, halving)
        self._create_or_split(orders[middle:], taken, halving)

    @api.model
    def _get_requests(self, orders):
        """Return the transfers that Odoo would create, as (order, destination id, lines, operation type, customer)."""
        requests = []
        # One context for all: Odoo compares each new context with every one still in use.
        noted = PickingRequests()
        for order, noting in zip(orders, noted.on(orders), strict=True):
            noting._create_order_picking()
            requests += [
                (order, location_id, lines.with_env(self.env), picking_type, partner)
                for location_id, lines, picking_type, partner in noted.take()
            ]
        return requests

    @api.model
    def _create_together(self, requests, taken):
        places = [place for order, *_request in requests for place in taken.get(order.id, {}).values()]
        self.env["stock.quant"].union(*(quant for picks in places for quant, _quantity in picks))._hold_chosen()
        leaving, coming_back = [], []
        for order, location_id, lines, picking_type, partner in requests:
            lines = lines.filtered(self._is_stocked)
            if sold := lines.filtered(lambda line: line.qty > 0):
                leaving.append((sold, self._prepare_leaving_values(order, location_id, picking_type, partner)))
            if returned := lines - sold:
                values = self._prepare_returning_values(order, location_id, picking_type, partner)
                coming_back.append((returned, values))
        # Outgoing goods first, as Odoo does for an order with both.
        if leaving:
            self._create_done_pickings(leaving, taken)
        if coming_back:
            self._create_done_pickings(coming_back, {})

    @api.model
    def _is_stocked(self, line):
        return line.product_id.type == "consu" and not line.product_id.uom_id.is_zero(line.qty)

    @api.model
    def _prepare_leaving_values(self, order, location_id, picking_type, partner):
        """Return the values of the ``stock.picking`` for the goods that an order sells."""
        values = self.env["stock.picking"]._prepare_picking_vals(
            partner, picking_type, picking_type.default_location_src_id.id, location_id
        )
        return {**values, **self._prepare_origin_values(order)}

    @api.model
    def _prepare_returning_values(self, order, location_id, picking_type, partner):
        """Return the values of the ``stock.picking`` for the goods that an order returns."""
        return_type = picking_type.return_picking_type_id or picking_type
        target = return_target_of(picking_type)
        values = self.env["stock.picking"]._prepare_picking_vals(partner, return_type, location_id, target.id)
        return {**values, **self._prepare_origin_values(order)}

    @api.model
    def _prepare_origin_values(self, order):
        return {"pos_session_id": order.session_id.id, "pos_order_id": order.id, "origin": order.name}

    @api.model
    def _create_done_pickings(self, parts, taken):
        """Create one done transfer for each pair of order lines and ``stock.picking`` values.

        :param dict taken: for each order, from where its goods are taken, see `_plan`
        """
        self._reserve_names(parts)
        # No message per transfer is needed because the order and the inbox have the history.
        Picking = self.env["stock.picking"].with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            # Odoo would compute this label, which is not stored, for each transfer.
            default_weight_uom_name=self.env["stock.picking"]._get_default_weight_uom(),
        )
        pickings = Picking.create([values for _lines, values in parts]).with_context(default_weight_uom_name=None)
        pickings = self._get_batch(pickings).on(pickings)
        move_values = []
        for picking, (lines, _values) in zip(pickings, parts, strict=True):
            for product_lines in lines.sorted(lambda line: line.product_id.id).grouped("product_id").values():
                move_values.append(picking._prepare_stock_move_vals(product_lines[0], product_lines))
        moves = pickings.env["stock.move"].create(move_values)
        move_lines = pickings.env["stock.move.line"].create(
            [
                {**values, "picked": True}
                for move in moves
                for values in self._prepare_move_line_values(move, taken.get(move.picking_id.pos_order_id.id, {}))
            ]
        )
        targets = pickings.location_dest_id.filtered(lambda place: place.putaway_rule_ids or place.usage == "view")
        move_lines.filtered(lambda line: line.location_dest_id in targets)._apply_putaway_strategy()
        pickings._action_done()

    @api.model
    def _prepare_move_line_values(self, move, taken):
        """Yield the values of a move's lines; ``taken`` is what the order takes, see `BatchStock.move`."""
        places = taken.get(move.product_id)
        if not places:
            yield {**move._prepare_move_line_vals(quantity=0), "quantity": move.product_uom_qty}
            return
        for quant, quantity in places:
            yield move._prepare_move_line_vals(quantity=quantity, reserved_quant=quant)

    @api.model
    def _get_batch(self, pickings):
        # sudo: rules of all companies count, regardless of the user.
        rules = self.env["stock.rule"].sudo().search([("action", "in", ("push", "pull_push"))])
        return PickingBatch(frozenset(pickings.ids), frozenset(rules.location_src_id.ids))

    @api.model
    def _reserve_names(self, parts):
        numbers = NumberRanges.current(self.env)
        if not numbers:
            return
        types = [values["picking_type_id"] for _lines, values in parts]
        for picking_type in self.env["stock.picking.type"].browse(set(types)):
            numbers.reserve(picking_type.sequence_id, types.count(picking_type.id))
