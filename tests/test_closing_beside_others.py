import time
from contextlib import closing, contextmanager
from threading import Thread

from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from .common import ExternalOrderCase


@tagged("post_install", "-at_install")
class TestClosingBesideOthers(TransactionCase):
    """A session that somebody else's transaction holds: whether that is an import, or anybody else."""

    def setUp(self):
        super().setUp()
        # Another transaction sees only what is committed, so it must be a session of the demo data.
        self.session = self.env["pos.session"].search([], limit=1)
        self.assertTrue(self.session)

    @contextmanager
    def held(self, lock):
        with closing(db_connect(self.env.cr.dbname).cursor()) as cr:
            cr.execute(SQL(f"SELECT id FROM pos_session WHERE id = %s {lock}", self.session.id))
            yield cr
            cr.rollback()  # pylint: disable=invalid-commit

    def test_nobody_holds_it(self):
        self.assertTrue(self.session._take_from_importers())

    def test_orders_that_refer_to_it_do_not_stand_in_the_way(self):
        with self.held("FOR KEY SHARE"):
            self.assertTrue(self.session._take_from_importers())

    def test_an_import_holds_it(self):
        with self.held("FOR SHARE"):
            self.assertFalse(self.session._take_from_importers())

    def test_somebody_who_closes_it_is_waited_for(self):
        with self.held("FOR NO KEY UPDATE") as cr:
            begin = time.monotonic()

            def release():
                time.sleep(0.3)
                cr.rollback()  # pylint: disable=invalid-commit

            thread = Thread(target=release)
            thread.start()
            self.assertTrue(self.session._take_from_importers())
            self.assertGreaterEqual(time.monotonic() - begin, 0.25)
            thread.join()


class TestClosingElsewhere(ExternalOrderCase):
    def test_a_point_of_sale_without_external_orders_is_closed_as_odoo_does(self):
        config = self.create_pos_config("A Shop", self.card)
        config.open_ui()
        session = config.current_session_id
        session.set_opening_control(0, "")

        def fail(*_args):
            raise AssertionError("the session was locked")

        self.patch(type(session), "_take_from_importers", fail)
        self.close_session(session)

    def test_one_that_takes_external_orders_is_taken_from_the_importers(self):
        self.synchronize(self.order())
        taken = []
        self.patch(type(self.env["pos.session"]), "_take_from_importers", lambda session: taken.append(session) or True)
        session = self.pos_orders().session_id
        self.close_session(session)
        self.assertEqual(taken, [session])
