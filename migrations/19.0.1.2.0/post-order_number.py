"""Fill the numbers of orders imported earlier and, in the inbox, when they were sold and how they were paid."""

from odoo.tools import SQL


def migrate(cr, version):
    """Fill the new columns from existing data, with one statement per table."""
    cr.execute(
        SQL(
            """
            UPDATE pos_order
               SET external_order_number = inbox.external_id
              FROM external_order inbox
             WHERE inbox.pos_order_id = pos_order.id
               AND pos_order.external_order_number IS NULL
            """
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE external_order inbox
               SET sold_date = pos_order.date_order,
                   payment_method_id = (
                        SELECT payment.payment_method_id
                          FROM pos_payment payment
                         WHERE payment.pos_order_id = pos_order.id
                      ORDER BY abs(payment.amount) DESC, payment.id
                         LIMIT 1
                   )
              FROM pos_order
             WHERE pos_order.id = inbox.pos_order_id
               AND inbox.sold_date IS NULL
            """
        )
    )
