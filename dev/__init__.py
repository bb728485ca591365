"""The development environment: Odoo, PostgreSQL and the demo shop, set up in a state folder of the checkout.

Run through the Makefile or as ``python3 -m dev COMMAND`` from the checkout's root.

``commands``, ``setup``, ``postgres``, ``server``, ``demo``, the stand-ins ``shop`` and ``courier``, and the modules of
this folder itself run on the system's Python and use only its standard library, because they must run before there is
a virtual environment. ``benchmarks``, ``faults``, ``screenshots``, ``scripts`` and ``stand_ins.remote_odoo`` run, at
least in part, in the virtual environment and use its packages.

Settings, all optional, are environment variables:

``ODOO_HOME``
    An Odoo 19.0 to use: a Git checkout, an unpacked Debian package, or the folder that holds ``odoo/``.
``PGHOST``, ``PGPORT``, ``PGUSER``, ``PGPASSWORD``
    A PostgreSQL to use instead of the embedded one; its role needs CREATEDB and must not be ``postgres``.
``EOS_STATE_DIR``
    The state folder; ``.dev`` in the checkout by default.
``EOS_FSYNC``
    ``on`` makes the embedded PostgreSQL wait for the disk (default ``off``: data may be lost if the
    *machine* dies, never by killing PostgreSQL or Odoo).
"""
