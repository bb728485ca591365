from odoo.models import BaseModel


def is_overridden(records, method_name):
    """Return whether another module overrides this method. If so, the batch shortcut must not bypass it.

    :param records: a recordset of the model
    :param str method_name: a method that this addon defines
    """
    for cls in type(records).__mro__:
        if method_name in vars(cls):
            return not cls.__module__.startswith("odoo.addons.external_order_sync.models.")
    return False


def is_extended_beyond(records, method_name, addons):
    """Return whether an addon other than ``addons`` and this one overrides a method, so that it must be called.

    :param records: a recordset of the model
    :param str method_name: a method of Odoo
    :param addons: names of the addons whose overrides are known
    """
    known = {f"odoo.addons.{addon}" for addon in (*addons, "external_order_sync")}
    return any(
        cls is not BaseModel and method_name in vars(cls) and ".".join(cls.__module__.split(".")[:3]) not in known
        for cls in type(records).__mro__
    )
