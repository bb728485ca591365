"""Notes on what a transaction changes, from which its events are written just before it is committed.

They are kept where Odoo keeps its own notes of this kind (``cr.precommit.data``), so they end with the transaction or
the savepoint that they belong to. One pass over them writes all events of a batch together.
"""

from dataclasses import dataclass, field

KEY = "external_order_sync.events"


@dataclass
class EventNotes:
    """What changed since the last flush.

    :param states: {model: {record id: its `_get_event_state` before}}
    :param stock: (product id, company id) whose quantities changed
    """

    states: dict = field(default_factory=dict)
    stock: set = field(default_factory=set)


def note_states(records):
    """Note the states of these records before they change, if a change of them is an event for anyone.

    Their model has ``_get_event_state``, of which any other value may be an event, ``_get_event_type``, and
    ``_prepare_events``.
    """
    if not records or not records.env["external.event"]._is_wanted(records._event_types):
        return
    before = _notes(records.env).states.setdefault(records._name, {})
    for record in records.sudo():  # sudo: only for these notes, so that it works for whoever may change the record
        if record.id and record.id not in before:
            before[record.id] = record._get_event_state()


def note_new(records):
    """Note records that were created in their state."""
    if not records or not records.env["external.event"]._is_wanted(records._event_types):
        return
    before = _notes(records.env).states.setdefault(records._name, {})
    for record in records:
        before.setdefault(record.id, False)


def note_stock(quants):
    """Note that the quantities of these quants change."""
    if not quants or not quants.env["external.event"]._is_wanted(("stock.changed",)):
        return
    noted = _notes(quants.env).stock
    for quant in quants.sudo():  # sudo: whoever moves goods need not be allowed to read all of this
        if quant.location_id.usage in ("internal", "transit"):
            noted.add((quant.product_id.id, quant.company_id.id))


def _notes(env):
    data = env.cr.precommit.data
    if KEY not in data:
        data[KEY] = EventNotes()
        env.cr.precommit.add(env["external.event"]._write_noted)
    return data[KEY]
