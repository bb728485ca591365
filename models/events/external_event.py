import json
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.api import SUPERUSER_ID
from odoo.tools import SQL, ormcache

from ...lib.time_text import time_text
from .event_notes import KEY
from .event_types import EVENT_TYPES

# How many days the log is kept for `GET /api/events`; 0 or nothing: there is no log.
LOG_DAYS = "external_order_sync.event_log_days"
# The highest number up to which the log is incomplete, because those events were deleted or never written.
LOG_FROM = "external_order_sync.event_log_from"
LONGEST_LOG = 3650
# What a subscription has not received is kept for this long.
KEPT_FOR_SUBSCRIPTIONS = timedelta(days=30)
VACUUM_BATCH = 10_000


class ExternalEvent(models.Model):
    """The log of what happened, from which subscribers get their events.

    An event is written in the transaction of the change that it reports, so there is never one without the other. It
    gets its number after that, see `_number`; until then nobody sees it.
    """

    _name = "external.event"
    _description = "Event"
    _order = "id desc"
    _rec_name = "type"

    seq = fields.Integer("Number", readonly=True, help="The place in the log. Empty until the event has it.")
    message_id = fields.Char(
        "Message ID", required=True, readonly=True, default=lambda self: f"evt_{uuid.uuid4().hex}", copy=False
    )
    type = fields.Selection(EVENT_TYPES, required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    sync_id = fields.Many2one(
        "external.order.sync", "Synchronization", readonly=True, ondelete="set null", index="btree_not_null"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    data = fields.Json("Content", readonly=True)
    data_text = fields.Text("Data", compute="_compute_data_text")

    _unique_seq = models.UniqueIndex("(seq) WHERE seq IS NOT NULL")
    _unnumbered = models.Index("(id) WHERE seq IS NULL")
    _date_index = models.Index("(date)")

    @api.depends("data")
    def _compute_data_text(self):
        for event in self:
            event.data_text = json.dumps(event.data, indent=2, ensure_ascii=False) if event.data else False

    def _get_message(self):
        """Return the event as it is sent and listed, without its number."""
        self.ensure_one()
        return {
            "id": self.message_id,
            "type": self.type,
            "timestamp": time_text(self.date),
            "data": self.data,
        }

    # ------------------------------------------------------------
    # Who wants to know
    # ------------------------------------------------------------

    @api.model
    def _get_log_days(self):
        """Return for how many days the log is kept; 0 if there is none."""
        # sudo: only administrators may read system parameters.
        text = self.env["ir.config_parameter"].sudo().get_param(LOG_DAYS) or "0"
        return min(int(text), LONGEST_LOG) if text.isdecimal() else 0

    @api.model
    @ormcache()
    def _get_subscribed(self):
        """Return {type of event: ids of the companies with a subscription to it}. Cached: it is asked all the time."""
        subscribed = {}
        # sudo: whoever causes an event need not know who has subscribed to it.
        for subscription in self.env["external.event.subscription"].sudo().search([("state", "!=", "ended")]):
            for name in subscription._get_types():
                subscribed.setdefault(name, set()).add(subscription.company_id.id)
        return subscribed

    @api.model
    def _is_wanted(self, types):
        """Return whether the log or a subscription is to get events of one of these types, in any company."""
        if self._get_log_days():
            return True
        subscribed = self._get_subscribed()
        return bool(subscribed) and any(name in subscribed for name in types)

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _write_noted(self):
        """Write the events of what was noted (see `note_states`), with one statement for all of them."""
        notes = self.env.cr.precommit.data.pop(KEY, None)
        if not notes:
            return
        # As the system: who changed the record need not be allowed to read everything that the event says.
        events = self.with_env(self.env(user=SUPERUSER_ID, su=True, context={}))
        vals_list = []
        for model, before in notes.states.items():
            records = events.env[model].browse(before).exists()
            changed = records.filtered(lambda record, before=before: record._get_event_state() != before[record.id])
            vals_list += changed._prepare_events()
        if notes.stock:
            vals_list += events.env["stock.quant"]._prepare_stock_events(notes.stock)
        log, subscribed = bool(self._get_log_days()), self._get_subscribed()
        told = [values for values in vals_list if values["company_id"] in subscribed.get(values["type"], ())]
        events.create(vals_list if log else told)
        if told:
            events.env["external.event.subscription"]._get_cron()._trigger()

    @api.model
    def _prepare_state_events(self, records, sync_field=None):
        """Return the values of the events that the present states of these records are.

        :param str sync_field: the field with the synchronization that they belong to
        """
        return [
            self._prepare_event(
                event_type,
                record,
                record.company_id,
                record._get_event_data(),
                record[sync_field] if sync_field else None,
            )
            for record in records
            if (event_type := record._get_event_type())
        ]

    @api.model
    def _prepare_event(self, event_type, record, company, data, sync=None):
        """Return the values of an event on a record."""
        return {
            "type": event_type,
            "res_model": record._name,
            "res_id": record.id,
            "company_id": company.id,
            "sync_id": sync.id if sync else False,
            "data": data,
        }

    # ------------------------------------------------------------
    # Clean-up
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_events(self):
        """Delete what is older than the log is kept, unless a subscription has yet to receive it."""
        now = fields.Datetime.now()
        limit = now - timedelta(days=self._get_log_days())
        needed = now - KEPT_FOR_SUBSCRIPTIONS
        lowest = self._get_lowest_position()
        query = SQL(
            """
            DELETE FROM external_event WHERE id IN (
                SELECT id FROM external_event
                 WHERE date < %(limit)s AND seq IS NOT NULL
                   AND (%(lowest)s IS NULL OR seq <= %(lowest)s OR date < %(needed)s)
                   AND NOT EXISTS (SELECT FROM external_event_delivery WHERE event_id = external_event.id)
                 ORDER BY seq LIMIT %(batch)s)
            RETURNING seq
            """,
            limit=limit,
            needed=needed,
            lowest=lowest,
            batch=VACUUM_BATCH,
        )
        deleted = [seq for (seq,) in self.env.execute_query(query)]
        if deleted:
            self._set_log_from(max(deleted))
        return len(deleted), len(deleted) == VACUUM_BATCH

    @api.model
    def _get_lowest_position(self):
        """Return the number up to which all subscriptions have received everything, None without any."""
        subscriptions = self.env["external.event.subscription"].sudo()  # the system's own clean-up
        return min(subscriptions.search([("state", "!=", "ended")]).mapped("position"), default=None)

    @api.model
    def _get_log_from(self):
        # sudo: only administrators may read system parameters.
        text = self.env["ir.config_parameter"].sudo().get_param(LOG_FROM) or "0"
        return int(text) if text.isdecimal() else 0

    @api.model
    def _set_log_from(self, seq):
        """Note that the log is complete only after this number."""
        if seq > self._get_log_from():
            # sudo: only administrators may write system parameters.
            self.env["ir.config_parameter"].sudo().set_param(LOG_FROM, str(seq))

    @api.model
    def _begin_log(self):
        """Note that the log is complete from now on: readers of an earlier one have missed events."""
        self._set_log_from(self._get_last_number())
