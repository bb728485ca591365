"""One external order in plain Python: its feed, its content, its amounts."""
