from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.company_access import check_written


class ExternalChoice(models.AbstractModel):
    """A user's choice for the orders of one synchronization, or of all synchronizations of a company."""

    _name = "external.choice"
    _description = "External Choice"

    sync_id = fields.Many2one(
        "external.order.sync",
        "Synchronization",
        ondelete="cascade",
        index=True,
        help="Leave empty for all synchronizations of the company.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The choice applies only to orders of this company.",
    )

    @api.depends("sync_id.company_id")
    def _compute_company_id(self):
        for choice in self:
            choice.company_id = choice.sync_id.company_id or choice.company_id or self.env.company

    def init(self):
        super().init()
        if not self._abstract:
            self._give_companies()

    @api.model
    def _give_companies(self):
        """Assign a company to choices for all synchronizations that a former version stored without one.

        Each choice keeps its effect: the first company with a synchronization gets the record, and every other one gets
        a copy.
        """
        table = SQL.identifier(self._table)
        names = [name for name, field in self._fields.items() if field.store and field.column_type]
        columns = SQL(", ").join(SQL.identifier(name) for name in names if name not in ("id", "company_id"))
        self.env.cr.execute(
            SQL(
                """
                WITH company AS (
                    SELECT DISTINCT company_id AS id FROM external_order_sync WHERE company_id IS NOT NULL
                ),
                changed AS (
                    UPDATE %(table)s SET company_id = coalesce(
                        (SELECT min(id) FROM company),
                        (SELECT company_id FROM res_users WHERE id = %(table)s.create_uid)
                    )
                    WHERE sync_id IS NULL AND company_id IS NULL
                    RETURNING *
                )
                INSERT INTO %(table)s (company_id, %(columns)s)
                SELECT company.id, %(columns)s FROM changed JOIN company ON company.id <> changed.company_id
                """,
                table=table,
                columns=columns,
            )
        )

    def write(self, vals):
        result = super().write(vals)
        check_written(self)
        return result

    def _get_orders_domain(self):
        """Return the domain of the external orders that this choice applies to."""
        self.ensure_one()
        if self.sync_id:
            return [("sync_id", "=", self.sync_id.id)]
        return [("company_id", "=", self.company_id.id)]
