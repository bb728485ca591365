import tempfile
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..dev import child_process
from ..dev.ports import free
from .server_process import start_odoo

LOGIN = "api_server_test"


@tagged("post_install", "-at_install")
class ApiServerCase(BaseCase):
    """A separate server process, and data that is committed for it and removed afterwards."""

    PICKINGS = 12

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.data_dir = cls.enterClassContext(tempfile.TemporaryDirectory())
        with cls.committed() as env:
            cls.remove_data(env)
            cls.addClassCleanup(cls.remove_committed_data)
            cls.prepare_data(env)
        cls.start_server()

    @classmethod
    @contextmanager
    def committed(cls):
        """Give an environment whose changes are committed at the end."""
        with cls.registry.cursor() as cr:
            yield Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "mail_create_nosubscribe": True})

    @classmethod
    def remove_committed_data(cls):
        with cls.committed() as env:
            cls.remove_data(env)

    @classmethod
    def prepare_data(cls, env):
        groups = env.ref("stock.group_stock_user") | env.ref("external_order_sync.group_user")
        user = env["res.users"].create({"name": LOGIN, "login": LOGIN, "group_ids": groups.ids})
        cls.key = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", None)
        pos_config = env["pos.config"].search([("company_id", "=", user.company_id.id)], limit=1)
        if not pos_config:
            pos_config = env["pos.config"].create({"name": LOGIN})
        env["external.order.sync"].create(
            {
                "name": LOGIN,
                "external_api_url": "http://127.0.0.1:9/orders",
                "state": "started",
                "pos_config_id": pos_config.id,
                # What is pushed stays in the inbox.
                "auto_create_session": False,
            }
        )
        cls.create_pickings(env, cls.PICKINGS)

    @classmethod
    def remove_data(cls, env):
        env["stock.picking"].search([("origin", "=like", f"{LOGIN}%")]).unlink()
        syncs = env["external.order.sync"].with_context(active_test=False).search([("name", "=", LOGIN)])
        env["external.order"].search([("sync_id", "in", syncs.ids)]).unlink()
        syncs.unlink()
        user = env["res.users"].with_context(active_test=False).search([("login", "=", LOGIN)])
        partner = user.partner_id
        user.unlink()
        partner.unlink()

    @classmethod
    def create_pickings(cls, env, count, first_date="2026-01-01 08:00:00", **values):
        """Create drafts on the days of one month."""
        picking_type = env.ref("stock.warehouse0").out_type_id
        first = env["stock.picking"]._fields["scheduled_date"].to_datetime(first_date)
        return env["stock.picking"].create(
            [
                {
                    "picking_type_id": picking_type.id,
                    "location_id": picking_type.default_location_src_id.id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                    "origin": LOGIN,
                    "scheduled_date": first.replace(day=1 + number % 28),
                    **values,
                }
                for number in range(count)
            ]
        )

    @classmethod
    def start_server(cls):
        cls.port = free()
        cls.url = f"http://localhost:{cls.port}"
        process = start_odoo(
            get_db_name(), cls.port, Path(cls.data_dir), "--max-cron-threads=0", answers=cls.ask_for_health
        )
        cls.addClassCleanup(child_process.stop, process)

    @classmethod
    def ask_for_health(cls):
        with urllib.request.urlopen(f"{cls.url}/web/health", timeout=10):
            pass

    def get(self, url):
        """Return (status, headers, body text) of a GET with the key; `url` absolute or a path."""
        url = url if url.startswith("http") else self.url + url
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.key}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()
