from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models

from ...tools.attention import attendant_of, keep_activity
from ...tools.message_language import for_reader, reader_text, stored, with_reader
from ...tools.stored_text import terms_of, text_of, values_of
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

    @api.model
    def _prepare_error_values(self, error):
        """Return the values that store why the receiver has not received an event; "" for none.

        :param error: a text or an error; if it is made of a `StoredText`, it is shown in each reader's language
        """
        values = values_of(error, "last_error", "last_error_terms")
        return {**values, "last_error": values["last_error"] or False}

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
        error = "" if reply.is_received else reader_text(self.env, reply.problem)
        if reply.status == GONE:
            self._end(error)
            return False
        if key.delivery_id:
            delivery = self.env["external.event.delivery"].browse(key.delivery_id).exists()
            state = "received" if reply.is_received else "dead"
            delivery.write({"state": state, **values_of(error, "error_message", "error_terms")})
        elif reply.is_received:
            self._advance(key.event_id)
        elif reply.status in self._get_refused_statuses():
            self._give_up(self.env["external.event"].browse(key.event_id), error)
            self._advance(key.event_id, self._prepare_error_values(error))
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
                **self._prepare_error_values(""),
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
                **self._prepare_error_values(error),
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
            env = stored(self.env)
            self._ask_for_attention(
                env._("Events were not received"),
                env._("The receiver has failed for three days: %s", error),
            )

    def _give_up(self, events, error):
        """List events as not received."""
        values = {"subscription_id": self.id, **values_of(error, "error_message", "error_terms")}
        self.env["external.event.delivery"].create([{**values, "event_id": event.id} for event in events])

    def _end(self, error):
        self.write({"state": "ended", "next_attempt": False, **self._prepare_error_values(error)})
        env = stored(self.env)
        self._ask_for_attention(
            env._("The subscription has ended"),
            env._(
                "The receiver answered 410: it does not want any more events. Start the subscription again if that was "
                "a mistake."
            ),
        )

    def _ask_for_attention(self, summary, note):
        """Keep one activity for the administrator who made the subscription.

        :param StoredText summary:
        :param StoredText note:
        """
        activity = self.activity_search([ACTIVITY])
        user = attendant_of(self, activity, self.create_uid)
        env = for_reader(with_reader(self, user).env)
        summary, note = text_of(env, terms_of(summary)), Markup("<p>%s</p>") % text_of(env, terms_of(note))
        if activity:
            keep_activity(self, activity, user, summary, note)
        else:
            self.activity_schedule(ACTIVITY, user_id=user.id, summary=summary, note=note)
