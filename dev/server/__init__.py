"""Install, start and call Odoo for the commands, and read its log."""
