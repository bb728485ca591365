"""The fault laboratory: real Odoo servers import a shop's orders while things break, and nothing may get lost.

A round sells several hundred orders, starts a synchronization, causes one fault at a moment chosen by a seed, lets the
system recover with a normal run, and compares all books: every order exactly once, to the cent.

The addon is observed and disturbed only from outside: the shop gives bad answers, processes are killed, the database is
restarted, rows and tables are locked by another connection. No part of the addon is replaced.
"""
