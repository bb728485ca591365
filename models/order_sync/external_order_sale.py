from odoo import api, fields, models
from odoo.tools import format_datetime


class ExternalOrder(models.Model):
    """What users want to know about a sale: when and where it was made, to whom, and how it was paid."""

    _inherit = "external.order"

    # Stored at the import, not computed: a later change of a POS order must not rewrite rows of the inbox.
    sold_date = fields.Datetime("Sold On", readonly=True)
    payment_method_id = fields.Many2one(
        "pos.payment.method",
        "Main Payment Method",
        readonly=True,
        ondelete="set null",
        help="The payment method of the largest payment.",
    )
    payment_method_ids = fields.Many2many(
        "pos.payment.method",
        string="Payment Methods",
        compute="_compute_payment_method_ids",
        search="_search_payment_method_ids",
    )
    booked_amounts = fields.Json(
        readonly=True,
        help="Total, tax and payments (net of change, by the id of the payment method) as they were imported. A later "
        "change of the POS order is compared with them.",
    )
    # Not stored: it is read, searched and grouped through the POS order.
    partner_id = fields.Many2one(related="pos_order_id.partner_id", string="Customer")
    # As the order says, imported or not.
    stated_customer = fields.Char(compute="_compute_stated")
    stated_sold_date = fields.Char(compute="_compute_stated")
    stated_type = fields.Char("Order Type", compute="_compute_stated")
    stated_taker = fields.Char("Order Taken By", compute="_compute_stated")
    stated_note = fields.Text("Note", compute="_compute_stated")
    charges = fields.Monetary(compute="_compute_stated", help="Sum of the charges beside the items, as received.")

    @api.depends("pos_order_id.payment_ids.payment_method_id")
    def _compute_payment_method_ids(self):
        for order in self:
            # sudo: like the related fields above
            order.payment_method_ids = order.sudo().pos_order_id.payment_ids.payment_method_id

    @api.depends("payload")
    def _compute_stated(self):
        for order in self:
            payload, _problem = order._read_payload()
            customer = payload and payload.customer
            order.stated_customer = customer and (customer.name or customer.ref or customer.email or customer.phone)
            order.stated_sold_date = payload and order._format_sold_at(payload.sold_at)
            order.stated_type = payload and payload.order_type
            order.stated_taker = payload and payload.order_taker
            order.stated_note = payload and payload.note
            order.charges = float(sum(charge.amount for charge in payload.charges)) if payload else 0.0

    @api.model
    def _format_sold_at(self, sold_at):
        """Return a time that an order states as text: in the reader's time zone, or in the shop's if it has none."""
        if not sold_at:
            return ""
        zone = False if sold_at.tzinfo else "UTC"
        return format_datetime(self.env, sold_at.replace(tzinfo=None), tz=zone, dt_format="short")

    @api.model
    def _get_charge_names(self):
        """Return the names of the types of charges, for charges that the order does not name."""
        return {
            "service": self.env._("Service Charge"),
            "delivery": self.env._("Delivery Charge"),
            "tip": self.env._("Tip"),
            "packaging": self.env._("Packaging"),
            "deposit": self.env._("Deposit"),
            "rounding": self.env._("Rounding"),
            "other": self.env._("Other Charge"),
        }

    def _prepare_sale_values(self, pos_order):
        """Return the values that an imported order takes from its ``pos.order``."""
        largest = max(pos_order.payment_ids, key=lambda payment: abs(payment.amount), default=pos_order.payment_ids)
        return {
            "sold_date": pos_order.date_order,
            "payment_method_id": largest.payment_method_id.id,
            "booked_amounts": self._prepare_booked_amounts(pos_order),
        }

    @api.model
    def _prepare_booked_amounts(self, pos_order):
        """Return the amounts of a ``pos.order`` as JSON numbers, rounded to its currency."""
        round_amount = pos_order.currency_id.round
        paid = {}
        for payment in pos_order.payment_ids:
            key = str(payment.payment_method_id.id)
            paid[key] = paid.get(key, 0.0) + payment.amount
        payments = {key: round_amount(amount) for key, amount in paid.items()}
        return {
            "total": round_amount(pos_order.amount_total),
            "tax": round_amount(pos_order.amount_tax),
            "payments": {key: amount for key, amount in payments.items() if amount},
        }
