from contextlib import nullcontext
from unittest.mock import patch

from odoo import fields

from .batch_books import BatchBooksCase, Books


class BatchPlacesCase(BatchBooksCase):
    """Goods on shelves and in lots, and orders that are imported together and one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shelves = cls.env["stock.location"].create(
            [{"name": f"Shelf {number}", "location_id": cls.source.id} for number in range(3)]
        )

    @classmethod
    def create_kinds(cls):
        kinds = super().create_kinds()
        kinds.update(
            {
                name: cls.create_product(name.title(), standard_price=2, **values)
                for name, values in {
                    "shelved": {},
                    "mostly shelved": {},
                    "dated": {"tracking": "lot"},
                    "numbered": {"tracking": "serial"},
                }.items()
            }
        )
        return kinds

    def put(self, kind, quantity, place, lot=None, date="2026-01-01", **values):
        """Put a quantity into stock that arrived at a date."""
        product = self.kinds[kind]
        if lot:
            known = self.env["stock.lot"].search([("name", "=", lot), ("product_id", "=", product.id)])
            values["lot_id"] = known or known.create({"name": lot, "product_id": product.id})
        in_date = fields.Datetime.to_datetime(date)
        self.env["stock.quant"]._update_available_quantity(product, place, quantity, in_date=in_date, **values)

    def put_all(self, chance):
        """Spread goods over the shelves, in lots and without."""
        for number in range(12):
            place = chance.choice([self.source, *self.shelves])
            date = f"2026-01-{chance.randint(1, 28):02}"
            self.put("shelved", chance.randint(1, 9), chance.choice(self.shelves), date=date)
            self.put("mostly shelved", chance.randint(1, 9), place, date=date)
            self.put("dated", chance.randint(1, 6), place, lot=f"D{number % 5}", date=date)
            self.put("numbered", 1, place, lot=f"N{number}", date=date)

    def import_together_and_one_by_one(self, *feeds):
        """Return the books of both, and the uuids of the orders whose transfers were created together."""
        products = self.product.concat(*self.kinds.values())
        session = self.sync._get_or_create_pos_session()
        books = []
        for is_extended in (False, True):
            with self.undone(), self.together() as together:
                model = type(self.env["external.order.picking"])
                with patch.object(model, "_is_extended", lambda picking: True) if is_extended else nullcontext():
                    for feed in feeds:
                        self.synchronize(*feed)
                if not is_extended:
                    made = list(together)
                books.append(Books(session, products))
        return *books, made

    def assert_same_as_one_by_one(self, *feeds):
        ours, theirs, together = self.import_together_and_one_by_one(*feeds)
        differences = list(ours.differences(theirs))
        self.assertEqual(len(differences), 0, "\n" + "\n".join(differences[:30]))
        return ours, together
