from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bounded_count import COUNTED_AT_MOST, estimate, sql_count

# If orders are probably at most this many, all of them are read and counted by their values.
READ_AT_MOST = 4 * COUNTED_AT_MOST
# What is searched for in other tables, so that each order has to be looked at.
LOOKED_UP = {"sold_to_id", "payment_method_ids"}


class ExternalOrder(models.Model):
    """The numbers beside the list of the inbox, which Odoo asks for at each opening and filter."""

    _inherit = "external.order"

    # Few orders have a reason; those that were imported have none.
    _reason = models.Index("(error_code, company_id) WHERE error_code IS NOT NULL")
    _kind = models.Index("(kind, company_id)")

    @api.model
    def _search_panel_domain_image(self, field_name, domain, set_count=False, limit=False):
        """Return the values of a field in a domain, with their numbers: one that is above the bound is left out (0).

        Odoo would count the whole inbox for each field.
        """
        counts = self._count_values(field_name, Domain(domain) & Domain(field_name, "!=", False))
        names = self._get_value_names(field_name, [value for value, count in counts.items() if count])
        image = {value: {"id": value, "display_name": name} for value, name in names.items()}
        if set_count:
            for value, values in image.items():
                values["__count"] = counts[value] if counts[value] <= COUNTED_AT_MOST else 0
        return image

    @api.model
    def _count_values(self, field_name, domain):
        """Return {value: number of orders}; above the bound, it may be any number above the bound."""
        query = self._search(domain)
        column = self._field_to_sql(query.table, field_name, query)
        if estimate(self.env, query) <= READ_AT_MOST:
            found = query.select(SQL("%s AS value", column))
            return dict(self.env.execute_query(SQL("SELECT value, count(*) FROM (%s) AS f GROUP BY value", found)))
        # Each value is found by an index, up to the bound.
        field = self._fields[field_name]
        if field.type == "many2one":
            values = self.env[field.comodel_name].search([("active", "in", (True, False))]).ids
        else:
            values = field.get_values(self.env)
        query.add_where(SQL("%s = wanted.value", column))
        count = sql_count(query)
        names = {condition.field_expr.partition(".")[0] for condition in Domain(domain).iter_conditions()}
        if not names.isdisjoint(LOOKED_UP):
            # A value that many orders have at all is not counted: it could take a look at each of them to find a few.
            all_orders = self._search([])
            column = self._field_to_sql(all_orders.table, field_name, all_orders)
            all_orders.add_where(SQL("%s = wanted.value", column))
            of_value = sql_count(all_orders)
            too_many = COUNTED_AT_MOST + 1
            count = SQL("CASE WHEN %s < %s THEN %s ELSE %s END", of_value, too_many, count, too_many)
        return dict(self.env.execute_query(SQL("SELECT value, %s FROM unnest(%s) AS wanted (value)", count, values)))

    @api.model
    def _get_value_names(self, field_name, values):
        """Return {value: name} of these values, in the order in which they are shown."""
        field = self._fields[field_name]
        if field.type == "many2one":
            # sudo: the user sees the orders of these synchronizations, and their list shows the names, too.
            records = self.env[field.comodel_name].sudo().with_context(active_test=False).search([("id", "in", values)])
            return {record.id: record.display_name for record in records}
        selection = field._description_selection(self.env)
        return {value: name for value, name in selection if value in values}
