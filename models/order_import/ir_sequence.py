import time
from collections import defaultdict, deque

from odoo import models, modules
from odoo.tools import SQL
from psycopg2 import errors

from ...tools.private_context import PrivateContext

# How often, and for how long in between, a row is asked for that a register holds for the moment of its own sale.
ATTEMPTS = 40
PAUSE = 0.025


class NumberRanges(PrivateContext):
    """Numbers of sequences that were taken by the range, to be handed out one by one.

    It travels in the context: whoever asks one of these sequences for its next number within that context gets it from
    here. A sequence whose range is used up gets another one.
    """

    KEY = "external_order_numbers"

    def __init__(self):
        self._numbers = defaultdict(deque)
        self._taken = []

    def reserve(self, sequence, count):
        """Have ``count`` numbers of ``sequence`` ready; those that are left over count too."""
        missing = count - len(self._numbers[sequence.id])
        if missing > 0:
            self._numbers[sequence.id].extend(sequence.sudo()._reserve_numbers(missing))

    def take(self, sequence):
        """Return the next number, ``None`` if no range was taken of this sequence."""
        if sequence.id not in self._numbers:
            return None
        self.reserve(sequence, 1)
        number = self._numbers[sequence.id].popleft()
        self._taken.append((sequence.id, number))
        return number

    def mark(self):
        """Return a point in time for `give_back`."""
        return len(self._taken)

    def give_back(self, mark):
        """The records that took numbers since ``mark`` were rolled back: others can have the numbers."""
        while len(self._taken) > mark:
            sequence_id, number = self._taken.pop()
            self._numbers[sequence_id].appendleft(number)


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next_do(self):
        ranges = NumberRanges.current(self.env)
        number = ranges.take(self) if ranges else None
        return super()._next_do() if number is None else self.get_next_char(number)

    def _reserve_numbers(self, count):
        """Take a range of numbers.

        A sequence without gaps is a row that is locked until the end of the transaction, which would let one importer
        or register work at a time. So the range is taken in a transaction of its own that is over at once. What is not
        used in the end, as after a crash, stays a gap; no number is ever given twice.

        :rtype: list[int]
        :raise psycopg2.errors.LockNotAvailable: if another transaction keeps the sequence to itself
        """
        self.ensure_one()
        if self.implementation == "standard":
            query = SQL("SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{self.id:03d}", count)
            return [number for (number,) in self.env.execute_query(query)]
        self.flush_recordset(["number_next"])
        # A test's transaction is rolled back in the end, and nothing of it may stay.
        first = None if modules.module.current_test else self._advance_apart(count)
        if first is None:
            # Not to be had from outside: the sequence is new, or this transaction has used it already.
            first = self._advance(self.env.cr, count)
        self.invalidate_recordset(["number_next"])
        return [first + position * self.number_increment for position in range(count)]

    def _advance_apart(self, count):
        for _attempt in range(ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    return self._advance(cr, count)
            except (errors.LockNotAvailable, errors.SerializationFailure):
                time.sleep(PAUSE)
        return None

    def _advance(self, cr, count):
        """Move the sequence on by ``count`` numbers and return the first of them, ``None`` if the row is not there."""
        cr.execute(
            SQL(
                """
                UPDATE ir_sequence SET number_next = number_next + %(count)s * number_increment
                WHERE id = (SELECT id FROM ir_sequence WHERE id = %(id)s FOR UPDATE NOWAIT)
                RETURNING number_next - %(count)s * number_increment
                """,
                count=count,
                id=self.id,
            ),
            log_exceptions=False,
        )
        row = cr.fetchone()
        return row and row[0]
