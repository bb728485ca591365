from odoo.http import request, route

from .api_operation import ROUTING_TYPE, ApiController, methods_of
from .api_problem import Problem

BULK = "/api/v1/webhook/pos-order"
# Addresses whose key may also be in X-API-Key.
WITH_KEY = ("/api/orders", BULK, "/api/events", "/api/proof")


class FallbackController(ApiController):
    """Answers requests that match no operation; Odoo's own answer would be an HTML page."""

    @route(
        ["/api/odoo", "/api/odoo/<path:rest>", "/api/delivery", "/api/delivery/<path:rest>"],
        type=ROUTING_TYPE,
        auth="bearer",
        methods=None,
        readonly=True,
        save_session=False,
    )
    def unknown(self, rest=""):
        self._refuse()

    @route(
        [address for path in WITH_KEY for address in (path, f"{path}/<path:rest>")],
        type=ROUTING_TYPE,
        auth="external_order_key",
        methods=None,
        readonly=True,
        save_session=False,
    )
    def unknown_with_key(self, rest=""):
        self._refuse()

    def _refuse(self):
        allowed = methods_of(request.httprequest.path)
        if allowed:
            raise Problem(405, headers={"Allow": ", ".join(allowed)}, allowed=allowed)
        raise Problem(404)
