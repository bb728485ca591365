"""An Odoo process that follows commands, one JSON object per line, so that it can be killed or run beside others.

    python dev/stand_ins/remote_odoo/worker.py CONFIG ADDON

CONFIG is Odoo's configuration file, ADDON the addon's name as Odoo knows it. Commands are ``{"do": name, …}``; each is
answered by one line of JSON. See ``Commands``.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any


class Commands:
    """The commands. ``env`` is an Odoo environment of the superuser, committed after each command."""

    def __init__(self, env: Any, addon: str) -> None:
        self.env = env
        self.addon = addon

    def fill(self, **sizes: int) -> dict[str, Any]:
        """Fill the database with stock (see ``stock_data.fill``); return {"key": an administrator's API key}."""
        stock_data = importlib.import_module(f"odoo.addons.{self.addon}.dev.stand_ins.remote_odoo.stock_data")
        return stock_data.fill(self.env, **sizes)

    def add_source(self, **values: Any) -> dict[str, Any]:
        """Create an ``odoo.sync.source``; return {"id": …}."""
        return {"id": self.env["odoo.sync.source"].create(values).id}

    def sync(self, source_id: int) -> dict[str, Any]:
        """Synchronize a source. Return the fields of its run, or {} if another worker has the source."""
        run = self.env["odoo.sync.source"].browse(source_id)._sync()
        names = [name for name in run._fields if name.endswith("_count")]
        return {name: run[name] for name in ("id", "status", "message", *names)} if run else {}


def main() -> None:
    """Load the registry, report that it is ready, and follow the commands."""
    config_file, addon = sys.argv[1:]
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config([f"--config={Path(config_file)}"], setup_logging=True)
    with Registry(config["db_name"][0]).cursor() as cr:
        commands = Commands(Environment(cr, SUPERUSER_ID, {}), addon)
        _answer({"ready": True})
        for line in sys.stdin:
            command = json.loads(line)
            _answer(getattr(commands, command.pop("do"))(**command))
            cr.commit()
            commands.env.invalidate_all()


def _answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
