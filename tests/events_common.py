from ..models.events.external_event import LOG_DAYS
from .common import ExternalOrderCase


class EventCase(ExternalOrderCase):
    """A shop whose orders are imported, and a log of events."""

    def setUp(self):
        super().setUp()
        self.keep_log()

    def keep_log(self, days=7):
        self.env["ir.config_parameter"].set_param(LOG_DAYS, str(days))

    def events(self, *types):
        """Return the events that the transaction would commit now, in their order."""
        self.env.cr.flush()
        domain = [("type", "in", types)] if types else []
        return self.env["external.event"].search(domain, order="id")

    def happened(self, *types):
        return [event.type for event in self.events(*types)]
