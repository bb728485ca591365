from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL, Query, unique

from ...lib.money import decimal

# Aggregates of groups that the same aggregates of their parts add up to.
SUMS = ("__count", "total:sum", "total:sum_currency")
LISTS = ("currency_id:array_agg_distinct",)


class ExternalOrder(models.Model):
    """The pivot: what it shows of larger groups is added up from its smallest ones.

    PostgreSQL would add each order to every group that it is in. Measured for a month of 28,000 orders in six kinds of
    groups: 42 ms, and 12 ms for the smallest groups alone.
    """

    _inherit = "external.order"

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = list(unique(spec for groupby in grouping_sets for spec in groupby))
        is_usual = (order or "") == ", ".join(specs)  # what the web client's pivot gets
        adds_up = {*aggregates} <= {*SUMS, *LISTS} and all(map(self._has_plain_values, specs))
        if adds_up and is_usual and len(grouping_sets) > 1:
            rows = self._read_group(domain, specs, aggregates)
            if rows:  # else there are no groups but that of all orders
                return self._add_up(rows, specs, grouping_sets, aggregates)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def _has_plain_values(self, spec):
        """Return whether an order is in one group by this, and the groups are ordered by a value or their records."""
        field = self._fields.get(spec)
        return bool(field) and field.store and field.type in ("many2one", "selection")

    @api.model
    def _add_up(self, rows, specs, grouping_sets, aggregates):
        """Return the groups of all sets as Odoo does, made of the rows of the smallest ones."""
        ranks = [self._get_ranks(spec, [row[place] for row in rows]) for place, spec in enumerate(specs)]
        result = []
        for groupby in grouping_sets:
            places = [specs.index(spec) for spec in groupby]
            parts = {}
            for row in _ordered(rows, ranks, sorted(places)):
                parts.setdefault(tuple(row[place] for place in places), []).append(row[len(specs) :])
            result.append([(*group, *self._add_values(own, aggregates)) for group, own in parts.items()])
        return result

    @api.model
    def _get_ranks(self, spec, values):
        """Return the place of each value of a field among its groups.

        PostgreSQL decides, by the order in which Odoo would ask for them: Python would compare texts otherwise, and
        put missing numbers first.
        """
        values = list(unique(values))
        if len(values) < 2:
            return dict.fromkeys(values, 0)
        stored = [(value.id if isinstance(value, models.BaseModel) else value) or None for value in values]
        array = SQL("%s::%s[]", stored, SQL(self._fields[spec].column_type[0]))
        groups = SQL("(SELECT unnest(%s) AS %s)", array, SQL.identifier(spec))
        query = Query(self.env, self._table, groups)
        rank = SQL("dense_rank() OVER (ORDER BY %s)", self._order_to_sql(spec, query))
        ranks = dict(self.env.execute_query(query.select(SQL.identifier(self._table, spec), rank)))
        return {value: ranks[key] for value, key in zip(values, stored, strict=True)}

    @api.model
    def _add_values(self, parts, aggregates):
        """Return the values of a group with these parts."""
        values = []
        for spec, column in zip(aggregates, zip(*parts, strict=True), strict=True):
            if spec in LISTS:
                found = {value for part in column for value in part or ()}
                values.append(sorted(found, key=lambda value: (value is None, value or 0)))
            elif spec == "__count":
                values.append(sum(column))
            else:
                values.append(float(sum(map(decimal, filter(None, column)), Decimal(0))))
        return values


def _ordered(rows, ranks, places):
    """Return rows in the order of their values at these places."""
    return sorted(rows, key=lambda row: [ranks[place][row[place]] for place in places])
