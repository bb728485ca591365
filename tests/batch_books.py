"""The result of an import in the books, in a form in which two imports can be compared."""

from odoo.fields import Command

# These may differ: ids, names, times and random values.
INCIDENTAL = {
    "id", "create_uid", "write_uid", "uuid", "access_token", "ticket_code",
    "name", "pos_reference", "tracking_number", "sequence_number", "origin", "reference",
}  # fmt: skip


class Books:
    """All stored fields of a session's orders, of everything that was created for them, and of the stock."""

    def __init__(self, session, products):
        env = session.env
        env.flush_all()
        env.invalidate_all()
        self.orders = env["pos.order"].search([("session_id", "=", session.id)], order="id")
        self.pickings = self.orders.picking_ids.sorted(lambda picking: (picking.pos_order_id.id, picking.id))
        records = {
            "orders": self.orders,
            "lines": self.orders.lines.sorted("id"),
            "payments": self.orders.payment_ids.sorted("id"),
            "pickings": self.pickings,
            "moves": env["stock.move"].concat(
                *(picking.move_ids.sorted(lambda move: (move.product_id.id, move.id)) for picking in self.pickings)
            ),
            "move lines": env["stock.move.line"].concat(
                *(picking.move_line_ids.sorted(lambda line: (line.product_id.id, line.id)) for picking in self.pickings)
            ),
            "quants": env["stock.quant"]
            .search([("product_id", "in", products.ids)])
            .sorted(lambda quant: (quant.product_id.id, quant.location_id.id, quant.lot_id.name or "", quant.id)),
        }
        self._places = {record: place for part in records.values() for place, record in enumerate(part)}
        self.parts = {name: [self._read(record) for record in part] for name, part in records.items()}
        self.parts["costs"] = [
            (product.id, product.standard_price, product.qty_available, product.total_value) for product in products
        ]

    def _read(self, record):
        return {
            name: self._normalize(record[name])
            for name, field in record._fields.items()
            if field.store
            and name not in INCIDENTAL
            and field.type not in ("date", "datetime", "one2many")
            and not name.startswith("message_")
        }

    def _normalize(self, value):
        if isinstance(value, float):
            return round(value, 6)
        if not hasattr(value, "_name"):
            return value
        return sorted(
            (record._name, "made", self._places[record]) if record in self._places
            else (record._name, "lot", record.name) if record._name == "stock.lot"
            else (record._name, "there", record.id)
            for record in value
        )  # fmt: skip

    def differences(self, other):
        """Yield a text for each difference to ``other``."""
        for part, rows in self.parts.items():
            others = other.parts[part]
            if len(rows) != len(others):
                yield f"{len(rows)} {part} here, {len(others)} there"
            for place, (row, its_other) in enumerate(zip(rows, others, strict=False)):
                if isinstance(row, tuple):
                    if row != its_other:
                        yield f"{part} {place}: {row} here, {its_other} there"
                    continue
                for name, value in row.items():
                    if value != its_other[name]:
                        yield f"{part} {place}: {name} is {value!r} here, {its_other[name]!r} there"


def values_from_register(env, sync, raw_orders):
    """Return the orders as a register would send them, one dict for `pos.order.sync_from_ui` each."""
    from ..models.order_import.external_order_import import Outcome

    outcomes = [Outcome() for _raw in raw_orders]
    prepared = env["external.order.import"]._prepare_orders(sync, raw_orders, outcomes)
    problems = [str(outcome.error) for outcome in outcomes if outcome.error]
    assert not problems, problems
    session = sync._get_or_create_pos_session()
    for order in prepared:
        values = env["external.order.import"]._prepare_pos_order_values(sync, session, order)
        payments = [command[2] for command in values["payment_ids"]]
        # A register sends the change, and the server creates the payment for it.
        values["payment_ids"] = [Command.create(payment) for payment in payments if not payment.get("is_change")]
        values["amount_return"] = sum(payment["amount"] for payment in payments if payment.get("is_change"))
        values["date_order"] = str(values["date_order"])
        uuids = [command[2]["uuid"] for command in values["lines"]]
        values["relations_uuid_mapping"] = {
            "pos.order.line": {
                uuids[place]: {"combo_parent_id": uuids[line.parent]}
                for place, line in enumerate(order.priced.lines)
                if line.parent is not None
            }
        }
        yield values
