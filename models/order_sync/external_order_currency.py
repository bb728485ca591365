from odoo import api, models
from odoo.tools import SQL

CURRENCIES, CONVERTED, AMOUNT = "currency_id:array_agg_distinct", "total:sum_currency", "total:sum"


class ExternalOrder(models.Model):
    """Totals in one or several currencies."""

    _inherit = "external.order"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """If all Points of Sale have the same currency, do not look at that of each order.

        With an amount in a pivot or a grouped list, the web client asks for the currencies of each group and for the
        amount in that of the company. PostgreSQL would sort all orders for the former, and divide each by 1 for the
        latter.
        """
        if aggregate_spec not in (CURRENCIES, CONVERTED) or not (currency := self._get_only_currency()):
            return super()._read_group_select(aggregate_spec, query)
        if aggregate_spec == CONVERTED:
            return super()._read_group_select(CONVERTED if self._is_converted(currency) else AMOUNT, query)
        # An order without a Point of Sale has none.
        return SQL(
            "CASE WHEN COUNT(%(config)s) > 0 THEN ARRAY[%(currency)s] END"
            " || CASE WHEN COUNT(*) > COUNT(%(config)s) THEN ARRAY[NULL::integer] END",
            config=self._field_to_sql(self._table, "pos_config_id", query),
            currency=currency.id,
        )

    @api.model
    def _get_only_currency(self):
        """Return the currency of all Points of Sale, or an empty recordset if they have several."""
        self.env["pos.config"].flush_model(["currency_id"])
        rows = self.env.execute_query(SQL("SELECT DISTINCT currency_id FROM pos_config LIMIT 2"))
        return self.env["res.currency"].browse(rows[0][0] if len(rows) == 1 else None)

    @api.model
    def _is_converted(self, currency):
        """Return whether the currency has ever had another rate than 1, which that of a company usually has."""
        # sudo: the sum depends on the rates whether or not the user may read them.
        return bool(
            self.env["res.currency.rate"]
            .sudo()
            .search_count([("currency_id", "=", currency.id), ("rate", "!=", 1)], limit=1)
        )
