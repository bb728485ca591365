"""The fault laboratory: real Odoo servers import a shop's orders while things break, and nothing may get lost.

A round sells some hundred orders, starts a synchronization, lets one fault happen at a moment that a seed decides, lets
the system come to rest by a normal run, and compares all books: every order exactly once, to the cent.

The product is watched and disturbed from outside only: the shop answers badly, processes are killed, the database is
restarted, rows and tables are locked by another connection. Nothing of the product is replaced.
"""
