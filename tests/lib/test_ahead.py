"""Results come in order, with at most one call ahead."""

import threading
from contextlib import closing

import pytest

from lib.ahead import ahead


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_all_results_come_in_order(count):
    assert list(ahead(lambda number: number * 2, range(count))) == [number * 2 for number in range(count)]


def test_the_next_call_runs_while_a_result_is_dealt_with():
    called = [threading.Event() for _number in range(4)]

    def call(number):
        called[number].set()
        return number

    results = ahead(call, range(4))
    assert next(results) == 0
    assert called[1].wait(5)
    assert not called[2].wait(0.05)
    assert list(results) == [1, 2, 3]


def test_calls_never_overlap():
    running = threading.Lock()

    def call(number):
        assert running.acquire(blocking=False)
        running.release()
        return number

    assert len(list(ahead(call, range(200)))) == 200


def test_an_error_comes_where_its_result_would_have():
    results = ahead(lambda number: 1 // number, [1, 1, 0, 1])
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_closing_waits_for_the_call_that_runs():
    ended, release = threading.Event(), threading.Event()

    def call(number):
        if number:
            release.wait(5)
            ended.set()
        return number

    with closing(ahead(call, range(3))) as results:
        next(results)
        release.set()
    assert ended.is_set()
