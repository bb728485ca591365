from odoo.tests import Form, tagged

from .screen_common import ScreenCase


@tagged("post_install", "-at_install")
class TestNewRecords(ScreenCase):
    """*New* opens every form of the addon, and writes no warnings into the log."""

    def test_every_form_opens_without_warnings(self):
        views = self.records("ir.ui.view").filtered(lambda view: view.type == "form" and view.mode == "primary")
        opened = 0
        for view in views:
            model = self.env[view.model]
            if model._auto and model.has_access("create") and offers_new(view):
                with self.subTest(view=view.xml_id), self.assertNoLogs(level="WARNING"):
                    Form(model, view)
                opened += 1
        self.assertGreater(opened, 8)


def offers_new(view):
    """Return whether a form offers to create records."""
    return 'create="false"' not in view.arch.partition(">")[0]
