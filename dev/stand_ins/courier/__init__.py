"""The courier's stand-in: a real HTTP server that behaves like OPAL Kurier's site for customers, as far as we know it.

It has frames, a login, an order form with hidden fields and defaults, a paged list, order histories and cancelling. It
keeps its own books and can be made to misbehave. Only Python's standard library is used.

On the command line::

    python -m dev.stand_ins.courier --port 8530 --user demo --password SECRET

prints one line with its address and serves until Ctrl-C or SIGTERM.

In a test, in the same process::

    with CourierServer(user="u", password="p") as courier:
        ...                                              # the site is at courier.url
        courier.orders                                   # what was ordered, as the form was sent
        courier.book.report("OCU-998-511590", "Zugestellt", "Müller")
        courier.faults.add("error_after", page="send")   # takes the order, then answers 500
        courier.requests                                 # the requests it received

The kinds of faults and the names of the pages are in `dev.stand_ins.courier.faults`.

Control, from the loopback interface only, all JSON:

``GET /_control/orders``
    The orders, with the fields as they were sent; ``DELETE`` forgets them.
``POST /_control/orders/<Sendungsnummer>`` ``{"status": "Zugestellt", "details": "Müller", "time": "2026-01-17T10:00"}``
    Adds a line to an order's history; ``time`` is the courier's local time, by default now.
``GET /_control/requests``
    The requests that the site received.
``GET``, ``POST``, ``DELETE /_control/faults``
    E.g. ``{"kind": "slow", "page": "send", "seconds": 5}``.
"""

from .orders import CourierOrder
from .server import CourierServer

__all__ = ["CourierOrder", "CourierServer"]
