import threading
from types import SimpleNamespace

from odoo.tests import BaseCase, tagged

from ..models.order_sync import sync_turn
from ..models.order_sync.sync_turn import SyncTurn

PATIENCE = 10  # seconds


@tagged("post_install", "-at_install")
class TestSyncTurn(BaseCase):
    """Whose turn it is: each synchronization works until another one has something to do."""

    def setUp(self):
        super().setUp()
        self.turn = SyncTurn()
        self.addCleanup(self.turn.close)

    def download(self, sync_id, *pages):
        """Begin a download of these pages; return the iterator that a run has."""
        return self.turn.follow(SimpleNamespace(id=sync_id), lambda: iter(pages))

    def hang(self, sync_id):
        """Begin a download that hangs until the test ends."""
        released = threading.Event()
        self.addCleanup(released.set)
        pages = self.turn.follow(SimpleNamespace(id=sync_id), lambda: iter([released.wait(PATIENCE)]))
        self.assertIsNone(next(pages))
        return pages

    def test_they_take_turns(self):
        for sync_id in (1, 2, 3):
            self.turn.add(sync_id)
        self.assertEqual([self.turn.next() for _step in range(6)], [1, 2, 3, 1, 2, 3])
        self.turn.remove(2)
        self.assertEqual([self.turn.next() for _step in range(3)], [1, 3, 1])

    def test_one_that_waits_for_its_feed_is_passed_over(self):
        self.turn.add(1)
        self.turn.add(2)
        self.assertEqual(self.turn.next(), 1)
        hanging = self.hang(1)
        self.assertEqual([self.turn.next(), self.turn.next()], [2, 2])
        self.assertFalse(self.turn.has_others(2))
        self.assertTrue(self.turn.has_others(1))
        self.assertTrue(hanging)

    def test_one_alone_waits_for_its_feed(self):
        self.turn.add(1)
        self.turn.next()
        self.assertEqual(list(self.download(1, "page 1", "page 2")), ["page 1", "page 2"])
        self.assertFalse(self.turn.is_downloading)

    def test_a_download_that_the_process_died_in_is_repeated_alone_and_last(self):
        self.turn.add(1, is_suspect=True)
        self.turn.add(2, is_suspect=True)
        self.turn.add(3)
        self.turn.add(4)
        self.assertEqual([self.turn.next(), self.turn.next()], [3, 4])
        pages = self.hang(4)
        self.turn.remove(3)
        self.assertIsNone(self.turn.next(), "another one is downloading")
        self.turn.remove(4)
        self.assertEqual(self.turn.next(), 1)
        suspect = self.hang(1)
        self.turn.add(5)
        self.assertIsNone(self.turn.next(), "nothing else is downloaded with it")
        self.turn.remove(1)
        self.assertEqual([self.turn.next(), self.turn.next()], [5, 2])
        self.assertTrue(pages and suspect)

    def test_a_number_of_feeds_is_downloaded_at_once(self):
        hanging = []
        for sync_id in range(sync_turn.DOWNLOADS + 1):
            self.turn.add(sync_id)
        for sync_id in range(sync_turn.DOWNLOADS):
            self.assertEqual(self.turn.next(), sync_id)
            hanging.append(self.hang(sync_id))
        self.assertIsNone(self.turn.next())
        self.turn.remove(0)
        self.assertIsNone(self.turn.next(), "its thread still waits for the network")

    def test_one_that_waits_for_other_workers_lets_the_others_work(self):
        self.turn.add(1)
        self.turn.add(2)
        self.turn.wait_for_helpers(1)
        self.assertEqual([self.turn.next(), self.turn.next()], [2, 2])
        self.turn.remove(2)
        self.assertIsNone(self.turn.next())
        self.turn.wait()
        self.assertEqual(self.turn.next(), 1)
