from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...lib.comparable_address import comparable_address


class ExternalOrderSync(models.Model):
    """Prevents connecting an address twice to one Point of Sale, which would book every sale twice."""

    _inherit = "external.order.sync"

    def copy_data(self, default=None):
        """Archive the copy: with the same address and Point of Sale, it would book every sale again."""
        vals_list = super().copy_data(default)
        default = default or {}
        for sync, vals in zip(self, vals_list, strict=True):
            if "active" not in default:
                vals["active"] = False
            if "name" not in default:
                vals["name"] = self.env._("%s (copy)", sync.name)
        return vals_list

    @api.constrains("company_id", "pos_config_id")
    def _check_company_of_pos(self):
        for sync in self:
            if sync.company_id != sync.pos_config_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%s belongs to the company of its Point of Sale. To change the company, change the "
                        "Point of Sale.",
                        sync.name,
                    )
                )

    @api.constrains("external_api_url", "pos_config_id", "active")
    def _check_connected_once(self):
        # Only one transaction at a time may connect an address to a Point of Sale: a second one fails, is repeated, and
        # then sees the first connection. Write the row, because the second one would continue after waiting for a plain
        # lock.
        active = self.filtered("active")
        if connecting := active.pos_config_id | active._get_pos_configs():
            self.env.cr.execute(SQL("UPDATE pos_config SET id = id WHERE id IN %s", connecting._ids))
        for sync in self:
            for other in sync._find_connected_alike():
                if shared := sync._get_shared_pos_configs(other):
                    raise ValidationError(sync._describe_connected_twice(other, shared[0]))

    @api.onchange("external_api_url", "pos_config_id")
    def _onchange_connected_twice(self):
        """Warn if another Point of Sale uses the address; this is fine only for branches with separate feeds."""
        others = self.pos_config_id and self.external_api_url and self._find_connected_alike()
        if not others:
            return None
        message = self.env._(
            "%(other)s fetches orders from this address into %(pos)s. If the external system sends both of "
            "them the same orders, every sale is booked twice. Continue only if each key returns the "
            "orders of a different branch.",
            other=others[0].name,
            pos=others[0].pos_config_id.name,
        )
        for other in others:
            if shared := self._get_shared_pos_configs(other):
                message = self._describe_connected_twice(other, shared[0])
                break
        return {"warning": {"title": self.env._("This address is already connected"), "message": message}}

    def _get_shared_pos_configs(self, other):
        """Return the Points of Sale that this synchronization and another one have in common."""
        return (self.pos_config_id | self._get_pos_configs()) & (other.pos_config_id | other._get_pos_configs())

    def _describe_connected_twice(self, other, pos_config):
        return self.env._(
            "%(other)s already fetches orders from this address into %(pos)s. With %(name)s as well, "
            "every sale would be booked twice. Change the address or the Point of Sale, or archive one "
            "of them.",
            other=other.name,
            pos=pos_config.name,
            name=self.name or self.env._("this synchronization"),
        )

    def _find_connected_alike(self):
        """Return other active synchronizations with the same address; none if this one is archived."""
        self.ensure_one()
        if not self.active or not self.external_api_url:
            return self.browse()
        address = self._get_comparable_address()
        return self.search([("active", "=", True), ("id", "not in", self._origin.ids)]).filtered(
            lambda other: other._get_comparable_address() == address
        )

    def _get_comparable_address(self):
        # Parameters that are added to each request do not determine which orders the address returns.
        added = {self.page_parameter, self.since_parameter}
        return comparable_address(self.external_api_url or "", ignored_parameters=added)
