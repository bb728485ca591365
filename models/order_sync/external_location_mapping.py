from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...lib.order.payload import order_location
from ...tools.company_access import check_written


class ExternalLocationMapping(models.Model):
    """Maps a LocationID of the external system to the Point of Sale of that branch."""

    _name = "external.location.mapping"
    _description = "External Location Mapping"
    _order = "sync_id, external_location, id"
    _rec_name = "external_location"
    _check_company_auto = True

    sync_id = fields.Many2one("external.order.sync", "Synchronization", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="sync_id.company_id", store=True, precompute=True)
    external_location = fields.Char(
        "LocationID", required=True, help='LocationID in the external system. 404, "404" and 404.0 are the same.'
    )
    pos_config_id = fields.Many2one(
        "pos.config",
        "Point of Sale",
        required=True,
        index=True,
        check_company=True,
        help="The Point of Sale that receives the orders with this LocationID. Orders that were imported before stay "
        "where they are.",
    )

    _unique_location = models.Constraint(
        "UNIQUE (sync_id, external_location)", "This LocationID already has a Point of Sale."
    )

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create([self._normalize_location(vals) for vals in vals_list])
        mappings._take_effect()
        return mappings

    def write(self, vals):
        result = super().write(self._normalize_location(vals))
        check_written(self)
        self._take_effect()
        return result

    def unlink(self):
        syncs = self.sync_id
        result = super().unlink()
        # Do not retry anything: a user who replaces the table may delete its rows first.
        syncs._assign_pos_configs()
        return result

    @api.model
    def _normalize_location(self, vals):
        """Normalize a LocationID like that of an order.

        :raise ValidationError: if no order can have this LocationID
        """
        location = vals.get("external_location")
        if not location:
            return vals
        normalized = order_location({"LocationID": location})
        if not normalized:
            raise ValidationError(
                self.env._("%s cannot be a LocationID. Enter a text of up to 64 characters.", location)
            )
        return {**vals, "external_location": normalized}

    @api.constrains("sync_id", "pos_config_id")
    def _check_sync(self):
        self.sync_id._check_connected_once()
        self.sync_id._check_invoice_journal()

    def _take_effect(self):
        """Assign waiting orders to their Point of Sale, and retry those that failed because of it."""
        # sudo: users cannot write to the inbox, but the table of a manager retries its orders.
        Order = self.env["external.order"].sudo()
        self.sync_id._assign_pos_configs()
        for mapping in self:
            waiting = Order.search(
                [
                    ("sync_id", "=", mapping.sync_id.id),
                    ("state", "=", "failed"),
                    ("error_code", "in", ("location_unknown", "wrong_currency")),
                    ("external_location", "=", mapping.external_location),
                ]
            )
            if waiting:
                waiting._retry(self.env._("Retried with the Point of Sale %s", mapping.pos_config_id.display_name))

    def action_remember(self):
        """Return the actions that report the effect of this choice, as for a product."""
        return self.env["external.order"]._get_choice_notification()
