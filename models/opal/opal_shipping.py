from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

import pytz
from odoo import api, models
from odoo.tools import html2plaintext

from ...courier_exceptions import CourierError, CourierUnavailable
from ...lib.opal.client import OpalClient
from ...lib.opal.errors import OpalError, OpalUnavailable
from ...lib.opal.order import OpalAddress, OpalOrder
from ...lib.opal.phone import split_phone
from ...lib.opal.street import is_house_number, split_street
from ...lib.secret_texts import without_secrets
from ...lib.web_address import bound_origins, origin_of
from ...tools.message_language import name_text, reader_text, stored
from ...tools.stored_text import changed, joined

# The courier's site shows German local time.
TIME_ZONE = pytz.timezone("Europe/Berlin")


class OpalShipping(models.AbstractModel):
    """The link between Odoo's records and the client of OPAL's site."""

    _name = "opal.shipping"
    _description = "OPAL Shipping"

    @contextmanager
    def _client(self, carrier):
        """Yield a client for a delivery method; its errors are raised as ``CourierError``."""
        carrier.ensure_one()
        env = stored(self.env)
        # sudo: only administrators may read the account, but all users who may ship use it.
        account = carrier.sudo()
        name, url = (
            (env._("production address"), account.opal_url)
            if account.prod_environment
            else (env._("test address"), account.opal_test_url)
        )
        missing = [
            label
            for label, value in (
                (name, url),
                (env._("user"), account.opal_username),
                (env._("password"), account.opal_password),
            )
            if not value
        ]
        if missing:
            parts = joined(*missing, by=", ")
            raise CourierError(
                env._(
                    "The delivery method %(name)s is incomplete. Missing: %(parts)s.",
                    name=name_text(carrier),
                    parts=parts,
                )
            )
        if origin_of(url) and not account._is_opal_password_bound(url):
            raise CourierError(
                env._(
                    "The password of the delivery method %(name)s was entered for %(old)s or for another user, so "
                    "it is not sent to %(new)s. A system administrator must enter it again.",
                    name=name_text(carrier),
                    old=bound_origins(account.opal_password_binding) or "?",
                    new=str(origin_of(url)),
                )
            )
        log = (lambda title, text: account.log_xml(text, title)) if account.debug_logging else None
        try:
            with OpalClient(url, account.opal_username, account.opal_password, log=log) as client:
                yield client
        except OpalUnavailable as error:
            raise CourierUnavailable(self._get_reason(account, error), uncertain=error.uncertain) from None
        except OpalError as error:
            raise CourierError(self._get_reason(account, error), uncertain=error.uncertain) from None

    def _get_reason(self, account, error):
        """Return the message of an error of the site, which may quote the password that it received."""
        message = reader_text(self.env, error.message)
        return changed(message, lambda text: without_secrets(text, [account.opal_password]))

    @api.model
    def _check(self, carrier):
        with self._client(carrier) as client:
            client.check()

    @api.model
    def _place_order(self, carrier, shipment):
        """Place the order of a shipment and return the dict that `send_shipping` returns for it."""
        order = self._prepare_order(carrier, shipment)
        with self._client(carrier) as client:
            return self._prepare_result(carrier, client.place_order(order))

    @api.model
    def _find_order(self, carrier, reference):
        with self._client(carrier) as client:
            receipt = client.find_order(reference)
        return receipt and self._prepare_result(carrier, receipt)

    @api.model
    def _cancel_orders(self, carrier, tracking_numbers):
        with self._client(carrier) as client:
            for number in filter(None, tracking_numbers):
                client.cancel_order(number)

    @api.model
    def _read_events(self, carrier, shipments):
        by_number = {shipment.tracking_number: shipment for shipment in shipments}
        with self._client(carrier) as client:
            histories = client.read_histories(by_number)
        return {
            by_number[number]: [
                {
                    "date": TIME_ZONE.localize(event.time).astimezone(pytz.utc).replace(tzinfo=None),
                    "kind": event.kind,
                    "status": event.status,
                    "details": event.details,
                }
                for event in history.events
            ]
            for number, history in histories.items()
        }

    @api.model
    def _prepare_result(self, carrier, receipt):
        return {
            "exact_price": carrier.fixed_price,
            "tracking_number": receipt.tracking_number,
            "order_number": receipt.order_number,
        }

    # ------------------------------------------------------------
    # The order
    # ------------------------------------------------------------

    @api.model
    def _prepare_order(self, carrier, shipment):
        picking = shipment.picking_id
        return OpalOrder(
            sender=self._prepare_address(carrier._get_sender(picking)),
            receiver=self._prepare_address(picking.partner_id, note=html2plaintext(picking.note or "").strip()),
            reference=shipment.reference,
            packages=self._count_packages(picking),
            weight=self._get_weight(carrier, picking),
            contents=carrier.opal_contents or "",
            order_type=carrier.opal_order_type or "",
            vehicle=carrier.opal_vehicle or "",
            pickup_date=datetime.now(TIME_ZONE).date(),
        )

    @api.model
    def _prepare_address(self, partner, note=""):
        country = partner.country_id
        company = partner.commercial_company_name or partner.parent_id.name or ""
        name = partner.name or ""
        street, number, addition = split_street(partner.street or partner.street2 or "", country.code or "")
        street2 = (partner.street2 or "").strip() if partner.street else ""
        if not number and is_house_number(street2):
            number, street2 = street2, ""
        return OpalAddress(
            name1=company or name,
            name2=", ".join(filter(None, (addition, street2))),
            contact=name if company and name != company else "",
            street=street,
            house_number=number,
            zip=(partner.zip or "").strip(),
            city=(partner.city or "").strip(),
            country=country.code or "",
            phone=split_phone(partner.phone or "", country.phone_code or 0),
            email=partner.email or "",
            note=note,
        )

    @api.model
    def _count_packages(self, picking):
        lines = picking.move_line_ids
        loose = any(not line.result_package_id for line in lines)
        return max(len(lines.result_package_id.outermost_package_id) + loose, 1)

    @api.model
    def _get_weight(self, carrier, picking):
        """Return the weight in kilograms, to two decimals.

        :raise CourierError: if the products have no weight and the delivery method has no default weight
        """
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        weight = unit._compute_quantity(picking.shipping_weight or picking.weight, kilogram, round=False)
        weight = weight or carrier.opal_default_weight
        if weight <= 0:
            problem = stored(self.env)._(
                "The products of %s have no weight. Enter the Weight for Shipping on the transfer, or a Default Weight "
                "in the delivery method, then press Retry.",
                picking.name,
            )
            raise CourierError(problem)
        return max(Decimal(str(weight)).quantize(Decimal("0.01")), Decimal("0.01"))
