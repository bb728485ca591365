"""Like any client of the API, the demo repeats a request while Odoo is busy."""

import pytest
from wire_server import WireServer, answer

from dev.demo import shipment
from dev.failure import Failure

BUSY = answer(b'{"detail": "The courier is being called."}', "Retry-After: 5", status="503 Service Unavailable")


class Client:
    """Refuses the button several times."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.pressed = 0

    def call(self, model: str, method: str, ids: list[int]) -> None:
        assert (model, method, ids) == ("external.shipment", "action_update_status", [7])
        self.pressed += 1
        if self.pressed <= self.refusals:
            raise Failure("Odoo refused: The courier is being called for this shipment.")


class Clock:
    """A clock that advances only while someone waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(shipment, "time", clock)
    return clock


def test_a_busy_api_is_asked_again_when_it_says(clock):
    with WireServer(BUSY, BUSY, answer(b'{"state": "shipped"}')) as server:
        assert shipment.ask(server.url, "key") == {"state": "shipped"}
        assert (len(server.heads), clock.now) == (3, 10.0)


def test_another_error_of_the_api_is_final():
    with WireServer(answer(b'{"detail": "It is delivered already."}', status="409 Conflict")) as server:
        with pytest.raises(Failure, match=r"409.*delivered already"):
            shipment.ask(server.url, "key")
        assert len(server.heads) == 1


def test_a_button_that_is_refused_is_pressed_again():
    client = Client(refusals=2)
    shipment.update_status(client, [7])
    assert client.pressed == 3


def test_nothing_is_asked_for_ever():
    with pytest.raises(Failure, match="being called"):
        shipment.update_status(Client(refusals=10**9), [7])
    with WireServer(BUSY) as server, pytest.raises(Failure, match="503"):
        shipment.ask(server.url, "key")
