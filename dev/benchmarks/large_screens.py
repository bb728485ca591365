"""What Odoo's web client asks to open a screen, for ``dev.benchmarks.large``."""

import ast
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

from dev.server.odoo_client import OdooClient

from . import large_customers

# Rows of a page, and the number up to which the web client lets Odoo count, unless the view says otherwise.
PAGES, COUNTED = {"list": 80, "kanban": 40}, 10_000
PREFIX = "external_order_sync."
# Screen: action, and further conditions. It opens with the action's first view, and the filters of its context.
LISTS = {
    "inbox": (f"{PREFIX}action_external_order", []),
    "inbox, failed": (f"{PREFIX}action_external_order", [["state", "=", "failed"]]),
    "inbox, warnings not seen": (f"{PREFIX}action_external_order", [["doubt", "!=", False]]),
    "inbox, with warnings": (f"{PREFIX}action_external_order", [["warnings", "!=", False]]),
    "inbox, changed": (f"{PREFIX}action_external_order", [["changed", "=", True]]),
    "inbox, refunds": (f"{PREFIX}action_external_order", [["kind", "=", "refund"]]),
    "reasons": (f"{PREFIX}action_external_order_problem", []),
    "synchronizations": (f"{PREFIX}action_external_order_sync", []),
    "runs": (f"{PREFIX}action_external_order_sync_run", []),
    "shipments": (f"{PREFIX}action_external_shipment", []),
    "mirrored quants": (f"{PREFIX}action_odoo_mirror_quant", []),
    "mirrored transfers": (f"{PREFIX}action_odoo_mirror_picking", []),
    "mirrored move lines": (f"{PREFIX}action_odoo_mirror_move_line", []),
    "mirrored products": (f"{PREFIX}action_odoo_mirror_product", []),
    "mirrored lots": (f"{PREFIX}action_odoo_mirror_lot", []),
    "mirrored packages": (f"{PREFIX}action_odoo_mirror_package", []),
    "mirrored locations": (f"{PREFIX}action_odoo_mirror_location", []),
    "reconciliation": (f"{PREFIX}action_external_proof", []),
    "reconciliation, differs": (f"{PREFIX}action_external_proof", [["state", "in", ["red", "error"]]]),
    "differences": (f"{PREFIX}action_external_proof_line", []),
}
# What only an administrator opens.
OF_ADMINISTRATORS = {
    "events": (f"{PREFIX}action_external_event", []),
    "events, orders": (f"{PREFIX}action_external_event", [["type", "like", "order."]]),
    "event subscriptions": (f"{PREFIX}action_external_event_subscription", []),
    "events not received": (f"{PREFIX}action_external_event_delivery", []),
}


def calls(url, database, password, made):
    """Return the calls that open the screens, by their names."""
    client = OdooClient(url, database, "large_manager", password)
    screens = Screens(client)
    of_administrator = Screens(OdooClient(url, database, "large_administrator", password))
    inbox, sync = "external.order", "external.order.sync"
    of_day = {
        "groupby": ["received_date:day"],
        "aggregates": ["__count", *amounts("total", "currency_id")],
        "limit": PAGES["list"],
    }
    found = {name: screens.list(*options) for name, options in LISTS.items()}
    found |= {name: of_administrator.list(*options) for name, options in OF_ADMINISTRATORS.items()}
    for button in ("action_open_pickings", "action_open_sessions", "action_open_failed"):
        found[f"button {button.rpartition('_')[2]}"] = screens.button(sync, made["sync_id"], button)
        found[f"button {button.rpartition('_')[2]}, few orders"] = screens.button(sync, made["few_id"], button)
    found |= {
        "synchronization with few orders": screens.form(sync, made["few_id"]),
        "synchronization with some orders": screens.form(sync, made["some_id"]),
        "synchronization": screens.form(sync, made["sync_id"]),
        "order done": screens.form(inbox, made["done_id"]),
        "order failed": screens.form(inbox, made["failed_id"]),
        "reconciliation of a day": screens.form("external.proof", made["proof_id"]),
        "event subscription": of_administrator.form("external.event.subscription", made["subscription_id"]),
        "inbox, search panel": screens.panel(inbox),
        "synchronizations, list": screens.list(f"{PREFIX}action_external_order_sync", [], kind="list"),
        "reasons, list": screens.list(f"{PREFIX}action_external_order_problem", [], kind="list"),
        "inbox by day": lambda: client.call(inbox, "web_read_group", domain=[], **of_day),
        "inbox graph": lambda: client.call(
            inbox, "formatted_read_group", screens.graph_domain, ["received_date:day", "state"], ["__count"]
        ),
        "inbox pivot": screens.pivot(f"{PREFIX}action_external_order_analysis", screens.graph_domain),
        "reconciliation pivot": screens.pivot(f"{PREFIX}action_external_proof", []),
    }
    for order in ("received_date desc", "sold_date desc", "total desc", "external_id desc"):
        found[f"inbox, sorted by {order}"] = screens.list(f"{PREFIX}action_external_order", [], order=order)
    return {f"screen {name}": call for name, call in found.items()} | searches(screens, inbox, made)


def searches(screens, inbox, made):
    """Return the calls for what users type into the search of the inbox, with its panel."""
    action = f"{PREFIX}action_external_order"
    found = {}
    for name, domain in {
        "an order ID": [["order_number", "ilike", made["order_id"]]],
        "a part of an order ID": [["order_number", "ilike", made["order_id"][1:]]],
        "a customer": [["sold_to_id", "ilike", f"{large_customers.CUSTOMER} 0000007"]],
        "a missing product": [["error_code", "!=", False], ["missing_item_name", "ilike", "Item 7"]],
        **{f"orders paid by {method}": [["payment_method_ids", "ilike", method]] for method in large_customers.METHODS},
    }.items():
        found[f"search for {name}"] = screens.list(action, domain)
        found[f"search for {name}, panel"] = screens.panel(inbox, domain)
    return found


