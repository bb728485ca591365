"""Set up what the commands need: Odoo, Python packages, Chromium, system packages."""
