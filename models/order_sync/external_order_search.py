from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bounded_count import estimate
from ...tools.few_rows import sql_few


class ExternalOrder(models.Model):
    """What users type into the search of the inbox, and by what they sort its list: found without reading all orders.

    The list, its number and the search panel beside it ask the same question six times.
    """

    _inherit = "external.order"

    # Only for the search.
    order_number = fields.Char(
        store=False,
        exportable=False,
        search="_search_order_number",
        help="Finds the order with this OrderID or, if there is none, those whose OrderIDs contain it.",
    )
    sold_to_id = fields.Many2one(
        "res.partner",
        store=False,
        exportable=False,
        search="_search_sold_to_id",
        help="Finds the orders of this customer.",
    )

    # What the search for a part of an OrderID reads instead of the orders, and the list sorted by it.
    _order_number = models.Index("(external_id, company_id, id)")
    # The list sorted by the date of the sale, which finds the orders of a day, too, or by the amount.
    _sold = models.Index("(sold_date)")
    _total = models.Index("(total)")

    @api.model
    def _search_order_number(self, operator, value):
        if operator != "ilike":
            return NotImplemented if operator in Domain.NEGATIVE_OPERATORS else Domain("external_id", operator, value)
        exact, similar = Domain("external_id", "=", value.strip()), Domain("external_id", "ilike", value)
        if self.search_count(exact, limit=1):
            return exact
        # Without the index of trigrams, comparing texts with each other in lower case would take most of the time.
        is_cased = value.lower() != value.upper()
        query = self._search(
            similar if is_cased or self.env.registry.has_trigram else Domain("external_id", "like", value)
        )
        few = sql_few(self.env, query, SQL.identifier(query.table, "id"), self._estimate_rows())
        return similar if few is None else self._get_one_of_domain("id", few)

    @api.model
    def _search_sold_to_id(self, operator, value):
        partners = self._search_asked("res.partner", operator, value)
        if partners is None:
            return NotImplemented if operator in Domain.NEGATIVE_OPERATORS else Domain("partner_id", operator, value)
        # sudo: like `partner_id`, which is read through the POS order, too. The search itself checks the orders.
        sold = self.env["pos.order"].sudo()._search([("partner_id", "in", partners)])
        return self._get_pos_orders_domain(sold, "id")

    @api.model
    def _search_payment_method_ids(self, operator, value):
        if operator == "in" and False in value:
            # sudo: like the compute method, which finds none for an order without a POS order, too.
            with_payments = self._get_pos_orders_domain(self.env["pos.payment"].sudo()._search([]), "pos_order_id")
            return ~with_payments | Domain("payment_method_ids", "in", [method for method in value if method])
        methods = self._search_asked("pos.payment.method", operator, value)
        if methods is None:
            if operator in Domain.NEGATIVE_OPERATORS:
                return NotImplemented
            return Domain("pos_order_id.payment_ids.payment_method_id", operator, value)
        # sudo: like the compute method. The ids instead of a query let PostgreSQL know how many payments these have.
        paid = self.env["pos.payment"].sudo()._search([("payment_method_id", "in", list(methods))])
        return self._get_pos_orders_domain(paid, "pos_order_id")

    @api.model
    def _search_asked(self, model, operator, value):
        """Return the `Query` of the records that a user asks for, with the user's rights; ``None`` if it is something
        else, such as no record at all."""
        if operator == "in" and value and all(value):
            domain = Domain("id", "in", list(value))
        elif operator == "any":
            domain = Domain(value)
        else:
            return None
        return self.env[model].with_context(active_test=False)._search(domain)

    @api.model
    def _get_pos_orders_domain(self, query, name):
        """Return the domain of the rows whose POS orders are in a column of a `Query`."""
        column = SQL.identifier(query.table, name)
        few = sql_few(self.env, query, column, self._estimate_rows())
        if few is not None:
            return self._get_one_of_domain("pos_order_id", few)

        asked = query.select(SQL("%s AS value", column))

        def is_in(_model, alias, _query):
            # OFFSET 0 lets PostgreSQL look for one row at a time, and join nothing.
            own = SQL.identifier(alias, "pos_order_id")
            return SQL("EXISTS (SELECT 1 FROM (%s) AS asked WHERE asked.value = %s OFFSET 0)", asked, own)

        return Domain.custom(to_sql=is_in)

    @api.model
    def _get_one_of_domain(self, name, array):
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL("%s = ANY(%s)", SQL.identifier(alias, name), array)
        )

    @api.model
    def _estimate_rows(self):
        # sudo: the number of all orders decides about the plan only.
        return estimate(self.env, self.sudo()._search([]))
