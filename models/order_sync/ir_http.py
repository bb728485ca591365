from odoo import models
from odoo.exceptions import AccessDenied
from odoo.http import request
from werkzeug.routing import PathConverter


class RestConverter(PathConverter):
    """The rest of a path, slashes included; preferred to the ``path`` of the routes for all that is unknown."""

    regex = "(?s:.+?)"
    part_isolating = False
    weight = PathConverter.weight - 1


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "external_order_rest": RestConverter}

    @classmethod
    def _auth_method_external_order_key(cls):
        """Accept an Odoo API key in ``Authorization: Bearer`` or, like many shop systems, in ``X-API-Key``."""
        headers = request.httprequest.headers
        key = headers.get("X-API-Key")
        if not key or headers.get("Authorization", "").lower().startswith("bearer "):
            cls._auth_method_bearer()
            return
        # The scope of all keys that are valid everywhere, as for a bearer.
        uid = request.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key)
        if not uid:
            raise AccessDenied()
        request.update_env(user=uid)
        request.session.can_save = False
        cls._auth_method_user()

    @classmethod
    def _auth_method_external_order_push(cls):
        """Accept an API key, or nobody: the operation then checks the signature of the body, which is not read yet."""
        headers = request.httprequest.headers
        if headers.get("X-API-Key") or headers.get("Authorization", "").lower().startswith("bearer "):
            cls._auth_method_external_order_key()
        else:
            cls._auth_method_none()