class Screens:
    """The calls of the web client of one user."""

    def __init__(self, client):
        self._client = client
        # The chart opens with the current month.
        month = datetime.now(UTC).strftime("%Y-%m-01")
        self.graph_domain = [["received_date", ">=", month]]

    def list(self, action, domain, order=None, kind=None):
        """Return the call for the first page of an action, in its first view or in the one of this kind."""
        action = self._action(action) if isinstance(action, str) else action
        view_id, kind = next((view_id, name) for view_id, name in action["views"] if name == (kind or name))
        model = action["res_model"]
        arch, fields = self._view(model, view_id, kind)
        domain = [*self._domain(action), *self._default_filters(action), *domain]
        options = {
            "specification": specification(arch, fields),
            "limit": PAGES[kind],
            "count_limit": int(arch.get("count_limit") or COUNTED) + 1,
            "order": order or arch.get("default_order") or "",
        }
        return lambda: self._client.call(model, "web_search_read", domain, **options)

    def form(self, model, record_id):
        """Return the call that opens a record in its form."""
        arch, fields = self._view(model, False, "form")
        wanted = specification(arch, fields)
        return lambda: self._client.call(model, "web_read", [record_id], specification=wanted)

    def button(self, model, record_id, method):
        """Return the call for the list that a button of a record opens, with the button's own call."""
        opened = self.list(self._client.call(model, method, [record_id]), [])
        return lambda: (self._client.call(model, method, [record_id]), opened())

    def pivot(self, action, domain):
        """Return the call for the pivot of an action."""
        action = self._action(action)
        view_id = next(view_id for view_id, name in action["views"] if name == "pivot")
        model = action["res_model"]
        arch, (_model, fields) = self._view(model, view_id, "pivot")
        grouped, measures = {"row": [], "col": []}, []
        for node in arch.findall("field"):
            name, field = node.get("name"), fields[model][node.get("name")]
            if node.get("type") != "measure":
                grouped[node.get("type")].append(":".join(filter(None, (name, node.get("interval")))))
                continue
            currency = field.get("currency_field")
            measures += amounts(name, currency) if currency else [f"{name}:{field['aggregator']}"]
        # Totals of all groups above the last ones, too.
        sets = [
            grouped["row"][:rows] + grouped["col"][:columns]
            for rows in range(len(grouped["row"]) + 1)
            for columns in range(len(grouped["col"]) + 1)
        ]
        options = {"domain": domain, "grouping_sets": sets, "aggregates": measures}
        return lambda: self._client.call(model, "formatted_read_grouping_sets", **options)

    def panel(self, model, domain=()):
        """Return the calls for the search panel of a model's list with this search."""
        view = self._client.call(model, "get_views", [[False, "search"]])["views"]["search"]
        parts = ElementTree.fromstring(view["arch"]).findall(".//searchpanel/field")

        def ask():
            for part in parts:
                is_multi = part.get("select") == "multi"
                method = "search_panel_select_multi_range" if is_multi else "search_panel_select_range"
                options = {
                    "search_domain": list(domain),
                    "category_domain": [],
                    "enable_counters": part.get("enable_counters") == "1",
                    "expand": part.get("expand") == "1",
                    "limit": 200,
                    **({"filter_domain": [], "group_by": False, "group_domain": [], "comodel_domain": []}
                       if is_multi else {"filter_domain": [], "hierarchize": True}),
                }  # fmt: skip
                self._client.call(model, method, part.get("name"), **options)

        return ask

    def _action(self, name):
        return self._client.load_action(name)

    def _domain(self, action):
        domain = action.get("domain") or []
        return [] if isinstance(domain, str) else domain

    def _default_filters(self, action):
        """Return the domain of the filters that the action's context switches on."""
        context = action.get("context") or {}
        names = ast.literal_eval(context) if isinstance(context, str) else context
        wanted = [name.removeprefix("search_default_") for name, value in names.items() if value]
        view = self._client.call(action["res_model"], "get_views", [[False, "search"]])["views"]["search"]
        domains = {node.get("name"): node.get("domain") for node in ElementTree.fromstring(view["arch"]).iter("filter")}
        return [part for name in wanted if domains.get(name) for part in ast.literal_eval(domains[name])]

    def _view(self, model, view_id, kind):
        """Return the arch of a view, and the fields of the models by their names."""
        answer = self._client.call(model, "get_views", [[view_id, kind]])
        fields = {name: description["fields"] for name, description in answer["models"].items()}
        return ElementTree.fromstring(answer["views"][kind]["arch"]), (model, fields)


def amounts(name, currency):
    """Return what the web client asks for to add up amounts, which may be in several currencies."""
    return [f"{name}:sum", f"{currency}:array_agg_distinct", f"{name}:sum_currency"]


def specification(arch, fields):
    """Return the specification of the fields of a view, as the web client makes it."""
    model, of_models = fields
    result = {}
    for node in fields_of(arch):
        name = node.get("name")
        field = of_models[model].get(name)
        if not field:
            continue
        if field["type"] in ("one2many", "many2many"):
            views = [child for child in node if child.tag in ("list", "kanban", "form")]
            inner = specification(views[0], (field["relation"], of_models)) if views else {"display_name": {}}
            result[name] = {"fields": inner, "limit": 40}
        elif field["type"] == "many2one":
            result[name] = {"fields": {"display_name": {}}}
        else:
            result[name] = {}
    return result


def fields_of(arch):
    """Yield the fields of a view, without those of the views inside it."""
    for child in arch:
        if child.tag == "field":
            yield child
        else:
            yield from fields_of(child)
