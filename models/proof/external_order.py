from odoo import models


class ExternalOrder(models.Model):
    """Indexes for what the dashboard counts."""

    _inherit = "external.order"

    _unfinished = models.Index("(sync_id, state) WHERE state IN ('pending', 'failed')")
