import logging
from datetime import timedelta

import psycopg2
import requests
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...courier_exceptions import CourierError, CourierUnavailable
from ...lib.courier_texts import MESSAGE_LENGTH, storable_events, storable_message, storable_result
from ...tools.message_language import name_text, stored, with_reader
from ...tools.scheduling import quietly
from ...tools.stored_text import changed, joined, text_of_error
from ...tools.transaction import TRANSIENT_ERRORS, commit, commit_progress, retrying, rollback
from .external_shipment import LONGEST_WAY
from .shipment_context import ShipmentBeingSent

_logger = logging.getLogger(__name__)

# A courier may still be processing an order after we have stopped waiting for its answer. "Not found" means that the
# order was not accepted only if this time has passed since it was sent.
SETTLING_PARAMETER = "external_order_sync.shipment_settling_seconds"
SETTLING_SECONDS = 180
# For this long, other workers leave a `sending` row alone: its own worker is about to lock it again.
RELOCKING = timedelta(seconds=3)
# Number of rows to try when looking for an unlocked one, and of shipments per status request.
CANDIDATES = 50


class ExternalShipmentWorker(models.AbstractModel):
    """Send the shipments of the queue and read their status. Several workers can share the queue.

    A shipment is sent in these steps. The process may die before or after each of them:

    1. claim the shipment by a lock on its row, which is released if the process dies;
    2. if an earlier attempt may have reached the courier, look the order up there by its reference;
    3. commit the state `sending` with the reference, and lock the row again;
    4. call the courier;
    5. commit the state `shipped` with the numbers;
    6. let Odoo record the shipment on the transfer as usual.
    """

    _name = "external.shipment.worker"
    _description = "Shipment Worker"

    @api.model
    def _work(self):
        """Do all work that is due, as long as the scheduler allows."""
        for domain, work in (
            (self._get_sending_domain, "_send"),
            (self._get_recording_domain, "_record"),
            (self._get_polling_domain, "_poll"),
        ):
            try:
                is_done = self._work_through(domain, work)
            except Exception:  # the error does not belong to one shipment, and the other kinds of work must continue
                if self.env.cr.connection.closed:
                    raise
                rollback(self.env)
                _logger.exception("External Order Sync: the shipments: unexpected error")
                continue
            if not is_done:
                self.env["external.shipment"]._get_cron()._trigger()
                return

    @api.model
    def _work_through(self, domain, work):
        """Do one kind of work for all shipments that need it. Return whether there was time for all of them."""
        seen = []
        while shipment := self._claim(domain() & Domain("id", "not in", seen)):
            seen.append(shipment.id)
            # In the scheduled action there is no user's language, so messages use the company's.
            worker = self if self.env.lang else with_reader(self, shipment.company_id.partner_id)
            worker._attempt(work, domain(), shipment.with_env(worker.env))
            if commit_progress(self.env, processed=1) <= 0:
                return False
        return True

    @api.model
    def _guarded(self, work, shipments):
        """Call the method `work`. Errors are recorded, so that the other shipments can continue."""
        try:
            getattr(self, work)(shipments)
            self.env.flush_all()
        except TRANSIENT_ERRORS as error:
            rollback(self.env)
            _logger.info("External Order Sync: shipments %s postponed: %s", shipments.ids, type(error).__name__)
        except Exception as error:
            # Otherwise one failing shipment, always the first in order, would hold up all others forever.
            rollback(self.env)
            _logger.exception("External Order Sync: shipments %s failed", shipments.ids)
            if self.env.cr.connection.closed:
                raise
            for shipment in shipments:
                with quietly(self.env, f"shipment {shipment.id}"):
                    self._record_failure(work, shipment, error)

    @api.model
    def _record_failure(self, work, shipment, error):
        """Show the error on the shipment, and schedule its next attempt."""
        message = stored(self.env)._("Internal error: %s. See the server log for details.", type(error).__name__)
        if shipment.state in ("pending", "sending"):
            shipment.attempts += 1
            shipment._postpone(message)
            return
        shipment.write(shipment._prepare_error_values(message))
        if work == "_poll":
            shipment.next_poll = fields.Datetime.now() + shipment.carrier_id._get_poll_interval()

    @api.model
    def _get_sending_domain(self):
        # A row that is `sending` but not locked was left behind by a process that died.
        return Domain("state", "in", ("pending", "sending")) & (
            Domain("next_attempt", "=", False) | Domain("next_attempt", "<=", fields.Datetime.now())
        )

    @api.model
    def _get_recording_domain(self):
        return Domain("state", "in", ("shipped", "delivered")) & Domain("is_on_picking", "=", False)

    @api.model
    def _get_polling_domain(self):
        # Delivery methods are archived in a neutralized database, which must not contact couriers.
        return (
            Domain("state", "=", "shipped")
            & Domain("next_poll", "<=", fields.Datetime.now())
            & Domain("carrier_id.active", "=", True)
        )

    @api.model
    def _claim(self, domain):
        """Return one shipment of the domain, locked until the end of the transaction, or an empty recordset."""

        def claim():
            # Shipments that the process died on come last.
            order = "interruptions NULLS FIRST, next_attempt, id"
            candidates = self.env["external.shipment"].search(domain, order=order, limit=CANDIDATES)
            return candidates.try_lock_for_update(allow_referencing=True, limit=1) if candidates else candidates

        return retrying(self.env, claim)

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _send(self, shipment):
        """Send a claimed shipment to the courier, or record why this was not possible."""
        carrier = shipment.carrier_id
        shipment.attempts += 1
        if not carrier.active:
            message = stored(self.env)._(
                "The delivery method %s is archived. Unarchive it, then press Retry.", name_text(carrier)
            )
            shipment._fail(message)
            return
        try:
            if shipment.outcome_unknown:
                if result := self._call(lambda: carrier._find_shipment(shipment)):
                    self._finish(shipment, result)
                    return
                settled = self._get_settled_date(shipment)
                if settled > fields.Datetime.now():
                    shipment._postpone(
                        stored(self.env)._(
                            "The courier did not respond. We will check again whether it has the order."
                        ),
                        settled,
                    )
                    return
        except CourierUnavailable as error:
            shipment._postpone(text_of_error(error))
            return
        except CourierError as error:
            shipment._fail(text_of_error(error))
            return
        if shipment.picking_id.state == "cancel":
            shipment._mark_cancelled()
        elif problem := self._find_problem(shipment):
            shipment.outcome_unknown = False
            shipment._fail(problem)
        else:
            self._send_now(shipment)

    def _find_problem(self, shipment):
        """Return why this shipment cannot be sent, or None if it can."""
        carrier, picking = shipment.carrier_id, shipment.picking_id
        if picking.state not in ("assigned", "done"):
            return stored(self.env)._(
                "The transfer %s is no longer ready. Check its availability, then press Retry.", picking.name
            )
        if missing := carrier._get_missing_address_parts(picking):
            return stored(self.env)._(
                "The address is incomplete. Missing: %s. Complete the contact, then press Retry.",
                joined(*missing, by=", "),
            )
        if not carrier._match_address(picking.partner_id):
            return stored(self.env)._(
                "The delivery method %s does not serve the receiver's address. Correct the address, or the "
                "Availability of the delivery method, then press Retry.",
                name_text(carrier),
            )
        return None

    def _send_now(self, shipment):
        now = fields.Datetime.now()
        shipment.write(
            {
                "state": "sending",
                "reference": shipment.reference or shipment._prepare_reference(),
                "sending_date": now,
                "next_attempt": now + RELOCKING,
                "error_message": False,
                "outcome_unknown": True,
            }
        )
        attempts = shipment.attempts
        commit(self.env)
        # The commit released the lock. If another worker has locked the row since, that worker looks the order up.
        shipment = self._claim(
            Domain("id", "=", shipment.id) & Domain("state", "=", "sending") & Domain("attempts", "=", attempts)
        )
        if not shipment:
            return
        carrier = ShipmentBeingSent(shipment.id).on(shipment.carrier_id.with_context(external_shipment_id=shipment.id))
        picking = shipment.picking_id.with_company(shipment.company_id)
        _logger.info("External Order Sync: sending %s as %s", shipment.picking_id.name, shipment.reference)
        try:
            result = self._call(lambda: (carrier.send_shipping(picking) or [{}])[0])
        except CourierError as error:
            shipment.outcome_unknown = error.uncertain
            if isinstance(error, CourierUnavailable) and (not error.uncertain or carrier._can_find_shipments()):
                shipment._postpone(text_of_error(error))
            else:
                shipment._fail(text_of_error(error))
        else:
            self._finish(shipment, result)

    def _finish(self, shipment, result):
        shipment._mark_shipped(storable_result(result))
        commit(self.env)
        _logger.info("External Order Sync: %s shipped as %s", shipment.picking_id.name, shipment.tracking_number)
        if shipment := self._claim(self._get_recording_domain() & Domain("id", "=", shipment.id)):
            self._record(shipment)

    @api.model
    def _record(self, shipment):
        """Write the numbers of a claimed shipment to its transfer."""

        def record():
            with self.env.cr.savepoint():
                shipment._write_to_picking()

        try:
            retrying(self.env, record)
        except UserError as error:
            shipment.is_on_picking = True
            shipment._post_on_picking(
                stored(self.env)._(
                    "Shipped with the tracking number %(number)s, but Odoo could not record it on the transfer: "
                    "%(reason)s Enter the number by hand.",
                    number=shipment.tracking_number,
                    reason=error,
                )
            )

    @api.model
    def _get_settled_date(self, shipment):
        """Return the time after which "not found" means that the courier did not accept the order."""
        # sudo: only administrators may read system parameters.
        seconds = self.env["ir.config_parameter"].sudo().get_param(SETTLING_PARAMETER, SETTLING_SECONDS)
        return (shipment.sending_date or shipment.create_date) + timedelta(seconds=float(seconds))

    def _call(self, work):
        """Call a provider and return its result; if it fails, its writes are rolled back.

        :raise CourierError: for any error of the provider; the outcome of unexpected errors is uncertain
        """
        try:
            with self.env.cr.savepoint():
                return work()
        except CourierError as error:
            if len(str(error)) > MESSAGE_LENGTH:
                raise type(error)(storable_message(str(error)), uncertain=error.uncertain) from None
            raise
        except UserError as error:
            raise CourierError(changed(text_of_error(error), storable_message)) from error
        except NotImplementedError as error:
            raise CourierError(stored(self.env)._("This provider does not support this operation.")) from error
        except (requests.ConnectionError, requests.Timeout, psycopg2.OperationalError) as error:
            _logger.info("External Order Sync: the courier cannot be reached: %s", type(error).__name__)
            raise CourierUnavailable(stored(self.env)._("The courier cannot be reached."), uncertain=True) from error
        except Exception as error:
            # Providers come from other modules, and a failing one must not stop the others.
            _logger.exception("External Order Sync: a provider of shipments failed")
            raise CourierError(
                stored(self.env)._("The provider failed: %s. See the server log for details.", type(error).__name__),
                uncertain=True,
            ) from error

    # ------------------------------------------------------------
    # Status updates
    # ------------------------------------------------------------

    @api.model
    def _claim_others_to_poll(self, shipment):
        """Return the due shipments of the same courier whose status can be read together with a claimed one, locked."""
        due = self.env["external.shipment"].search(
            self._get_polling_domain()
            & Domain("carrier_id", "=", shipment.carrier_id.id)
            & Domain("id", "!=", shipment.id)
            & Domain("interruptions", "in", (False, 0)),
            order="next_poll, id",
            limit=CANDIDATES - 1,
        )
        return due and due.try_lock_for_update(allow_referencing=True)

    @api.model
    def _poll(self, shipments):
        """Read the status of claimed shipments of one courier in one request."""
        carrier = shipments.carrier_id
        now = fields.Datetime.now()
        shipments.write({"next_poll": now + carrier._get_poll_interval(), "error_message": False})
        for old in shipments.filtered(lambda shipment: shipment.shipped_date < now - LONGEST_WAY):
            old.next_poll = False
        try:
            events = self._call(lambda: carrier._read_shipment_events(shipments))
        except CourierError as error:
            message = stored(self.env)._("The status could not be read: %s", error)
            shipments.write(shipments._prepare_error_values(message))
            return
        kinds = dict(self.env["external.shipment.event"]._fields["kind"].selection)
        for reported, its_events in events.items():
            try:
                with self.env.cr.savepoint():
                    reported._receive_events(storable_events(its_events, kinds))
            except TRANSIENT_ERRORS:
                raise
            except Exception as error:
                # A bad report for one shipment must not keep the others from being updated.
                _logger.exception("External Order Sync: the history of shipment %s cannot be kept", reported.id)
                reason = storable_message(f"{type(error).__name__}: {error}")
                message = stored(self.env)._("The status could not be read: %s", reason)
                reported.write(reported._prepare_error_values(message))
