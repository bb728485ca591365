from datetime import timedelta

from odoo.fields import Command
from odoo.tools import SQL

from ..models.events.external_event import LOG_DAYS
from ..models.events.external_event_subscription_address import PRIVATE_ADDRESSES
from .common import ExternalOrderCase


class EventCase(ExternalOrderCase):
    """A shop whose orders are imported, and a log of events."""

    def setUp(self):
        super().setUp()
        self.keep_log()

    def keep_log(self, days=7):
        self.env["ir.config_parameter"].set_param(LOG_DAYS, str(days))

    def events(self, *types):
        """Return the events that the transaction would commit now, in their order."""
        self.env.cr.flush()
        domain = [("type", "in", types)] if types else []
        return self.env["external.event"].search(domain, order="id")

    def happened(self, *types):
        return [event.type for event in self.events(*types)]


class SubscriptionCase(EventCase):
    """Subscribers that listen, and a company in which orders are imported."""

    def setUp(self):
        super().setUp()
        self.keep_log(0)
        self.env["ir.config_parameter"].set_param(PRIVATE_ADDRESSES, "True")

    def subscribe(self, receiver, types="order.imported,order.failed", **values):
        """Return a started subscription of a receiver to these types."""
        chosen = self.env["external.event.type"].search([("name", "in", types.split(","))])
        subscription = self.env["external.event.subscription"].create(
            {
                "name": "Subscriber",
                "url": receiver.url,
                "type_ids": [Command.set(chosen.ids)],
                "company_id": self.company.id,
                **values,
            }
        )
        if subscription.form == "standard":
            self.set_secret(subscription)
        subscription.action_start()
        return subscription

    def set_secret(self, subscription, **values):
        """Set a new secret as its dialog does, and return it."""
        new = self.env["external.event.secret.new"].create({"subscription_id": subscription.id, **values})
        secret = new.secret
        new.action_use()
        return secret

    def send(self):
        """Let the scheduled action send what is due."""
        self.env.cr.flush()
        self.env["external.event.subscription"]._cron_send()
        self.env.invalidate_all()

    def happen(self, count=1, first=1):
        """Let orders fail, which is quick, and return the ids of their events."""
        rows = self.env["external.order"].create(
            [
                {"sync_id": self.sync.id, "external_id": str(first + number), "state": "failed", "payload": "{}"}
                for number in range(count)
            ]
        )
        self.env.cr.flush()
        events = self.env["external.event"].search([("res_id", "in", rows.ids), ("type", "=", "order.failed")])
        return events.sorted("id").mapped("message_id")

    def pass_time(self, subscription, **delta):
        """Let time pass for a subscription and its events."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE external_event_subscription SET next_attempt = next_attempt - %(delta)s,"
                " failing_since = failing_since - %(delta)s WHERE id = %(id)s",
                delta=timedelta(**delta),
                id=subscription.id,
            )
        )
        self.env.cr.execute(SQL("UPDATE external_event SET date = date - %s", timedelta(**delta)))
        self.env.invalidate_all()
