"""The rows of the stand-in, searched and read like the ORM of Odoo 14 to 18 would."""

import itertools
from datetime import datetime
from typing import Any

from .old_models import models

CLOCK_START = datetime(2026, 1, 16, 10, 30)


class Refusal(Exception):
    """An exception of the remote: its class name in the RPC, and its text."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Tables:
    """Rows by model and id. Dates are ``datetime`` with microseconds, which reading cuts off, like Odoo does."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.models = models(version)
        self.rows: dict[str, dict[int, dict[str, Any]]] = {model: {} for model in self.models}

    def put(self, model: str, id: int, **values: Any) -> dict[str, Any]:
        """Create or change a row and return it; fields without a value are empty."""
        unknown = values.keys() - self.models[model].keys()
        if unknown:
            raise ValueError(f"{model} of Odoo {self.version} has no {', '.join(sorted(unknown))}")
        empty = {"boolean": False, "float": 0.0}
        row = self.rows[model].setdefault(id, {
            **{name: empty.get(kind) for name, kind in self.models[model].items()},
            "id": id, "create_date": CLOCK_START, "write_date": CLOCK_START,
        })  # fmt: skip
        if "active" in self.models[model] and row["active"] is False and "active" not in values:
            row["active"] = True
        row.update(values)
        return row

    def delete(self, model: str, id: int) -> None:
        """Delete a row."""
        del self.rows[model][id]

    def table(self, model: str) -> dict[int, dict[str, Any]]:
        """Return a model's rows. Raises Refusal if there is no such model."""
        if model not in self.rows:
            raise Refusal("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        return self.rows[model]

    def search(
        self, model: str, domain: list, limit: int | None, order: str, active_test: bool
    ) -> list[dict[str, Any]]:
        """Return rows of a model; `order` lists fields, each optionally followed by "desc"."""
        rows = [row for row in self.table(model).values() if self._matches(model, row, domain)]
        if active_test and "active" in self.models[model]:
            rows = [row for row in rows if row["active"]]
        for part in reversed(order.split(",")):
            name, _space, direction = part.strip().partition(" ")
            self._check_fields(model, [name])
            rows.sort(key=lambda row, name=name: row[name], reverse=direction == "desc")
        return rows[: limit or None]

    def read(self, model: str, rows: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
        """Return rows in the form of ``read``: a many2one as [id, display name]."""
        self._check_fields(model, names)
        return [{"id": row["id"], **{name: self._value(model, row, name) for name in names}} for row in rows]

    def web_read(self, model: str, rows: list[dict[str, Any]], specification: dict[str, Any]) -> list[dict[str, Any]]:
        """Return rows in the form of ``web_read`` since 17: a many2one as id, or with the requested fields."""
        found = self.read(model, rows, list(specification))
        for record, (name, wanted) in itertools.product(found, specification.items()):
            if self.models[model][name].startswith("m2o:") and record[name]:
                id, display_name = record[name]
                record[name] = {"id": id, "display_name": display_name} if wanted else id
        return found

    def _value(self, model: str, row: dict[str, Any], name: str) -> Any:
        value, kind = row[name], self.models[model][name]
        if kind.startswith("m2o:") and value:
            target = self.rows[kind[4:]].get(value, {})
            return [value, target.get("name") or f"{kind[4:]},{value}"]
        if value is None:
            return False
        return f"{value:%Y-%m-%d %H:%M:%S}" if kind == "datetime" else value

    def _check_fields(self, model: str, names: list[str]) -> None:
        for name in names:
            if name not in self.models[model]:
                raise Refusal("builtins.ValueError", f"Invalid field {name!r} on model {model!r}")

    def _matches(self, model: str, row: dict[str, Any], domain: list) -> bool:
        stack: list[bool] = []
        for term in reversed(domain):
            if term in ("|", "&"):
                one, other = stack.pop(), stack.pop()
                stack.append(one or other if term == "|" else one and other)
            else:
                stack.append(self._compare(model, row, *term))
        return all(stack)

    def _compare(self, model: str, row: dict[str, Any], path: str, operator: str, value: Any) -> bool:
        name, _dot, rest = path.partition(".")
        self._check_fields(model, [name])
        kind = self.models[model][name]
        if rest:
            target = self.rows[kind[4:]].get(row[name])
            return target is not None and self._compare(kind[4:], target, rest, operator, value)
        mine = row[name]
        if kind == "datetime" and isinstance(value, str):
            value = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
        if operator == "in":
            return mine in value
        return mine is not None and {">=": mine >= value, ">": mine > value, "=": mine == value}[operator]
