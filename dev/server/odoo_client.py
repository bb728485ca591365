"""A signed-in user of an Odoo server, who uses the routes of Odoo's web client."""

import http.cookiejar
import json
import urllib.request
from typing import Any

from ..failure import Failure

TIMEOUT = 600.0  # seconds; Sync Now answers after all of several hundred orders were tried


class OdooClient:
    """A session of one user. Times are UTC texts and amounts floats, as the web client gets them."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        """Sign in. Raises Failure if the server refuses."""
        self._url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self._post("/web/session/authenticate", {"db": database, "login": login, "password": password})

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method of a model. Raises Failure with Odoo's message if the method raises."""
        parameters = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def load_action(self, name: str) -> dict[str, Any]:
        """Return the action with this XML id, as the web client loads it."""
        return self._post("/web/action/load", {"action_id": name})

    def _post(self, path: str, parameters: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self._url + path,
            json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                answer = json.load(response)
        except OSError as error:
            raise Failure(f"Odoo did not answer {path}: {error}") from error
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise Failure(f"Odoo refused {path}: {data.get('message') or answer['error']['message']}")
        # Odoo leaves it out if a method returns None.
        return answer.get("result")
