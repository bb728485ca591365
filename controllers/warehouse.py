from odoo.exceptions import MissingError
from odoo.http import request

from ..models.mirror.odoo_sync_source import LOCAL_CODE
from .api_operation import Answer, ApiController, Parameter
from .api_problem import Problem

SOURCE = Parameter(
    "source",
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$"},
    f"The code of a mirrored Odoo, or {LOCAL_CODE} for this database. If omitted, the default source is used, or this "
    "database if there is no default. Ids in the answer are those of the chosen Odoo.",
)


class WarehouseController(ApiController):
    """Base class of the warehouse controllers."""

    def _warehouse(self, source=None):
        """Return the model that provides the answers, with the methods of ``warehouse.api``.

        :param source: the value of ``SOURCE``.
        """
        try:
            return request.env["odoo.sync.source"]._get_warehouse(source)
        except MissingError as error:
            raise Problem(400, f"source: there is no source {source}.", parameter="source") from error

    def _writer(self, source):
        """Return ``warehouse.write`` for this database; a mirrored Odoo is only read.

        :param source: the value of ``SOURCE``.
        :raise Problem: 409 if the source is a mirrored Odoo
        """
        if self._warehouse(source)._name != "warehouse.api":
            detail = "source: the data of a mirrored Odoo can only be read here. For this database, add source=local."
            raise Problem(409, detail, code="read_only_source", parameter="source")
        return request.env["warehouse.write"]

    def _answer(self, document, headers=None):
        """Return the `Answer` with `document`, a ``warehouse_api.Document``."""
        status = 200 if document.body is not None else 304
        return Answer(document.body, status=status, etag=document.etag, headers=headers or {})
