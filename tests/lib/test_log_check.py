"""Which lines of an Odoo log make `make demo` fail."""

import pytest

from dev import paths
from dev.server import log_check

START = "2026-01-31 12:00:00,000 4711 INFO demo odoo.service.server: HTTP service (werkzeug) running"
SHUTDOWN = "2026-01-31 12:00:09,000 4711 INFO ? odoo.service.server: Initiating shutdown"
WORKERS_STOP = "2026-01-31 12:00:09,000 4711 INFO ? odoo.service.server: Stopping workers gracefully"
VACUUM = "2026-01-31 12:00:01,000 4711 ERROR demo odoo.addons.base.models.ir_autovacuum: Failed bus.bus._gc_messages()"
THREAD = "Exception in thread odoo.service.cron.cron0:"
TRACEBACK = "Traceback (most recent call last):"
FRAME_OF_ODOO = '  File "/usr/lib/python3/dist-packages/odoo/sql_db.py", line 428, in execute'
FRAME_OF_OURS = f'  File "{paths.ADDON}/models/external_order.py", line 12, in _import'
END = "psycopg2.InterfaceError: connection already closed"
OUR_ERROR = "2026-01-31 12:00:02,000 4711 ERROR demo odoo.addons.external_order_sync.models.x: Failed"
OUR_WARNING = "2026-01-31 12:00:02,000 4711 WARNING demo odoo.addons.external_order_sync.models.x: Slow"
OUR_INFO = "2026-01-31 12:00:02,000 4711 INFO demo odoo.addons.external_order_sync.models.x: 3 orders"
JOB_OF_OURS = (
    "2026-01-31 12:00:02,000 4711 ERROR demo odoo.addons.base.models.ir_cron: Job 'External Order Sync' failed"
)
THEIR_WARNING = "2026-01-31 12:00:02,000 4711 WARNING demo odoo.addons.mail: Slow"
TRACE = (TRACEBACK, FRAME_OF_ODOO, END)
OUR_TRACE = (TRACEBACK, FRAME_OF_ODOO, FRAME_OF_OURS, END)


@pytest.fixture
def problems(tmp_path):
    def problems(*lines):
        log = tmp_path / "odoo.log"
        log.write_text("\n".join(lines))
        return log_check.problems(log)

    return problems


def test_a_clean_log(problems):
    assert problems() == []
    assert problems(START, OUR_INFO, THEIR_WARNING, SHUTDOWN) == []


def test_an_error_of_anyone_counts_while_the_server_serves(problems):
    assert problems(START, VACUUM, *TRACE, OUR_INFO, SHUTDOWN) == [VACUUM, TRACEBACK]
    assert problems(START, THREAD, *TRACE, SHUTDOWN) == [TRACEBACK]
    assert problems(START, OUR_WARNING, SHUTDOWN) == [OUR_WARNING]


@pytest.mark.parametrize("shutdown", [SHUTDOWN, WORKERS_STOP])
def test_what_the_shutdown_cuts_off_counts_only_if_it_is_ours(problems, shutdown):
    assert problems(START, shutdown, VACUUM, *TRACE, THREAD, *TRACE) == []
    assert problems(START, shutdown, VACUUM, *OUR_TRACE) == [VACUUM, TRACEBACK]
    assert problems(START, shutdown, THREAD, *OUR_TRACE) == [TRACEBACK]
    assert problems(START, shutdown, OUR_ERROR, OUR_WARNING, JOB_OF_OURS) == [OUR_ERROR, OUR_WARNING, JOB_OF_OURS]


def test_a_thread_that_dies_is_not_the_record_before_it(problems):
    assert problems(START, SHUTDOWN, OUR_INFO, THREAD, *TRACE) == []


def test_an_odoo_below_a_folder_with_our_name_is_not_ours(problems):
    frame = f'  File "/src/addons/{paths.ADDON_NAME}/.dev/odoo/odoo/sql_db.py", line 428, in execute'
    assert problems(START, SHUTDOWN, VACUUM, TRACEBACK, frame, END) == []
