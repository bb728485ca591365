from odoo import api, models
from odoo.tools import SQL

from ...lib.money import decimal
from ...lib.order.figures import Figures
from .difference import Difference


class ExternalProofBooks(models.AbstractModel):
    """Reads the sessions of a business day that were closed with a difference."""

    _inherit = "external.proof.books"

    @api.model
    def _read_closings(self, sync, day, first, end):
        """Return a `Difference` for each session of the day whose counted cash was not the expected one, and for each
        of its other payment methods of which that is true."""
        query = SQL(
            """SELECT session.id
                 FROM pos_session AS session
                WHERE session.state = 'closed' AND session.config_id IN %(configs)s
                  AND (session.external_business_day = %(day)s
                       OR (session.external_business_day IS NULL
                           AND session.stop_at >= %(first)s AND session.stop_at < %(end)s))
                  AND EXISTS (SELECT FROM pos_order AS booked
                                JOIN external_order AS received ON received.pos_order_id = booked.id
                               WHERE booked.session_id = session.id AND received.sync_id = %(sync)s)
                ORDER BY session.id""",
            sync=sync.id,
            configs=tuple(sync._get_pos_configs().ids),
            day=day,
            first=first,
            end=end,
        )
        sessions = self.env["pos.session"].browse([session for (session,) in self.env.execute_query(query)])
        found = [(session, {}, session.cash_register_difference) for session in sessions]
        found += [
            (session, {method.id: decimal(session.currency_id.round(amount))}, amount)
            for session, method, amount in self._read_other_closings(sessions)
        ]
        return [
            Difference(
                "closing",
                session.config_id,
                Figures(),
                Figures(gross=decimal(session.currency_id.round(amount)), payments=payments),
                session=session,
            )
            for session, payments, amount in found
            if not session.currency_id.is_zero(amount)
        ]

    @api.model
    def _read_other_closings(self, sessions):
        """Return [(session, payment method, counted less expected amount)] of methods such as a card terminal.

        Odoo posts this difference on the profit or loss account of the method's journal: in the entry of the session's
        payment or, where each customer has a payment, in one that only its reference connects with the session.
        """
        if not sessions:
            return []
        query = SQL(
            """WITH entry AS (
                    SELECT payment.pos_session_id AS session, payment.pos_payment_method_id AS method,
                           payment.move_id AS move
                      FROM account_payment AS payment
                     WHERE payment.pos_session_id IN %(sessions)s AND payment.pos_payment_method_id IS NOT NULL
                     UNION
                    SELECT session.id, method.id, move.id
                      FROM pos_session AS session
                      JOIN pos_config_pos_payment_method_rel AS used ON used.pos_config_id = session.config_id
                      JOIN pos_payment_method AS method
                           ON method.id = used.pos_payment_method_id AND method.split_transactions
                      JOIN account_move AS move
                           ON move.journal_id = method.journal_id AND move.create_date >= session.start_at
                     WHERE session.id IN %(sessions)s AND move.origin_payment_id IS NULL
                       AND strpos(move.ref, '(' || session.name || ')') > 0
               )
               SELECT session, method, -sum(line.amount_currency)
                 FROM entry
                 JOIN pos_payment_method ON pos_payment_method.id = method
                 JOIN account_journal AS journal ON journal.id = journal_id AND journal.type = 'bank'
                 JOIN account_move_line AS line
                      ON line.move_id = move AND line.account_id IN (profit_account_id, loss_account_id)
                WHERE line.parent_state = 'posted'
                GROUP BY session, method ORDER BY session, method""",
            sessions=tuple(sessions.ids),
        )
        methods = self.env["pos.payment.method"]
        return [
            (sessions.browse(session), methods.browse(method), float(amount))
            for session, method, amount in self.env.execute_query(query)
        ]
