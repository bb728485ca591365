from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import USER_GROUP


class StockPicking(models.Model):
    _inherit = "stock.picking"

    external_order_sync_ids = fields.Many2many(
        "external.order.sync",
        string="Synchronizations",
        compute="_compute_external_order_sync_ids",
        search="_search_external_order_sync_ids",
        groups=USER_GROUP,
        help="The synchronizations whose orders this transfer moves.",
    )

    def _compute_external_order_sync_ids(self):
        for picking in self:
            orders = picking.pos_order_id.external_order_ids
            of_session = picking.pos_session_id.external_order_sync_ids
            picking.external_order_sync_ids = orders.sync_id if picking.pos_order_id else of_session

    @api.model
    def _search_external_order_sync_ids(self, operator, value):
        """Return the domain of transfers of these synchronizations; those created at closing belong to a session.

        A condition with OR cannot be joined: PostgreSQL may then compare each transfer with all orders. CASE with
        OFFSET 0 looks up one order, or one session, by its index for each transfer that is read, and for no other.
        Of few orders this would read all other transfers, until a page is full.
        """
        by_ids = self.env["external.order.sync"]._get_domain_by_ids(operator, value)
        if by_ids is not None:
            return by_ids
        Order, Session = self.env["external.order"], self.env["pos.session"]
        domain = [("sync_id", "in", list(value))]
        of_syncs = [("external_order_sync_ids", "in", list(value))]
        few = self.env["external.order.sync"].browse(value)._sql_few_pos_orders()
        if few is not None:
            of_few = Domain.custom(
                to_sql=lambda _model, picking, _query: SQL("%s = ANY(%s)", SQL.identifier(picking, "pos_order_id"), few)
            )
            at_closing = [("pos_order_id", "=", False), ("pos_session_id", "in", Session.search(of_syncs).ids)]
            return of_few | Domain(at_closing)

        def is_of_syncs(_model, picking, _query):
            orders = Order._search(domain)
            pos_order = SQL.identifier(picking, "pos_order_id")
            orders.add_where(SQL("%s = %s", SQL.identifier(orders.table, "pos_order_id"), pos_order))
            sessions = Session._search(of_syncs)
            pos_session = SQL.identifier(picking, "pos_session_id")
            sessions.add_where(SQL("%s = %s", SQL.identifier(sessions.table, "id"), pos_session))
            return SQL(
                """CASE WHEN %(pos_order)s IS NOT NULL THEN EXISTS (%(orders)s OFFSET 0)
                    WHEN %(pos_session)s IS NOT NULL THEN EXISTS (%(sessions)s OFFSET 0)
                    ELSE FALSE END""",
                pos_order=pos_order,
                orders=orders.select(SQL("1")),
                pos_session=pos_session,
                sessions=sessions.select(SQL("1")),
            )

        return Domain.custom(to_sql=is_of_syncs)
