"""Private values in the context that change how our own code works.

A client can put any JSON value into the context of a call, under any key. Our code therefore only acts on instances of
the class below, which JSON cannot create, and reads them only with `current`. All context keys are listed in
``docs/security.md``.
"""

from odoo.tools.misc import clean_context


class PrivateContext:
    """Base class of all values that our code puts into the context for the code that it calls.

    A subclass sets its `KEY` and holds the data. Odoo reuses an environment if the contexts are equal, so a mutable
    instance must only be equal to itself: not a list, a dict or a dataclass with ``eq``.
    """

    KEY = ""

    @classmethod
    def current(cls, env):
        """Return the instance in the context of an environment, or ``None``; other values are ignored."""
        value = env.context.get(cls.KEY)
        return value if isinstance(value, cls) else None

    def on(self, records):
        """Return the records with this instance in their context."""
        return records.with_context(**{self.KEY: self})

    @classmethod
    def off(cls, records):
        """Return the records without an instance in their context."""
        return records.with_context(**{cls.KEY: None})


def without_defaults(records):
    """Return the records without ``default_`` values in their context, before writing as the system.

    A client's default values are only meant for records that the client itself creates.
    """
    cleaned = clean_context(records.env.context)
    return records if cleaned == records.env.context else records.with_env(records.env(context=cleaned))
