"""The client of OPAL Kurier's site, in plain Python."""
