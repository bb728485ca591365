import pytest
import requests

from dev.stand_ins.shop import ShopServer

KEY = "a-key-of-the-tests"


@pytest.fixture
def shop():
    with ShopServer(orders=3, api_key=KEY) as server:
        yield server


def tell(shop, value, key=KEY, **headers):
    url = f"{shop.base_url}/api/acknowledgements"
    headers = {"X-API-Key": key, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return requests.post(url, json=value, headers=headers, timeout=10).status_code


def told(shop):
    return requests.get(f"{shop.base_url}/_control/acknowledgements", timeout=10).json()


def test_what_is_said_of_an_order_is_kept_in_sequence_and_once(shop):
    number = shop.orders[0].number
    failed, done = {"OrderID": number, "state": "failed"}, {"OrderID": str(number), "state": "done"}
    for value, key in ((failed, "a"), (done, "b"), (done, "b")):
        assert tell(shop, value, Idempotency_Key=key) == 200
    assert told(shop) == {str(number): [failed, done]}


@pytest.mark.parametrize(
    ("value", "status"), [({"OrderID": 5, "state": "done"}, 404), ({"OrderID": 1001, "state": "?"}, 400), ([], 400)]
)
def test_what_is_refused(shop, value, status):
    assert tell(shop, value) == status
    assert told(shop) == {}


def test_the_key_is_needed(shop):
    assert tell(shop, {"OrderID": shop.orders[0].number, "state": "done"}, key="wrong") == 401
