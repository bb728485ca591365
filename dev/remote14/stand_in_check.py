"""What the stand-in says of Odoo 14, compared with a real one: models, fields, answers and refusals."""

from collections.abc import Iterator
from typing import Any

from ..stand_ins.remote_odoo import sample
from ..stand_ins.remote_odoo.old_models import models
from ..stand_ins.remote_odoo.stand_in import DATABASE, PASSWORD, UID, OldOdoo
from .server import PASSWORD as REAL_PASSWORD
from .server import OldServer

VERSION = 14
KINDS = {"many2one": "m2o:{relation}", "selection": "char", "text": "char", "monetary": "float"}


def differences(server: OldServer) -> list[str]:
    """Return what differs, one line each."""
    return [*_fields(server), *_answers(server)]


def _fields(server: OldServer) -> Iterator[str]:
    """Yield the fields that are missing in the real one, or have another type."""
    for model, known in models(VERSION).items():
        real = server.call(model, "fields_get", attributes=["type", "relation"])
        for name, kind in known.items():
            if name not in real:
                yield f"{model}.{name}: there is no such field"
                continue
            real_kind = KINDS.get(real[name]["type"], real[name]["type"]).format(**real[name])
            if name == "id":
                real_kind = kind
            if real_kind != kind:
                yield f"{model}.{name}: {kind} in the stand-in, {real_kind} in Odoo {VERSION}"


def _answers(server: OldServer) -> Iterator[str]:
    """Yield the requests to which both give answers of other forms, or other errors."""
    with OldOdoo(VERSION) as stand_in:
        sample.fill(stand_in)
        old = OldServer(int(stand_in.url.rpartition(":")[2]), DATABASE)
        for title, (service, method, *arguments) in _requests().items():
            answers = []
            for which, uid, password in ((old, UID, PASSWORD), (server, server.uid, REAL_PASSWORD)):
                known = {"$database": which.database, "$uid": uid, "$password": password}
                filled = [
                    known.get(argument, argument) if isinstance(argument, str) else argument for argument in arguments
                ]
                answers.append(_form(which.post({"service": service, "method": method, "args": filled})))
            if answers[0] != answers[1]:
                yield f"{title}: {answers[0]} from the stand-in, {answers[1]} from Odoo {VERSION}"


def _requests() -> dict[str, tuple]:
    """Return requests as (service, method, *arguments), by what they try."""
    signed_in = ("object", "execute_kw", "$database", "$uid", "$password")
    fields = ["name", "write_date", "location_id", "active"]
    read = {"fields": fields, "limit": 1, "order": "id"}
    return {
        "a wrong password": ("common", "authenticate", "$database", "nobody", "wrong", {}),
        "another database": ("common", "authenticate", "no_such_database", "admin", "admin", {}),
        "a wrong password of a call": (*signed_in[:4], "wrong", "stock.location", "search_read", [[]], read),
        "search_read": (*signed_in, "stock.location", "search_read", [], {"domain": [], **read}),
        "web_search_read": (*signed_in, "stock.location", "web_search_read", [], {"domain": [], **read}),
        "an unknown model": (*signed_in, "stock.lot", "search_read", [], {"domain": [], "fields": ["name"]}),
        "an unknown field": (*signed_in, "stock.quant", "search_read", [], {"domain": [], "fields": ["lot"]}),
        "an unknown field in the domain": (
            *signed_in, "stock.quant", "search_read", [], {"domain": [["lot", "=", 1]], "fields": ["id"]},
        ),
        "an unknown argument": (
            *signed_in, "stock.quant", "web_search_read", [], {"domain": [], "fields": ["id"], "count_limit": 1},
        ),
        "an unknown method": (*signed_in, "stock.quant", "no_such_method", [], {}),
    }  # fmt: skip


def _form(answer: dict[str, Any]) -> Any:
    """Return what a client can rely on: the types of the values, or the kind of an error."""
    if "error" in answer:
        data = answer["error"]["data"]
        return {"code": answer["error"]["code"], "name": data["name"], "keys": sorted(data)}
    return _types(answer.get("result"))


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _types(each) for name, each in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_types(value[0])]
    if isinstance(value, list):
        return [_types(each) for each in value]
    return type(value).__name__
