from odoo.exceptions import AccessError
from odoo.tests import Form

from .api_common import PICKINGS, ApiCase


class TestWriteRights(ApiCase):
    """No write does what Odoo would not have let the same user do."""

    def test_who_may(self):
        manager = self.create_key(self.create_user("api_manager", "stock.group_stock_manager"))
        other = self.create_key(self.create_user("api_other", "stock.group_stock_manager", self.other_company))
        nobody = self.create_key(self.create_user("api_nobody", ""))
        picking = self.create_assigned_picking(5)
        line = picking.move_line_ids
        for key, status in ((other, 404), (nobody, 403), ("0" * 40, 401)):
            for response in (self.confirm(line, 5, key=key), self.validate(picking, key=key)):
                self.assertProblem(response, status)
        self.assertFalse(line.picked)
        self.assertDone(self.confirm(line, 5, key=manager))
        self.assertDone(self.validate(picking, key=manager))
        self.assertEqual(picking.state, "done")

    def test_who_may_do_it_here_is_who_may_do_it_in_odoo(self):
        groups = {
            "clerk": "stock.group_stock_user",
            "manager": "stock.group_stock_manager",
            "cashier": "point_of_sale.group_pos_user",
            "employee": "",
        }
        users = {name: self.create_user(f"api_same_{name}", group) for name, group in groups.items()}
        users["other"] = self.create_user("api_same_other", "stock.group_stock_manager", self.other_company)
        for name, user in users.items():
            with self.subTest(name):
                key = self.create_key(user)
                here, there = self.create_assigned_picking(5), self.create_assigned_picking(5)
                answers = [self.confirm(here.move_line_ids, 3, key=key), self.validate(here, "create", key=key)]
                in_odoo = there.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                allowed = [
                    self.allows(self.pick_in_odoo, in_odoo),
                    self.allows(self.validate_in_odoo, in_odoo),
                ]
                self.assertEqual(allowed, [name not in ("employee", "other"), name in ("clerk", "manager")])
                self.assertEqual([response.status_code == 200 for response in answers], allowed)
                self.env.invalidate_all()
                for done in (here, there):
                    self.assertEqual(done.state, "done" if all(allowed) else "assigned")
                    picked = done.move_line_ids.filtered("picked")
                    self.assertEqual(picked.mapped("quantity"), [3] if allowed[0] else [])
                    self.assertEqual(done.backorder_ids.move_line_ids.mapped("quantity"), [2] if all(allowed) else [])

    def allows(self, action, picking):
        """Return whether Odoo lets the user do it, and do it if so."""
        try:
            with self.env.cr.savepoint():
                action(picking)
        except AccessError:
            return False
        return True

    def pick_in_odoo(self, picking):
        picking.move_line_ids.write({"quantity": 3, "picked": True})

    def validate_in_odoo(self, picking):
        """Validate a transfer and let a backorder be created, as its form does."""
        asked = picking.button_validate()
        if asked is not True:
            Form.from_action(picking.env, asked).save().process()

    def test_a_mirrored_source_takes_no_writes(self):
        self.env["odoo.sync.source"].create(
            {"name": "Remote", "code": "remote", "url": "http://127.0.0.1:9", "database": "d", "login": "l",
             "company_id": self.company.id, "secret": "s"}
        )  # fmt: skip
        line = self.create_assigned_picking(5).move_line_ids
        path = f"{PICKINGS}/{line.picking_id.id}/lines/{line.id}/confirm"
        self.assertRefused(self.post(f"{path}?source=remote", {"qty_done": 5}), "read_only_source")
        self.assertProblem(self.post(f"{path}?source=unknown", {"qty_done": 5}), 400)
        self.assertDone(self.post(f"{path}?source=local", {"qty_done": 5}))
