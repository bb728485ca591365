import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.tools import format_datetime
from psycopg2.errors import UniqueViolation

from ...courier_exceptions import CourierError, CourierUnavailable, ShipmentBusy, ShipmentConflict
from ...tools.message_language import for_reader, stored
from ...tools.transaction import ScheduledTurn
from .shipment_context import CourierAnswer

# Temporary failures are retried after 1, 2, 4, … minutes, at most an hour; after MAX_ATTEMPTS a user must step in.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MAX_ATTEMPTS = 12
# After this time without a delivery, we stop asking the courier for the status.
LONGEST_WAY = timedelta(days=60)

STATES = [
    ("pending", "Waiting"),
    ("sending", "Sending"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("error", "Error"),
    ("cancelled", "Cancelled"),
]


class ExternalShipment(models.Model):
    """The shipment queue: one row per transfer that a courier ships, with its state and history.

    Before the courier is called, the row is committed as `sending` with our reference. After a crash, the order is
    looked up by this reference before it is sent again. See ``external.shipment.worker``, and ``delivery.carrier`` for
    providers.
    """

    _name = "external.shipment"
    _description = "Shipment"
    _order = "id desc"
    _rec_name = "picking_id"

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, ondelete="restrict", readonly=True)
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="picking_id.partner_id", string="Receiver")
    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="restrict", readonly=True, index=True)
    provider_code = fields.Char(
        "Provider", required=True, readonly=True, help="The provider of the delivery method, as named in the API."
    )
    state = fields.Selection(STATES, "Status", required=True, default="pending", readonly=True, index=True)
    reference = fields.Char(readonly=True, help="Our reference, used to find the order at the courier.")
    tracking_number = fields.Char(readonly=True, index="btree_not_null")
    order_number = fields.Char(readonly=True, help="The courier's own order number, if it has one.")
    tracking_url = fields.Char("Tracking Link", compute="_compute_tracking_url")
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    error_message = fields.Text("Error as Written", readonly=True)
    outcome_unknown = fields.Boolean(
        readonly=True, help="The courier may have accepted the order. We check this before sending it again."
    )
    sending_date = fields.Datetime("Last Sent", readonly=True)
    shipped_date = fields.Datetime("Shipped", readonly=True)
    delivered_date = fields.Datetime("Delivered", readonly=True)
    is_on_picking = fields.Boolean(readonly=True, help="Tracking number and price are recorded on the transfer.")
    exact_price = fields.Float(readonly=True, help="The courier's price, before margins.")
    next_poll = fields.Datetime("Next Status", readonly=True)
    event_ids = fields.One2many("external.shipment.event", "shipment_id", "Events", readonly=True)

    _unique_picking = models.Constraint("UNIQUE (picking_id)", "This transfer already has a shipment.")
    _waiting = models.Index("(next_attempt, id) WHERE state IN ('pending', 'sending')")
    _under_way = models.Index("(next_poll) WHERE state = 'shipped'")

    @api.depends("picking_id.carrier_tracking_url", "tracking_number")
    def _compute_tracking_url(self):
        for shipment in self:
            # sudo: the delivery method may have become one that the user may not see.
            carrier = shipment.carrier_id.sudo()
            url = shipment.tracking_number and carrier.get_tracking_link(shipment.picking_id)
            shipment.tracking_url = url or False

    # ------------------------------------------------------------
    # Requesting a shipment
    # ------------------------------------------------------------

    @api.model
    def _request(self, picking, provider_code=None, done_is_ready=False):
        """Queue the shipment of a transfer, unless it has one already.

        A shipment that ended in an error is queued again, because the request implies that the cause was fixed. A
        cancelled shipment stays cancelled until a user retries it.

        :param picking: one ``stock.picking``, which gets the delivery method; the user needs write access to it
        :param str provider_code: the ``delivery_type`` of a delivery method; by default that of the transfer's method
        :param bool done_is_ready: whether a done transfer may be shipped, as is the case during validation
        :return: the shipment, and whether it is new
        :raise UserError: if no delivery method has that provider
        :raise ShipmentConflict: if the transfer is not ready, or is already being shipped with another provider
        """
        picking.ensure_one().check_access("write")
        carrier = self._choose_carrier(picking, provider_code or picking.carrier_id.delivery_type)
        # sudo: only the queue writes its rows; the user's access to the transfer was checked above.
        shipment = self.sudo().search([("picking_id", "=", picking.id)])
        if shipment:
            return shipment._request_again(carrier), False
        if picking.state not in (("assigned", "done") if done_is_ready else ("assigned",)):
            raise ShipmentConflict(self.env._("%s is not ready to be shipped.", picking.name))
        if picking.picking_type_code == "incoming":
            raise ShipmentConflict(self.env._("%s is a receipt. Receipts are not shipped.", picking.name))
        try:
            with self.env.cr.savepoint():
                shipment = self.sudo().create(
                    {
                        "picking_id": picking.id,
                        "carrier_id": carrier.id,
                        "provider_code": carrier.delivery_type,
                    }
                )
        except UniqueViolation:
            # Created by a concurrent transaction that this one cannot see. Odoo repeats the request and finds it.
            raise ConcurrencyError("The transfer got a shipment meanwhile.") from None
        if picking.carrier_id != carrier:
            picking.carrier_id = carrier
        self._get_cron()._trigger()
        return shipment, True

    def _request_again(self, carrier):
        if self.provider_code != carrier.delivery_type and self.state != "error":
            raise ShipmentConflict(
                self.env._(
                    "%(transfer)s is already being shipped with the provider %(provider)s.",
                    transfer=self.picking_id.name,
                    provider=self.provider_code,
                )
            )
        if self.state == "error" and not self.outcome_unknown:
            if self.provider_code != carrier.delivery_type:
                self.write({"carrier_id": carrier.id, "provider_code": carrier.delivery_type})
                self.picking_id.carrier_id = carrier
            self._requeue()
        return self

    @api.model
    def _choose_carrier(self, picking, provider_code):
        """Return the delivery method to use: the transfer's own, or the provider's first one that serves it."""
        if picking.carrier_id and picking.carrier_id.delivery_type == provider_code:
            return picking.carrier_id
        Carrier = self.env["delivery.carrier"]
        carriers = Carrier.search(
            [("delivery_type", "=", provider_code), *Carrier._check_company_domain(picking.company_id)]
        )
        if not carriers:
            raise UserError(
                self.env._("provider_code: there is no delivery method with the provider %s.", provider_code or "")
            )
        # sudo: matching reads ZIP prefixes and tags, which stock users may not. If nothing matches, the address may
        # be incomplete, which the shipment will report.
        serving = picking.partner_id and carriers.sudo().available_carriers(picking.partner_id, picking.sudo())
        return (serving or carriers)[:1].sudo(False)

    @api.model
    def _get_cron(self):
        # sudo: users have no access to scheduled actions.
        return self.env.ref("external_order_sync.ir_cron_ship").sudo()

    @api.model
    def _cron_ship(self):
        """Send the waiting shipments, then update the status of those that are due."""
        ScheduledTurn().on(self.env["external.shipment.worker"])._work()

    # ------------------------------------------------------------
    # State changes
    # ------------------------------------------------------------

    def _prepare_reference(self):
        """Return a reference that no other order at the courier has, of at most 30 characters."""
        name = re.sub(r"[^A-Za-z0-9/-]+", "-", self.picking_id.name or "").strip("-")
        return f"{name[-19:]}-{secrets.token_hex(5).upper()}"

    def _requeue(self):
        """Queue these for sending as soon as possible; those with an unknown outcome are looked up first."""
        for shipment in self:
            values = {"state": "pending", "attempts": 0, "interruptions": 0, "next_attempt": False, "error_message": ""}
            if shipment.state == "cancelled":
                values |= {
                    "reference": False,
                    "tracking_number": False,
                    "order_number": False,
                    "shipped_date": False,
                    "delivered_date": False,
                    "is_on_picking": False,
                    "next_poll": False,
                }
            shipment.write(values)
        self._update_attention(self.company_id)
        self._get_cron()._trigger()

    def _postpone(self, message, until=None):
        """Try this shipment again later; after `MAX_ATTEMPTS` attempts it ends in an error.

        :param until: wait until this time instead, regardless of the number of attempts
        """
        self.ensure_one()
        if until is None and self.attempts >= MAX_ATTEMPTS:
            env = stored(self.env)
            self._fail(env._("Stopped after %(count)s attempts. %(reason)s", count=self.attempts, reason=message))
            return
        pause = min(FIRST_PAUSE * 2 ** max(self.attempts - 1, 0), LONGEST_PAUSE)
        next_attempt = until or fields.Datetime.now() + pause
        self.write({"state": "pending", "next_attempt": next_attempt, **self._prepare_error_values(message)})
        self._get_cron()._trigger(at=self.next_attempt)

    def _fail(self, message):
        """Set this shipment to `error`, and post the reason on the transfer."""
        self.ensure_one()
        self.write({"state": "error", "next_attempt": False, **self._prepare_error_values(message)})
        self._post_on_picking(for_reader(self.env)._("The shipment could not be sent: %s", message))
        self._update_attention(self.company_id)

    def _mark_cancelled(self):
        self.write(
            {
                "state": "cancelled",
                "next_attempt": False,
                "next_poll": False,
                "outcome_unknown": False,
                "error_message": False,
            }
        )
        self._update_attention(self.company_id)

    def _mark_shipped(self, result):
        """Record that the courier has the order.

        :param dict result: `exact_price`, `tracking_number` and possibly `order_number`
        """
        self.ensure_one()
        now = fields.Datetime.now()
        polls = self.carrier_id._can_read_shipment_events()
        self.write(
            {
                "state": "shipped",
                "tracking_number": result.get("tracking_number") or False,
                "order_number": result.get("order_number") or False,
                "exact_price": result.get("exact_price") or 0.0,
                "shipped_date": now,
                "next_attempt": False,
                "error_message": False,
                "outcome_unknown": False,
                "is_on_picking": False,
                "next_poll": polls and now + self.carrier_id._get_poll_interval(),
            }
        )

    def _write_to_picking(self):
        """Let Odoo record the shipment on the transfer as usual: price, tracking number, message."""
        self.ensure_one()
        if self.is_on_picking:  # another worker has done it
            return
        answer = CourierAnswer({"exact_price": self.exact_price, "tracking_number": self.tracking_number})
        picking = answer.on(self.picking_id)
        if self.tracking_number not in (picking.carrier_tracking_ref or "").split(","):
            picking.send_to_shipper()
        self.is_on_picking = True

    def _receive_events(self, events):
        """Store the courier's new events, and update the state accordingly.

        :param list events: dicts with `date` (naive UTC), `kind`, `status` and `details` of ``external.shipment.event``
        """
        self.ensure_one()
        number = self.tracking_number and self.tracking_number[:200]  # the column is indexed
        known = {
            (event.tracking_number or "", event.date, event.status, event.details or "") for event in self.event_ids
        }
        for event in sorted(events, key=lambda event: event["date"]):
            key = (number or "", event["date"], event["status"], event.get("details") or "")
            if key not in known:
                known.add(key)
                self._receive_event({**event, "tracking_number": number})
        latest = self.event_ids.filtered(lambda event: event.tracking_number == number).sorted("date")[-1:]
        if latest.kind == "delivered":
            self.write({"state": "delivered", "delivered_date": latest.date, "next_poll": False})
        elif latest.kind == "cancelled":
            self._mark_cancelled()

    def _receive_event(self, values):
        event = self.env["external.shipment.event"].create({**values, "shipment_id": self.id})
        env = for_reader(self.env)
        time = f"{format_datetime(env, event.date, tz='UTC', dt_format='short')} UTC"
        shown = {"time": time, "status": f"{event.status} {event.details or ''}".strip()}
        if event.kind == "delivered":
            self._post_on_picking(env._("The courier delivered the shipment on %(time)s: %(status)s.", **shown))
        elif event.kind == "failed_attempt":
            self._post_on_picking(env._("The courier could not deliver the shipment on %(time)s: %(status)s.", **shown))
        elif event.kind == "cancelled":
            self._post_on_picking(
                env._("The courier reported on %(time)s that the shipment was cancelled: %(status)s.", **shown)
            )

    def _post_on_picking(self, message):
        self.picking_id.message_post(body=message, message_type="notification", subtype_xmlid="mail.mt_note")

    # ------------------------------------------------------------
    # User actions
    # ------------------------------------------------------------

    def action_retry(self):
        """Send these shipments (again), if they failed, wait for their next attempt, or were cancelled."""
        self._check_may_act()
        # sudo: only the queue writes its rows; the user's access was checked above.
        shipments = self.sudo().filtered(lambda shipment: shipment.state in ("pending", "error", "cancelled"))
        if not shipments:
            raise ShipmentConflict(self._describe_no_retry())
        shipments._lock()
        # If the courier does not support lookups, the user was asked to check before retrying.
        shipments.filtered(lambda shipment: not shipment.carrier_id._can_find_shipments()).outcome_unknown = False
        shipments._requeue()

    def action_cancel(self):
        """Cancel these shipments, also at the courier."""
        self._check_may_act()
        for shipment in self.sudo():
            shipment._lock()
            shipment._cancel()

    def action_update_status(self):
        """Ask the courier for the current status of these shipments."""
        self._check_may_act()
        shipments = self.sudo().filtered(lambda shipment: shipment.state == "shipped")
        shipments._lock()
        for carrier, of_carrier in shipments.grouped("carrier_id").items():
            if not carrier._can_read_shipment_events():
                raise UserError(self.env._("%s does not report the status of shipments.", carrier.name))
            for shipment, events in carrier._read_shipment_events(of_carrier).items():
                shipment._receive_events(events)

    def action_open_tracking(self):
        self.ensure_one()
        if not self.tracking_url:
            raise UserError(
                self.env._(
                    "There is no tracking link: the delivery method does not provide one, or the tracking number "
                    "is not known yet."
                )
            )
        return {"type": "ir.actions.act_url", "target": "new", "url": self.tracking_url}

    def _lock(self):
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise ShipmentBusy(
                self.env._("The courier is being contacted about this shipment. Try again later.")
            ) from None

    def _check_may_act(self):
        """Check that the user may use the buttons: users have no write access here, so the transfer's access counts."""
        self.check_access("read")
        self.picking_id.check_access("write")

    def _cancel(self):
        """Cancel this locked shipment.

        :raise ShipmentConflict: if its state or the courier does not allow it
        :raise ShipmentBusy: if the courier may still be accepting it
        """
        self.ensure_one()
        if self.state == "delivered":
            raise ShipmentConflict(self.env._("The shipment has already been delivered."))
        if self.outcome_unknown and self.carrier_id._can_find_shipments():
            self._find_out()
        if self.state == "shipped":
            self._cancel_at_courier()
        elif self.state != "cancelled":
            self._mark_cancelled()

    def _find_out(self):
        """Look up whether the courier has the order, before cancelling it."""
        result = self.carrier_id._find_shipment(self)
        if result:
            self._mark_shipped(result)
            self._write_to_picking()
        elif self.env["external.shipment.worker"]._get_settled_date(self) > fields.Datetime.now():
            raise ShipmentBusy(self.env._("The courier may still be accepting the order. Try again in a few minutes."))

    def _cancel_at_courier(self):
        carrier = self.carrier_id
        if not hasattr(carrier, f"{carrier.delivery_type}_cancel_shipment"):
            raise ShipmentConflict(self.env._("%s cannot cancel a shipment.", carrier.name))
        try:
            self.picking_id.cancel_shipment()
        except NotImplementedError:
            raise ShipmentConflict(self.env._("%s cannot cancel a shipment.", carrier.name)) from None
        except CourierUnavailable:
            raise
        except CourierError as error:
            raise ShipmentConflict(str(error)) from error
