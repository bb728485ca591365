"""What a remote Odoo of any version answers, in plain Python."""
