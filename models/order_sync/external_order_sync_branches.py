from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...exceptions import ExternalOrderError
from ...tools.message_language import stored


class ExternalOrderSync(models.Model):
    """One feed for several branches: the LocationID of an order chooses its Point of Sale."""

    _inherit = "external.order.sync"

    location_mapping_ids = fields.One2many(
        "external.location.mapping",
        "sync_id",
        "Branches",
        help="For a feed with the orders of several branches: which Point of Sale receives the orders of which "
        "LocationID. While this table is empty, all orders go to the Point of Sale above.",
    )

    def _uses_locations(self):
        """Return whether the LocationID chooses the Point of Sale and is part of what makes an order unique."""
        return bool(self.ensure_one().location_mapping_ids)

    def _get_pos_configs(self):
        """Return the Points of Sale that receive orders of these synchronizations.

        :rtype: pos.config
        """
        return self.env["pos.config"].union(
            *(sync.location_mapping_ids.pos_config_id or sync.pos_config_id for sync in self)
        )

    def _find_pos_config_at(self, location):
        """Return the Point of Sale of a LocationID (text, "" for none), or an empty ``pos.config``."""
        mappings = self.ensure_one().location_mapping_ids
        if not mappings:
            return self.pos_config_id
        return mappings.filtered(lambda mapping: mapping.external_location == location).pos_config_id

    def _get_pos_config_at(self, location):
        """Return the Point of Sale that receives the orders of a LocationID.

        :param str location: "" for none
        :rtype: pos.config
        :raise ExternalOrderError: ``location_unknown``
        """
        if config := self._find_pos_config_at(location):
            return config
        env = stored(self.env)
        if location:
            problem = env._(
                "LocationID %(location)s has no Point of Sale. Add it to the Branches of %(sync)s, under Mappings, "
                "or press Choose Point of Sale.",
                location=location,
                sync=self.name,
            )
        else:
            problem = env._(
                "The order has no usable LocationID, and %(sync)s has several branches. The external system has to "
                "send it. If all orders belong to %(pos)s, empty the Branches under Mappings, then press Retry.",
                sync=self.name,
                pos=self.pos_config_id.name,
            )
        raise ExternalOrderError("location_unknown", problem)

    @api.constrains("pos_config_id", "location_mapping_ids")
    def _check_company_of_branches(self):
        for sync in self:
            for config in sync.location_mapping_ids.pos_config_id:
                if config.company_id != sync.pos_config_id.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(pos)s and %(sync)s belong to different companies. All branches of a synchronization "
                            "belong to one company; connect another company separately.",
                            pos=config.name,
                            sync=sync.name,
                        )
                    )

    def _assign_pos_configs(self):
        """Note on orders that are not imported yet which Point of Sale receives them now."""
        # sudo: users cannot write to the inbox.
        Order = self.env["external.order"].sudo()
        for sync in self.sudo():
            waiting = Order.search_fetch(
                [("sync_id", "=", sync.id), ("state", "!=", "done")], ["external_location", "pos_config_id"]
            )
            for location, orders in waiting.grouped("external_location").items():
                config = sync._find_pos_config_at(location or "")
                moved = orders.filtered(lambda order, config=config: order.pos_config_id != config)
                # Orders that another worker holds are being imported: that sets their Point of Sale.
                moved.try_lock_for_update().pos_config_id = config
