from odoo.http import request, route

from .api_operation import ROUTING_TYPE, ApiController, methods_of
from .api_problem import Problem


class FallbackController(ApiController):
    @route(
        [
            *("/api/odoo", "/api/odoo/<path:rest>", "/api/delivery", "/api/delivery/<path:rest>"),
            *("/api/orders", "/api/orders/<path:rest>", "/api/v1/webhook/pos-order/<path:rest>"),
        ],
        type=ROUTING_TYPE,
        auth="bearer",
        methods=None,
        readonly=True,
        save_session=False,
    )
    def unknown(self, rest=""):
        """Answer requests that match no operation; Odoo's own answer would be an HTML page."""
        allowed = methods_of(request.httprequest.path)
        if allowed:
            raise Problem(405, headers={"Allow": ", ".join(allowed)}, allowed=allowed)
        raise Problem(404)
