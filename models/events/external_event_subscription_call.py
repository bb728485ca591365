import json
import uuid
from dataclasses import dataclass

from odoo import fields, models
from odoo.exceptions import UserError

from ...lib.event_call import Call
from ...lib.event_template import TemplateError, fill_body, fill_headers, fill_url, read_headers
from ...lib.time_text import time_text
from ...lib.webhook_signature import key_of
from ...tools.message_language import stored

# Messages that are prepared at once; they are sent one after the other.
BATCH = 50
JSON = "application/json"


@dataclass(frozen=True)
class CallKey:
    """What a call belongs to.

    :param settings: the settings of the subscription with which it was prepared
    :param event_id: the event; 0 for a test
    :param delivery_id: the row of an event that is sent again; 0 for the queue
    """

    settings: tuple
    event_id: int = 0
    delivery_id: int = 0


class ExternalEventSubscription(models.Model):
    """Makes the messages of a subscription."""

    _inherit = "external.event.subscription"

    def _prepare_calls(self):
        """Return the next messages: those to be sent again, then the queue in its order.

        :raise UserError: if no message can be made, with the reason
        """
        again = self.delivery_ids.filtered(lambda delivery: delivery.state == "again").sorted("id")[:BATCH]
        prepare = self._get_preparation()
        return [
            *(prepare(delivery.event_id, delivery.id) for delivery in again),
            *(prepare(event) for event in self._find_waiting(BATCH)),
        ]

    def _get_preparation(self):
        """Return the function that makes the call of an event, with what all calls of now have in common."""
        self.ensure_one()
        settings = self._get_settings()
        try:
            headers = read_headers(self._get_headers_to_send())
        except TemplateError as error:
            raise UserError(self._describe(error)) from None
        key = self._get_api_key()
        if key:
            is_bearer = self.sync_id.auth_method == "bearer"
            headers |= {"Authorization": f"Bearer {key}"} if is_bearer else {"X-API-Key": key}
        secrets = (key, *headers.values())
        if self.form == "template":
            return lambda event, delivery_id=0: self._fill_template(
                event, CallKey(settings, event.id, delivery_id), headers, secrets
            )
        keys = tuple(key_of(secret, is_standard=True) for secret in self._get_valid_secrets())
        if not keys:
            raise UserError(stored(self.env)._("There is no secret to sign with: press New Secret."))
        return lambda event, delivery_id=0: Call(
            CallKey(settings, event.id, delivery_id),
            "POST",
            self.url.strip(),
            {**headers, "Content-Type": JSON},
            json.dumps({"seq": event.seq, **event._get_message()}, ensure_ascii=False).encode(),
            event.message_id,
            keys,
            secrets,
        )

    def _fill_template(self, event, key, headers, secrets):
        message = event._get_message()
        data = message.pop("data")
        values = {**data, **message, "OrderID": data.get("order_id"), "LocationID": data.get("location_id")}
        body = fill_body(self.body or "", values)
        filled = fill_headers(headers, values)
        # The receiver recognizes a message that arrives again.
        filled.setdefault("Idempotency-Key", event.message_id)
        if body:
            filled["Content-Type"] = JSON
        return Call(key, self.method, fill_url(self.url.strip(), values), filled, body, secrets=secrets)

    def _prepare_test_call(self):
        """Return a message that is no event, to try the address.

        :raise UserError: if no message can be made, with the reason
        """
        order = {"order_id": "TEST", "state": "done", "kind": "sale", "pos_reference": "TEST"}
        event = self.env["external.event"].new(
            {"message_id": f"test_{uuid.uuid4().hex}", "date": fields.Datetime.now(), "data": order}
        )
        call = self._get_preparation()(event)
        if self.form == "template":
            return call
        body = {"id": event.message_id, "type": "test", "timestamp": time_text(event.date), "data": {}}
        return Call(
            call.key, call.method, call.url, call.headers, json.dumps(body).encode(), call.message_id, call.keys,
            call.secrets,
        )  # fmt: skip

    def _get_settings(self):
        """Return what decides how messages are made, to notice a change while some are under way."""
        return (
            self.state, self.url, self.form, self.method, self.headers, self.body, self.send_api_key,
            self.type_ids._ids, self.company_id.id, self.sync_id.id,
        )  # fmt: skip
