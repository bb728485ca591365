from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ExternalCustomer(models.Model):
    """Maps a customer of the external system to a contact: remembered from earlier orders, or entered by a user."""

    _name = "external.customer"
    _description = "External Customer"
    _inherit = ["external.choice"]
    _order = "sync_id, external_id"
    _rec_name = "external_id"

    external_id = fields.Char(
        "External Customer ID",
        required=True,
        help="CustomerID in the external system. For customers without one: the e-mail address, VAT number or "
        "reference with which the contact was created.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        # When its contact is deleted, the ID is unknown again.
        ondelete="cascade",
        index=True,
        help="The customer of all orders with this ID.",
    )

    _id_given = models.Constraint("CHECK (btrim(external_id) <> '')", "Enter the customer ID of the external system.")
    # The import looks IDs up with this index.
    _unique_id = models.UniqueIndex(
        "(external_id, company_id, COALESCE(sync_id, 0))", "There is already a contact for this customer ID."
    )

    @api.constrains("partner_id", "sync_id", "company_id")
    def _check_partner(self):
        for customer in self:
            company = customer.partner_id.company_id
            if company and company not in customer.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not belong to the company %(company)s. Choose a contact of this company, or "
                        "one that all companies share.",
                        contact=customer.partner_id.display_name,
                        company=customer.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize_id(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalize_id(vals))

    @api.model
    def _normalize_id(self, vals):
        """Return the values with the ID in the form in which orders are compared with it: without blanks around it."""
        return {**vals, "external_id": vals["external_id"].strip()} if vals.get("external_id") else vals

    @api.model
    def _find(self, sync, keys):
        """Return the contact's database ID for each known customer ID; that of the synchronization before that of all.

        :param sync: the ``external.order.sync``
        :param keys: customer IDs, texts; "" is ignored
        :rtype: dict
        """
        keys = sorted(set(keys) - {""})
        if not keys:
            return {}
        customers = self.search_fetch(
            [("external_id", "in", keys), ("company_id", "=", sync.company_id.id), ("sync_id", "in", [False, sync.id])],
            ["external_id", "partner_id", "sync_id"],
        )
        customers = customers.sorted(lambda customer: bool(customer.sync_id))
        return {customer.external_id: customer.partner_id.id for customer in customers}

    @api.model
    def _remember(self, sync, partners):
        """Store the contacts of customer IDs that are not known yet.

        :param sync: the ``external.order.sync``
        :param dict partners: the ``res.partner`` of each customer ID
        :raise psycopg2.errors.UniqueViolation: if another transaction has just stored one
        """
        known = self._find(sync, partners)
        # Sorted, so that two workers wait for each other instead of blocking each other.
        self.create(
            [
                {"sync_id": sync.id, "external_id": key, "partner_id": partner.id}
                for key, partner in sorted(partners.items())
                if key not in known
            ]
        )
