from odoo import models
from odoo.exceptions import AccessError

from ...tools.private_context import without_defaults


class ExternalProof(models.Model):
    """What users do with days."""

    _inherit = "external.proof"

    def action_check_now(self):
        """Check these days again; without any, the due days of all synchronizations."""
        self._check_may_act()
        # sudo: users cannot write proofs, but may have them computed.
        proofs = without_defaults(self).sudo()
        if self:
            proofs._check_again()
        else:
            for sync in self.env["external.order.sync"].search([("active", "=", True)]).sudo():
                proofs._check_due(sync)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_may_act(self):
        """Raise ``AccessError`` for other users, because the buttons write with ``sudo()``."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("external_order_sync.group_user"):
            raise AccessError(self.env._("This is allowed only for users of External Order Sync."))

    def action_open_lines(self):
        """Open the differences of these days."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_proof_line")
        return {**action, "domain": [("proof_id", "in", self.ids)], "context": {}}
