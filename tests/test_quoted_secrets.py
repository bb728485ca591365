import logging

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..lib.message import message
from ..lib.opal.client import OpalClient
from ..lib.opal.errors import OpalRefused
from .quoting_server import ANSWERS, QuotingServer
from .secret_cases import CASES, SECRET
from .shipment_common import PASSWORD, USER, ShipmentCase
from .test_secrets import SecretsCase

# An excerpt may begin or end within the secret.
PARTS = [SECRET[start : start + 8] for start in range(len(SECRET) - 7)]


@tagged("post_install", "-at_install")
class TestQuotedSecrets(SecretsCase):
    """If a remote system quotes the secret in an error, it appears neither in a log nor a status nor the chatter."""

    def texts_of(self, record):
        """Return all texts that are stored with a record and its related records, except the secret itself."""
        self.env.flush_all()
        lists = [value for name, value in self.related(record)]
        texts = []
        for records in [record, *lists]:
            for name, field in records._fields.items():
                kinds = ("char", "text", "html", "json")
                if field.store and field.type in kinds and (records._name, name) not in CASES:
                    texts += [f"{records._name}.{name}: {text}" for text in records.sudo().mapped(name) if text]
        return texts

    def related(self, record):
        for name in ("run_ids", "message_ids", "activity_ids"):
            if name in record._fields:
                yield name, record.sudo()[name]
        messages = self.env["mail.message"].sudo().search([("model", "=", record._name), ("res_id", "=", record.id)])
        yield "tracking", messages.tracking_value_ids

    def test_it_is_neither_logged_nor_stored_nor_shown(self):
        server = self.enterContext(QuotingServer(SECRET))
        for case_class in CASES.values():
            for answer in ANSWERS:
                with self.subTest(secret=f"{case_class.model}.{case_class.field}", answer=answer):
                    server.answer = answer
                    case = case_class(self, server)
                    with self.assertLogs("odoo", logging.INFO) as logs:
                        logging.getLogger("odoo").info("the log of %s", answer)
                        told = case.call(self.manager)
                    for text in (*told, *logs.output, *self.texts_of(case.record)):
                        for part in PARTS:
                            self.assertNotIn(part, text)
                    case.record.active = False


class TestQuotedPasswordOfACourier(ShipmentCase):
    """The same for a courier's refusal, which is shown with the shipment and on the transfer."""

    def test_a_refusal_that_quotes_the_password_is_shown_without_it(self):
        def refuse(_client):
            raise OpalRefused(message("OPAL refuses the order: %s", f"no user {USER}, {PASSWORD}"))

        self.patch(OpalClient, "__enter__", refuse)
        with self.assertLogs("odoo", logging.INFO) as logs:
            logging.getLogger("odoo").info("the log of a refusal")
            shipment = self.request_shipment()
            self.work()
            with self.assertRaisesRegex(UserError, "OPAL refuses the order") as caught:
                self.carrier.action_check_opal()
        self.assertIn("OPAL refuses the order", shipment.error_message)
        for text in (shipment.error_message, str(caught.exception), self.chatter(shipment.picking_id), *logs.output):
            self.assertNotIn(PASSWORD, text)
