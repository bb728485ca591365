import json
from functools import partial

from odoo import api, fields, models

from ...lib.order.field_names import REFUNDS
from ...lib.order.payload import order_location
from ...lib.order.sameness import content_digest, content_key
from ...lib.order.versions import newest_versions
from ...lib.strict_json import dumps, loads
from ...tools.message_language import stored
from ..order_import.external_order_identity import KEYED_SINCE

# Fields that help a user to tell apart orders with the same OrderID.
TELLING = ("GrandTotal", "Amount", "OrderDate", "CheckoutDate", "RefundDate", "LocationID")
SHOWN_AT_MOST = 40


class ExternalOrder(models.Model):
    """Different orders with the same OrderID in one download: all are kept and shown to the user.

    None of them is imported because we do not know which one the OrderID refers to. If a later download contains only
    one of them, that one is the order. Versions of one order that was edited during the download are not different
    orders.
    """

    _inherit = "external.order"

    other_payloads = fields.Text(readonly=True, help="Other orders that came with the same OrderID, as a JSON array.")
    content_digest = fields.Char(readonly=True, help="What remains of a deleted payload, to recognize the order.")
    other_payloads_text = fields.Text("Other Orders with This ID", compute="_compute_other_payloads_text")

    @api.depends("other_payloads")
    def _compute_other_payloads_text(self):
        for order in self:
            others = json.loads(order.other_payloads or "[]")
            order.other_payloads_text = bool(others) and json.dumps(others, indent=2, ensure_ascii=False)

    @api.model
    def _leave_out_repeated(self, sync, versions):
        """Return inbox values for each distinct order among the entries with one OrderID.

        If several versions are the same order (see ``sameness_key``), the last one counts, but one with an accepted
        status goes before one without. Of an order that changed meanwhile, the newest counts (see `newest_versions`).

        :param sync: the ``external.order.sync`` that received them
        :param list versions: values for each entry with the OrderID, in the order received
        """
        if len(versions) > 1:
            accepted = [values for values in versions if values["state"] != "ignored"] or versions
            if not accepted[0].get("kind"):
                accepted = [accepted[position] for position in _find_newest(values["payload"] for values in accepted)]
            versions = list(
                {self._get_key(sync, values["payload"], values.get("kind")): values for values in accepted}.values()
            )
        return versions

    def _is_same_content(self, values):
        """Return whether importing other content would book the same as importing this row's own content."""
        self.ensure_one()
        if not self.payload:
            return self._is_same_as_far_as_known(values)
        return self._has_content(self.payload, values)

    def _has_content(self, payload, values):
        """Return whether a payload of this row, the newest or the booked one, is the same as received values."""
        own, other = loads(payload), loads(values["payload"])
        if not order_location(own):
            own["LocationID"] = other.get("LocationID")  # the external system has begun to send it
        if content_key(own, self.kind) == content_key(other, self.kind):
            return True
        # The external system may have begun to send times with their offset.
        return len({self._get_key(self.sync_id, content, self.kind) for content in (own, other)}) == 1

    @api.model
    def _get_key(self, sync, content, kind=None):
        """Return what is equal for received contents that are the same, also if their times are written in two ways.

        :param content: as a JSON text, or as read
        """
        content = loads(content) if isinstance(content, str) else content
        return content_key(content, kind, partial(self.env["external.order.import"]._to_moment, sync))

    def _get_keys(self, payloads):
        """Return the keys of payloads with the OrderID of this row, see `_get_key`."""
        return [self._get_key(self.sync_id, payload, self.kind) for payload in payloads]

    def _is_same_as_far_as_known(self, values):
        """Return whether received values may be the order of this row, whose payload was deleted.

        If an earlier release received the order, its fingerprint may differ only because that release removed card data
        by other rules. Then only the total can be compared, which does not distinguish orders of several branches.
        """
        if self.content_digest:
            return self.content_digest in self._get_possible_digests(loads(values["payload"]))
        # sudo: users cannot read system parameters.
        since = fields.Datetime.to_datetime(self.env["ir.config_parameter"].sudo().get_param(KEYED_SINCE))
        is_former = bool(since) and self.create_date < since
        if not is_former or self.source_digest or self.sync_id._uses_locations():
            return False
        return self.currency_id.compare_amounts(self.total, values["total"]) == 0

    def _get_possible_digests(self, content):
        """Return the digests of received content as it may have been sent before: its times in the other way, and
        without the LocationID that the external system has begun to send."""
        contents = [content]
        if not self._has_location():
            contents.append({name: value for name, value in content.items() if name != "LocationID"})
        ways = (None, self.sync_id._write_otherwise)
        return {content_digest(former, self.kind, moment_of) for former in contents for moment_of in ways}

    def _find_other_contents(self, versions):
        """Return the payloads of all distinct orders with this OrderID that this download has contained so far."""
        self.ensure_one()
        if not self.payload:  # imported long ago
            return []
        payloads = [self.payload, *map(dumps, loads(self.other_payloads or "[]"))]
        arrived = [values["payload"] for values in versions if values["state"] != "ignored"]
        contents = {}
        for key, payload in zip(self._get_keys([*payloads, *arrived]), [*payloads, *arrived], strict=True):
            contents.setdefault(key, payload)
        if len(contents) > 1 and self.kind == "sale":
            distinct = list(contents.values())
            distinct = [distinct[position] for position in _find_newest(distinct)]
            return distinct if len(distinct) > 1 else []
        if len(contents) > 1:
            return list(contents.values())
        # Equal refunds of one list: on an earlier page, or on this one.
        return next((equal for equal in (payloads, arrived) if len(equal) > 1), [])

    def _keep_newest(self, payloads, versions):
        """Return what `_receive_ambiguous` takes to keep the content of this row, or a later version of it.

        :param list payloads: what `_find_other_contents` returned
        :param list versions: the received values
        """
        later = [values for values in versions if values["payload"] in payloads]
        if self.kind != "sale" or self.payload in payloads or not later:
            return payloads, {}
        first = later[0]["payload"]
        return [first, *(payload for payload in payloads if payload != first)], later[0]

    def _is_ignored_with(self, versions):
        """Return whether a user has ignored all of these contents, which came with the OrderID of this row."""
        self.ensure_one()
        if self.state != "ignored" or self.error_code or not (self.other_payloads and self.payload):
            return False
        payloads = [self.payload, *map(dumps, loads(self.other_payloads))]
        arrived = self._get_keys(values["payload"] for values in versions)
        return set(arrived) <= set(self._get_keys(payloads))

    @api.model
    def _prepare_new_values(self, versions):
        """Return the values of a new row for these distinct contents; if there are several, they say so.

        :param list versions: what `_leave_out_repeated` returned, not empty
        """
        values = versions[0]
        if len(versions) == 1:
            return values
        payloads = [version["payload"] for version in versions]
        ambiguous = self._prepare_ambiguous_values(values["external_id"], payloads, refund_id=values.get("refund_id"))
        return {**values, **ambiguous, "state": "failed"}

    @api.model
    def _prepare_ambiguous_values(self, external_id, payloads, pos_order=None, refund_id=None):
        """Return the values that mark an inbox row as having several orders with one OrderID, or refunds with one id.

        :param list payloads: JSON texts; the first one is the row's own payload
        :param pos_order: the ``pos.order`` created from one of them, if any
        :param refund_id: what identifies the refunds within their order
        """
        env = stored(self.env)
        orders = " / ".join(_describe(loads(payload)) for payload in payloads)
        if pos_order:
            done = env._("One of them was imported as %s; the others were not.", pos_order.name)
        else:
            done = env._("None of them was imported.")
        if refund_id:
            message = env._(
                "%(count)s different refunds of the order %(order)s have the same RefundID (%(refund)s): %(refunds)s. "
                "%(done)s Have the external system give each refund a different RefundID; the next download then "
                "imports them.",
                count=len(payloads),
                order=external_id,
                refund=refund_id,
                refunds=orders,
                done=done,
            )
        else:
            message = env._(
                "%(count)s different orders have the OrderID %(order)s: %(orders)s. %(done)s Have the external system "
                "give each order a different OrderID; the next download then imports them.",
                count=len(payloads),
                order=external_id,
                orders=orders,
                done=done,
            )
        return {
            "other_payloads": f"[{','.join(payloads[1:])}]",
            "error_code": "order_id_ambiguous",
            **self._prepare_message_values(message),
        }

    def _receive_ambiguous(self, payloads, values):
        """Store the distinct orders that share the OrderID of this row.

        :param list payloads: JSON texts of all of them
        :param dict values: values of the first one if the row should take its content
        """
        self.ensure_one()
        if self.state == "done":
            own = self.payload or "{}"  # dropped, if it was imported long ago
            keys = self._get_keys([own, *payloads])
            others = [payload for key, payload in zip(keys[1:], payloads, strict=True) if key != keys[0]]
            others = others or payloads[1:]  # equal ones
            ambiguous = self._prepare_ambiguous_values(
                self.external_id, [own, *others], self.pos_order_id, refund_id=self.refund_id
            )
            booked = self._prepare_booked_values()
            self.write({**ambiguous, "changed": True, "changed_date": fields.Datetime.now(), **booked})
        else:
            ambiguous = self._prepare_ambiguous_values(self.external_id, payloads, refund_id=self.refund_id)
            interruptions = self._prepare_no_interruption_values()
            self.write({**values, **ambiguous, **interruptions, "state": "failed", "attempts": 0})


def _find_newest(payloads):
    """Return the positions of JSON texts as `newest_versions` does."""
    return newest_versions([loads(payload) for payload in payloads])


def _describe(content):
    """Return a description that tells an order from others, such as ``GrandTotal 10, LocationID 1``."""
    listed = content.get(REFUNDS)
    if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], dict):
        content = listed[0]
    parts = [f"{name} {str(content[name])[:SHOWN_AT_MOST]}" for name in TELLING if content.get(name) not in (None, "")]
    return ", ".join(parts) or dumps(content)[:SHOWN_AT_MOST]
