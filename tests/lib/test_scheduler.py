"""Odoo's scheduler is paused before its server is stopped, so that no job is interrupted."""

import threading

import pytest

from dev.failure import Failure
from dev.postgres import databases
from dev.server import scheduler

DATABASE = "jobs"
FREE_JOBS = "SELECT id FROM ir_cron ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"  # as Odoo looks for them


@pytest.fixture
def postgres(cluster):
    cluster.postgres.sql(f"CREATE DATABASE {DATABASE}")
    cluster.postgres.sql("CREATE TABLE ir_cron (id int); INSERT INTO ir_cron VALUES (1), (2)", DATABASE)
    yield cluster.postgres
    databases.drop(cluster.postgres.sql, DATABASE, Failure)


def test_no_job_begins_until_the_server_is_stopped(postgres):
    with scheduler.resting(postgres, DATABASE):
        assert postgres.sql(FREE_JOBS, DATABASE) == []
    assert postgres.sql(FREE_JOBS, DATABASE) == [["1"], ["2"]]


def test_a_job_at_work_comes_to_its_end(postgres, capfd):
    entered = threading.Event()

    def stop_server():
        with scheduler.resting(postgres, DATABASE):
            entered.set()

    with scheduler.resting(postgres, DATABASE):  # holds what a job at work holds
        stopping = threading.Thread(target=stop_server)
        stopping.start()
        assert not entered.wait(0.5)
    stopping.join()
    assert entered.is_set()
    assert "may be running" not in capfd.readouterr().err


def test_a_job_that_does_not_end_is_not_waited_for_for_ever(postgres, monkeypatch, capfd):
    with scheduler.resting(postgres, DATABASE):
        monkeypatch.setattr(scheduler, "PATIENCE", 0.1)
        with scheduler.resting(postgres, DATABASE):
            assert "may be running" in capfd.readouterr().err
