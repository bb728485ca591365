"""Servers that stand in for other systems: a shop, a courier, an Odoo of another version."""
