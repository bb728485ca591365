from odoo import api, models

from ...exceptions import ExternalOrderError
from ...tools.message_language import for_reader

CASH_MODE = 1


class ExternalPaymentMatching(models.AbstractModel):
    """Finds the payment methods of external payments among those of the Point of Sale.

    The rule is the guide's (*Payment Method Matching*).
    """

    _name = "external.payment.matching"
    _description = "External Payment Matching"

    @api.model
    def _match_payment_methods(self, sync, payments):
        """Return the payment method of each payment, and a warning where it had to be guessed.

        :param sync: the ``external.order.sync``
        :param payments: things with ``card_type`` (text, may be empty) and ``payment_mode`` (int or None)
        :return: for each (card_type, payment_mode) a pair of ``pos.payment.method`` and text, or the
            `ExternalOrderError` that says why there is none
        :rtype: dict
        """
        methods = sync.pos_config_id.payment_method_ids.filtered(self._can_take_any_payment)
        mappings = self.env["external.payment.mapping"].search(
            [("sync_id", "in", [False, sync.id]), ("company_id", "=", sync.company_id.id)]
        )
        # The most specific mapping first: of this synchronization, then with both values given.
        mappings = mappings.filtered(lambda mapping: mapping.payment_method_id in methods).sorted(
            lambda mapping: (
                not mapping.sync_id,
                not (mapping.payment_mode and mapping.card_type),
                not mapping.card_type,
            )
        )
        return {
            (card_type, mode): self._match_one(sync, methods, mappings, card_type, mode)
            for card_type, mode in {(payment.card_type, payment.payment_mode) for payment in payments}
        }

    @api.model
    def _match_one(self, sync, methods, mappings, card_type, mode):
        method = (
            self._match_by_mapping(mappings, card_type, mode)
            or self._match_by_card_type(methods, card_type)
            or (mode == CASH_MODE and methods.filtered("is_cash_count")[:1])
        )
        if method:
            return method, ""
        fallback = methods[:1]
        if not fallback:
            return ExternalOrderError(
                "payment_not_found",
                for_reader(self.env)._(
                    "No payment method of %(pos)s can take %(payment)s. Add one to the Point of Sale that needs no "
                    "customer.",
                    pos=sync.pos_config_id.name,
                    payment=self._describe(card_type, mode),
                ),
            )
        return fallback, for_reader(self.env)._(
            "%(payment)s matches no payment method; %(method)s was taken. A payment mapping decides it.",
            payment=self._describe(card_type, mode),
            method=fallback.name,
        )

    @api.model
    def _match_by_mapping(self, mappings, card_type, mode):
        for mapping in mappings:
            if mapping.payment_mode and (mode is None or mapping.payment_mode.strip() != str(mode)):
                continue
            if mapping.card_type and mapping.card_type.strip().casefold() != card_type.strip().casefold():
                continue
            return mapping.payment_method_id
        return None

    @api.model
    def _match_by_card_type(self, methods, card_type):
        """Return the method that, or whose journal, is called ``card_type``; else a cash method, if that is "Cash";
        else one in whose name it is contained.
        """
        wanted = card_type.strip().casefold()
        if not wanted:
            return None
        names = [
            (method, [name.strip().casefold() for name in (method.name, method.journal_id.name) if name])
            for method in methods
        ]
        equal = [method for method, own_names in names if wanted in own_names]
        cash = methods.filtered("is_cash_count") if wanted == "cash" else []
        contained = [method for method, own_names in names if any(wanted in name for name in own_names)]
        return next((method for group in (equal, cash, contained) for method in group), None)

    @api.model
    def _can_take_any_payment(self, method):
        """Return whether a method takes the payment of an unknown customer that was made elsewhere.

        One that identifies the customer, as pay later does, cannot. Nor can an online payment (`pos_online_payment`),
        which is a payment of Odoo's own.
        """
        is_online = "is_online_payment" in method and method.is_online_payment
        return not method.split_transactions and method.type != "pay_later" and not is_online

    @api.model
    def _describe(self, card_type, mode):
        return for_reader(self.env)._(
            "CardType %(card_type)s, PaymentMode %(mode)s",
            card_type=f'"{card_type}"' if card_type else for_reader(self.env)._("(none)"),
            mode=for_reader(self.env)._("(none)") if mode is None else mode,
        )
