from odoo import api, fields, models
from odoo.tools import SQL


class OdooMirrorPickingReschedule(models.Model):
    """The former date of a mirrored transfer that was rescheduled; see ``stock.picking.reschedule``."""

    _name = "odoo.mirror.picking.reschedule"
    _description = "Former Scheduled Date of a Mirrored Transfer"
    _inherit = ["stock.picking.reschedule"]
    _log_access = False

    picking_id = fields.Many2one("odoo.mirror.picking")

    @api.model
    def _log_before_upsert(self, source, dates_by_remote_id):
        """Log the dates that are about to be replaced.

        :param dict dates_by_remote_id: the new ``scheduled_date`` (text in UTC, or None) by remote id
        """
        self.env.execute_query(
            SQL(
                """
            INSERT INTO odoo_mirror_picking_reschedule (picking_id, previous_date, logged_at, transaction_id)
            SELECT picking.id, picking.scheduled_date, now() AT TIME ZONE 'UTC', pg_current_xact_id()::text
            FROM odoo_mirror_picking AS picking
            JOIN unnest(%s::integer[], %s::timestamp[]) AS new (remote_id, scheduled_date)
                ON new.remote_id = picking.remote_id
            WHERE picking.source_id = %s AND picking.scheduled_date IS DISTINCT FROM new.scheduled_date
            RETURNING id
            """,
                list(dates_by_remote_id),
                list(dates_by_remote_id.values()),
                source.id,
            )
        )
