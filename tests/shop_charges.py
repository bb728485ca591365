"""The charges of the shop of `shop_model`: how it makes and states them, and how they may be taxed.

Plain Python that shares no code with the import.
"""

from fractions import Fraction

# The fields of charges: the type, and the taxes of the product that is chosen for it.
CHARGES = {
    "ServiceCharges": ("service", (15,)),
    "DeliveryCharges": ("delivery", ()),
    "TipAmount": ("tip", ()),
}
# The types of entries of Charges. Types with their own field are not stated twice.
TYPED = {"packaging": (19,), "deposit": (), "rounding": (), "other": ("7.7",)}


def read(value):
    """Return the number that a feed wrote."""
    return Fraction(str(value).replace(",", ""))


def make_charges(choose, net, unit):
    """Return the charges of a sale of ``net``, mostly none: fees, tips and money off.

    :return: a list of dicts: ``field``, ``type``, ``amount``, ``percents`` (its taxes) and ``stated`` (its TaxPercent)
    """
    charges, same_rule = [], {}
    if net <= 400 * unit or choose.random() < 0.5:
        return charges
    most = min(5000, int(net / unit / 4))
    for field in choose.sample((*CHARGES, "Charges", "Charges"), choose.randint(1, 3)):
        kind, percents = CHARGES.get(field) or choose.choice(tuple(TYPED.items()))
        amount = choose.randint(100, max(100, most)) * unit
        stated = None
        if kind == "rounding":
            amount = choose.randint(1, 10) * unit
        elif field == "Charges" and choose.random() < 0.6:
            stated = choose.choice((0, 15, 19, "7.7"))
            percents = (stated,) if stated else ()
        elif kind != "tip" and choose.random() < 0.3:
            percents = ()
        if kind != "tip" and choose.random() < 0.3:
            amount = -amount
        # A shop taxes its charges of one kind by one rule.
        percents = same_rule.setdefault((kind, stated), percents)
        charges.append({"field": field, "type": kind, "amount": amount, "percents": percents, "stated": stated})
    return charges


def state_charges(raw, charges, sign, number):
    """Write ``charges`` into an order; ``number`` writes an amount."""
    for charge in charges:
        amount = number(sign * charge["amount"])
        if charge["field"] != "Charges":
            raw[charge["field"]] = amount
            continue
        entry = {"Type": charge["type"], "Name": f"Our {charge['type']}", "Amount": amount}
        if charge["stated"] is not None:
            entry["TaxPercent"] = charge["stated"]
        raw.setdefault("Charges", []).append(entry)


def places_of_charges(raw):
    """Return the places of the amounts of an order's charges: pairs of object and name."""
    places = [(raw, name) for name in CHARGES if name in raw]
    return places + [
        (entry, name) for entry in raw.get("Charges", ()) for name in ("Amount", "TaxPercent") if name in entry
    ]


def charges_of(raw):
    """Return each charge of an order: the type, the amount, and the percentages at which it may be taxed."""
    charges = [(*CHARGES[name], raw[name], None) for name in CHARGES if name in raw]
    charges += [
        (entry["Type"], TYPED[entry["Type"]], entry["Amount"], entry.get("TaxPercent"))
        for entry in raw.get("Charges", ())
    ]
    return [
        (kind, read(amount), _options(percents, raw.get("TaxPercent") if stated is None else stated))
        for kind, percents, amount, stated in charges
        if read(amount)
    ]


def _options(percents, stated):
    options = {tuple(Fraction(str(percent)) for percent in percents), ()}
    if stated is not None:
        options.add((read(stated),) if read(stated) else ())
    return options
