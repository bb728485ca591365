from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...exceptions import ExternalOrderError
from ...tools.message_language import for_reader, name_text, stored
from .import_target import pos_config_of
from .outcome import Warn
from .pos_session_day import EntryDate


class ExternalOrderInvoicing(models.AbstractModel):
    """Decides which orders are invoiced, and creates their invoices in Odoo's own way, as the register does.

    An invoice must have exactly the total and tax of its order. Otherwise, the order is refused and nothing is booked.
    """

    _name = "external.order.invoicing"
    _description = "External Order Invoicing"

    # ------------------------------------------------------------
    # Preparation: nothing is written here
    # ------------------------------------------------------------

    @api.model
    def _is_invoiced(self, sync, payload, match):
        """Return whether an order gets an invoice: a hook.

        :param OrderPayload payload:
        :param CustomerMatch match:
        :raise ExternalOrderError: ``invoice_refused`` if the Point of Sale has no journal for it
        """
        if sync.invoice_mode == "never" or not match.has_customer:
            return False
        if not payload.wants_invoice and (sync.invoice_mode == "asked" or match.is_default):
            return False
        if self._is_of_somebody_else(payload, match):
            return False
        if not pos_config_of(sync).invoice_journal_id:
            message = stored(self.env)._(
                "%s has no invoice journal, so the order cannot be invoiced. Choose one in the settings of the Point "
                "of Sale, then press Retry.",
                pos_config_of(sync).name,
            )
            raise ExternalOrderError("invoice_refused", message)
        return True

    @api.model
    def _is_of_somebody_else(self, payload, match):
        """Return whether an order with the default customer names another one, who would have to be on the invoice."""
        return match.is_default and payload.customer is not None

    @api.model
    def _get_terms(self, sync, terms, match, is_invoiced):
        """Return the `PricingTerms` of one order: those of its batch, and the taxes of its customer's fiscal position.

        :param PricingTerms terms: those of the batch
        :param CustomerMatch match:
        """
        if not match.has_customer:
            return terms
        return replace(
            terms,
            is_invoiced=is_invoiced,
            get_customer_position=lambda: self._get_fiscal_position(sync, terms, match),
        )

    @api.model
    def _get_fiscal_position(self, sync, terms, match):
        """Return the fiscal position of a customer, as the register uses it; empty if it has none."""
        partner = match.partner or self.env["res.partner"].new(match.new.values)
        key = match.partner.id or match.new
        if key not in terms.customer_positions:
            positions = self.env["account.fiscal.position"].with_company(sync.company_id)
            terms.customer_positions[key] = positions._get_fiscal_position(partner)
        return terms.customer_positions[key]

    @api.model
    def _get_warnings(self, sync, payload, match, is_invoiced, priced, terms):
        """Return the warnings about an order whose invoice is missing, or not in its customer's fiscal position."""
        env = stored(self.env)
        is_without = not match.has_customer or self._is_of_somebody_else(payload, match)
        if payload.wants_invoice and is_without and sync.invoice_mode != "never":
            text = env._(
                "The order asks for an invoice, but its customer is not known in Odoo, so it has none. Enter the "
                "customer in the POS order and invoice it there."
            )
            if payload.customer and sync.customer_mode == "ignore":
                text = env._(
                    "The order asks for an invoice, but the synchronization ignores customers, so it has none. Enter "
                    "the customer in the POS order and invoice it there."
                )
            return [Warn(text, "invoice_unclear")]
        position = terms.get_customer_position() if is_invoiced else None
        if position and position != priced.fiscal_position:
            text = env._(
                "The fiscal position of the customer is %(position)s, but the totals of the order do not agree with "
                "it. The invoice has the taxes that the order was sold with.",
                position=name_text(position),
            )
            return [Warn(text, "invoice_unclear")]
        return []

    @api.model
    def _fix_amounts(self, priced, terms):
        """Fix the amounts of all lines, so that the invoice has them too, whatever its own rounding.

        Lines of invoices have discounts with fewer decimals than those of orders. The unit price compensates for that.
        """
        self.env["account.tax"]._fix_base_lines_tax_details_on_manual_tax_amounts(
            [line.base_line for line in priced.lines], terms.company
        )
        digits = self.env["decimal.precision"].precision_get("Discount")
        for line in priced.lines:
            exact, rounded = line.base_line["discount"], round(line.base_line["discount"], digits)
            if exact == rounded:
                continue
            if rounded == 100:
                rounded = 0.0
            line.base_line["price_unit"] *= (100 - exact) / (100 - rounded)
            line.base_line["discount"] = rounded

    # ------------------------------------------------------------
    # Creating
    # ------------------------------------------------------------

    @api.model
    def _create_invoices(self, sync, orders, prepared):
        """Invoice those of the orders just created that need an invoice.

        An invoice that cannot have the date of its sale adds a warning to the outcome of its order.

        :param sync: the ``external.order.sync``, in whose time zone the invoices are dated
        :param orders: the ``pos.order`` records
        :param prepared: their `PreparedOrder`, in the same sequence
        :raise ExternalOrderError: ``invoice_mismatch`` or ``invoice_refused``; the caller rolls back the order
        """
        for pos_order, order in zip(orders, prepared, strict=True):
            if order.is_invoiced:
                # Odoo dates invoices, and compares them with today, in the time zone of the user.
                local = pos_order.with_context(tz=sync._get_zone().zone).with_company(pos_order.company_id)
                day, entry_date = self._get_dates(local)
                self._create_invoice(EntryDate(entry_date).on(local))
                if entry_date != day:
                    order.outcome.warnings.append(self._get_lock_warning(local, day, entry_date))

    @api.model
    def _get_dates(self, pos_order):
        """Return when an order was sold (today at the latest), and the first date from then on that is not locked.

        :param pos_order: with the time zone in its context
        """
        sold = fields.Date.context_today(pos_order, pos_order.date_order)
        day = min(sold, fields.Date.context_today(pos_order))
        return day, pos_order.session_id._get_first_open_date(day, self._get_journals(pos_order))

    @api.model
    def _get_journals(self, pos_order):
        """Return the journals of the invoice and of its payments."""
        return pos_order.config_id.invoice_journal_id | pos_order.config_id.journal_id

    @api.model
    def _get_lock_warning(self, pos_order, day, entry_date):
        env = for_reader(self.env)
        locks = pos_order.session_id._get_locks(day, self._get_journals(pos_order))
        text = stored(self.env)._(
            "%(day)s is locked (%(locks)s), so the invoice was posted on %(date)s.",
            day=format_date(env, day),
            locks=env["res.company"]._format_lock_dates(locks),
            date=format_date(env, entry_date),
        )
        return Warn(text, "date_differs")

    @api.model
    def _create_invoice(self, pos_order):
        """Create, post and pay the invoice of an order. It is not printed or sent, because that takes seconds."""
        try:
            invoice = pos_order.with_context(generate_pdf=False)._generate_pos_order_invoice()
        except ExternalOrderError:
            raise
        except UserError as error:
            message = stored(self.env)._(
                "Odoo refused the invoice: %(reason)s Nothing was booked. Correct that and press Retry, or set Invoice "
                "to Never in the synchronization.",
                reason=error,
            )
            raise ExternalOrderError("invoice_refused", message) from error
        self._check_invoice(pos_order, invoice)

    @api.model
    def _check_invoice(self, pos_order, invoice):
        """Refuse an invoice whose total or tax differs from the order's, or that does not cover the whole order."""
        currency = pos_order.currency_id
        # With cash rounding, the invoice totals what was paid.
        pairs = ((abs(pos_order.amount_paid), invoice.amount_total), (abs(pos_order.amount_tax), invoice.amount_tax))
        if invoice.currency_id == currency and not any(currency.compare_amounts(*pair) for pair in pairs):
            return
        texts = [invoice.currency_id.format(invoice.amount_total), invoice.currency_id.format(invoice.amount_tax)]
        message = stored(self.env)._(
            "The invoice would total %(invoice)s with %(invoice_tax)s tax, but the order totals %(total)s with %(tax)s "
            "tax. Nothing was booked. Check the cash rounding of the Point of Sale and the taxes of the products, or "
            "set Invoice to Never in the synchronization; then press Retry.",
            invoice=texts[0],
            invoice_tax=texts[1],
            total=currency.format(pairs[0][0]),
            tax=currency.format(pairs[1][0]),
        )
        raise ExternalOrderError("invoice_mismatch", message)
