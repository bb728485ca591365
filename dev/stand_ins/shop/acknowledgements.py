"""What the shop was told about its orders: which were imported, and which were not and why. Thread-safe."""

from threading import Lock
from typing import Any

PATH = "/api/acknowledgements"
STATES = ("done", "failed")


class Acknowledgements:
    """What was said of each order, in the sequence in which it arrived.

    A message that arrives again (with a known ``Idempotency-Key``) is counted once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._of_orders: dict[str, list[dict[str, Any]]] = {}
        self._keys: set[str] = set()

    def receive(self, value: Any, key: str) -> None:
        """Keep an acknowledgement. Raises ``ValueError`` if it is not one."""
        if not isinstance(value, dict) or value.get("state") not in STATES or not value.get("OrderID"):
            raise ValueError(f"An acknowledgement has an OrderID and a state: {' or '.join(STATES)}.")
        with self._lock:
            if key and key in self._keys:
                return
            self._keys.add(key)
            self._of_orders.setdefault(str(value["OrderID"]), []).append(value)

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Return {OrderID: what was said of it}."""
        with self._lock:
            return {order_id: list(said) for order_id, said in self._of_orders.items()}

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._of_orders.clear()
            self._keys.clear()
