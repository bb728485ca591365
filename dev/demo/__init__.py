"""The demo: its database, its shop and courier, and what is compared."""
