"""How the lives of `life_model` come through a feed: as entries in the order format, repeated, shuffled and late."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from .life_model import Life
from .life_parts import CASH

MODES = {CASH: 1, "Card": 2, "Voucher": 9}
SOLD, REFUNDED = 103, 106
MOMENT = time(12, 30)


def number(amount):
    return float(amount)


def moment(life, day):
    """A time on a day of business; today's is just now."""
    if day == life.today:
        return life.now.isoformat()
    return datetime.combine(day, MOMENT, UTC).isoformat()


def payments(paid, change=0, sign=1):
    entries = []
    for method, amount in paid:
        given = amount + change if method == CASH else amount
        entries.append({"CardType": method, "PaymentMode": MODES[method], "AmountPaid": number(sign * given)})
    return entries


def item(line, quantity, sign=1):
    entry = {
        "ItemID": 0,
        "ItemName": line.good.name,
        "Price": number(line.price),
        "Quantity": number(sign * quantity),
        "DiscountAmount": number(line.discount * quantity / line.quantity),
    }
    if line.good.contains:
        entry["OrderDetailPackages"] = [
            {"ItemID": 0, "ItemName": name, "Price": 0, "Quantity": number(sign * quantity * pieces)}
            for name, pieces in line.good.contains
        ]
    return entry


def item_back(line, part, sign):
    """An item of an order with a refund status: at its price, or at a lower one, if a fee was kept."""
    entry = item(line, part.quantity, sign)
    if part.has_fee:
        entry["Price"] = number(round((part.amount - part.tax) / part.quantity, 6))
        entry["DiscountAmount"] = 0
    return entry


def refund_item(sale, part):
    entry = {"ItemID": 0, "ItemName": sale.line(part.key).good.name}
    if part.quantity:
        entry["Quantity"] = number(part.quantity)
    if part.states_amount:
        entry["Amount"] = number(part.amount)
    if part.restock is not None:
        entry["Restock"] = part.restock
    return entry


def written_refund(life, refund):
    entry = {"RefundID": refund.number, "RefundDate": moment(life, refund.day)}
    if not refund.is_rest:
        entry["Items"] = [refund_item(life.sale, part) for part in refund.parts]
    if refund.states_payments:
        entry["CheckoutDetails"] = payments(refund.paid)
    if life.states_tax and refund is not life.mistake:
        entry["Tax"] = number(refund.tax)
    return entry


def written_sale(life, status=SOLD):
    sale = life.sale
    tax = sum(line.tax for line in sale.lines)
    entry = {
        "OrderID": life.number,
        "OrderStatus": status,
        "OrderDate": moment(life, life.day),
        "AmountTotal": number(sum(line.net for line in sale.lines)),
        "GrandTotal": number(sale.total),
        "Tax": number(tax),
        "OrderItems": [item(line, line.quantity) for line in sale.lines],
        "CheckoutDetails": payments(sale.paid, sale.change),
        **{name: number(amount) for name, amount in sale.charges},
    }
    if sale.wants_invoice:
        entry["Invoice"] = True
    if life.customer:
        entry["partner_id"] = life.customer
    return entry


def by_status(life, refund):
    """The order with a refund status: everything, or what came back, with either sign."""
    sign = life.sign
    lines = [(life.sale.line(part.key), part) for part in refund.parts]
    entry = {
        "OrderID": life.number,
        "OrderStatus": REFUNDED,
        "OrderDate": moment(life, life.day),
        "RefundDate": moment(life, refund.day),
        "GrandTotal": number(sign * refund.total),
        "AmountPaid": number(sign * refund.total),
        "Tax": number(sign * refund.tax),
        "OrderItems": [item_back(line, part, sign) for line, part in lines],
        "CheckoutDetails": payments(refund.paid, sign=sign),
    }
    if refund.is_rest:
        entry |= {name: number(sign * amount) for name, amount in life.sale.charges}
        if life.writes_nothing:
            del entry["OrderItems"], entry["Tax"]
    return entry


class Sender:
    """One life as its entries of the feed.

    :ivar versions: the entries so far, the last one the newest; ``None`` in place of one that nothing was sent of
    """

    def __init__(self, number_, seed, first, now, customer):
        self.random = Random(f"sending {seed}/{number_}")
        self.life = Life(number_, seed, first, now.date())
        life = self.life
        life.now = now
        life.customer = customer if life.sale.wants_invoice or self.random.random() < 0.2 else False
        life.sign = self.random.choice((1, -1, -1))
        life.states_tax = self.random.random() < 0.4
        life.writes_nothing = self.random.random() < 0.3
        self.has_times = self.random.random() < 0.6
        self.cancelled = self.random.choice(("Cancelled", "Canceled", "cancelled"))
        self.versions = []
        self.must_send = set()
        self.sent = -1
        self.has_sent = set()
        self._write()

    def _write(self):
        life = self.life
        if life.sale.wants_invoice and not life.customer:
            life.sale = replace(life.sale, wants_invoice=False)
        last = life.refunds[-1] if life.refunds else None
        if last and last.form == "status":
            entry = by_status(life, last)
        else:
            is_cancelled = bool(last and last.form == "cancelled")
            entry = written_sale(life, self.cancelled if is_cancelled else SOLD)
            listed = [refund for refund in life.refunds if refund.form == "list"]
            listed += [life.mistake] if life.mistake else []
            if listed:
                entry["Refunds"] = [written_refund(life, refund) for refund in listed]
            if life.is_over and not is_cancelled and self.random.random() < 0.5:
                entry["OrderStatus"] = REFUNDED  # the list says what came back
        if self.has_times:
            at = life.now - timedelta(days=1) + timedelta(minutes=len(self.versions))
            entry["LastUpdated"] = at.isoformat()
        self.versions.append(entry)

    def go_on(self):
        """Let something happen to the order, and write it."""
        latest_sale = len(self.versions) - 1
        what = self.life.go_on()
        if what is None:
            return
        if what == "status":
            # Only what was imported can come back by its status, so its sale comes, if late.
            self.must_send.add(latest_sale)
        self._write()

    def take_back_mistake(self):
        """Write the order without the refund that was a mistake, unless it was corrected."""
        self.life.mistake = None
        self._write()

    def arriving(self, is_last):
        """Return the entry that comes with the next download, if one does: the newest, or an older one that is late."""
        newest = len(self.versions) - 1
        overdue = sorted(self.must_send - self.has_sent)
        place = None
        if overdue and overdue[0] > self.sent:
            place = overdue[0]  # before what needs it
            if not is_last and self.has_times and place == 0 and self.random.random() < 0.3:
                place = newest  # the refund comes first, and waits
        elif overdue:
            place = overdue[0]
        elif is_last or (newest > self.sent and self.random.random() < 0.7):
            place = newest
        elif self.sent >= 0 and self.random.random() < 0.3:
            place = self.sent
            if self.has_times and self.random.random() < 0.5:
                place = self.random.randint(0, self.sent)
        if place is None:
            return None
        self.has_sent.add(place)
        self.sent = max(self.sent, place)
        return self.versions[place]

    @property
    def is_complete(self):
        """Whether the newest version, and all that it needs, were sent."""
        return self.sent == len(self.versions) - 1 and self.must_send <= self.has_sent
