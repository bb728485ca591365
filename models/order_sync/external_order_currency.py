from odoo import api, models
from odoo.tools import SQL

CURRENCIES = "currency_id:array_agg_distinct"


class ExternalOrder(models.Model):
    """Totals in one or several currencies."""

    _inherit = "external.order"

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """If all Points of Sale have the same currency, do not gather the currencies of the orders of each group.

        The web client asks for them with each amount of a pivot, and PostgreSQL would sort all orders for that, twice
        for the pivot of a month.
        """
        if aggregate_spec == CURRENCIES and (currency := self._get_only_currency()):
            # An order without a Point of Sale has none.
            return SQL(
                "CASE WHEN COUNT(%(config)s) > 0 THEN ARRAY[%(currency)s] END"
                " || CASE WHEN COUNT(*) > COUNT(%(config)s) THEN ARRAY[NULL::integer] END",
                config=self._field_to_sql(self._table, "pos_config_id", query),
                currency=currency,
            )
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _get_only_currency(self):
        """Return the id of the currency of all Points of Sale, or None if they have several."""
        self.env["pos.config"].flush_model(["currency_id"])
        currencies = self.env.execute_query(SQL("SELECT DISTINCT currency_id FROM pos_config LIMIT 2"))
        return currencies[0][0] if len(currencies) == 1 else None
