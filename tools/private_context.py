"""Values that travel in the context and switch on a private way of working.

A client may put whatever JSON can say into the context of a call, under any key. So what the code acts upon is always
an instance of a class below: JSON cannot make one, and only `current` takes one out of the context. The table of all
context keys is in ``docs/security.md``.
"""

from odoo.tools.misc import clean_context


class PrivateContext:
    """Base of all values that our own code puts into a context for the code that it calls.

    A subclass names its `KEY` and holds what there is to know. Two environments are one if their contexts are equal, so
    an instance that changes must be equal to itself alone: not a list or a dict, and no dataclass with ``eq``.
    """

    KEY = ""

    @classmethod
    def current(cls, env):
        """Return the instance in the context of an environment, ``None`` without one; anything else does not count."""
        value = env.context.get(cls.KEY)
        return value if isinstance(value, cls) else None

    def on(self, records):
        """Return the records with this in their context."""
        return records.with_context(**{self.KEY: self})

    @classmethod
    def off(cls, records):
        """Return the records without it."""
        return records.with_context(**{cls.KEY: None})


def without_defaults(records):
    """Return records whose context holds no ``default_`` value for what is about to be written as the system.

    Default values of a client are for what the client itself creates.
    """
    cleaned = clean_context(records.env.context)
    return records if cleaned == records.env.context else records.with_env(records.env(context=cleaned))
