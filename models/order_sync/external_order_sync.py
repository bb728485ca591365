import time

from odoo import api, fields, models

from ...tools.address_check import check_address
from ...tools.attention import handed_over
from ...tools.company_access import check_written
from ...tools.private_context import without_defaults
from ...tools.scheduling import SYNC_NOW_SECONDS
from ...tools.transaction import Deadline, ScheduledTurn

ATTENTION_ACTIVITY = "mail.mail_activity_data_todo"


class ExternalOrderSync(models.Model):
    """A connection to one external system whose orders become paid orders of a Point of Sale or of several branches."""

    _name = "external.order.sync"
    _description = "External Order Sync"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True, help='For example "Main Store Orders".')
    active = fields.Boolean(default=True, tracking=True, help="An archived synchronization does not run.")
    external_api_url = fields.Char(
        "External API URL",
        tracking=True,
        help="The address that returns the orders as JSON, for example https://external-system.com/api/orders. Leave "
        "it empty if the external system sends its orders by itself, see Push.",
    )
    external_api_key = fields.Char(
        "External API Key",
        groups="base.group_system",
        copy=False,
        help="The key that the external system gave you. Only system administrators can read it.",
    )
    auth_method = fields.Selection(
        [("bearer", "Authorization: Bearer KEY"), ("x_api_key", "X-API-Key: KEY")],
        "Authentication",
        required=True,
        default="bearer",
        help="The request header in which the external system expects the key.",
    )
    pos_config_id = fields.Many2one(
        "pos.config",
        "POS Configuration",
        required=True,
        tracking=True,
        index=True,
        default=lambda self: self._default_pos_config_id(),
        help="The Point of Sale that receives the orders: its payment methods, taxes and stock operation are used. For "
        "a feed with the orders of several branches, see Branches under Mappings.",
    )
    company_id = fields.Many2one(related="pos_config_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="pos_config_id.currency_id")
    auto_create_session = fields.Boolean(
        default=True,
        help="Open a session if none is open. Otherwise orders wait until a user opens one. Switching this on imports "
        "the orders that wait for a session.",
    )
    sync_interval = fields.Integer(
        default=15, required=True, tracking=True, help="Minutes between two runs, at least 1."
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        help="Has one open activity while orders need attention. If this user has left or cannot open them, the user "
        "who created the synchronization has it, or an administrator.",
    )

    last_sync_date = fields.Datetime("Last Run", readonly=True, copy=False)
    last_sync_status = fields.Selection(
        [("success", "Success"), ("no_orders", "No Orders"), ("error", "Error")],
        "Last Run Status",
        readonly=True,
        copy=False,
    )
    last_sync_message = fields.Text("Last Run Message as Written", readonly=True, copy=False)
    next_sync_date = fields.Datetime("Next Run", readonly=True, copy=False, default=fields.Datetime.now)

    # What to request
    page_parameter = fields.Char(
        help="Query parameter for the page number. Leave empty if there is only one page, or if the external "
        "system announces the next page in a Link header."
    )
    since_parameter = fields.Char(
        help="Query parameter for the time of the last run, so that only newer orders are sent."
    )
    overlap_minutes = fields.Integer(
        "Overlap",
        default=60,
        help="This many minutes before the last run are downloaded again. Known orders are recognized, "
        "so a generous overlap only costs download time.",
    )
    fetch_cursor = fields.Datetime(readonly=True, copy=False, help="Start of the last complete download.")
    accepted_statuses = fields.Char(
        "Accepted Order Statuses",
        help="Only orders with these OrderStatus values are imported. Separate them with commas, for example "
        "103,104. Leave empty to import all orders.",
    )
    fetch_timeout = fields.Integer(default=120, help="Maximum number of seconds for one download, all pages included.")
    max_pages = fields.Integer(default=1000, help="A download ends with an error after this many pages.")
    max_orders = fields.Integer(default=100_000, help="A download ends with an error after this many orders.")
    max_megabytes = fields.Integer(default=256, help="A download ends with an error after this many megabytes.")

    # Matching
    match_item_id = fields.Boolean(
        "ItemID Is an Odoo Product ID",
        default=True,
        help="Match an ItemID above 0 with the Odoo product that has this database ID, before looking at the name. "
        "Switch this off if the external system has its own product numbers.",
    )
    alias_ids = fields.One2many("external.product.alias", "sync_id", "Product Aliases")
    payment_mapping_ids = fields.One2many("external.payment.mapping", "sync_id", "Payment Mappings")

    # Automatic closing of sessions
    close_daily = fields.Boolean("Close Every Day", help="Close and post automatically opened sessions once a day.")
    closing_time = fields.Float(
        default=23.5,
        help="Time of day in the time zone of this synchronization.",
    )
    closing_order_count = fields.Integer(
        "Close After",
        # Closing 2,000 orders takes about 4 seconds, 9 on a busy machine. Odoo's limits are 60 (CPU) and 120.
        default=2000,
        help="Once an automatically opened session has this many orders, the next one is opened, and the full one is "
        "closed and posted after the import. It may have a few more orders because they are imported in batches. "
        "Closing takes 2 to 5 milliseconds per order and has to fit into the time limits of the server, which are 120 "
        "seconds and 60 seconds of CPU by default. 0 means no limit.",
    )

    run_ids = fields.One2many("external.order.sync.run", "sync_id", "Runs")
    order_ids = fields.One2many("external.order", "sync_id", "External Orders")

    _sync_interval_positive = models.Constraint(
        "CHECK (sync_interval >= 1)", "The sync interval must be at least one minute."
    )
    _fetch_bounds_positive = models.Constraint(
        "CHECK (fetch_timeout > 0 AND max_pages > 0 AND max_orders > 0 AND max_megabytes > 0 AND overlap_minutes >= 0)",
        "The limits of a download must be greater than 0, and the overlap must not be negative.",
    )

    _closing_possible = models.Constraint(
        "CHECK (closing_time >= 0 AND closing_time < 24 AND closing_order_count >= 0)",
        "The closing time must be between 00:00 and 23:59, and the number of orders must not be negative.",
    )

    @api.model
    def _default_pos_config_id(self):
        """Return the company's Point of Sale if it has only one."""
        configs = self.env["pos.config"].search([("company_id", "=", self.env.company.id)], limit=2)
        return configs if len(configs) == 1 else False

    @api.constrains("external_api_url")
    def _check_external_api_url(self):
        for sync in self:
            check_address(sync, "external_api_url")

    def write(self, vals):
        self._bind_before_write(vals)
        if "sync_interval" in vals or vals.get("active") or vals.get("state") == "started":
            # A new interval, unarchiving or starting takes effect now, not after the old schedule.
            vals = {"next_sync_date": fields.Datetime.now(), **vals}
        given = handed_over(self, vals)
        result = super().write(vals)
        check_written(self)
        if "pos_config_id" in vals:
            self._assign_pos_configs()
        if not {"refund_statuses", "cancelled_statuses"}.isdisjoint(vals):
            self._reconsider_statuses()
        if vals.get("invoice_mode") == "never":
            self._retry_without_invoices()
        if vals.get("auto_create_session"):
            self._retry_with_sessions()
        if vals.get("responsible_id"):
            given._hand_over_activities()
        return result

    # ------------------------------------------------------------
    # Synchronizing
    # ------------------------------------------------------------

    def sync_orders(self):
        """Fetch external orders, import all pending ones, and return the runs. Errors are reported in the status.

        Work is committed page by page and batch by batch. In the scheduled action, or with a deadline (see
        `action_sync_now`), it stops in time and the next call continues.

        :return: the runs (``external.order.sync.run``), one for each synchronization
        :raise AccessError: if the user may not see these configurations
        :raise UserError: if one is archived; another one may have taken its place
        """
        self.check_access("read")
        self._check_not_archived()
        # sudo: a user who may start the import does not need write access to orders and stock.
        syncs = without_defaults(self).sudo()
        runs = syncs.env["external.order.sync.run"]
        for sync in syncs:
            runs |= runs._for_reader(sync)._synchronize(sync.with_company(sync.company_id))
        return runs.with_env(self.env)

    def action_sync_now(self):
        """Synchronize now and show the result. Long work continues in the background.

        The first time, this also starts the schedule.
        """
        self.ensure_one()
        self.check_access("read")
        self._start_new()
        deadline = Deadline(time.monotonic() + SYNC_NOW_SECONDS)
        runs = deadline.on(self).sync_orders()  # an override may return nothing
        # sudo: the run was created by the system; the notification shows counts only, no orders.
        run = (runs or self.env["external.order.sync.run"].search([("sync_id", "=", self.id)], limit=1))[-1:].sudo()
        return run._get_notification()

    def _trigger_sync(self):
        """Trigger a scheduled run now for ``self``, or for all configurations that the user can see.

        :return: the number of configurations that will run; those that are archived, paused or not started will not
        :rtype: int
        """
        scheduled = self._get_scheduled_domain()
        syncs = self.filtered_domain(scheduled) if self else self.search(scheduled)
        if syncs:
            # sudo: users cannot write the schedule; the caller has checked that they may start a synchronization.
            syncs.sudo().next_sync_date = fields.Datetime.now()
            self._get_cron()._trigger()
        return len(syncs)

    @api.model
    def _get_cron(self):
        # Each push asks for it: `env.ref` would also ask the database whether it still exists.
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "external_order_sync.ir_cron_sync_external_orders", raise_if_not_found=True
        )
        # sudo: the scheduled action belongs to the system.
        return self.env["ir.cron"].sudo().browse(cron_id)

    @api.model
    def _cron_sync_orders(self):
        """Scheduled action: run due synchronizations in slices, close due sessions, and schedule the next runs."""
        self.env["external.order.sync.run"]._run_due()

    @api.model
    def _cron_help_import(self):
        """Scheduled actions of other workers: import orders that the main one has received."""
        runs = self.env["external.order.sync.run"]
        is_done = ScheduledTurn().on(runs)._help()
        if not is_done:
            runs._call_helpers()
        self.env["ir.cron"]._commit_progress(remaining=0 if is_done else max(runs._count_waiting(), 1))

    # ------------------------------------------------------------
    # Importing
    # ------------------------------------------------------------

    def _process_external_order(self, order):
        """Create a paid POS order with payments and transfer from one external order, and return it.

        Override this to validate orders, link customers or add notes. If it is overridden, runs call it for each order;
        otherwise they import whole batches. Calling it again with the same OrderID returns the same POS order.

        :param dict order: an order as in ``docs/order_format.md``; numbers may be int, Decimal, float or text
        :return: the ``pos.order``
        :raise UserError: says why the order cannot be imported
        """
        self.ensure_one()
        return self.env["external.order.import"]._import_order(self, order)

    def _get_or_create_pos_session(self):
        """Return the open session that receives the orders; open or create one if allowed.

        :rtype: pos.session
        :raise UserError: if there is none and none may be created
        """
        self.ensure_one()
        return self.env["pos.session"]._get_or_create_for_external_orders(self)

    # ------------------------------------------------------------
    # Notifications
    # ------------------------------------------------------------

    def _get_reader(self):
        """Return who reads messages that nobody waits for: the responsible user or, without a language, the company."""
        return self.responsible_id if self.responsible_id.lang else self.company_id.partner_id

    def action_open_orders(self):
        self.check_access("read")
        return self._get_inbox_action({})

    def _get_inbox_action(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_order")
        return {**action, "domain": [("sync_id", "=", self.ensure_one().id)], "context": context}

    def action_open_sessions(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_session")
        return {**action, "domain": self.ensure_one()._get_records_domain(), "context": {}}
