"""What the stand-ins of external systems have in common: how they listen, are controlled and are made to misbehave.

The systems are :mod:`dev.stand_ins.shop` and :mod:`dev.stand_ins.courier`. Only Python's standard library is used.
"""
