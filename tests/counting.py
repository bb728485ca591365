import re

from lxml import etree
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

# Shown on a link, and no number of what it opens.
NO_NUMBERS = {"next_sync_date", "yesterday_state"}
COUNTED = ("imported", "attention", "pending", "refund", "session", "picking", "doubtful", "changed", "waiting",
           "card_pending", "card_failed")  # fmt: skip
# The numbers of a synchronization that are counted up to a bound, and the texts that screens show instead.
SHOWN_INSTEAD = {f"{name}_count": f"{name}_text" for name in COUNTED}


class Counting:
    """Compares the numbers on the buttons and links of a record's views with what they open."""

    def links(self, record, kind):
        """Yield the name of the method and the fields in it, of each button and link of a record's view."""
        views = {"form": False, "kanban": False}
        arch = etree.fromstring(record.get_view(views[kind], kind)["arch"])
        for node in arch.iter("button", "a"):
            if node.get("type") == "object":
                names = [field.get("name") for field in node.iter("field")]
                yield node, [name for name in names if name not in NO_NUMBERS]

    def opened(self, action):
        """Return the records that an action opens, with the filters that its context switches on."""
        model = self.env[action["res_model"]]
        context = action.get("context") or {}
        context = safe_eval(context) if isinstance(context, str) else context
        arch = etree.fromstring(model.get_view(False, "search")["arch"])
        domain, alternatives = Domain(action["domain"]), []
        for node in arch:
            if node.tag == "separator":
                domain &= Domain.OR(alternatives) if alternatives else Domain.TRUE
                alternatives = []
            elif node.tag == "filter" and context.get(f"search_default_{node.get('name')}"):
                alternatives.append(Domain(safe_eval(node.get("domain"))))
        domain &= Domain.OR(alternatives) if alternatives else Domain.TRUE
        return model.with_context(**context).search(domain)

    def count(self, action):
        """Return the number of orders, days … that an action opens."""
        records = self.opened(action)
        return sum(records.mapped("order_count")) if records._name == "external.order.problem" else len(records)

    def number(self, record, name):
        """Return what a field on a button shows, as a number."""
        value = record[name]
        return int(re.sub(r"\D", "", value)) if isinstance(value, str) else value

    def assert_counted(self, record, kind):
        """Check every number on the buttons and links of a view, and return them by name of the field."""
        found = {}
        for node, names in self.links(record, kind):
            for name in names:
                context = safe_eval(node.get("context") or "{}")
                action = getattr(record.with_context(**context), node.get("name"))()
                number = self.number(record, name)
                with self.subTest(record=record.display_name, button=node.get("name"), field=name):
                    if record._fields[name].type == "monetary":
                        self.assertAlmostEqual(sum(self.opened(action).mapped("total")), number)
                    else:
                        self.assertEqual(self.count(action), number)
                found[name] = number
        return found
