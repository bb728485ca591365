from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import formatLang

from ...tools.groups import USER_GROUP
from ...tools.private_context import without_defaults


class ExternalProof(models.Model):
    """What users see of a day, and do with it."""

    _inherit = "external.proof"

    figures_html = fields.Html("Figures", compute="_compute_figures_html", sanitize=False)

    @api.depends("checked_date", "payment_ids.difference")
    @api.depends_context("lang")
    def _compute_figures_html(self):
        for proof in self:
            proof.figures_html = self.env["ir.qweb"]._render(
                "external_order_sync.external_proof_figures", {"rows": proof._get_figure_rows()}
            )

    def _get_figure_rows(self):
        """Return the rows of the table shop / Odoo / difference, as texts.

        :rtype: list[dict]
        """
        self.ensure_one()

        def money(amount):
            return formatLang(self.env, amount, currency_obj=self.currency_id)

        def row(name, shop, odoo, show=str):
            gap = odoo - shop
            is_zero = self.currency_id.is_zero(gap) if show is money else not gap
            texts = {"shop": show(shop), "odoo": show(odoo), "difference": "" if is_zero else show(gap)}
            return {"name": name, **texts, "differs": not is_zero}

        rows = [
            row(self.env._("Orders"), self.shop_orders, self.odoo_orders),
            row(self.env._("Refunds"), self.shop_refunds, self.odoo_refunds),
            row(self.env._("Total"), self.shop_gross, self.odoo_gross, money),
            row(self.env._("Tax"), self.shop_tax, self.odoo_tax, money),
        ]
        for payment in self.payment_ids:
            name = self.env._("Paid: %s", payment.name)
            rows.append(row(name, payment.shop_amount, payment.odoo_amount, money))
        if not self.currency_id.is_zero(self.difference_closing):
            texts = {"shop": "", "odoo": "", "difference": money(self.difference_closing)}
            rows.append({"name": self.env._("Counted less expected at closing"), **texts, "differs": True})
        return rows

    def action_check_now(self):
        """Check these days again; without any, the due days of all synchronizations, which are over."""
        self._check_may_act()
        # sudo: users cannot write proofs, but may have them computed.
        proofs = without_defaults(self).sudo()
        if self:
            proofs._check_again()
        else:
            for sync in self.env["external.order.sync"].search([("active", "=", True)]).sudo():
                proofs._check_due(sync, is_asked=True)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_may_act(self):
        """Raise ``AccessError`` for other users, because the buttons write with ``sudo()``."""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("This is allowed only for users of External Order Sync."))

    def action_open_lines(self):
        """Open the differences of these days."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_proof_line")
        return {**action, "domain": [("proof_id", "in", self.ids)], "context": {}}
