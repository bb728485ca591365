import re

from odoo import api, models

from ...exceptions import ExternalOrderError
from ...lib.order.spellings import name_key
from ...tools.message_language import name_text, stored
from ...tools.private_context import PrivateContext
from ...tools.stored_text import joined
from .import_target import pos_config_of

CASH_MODE, CREDIT_MODE = 1, 3
# The meaning of PaymentMode values in the shop system: names used to search for a payment method.
MODE_NAMES = {
    CASH_MODE: ("Cash",),
    2: ("Card",),
    CREDIT_MODE: ("Credit",),
    5: ("Tabby",),
    6: ("Tamara",),
    7: ("StcPay", "STC Pay"),
    8: ("Bank Transfer", "BankTransfer"),
}
METHODS_NAMED = 5
# "Credit" means on account: a name with one of these words is that of a card instead.
CARD_WORDS = {"card", "cards", "debit"}
NOT_A_WORD = re.compile(r"[\W_]+")


class UnusableMethods(PrivateContext):
    """In the context of a batch: the methods that cannot take its payments, by their names; None until needed."""

    KEY = "external_unusable_payment_methods"

    def __init__(self):
        self.by_name = None


class ExternalPaymentMatching(models.AbstractModel):
    """Finds the payment methods of external payments among those of the Point of Sale.

    Matches by mapping; otherwise compares CardType, then the meaning of PaymentMode, with the names of methods and
    journals; otherwise applies the setting *Unknown Payments*. If two methods match equally well, that is an error. If
    the order has a CardType that means none of the methods, the PaymentMode is only a guess.
    """

    _name = "external.payment.matching"
    _description = "External Payment Matching"

    @api.model
    def _match_methods_of_orders(self, sync, payloads, customers):
        """Return what `_match_payment_methods` finds for orders without (False) and with (True) their own customer.

        The default customer pays nothing on account, because it stands for many customers.

        :param payloads: a list of `OrderPayload`
        :param dict customers: what `external.customer.matching` found
        :rtype: dict
        """
        payments = {False: [], True: []}
        for payload in payloads:
            payments[customers[payload.customer].has_own_customer] += payload.payments
        return {known: self._match_payment_methods(sync, payments[known], has_customer=known) for known in payments}

    @api.model
    def _match_payment_methods(self, sync, payments, has_customer=False):
        """Return the payment method of each payment, with a warning if it was guessed.

        :param sync: the ``external.order.sync``
        :param payments: objects with ``card_type`` (text, may be empty) and ``payment_mode`` (int or None)
        :param bool has_customer: whether the orders have a customer of their own, so that methods which need one can be
            used
        :return: for each (card_type, payment_mode) a pair of ``pos.payment.method`` and text, or the
            `ExternalOrderError` that says why there is none
        :rtype: dict
        """
        config = pos_config_of(sync)
        can_take = self._can_take_payment_of_customer if has_customer else self._can_take_any_payment
        methods = config.payment_method_ids.filtered(can_take)
        mappings = self.env["external.payment.mapping"].search(
            [
                ("sync_id", "in", [False, sync.id]),
                ("company_id", "=", sync.company_id.id),
                ("pos_config_id", "in", [False, config.id]),
            ]
        )
        # With several branches, keep mappings to methods that this branch lacks: the order is then refused.
        lacking = mappings.filtered(
            lambda mapping: (
                mapping.sync_id
                and sync._uses_locations()
                and mapping.payment_method_id not in config.payment_method_ids
            )
        )
        # The most specific mapping first: of this synchronization, of this Point of Sale, then with both values given.
        usable = mappings.filtered(lambda mapping: mapping.payment_method_id in methods)
        mappings = (usable | lacking).sorted(
            lambda mapping: (
                not mapping.sync_id,
                not mapping.pos_config_id,
                not (mapping.payment_mode and mapping.card_type),
                not mapping.card_type,
            )
        )
        matching = UnusableMethods().on(self)
        return {
            (card_type, mode): matching._match_one(sync, methods, mappings, card_type, mode)
            for card_type, mode in {(payment.card_type, payment.payment_mode) for payment in payments}
        }

    @api.model
    def _match_one(self, sync, methods, mappings, card_type, mode):
        """Return the method of one payment and a warning, or the error that says why there is none: a hook."""
        found = self._match_by_mapping(mappings, card_type, mode)
        if found and found not in methods:
            return self._get_unusable_error(sync, found, card_type, mode)
        found = found or self._match_in_turn(methods, self._match_by_card_type, card_type)
        is_guess = not found and bool(name_key(card_type))
        if is_guess and (unusable := self._get_unusable_method(sync, methods, card_type)):
            return self._get_unusable_error(sync, unusable, card_type, mode)
        # A CardType that only repeats the meaning of the PaymentMode does not contradict it.
        is_guess = is_guess and name_key(card_type) not in map(name_key, MODE_NAMES.get(mode, ()))
        if not found and not (is_guess and sync.unknown_payment == "refuse"):
            found = self._match_in_turn(methods, self._match_by_mode, mode)
        if not found:
            return self._match_unknown(sync, methods, card_type, mode)
        if len(found) == 1:
            return found, self._get_guess_warning(found, card_type, mode) if is_guess else ""
        return ExternalOrderError(
            "payment_ambiguous",
            stored(self.env)._(
                "%(payment)s matches several payment methods of %(pos)s: %(methods)s. Press Choose Payment Method to "
                "select the right one.",
                payment=self._describe(card_type, mode),
                pos=pos_config_of(sync).name,
                methods=joined(*map(name_text, found[:METHODS_NAMED]), by=", "),
            ),
            payment=(card_type, mode),
        )

    @api.model
    def _match_by_mapping(self, mappings, card_type, mode):
        return next((mapping.payment_method_id for mapping in mappings if mapping._is_of(card_type, mode)), None)

    @api.model
    def _match_in_turn(self, methods, match, value):
        """Return what ``match`` finds among the methods that need no customer, otherwise among those that do.

        So an order with a customer is paid with the same method as one without, wherever possible.
        """
        ordinary = methods.filtered(self._can_take_any_payment)
        return match(ordinary, value) or (match(methods - ordinary, value) if methods - ordinary else methods.browse())

    @api.model
    def _match_by_card_type(self, methods, card_type):
        """Return the method that ``card_type`` means; several if it means more than one, none if it means none: a hook.

        :param methods: the ``pos.payment.method`` records that may be chosen
        """
        return self._match_by_names(methods, [card_type])

    @api.model
    def _match_by_mode(self, methods, mode):
        """Return the methods that a PaymentMode means, like `_match_by_card_type`."""
        if mode == CASH_MODE:
            # Regardless of their names.
            return self._match_by_names(methods.filtered("is_cash_count"), MODE_NAMES[mode])
        found = self._match_by_names(methods, MODE_NAMES.get(mode, ()))
        if not found and mode == CREDIT_MODE:
            # On the customer's account, whatever the method is called.
            found = methods.filtered(lambda method: method.type == "pay_later")
        return found

    @api.model
    def _match_by_names(self, methods, names):
        """Return the methods with one of ``names`` as their own or their journal's name; otherwise, for "Cash", the
        cash methods; otherwise the methods whose names contain one of ``names`` as whole words. "Credit" is not
        contained in "Credit Card".
        """
        wanted = {name_key(name) for name in names} - {""}
        if not wanted:
            return methods.browse()
        names_of = self._get_names(methods)
        # "StcPay" is "STC Pay".
        squeezed = {text.replace(" ", "") for text in wanted}
        equal = methods.filtered(lambda method: squeezed & {name.replace(" ", "") for name in names_of[method]})
        if equal:
            return equal
        contained = methods.filtered(
            lambda method: any(self._contains(name, text) for name in names_of[method] for text in wanted)
        )
        if "cash" in wanted and (cash := methods.filtered("is_cash_count")):
            # If there are several, prefer the one with that name.
            return (cash & contained) or cash
        return contained

    @api.model
    def _contains(self, name, text):
        """Return whether the words of ``text`` follow each other in ``name``, in the same meaning."""
        words, wanted = (NOT_A_WORD.sub(" ", part).strip() for part in (name, text))
        if not wanted or f" {wanted} " not in f" {words} ":
            return False
        return wanted != "credit" or not CARD_WORDS & set(words.split())

    @api.model
    def _get_names(self, methods):
        """Return the names of each method and its journal in all languages, because the feed uses the shop's language.

        :rtype: dict
        """
        names = {method: set() for method in methods}
        for lang in [None, *(code for code, _name in self.env["res.lang"].get_installed())]:
            for method in methods.with_context(lang=lang):
                names[method] |= {name_key(method.name), name_key(method.journal_id.name)} - {""}
        return names

    @api.model
    def _match_unknown(self, sync, methods, card_type, mode):
        """Return the result of the setting *Unknown Payments* for a payment that matches no rule."""
        described = self._describe(card_type, mode)
        env = stored(self.env)
        # No customer's account is charged on a guess.
        methods = methods.filtered(self._can_take_any_payment)
        if not methods:
            problem = env._(
                "No payment method of %(pos)s can be used for %(payment)s. Add one that does not require a "
                "customer to the Point of Sale.",
                pos=pos_config_of(sync).name,
                payment=described,
            )
        elif sync.unknown_payment == "refuse" and not card_type and mode is None:
            problem = env._(
                "A payment has neither a CardType nor a PaymentMode. Choose a method for unknown payments in the "
                "synchronization, under Mappings."
            )
        elif sync.unknown_payment == "refuse":
            problem = env._(
                "%(payment)s matches no payment method of %(pos)s. Press Choose Payment Method to select the right "
                "one.",
                payment=described,
                pos=pos_config_of(sync).name,
            )
        elif sync.unknown_payment == "method" and sync.unknown_payment_method_id not in methods:
            problem = env._(
                "%(payment)s matches no payment method of %(pos)s. The Method for Unknown Payments is not in this "
                "Point of Sale, or it requires a customer or is an online payment method. Add it to the Point of Sale "
                "if it is missing, or choose another one in the synchronization, under Mappings.",
                payment=described,
                pos=pos_config_of(sync).name,
            )
        else:
            method = sync.unknown_payment_method_id if sync.unknown_payment == "method" else None
            method = method or self._get_first_method(methods, card_type, mode)
            return method, self._get_guess_warning(method, card_type, mode)
        return ExternalOrderError("payment_not_found", problem, payment=(card_type, mode))

    @api.model
    def _get_guess_warning(self, method, card_type, mode):
        return stored(self.env)._(
            "%(payment)s matches no payment method, so %(method)s was used. Add a payment mapping to set the right "
            "one.",
            payment=self._describe(card_type, mode),
            method=name_text(method),
        )

    @api.model
    def _get_unusable_method(self, sync, methods, card_type):
        """Return the method of the company that ``card_type`` names, but that is not among ``methods``; or none.

        "Cash" names none of them: it means any cash method.
        """
        if name_key(card_type) == "cash":
            return None
        unusable = UnusableMethods.current(self.env) or UnusableMethods()
        if unusable.by_name is None:
            others = self.env["pos.payment.method"].search([("company_id", "=", sync.company_id.id)]) - methods
            # Those of the Point of Sale are the last, so they replace others with the same name.
            others = others.sorted(lambda method: method in pos_config_of(sync).payment_method_ids)
            names_of = self._get_names(others)
            unusable.by_name = {name.replace(" ", ""): method for method in others for name in names_of[method]}
        return unusable.by_name.get(name_key(card_type).replace(" ", ""))

    @api.model
    def _get_unusable_error(self, sync, method, card_type, mode):
        values = {
            "payment": self._describe(card_type, mode),
            "method": name_text(method),
            "pos": pos_config_of(sync).name,
        }
        if method in pos_config_of(sync).payment_method_ids:
            problem = stored(self.env)._(
                "%(payment)s is the payment method %(method)s of %(pos)s, which is an online payment method or "
                "requires a customer. Press Choose Payment Method to select another one.",
                **values,
            )
        else:
            problem = stored(self.env)._(
                "%(payment)s is the payment method %(method)s, which %(pos)s does not have. Add it to the Point of "
                "Sale, or press Choose Payment Method to select another one.",
                **values,
            )
        return ExternalOrderError("payment_not_found", problem, payment=(card_type, mode))

    @api.model
    def _get_first_method(self, methods, card_type, mode):
        """Return the first of ``methods``, preferring cash methods for cash and other methods for the rest."""
        is_cash = mode == CASH_MODE or name_key(card_type) == "cash"
        return methods.filtered(lambda method: bool(method.is_cash_count) == is_cash)[:1] or methods[:1]

    @api.model
    def _can_take_any_payment(self, method):
        """Return whether a method can record an external payment without a customer.

        A method that identifies the customer, such as pay later, cannot.
        """
        needs_customer = method.split_transactions or method.type == "pay_later"
        return not needs_customer and self._can_take_payment_of_customer(method)

    @api.model
    def _can_take_payment_of_customer(self, method):
        """Return whether a method can record an external payment of an order with a customer.

        An online payment method (`pos_online_payment`) cannot, because Odoo itself processes its payments.
        """
        return not ("is_online_payment" in method and method.is_online_payment)

    @api.model
    def _describe(self, card_type, mode):
        return stored(self.env)._(
            "CardType %(card_type)s, PaymentMode %(mode)s",
            card_type=f'"{card_type}"' if card_type else stored(self.env)._("(none)"),
            mode=stored(self.env)._("(none)") if mode is None else mode,
        )
