from . import controllers, models
from .models.order_import.product_template import NAME_KEYS


def uninstall_hook(env):
    """Drop the index of product names with its function, which no model of ours would take along."""
    env.cr.execute(f"DROP FUNCTION IF EXISTS {NAME_KEYS}(jsonb) CASCADE")
