"""Paths: the checkout, and the state folder with everything that was set up."""

import hashlib
import os
from pathlib import Path

ADDON_NAME = "external_order_sync"

CHECKOUT = Path(__file__).resolve().parent.parent
DEV = CHECKOUT / "dev"

STATE = Path(os.environ.get("EOS_STATE_DIR") or CHECKOUT / ".dev").resolve()
ADDONS = STATE / "addons"
ADDON = ADDONS / ADDON_NAME
APT = STATE / "apt"
CONFIG = STATE / "config"
DATA = STATE / "data"
LOCKS = STATE / "locks"
LOGS = STATE / "logs"
ODOO = STATE / "odoo"
POSTGRES = STATE / "pg"
VENV = STATE / "venv"

# Identifies this checkout where several share a place (the user's own PostgreSQL, the temporary folder).
CHECKOUT_ID = hashlib.sha256(str(STATE).encode()).hexdigest()[:8]


def digest(*parts: bytes | str) -> str:
    """Return a hash over the parts, in order."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big"))
        total.update(content)
    return total.hexdigest()
