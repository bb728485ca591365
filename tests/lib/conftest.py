"""Set-up of the plain tests: no Odoo, no database, any name of the checkout folder.

The checkout is an Odoo addon, so its root and `tests` hold an `__init__.py` that needs Odoo. pytest imports the
`__init__.py` of every folder between its `confcutdir` and a test file, and takes the folder of the nearest ini file
as `confcutdir`. Hence:

- `tests/lib/pytest.ini` ends that search in this folder and switches the pytest-odoo plugin off, which imports Odoo
  when it is loaded;
- this folder has no `__init__.py`, so with `--import-mode=prepend` a test file is a top-level module and `strategies`
  is importable by name;
- below, the checkout's root goes on `sys.path`: tests say `from lib.money import parse_amount`.

pytest looks for the ini file in the common folder of its arguments and above: name only paths below `tests/lib` in
one call.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

# Single examples may be slow on a busy machine; this is not a failure.
settings.register_profile("plain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plain")


@pytest.fixture(scope="session")
def cluster():
    """Provide a PostgreSQL server for these tests."""
    from dev.faults.cluster import Cluster

    # A socket's path is short, and the server runs as another user if the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="eos-"))
    cluster = Cluster(folder / "pg")
    try:
        cluster.make()
        yield cluster
    finally:
        cluster.remove()
        shutil.rmtree(folder)
