from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...lib.order.content import PayloadError
from ...lib.order.feed import FeedError, OrderFeed
from ...lib.order.feed_chunks import chunks
from ...lib.order.summary import parse_summaries
from ...lib.order.summary_feed import SummaryFeed
from ...lib.web_address import has_credentials, key_parameters, origin_of
from ...tools.address_check import check_address
from ...tools.message_language import reader_text, stored
from ...tools.overrides import is_overridden
from ..order_sync.external_order_sync_feed import FETCH_SIZE
from .external_proof import RED_STATES

# A summary has one page.
MAX_SUMMARY_BYTES = 16 * 1024 * 1024
SUMMARY_SECONDS = 60
DATE_PARAMETER = "date"


class ExternalOrderSync(models.Model):
    """Where the shop's figures of a day come from, and since when the days are compared."""

    _inherit = "external.order.sync"

    summary_url = fields.Char(
        "Daily Summary URL",
        tracking=True,
        help="The address that returns the external system's own totals of a day; the day is added as date=2026-01-31. "
        "It must be on the same server as the External API URL, and receives the same key. Without it, the books are "
        "compared with the orders that were received.",
    )
    proof_start = fields.Date(
        "Reconcile From",
        tracking=True,
        help="The first business day that is compared with the external system. If empty, it is the day on which the "
        "synchronization was created.",
    )
    proof_ids = fields.One2many("external.proof", "sync_id", "Reconciliation")
    red_days = fields.Integer("Days That Differ", compute="_compute_red_days")

    @api.constrains("summary_url", "external_api_url")
    def _check_summary_url(self):
        for sync in self.filtered("summary_url"):
            check_address(sync, "summary_url")
            url = sync.summary_url.strip()
            if has_credentials(url) or key_parameters(url):
                raise ValidationError(
                    self.env._(
                        "Daily Summary URL of %s: remove the key from the address, because everyone who sees the "
                        "synchronization could read it. The summary is requested with the External API Key or the "
                        "Secret Parameters anyway.",
                        sync.name,
                    )
                )
            # The key belongs to the origin of the feed.
            if origin_of(url) != origin_of((sync.external_api_url or "").strip()):
                raise ValidationError(
                    self.env._(
                        "The Daily Summary URL of %s must have the same protocol, host and port as its External API "
                        "URL, because it receives the same key.",
                        sync.name,
                    )
                )

    def _hand_over_activities(self):
        super()._hand_over_activities()
        # sudo: the days are written by the system only.
        red = self.env["external.proof"].sudo().search([("sync_id", "in", self.ids), ("state", "in", RED_STATES)])
        red.filtered("activity_ids")._update_activity(hand_over=True)

    def _get_proof_start(self):
        """Return the first business day that is compared."""
        return self.proof_start or self._get_business_day(self.create_date)

    def _has_requested_day(self, day):
        """Return whether a complete download has begun since the end of a business day.

        Before the end there is nothing to wait for, and some synchronizations request nothing: those that are archived
        or to which the external system sends its orders, and those of an extension with a download of its own.
        """
        self.ensure_one()
        if day >= self._get_business_day() or not self.active or is_overridden(self, "sync_orders"):
            return True
        if not self.external_api_url and not is_overridden(self, "_fetch_orders_from_external"):
            return True
        end = self._get_end_of_day(day)
        if self.fetch_cursor and self.fetch_cursor >= end:
            return True
        complete = [("sync_id", "=", self.id), ("fetch_done", "=", True), ("fetch_error", "=", False)]
        return bool(self.env["external.order.sync.run"].search_count([*complete, ("date_start", ">=", end)], limit=1))

    def _fetch_summaries(self, day):
        """Return the shop's figures of a business day.

        :rtype: dict of ``pos.config`` and `Summary`
        :raise UserError: says why they cannot be requested or read
        """
        self.ensure_one()
        env = stored(self.env)
        try:
            settings = replace(
                self._prepare_feed_settings(),
                url=self.summary_url.strip(),
                page_param="",
                since_param="",
                extra_params={**self._get_secret_parameters(), DATE_PARAMETER: day.isoformat()},
                total_timeout=min(self.fetch_timeout, SUMMARY_SECONDS),
                max_bytes=MAX_SUMMARY_BYTES,
            )
            summaries = parse_summaries(SummaryFeed(settings).fetch(), day)
        except (FeedError, PayloadError) as error:
            reason = self._hide_key(reader_text(self.env, error.message))
            raise UserError(env._("The daily summary could not be read: %s", reason)) from None
        found = {}
        for summary in summaries:
            config = self._find_pos_config_at(summary.location)
            if not config:
                raise UserError(
                    env._(
                        "The daily summary has figures of location %(location)s, which has no Point of Sale in "
                        "%(sync)s. Add it to the Branches under Mappings.",
                        location=summary.location or "?",
                        sync=self.name,
                    )
                )
            if config in found:
                raise UserError(
                    env._(
                        "The daily summary has figures of several locations for %s, whose orders cannot be told "
                        "apart. Add the locations to the Branches under Mappings.",
                        config.name,
                    )
                )
            found[config] = summary
        return found

    def _iter_feed_since(self, day):
        """Yield the entries of the feed that have changed since the beginning of a business day, in lists.

        :raise UserError: if the feed cannot be read
        """
        self.ensure_one()
        if not self.active:
            raise UserError(self.env._("%s is archived, so its external system is not asked.", self.name))
        if is_overridden(self, "_fetch_orders_from_external"):
            yield self._fetch_orders_from_external()
            return
        if not self.external_api_url:
            return
        with self._explaining_feed_errors():
            settings = self._prepare_feed_settings()
            if settings.since_param:
                since = self._get_start_of_day(day) - timedelta(minutes=self.overlap_minutes)
                settings = replace(settings, since=since)
            yield from chunks(OrderFeed(settings).pages(), FETCH_SIZE)

    # ------------------------------------------------------------
    # The days
    # ------------------------------------------------------------

    @api.depends("proof_ids.state")
    def _compute_red_days(self):
        domain = [("sync_id", "in", self.ids), ("state", "in", ("red", "error"))]
        counts = dict(self.env["external.proof"]._read_group(domain, ["sync_id"], ["__count"]))
        for sync in self:
            sync.red_days = counts.get(sync, 0)

    def action_open_proofs(self):
        """Open the days of this synchronization."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_proof")
        return {**action, "domain": [("sync_id", "in", self.ids)], "context": {"hide_sync": len(self) == 1}}
