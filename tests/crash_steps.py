"""What a process does that is to die at its work: a program, as only a process of its own can be killed.

    python tests/crash_steps.py CONFIG STEP

CONFIG is Odoo's configuration file. The step's arguments are read as JSON from stdin, and what it returns is written
as JSON to stdout. A step that has ``killer`` among its arguments kills its own process, as a worker's time or memory
limit does (SIGKILL), when it is at that order or transfer.
"""

import json
import os
import signal
import sys
from contextlib import contextmanager
from unittest.mock import patch

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

ADDRESS = {"street": "Lange Straße 12a", "zip": "01067", "city": "Dresden"}


@contextmanager
def dying(model, method_name, at):
    """Within the block, a call of a method kills the process where ``at(*arguments)`` says so."""
    original = getattr(type(model), method_name)

    def method(records, *args, **kwargs):
        if at(records, *args):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(records, *args, **kwargs)

    with patch.object(type(model), method_name, method):
        yield


# ---- orders -------------------------------------------------------------------------------------------------------


def prepare_orders(env, url, key):
    """Connect the feed of a shop at ``url``."""
    journal = env["account.journal"].create({"name": "Crash", "type": "bank", "code": "CRSH"})
    method = env["pos.payment.method"].create({"name": "Card of the Shop", "journal_id": journal.id})
    env["product.product"].create(
        {"name": "Lamp", "type": "consu", "available_in_pos": True, "taxes_id": [Command.clear()]}
    )
    pos = env["pos.config"].create({"name": "Crash", "payment_method_ids": [Command.set(method.ids)]})
    env["external.order.sync"].search([]).active = False
    sync = env["external.order.sync"].create(
        {"name": "Crash", "external_api_url": url, "external_api_key": key, "pos_config_id": pos.id}
    )
    env.cr.commit()
    return sync.id


def sync_orders(env, sync, killer=None):
    """Synchronize; return the state and the message of each order, by its number."""
    importing = env["external.order.import"]
    with dying(importing, "_prepare_order", lambda _self, _sync, payload, *_args: payload.external_id == killer):
        run = env["external.order.sync"].browse(sync).sync_orders()
    env.cr.commit()
    orders = env["external.order"].search([("sync_id", "=", sync)])
    return {
        "orders": {order.external_id: [order.state, order.error_code, order.interruptions] for order in orders},
        "messages": {order.external_id: order.error_message for order in orders},
        "status": run.status,
        "message": run.message,
        "made": env["pos.order"].search_count([("source", "=", "external"), ("config_id.name", "=", "Crash")]),
        "left": env["external.order.attempt"].search_count([]),
    }


def retry_order(env, sync, number):
    """Press Retry on an order."""
    order = env["external.order"].search([("sync_id", "=", sync), ("external_id", "=", number)])
    order.action_retry()
    env.cr.commit()
    return [order.state, order.interruptions]


def main():
    config_file, step = sys.argv[1:]
    config.parse_config([f"--config={config_file}"], setup_logging=True)
    with Registry(config["db_name"][0]).cursor() as cr:
        answer = globals()[step](Environment(cr, SUPERUSER_ID, {}), **json.load(sys.stdin))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
