import json

from odoo.addons.base.tests.common import new_test_user
from odoo.tests import HttpCase, tagged

PICKINGS = "/api/odoo/pickings"
STATUS = "/api/odoo/sync/status"
TRIGGER = "/api/odoo/sync/trigger"
OPENAPI = "/api/odoo/openapi.json"


@tagged("post_install", "-at_install")
class ApiCase(HttpCase):
    """A warehouse clerk with an API key, a separate company with a few transfers, and another company's transfer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Warehouse API"})
        cls.other_company = cls.env["res.company"].create({"name": "Somebody Else"})
        cls.clerk = cls.create_user("api_clerk", "stock.group_stock_user")
        cls.key = cls.create_key(cls.clerk)
        cls.picking_type = cls.get_picking_type(cls.company)
        cls.product = cls.env["product.product"].create(
            {
                "name": "Storable",
                "type": "consu",
                "is_storable": True,
                "company_id": cls.company.id,
            }
        )

    # What a test needs

    @classmethod
    def create_user(cls, login, groups, companies=None):
        companies = companies or cls.company
        return new_test_user(
            cls.env,
            login,
            f"base.group_user,{groups}" if groups else "base.group_user",
            company_id=companies[0].id,
            company_ids=companies.ids,
        )

    @classmethod
    def create_key(cls, user):
        # sudo: a key without an end
        return cls.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", None)

    @classmethod
    def get_picking_type(cls, company):
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        return warehouse.out_type_id

    @classmethod
    def create_picking(cls, scheduled_date="2026-01-17 10:00:00", picking_type=None, **values):
        picking_type = picking_type or cls.picking_type
        return cls.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": picking_type.default_location_src_id.id,
                "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
                "scheduled_date": scheduled_date,
                **values,
            }
        )

    @classmethod
    def create_assigned_picking(cls, quantity=5, **values):
        """Return a transfer of the storable product, reserved, with its one move line."""
        cls.put(cls.product, quantity)
        return cls.create_demand((cls.product, quantity), **values)

    @classmethod
    def create_product(cls, name, **values):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True, "company_id": cls.company.id, **values}
        )

    @classmethod
    def put(cls, product, quantity, location=None, lot=None, package=None):
        """Put goods into stock: at the main location if `location` is None, in a new lot if `lot` names one."""
        location = location or cls.picking_type.default_location_src_id
        if lot:
            lot = cls.env["stock.lot"].create({"name": lot, "product_id": product.id})
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity, lot_id=lot, package_id=package)

    @classmethod
    def create_demand(cls, *demands, picking_type=None, **values):
        """Return a confirmed, reserved transfer of [(product, quantity)]; its lines are in the order of the demands."""
        picking = cls.create_picking(picking_type=picking_type, **values)
        for product, quantity in demands:
            cls.env["stock.move"].create(
                {
                    "picking_id": picking.id,
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "company_id": picking.company_id.id,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        picking.action_confirm()
        picking.action_assign()
        return picking

    # Asking

    def call(self, path, key=None, method="GET", **headers):
        """Return the response to a request with this key; None means the clerk's, False no key."""
        key = self.key if key is None else key
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self.url_open(path, headers=headers, method=method, allow_redirects=False)

    def get(self, path, **options):
        response = self.call(path, **options)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.headers["Content-Type"], "application/json; charset=utf-8")
        return response.json()

    def post(self, path, body=None, key=None, **headers):
        """Return the response to a JSON body."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Content-Type"] = "application/json"
        headers["Authorization"] = f"Bearer {key or self.key}"
        data = json.dumps({} if body is None else body).encode()
        return self.url_open(path, data=data, headers=headers, method="POST", allow_redirects=False)

    def confirm(self, line, qty_done, key=None, headers=None, picking=None, **values):
        """Return the response to the confirmation of a move line."""
        path = f"{PICKINGS}/{(picking or line.picking_id).id}/lines/{line.id}/confirm"
        response = self.post(path, {"qty_done": qty_done, **values}, key, **(headers or {}))
        self.env.invalidate_all()
        return response

    def validate(self, picking, backorder=None, key=None, headers=None, **values):
        """Return the response to the validation of a transfer."""
        body = {**({"backorder": backorder} if backorder else {}), **values}
        response = self.post(f"{PICKINGS}/{picking.id}/validate", body, key, **(headers or {}))
        self.env.invalidate_all()
        return response

    def assertDone(self, response):
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def assertRefused(self, response, code, status=409):
        """Check that a write was refused with that code; return the problem's members."""
        problem = self.assertProblem(response, status)
        self.assertEqual(problem.get("code"), code, response.text)
        return problem

    def get_ids(self, path=PICKINGS, **options):
        return [picking["id"] for picking in self.get(path, **options)]

    def assertProblem(self, response, status):
        """Check that `response` is a problem with that status and no internal details; return its members."""
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.assertNotIn("Set-Cookie", response.headers)
        problem = json.loads(response.text)
        self.assertEqual(problem["status"], status)
        self.assertLessEqual({"type", "title", "detail"}, set(problem))
        for inside in ("Traceback", "stock_picking", "stock.picking", "odoo.", ".py", "/addons"):
            self.assertNotIn(inside, response.text)
        return problem
