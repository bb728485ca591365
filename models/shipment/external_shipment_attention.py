from contextlib import closing

from odoo import api, models
from odoo.tools import SQL

from ...tools.attention import attendant_of, keep_activity, link, note_of
from ...tools.message_language import for_reader, with_reader
from ...tools.scheduling import quietly

LOCK = "external_order_sync.shipment_attention"
ACTIVITY = "external_order_sync.mail_activity_shipment_error"


class ExternalShipment(models.Model):
    """One activity for each company while a parcel is in error; it is on a transfer, and links to all of these rows."""

    _inherit = "external.shipment"

    def unlink(self):
        companies = self.filtered(lambda shipment: shipment.state == "error").company_id
        result = super().unlink()
        self._update_attention(companies)
        return result

    @api.model
    def _update_attention(self, companies):
        """Keep one activity in each company that has a parcel in error; otherwise remove it."""
        with quietly(self.env, "the activity of parcels in error"):
            self._keep_attention(companies)

    @api.model
    def _keep_attention(self, companies):
        # sudo: whoever changes a shipment may not see the transfers and activities of others.
        shipments = self.sudo()
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        if not (companies and kind):  # an administrator may have deleted the type
            return
        domain = [("activity_type_id", "=", kind.id), ("res_model", "=", "stock.picking"), ("automated", "=", True)]
        activities = self.env["mail.activity"].sudo().search(domain)
        pickings = self.env["stock.picking"].sudo().browse(activities.mapped("res_id")).exists()
        for company in companies.sorted("id"):
            of_company = pickings.filtered(lambda picking, company=company: picking.company_id == company)
            wrong = shipments.search([("state", "=", "error"), ("company_id", "=", company.id)], order="id")
            kept = of_company & wrong.picking_id
            activities.filtered(lambda activity, gone=of_company - kept: activity.res_id in gone.ids).unlink()
            if kept:
                asked = wrong.filtered(lambda shipment, kept=kept: shipment.picking_id in kept)[0]
                asked._ask_for_attention(activities.exists())
            elif wrong and not self._is_asked_meanwhile(company, kind, activities):
                wrong[0]._ask_for_attention(activities.browse())

    @api.model
    def _is_asked_meanwhile(self, company, kind, known):
        """Return whether another worker has created the activity of a company since this transaction began.

        It waits for one that is about to. Until the end of this transaction, other workers wait for this one.

        :param kind: the ``mail.activity.type``
        :param known: the activities that this transaction knows, which do not count
        """
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", LOCK, company.id))
        with closing(self.env.registry.cursor()) as cr:  # it sees what was committed since this transaction began
            cr.execute(
                SQL(
                    """
                    SELECT FROM mail_activity JOIN stock_picking ON stock_picking.id = mail_activity.res_id
                     WHERE mail_activity.res_model = 'stock.picking' AND mail_activity.activity_type_id = %s
                       AND mail_activity.automated AND mail_activity.active AND stock_picking.company_id = %s
                       AND NOT mail_activity.id = ANY(%s)
                     LIMIT 1
                    """,
                    kind.id,
                    company.id,
                    known.ids,
                )
            )
            return bool(cr.rowcount)

    def _ask_for_attention(self, activities):
        """Keep the activity of this shipment.

        :param activities: those of other shipments too
        """
        picking = self.picking_id
        present = activities.filtered(lambda activity: activity.res_id == picking.id)
        user = attendant_of(self, present, picking.user_id, self.create_uid, self.carrier_id.create_uid)
        env = for_reader(with_reader(self, user).env)
        path = "action-external_order_sync.action_external_shipment_error"
        lines = [
            env._("%(transfer)s: %(reason)s", transfer=picking.name, reason=self.with_env(env).error_text or ""),
            link(env._("All shipments in error"), path),
        ]
        keep_activity(picking, present, user, env._("Parcels could not be sent"), note_of(lines), ACTIVITY)
