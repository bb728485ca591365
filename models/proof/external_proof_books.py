from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...lib.money import decimal
from ...lib.order.figures import ZERO, Figures, total_of
from .difference import DayBooks, Difference

# A day names at most this many orders; what is left is shown as one difference.
MOST_NAMED = 500
BOOKED_STATES = ("paid", "done")
# Of a pair: its order is not in Odoo as it was imported.
DIFFERS = SQL(
    """in_shop <> in_books
       OR (in_shop AND (shop_config <> books_config OR shop_gross <> books_gross OR shop_tax <> books_tax
                        OR shop_paid <> books_paid))"""
)


class ExternalProofBooks(models.AbstractModel):
    """Reads a business day: what the inbox received, what the POS orders say now, and the orders that differ.

    An imported order counts for the shop with the amounts that its import checked and stored, so a later change of the
    POS order is noticed. A few statements read a day, however many orders it has.
    """

    _name = "external.proof.books"
    _description = "Reconciliation of a Day: Books"

    @api.model
    def _read_day(self, sync, day, unbooked=()):
        """Return the figures of a business day.

        :param sync: the ``external.order.sync``
        :param day: the date
        :param unbooked: the `Difference` of each order of that day that is not imported, see `external.proof.unbooked`
        :rtype: DayBooks
        """
        self.env.flush_all()
        first, end = sync._get_start_of_day(day), sync._get_end_of_day(day)
        pairs = self._get_pairs(sync, first, end)
        inbox, books = {}, {}
        self._add_up(pairs, inbox, books)
        differences = self._read_differing(pairs)
        by_hand = [*self._read_refunds_by_hand(sync, first, end), *self._read_credit_notes(sync, day)]
        for difference in by_hand:
            books[difference.pos_config] = books.get(difference.pos_config, Figures()) + difference.books
        changes = self._read_changes(sync, pairs, day, first, end)
        for difference in [*unbooked, *changes]:
            inbox[difference.pos_config] = inbox.get(difference.pos_config, Figures()) + difference.shop
            # What was booked of a changed order counts already.
            if difference.reason in ("changed", "moved"):
                inbox[difference.pos_config] -= difference.books
        closings = self._read_closings(sync, day, first, end)
        closing = {}
        for difference in closings:
            closing[difference.pos_config] = closing.get(difference.pos_config, ZERO) + difference.books.gross
        return DayBooks(inbox, books, [*differences, *by_hand, *unbooked, *changes, *closings], closing)

    # ------------------------------------------------------------
    # Orders of the inbox and their POS orders
    # ------------------------------------------------------------

    @api.model
    def _get_pairs(self, sync, first, end, is_sold_only=False):
        """Return the beginning of a statement: ``pair`` has each order that is of this day for the shop or in Odoo.

        :param bool is_sold_only: leave out those that are of this day only in Odoo
        """
        moved_here = SQL(
            """UNION
                    SELECT received.id
                      FROM pos_order AS booked
                      JOIN external_order AS received ON received.pos_order_id = booked.id
                     WHERE booked.date_order >= %(first)s AND booked.date_order < %(end)s
                       AND received.sync_id = %(sync)s AND received.state = 'done'""",
            sync=sync.id,
            first=first,
            end=end,
        )
        return SQL(
            """WITH of_day AS (
                    SELECT id FROM external_order
                     WHERE sync_id = %(sync)s AND state = 'done' AND sold_date >= %(first)s AND sold_date < %(end)s
                    %(moved_here)s
               ), pair AS (
                    SELECT received.id, received.kind <> 'sale' AS is_refund, received.changed IS TRUE AS is_changed,
                           received.sold_date >= %(first)s AND received.sold_date < %(end)s AS in_shop,
                           received.pos_config_id AS shop_config,
                           imported.gross AS shop_gross, imported.tax AS shop_tax,
                           coalesce(received.booked_amounts -> 'payments', paid.amounts, '{}') AS shop_paid,
                           booked.id AS pos_order_id,
                           booked.id IS NOT NULL AND booked.state IN %(states)s
                               AND booked.date_order >= %(first)s AND booked.date_order < %(end)s AS in_books,
                           booked.id IS NOT NULL AND booked.state IN %(states)s AS is_booked,
                           booked.config_id AS books_config,
                           CASE WHEN abs(imported.gross - sold.gross) > sold.tolerance + sold.cash_rounding
                                THEN round(sold.gross, 4) ELSE booked.amount_total END AS books_gross,
                           CASE WHEN abs(imported.tax - sold.tax) > sold.tolerance
                                THEN round(sold.tax, 4) ELSE booked.amount_tax END AS books_tax,
                           coalesce(paid.amounts, '{}') AS books_paid
                      FROM of_day
                      JOIN external_order AS received ON received.id = of_day.id
                      LEFT JOIN pos_order AS booked ON booked.id = received.pos_order_id
                     CROSS JOIN LATERAL (
                               SELECT coalesce((received.booked_amounts ->> 'total')::numeric, booked.amount_total,
                                               received.total, 0) AS gross,
                                      coalesce((received.booked_amounts ->> 'tax')::numeric, booked.amount_tax, 0)
                                      AS tax
                           ) AS imported
                      LEFT JOIN LATERAL (
                               SELECT jsonb_object_agg(payment_method_id, amount) AS amounts
                                 FROM (SELECT payment_method_id, sum(amount) AS amount FROM pos_payment
                                        WHERE pos_order_id = booked.id
                                        GROUP BY payment_method_id HAVING sum(amount) <> 0) AS of_method
                           ) AS paid ON TRUE
                      LEFT JOIN LATERAL (
                               -- What is posted are the lines. Their rounding may differ from that of the total.
                               SELECT coalesce(sum(price_subtotal_incl), 0) AS gross,
                                      coalesce(sum(price_subtotal_incl - price_subtotal), 0) AS tax,
                                      coalesce(max(currency.rounding), 0) * count(*) AS tolerance,
                                      coalesce(max(cash.rounding), 0) AS cash_rounding
                                 FROM pos_order_line AS line
                                 JOIN pos_config AS config ON config.id = booked.config_id
                                 JOIN res_company AS company ON company.id = config.company_id
                                 JOIN account_journal AS journal ON journal.id = config.journal_id
                                 JOIN res_currency AS currency
                                      ON currency.id = coalesce(journal.currency_id, company.currency_id)
                                 LEFT JOIN account_cash_rounding AS cash ON cash.id = config.rounding_method
                                WHERE line.order_id = booked.id
                           ) AS sold ON TRUE
               )""",
            sync=sync.id,
            first=first,
            end=end,
            states=BOOKED_STATES,
            moved_here=SQL() if is_sold_only else moved_here,
        )

    @api.model
    def _has_disturbed(self, sync, day):
        """Return whether an imported order of a business day is not in Odoo as it was imported, whenever that was
        done: what is deleted or moved away leaves no date of a change."""
        self.env.flush_all()
        pairs = self._get_pairs(sync, sync._get_start_of_day(day), sync._get_end_of_day(day), is_sold_only=True)
        query = SQL("%s SELECT FROM pair WHERE %s LIMIT 1", pairs, DIFFERS)
        return bool(self.env.execute_query(query) or self._read_credit_notes(sync, day))

    @api.model
    def _add_up(self, pairs, inbox, books):
        """Add the sums of the imported orders to the figures of both sides, by ``pos.config``."""
        configs, sides = self.env["pos.config"], {"shop": inbox, "books": books}
        sums = SQL(
            """%s, side AS (
                    SELECT 'shop' AS side, shop_config AS config, is_refund, shop_gross AS gross, shop_tax AS tax,
                           shop_paid AS paid
                      FROM pair WHERE in_shop
                     UNION ALL
                    SELECT 'books', books_config, is_refund, books_gross, books_tax, books_paid
                      FROM pair WHERE in_books
               )""",
            pairs,
        )
        totals = SQL(
            """%s SELECT side, config, count(*) FILTER (WHERE NOT is_refund), count(*) FILTER (WHERE is_refund),
                         sum(gross), sum(tax)
                    FROM side GROUP BY side, config""",
            sums,
        )
        for side, config, orders, refunds, gross, tax in self.env.execute_query(totals):
            sides[side][configs.browse(config)] = Figures(orders, refunds, _exact(gross), _exact(tax))
        payments = SQL(
            """%s SELECT side, config, payment.key::int, sum(payment.value::numeric)
                    FROM side, jsonb_each_text(side.paid) AS payment GROUP BY side, config, payment.key""",
            sums,
        )
        for side, config, method, amount in self.env.execute_query(payments):
            sides[side][configs.browse(config)] += Figures(payments={method: _exact(amount)} if amount else {})

    @api.model
    def _read_differing(self, pairs):
        """Return a `Difference` for each imported order that is not in Odoo as it was imported."""
        rows, configs, orders = self.env["external.order"], self.env["pos.config"], self.env["pos.order"]
        query = SQL(
            """%s SELECT id, is_refund, in_shop, in_books, is_booked, shop_config, books_config,
                         shop_gross, shop_tax, shop_paid, books_gross, books_tax, books_paid, pos_order_id
                    FROM pair
                   WHERE %s
                   ORDER BY id LIMIT %s""",
            pairs,
            DIFFERS,
            MOST_NAMED,
        )
        differences = []
        for pair in self.env.execute_query_dict(query):
            counts = (0, 1) if pair["is_refund"] else (1, 0)
            shop, books = (
                Figures(
                    *counts,
                    _exact(pair[f"{side}_gross"]),
                    _exact(pair[f"{side}_tax"]),
                    _payments(pair[f"{side}_paid"]),
                )
                for side in ("shop", "books")
            )
            shop_config, books_config = (configs.browse(pair[f"{side}_config"]) for side in ("shop", "books"))
            if pair["in_shop"] and not pair["is_booked"]:
                found = [("deleted", shop_config, shop, Figures())]
            elif pair["in_shop"] and pair["in_books"] and shop_config == books_config:
                is_same = (shop.gross, shop.tax) == (books.gross, books.tax)
                found = [("payment" if is_same else "edited", shop_config, shop, books)]
            else:  # its date or its Point of Sale is another one now
                found = [("moved", shop_config, shop, Figures())] if pair["in_shop"] else []
                found += [("moved", books_config, Figures(), books)] if pair["in_books"] else []
            behind = {"row": rows.browse(pair["id"]), "pos_order": orders.browse(pair["pos_order_id"] or ())}
            differences += [
                Difference(reason, config, of_shop, of_books, **behind) for reason, config, of_shop, of_books in found
            ]
        return differences

    # ------------------------------------------------------------
    # What else is in the books
    # ------------------------------------------------------------

    @api.model
    def _read_refunds_by_hand(self, sync, first, end):
        """Return a `Difference` for each refund of an imported order that was made in Odoo and not by the shop."""
        query = SQL(
            """SELECT refund.id, refund.config_id, refund.amount_total, refund.amount_tax, min(received.id),
                      (SELECT jsonb_object_agg(payment_method_id, amount)
                         FROM (SELECT payment_method_id, sum(amount) AS amount FROM pos_payment
                                WHERE pos_order_id = refund.id
                                GROUP BY payment_method_id HAVING sum(amount) <> 0) AS of_method)
                 FROM pos_order AS refund
                 JOIN pos_order_line AS line ON line.order_id = refund.id
                 JOIN pos_order_line AS sold ON sold.id = line.refunded_orderline_id
                 JOIN external_order AS received ON received.pos_order_id = sold.order_id
                WHERE refund.date_order >= %(first)s AND refund.date_order < %(end)s
                  AND refund.state IN %(states)s AND refund.source IS DISTINCT FROM 'external'
                  AND received.sync_id = %(sync)s AND received.kind = 'sale'
                GROUP BY refund.id ORDER BY refund.id""",
            sync=sync.id,
            first=first,
            end=end,
            states=BOOKED_STATES,
        )
        differences = []
        for refund, config, gross, tax, row, paid in self.env.execute_query(query):
            books = Figures(0, 1, _exact(gross), _exact(tax), _payments(paid or {}))
            behind = {
                "row": self.env["external.order"].browse(row),
                "pos_order": self.env["pos.order"].browse(refund),
            }
            differences.append(
                Difference("refunded", self.env["pos.config"].browse(config), Figures(), books, **behind)
            )
        return differences

    @api.model
    def _read_changes(self, sync, pairs, day, first, end):
        """Return a `Difference` for each imported order of which the shop says something else since."""
        Order, unbooked = self.env["external.order"], self.env["external.proof.unbooked"]
        ids = [row for (row,) in self.env.execute_query(
            SQL("%s SELECT id FROM pair WHERE is_changed AND in_shop ORDER BY id LIMIT %s", pairs, MOST_NAMED)
        )]  # fmt: skip
        rows = Order.browse(ids)
        changed = Order.search([("sync_id", "=", sync.id), ("changed", "=", True)], order="id desc", limit=MOST_NAMED)
        return [
            *unbooked._read_changed(sync, rows, day),
            *unbooked._read_moved_here(sync, changed - rows, day),
            *unbooked._read_reinstated(changed | rows, first, end),
        ]


def remaining(total, differences):
    """Return what a total difference has beyond these differences of orders, ``None`` if one of them has no amount."""
    of_orders = [difference for difference in differences if difference.reason != "closing"]
    if not all(difference.is_known for difference in of_orders):
        return None
    return total - total_of(difference.amount for difference in of_orders)


def _exact(amount):
    """Return an amount of the database as a short ``Decimal``."""
    return Decimal(str(amount or 0)).normalize() + ZERO


def _payments(amounts):
    """Return the amounts of a JSON object by payment method."""
    return {int(method): decimal(float(amount)).normalize() for method, amount in amounts.items() if amount}
