import hmac
import uuid
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exceptions import ExternalOrderError
from ...tools.message_language import stored
from .import_target import pos_config_of

# Namespace of order UUIDs from before they depended on the database secret; never change it.
NAMESPACE = uuid.UUID("5b1f0a52-6c1c-4f0e-9d61-2f3a7c0e8b44")
# System parameter: time (UTC) since which they depend on it. Only older orders may have an old UUID.
KEYED_SINCE = "external_order_sync.keyed_identity_since"


class ExternalOrderImport(models.AbstractModel):
    """Recognizes the POS order of an external order, and rejects others that look like it.

    The UUID of the POS order is derived from the configuration, the OrderID and, while a table of locations is used,
    the LocationID, so that the database accepts it only once. It does not depend on the Point of Sale that the location
    is mapped to, so the order keeps it if the mapping changes. It also depends on the database secret: otherwise anyone
    who may create a POS order could use the UUID of a future sale, which would then count as imported.
    """

    _inherit = "external.order.import"

    def init(self):
        super().init()
        # sudo: users cannot read system parameters.
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(KEYED_SINCE):
            parameters.set_param(KEYED_SINCE, fields.Datetime.to_string(fields.Datetime.now()))

    @api.model
    def _get_order_uuid(self, sync, external_id, location=None, part=""):
        """Return the UUID of an order, the same in every attempt: the database accepts it only once.

        :param location: its LocationID if that is part of what makes the order unique, else ``None``
        :param str part: what a POS order is of the order, if it is not its sale: a refund, a replacement
        """
        # The secret never leaves the server and cannot be derived from the UUID.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        if not secret:
            raise UserError(
                stored(self.env)._(
                    "The system parameter database.secret is missing. Odoo does not work without it; restore it."
                )
            )
        identity = f"external_order_sync/{sync.id}/{external_id}"
        if location is not None:
            identity += f"\0{location}"  # neither of them can contain a NUL character
        if part:
            identity += f"\0\0{part}"
        digest = hmac.digest(secret.encode(), identity.encode(), "sha256")
        return str(uuid.UUID(bytes=digest[:16], version=4))

    @api.model
    def _get_own_uuid(self, sync, payload):
        """Return the UUID with which an order is created now."""
        location = payload.location_id if sync._uses_locations() else None
        return self._get_order_uuid(sync, payload.external_id, location)

    @api.model
    def _get_former_uuid(self, sync, external_id):
        return str(uuid.uuid5(NAMESPACE, f"{sync.id}/{external_id}"))

    @api.model
    def _get_possible_uuids(self, sync, payload):
        """Return the UUIDs that the POS order of an external order may have, whenever it was imported.

        :return: with its LocationID, without it, and the one of former versions
        :rtype: tuple
        """
        return (
            self._get_order_uuid(sync, payload.external_id, payload.location_id),
            self._get_order_uuid(sync, payload.external_id),
            self._get_former_uuid(sync, payload.external_id),
        )

    @api.model
    def _leave_out_existing(self, sync, parsed):
        """Set the outcome of orders that already exist, for example after the inbox was lost, and return the others."""
        possible = [self._get_possible_uuids(sync, payload) for payload, _outcome in parsed]
        existing = self.env["pos.order"].search_fetch(
            [("uuid", "in", list(chain.from_iterable(possible)))],
            ["uuid", "name", "source", "state", "company_id", "config_id", "amount_total", "create_date"],
        )
        by_uuid = {order.uuid: order for order in existing}
        missing = []
        for (payload, outcome), uuids in zip(parsed, possible, strict=True):
            located, plain, former = map(by_uuid.get, uuids)
            if former and not self._was_made_by_former_version(former):
                former = None
            pos_order = located or next(
                (order for order in (plain, former) if order and not self._is_of_other_location(sync, payload, order)),
                None,
            )
            pos_order = pos_order and pos_order._get_valid()
            if not pos_order:
                missing.append((payload, outcome))
            elif difference := self._find_difference(sync, payload, pos_order, is_located=bool(located)):
                outcome.error = ExternalOrderError("order_in_the_way", difference)
            else:
                outcome.pos_order = pos_order
        return missing

    @api.model
    def _was_made_by_former_version(self, pos_order):
        """Return whether an order with an old, predictable UUID may be an imported one."""
        # sudo: users cannot read system parameters.
        since = fields.Datetime.to_datetime(self.env["ir.config_parameter"].sudo().get_param(KEYED_SINCE))
        is_made_before = bool(since) and pos_order.create_date < since
        return is_made_before and pos_order.source == "external" and pos_order.state not in ("draft", "cancel")

    @api.model
    def _is_of_other_location(self, sync, payload, pos_order):
        """Return whether a POS order without location in its UUID is known to be the order of another location.

        It was imported before the table of locations, but its row in the inbox says where it came from.
        """
        rows = pos_order.external_order_ids.filtered(
            lambda order: order.sync_id == sync and order.external_id == payload.external_id
        )
        return (
            sync._uses_locations()
            and bool(rows)
            and all(row._has_location() and row.external_location != payload.location_id for row in rows)
        )

    @api.model
    def _find_difference(self, sync, payload, pos_order, is_located=False):
        """Return why a POS order with an external order's UUID is not that order, or an empty string if it is.

        :param bool is_located: whether the UUID contains the location, which may be mapped elsewhere since
        """
        if pos_order.external_order_ids.filtered(
            lambda order: order.sync_id == sync and order.external_id == payload.external_id
        ):
            return ""
        env = stored(self.env)
        total = payload.grand_total
        if pos_order.source != "external" or pos_order.state in ("draft", "cancel"):
            problem = env._("it is not a paid, imported order")
        elif pos_order.company_id != sync.company_id or not (
            is_located or pos_order.config_id in pos_config_of(sync) | sync.pos_config_id | sync._get_pos_configs()
        ):
            problem = env._("it belongs to %s", pos_order.config_id.display_name)
        elif total is not None and pos_order.currency_id.compare_amounts(pos_order.amount_total, float(total)):
            currency = pos_order.currency_id
            problem = env._(
                "its total is %(booked)s, but the external order's total is %(stated)s",
                booked=currency.format(pos_order.amount_total),
                stated=currency.format(float(total)),
            )
        else:
            return ""
        return env._(
            "The POS order %(order)s has the same identity as this external order, but %(problem)s. Nothing was "
            "booked. Compare both orders: if they are the same sale, press Ignore here; if not, cancel or delete "
            "the POS order, then press Retry.",
            order=pos_order.name,
            problem=problem,
        )
