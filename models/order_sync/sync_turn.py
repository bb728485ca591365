"""One turn of the scheduled action: several synchronizations, none of which waits for another one's feed."""

import time
from dataclasses import dataclass
from typing import Any

from ...lib.large_pages import LargePages
from ...lib.side_by_side import SideBySide, Stream
from ...tools.private_context import PrivateContext

# Number of feeds that are downloaded at the same time.
DOWNLOADS = 64
# Of their pages, this many may be larger than this many bytes at the same time, so that they all fit into memory.
LARGE_PAGES, SMALL_PAGE = 2, 2 * 1024 * 1024
# After this many seconds without anything to do, look for synchronizations that have become due meanwhile.
RECHECK_SECONDS = 5
# Seconds until a run looks again whether the workers that help it have finished.
HELPERS_SECONDS = 0.5


@dataclass
class _Entry:
    """A synchronization in the turn.

    :param is_suspect: whether the process died during its last download, so that nothing else may be downloaded with it
    :param is_called: whether it has something else to do while it waits for its feed
    :param was_called: whether it has its turn for that
    :param not_before: the time (monotonic) until which it waits for other workers
    :param download: what `SyncTurn.take_download` returns
    """

    is_suspect: bool = False
    is_started: bool = False
    is_called: bool = False
    was_called: bool = False
    not_before: float = 0.0
    stream: Stream | None = None
    download: Any = None

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its feed or for other workers."""
        if self.stream and not self.stream.is_ready:
            return True
        return time.monotonic() < self.not_before


class SyncTurn(PrivateContext):
    """In the context: the synchronizations that take turns. Each works until another one has something to do.

    Only the downloads run in threads; all else is done by the caller, one synchronization after the other.
    """

    KEY = "external_order_sync_turn"

    def __init__(self) -> None:
        self._feeds = SideBySide(DOWNLOADS)
        self.large_pages = LargePages(SMALL_PAGE, LARGE_PAGES)
        self._entries: dict[int, _Entry] = {}  # by the ID of the configuration; the next one first
        self.has_called_helpers = False

    # What the scheduled action does with it

    def __contains__(self, sync_id: int) -> bool:
        return sync_id in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def is_downloading(self) -> bool:
        return any(entry.stream for entry in self._entries.values())

    def add(self, sync_id: int, is_suspect: bool = False) -> None:
        """Let a synchronization take part, as the last one."""
        self._entries.setdefault(sync_id, _Entry(is_suspect))

    def next(self) -> int | None:
        """Return the ID of the synchronization whose turn it is, and make it the last one; None if all wait."""
        for sync_id, entry in self._entries.items():
            if self._is_runnable(entry):
                self._entries[sync_id] = self._entries.pop(sync_id)
                entry.is_started, entry.was_called, entry.is_called = True, entry.is_called, False
                return sync_id
        return None

    def wait(self) -> None:
        """Wait until one of them has something to do, at most `RECHECK_SECONDS`."""
        pauses = [entry.not_before - time.monotonic() for entry in self._entries.values() if not entry.stream]
        seconds = min([RECHECK_SECONDS, *(pause for pause in pauses if pause > 0)])
        self._feeds.wait(lambda: any(map(self._is_runnable, self._entries.values())), seconds)

    def get_waiting(self) -> list[int]:
        """Return the IDs of those that wait for their feeds."""
        return [sync_id for sync_id, entry in self._entries.items() if entry.download and entry.is_waiting]

    def call(self, sync_id: int) -> None:
        """Let a synchronization work on something else while it waits for its feed."""
        self._entries[sync_id].is_called = True

    def remove(self, sync_id: int) -> None:
        """End the part of a synchronization, and its download if one is still running."""
        entry = self._entries.pop(sync_id, None)
        if entry and entry.stream:
            entry.stream.close()

    def close(self) -> None:
        self._feeds.close()

    def _is_runnable(self, entry: _Entry) -> bool:
        if entry.is_called:
            return True
        if entry.is_waiting:
            return False
        if entry.is_started:
            return True
        if entry.is_suspect:  # alone, and after all others
            return not self.is_downloading and all(
                other.is_suspect or other.is_started for other in self._entries.values()
            )
        return self._feeds.has_room and not any(other.is_suspect and other.stream for other in self._entries.values())

    # What a run does with it

    def has_others(self, sync_id: int) -> bool:
        """Return whether another synchronization has something to do."""
        return any(other_id != sync_id and self._is_runnable(entry) for other_id, entry in self._entries.items())

    def follow(self, sync, make_pages):
        """Yield the pages of a feed, which are downloaded in a thread, and `None` whenever another one can work."""
        entry = self._entries.setdefault(sync.id, _Entry(is_started=True))
        entry.stream = self._feeds.start(make_pages, f"external_order_sync.feed{sync.id}")
        try:
            yield from entry.stream.items(lambda: self._wait_alone(sync.id, entry.stream))
        finally:
            entry.stream = None

    def _wait_alone(self, sync_id: int, stream: Stream) -> bool:
        """Wait for a feed until it goes on or another synchronization can work. Return whether it goes on."""
        return self._feeds.wait(
            lambda: stream.is_ready or self.has_others(sync_id), RECHECK_SECONDS
        ) and not self.has_others(sync_id)

    def was_called(self, sync_id: int) -> bool:
        """Return whether a synchronization that waits for its feed has its turn because of `call`."""
        entry = self._entries.get(sync_id)
        return bool(entry and entry.download and entry.was_called)

    def keep_download(self, sync_id: int, download: Any) -> None:
        """Keep the download of a run that waits for its feed, for `take_download`."""
        self._entries[sync_id].download = download

    def has_download(self, sync_id: int) -> bool:
        entry = self._entries.get(sync_id)
        return bool(entry and entry.download)

    def take_download(self, sync_id: int) -> Any:
        """Return the download that was kept, or None."""
        entry = self._entries.get(sync_id, _Entry())
        download, entry.download = entry.download, None
        return download

    def wait_for_helpers(self, sync_id: int) -> None:
        """Let a synchronization pause, because other workers still import for it."""
        self._entries[sync_id].not_before = time.monotonic() + HELPERS_SECONDS
