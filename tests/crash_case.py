import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.sql_db import close_db
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from ..dev.stand_ins.remote_odoo.place import Place

STEPS = Path(__file__).with_name("crash_steps.py")
PATIENCE = 300  # seconds, for one process


@tagged("post_install", "-at_install")
class CrashCase(BaseCase):
    """A database for processes that die during their work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_{cls.__name__.lower()}"
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        options = Place.of_config(config).options
        cls.place = Place({**options, "data_dir": folder})
        close_db(get_db_name())  # a database that is copied must not have connections; the next test opens its own
        cls.addClassCleanup(cls.place.drop_database, cls.database)
        cls.place.copy_database(get_db_name(), cls.database)

    @classmethod
    def step(cls, step, **arguments):
        """Run a step of ``crash_steps`` in a process; return its answer, or None if the process was killed."""
        path = cls.place.write_config(cls.database)
        try:
            finished = subprocess.run(
                [sys.executable, str(STEPS), str(path), step],
                input=json.dumps(arguments), capture_output=True, text=True, timeout=PATIENCE,
                env=cls.place.process_environment(),
            )  # fmt: skip
        finally:
            path.unlink()
        if finished.returncode == -signal.SIGKILL:
            return None
        if finished.returncode:
            raise AssertionError(f"{step} ended with {finished.returncode}:\n{finished.stderr[-5000:]}")
        return json.loads(finished.stdout)

    def step_until_alive(self, step, **arguments):
        """Repeat a step as the scheduler would until its process survives; return its answer and how many died."""
        for deaths in range(10):
            if answer := self.step(step, **arguments):
                return answer, deaths
        self.fail("The process dies every time.")

    def order(self, number):
        """Return an order of a lamp as the shop sends it."""
        return {
            "OrderID": number,
            "AmountTotal": 80.0,
            "GrandTotal": 80.0,
            "Tax": 0,
            "OrderStatus": 103,
            "CheckoutDetails": [{"AmountPaid": 80.0, "CardType": "Card", "PaymentMode": 2}],
            "OrderItems": [{"ItemID": 0, "ItemName": "Lamp", "Price": 80.0, "Quantity": 1.0}],
        }
