from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.notifications import notification
from .external_order_sync_counts import COUNTED_AT_MOST

# A register counts as used by people if one of them opened its session within this many days.
COUNTED_WITHIN_DAYS = 90


class ExternalOrderSync(models.Model):
    """When a configuration runs by itself: only after a user has started it, and not while it is paused."""

    _inherit = "external.order.sync"

    state = fields.Selection(
        [("draft", "Not Started"), ("started", "Started"), ("paused", "Paused")],
        "Schedule",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        help="Orders are fetched and imported automatically once somebody has pressed Start or, the first time, Sync "
        "Now. Until then, and while it is paused, orders that the external system sends wait in the inbox.",
    )
    counted_by_people = fields.Char(compute="_compute_counted_by_people")

    @api.depends("pos_config_id", "location_mapping_ids.pos_config_id")
    def _compute_counted_by_people(self):
        """Set the names of the Points of Sale whose sessions people open and whose cash they count."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=COUNTED_WITHIN_DAYS)
        # sudo: only which registers people use is read, which everyone sees who may choose one.
        sessions = self.env["pos.session"].sudo()
        counted = self._get_pos_configs()._origin.filtered("cash_control")
        domain = [("config_id", "in", counted.ids), ("external_order_sync_id", "=", False), ("rescue", "=", False)]
        opened = sessions._read_group([*domain, ("start_at", ">=", since)], ["config_id"])
        used = {config.id for [config] in opened}
        for sync in self:
            configs = sync._get_pos_configs().filtered(lambda config: config._origin.id in used)
            sync.counted_by_people = ", ".join(configs.mapped("name"))

    @api.model
    def _get_scheduled_domain(self):
        """Return the domain of the configurations that run by themselves."""
        return Domain("active", "=", True) & Domain("state", "=", "started")

    def _check_not_archived(self):
        """Refuse archived configurations, however they are run.

        :raise UserError: if one of them is archived
        """
        if not all(self.mapped("active")):
            raise UserError(self.env._("Archived synchronizations do not run."))

    def action_start(self):
        """Let these configurations run automatically, beginning now."""
        self.check_access("write")
        if not any(self.mapped("active")):
            self._check_not_archived()
        self._start()
        return notification("success", self.env._("Started. The first orders arrive in a moment."))

    def action_pause(self):
        """Let these configurations begin no run by themselves until they are started again."""
        self.check_access("write")
        self.filtered(lambda sync: sync.state == "started").state = "paused"

    def _start(self):
        waiting = self.filtered(lambda sync: sync.active and sync.state != "started")
        if waiting:
            # sudo: the caller has checked that the user may start them.
            waiting.sudo().state = "started"
            self._get_cron()._trigger()

    def _start_new(self):
        """Start those that nobody has started yet: the first Sync Now is also the start of the schedule."""
        self.filtered(lambda sync: sync.state == "draft")._start()

    # ------------------------------------------------------------
    # Deleting
    # ------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        """Refuse to delete configurations that have received orders, in words instead of the database's."""
        for sync in self:
            # sudo: what a user cannot see keeps the configuration as well.
            count = sync.sudo()._count_orders(all=[]).get(sync.id, [0])[0]
            if count:
                raise UserError(
                    self.env._(
                        "%(name)s cannot be deleted because it has received %(count)s orders: they show where the "
                        "sales of the Point of Sale came from, and prevent importing them again. Archive it instead, "
                        "by switching Active off. It never runs again then.",
                        name=sync.name,
                        count=sync._get_count_text(count, COUNTED_AT_MOST),
                    )
                )
