import json
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from odoo.sql_db import close_db
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from ..dev.server.log_check import RECORD
from ..dev.stand_ins.remote_odoo.place import Place

ADDON = "external_order_sync"
RELEASES = Path(__file__).parent / "releases"
STEPS = Path(__file__).with_name("migration_steps.py")
PATIENCE = 300  # seconds, for one process

# In addition to the models that the addon has or extends: their keys, users, settings and messages.
MORE_TABLES = {
    "ir_config_parameter": "key LIKE 'external_order_sync.%%'",
    "ir_cron": "id IN (SELECT res_id FROM ir_model_data WHERE module = %(addon)s AND model = 'ir.cron')",
    "mail_activity": "TRUE",
    "mail_message": "TRUE",
    "pos_order_line": "TRUE",
    "pos_payment": "TRUE",
    "res_users_apikeys": "TRUE",
}
OWN_TABLES = """
    SELECT table_class.relname
    FROM ir_model model
    JOIN ir_model_data name ON name.model = 'ir.model' AND name.res_id = model.id AND name.module = %(addon)s
    JOIN pg_class table_class ON table_class.relname = replace(model.model, '.', '_') AND table_class.relkind = 'r'
    WHERE NOT model.transient
"""
MEMBERS = """
    SELECT name.name, member.uid
    FROM res_groups_users_rel member
    JOIN ir_model_data name ON name.model = 'res.groups' AND name.res_id = member.gid AND name.module = %(addon)s
    ORDER BY name.name, member.uid
"""
LEFT_BEHIND = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'v', 'S') AND (relname LIKE 'external\\_%%' OR relname LIKE 'odoo\\_%%')
    UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'external\\_%%'
    UNION ALL SELECT name FROM ir_model_data WHERE module = %(addon)s
"""


@tagged("post_install", "-at_install")
class MigrationCase(BaseCase):
    """A separate database in which a release is installed instead of the present version, as a user had it.

    Every step is a process, as no process can hold two versions of one addon. The log of each is its warnings and
    errors.
    """

    release = None  # the version, whose archive is in tests/releases; none: only the present one is needed
    steps = STEPS  # the program whose steps are done

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_migration"
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.present = replace_options(Place.of_config(config), data_dir=cls.folder / "data")
        if cls.release:
            with zipfile.ZipFile(RELEASES / f"{ADDON}-{cls.release}.zip") as archive:
                archive.extractall(cls.folder / "release")
            # The first folder that has an addon wins.
            addons_path = f"{cls.folder / 'release'},{cls.present.options['addons_path']}"
            cls.past = replace_options(cls.present, addons_path=addons_path)
        close_db(get_db_name())  # a database that is copied must not have connections; the next test opens its own
        cls.addClassCleanup(cls.present.drop_database, cls.database)
        cls.present.copy_database(get_db_name(), cls.database)

    # Processes

    @classmethod
    def step(cls, place, step, **arguments):
        """Run a step of ``steps`` with the code of a place; return its answer and its log."""
        answer, log = cls.run_process(place, [str(cls.steps), "{config}", step], json.dumps(arguments))
        return json.loads(answer), log

    @classmethod
    def odoo(cls, place, command, *arguments):
        """Run one of Odoo's own commands; return its log."""
        _output, log = cls.run_process(place, ["-m", "odoo", command, *arguments, "--config={config}"])
        return log

    @classmethod
    def run_process(cls, place, words, given=""):
        path = place.write_config(cls.database)
        try:
            finished = subprocess.run(
                [sys.executable, *(word.format(config=path) for word in words)],
                input=given, capture_output=True, text=True, timeout=PATIENCE, env=place.process_environment(),
            )  # fmt: skip
        finally:
            path.unlink()
        if finished.returncode:
            raise AssertionError(f"{words} ended with {finished.returncode}:\n{finished.stderr[-5000:]}")
        return finished.stdout, [line for line in finished.stderr.splitlines() if RECORD.match(line)]

    # What is in the database

    @classmethod
    def query(cls, query):
        with closing(cls.present.connect(cls.database)) as connection:
            cursor = connection.cursor()
            cursor.execute(query, {"addon": ADDON})
            return cursor.fetchall()

    @classmethod
    def installed_version(cls):
        return cls.query("SELECT latest_version FROM ir_module_module WHERE name = %(addon)s AND state = 'installed'")

    @classmethod
    def snapshot(cls):
        """Return every row that concerns the addon: {table: {id: {column: value}}}."""
        tables = dict.fromkeys((name for (name,) in cls.query(OWN_TABLES)), "TRUE") | MORE_TABLES
        return {
            table: dict(cls.query(f"SELECT id, to_jsonb({table}) FROM {table} WHERE {condition}"))
            for table, condition in tables.items()
        }

    @staticmethod
    def losses(before, after):
        """Return what is missing or different in a later snapshot; new rows do not count."""
        return [
            f"{table} {row_id}: {column} was {value!r}, is {now.get(column, 'gone')!r}"
            for table, rows in before.items()
            for row_id, row in rows.items()
            for now in [after.get(table, {}).get(row_id, {})]
            for column, value in row.items()
            if column not in now or now[column] != value
        ]


def replace_options(place, **options):
    return replace(place, options={**place.options, **{name: str(value) for name, value in options.items()}})
