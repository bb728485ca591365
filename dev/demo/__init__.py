"""The demo: its database, its shop and courier, and the comparison of their figures."""
