import gzip

from .push_common import BULK, ORDERS, PushCase

PATH = f"{ORDERS}?sync=main-store"
LIMIT = 5 * 1024 * 1024
TRIGGER = "/api/odoo/sync/trigger"
SMALL_LIMIT = 64 * 1024


class TestApiBodies(PushCase):
    """The ways in which HTTP carries a body: with its length, in chunks, and encoded."""

    def send_chunked(self, chunks, path=PATH):
        return self.send(iter(chunks), path)

    @staticmethod
    def chunks_of(size):
        """Return the chunks of an empty list of this size."""
        blanks = size - 2
        return [b"[", *[b" " * 65536] * (blanks // 65536), b" " * (blanks % 65536) or b" ", b"]"]

    def test_the_limit_is_the_same_in_chunks(self):
        for path, limit in ((PATH, LIMIT), (TRIGGER, SMALL_LIMIT)):
            with self.subTest(path=path):
                self.assertLess(self.send_chunked(self.chunks_of(limit), path).status_code, 400)
                for size in (limit + 1, 2 * limit):
                    self.assertProblem(self.send_chunked(self.chunks_of(size), path), 413)
        self.assertEqual(self.send_chunked(self.chunks_of(LIMIT + 1), BULK).json()["error"], "The body is too large.")

    def test_nothing_is_taken_of_a_body_that_is_too_long(self):
        response = self.send_chunked([self.json_of([self.order(1)]), *[b" " * 65536] * (LIMIT // 65536), b"more"])
        self.assertProblem(response, 413)
        self.assertFalse(self.sync.order_ids)

    def test_an_encoded_body_is_refused_by_the_name_of_its_encoding(self):
        body = gzip.compress(self.json_of([self.order(1)]))
        problem = self.assertProblem(self.send(body, Content_Encoding="gzip"), 415)
        self.assertIn("Content-Encoding", problem["detail"])
        response = self.send(body, BULK, Content_Encoding="gzip")
        self.assertEqual(response.status_code, 400)
        self.assertIn("Content-Encoding", response.json()["error"])
        self.assertEqual(self.send([self.order(1)], Content_Encoding="identity").status_code, 202)
