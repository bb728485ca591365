from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ...lib.order.customer_keys import is_same_vat, remember_key, vat_forms, vat_number
from ...tools.message_language import stored
from ...tools.stored_text import joined
from .outcome import Warn

CUSTOMERS_NAMED = 3
FIELDS = ("name", "active", "company_id", "ref", "email_normalized", "vat", "country_id", "commercial_partner_id")


@dataclass
class CustomerMatch:
    """The contact of an order's customer.

    `partner` is a ``res.partner``, empty if there is none; `is_default`: it is the default customer. `new` is the
    contact to be created instead. `remember` is the id under which the contact has to be remembered, or "".
    """

    partner: Any
    warnings: list = field(default_factory=list)
    remember: str = ""
    new: Any = None
    is_default: bool = False

    @property
    def has_customer(self):
        return bool(self.partner or self.new)

    @property
    def has_own_customer(self):
        """Return whether the contact is the order's own customer, who alone can pay on account."""
        return self.has_customer and not self.is_default


@dataclass
class _Facts:
    """What the database says about the customers of a batch.

    `remembered` maps ids to contacts, and `stored` holds the ids that the database knows already. The others only hold
    contacts that may be used; `by_vat` has VAT numbers without their prefix.
    """

    remembered: dict
    stored: set
    by_id: dict
    by_ref: dict
    by_email: dict
    by_vat: dict


