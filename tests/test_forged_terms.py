from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import ExternalOrderCase
from .mirror_common import MirrorCase

MANAGER = "base.group_user,external_order_sync.group_manager"


class ForgedTerms:
    """No user writes what a stored message is made of: it may name records, which the system reads for activities."""

    def assert_only_the_system_writes(self, record, field):
        manager = new_test_user(self.env, "forger", groups=MANAGER)
        hidden = self.env["ir.mail_server"].create({"name": "Hidden name", "smtp_host": "localhost"})
        name = {"name_of": [hidden._name, hidden.id, "display_name"], "text": "?"}
        terms = {"template": "%s", "values": [name]}
        theirs = record.with_user(manager)
        for value in (terms, {"message": [terms], "problem": [terms]}, ["x"], "x"):
            with self.subTest(value=value), self.assertRaises(AccessError):
                theirs.write({field: value})
        self.assertNotIn(field, theirs.fields_get())


class TestForgedTermsOfAMirror(ForgedTerms, MirrorCase):
    def test_only_the_system_writes_them(self):
        self.assert_only_the_system_writes(self.source, "message_terms")


class TestForgedTermsOfOrders(ForgedTerms, ExternalOrderCase):
    def test_only_the_system_writes_those_of_a_synchronization(self):
        self.assert_only_the_system_writes(self.sync, "last_sync_terms")
