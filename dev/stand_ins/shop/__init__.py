"""The demo shop: a real HTTP server with the order API of `docs/order_format.md`.

It makes deterministic orders with the demo products of Odoo's Point of Sale, knows its totals, and can be made to
misbehave. Only Python's standard library is used.

On the command line::

    python -m dev.stand_ins.shop --port 8150 --api-key KEY --orders 300 --seed 1 --per-page 50 --shape array

prints one line with its address and serves until Ctrl-C or SIGTERM.

With ``--location 404 --location 405``, it is a `Chain` of branches.

In a test, in the same process::

    with ShopServer(orders=20, seed=7, api_key="k", per_page=5) as shop:
        ...                                  # the API is at shop.url
        shop.add_orders(3)                   # the shop sells something
        shop.add_orders(2, generation="first", service_charge=Decimal("2.50"))
        shop.edit_order(1001)                # an order is changed afterwards
        shop.refund_order(1002, part="pieces", method="Cash", restock=False)
        shop.refund_order(1003, form="status")
        shop.cancel_order(1004)
        shop.go_on(10)                       # a bit of all this
        shop.put({"OrderID": 7})             # any JSON value, served as it is, not part of the totals
        shop.faults.add("status", status=503, retry_after=1, times=2)
        shop.totals().grand_total            # what Odoo must have booked, a Decimal
        shop.requests                        # the requests, and whether their key was valid

API (``Authorization: Bearer KEY`` or ``X-API-Key: KEY``, otherwise 401):

``GET /api/orders``
    The orders, oldest number first. ``since`` (ISO 8601; without an offset it is UTC) keeps those changed at or after
    it; ``page`` (from 1) and ``per_page`` (1 to 1000) cut pages, and ``Link`` (RFC 8288) leads to the next one.
``GET /api/orders/<OrderID>``
    One order as a single object.
``POST /api/acknowledgements``
    ``{"OrderID", "state": "done"|"failed", …}``: whether an order was imported. 404 for one that the shop has not.

Control, without a key and from the loopback interface only, all JSON:

``POST /_control/orders`` ``{"count": n}`` makes n orders, of a ``"generation"`` and sold some ``"days_ago"`` if it says
so; ``DELETE`` forgets all of them.
``POST /_control/orders/<OrderID>`` changes that order (adds a line, paid in cash).
``POST /_control/refunds/<OrderID>`` refunds it: ``{"part": "pieces"|"money"|"rest", "form": "list"|"status",
"method": "same"|"Cash"|"Card", "restock": true|false|null}``, all optional.
``POST /_control/cancellations/<OrderID>`` cancels it.
``POST /_control/lives`` ``{"count": n}`` lets n orders be refunded, cancelled or edited in all ways.
``POST /_control/entries`` ``{"payload": <any JSON>}`` serves that value as an entry of the feed.
``GET /_control/acknowledgements`` shows what was said of each order.
``GET /_control/days`` shows the sales of each business day and branch.
``GET /_control/totals`` and ``GET /_control/requests`` show the sales and the requests.
``GET``, ``POST``, ``DELETE /_control/faults``: e.g. ``{"kind": "cut", "times": 1, "page": 2, "fraction": 0.5}``;
the kinds and their options are those of `dev.stand_ins.shop.fault_answers`.
``POST /_control/settings`` ``{"shape": "object", "per_page": 50, "link_header": true}``.
"""

from .server import ShopServer
from .totals import Totals, compute_totals

__all__ = ["ShopServer", "Totals", "compute_totals"]
