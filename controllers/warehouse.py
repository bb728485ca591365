from odoo.http import request

from .api_operation import Answer, ApiController, Reply

STRING_HEADER = {"type": "string"}
ETAG_HEADER = (STRING_HEADER, "Send it back as If-None-Match; while nothing has changed, the answer is 304.")
NOT_MODIFIED = Reply("Nothing has changed since the answer with this etag.", headers={"ETag": ETAG_HEADER})


class WarehouseController(ApiController):
    """What the resources of the warehouse have in common."""

    def _warehouse(self):
        """Return the model that the answers come from: this database's own stock.

        The one place that chooses; a provider has the methods of ``warehouse.api``.
        """
        return request.env["warehouse.api"]

    def _answer(self, document, headers=None):
        """Return the :class:`Answer` that tells `document`, a ``warehouse_api.Document``."""
        status = 200 if document.body is not None else 304
        return Answer(document.body, status=status, etag=document.etag, headers=headers or {})
