import pytz
from odoo import api, models
from odoo.tools import SQL

from ...tools.bounded_count import COUNTED_AT_MOST, estimate

DAY = "received_date:day"
# Days are looked up one by one if at least one in this many orders is in the domain: then each day is found at once.
SHARE = 10


class ExternalOrder(models.Model):
    """The list grouped by the day on which orders were received: a page reads only the orders of the days on it.

    Odoo would read all orders twice, for the groups and for their number.
    """

    _inherit = "external.order"

    @api.model
    def _formatted_read_group_with_length(self, domain, groupby, aggregates, offset=0, limit=None, order=None):
        days = limit and self._get_days(domain, groupby, order)
        if not days:
            return super()._formatted_read_group_with_length(domain, groupby, aggregates, offset, limit, order)
        shown = days[offset : offset + limit]
        if not shown:
            return [], len(days)
        first, last = min(shown), max(shown)
        of_days = [*domain, ("received_date", ">=", first[0]), ("received_date", "<", last[1])]
        return self.formatted_read_group(of_days, groupby, aggregates, order=order), len(days)

    @api.model
    def _get_days(self, domain, groupby, order):
        """Return the days with orders as (begin, end) in UTC, in this order; None if Odoo is to group all of them."""
        directions = {DAY: 1, f"{DAY} ASC": 1, f"{DAY} DESC": -1}
        if list(groupby) != [DAY] or order not in directions:
            return None
        query, everything = self._search(domain), self._search([])
        rows = estimate(self.env, query)
        if rows <= COUNTED_AT_MOST or rows * SHARE < estimate(self.env, everything):
            return None
        if self.search_count([*domain, ("received_date", "=", False)], limit=1):
            return None
        received = self._field_to_sql(query.table, "received_date", query)
        zone = self.env.context.get("tz")
        zone = zone if zone in pytz.all_timezones_set else "UTC"  # as Odoo groups
        # Where clocks are set back at one, midnight comes twice, and the day begins at the first. The hour before it
        # comes once.
        query.add_where(SQL("%s >= day.begins AND %s < day.ends", received, received))
        days = self.env.execute_query(
            SQL(
                """
                SELECT day.begins, day.ends
                  FROM (SELECT min(received_date) AS first, max(received_date) AS last FROM %(table)s) AS bounds,
                       LATERAL generate_series(
                           date_trunc('day', first AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s),
                           last AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s, interval '1 day') AS local,
                       LATERAL (SELECT local - interval '1 hour' AS before) AS hour,
                       LATERAL (SELECT
                           before AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' + interval '1 hour' AS begins,
                           (before + interval '1 day') AT TIME ZONE %(zone)s AT TIME ZONE 'UTC' + interval '1 hour'
                               AS ends) AS day
                 WHERE EXISTS (%(orders)s)
                 ORDER BY local
                """,
                table=SQL.identifier(self._table),
                zone=zone,
                orders=query.select(SQL("1")),
            )
        )
        return days[:: directions[order]]
