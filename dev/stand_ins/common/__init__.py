"""Shared by the stand-ins of external systems: listening, control endpoints and faults.

The systems are :mod:`dev.stand_ins.shop` and :mod:`dev.stand_ins.courier`. Only Python's standard library is used.
"""
