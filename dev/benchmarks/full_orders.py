"""External orders with everything that an order may contain: customers in Odoo, charges and tips."""

from decimal import Decimal

from . import store

CUSTOMERS = 50
SERVICE, DELIVERY, TIP = Decimal("6.00"), Decimal("3.50"), Decimal("2.00")


def make_customers(env):
    """Create the customers of the orders; they are known by reference and e-mail address."""
    names = [f"Benchmark Customer {number}" for number in range(CUSTOMERS)]
    known = env["res.partner"].search_count([("name", "in", names)])
    if not known:
        env["res.partner"].create(
            [
                {"name": name, "ref": f"BENCH-{number}", "email": f"bench-{number}@example.com"}
                for number, name in enumerate(names)
            ]
        )
    env.cr.commit()


def order(number):
    """Return an order of `store` with a customer, a service charge, a delivery, a tip on top, a note and a date.

    Every other customer is known by the reference, the others by the e-mail address.
    """
    plain = store.order(number)
    buyer = number % CUSTOMERS
    customer = {"Ref": f"BENCH-{buyer}"} if buyer % 2 else {"Email": f"bench-{buyer}@example.com"}
    total = Decimal(str(plain["GrandTotal"])) + SERVICE + DELIVERY
    return {
        **plain,
        "Customer": {"Name": f"Benchmark Customer {buyer}", **customer},
        "ServiceCharges": float(SERVICE),
        "DeliveryCharges": float(DELIVERY),
        "TipAmount": float(TIP),
        "GrandTotal": float(total),
        "AmountPaid": str(total + TIP),
        "CheckoutDetails": [
            {"AmountPaid": float(total + TIP), "CardType": "Card", "PaymentMode": 2, "ReferenceID": f"TX-{number}"}
        ],
        "Remark": "Ring twice",
        "OrderTakerID": 17,
    }


class Orders(store.Orders):
    """Provide full orders that are new to the database."""

    make_order = staticmethod(order)
