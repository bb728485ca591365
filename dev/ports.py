"""TCP ports of the loopback interface."""

import socket


def free(preferred: int = 0) -> int:
    """Return the preferred port if nothing listens on it, otherwise any free one."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free port on 127.0.0.1")
