from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...tools.bounded_count import COUNTED_AT_MOST, bounded_help, count_text
from ...tools.company_access import check_written
from ...tools.readers_text import readers_text
from .event_types import TYPE_NAMES

# What decides what is sent, and to where.
SETTINGS = frozenset(
    {"state", "url", "form", "method", "headers", "body", "send_api_key", "type_ids", "company_id", "sync_id"}
)

# So many events of other types, companies or synchronizations may be read again at each look.
PASSED_OVER = 1_000


class ExternalEventSubscription(models.Model):
    """An address to which events are sent in their order, and how far it has received them.

    It has a place in the log (``position``) instead of a row for each event, so an event costs the same for one
    subscription and for ten.
    """

    _name = "external.event.subscription"
    _description = "Event Subscription"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="Only events of this company are sent.",
    )
    state = fields.Selection(
        [("paused", "Paused"), ("active", "Active"), ("ended", "Ended")],
        "Status",
        required=True,
        readonly=True,
        default="paused",
        copy=False,
        tracking=True,
        help="While it is paused, events are kept for it. It ends if the receiver answers 410.",
    )
    url = fields.Char("Address", required=True, tracking=True)
    type_ids = fields.Many2many("external.event.type", string="Events", help="Empty for all.")
    form = fields.Selection(
        [("standard", "Standard Webhooks"), ("template", "Template")],
        "Format",
        required=True,
        default="standard",
        help="Standard Webhooks sends each event as signed JSON. A template sends a request of any form about an "
        "order, for example to confirm to the external system that its order was imported.",
    )
    sync_id = fields.Many2one(
        "external.order.sync",
        "Synchronization",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="Only events of its orders are sent.",
    )
    position = fields.Integer(readonly=True, copy=False, help="Up to this number, it has received all events.")
    attempts = fields.Integer(readonly=True, copy=False, help="Number of failed attempts to send the next event.")
    next_attempt = fields.Datetime(readonly=True, copy=False)
    failing_since = fields.Datetime(readonly=True, copy=False)
    last_success = fields.Datetime("Last Received", readonly=True, copy=False)
    last_error = fields.Text("Last Error as Written", readonly=True, copy=False)
    last_error_terms = fields.Json(readonly=True, copy=False)
    last_error_text = readers_text("last_error_text", "Last Error", "last_error", "last_error_terms")
    delivery_ids = fields.One2many("external.event.delivery", "subscription_id", "Events Not Received")
    waiting_count = fields.Integer(compute="_compute_waiting_count", help=bounded_help())
    waiting_text = fields.Char("Waiting", compute="_compute_waiting_count")
    dead_count = fields.Integer("Not Received", compute="_compute_dead_count")

    @api.depends("position", "type_ids", "company_id", "sync_id", "state")
    @api.depends_context("lang")
    def _compute_waiting_count(self):
        """Count the events that wait, up to a bound: a shop has thousands a day."""
        for subscription in self:
            waiting = subscription.id and subscription.state != "ended"
            count = subscription._count_waiting(COUNTED_AT_MOST + 1) if waiting else 0
            subscription.waiting_count = count
            subscription.waiting_text = count_text(self.env, count, COUNTED_AT_MOST)

    @api.depends("delivery_ids.state")
    def _compute_dead_count(self):
        counts = dict(
            self.env["external.event.delivery"]._read_group(
                [("subscription_id", "in", self.ids), ("state", "=", "dead")], ["subscription_id"], ["__count"]
            )
        )
        for subscription in self:
            subscription.dead_count = counts.get(subscription._origin, 0)

    @api.constrains("sync_id", "company_id")
    def _check_company_of_sync(self):
        for subscription in self:
            if subscription.sync_id and subscription.sync_id.company_id != subscription.company_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s and its synchronization %(sync)s belong to different companies. Choose the company "
                        "of the synchronization.",
                        name=subscription.name,
                        sync=subscription.sync_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # It gets the events from now on, and none of a log that nobody has read so far.
        position = self.env["external.event"].sudo()._get_last_number()  # sudo: a number says nothing of an event
        subscriptions = super().create([{**vals, "position": position} for vals in vals_list])
        self.env.registry.clear_cache()
        return subscriptions

    def write(self, vals):
        if "url" in vals:
            self.mapped("headers_binding")  # of what was entered for the address until now
        if "active" in vals and not vals["active"]:
            vals = {**vals, "state": "ended"}  # nothing is kept for it any more
        result = super().write(vals)
        if SETTINGS & vals.keys():
            self.env.registry.clear_cache()
        check_written(self)
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _get_cron(self):
        # sudo: users have no access to scheduled actions.
        return self.env.ref("external_order_sync.ir_cron_send_events").sudo()

    # ------------------------------------------------------------
    # Its part of the log
    # ------------------------------------------------------------

    def _get_types(self):
        """Return the names of the types of its events."""
        names = self.type_ids.mapped("code") or TYPE_NAMES
        # A template is filled with the fields of an order.
        return tuple(name for name in names if self.form == "standard" or name.startswith("order."))

    def _get_waiting_condition(self):
        return SQL(
            "seq > %s AND type IN %s AND company_id = %s AND (%s IS NULL OR sync_id = %s)",
            self.position,
            self._get_types() or ("",),
            self.company_id.id,
            self.sync_id.id or None,
            self.sync_id.id or None,
        )

    def _find_waiting(self, limit):
        """Return the next events that it has not received, in their order."""
        query = SQL(
            "SELECT id FROM external_event WHERE %s ORDER BY seq LIMIT %s", self._get_waiting_condition(), limit
        )
        return self.env["external.event"].browse(event_id for (event_id,) in self.env.execute_query(query))

    def _pass_over_others(self):
        """Move the position to the end of the log, if no event waits and many others are in between.

        Otherwise each search for a rare event would read all events since the last one. Numbers become visible in their
        order, so those that are not visible yet are higher.
        """
        latest = self.env["external.event"]._get_latest()
        if latest - self.position >= PASSED_OVER and not self._find_waiting(1):
            self.position = latest

    def _count_waiting(self, limit):
        query = SQL(
            "SELECT COUNT(*) FROM (SELECT FROM external_event WHERE %s LIMIT %s) AS waiting",
            self._get_waiting_condition(),
            limit,
        )
        [(count,)] = self.env.execute_query(query)
        return count