class ExternalCustomerMatching(models.AbstractModel):
    """Finds the contacts of the customers of external orders.

    An id decides alone: first the Odoo id (``partner_id``), then the id remembered from earlier orders. If its contact
    cannot be used, the order gets none. Otherwise ``ref``, e-mail address and VAT number are compared, and must not
    contradict each other: all of these that match anything must agree on one contact. Names and phone numbers never
    match.

    Contacts of one company (commercial entity) count as one candidate, and the company itself is preferred.
    """

    _name = "external.customer.matching"
    _description = "External Customer Matching"

    @api.model
    def _match_customers(self, sync, customers):
        """Return the contact of each customer.

        :param sync: the ``external.order.sync``
        :param customers: `Customer` or None for each order, in the sequence of the orders
        :return: the `CustomerMatch` of each of them
        :rtype: dict
        """
        customers = dict.fromkeys(customers)
        if sync.customer_mode == "ignore":
            return {customer: self._get_default_match(sync) for customer in customers}
        known = [customer for customer in customers if customer]
        facts = self._read_facts(sync, known) if known else None
        creation = self.env["external.customer.creation"]
        matches, created = {}, {}
        for customer in customers:
            match = self._match_one(sync, customer, facts) if customer else None
            if match is None and customer and sync.customer_mode == "create":
                match = creation._prepare_match(customer, created)
            if match is None or not match.has_customer:
                match = self._get_default_match(sync, match)
            matches[customer] = match
        # Prefetch the contacts of the whole batch together.
        found = {match.partner.id for match in matches.values() if match.partner}
        for match in matches.values():
            match.partner = match.partner.with_prefetch(found)
        return matches

    @api.model
    def _get_default_match(self, sync, match=None):
        """Return the match of an order without its own contact: the default customer, if there is one."""
        partner, warnings = sync.default_customer_id, [] if match is None else list(match.warnings)
        if partner and not self._is_usable(sync, partner):
            text = stored(self.env)._(
                "The default customer %s is archived or belongs to another company, so it was not used.",
                self._describe(partner),
            )
            warnings.append(Warn(text, "customer_unclear"))
            partner = partner.browse()
        return CustomerMatch(partner, warnings, is_default=bool(partner))

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _read_facts(self, sync, customers):
        """Read all contacts that these customers may be, in two queries."""
        remembered = self.env["external.customer"]._find(sync, {self._get_key(customer) for customer in customers})
        partners = self._search_partners(customers, set(remembered.values()))
        usable = partners.filtered(lambda partner: self._is_usable(sync, partner))
        # The company does not sell to itself: a shop may send its own address for customers who gave none.
        others = usable - sync.company_id.partner_id
        by_vat = defaultdict(partners.browse)
        for partner in others.filtered("vat"):
            by_vat[vat_number(partner.vat)] |= partner
        known = {partner.id: partner for partner in partners}
        return _Facts(
            remembered={key: known[partner_id] for key, partner_id in remembered.items() if partner_id in known},
            stored=set(remembered),
            by_id={partner.id: partner for partner in others},
            by_ref=others.filtered("ref").grouped("ref"),
            by_email=others.filtered("email_normalized").grouped("email_normalized"),
            by_vat=by_vat,
        )

    @api.model
    def _search_partners(self, customers, ids):
        """Return all contacts with one of the customers' ids, references, e-mail addresses or VAT numbers.

        Each of these columns has an index (that of the e-mail address is in `res_partner`). Archived contacts and those
        of other companies are included, so that an id that names one can be reported.

        :param ids: further ids of ``res.partner``
        """
        wanted = {
            "id": {customer.odoo_id for customer in customers} | ids,
            "ref": {customer.ref for customer in customers},
            "email_normalized": {self._get_email(customer) for customer in customers},
            "vat": set().union(*(vat_forms(customer.vat, customer.country) for customer in customers)),
        }
        domain = Domain.OR(Domain(name, "in", sorted(values - {None, ""})) for name, values in wanted.items())
        return self.env["res.partner"].with_context(active_test=False).search_fetch(domain, FIELDS, order="id")

    @api.model
    def _is_usable(self, sync, partner):
        """Return whether orders of this synchronization may have this contact as their customer."""
        company = partner.company_id
        return partner.active and (not company or company in sync.company_id.parent_ids)

    @api.model
    def _get_email(self, customer):
        """Return the e-mail address as contacts store it (``email_normalized``), or "" if it is not one."""
        return email_normalize(customer.email, strict=False) or "" if customer.email else ""

    @api.model
    def _get_key(self, customer):
        return remember_key(customer, self._get_email(customer))

    # ------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------

    @api.model
    def _match_one(self, sync, customer, facts):
        """Return the `CustomerMatch` of a customer, or None if nothing at all matches: a hook."""
        none = self.env["res.partner"]
        found = {
            "ref": facts.by_ref.get(customer.ref, none),
            "email": facts.by_email.get(self._get_email(customer), none),
            "VAT": self._find_by_vat(customer, facts.by_vat.get(vat_number(customer.vat), none)),
        }
        found = {name: partners for name, partners in found.items() if partners}
        key = self._get_key(customer)
        remembered = facts.remembered.get(key)
        if customer.odoo_id or remembered:
            match = self._match_by_id(sync, customer, facts, remembered, found)
        elif found:
            match = self._match_by_data(customer, found)
        else:
            return None
        if match.partner and customer.external_id and customer.external_id not in facts.stored:
            facts.remembered.setdefault(key, match.partner)
            match.remember = customer.external_id if facts.remembered[key] == match.partner else ""
        return match

    @api.model
    def _find_by_vat(self, customer, partners):
        return partners.filtered(
            lambda partner: is_same_vat(customer.vat, customer.country, partner.vat, partner.country_id.code or "")
        )

    @api.model
    def _match_by_id(self, sync, customer, facts, remembered, found):
        """Return the contact that an id names, or none if it cannot be used: nothing else is tried then."""
        env = stored(self.env)
        stated = f"partner_id {customer.odoo_id}" if customer.odoo_id else f'"{self._get_key(customer)}"'
        partner = facts.by_id.get(customer.odoo_id or remembered.id)
        if not partner:
            text = env._(
                "The contact of the customer (%(stated)s) does not exist, is archived, or may not be used by this "
                "company, so the order was not linked to it.",
                stated=stated,
            )
            return CustomerMatch(self.env["res.partner"], [Warn(text, "customer_unclear")])
        others = {name: partners for name, partners in found.items() if not self._holds(partners, partner)}
        if remembered and remembered.id in facts.by_id and not self._holds(remembered, partner):
            others["CustomerID"] = remembered
        if not others:
            return CustomerMatch(partner)
        text = env._(
            "The order of the customer (%(stated)s) was linked to the contact %(chosen)s, but %(others)s. If that is "
            "wrong, correct the contacts or the External Customers.",
            stated=stated,
            chosen=self._describe(partner),
            others=self._list(others),
        )
        return CustomerMatch(partner, [Warn(text, "customer_unclear")])

    @api.model
    def _match_by_data(self, customer, found):
        """Return the only contact that the reference, the e-mail address and the VAT number agree on."""
        entities = set.intersection(*(set(partners.commercial_partner_id) for partners in found.values()))
        if len(entities) == 1:
            return CustomerMatch(self._choose_contact(entities.pop(), next(iter(found.values()))))
        text = stored(self.env)._(
            "The customer could be several contacts, so the order was linked to none of them: %(found)s. Merge or "
            "correct the contacts, or map the CustomerID to the right one in External Customers.",
            found=self._list(found),
        )
        return CustomerMatch(self.env["res.partner"], [Warn(text, "customer_unclear")])

    @api.model
    def _choose_contact(self, entity, partners):
        """Return the contact of one company (commercial entity) among ``partners``, preferring the company itself."""
        contacts = partners.filtered(lambda partner: partner.commercial_partner_id == entity)
        if len(contacts) > 1 and entity in contacts:
            return entity
        return contacts[:1]

    @api.model
    def _holds(self, partners, partner):
        """Return whether ``partner`` is one of ``partners``, or a contact of the same company (commercial entity)."""
        return partner.commercial_partner_id in partners.commercial_partner_id

    @api.model
    def _list(self, found):
        env = stored(self.env)
        texts = (
            env._(
                "%(name)s belongs to %(contacts)s",
                name=name,
                contacts=", ".join(self._describe(partner) for partner in partners[:CUSTOMERS_NAMED]),
            )
            for name, partners in found.items()
        )
        return joined(*texts, by="; ")

    @api.model
    def _describe(self, partner):
        return f"{partner.name} ({partner.id})"
