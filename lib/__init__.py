"""Plain Python: nothing here imports Odoo."""
