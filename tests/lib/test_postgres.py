"""Dropping databases in which PostgreSQL's autovacuum is working, as it often is after tests have filled them."""

import time
from dataclasses import replace

import pytest

from dev.failure import Failure
from dev.postgres import databases
from dev.postgres.databases import Databases
from dev.postgres.embedded_postgres import ROLE, SUPERUSER

NAME = "busy"
PATIENCE = 60.0  # seconds
# Vacuuming this one takes minutes, with a pause after each page.
FILL = """
    CREATE TABLE large WITH (
        autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1
    ) AS SELECT number, repeat('x', 500) AS text FROM generate_series(1, 20000) AS number;
    DELETE FROM large;
"""
WORKERS = f"FROM pg_stat_activity WHERE datname = '{NAME}' AND backend_type = 'autovacuum worker'"


@pytest.fixture
def busy(cluster):
    """Create a database in which an autovacuum worker works for some minutes."""
    as_superuser(cluster, "ALTER SYSTEM SET autovacuum_naptime = 1")
    as_superuser(cluster, "SELECT pg_reload_conf()")
    cluster.postgres.sql(f"CREATE DATABASE {NAME}")
    cluster.postgres.sql(FILL, NAME)
    deadline = time.monotonic() + PATIENCE
    while not as_superuser(cluster, f"SELECT pid {WORKERS}"):
        assert time.monotonic() < deadline, "autovacuum did not come"
        time.sleep(0.05)


def as_superuser(cluster, statement):
    postgres = cluster.postgres
    return replace(postgres, settings={**postgres.settings, "PGUSER": SUPERUSER}).sql(statement)


def test_the_role_may_end_the_worker(cluster, busy, monkeypatch):
    monkeypatch.setattr(databases, "DROP_TIMEOUT", 0)
    Databases(cluster.postgres).drop(NAME)
    assert not cluster.postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'")


def test_a_role_that_may_not_asks_again(cluster, busy):
    refusals = []

    def execute(statement):
        try:
            cluster.postgres.sql(statement)
        except Failure as failure:
            refusals.append(failure.message)
            as_superuser(cluster, f"SELECT pg_terminate_backend(pid) {WORKERS}")
            raise

    as_superuser(cluster, f"REVOKE pg_signal_backend FROM {ROLE}")
    databases.drop(execute, NAME, Failure)
    assert "permission denied to terminate process" in refusals[0]
    assert not cluster.postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'")


def test_it_does_not_ask_for_ever(cluster, monkeypatch):
    monkeypatch.setattr(databases, "DROP_TIMEOUT", 0)
    with pytest.raises(Failure, match="must be owner"):
        Databases(cluster.postgres).drop("template1")
