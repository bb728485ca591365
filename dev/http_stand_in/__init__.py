"""What the stand-ins of external systems have in common: how they listen, are controlled and are made to misbehave.

The systems are :mod:`dev.shop` and :mod:`dev.courier`. Nothing but Python's standard library is used.
"""
