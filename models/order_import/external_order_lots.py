from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...exceptions import ExternalOrderError
from ...tools.message_language import product_text, stored
from .free_lots import FreeLots


class ExternalOrderLots(models.AbstractModel):
    """Chooses the lots and serial numbers that an order takes, before anything is booked.

    Sold lots are chosen by Odoo's removal strategy, as for a reservation. Orders do not name the lots of returned
    goods, so a return is accepted only if there is just one possibility; a lot is never guessed. As in the register,
    each line of the POS order gets one lot, or one serial number per unit.
    """

    _name = "external.order.lots"
    _description = "External Order Lots"

    @api.model
    def _iter_ready(self, config, prepared):
        """Yield lists of orders with chosen lots. Create the orders of one list before requesting the next.

        An order without enough lots is tried again after the others, because one of them may have failed and freed its
        lots, or may have returned some. Until then, its outcome holds the error.

        :param config: the ``pos.config`` that takes the orders
        :param prepared: a list of `PreparedOrder`
        """
        waiting = prepared
        while waiting:
            ready, waiting = self._choose(config, waiting)
            if not ready:
                return
            yield ready

    @api.model
    def _choose(self, config, prepared, lock=True):
        """Choose the lots of each order, one after the other.

        :param bool lock: whether to lock the lots against other workers until the end of the transaction
        :return: the orders with all their lots, and the others, whose outcome holds the error
        :raise psycopg2.OperationalError: if another worker has just taken some lots; repeat in a new transaction
        """
        busy = self.env["stock.quant"]
        products = self.env["product.product"].union(
            *(line.product for order in prepared for line in order.priced.lines if self._needs_lots(config, line))
        )
        while True:
            free = FreeLots(self.env, config, busy, products)
            picks = [self._pick_or_refuse(config, order, free) for order in prepared]
            if not lock:
                break
            self._hold(free.returned)
            if missed := free.sold - self._hold(free.sold, skip_locked=True):
                busy |= missed  # another worker is taking these; use other lots
            elif busy and None in picks:
                self._hold(busy)  # the other worker may give them back
                busy = busy.browse()
            else:
                break
        return self._apply_to_orders(config, prepared, picks)

    @api.model
    def _hold(self, quants, skip_locked=False):
        """Lock these quants against other workers until the end of the transaction.

        Update the rows instead of only locking them: if stock is taken at closing, the import leaves the quants
        unchanged, and a worker that waited for a plain lock would not notice that the lots are taken. The update forces
        it to start over.

        :param bool skip_locked: whether to skip quants that another transaction holds instead of waiting for them
        :return: the locked quants
        """
        if not quants:
            return quants
        quants.flush_model()
        query = SQL(
            """
            UPDATE stock_quant SET lot_id = lot_id
             WHERE id IN (SELECT id FROM stock_quant WHERE id IN %s ORDER BY id FOR NO KEY UPDATE %s)
            RETURNING id
            """,
            quants._ids,
            SQL("SKIP LOCKED") if skip_locked else SQL(),
        )
        self.env.cr.execute(query, log_exceptions=False)
        return quants.browse(quant_id for (quant_id,) in self.env.cr.fetchall())

    # ------------------------------------------------------------
    # The lots of one order
    # ------------------------------------------------------------

    @api.model
    def _pick_or_refuse(self, config, order, free):
        """Return the lots of an order by line index, or None if there are too few; the outcome then holds the error."""
        mark = free.mark()
        try:
            picks = {
                index: self._pick(line, free)
                for index, line in enumerate(order.priced.lines)
                if self._needs_lots(config, line)
            }
        except ExternalOrderError as error:
            free.give_back(mark)
            order.outcome.error = error
            return None
        order.outcome.error = None
        return picks

    @api.model
    def _apply_to_orders(self, config, prepared, picks):
        """Put the lots on the lines, and split lines that take from several lots.

        :return: the orders with all their lots, and the others
        """
        ready, lacking = [], []
        for order, of_order in zip(prepared, picks, strict=True):
            if of_order is None:
                lacking.append(order)
                continue
            try:
                if of_order:
                    order.priced = replace(order.priced, lines=self._apply(config, order.priced.lines, of_order))
                ready.append(order)
            except ExternalOrderError as error:
                order.outcome.error = error
        return ready, lacking

    @api.model
    def _needs_lots(self, config, line):
        product = line.product
        if (
            line.has_known_lots
            or product.tracking == "none"
            or not line.quantity
            or ("is_kits" in product and product.is_kits)
        ):
            return False
        picking_type = config.picking_type_id
        if line.quantity < 0:
            picking_type = picking_type.return_picking_type_id or picking_type
        # If the operation type uses neither new nor existing lots, Odoo moves tracked products without lots.
        return picking_type.use_create_lots or picking_type.use_existing_lots

    @api.model
    def _pick(self, line, free):
        """Return the lots of a line as pairs of name and quantity (above 0).

        :raise ExternalOrderError: ``lots_missing``
        """
        product, quantity = line.product, float(abs(line.quantity))
        env = stored(self.env)
        self._check_whole(product, line.quantity)
        if line.quantity < 0:
            if picks := free.take_back(product, quantity):
                return picks
            message = env._(
                'The order returns %(quantity)s of "%(product)s" without lots or serial numbers. Odoo cannot '
                "tell which ones came back: several are possible, or fewer were delivered to customers. Enter the "
                "return with its lots or serial numbers in the Point of Sale, then press Ignore.",
                product=product_text(product),
                quantity=self._number(quantity),
            )
            raise ExternalOrderError("lots_missing", message)
        picks, there = free.take(product, quantity)
        if not picks:
            message = env._(
                'The order needs %(wanted)s of "%(product)s", but only %(there)s can be taken from lots or serial '
                "numbers in %(location)s, not counting reserved or expired stock. Correct the stock in Inventory, "
                "then press Retry.",
                wanted=self._number(quantity),
                product=product_text(product),
                there=self._number(there),
                location=free.source.display_name,
            )
            raise ExternalOrderError("lots_missing", message)
        return picks

    @api.model
    def _check_whole(self, product, quantity):
        """Refuse a fraction of a product that is tracked by serial numbers.

        :raise ExternalOrderError: ``lots_missing``
        """
        if product.tracking == "serial" and quantity % 1:
            message = stored(self.env)._(
                '"%(product)s" is tracked by serial numbers, so it is sold in whole units, but the order has a '
                "Quantity of %(quantity)s. Enter this order by hand, then press Ignore.",
                product=product_text(product),
                quantity=f"{quantity.normalize():f}",
            )
            raise ExternalOrderError("lots_missing", message)

    @api.model
    def _number(self, quantity):
        return f"{quantity:.6f}".rstrip("0").rstrip(".")

    # ------------------------------------------------------------
    # Lines with lots
    # ------------------------------------------------------------

    @api.model
    def _apply(self, config, lines, picks):
        """Return ``lines`` with their lots; the amounts of the order do not change."""
        applied, places, is_split = [], {}, False
        for index, line in enumerate(lines):
            places[index] = len(applied)
            if line.parent is not None:
                line = replace(line, parent=places[line.parent])
            if index not in picks:
                applied.append(line)
            elif line.product.tracking == "serial" or len(picks[index]) == 1:
                applied.append(replace(line, lots=[name for name, _quantity in picks[index]]))
            else:
                applied += self._split(config, line, picks[index])
                is_split = True
        return self._keep_amounts(config, applied, lines) if is_split else applied

    @api.model
    def _split(self, config, line, picks):
        """Return one line per lot, in the order of ``picks``, with the amounts of ``line`` split between them."""
        total = sum(quantity for _name, quantity in picks)
        # `_split_base_line` assigns the shares to the right parts only if they are in descending order.
        order = sorted(range(len(picks)), key=lambda index: -picks[index][1])

        def populate(base_line, target_factor, values):
            values["price_unit"] = base_line["price_unit"]
            values["quantity"] = base_line["quantity"] * target_factor["factor"]

        details = line.base_line["tax_details"]
        # The parts would lose the amounts that Odoo rounded over the whole order.
        whole = {
            f"{key}{suffix}": amount
            for suffix in ("_currency", "")
            for key, amount in (
                ("total_excluded", details[f"total_excluded{suffix}"] + details[f"delta_total_excluded{suffix}"]),
                ("delta_total_excluded", 0.0),
            )
        }
        base_lines = self.env["account.tax"]._split_base_line(
            {**line.base_line, "tax_details": {**details, **whole}},
            config.company_id,
            [{"factor": picks[index][1] / total} for index in order],
            populate_function=populate,
        )
        base_line_of = dict(zip(order, base_lines, strict=True))
        direction = -1 if line.quantity < 0 else 1
        parts = []
        for index, (name, quantity) in enumerate(picks):
            base_line = base_line_of[index]
            # Compute exactly, so that 7 / 10 of 10 has no floating point error.
            base_line["quantity"] = quantity if base_line["quantity"] > 0 else -quantity
            part = Decimal(self._number(quantity)) * direction
            parts.append(replace(line, quantity=part, lots=[name], base_line=base_line))
        return parts

    @api.model
    def _keep_amounts(self, config, lines, unsplit_lines):
        """Fix the amounts of all lines, because Odoo would otherwise round each part again.

        :raise ExternalOrderError: ``odoo_error`` if Odoo cannot keep them
        """
        Tax = self.env["account.tax"]
        # Fix all lines: Odoo would otherwise compensate for the fixed ones on the others.
        Tax._fix_base_lines_tax_details_on_manual_tax_amounts([line.base_line for line in lines], config.company_id)
        for line in lines:
            base_line = line.base_line
            factor = base_line["quantity"] * (1 - base_line["discount"] / 100)
            # Without tax, the price is the only amount that can be fixed.
            if line.lots and not base_line["tax_details"]["taxes_data"] and factor:
                base_line["price_unit"] = self._net(base_line) / factor
        wanted = self._total(unsplit_lines)
        base_lines = [line.base_line for line in lines]
        Tax._add_tax_details_in_base_lines(base_lines, config.company_id)
        Tax._round_base_lines_tax_details(base_lines, config.company_id)
        if config.currency_id.compare_amounts(self._total(lines), wanted):
            message = stored(self.env)._(
                "One of the order's products comes from several lots, and its amounts cannot be split between "
                "them. Enter this order by hand, then press Ignore."
            )
            raise ExternalOrderError("odoo_error", message)
        return lines

    @api.model
    def _total(self, lines):
        return sum(
            self._net(line.base_line)
            + sum(data["tax_amount_currency"] for data in line.base_line["tax_details"]["taxes_data"])
            for line in lines
        )

    @api.model
    def _net(self, base_line):
        details = base_line["tax_details"]
        return details["total_excluded_currency"] + details["delta_total_excluded_currency"]
