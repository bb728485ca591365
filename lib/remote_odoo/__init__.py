"""The client that reads a remote Odoo of any supported version, in plain Python."""
