"""The PostgreSQL that the commands use, and its databases."""
