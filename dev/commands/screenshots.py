"""Retake the screenshots of the README and the app page, on a real server with the demo shop's orders."""

import os
import subprocess

from dev import paths, ports, progress
from dev.demo import database as demo_database
from dev.demo import shop as demo_shop
from dev.failure import Failure
from dev.screenshots import story
from dev.server import environment, odoo_program, odoo_server
from dev.server.odoo_client import OdooClient
from dev.setup import chromium

PICTURES = paths.CHECKOUT / "static" / "description" / "screenshots"
LARGEST = 200_000  # bytes; they are part of every download of the addon


def run(arguments: list[str]) -> int:
    """Replace every picture in static/description/screenshots. Return 0 only if all were taken and are small enough."""
    browser = chromium.ensure()
    database = f"screenshots_{os.getpid()}"
    with environment.ready() as env:
        try:
            with demo_shop.selling() as shop:
                demo_database.make(env, database, shop)
                # Without the scheduler, nothing changes while a picture is taken.
                with odoo_server.serving(env, database, ports.free(), cron_threads=0) as server:
                    client = OdooClient(server.url, server.database, demo_database.LOGIN, demo_database.PASSWORD)
                    with progress.step("Some runs, and orders that cannot be imported"):
                        story.prepare(client, shop)
                    _take(env, server, browser)
        finally:
            env.databases.drop(database)
    return _report()


def _take(env: environment.Environment, server: odoo_server.OdooServer, browser) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES.glob("*.png"):
        picture.unlink()
    script = paths.DEV / "screenshots" / "camera.py"
    command = [env.python, script, server.url, PICTURES, browser, demo_database.LOGIN, demo_database.PASSWORD]
    with progress.step("Pictures"):
        # Playwright is installed in the virtual environment, in which this command does not run.
        finished = subprocess.run(command, env=odoo_program.environment(env), stdin=subprocess.DEVNULL)
    if finished.returncode:
        raise Failure("A picture could not be taken; see the browser's output above.", f"Odoo's log: {server.log}")


def _report() -> int:
    pictures = sorted(PICTURES.glob("*.png"))
    for picture in pictures:
        print(f"{picture.stat().st_size / 1000:>7.0f} kB  {picture.relative_to(paths.CHECKOUT)}")
    too_large = [picture.name for picture in pictures if picture.stat().st_size > LARGEST]
    if too_large:
        print(f"Larger than {LARGEST / 1000:.0f} kB: {', '.join(too_large)}")
    return 1 if too_large or not pictures else 0
