from odoo import models


class PosSession(models.Model):
    """Tells a register that a person is closing which external orders have arrived since the count began."""

    _inherit = "pos.session"

    def get_closing_control_data(self):
        data = super().get_closing_control_data()
        return {**data, "external_orders": self.get_external_orders_at_closing()}

    def get_external_orders_at_closing(self):
        """Return number and total of the external orders in this session.

        The register asks when it shows what is expected, and again when the count is confirmed.

        :rtype: dict
        """
        self.ensure_one().check_access("read")
        domain = [("session_id", "=", self.id), ("source", "=", "external")]
        [(count, amount)] = self.env["pos.order"]._read_group(domain, [], ["__count", "amount_total:sum"])
        return {"count": count, "amount": amount}
