"""Shared by the stand-ins of external systems: listening, control endpoints and faults.

The systems are `dev.stand_ins.shop` and `dev.stand_ins.courier`. Only Python's standard library is used.
"""
