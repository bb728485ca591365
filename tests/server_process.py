import os
import sys
import time
from pathlib import Path

import odoo.addons
from odoo.tools import config

from ..dev import child_process
from ..dev.failure import Failure
from ..dev.setup.odoo_source import find

PATIENCE = 90.0  # seconds


def start_odoo(database, port, folder, *options, answers):
    """Start an Odoo server with the tests' own configuration, and wait until it answers.

    :param Path folder: its data folder, which gets its log too
    :param options: further ones of the command line
    :param answers: raises OSError, or a Failure of the development tools, while the server does not answer yet
    :return: the process; it ends with this one at the latest
    :rtype: subprocess.Popen
    """
    log = folder / f"server-{port}.log"
    odoo_path = Path(odoo.addons.__path__[0]).parents[1]
    python_path = filter(None, (str(odoo_path), os.environ.get("PYTHONPATH")))
    with log.open("wb") as output:
        process = child_process.start(
            [
                sys.executable, *find(odoo_path).program, "--config", config["config"], "--database", database,
                "--http-interface=127.0.0.1", f"--http-port={port}", "--data-dir", str(folder), "--workers=0", *options,
            ],
            output,
            {**os.environ, "PYTHONPATH": os.pathsep.join(python_path)},
        )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answers()
            return process
        except (OSError, Failure) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                child_process.stop(process)
                raise AssertionError(log.read_text()[-3000:]) from error
        time.sleep(0.1)
