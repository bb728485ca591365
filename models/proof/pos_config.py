from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ...tools.groups import USER_GROUP
from ..order_sync.external_order_sync_health import MATTERS


class PosConfig(models.Model):
    """The lines about external orders on the card of a Point of Sale, for users of External Order Sync."""

    _inherit = "pos.config"

    external_order_card = fields.Json(
        "External Orders",
        compute="_compute_external_order_card",
        copy=False,
        groups=USER_GROUP,
        help="Today's external orders of this Point of Sale, and how many wait, failed or have warnings.",
    )

    @api.depends_context("uid", "lang")
    def _compute_external_order_card(self):
        """Set the texts of the card, ``False`` without a synchronization, with the same statements for any number."""
        self.external_order_card = False
        if not self.env.user.has_group(USER_GROUP):  # the system reads all fields for registers of guests
            return
        syncs = self._get_external_order_syncs()
        connected = {config: syncs.browse() for config in self}
        for sync in syncs:
            for config in sync._get_pos_configs() & self:
                connected[config] |= sync
        today = syncs._read_today()
        states = self._count_external_orders(syncs, [("state", "in", ("pending", "failed"))], "state")
        in_trouble = syncs.filtered(lambda sync: sync.health == "error")
        guessed = self._count_external_orders(syncs, MATTERS["guessed"])
        for config, its_syncs in connected.items():
            if not its_syncs:
                continue
            sold = [figures for (_sync, config_id), figures in today.items() if config_id == config.id]
            amount = sum(amount for _count, amount in sold)
            config.external_order_card = {
                "today": formatLang(self.env, sum(count for count, _amount in sold), digits=0),
                "amount": formatLang(self.env, amount, currency_obj=config.currency_id),
                "waiting": states.get((config, "pending"), 0),
                "failed": states.get((config, "failed"), 0),
                "guessed": guessed.get((config,), 0),
                "problem": bool(its_syncs & in_trouble),
            }

    def _get_external_order_syncs(self):
        """Return the active synchronizations of the companies of these Points of Sale, whose orders the cards count.

        Raises AccessError for other users.
        """
        return self.env["external.order.sync"].search([("company_id", "in", self.company_id.ids)])

    def _count_external_orders(self, syncs, domain, *groups):
        """Return the numbers of external orders of these Points of Sale by them and by further fields."""
        domain = [("sync_id", "in", syncs.ids), ("pos_config_id", "in", self.ids), *domain]
        rows = self.env["external.order"]._read_group(domain, ["pos_config_id", *groups], ["__count"])
        return {tuple(key): count for *key, count in rows}

    def action_open_external_orders_today(self):
        """Open the external orders of the current business day of this Point of Sale."""
        return self._open_external_orders(self.env._("Today"), self._get_external_order_syncs()._get_today_domain())

    def action_open_external_orders_waiting(self):
        return self._open_external_orders(self.env._("Waiting"), Domain("state", "=", "pending"))

    def action_open_external_orders_failed(self):
        return self._open_external_orders(self.env._("Failed"), Domain("state", "=", "failed"))

    def action_open_external_orders_guessed(self):
        return self._open_external_orders(self.env._("To Check"), Domain(MATTERS["guessed"]))

    def _open_external_orders(self, name, domain):
        self.ensure_one().check_access("read")
        self.env["external.order"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        domain &= Domain("pos_config_id", "=", self.id)
        domain &= Domain("sync_id", "in", self._get_external_order_syncs().ids)
        return {**action, "name": name, "domain": list(domain), "context": {}}

    def action_open_external_order_syncs(self):
        """Open the synchronizations of this Point of Sale whose last run had an error."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order_sync")
        syncs = self._get_external_order_syncs()
        syncs = syncs.filtered(lambda sync: sync.health == "error" and self in sync._get_pos_configs())
        return {**action, "domain": [("id", "in", syncs.ids)], "context": {}}
