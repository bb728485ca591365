"""A real Odoo 14 to be mirrored: Debian's unmodified package in a folder with a Debian of its own."""
