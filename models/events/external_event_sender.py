import logging
import time
from contextlib import closing
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...lib.event_call import TIMEOUT, Call, Reply, send_all
from ...lib.message import message as _lt
from ...lib.side_by_side import SideBySide
from ...tools.exclusive import exclusive
from ...tools.message_language import reader_text, with_reader
from ...tools.scheduling import quietly
from ...tools.stored_text import text_of_error
from ...tools.transaction import commit, commit_progress, retrying, rollback
from ...tools.worker_time import seconds_to_work
from .external_event_subscription_call import CallKey

_logger = logging.getLogger(__name__)

LOCK = "external_event_sender"
# Subscriptions that are served at once, each in a thread of its own.
AT_ONCE = 32
# Seconds after which no further subscription is served, and the scheduled action begins anew.
LONGEST_TURN = 60
# Between two looks at the log while a subscriber has not answered yet.
PAUSE = 0.5


class ExternalEventSender(models.AbstractModel):
    """Sends events to their subscribers: each one's in their order, all subscribers side by side.

    Threads make the calls and do not use Odoo. The thread that holds the cursor prepares them, and records how each one
    ended before the next one of that subscription is made. If the process dies in between, the event is sent
    again, with the same id. A subscriber that does not answer keeps only its own thread, and the others go on.
    """

    _name = "external.event.sender"
    _description = "Event Sender"

    @api.model
    def _work(self):
        """Send what is due, for as long as there is something and time allows.

        :return: False if another process is doing that
        """
        seconds = min(LONGEST_TURN, seconds_to_work(self.env) - TIMEOUT)
        with exclusive(self.env, LOCK, 0) as is_ours:
            if not is_ours:
                return False
            with closing(SideBySide(AT_ONCE)) as threads:
                self._serve(threads, time.monotonic() + seconds)
            self._plan()
        return True

    @api.model
    def _serve(self, threads, end):
        """Serve the subscriptions until nothing is due.

        :param float end: when (monotonic) to start no more; subscribers that then answer in time are still served
            until all those at work have answered
        """
        at_work, last = {}, end + TIMEOUT
        while True:
            self.env["external.event"]._number()
            remaining = commit_progress(self.env)
            if remaining <= 0:
                end = min(end, time.monotonic())
            now = time.monotonic()
            if now < end or (at_work and now < last):
                for subscription in self._find_due(list(at_work), is_late=now >= end):
                    if threads.has_room and (stream := self._start(threads, subscription)):
                        at_work[subscription.id] = stream
            if not at_work or now >= last:
                return
            threads.wait(lambda: any(stream.is_ready for stream in at_work.values()), PAUSE)
            for subscription_id in [key for key, stream in at_work.items() if stream.is_ready]:
                if not self._take(subscription_id, at_work[subscription_id]):
                    del at_work[subscription_id]

    @api.model
    def _find_due(self, at_work, is_late):
        """Return the subscriptions to which something may have to be sent now.

        :param at_work: ids of those that are being served
        :param bool is_late: leave out those that have failed and may take long to answer
        """
        now = fields.Datetime.now()
        domain = Domain("state", "=", "active") & Domain("id", "not in", at_work)
        due = Domain("next_attempt", "=", False)
        if not is_late:
            due |= Domain("next_attempt", "<=", now)
        return self.env["external.event.subscription"].search(domain & due, order="last_success NULLS FIRST, id")

    @api.model
    def _start(self, threads, subscription):
        """Start to send the next messages of a subscription; return the stream of their results, None without any."""
        subscription = self._for_reader(subscription)
        try:
            calls = subscription._prepare_calls()
        except UserError as error:
            subscription._postpone(text_of_error(error))
            return None
        except Exception as error:
            if self.env.cr.connection.closed:
                raise
            # The other subscribers must not wait for this one.
            rollback(self.env)
            _logger.exception("External Order Sync: events: the subscription %s failed", subscription.id)
            subscription._postpone(reader_text(subscription.env, self._describe(error)))
            return None
        if not calls:
            subscription._pass_over_others()
            return None
        public_only = not subscription._is_private_allowed()
        send = partial(send_all, calls, public_only, subscription._get_refused_statuses())
        return threads.start(send, name=f"external_event_{subscription.id}")

    @api.model
    def _take(self, subscription_id, stream):
        """Record the result that a stream has. Return whether it goes on."""
        try:
            call, reply = stream.take()
        except StopIteration:
            return False
        except Exception as error:
            # A bug or a library's surprise with one address must not keep the other subscribers.
            _logger.exception("External Order Sync: events: unexpected error")
            call, reply = Call(CallKey(()), "", "", {}, b""), Reply(None, self._describe(error))

        def record():
            subscription = self.env["external.event.subscription"].browse(subscription_id).exists()
            return subscription and self._for_reader(subscription)._record(call, reply)

        try:
            goes_on = retrying(self.env, record)
            commit_progress(self.env, processed=1)
        except Exception as error:
            if self.env.cr.connection.closed:
                raise
            # The event is sent again: at least once.
            rollback(self.env)
            _logger.exception("External Order Sync: events: the result could not be recorded")
            goes_on = False
            with quietly(self.env, f"subscription {subscription_id}"):
                subscription = self._for_reader(self.env["external.event.subscription"].browse(subscription_id))
                subscription._postpone(reader_text(subscription.env, self._describe(error)))
        if goes_on:
            stream.go_on()
            return True
        stream.close()
        return False

    @api.model
    def _describe(self, error):
        """Return a message for the reader about an error that was not expected."""
        return _lt("Internal error: %s. See the server log for details.", type(error).__name__)

    def _for_reader(self, subscription):
        return with_reader(subscription, subscription.create_uid, subscription.company_id.partner_id)

    @api.model
    def _is_anything_due(self):
        """Return whether something has to be sent now. Commits."""
        self.env["external.event"]._number()
        commit(self.env)
        due = self._find_due([], is_late=False)
        return any(subscription._find_waiting(1) for subscription in due) or "again" in due.mapped("delivery_ids.state")

    @api.model
    def _plan(self):
        """Let the scheduled action run again when the next message is due."""
        cron = self.env["external.event.subscription"]._get_cron()
        active = self.env["external.event.subscription"].search([("state", "=", "active")])
        times = [subscription.next_attempt for subscription in active if subscription.next_attempt]
        if any(not subscription.next_attempt and subscription._find_waiting(1) for subscription in active):
            cron._trigger()
        if times:
            cron._trigger(at=min(times))
