from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bounded_count import count


class ExternalShipment(models.Model):
    """Finding shipments: pages of the API, and what the worker still has to record."""

    _inherit = "external.shipment"

    # What the worker asks each minute: is there a shipment whose numbers are not on its transfer yet?
    _unrecorded = models.Index("(id) WHERE state IN ('shipped', 'delivered') AND is_on_picking IS NOT TRUE")

    @api.model
    def _get_visible_domain(self, domain):
        """Return the domain of shipments whose transfers the user may see, too."""
        return [*domain, ("picking_id", "in", self.env["stock.picking"]._search([]))]

    @api.model
    def _search_page(self, domain, after, limit):
        """Return at most `limit` shipments that the user may see, newest first, after that with the id `after`."""
        below = [("id", "<", after)] if after else []
        return self.search(self._get_visible_domain(domain) + below, order="id desc", limit=limit)

    def _read_events(self):
        """Return ``{id of a shipment: [(date, kind, status, details)]}`` of its events, newest first.

        By one statement: a page of 1,000 shipments has thousands of events, of which records would take half the time
        of the page.
        """
        events = self.env["external.shipment.event"]
        query = events._search([("shipment_id", "in", self.ids)], order=events._order)
        # The record rule joins the shipments; without this, PostgreSQL reads all that there are.
        shipment = query.left_join(events._table, "shipment_id", self._table, "id", "shipment_id")
        query.add_where(SQL("%s = ANY(%s)", SQL.identifier(shipment, "id"), self.ids))
        names = ("shipment_id", "date", "kind", "status", "details")
        columns = SQL(", ").join(events._field_to_sql(events._table, name, query) for name in names)
        found = {}
        for shipment_id, *event in self.env.execute_query(query.select(columns)):
            found.setdefault(shipment_id, []).append(event)
        return found

    def _read_labels(self):
        """Return ``{id of a transfer: its newest label}``, an ``ir.attachment``, where the courier sent one."""
        # sudo: the delivery method may have become one that the user may not see.
        prefixes = {
            shipment.picking_id.id: shipment.carrier_id._get_delivery_label_prefix() for shipment in self.sudo()
        }
        attachments = self.env["ir.attachment"].search_fetch(
            Domain("res_model", "=", "stock.picking")
            & Domain("res_id", "in", list(prefixes))
            & Domain.OR(Domain("name", "=like", f"{prefix}%") for prefix in set(prefixes.values())),
            ["name", "res_id"],
            order="id",
        )
        return {
            attachment.res_id: attachment
            for attachment in attachments
            if attachment.name.startswith(prefixes[attachment.res_id])
        }

    @api.model
    def _count_visible(self, domain, exact=False):
        """Return the `Count` of the shipments that the user may see."""
        return count(self.env, self._search(self._get_visible_domain(domain)), exact)
