from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain

from odoo import api, models
from odoo.tools import groupby, unique

from ...exceptions import ExternalOrderError
from ...lib.order.content import PayloadError
from ...lib.order.payload import parse_order
from ...tools.overrides import is_overridden
from ...tools.private_context import without_defaults
from ...tools.stored_text import text_of_error
from .import_target import ClosedTargets, ImportTarget
from .ir_sequence import NumberRanges
from .order_errors import not_understood
from .outcome import CallerOutcome, Outcome, OutcomeCatcher, Warn, as_warnings
from .pos_order import OrderCreation
from .prepared_order import PreparedOrder
from .priced_order import Line

ZERO = Decimal(0)


class ExternalOrderImport(models.AbstractModel):
    """Creates paid POS orders with transfers from external orders, in batches.

    Other modules extend the ``_prepare_…_values`` hooks (`external_order_values`), or
    `external.order.sync._process_external_order`.
    """

    _name = "external.order.import"
    _description = "External Order Import"

    # ------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------

    @api.model
    def _import_orders(self, sync, raw_orders):
        """Import orders; each one succeeds or fails independently.

        :param sync: the ``external.order.sync``
        :param list raw_orders: order dicts as received
        :return: a list of `Outcome`, one per order, and the reasons why some of them wait for a session
        :raise psycopg2.OperationalError: a conflict with another transaction; repeat the call in a new one
        """
        outcomes = [Outcome() for _raw in raw_orders]
        if is_overridden(sync, "_process_external_order"):
            self._import_one_by_one(sync, raw_orders, outcomes)
        else:
            self._import_batch(sync, raw_orders, outcomes)
        return outcomes, list(unique(text_of_error(outcome.waiting) for outcome in outcomes if outcome.waiting))

    @api.model
    def _import_order(self, sync, raw_order):
        """Import one order.

        :return: the ``pos.order``
        :raise ExternalOrderError: if it cannot be imported
        """
        # sudo: a user who may start the import does not need write access to sessions, orders, stock and accounting.
        sync = without_defaults(sync).sudo().with_company(sync.company_id)
        outcome = Outcome()
        without_defaults(self).sudo()._import_batch(sync, [raw_order], [outcome])
        if problem := outcome.error or outcome.waiting or outcome.conflict:
            raise problem
        if caller := CallerOutcome.current(self.env):
            caller.outcome.warnings = outcome.warnings
        return outcome.pos_order.sudo(self.env.su)

    @api.model
    def _import_one_by_one(self, sync, raw_orders, outcomes):
        """Import each order by itself, through other modules' overrides of `_process_external_order`."""
        for raw_order, outcome in zip(raw_orders, outcomes, strict=True):
            try:
                with self._catch(outcome), self.env.cr.savepoint():
                    # Its warnings are not part of its return value.
                    outcome.pos_order = CallerOutcome(outcome).on(sync)._process_external_order(raw_order)
            except ExternalOrderError as error:  # no session; `_catch` has the others
                outcome.waiting = error

    @api.model
    def _import_batch(self, sync, raw_orders, outcomes):
        """Import orders. Those whose target has no session wait; the others are imported."""
        self._import_prepared(sync, self._prepare_orders(sync, raw_orders, outcomes))

    @api.model
    def _import_prepared(self, sync, prepared):
        """Create prepared orders, target by target. Those whose target has no session wait.

        :param prepared: a list of `PreparedOrder`
        """
        # The newest day first: opening its session may turn those of earlier days into recovery sessions, which must
        # not be in use yet.
        targets = groupby(prepared, lambda order: order.target)
        for target, orders in sorted(targets, key=lambda group: group[0].business_day or date.min, reverse=True):
            try:
                self._import_into(target.on(sync), orders)
            except ExternalOrderError as error:
                if error.code != "no_session":
                    raise
                for order in orders:
                    order.outcome.waiting = error
                if closed := ClosedTargets.current(sync.env):
                    closed.reasons[target] = error

    @api.model
    def _import_into(self, sync, prepared):
        """Create prepared orders that all have the target in the context of ``sync``."""
        session = self._get_session(sync)
        for ready in self.env["external.order.lots"]._iter_ready(session.config_id, prepared):
            numbers = self._reserve_numbers(session.config_id, ready)
            numbers.on(self)._create_or_split(sync, session, ready)

    @api.model
    def _reserve_numbers(self, config, prepared):
        """Reserve ranges of numbers for orders, receipts and lines; other sequences work as usual."""
        numbers = NumberRanges()
        numbers.reserve(config.order_seq_id, len(prepared))
        numbers.reserve(config.order_backend_seq_id, len(prepared))
        numbers.reserve(config.order_line_seq_id, sum(len(order.priced.lines) for order in prepared))
        return numbers

    # ------------------------------------------------------------
    # Preparation: nothing is written here
    # ------------------------------------------------------------

    @api.model
    def _prepare_orders(self, sync, raw_orders, outcomes):
        """Return a `PreparedOrder` for each order that can be imported, and set the outcome of the others."""
        parsed = {}
        for raw_order, outcome in zip(raw_orders, outcomes, strict=True):
            try:
                payload = parse_order(raw_order)
                parsed.setdefault(self._get_target(sync, payload), []).append((payload, outcome))
            except PayloadError as error:
                outcome.error = not_understood(self.env, error)
            except ExternalOrderError as error:
                outcome.error = error
        prepared = []
        closed = ClosedTargets.current(sync.env)
        for target, orders in parsed.items():
            if reason := closed and closed.reasons.get(target):
                for _payload, outcome in orders:
                    outcome.waiting = reason
            else:
                prepared += self._prepare_parsed(target.on(sync), orders)
        return prepared

    @api.model
    def _prepare_parsed(self, sync, parsed):
        """Return a `PreparedOrder` for each parsed order that can be imported; see `_prepare_orders`.

        :param sync: the ``external.order.sync``, with the orders' target in its context
        :param parsed: pairs of `OrderPayload` and `Outcome`
        """
        return self._prepare_new(sync, self._leave_out_existing(sync, parsed))

    @api.model
    def _prepare_new(self, sync, parsed):
        """Return a `PreparedOrder` for each parsed order that can be imported and does not exist; see
        `_prepare_parsed`.
        """
        parsed = self._leave_out_components(sync, parsed)
        payloads = [payload for payload, _outcome in parsed]
        products = self.env["external.product.matching"]._match_products(
            sync,
            [part for payload in payloads for item in payload.items for part in (item, *item.components)],
        )
        found = {match[0].id for match in products.values() if not isinstance(match, ExternalOrderError)}
        # Prefetch the products of the whole batch together.
        products = {
            key: match if isinstance(match, ExternalOrderError) else (match[0].with_prefetch(found), match[1])
            for key, match in products.items()
        }
        terms = self.env["external.order.pricing"]._get_terms(sync)
        prepared = self._prepare_matched(sync, parsed, products, terms)
        return [prepared[id(outcome)] for _payload, outcome in parsed if id(outcome) in prepared]

    @api.model
    def _prepare_matched(self, sync, parsed, products, terms):
        """Return the `PreparedOrder` of each parsed order that can be imported, by the ``id`` of its outcome.

        :param dict products: what `external.product.matching` found
        :param PricingTerms terms:
        """
        payloads = [payload for payload, _outcome in parsed]
        customers = self.env["external.customer.matching"]._match_customers(
            sync, [payload.customer for payload in payloads]
        )
        methods = self.env["external.payment.matching"]._match_methods_of_orders(sync, payloads, customers)
        prepared, failed = {}, set()
        for payload, outcome in parsed:
            customer = customers[payload.customer]
            try:
                of_order = methods[customer.has_own_customer]
                order = self._prepare_order(sync, payload, outcome, products, of_order, customer, terms)
                prepared[id(outcome)] = order
            except ExternalOrderError as error:
                outcome.error = error
                failed.add(customer.new)
        # Ignore what a failed order said about a new customer: prepare the other orders of that customer again.
        again = [
            (payload, outcome)
            for payload, outcome in parsed
            if id(outcome) in prepared and (new := customers[payload.customer].new) and new in failed
        ]
        if again:
            for _payload, outcome in again:
                del prepared[id(outcome)]
            prepared |= self._prepare_matched(sync, again, products, terms)
        return prepared

    @api.model
    def _prepare_order(self, sync, payload, outcome, products, methods, customer, terms):
        settling, invoicing = self.env["external.payment.settling"], self.env["external.order.invoicing"]
        settling._check_balance(sync, payload)
        payload = self.env["external.order.charges"]._leave_out_nothing(payload, terms)
        date_order, date_warning = self._get_order_date(sync, payload)
        terms = replace(terms.on(date_order), paid_otherwise=settling._get_paid_otherwise(payload, methods, terms))
        lines = self._prepare_lines(payload, products, terms)
        is_invoiced = invoicing._is_invoiced(sync, payload, customer)
        terms = invoicing._get_terms(sync, terms, customer, is_invoiced)
        priced = self.env["external.order.pricing"]._price_order(sync, payload, lines, terms)
        if is_invoiced:
            invoicing._fix_amounts(priced, terms)
        payments, warnings = settling._settle_payments(sync, payload, priced.total, methods)
        outcome.warnings = [
            *as_warnings(self.env, payload.warnings, "warning"),
            *self._get_product_warnings(payload, products),
            *self.env["external.order.details"]._get_detail_warnings(sync, payload),
            *as_warnings(self.env, priced.warnings, "amounts_differ"),
            *warnings,
            *filter(None, [date_warning]),
            *customer.warnings,
            *invoicing._get_warnings(sync, payload, customer, is_invoiced, priced, terms),
        ]
        return PreparedOrder(
            payload=payload,
            uuid=self._get_own_uuid(sync, payload),
            priced=priced,
            payments=payments,
            warnings=outcome.warnings,
            outcome=outcome,
            target=ImportTarget.current(sync.env),
            date_order=date_order,
            customer=customer.partner,
            customer_match=customer,
            is_invoiced=is_invoiced,
        )

    @api.model
    def _prepare_lines(self, payload, products, terms):
        """Return the `Line` list of an order: each item, followed by its components.

        :raise ExternalOrderError: if a product was not found
        """
        lines = []
        for index, item in enumerate(payload.items):
            product = self._get_product(item, products)
            parent = len(lines)
            components = [(part, self._get_product(part, products)) for part in item.components]
            lines.append(Line(product, item.name, item.quantity, item.price, item, index))
            shares = self.env["external.combo.pricing"]._share_price(item, product, components, terms.unit)
            for (part, part_product), share in zip(components, shares, strict=True):
                lines.append(
                    Line(
                        part_product,
                        part.name,
                        part.quantity,
                        share.price,
                        item,
                        index,
                        parent=parent,
                        combo_item=share.combo_item,
                        is_free=not share.is_paid,
                    )
                )
            if any(share.is_paid for share in shares):
                lines[parent].is_free, lines[parent].price = True, ZERO
        return lines

    @api.model
    def _get_product(self, item, products):
        match = products[item.key]
        if isinstance(match, ExternalOrderError):
            raise match
        return match[0]

    @api.model
    def _get_product_warnings(self, payload, products):
        """Return the warnings about the products that were found."""
        items = chain.from_iterable((item, *item.components) for item in payload.items)
        warnings = dict.fromkeys(filter(None, (products[item.key][1] for item in items)))
        return [Warn(warning, "product_differs") for warning in warnings]

    # ------------------------------------------------------------
    # Creating
    # ------------------------------------------------------------

    @api.model
    def _create_or_split(self, sync, session, prepared):
        """Create the orders together; if that fails, halve the batch until the failing order is alone."""
        outcome = Outcome()
        numbers = NumberRanges.current(self.env)
        mark = numbers.mark()
        with self._catch(outcome), self.env.cr.savepoint():
            orders = self._create_orders(sync, session, prepared)
        if not (outcome.error or outcome.conflict):
            for order, pos_order in zip(prepared, orders, strict=True):
                order.outcome.pos_order = pos_order
            return
        numbers.give_back(mark)
        if len(prepared) == 1:
            prepared[0].outcome.error, prepared[0].outcome.conflict = outcome.error, outcome.conflict
            return
        middle = len(prepared) // 2
        self._create_or_split(sync, session, prepared[:middle])
        self._create_or_split(sync, session, prepared[middle:])

    def _catch(self, outcome):
        return OutcomeCatcher(self.env, outcome)

    @api.model
    def _create_orders(self, sync, session, prepared):
        """Create the orders with customers, lines and payments, mark them as paid, create their transfers and invoices,
        and return them.

        :rtype: pos.order
        """
        self.env["external.customer.creation"]._create_customers(sync, prepared)
        vals_list = [self._prepare_pos_order_values(sync, session, order) for order in prepared]
        # No creation message per order is needed because the inbox has the history.
        quiet = self.env["pos.order"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        orders = OrderCreation().on(quiet).create(vals_list).with_env(self.env)
        self._link_components(orders, prepared)
        for order in orders:
            order.action_pos_order_paid()
        transfers = self.env["external.order.picking"]
        transfers._create_pickings(orders)
        self.env.flush_all()
        for pos_order, warning in transfers._get_open_warnings(orders):
            prepared[orders.ids.index(pos_order.id)].outcome.warnings.append(warning)
        self.env["external.order.invoicing"]._create_invoices(sync, orders, prepared)
        return orders

    @api.model
    def _link_components(self, orders, prepared):
        for pos_order, order in zip(orders, prepared, strict=True):
            if all(values.parent is None for values in order.priced.lines):
                continue
            lines = pos_order.lines.sorted("id")
            for line, values in zip(lines, order.priced.lines, strict=True):
                if values.parent is not None:
                    line.combo_parent_id = lines[values.parent]
