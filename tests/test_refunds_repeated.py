from .life_common import LifeCase


class TestRefundsRepeated(LifeCase):
    """Equal refunds: one that arrives again counts once, two in one list may be two and are not guessed."""

    def test_one_refund_twice_in_a_download_is_one(self):
        twice = [self.sale(Refunds=[self.refund("R1", oil=1, Reason=reason)]) for reason in ("broken", "it broke")]
        for number, per_page in enumerate((None, 1), 7001):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page, link_header=bool(per_page))
                self.synchronize(*({**entry, "OrderID": number} for entry in twice))
                self.assertEqual((self.refund_rows(number).state, self.money()), ("done", 40.0 * (number - 7000)))

    def test_one_refund_twice_in_a_list_is_one(self):
        self.synchronize(self.sale(Refunds=[self.refund("R1", oil=1), self.refund("R1", oil=1, Reason="broken")]))
        self.assert_booked(40.0, oil=4)

    def test_two_equal_refunds_without_refund_id_in_a_list_are_not_booked_until_one_is_left(self):
        one = self.refund(None, oil=1)
        for per_page in (None, 1):
            with self.subTest(per_page=per_page):
                self.answer_with(per_page=per_page, link_header=bool(per_page))
                both = [one, {**one, "Reason": "broken"}]
                run = self.synchronize(
                    self.sale(Refunds=both),
                    self.sale(Refunds=both, Remark=f"again, {per_page}"),
                    self.sale(Refunds=[one]),
                )
                row = self.refund_rows()
                self.assertEqual((row.state, row.error_code, run.status), ("failed", "order_id_ambiguous", "error"))
        self.synchronize(self.sale(Refunds=[one]))
        self.assertEqual((row.state, row.error_code), ("done", False), row.error_message)
        self.assert_booked(40.0, oil=4)

    def test_a_second_refund_that_is_equal_to_the_booked_one_is_flagged(self):
        one = self.refund(None, oil=1)
        self.synchronize(self.sale(Refunds=[one]))
        run = self.synchronize(self.sale(Refunds=[one, one]))
        row = self.refund_rows()
        self.assertEqual((row.state, row.error_code, run.status), ("done", "order_id_ambiguous", "error"))
        self.assertIn("2 different refunds of the order 7001", row.error_message)
        self.assertIn(row.pos_order_id.name, row.error_message)
        self.assert_booked(40.0, oil=4)
