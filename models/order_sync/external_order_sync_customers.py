from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExternalOrderSync(models.Model):
    """How a synchronization handles customers and invoices."""

    _inherit = "external.order.sync"

    customer_mode = fields.Selection(
        [
            ("ignore", "Ignore"),
            ("match", "Match"),
            ("create", "Match or create"),
        ],
        "Customers",
        required=True,
        default="match",
        tracking=True,
        help="Match: customers are looked up by ID, reference, e-mail address and VAT number, never by name or phone "
        "number alone. Match or create: a customer who is not found becomes a new contact.",
    )
    default_customer_id = fields.Many2one(
        "res.partner",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The customer of orders whose own customer is missing or not found. It never pays on account.",
    )
    invoice_mode = fields.Selection(
        [
            ("never", "Never"),
            ("customer", "Orders with a customer"),
            ("asked", "When the order asks for it"),
        ],
        "Invoice",
        required=True,
        default="never",
        tracking=True,
        help="Which orders are invoiced when they are imported. An order with the default customer is only invoiced if "
        "it asks for it and names no other customer. Invoices are neither printed nor sent.",
    )

    @api.constrains("invoice_mode", "pos_config_id", "location_mapping_ids")
    def _check_invoice_journal(self):
        for sync in self.filtered(lambda sync: sync.invoice_mode != "never"):
            if lacking := sync._get_pos_configs().filtered(lambda config: not config.invoice_journal_id):
                raise ValidationError(
                    self.env._(
                        "Choose an invoice journal in the settings of %s before its orders are invoiced.",
                        lacking[0].name,
                    )
                )

    def _retry_without_invoices(self):
        """Retry the orders that failed because of their invoices, which they do not get any more."""
        # sudo: users cannot write to the inbox, but this setting of a manager retries its orders.
        refused = (
            self.env["external.order"]
            .sudo()
            .search(
                [
                    ("sync_id", "in", self.ids),
                    ("state", "=", "failed"),
                    ("error_code", "in", ("invoice_mismatch", "invoice_refused")),
                ]
            )
        )
        if refused:
            refused._retry(self.env._("Retried without an invoice"))

    def action_open_customers(self):
        """Open the customer IDs that are mapped to contacts."""
        self.ensure_one().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("external_order_sync.action_external_customer")
        domain = [("company_id", "=", self.company_id.id), ("sync_id", "in", [False, self.id])]
        return {**action, "domain": domain, "context": {"default_sync_id": self.id}}
