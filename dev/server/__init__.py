"""Odoo as the commands run it: installed, started, called, its log read."""
