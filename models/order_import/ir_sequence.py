import time
from collections import defaultdict, deque

from odoo import models, modules
from odoo.tools import SQL
from psycopg2 import errors

from ...tools.private_context import PrivateContext

# Number of attempts, and the pause between them, to get a sequence row that a register holds during a sale.
ATTEMPTS = 40
PAUSE = 0.025


class NumberRanges(PrivateContext):
    """Ranges of sequence numbers that are reserved in advance and used one by one.

    Within a context that contains this object, these sequences get their next number from here. When a range is used
    up, another one is reserved.
    """

    KEY = "external_order_numbers"

    def __init__(self):
        self._numbers = defaultdict(deque)
        self._taken = []

    def reserve(self, sequence, count):
        """Make sure that ``count`` numbers of ``sequence`` are reserved, counting those left over."""
        missing = count - len(self._numbers[sequence.id])
        if missing > 0:
            self._numbers[sequence.id].extend(sequence.sudo()._reserve_numbers(missing))

    def take(self, sequence):
        """Return the next number, or ``None`` if no range of this sequence is reserved."""
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
        """Take back the numbers used since ``mark``, because their records were rolled back."""
        while len(self._taken) > mark:
            sequence_id, number = self._taken.pop()
            self._numbers[sequence_id].appendleft(number)


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next_do(self):
        ranges = NumberRanges.current(self.env)
        number = ranges.take(self) if ranges else None
        return super()._next_do() if number is None else self.get_next_char(number)

    def _get_prefix_suffix(self, date=None, date_range=None):
        texts = self.prefix or "", self.suffix or ""
        # For each number, Odoo writes the date in all ways that a prefix can contain.
        if NumberRanges.current(self.env) and not any("%" in text for text in texts):
            return texts
        return super()._get_prefix_suffix(date, date_range)

    def _reserve_numbers(self, count):
        """Reserve and return a range of numbers.

        Using a sequence without gaps locks its row until the end of the transaction, so only one importer or register
        could work at a time. The range is therefore reserved in a separate, short transaction. Numbers that stay
        unused, for example after a crash, leave a gap; no number is used twice.

        :rtype: list[int]
        :raise psycopg2.errors.LockNotAvailable: if another transaction keeps the sequence locked
        """
        self.ensure_one()
        if self.implementation == "standard":
            query = SQL("SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{self.id:03d}", count)
            return [number for (number,) in self.env.execute_query(query)]
        self.flush_recordset(["number_next"])
        # A test's transaction is rolled back at the end, and nothing may remain.
        first = None if modules.module.current_test else self._advance_apart(count)
        if first is None:
            # Another transaction cannot take it: the sequence is new, or this transaction has already used it.
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
        """Advance the sequence by ``count`` numbers and return the first one, or ``None`` if the row does not exist."""
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
