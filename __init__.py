from odoo.tools import SQL

from . import controllers, models
from .models.order_import.product_template import NAME_KEYS


def uninstall_hook(env):
    """Drop the index of product names with its function, which no model of ours would take along."""
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s(jsonb) CASCADE", SQL.identifier(NAME_KEYS)))
