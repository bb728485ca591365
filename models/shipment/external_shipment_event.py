from odoo import fields, models

KINDS = [
    ("picked_up", "Picked Up"),
    ("under_way", "Under Way"),
    ("delivered", "Delivered"),
    ("failed_attempt", "Failed Attempt"),
    ("cancelled", "Cancelled"),
    ("other", "Other"),
]


class ExternalShipmentEvent(models.Model):
    """An event that a courier reported for a shipment."""

    _name = "external.shipment.event"
    _description = "Shipment Event"
    _order = "date desc, id desc"
    _rec_name = "status"

    shipment_id = fields.Many2one("external.shipment", required=True, index=True, ondelete="cascade", readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        KINDS,
        required=True,
        default="other",
        readonly=True,
    )
    status = fields.Char(required=True, readonly=True, help="The status as the courier words it.")
    details = fields.Char(readonly=True)
    tracking_number = fields.Char(
        readonly=True, help="A shipment that was cancelled and sent again has several tracking numbers."
    )

    # Couriers send the whole history each time.
    _unique_event = models.UniqueIndex(
        "(shipment_id, COALESCE(tracking_number, ''), date, status, COALESCE(details, ''))"
    )
