from dataclasses import dataclass, field
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ...lib.order.customer_keys import remember_key, vat_key
from ...tools.message_language import stored
from .external_customer_matching import CustomerMatch
from .outcome import Warn


@dataclass(eq=False)
class NewCustomer:
    """A contact that will be created together with the first of its orders that is really created.

    `values` are those of the ``res.partner`` if that order's customer is `customer`; `keys` are the ids under which an
    order of the batch may have it remembered.
    """

    customer: Any
    values: dict
    keys: set = field(default_factory=set)


class ExternalCustomerCreation(models.AbstractModel):
    """Creates the contacts of customers who have none yet, and remembers which id belongs to which contact.

    Only a customer who can be recognized again is created: one with a CustomerID, an e-mail address, a VAT number or a
    reference. As in the register, the contact is shared by all companies.
    """

    _name = "external.customer.creation"
    _description = "External Customer Creation"

    # ------------------------------------------------------------
    # Preparation: nothing is written here
    # ------------------------------------------------------------

    @api.model
    def _prepare_match(self, customer, created):
        """Return the `CustomerMatch` of a customer without a contact: with a contact to create, or with none.

        :param Customer customer:
        :param dict created: the `NewCustomer` of the batch so far, by everything that identifies them; filled here
        """
        email = self.env["external.customer.matching"]._get_email(customer)
        key = remember_key(customer, email)
        identities = {"key": key, "ref": customer.ref, "email": email, "vat": vat_key(customer.vat)}
        identities = [identity for identity in identities.items() if identity[1]]
        new = next((created[identity] for identity in identities if identity in created), None)
        warnings = []
        if new is None:
            if not (key and (customer.name or customer.email)):
                text = stored(self.env)._(
                    "No contact was created for the customer: this requires a name or an e-mail address, and one of "
                    "CustomerID, e-mail address, VAT number and reference to recognize the customer again."
                )
                return CustomerMatch(self.env["res.partner"], [Warn(text, "")])
            values, notes = self._prepare_partner_values(customer)
            new = NewCustomer(customer, values)
            warnings = [Warn(note, "") for note in notes]
        new.keys.add(key)
        for identity in identities:
            created.setdefault(identity, new)
        return CustomerMatch(self.env["res.partner"], warnings, remember=key, new=new)

    @api.model
    def _prepare_partner_values(self, customer):
        """Return the values of the new ``res.partner``, and notes about what had to be left out: a hook.

        :param Customer customer:
        """
        env = stored(self.env)
        notes = []
        country = self._find_country(customer.country)
        if customer.country and not country:
            notes.append(env._('The country "%s" of the customer is unknown and was left out.', customer.country))
        vat = self._get_valid_vat(customer, country)
        if customer.vat and not vat:
            notes.append(env._('The VAT number "%s" of the customer is invalid and was left out.', customer.vat))
        values = {
            "name": customer.name or customer.email,
            "ref": customer.ref or False,
            "email": customer.email or False,
            "phone": customer.phone or False,
            "vat": vat or False,
            "street": customer.street or False,
            "city": customer.city or False,
            "zip": customer.zip or False,
            "country_id": country.id,
            "company_id": False,
            "customer_rank": 1,
        }
        if "vies_valid" in self.env["res.partner"]:
            # Odoo would ask the VIES service, and an import must not wait for a network. A user can check it later.
            values["vies_valid"] = False
        return values, notes

    @api.model
    def _find_country(self, text):
        """Return the country with this code, or this name in an installed language."""
        countries = self.env["res.country"]
        wanted = text.strip().casefold()
        if not wanted:
            return countries
        everything = countries.search_fetch([("code", "!=", False)], ["code", "name"])
        if found := everything.filtered(lambda country: country.code.casefold() == wanted):
            return found[:1]
        for code, _name in self.env["res.lang"].get_installed():
            named = everything.with_context(lang=code).filtered(lambda country: country.name.casefold() == wanted)
            if named:
                return named[:1].with_env(self.env)
        return countries

    @api.model
    def _get_valid_vat(self, customer, country):
        """Return the VAT number as Odoo stores it, or "" if there is none or Odoo would refuse it."""
        if not vat_key(customer.vat):
            return ""
        try:
            vat, _country_code = self.env["res.partner"]._run_vat_checks(country, customer.vat, validation="setnull")
        except UserError:
            return ""
        return vat or ""

    # ------------------------------------------------------------
    # Creating
    # ------------------------------------------------------------

    @api.model
    def _create_customers(self, sync, prepared):
        """Create the contacts of the orders that are about to be created, and remember them.

        Each of them gets its contact in `PreparedOrder.customer`. If the orders are rolled back, so are their contacts.

        :param prepared: a list of `PreparedOrder`
        :raise psycopg2.errors.UniqueViolation: if another worker has just remembered one of them; try again later
        """
        created, remembered = {}, {}
        for order in prepared:
            match = order.customer_match
            if match.new:
                if match.new not in created:
                    created[match.new] = self._find_or_create(sync, match.new, prepared)
                order.customer = created[match.new]
            if match.remember:
                remembered[match.remember] = order.customer
        if remembered:
            self.env["external.customer"]._remember(sync, remembered)

    @api.model
    def _find_or_create(self, sync, new, prepared):
        """Return the contact of a `NewCustomer`; create it, unless an earlier part of the same batch has."""
        if known := self.env["external.customer"]._find(sync, new.keys):
            return self.env["res.partner"].browse(next(iter(known.values())))
        orders = [order for order in prepared if order.customer_match.new is new]
        # Use the first order that describes the customer: Odoo may have refused the one that the others were joined to.
        order = next((order for order in orders if order.payload.customer.name or order.payload.customer.email), None)
        if order and order.payload.customer != new.customer:
            new.values, notes = self._prepare_partner_values(order.payload.customer)
            new.customer = order.payload.customer
            order.outcome.warnings += [Warn(note, "") for note in notes]
        return self._create_partner(new)

    @api.model
    def _create_partner(self, new):
        quiet = self.env["res.partner"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        return quiet.create(new.values).with_env(self.env)
