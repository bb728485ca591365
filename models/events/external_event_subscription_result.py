from datetime import timedelta

from odoo import fields, models

from ...tools.message_language import for_reader, reader_text
from ...tools.transaction import commit

# After each failed attempt the next one waits longer: seconds, then minutes, then hours.
PAUSES = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600)
# An event is tried for this long. While the receiver is down, those that follow wait for it, and end likewise.
TRIED_FOR = timedelta(days=3)
GIVEN_UP_AT_ONCE = 1000
GONE = 410
# What a receiver of templates answers to one order that it will never accept; the next ones are sent.
REFUSED = frozenset({400, 404, 409, 422})
ACTIVITY = "mail.mail_activity_data_warning"


class ExternalEventSubscription(models.Model):
    """Records how the calls of a subscription ended."""

    _inherit = "external.event.subscription"

    def _get_refused_statuses(self):
        """Return the statuses after which a message is given up alone, and the next one is sent."""
        return REFUSED if self.form == "template" else frozenset()

    def _record(self, call, reply):
        """Record how a call ended.

        :param Call call:
        :param Reply reply:
        :return: whether its next call, which is already prepared, may be made
        """
        self.ensure_one()
        key = call.key
        error = False if reply.is_received else reader_text(self.env, reply.problem)
        if reply.status == GONE:
            self._end(error)
            return False
        if key.delivery_id:
            delivery = self.env["external.event.delivery"].browse(key.delivery_id).exists()
            delivery.write({"state": "received" if reply.is_received else "dead", "error_message": error})
        elif reply.is_received:
            self._advance(key.event_id)
        elif reply.status in self._get_refused_statuses():
            self._give_up(self.env["external.event"].browse(key.event_id), error)
            self._advance(key.event_id, {"last_error": error})
        else:
            self._postpone(error, reply.retry_after)
        return self.state == "active" and self._get_settings() == key.settings

    def _advance(self, event_id, values=None):
        """Record that the receiver has answered to this event, and thus works."""
        seq = self.env["external.event"].browse(event_id).exists().seq
        self.write(
            {
                "position": max(self.position, seq),
                "attempts": 0,
                "next_attempt": False,
                "failing_since": False,
                "last_error": False,
                "last_success": fields.Datetime.now(),
                **(values or {}),
            }
        )

    def _postpone(self, error, retry_after=None):
        """Try the next event again later, and give up events that were tried for long enough.

        :param retry_after: seconds that the receiver asks to wait
        """
        now = fields.Datetime.now()
        pause = timedelta(seconds=max(PAUSES[min(self.attempts, len(PAUSES) - 1)], retry_after or 0))
        self.write(
            {
                "attempts": self.attempts + 1,
                "next_attempt": now + pause,
                "failing_since": self.failing_since or now,
                "last_error": error,
            }
        )
        if self.failing_since <= now - TRIED_FOR:
            self._give_up_old(now - TRIED_FOR, error)

    def _give_up_old(self, limit, error):
        """Give up the events from before `limit`, which are the first ones of the queue."""
        given_up = 0
        while events := self._find_waiting(GIVEN_UP_AT_ONCE).filtered(lambda event: event.date <= limit):
            self._give_up(events, error)
            self.position = max(events.mapped("seq"))
            given_up += len(events)
            commit(self.env)
        if given_up:
            env = for_reader(self.env)
            self._ask_for_attention(
                env._("Events were not received"),
                env._("The receiver has failed for three days: %s", error),
            )

    def _give_up(self, events, error):
        """List events as not received."""
        self.env["external.event.delivery"].create(
            [{"subscription_id": self.id, "event_id": event.id, "error_message": error} for event in events]
        )

    def _end(self, error):
        self.write({"state": "ended", "next_attempt": False, "last_error": error})
        env = for_reader(self.env)
        self._ask_for_attention(
            env._("The subscription has ended"),
            env._(
                "The receiver answered 410: it does not want any more events. Start the subscription again if that was "
                "a mistake."
            ),
        )

    def _ask_for_attention(self, summary, note):
        """Leave one activity for the administrator who made the subscription."""
        if not self.activity_search([ACTIVITY]):
            self.activity_schedule(ACTIVITY, user_id=self.create_uid.id, summary=summary, note=note)
