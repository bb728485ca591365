import uuid
from decimal import Decimal

from odoo import api, fields, models

ZERO = Decimal(0)


class ExternalOrderImport(models.AbstractModel):
    """The values of the records that a prepared order becomes. Other modules extend these hooks."""

    _inherit = "external.order.import"

    @api.model
    def _prepare_pos_order_values(self, sync, session, order):
        """Return the values of the ``pos.order``: a hook.

        :param PreparedOrder order:
        """
        paid = sum((payment["amount"] for payment in order.payments), ZERO)
        returned = -sum((payment["amount"] for payment in order.payments if payment["amount"] < 0), ZERO)
        return {
            "uuid": order.uuid,
            "source": "external",
            "session_id": session.id,
            "user_id": session.user_id.id,
            "company_id": sync.company_id.id,
            "date_order": order.date_order,
            "partner_id": order.customer.id,
            "to_invoice": order.is_invoiced,
            "fiscal_position_id": order.priced.fiscal_position.id,
            "amount_tax": float(order.priced.tax),
            "amount_total": float(order.priced.total),
            "amount_paid": float(paid),
            "amount_return": float(returned),
            "is_refund": order.priced.total < 0,
            **self.env["external.order.details"]._prepare_detail_values(sync, order),
            **self.env["external.order.charges"]._prepare_tip_values(order.payload),
            "lines": [
                fields.Command.create(self._prepare_pos_order_line_values(order, line, index))
                for index, line in enumerate(order.priced.lines)
            ],
            "payment_ids": [
                fields.Command.create(self._prepare_pos_payment_values(order, payment, index))
                for index, payment in enumerate(order.payments)
            ],
            **order.further_values,
        }

    @api.model
    def _prepare_pos_order_line_values(self, order, line, index):
        """Return the values of one ``pos.order.line``: a hook.

        :param PreparedOrder order:
        :param Line line:
        """
        base_line = line.base_line
        details = base_line["tax_details"]
        sign = -1 if order.priced.total < 0 else 1
        net = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        tax = sum(data["tax_amount_currency"] for data in details["taxes_data"])
        return {
            "uuid": str(uuid.uuid5(uuid.UUID(order.uuid), f"line/{index}")),
            "product_id": line.product.id,
            "full_product_name": line.name if line.charge else line.product.display_name,
            "qty": float(line.quantity),
            "price_unit": base_line["price_unit"],
            "price_type": "manual",
            "discount": base_line["discount"],
            "tax_ids": [fields.Command.set(line.taxes.ids)],
            "price_subtotal": sign * net,
            "price_subtotal_incl": sign * (net + tax),
            "combo_item_id": line.combo_item.id if line.combo_item else False,
            "pack_lot_ids": [fields.Command.create({"lot_name": name}) for name in line.lots],
            "extra_tax_data": self.env["account.tax"]._export_base_line_extra_tax_data(base_line) or False,
            **line.further_values,
        }

    @api.model
    def _prepare_pos_payment_values(self, order, payment, index):
        """Return the values of one ``pos.payment``: a hook.

        :param PreparedOrder order:
        :param dict payment: ``amount`` (Decimal), ``payment_method`` and further fields of the payment
        """
        values = {key: value for key, value in payment.items() if key != "payment_method"}
        return {
            **values,
            "uuid": str(uuid.uuid5(uuid.UUID(order.uuid), f"payment/{index}")),
            "amount": float(payment["amount"]),
            "payment_date": order.date_order,
            "payment_method_id": payment["payment_method"].id,
        }
