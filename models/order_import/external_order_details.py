import secrets
import string
import uuid

from odoo import api, models

from ...lib.order.spellings import name_key
from ...tools.message_language import stored
from .import_target import pos_config_of
from .outcome import Warn

# The signs and the length of the codes that registers give their orders.
TICKET_CODE_SIGNS = string.ascii_lowercase + string.digits
TICKET_CODE_LENGTH = 5


class ExternalOrderDetails(models.AbstractModel):
    """What an order says apart from items and money: its number, type, note, and who took it."""

    _name = "external.order.details"
    _description = "External Order Details"

    @api.model
    def _prepare_detail_values(self, sync, order):
        """Return the values of the ``pos.order`` for these details: a hook.

        :param sync: the ``external.order.sync``, with the order's target in its context
        :param PreparedOrder order:
        """
        payload = order.payload
        preset = self._find_presets(sync, payload.order_type)
        return {
            "external_order_number": payload.external_id,
            "external_order_taker": payload.order_taker or False,
            # Odoo prints it on the receipt. Its other note, the internal one, is JSON of the register.
            "general_customer_note": payload.note or False,
            "preset_id": preset.id if len(preset) == 1 else False,
            # A register sets these two as well: with them, a printed receipt leads to the order's invoice.
            "access_token": str(uuid.uuid4()),
            "ticket_code": "".join(secrets.choice(TICKET_CODE_SIGNS) for _sign in range(TICKET_CODE_LENGTH)),
        }

    @api.model
    def _get_detail_warnings(self, sync, payload):
        """Return a note if the order's type is not the name of exactly one preset.

        :rtype: list[Warn]
        """
        config = pos_config_of(sync)
        if not (payload.order_type and config.use_presets):
            return []
        count = len(self._find_presets(sync, payload.order_type))
        values = {"pos": config.name, "name": payload.order_type}
        if count > 1:
            text = stored(self.env)._('Several presets of %(pos)s are called "%(name)s": none was chosen', **values)
        elif not count:
            text = stored(self.env)._('No preset of %(pos)s is called "%(name)s"', **values)
        return [] if count == 1 else [Warn(text, "")]

    @api.model
    def _find_presets(self, sync, order_type):
        """Return the presets of the Point of Sale that have this name in any language, in any spelling.

        :rtype: pos.preset
        """
        config = pos_config_of(sync)
        presets = config.available_preset_ids | config.default_preset_id
        wanted = name_key(order_type)
        if not (wanted and config.use_presets and presets):
            return presets.browse()
        # Each language is read once per batch: the presets stay in the cache.
        languages = [presets.with_context(lang=code) for code, _name in self.env["res.lang"].get_installed()]
        found = [preset.id for names in languages for preset in names if name_key(preset.name) == wanted]
        return presets.browse(dict.fromkeys(found))
