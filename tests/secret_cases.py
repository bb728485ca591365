"""The secrets of the addon, each with the ways to use it and to change its address."""

from datetime import timedelta
from itertools import count

from odoo.exceptions import UserError

from ..lib.webhook_signature import new_secret
from ..models.events.external_event_subscription_address import PRIVATE_ADDRESSES

SECRET = "sesame17AbCdEfGhIjKlMnOpQrStUvWx"  # longer than what an excerpt shows
NEW_SECRET = "sesame18"


class SecretCase:
    """How one secret is used: by a record that sends it to a server, whose address people change."""

    model = field = value = None
    # Who may change the address: a manager, who may not read the secret, unless only administrators may.
    changes_as_admin = False
    # An address can be connected once, and a test makes several records.
    numbers = count(1)

    def __init__(self, test, server):
        self.test = test
        self.number = next(self.numbers)
        self.url = self.address(server)
        self.record = test.env(user=test.admin)[self.model].create(self.values())
        test.env.flush_all()

    def address(self, server, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{server.port}/orders/{self.number}"

    def entered(self, secret):
        """Return the value of the field that holds a secret."""
        return secret

    def changes(self, other):
        """Return writes that each change one part of the address, by a name; `other` is another server."""
        return {
            "port": {"external_api_url": self.address(other)},
            "host": {"external_api_url": self.address(other, host="localhost")},
            "scheme": {"external_api_url": self.address(other, scheme="https")},
        }

    def call(self, user):
        """Use the secret in every way; return the messages that users see."""
        raise NotImplementedError


class FeedKey(SecretCase):
    model, field = "external.order.sync", "external_api_key"

    def values(self):
        return {
            "name": "Secret Store",
            "external_api_url": self.url,
            "pos_config_id": self.test.pos_config.id,
            self.field: self.entered(SECRET),
        }

    def call(self, user):
        record = self.record.with_user(user)
        told = [record.sync_orders().sudo().message or ""]
        try:
            record.action_test_connection()
        except UserError as error:
            told.append(str(error))
        self.test.run_scheduled(self.record, "external_order_sync.ir_cron_sync_external_orders")
        return [*told, record.last_sync_message or ""]


class FeedParameters(FeedKey):
    field = "secret_parameters"

    def entered(self, secret):
        return f"branch=7&token={secret}"


class RemoteOdoo(SecretCase):
    model, field = "odoo.sync.source", "secret"
    codes = count()

    def address(self, server, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{server.port}"

    def values(self):
        return {
            "name": "Secret Warehouse",
            "code": f"secret{next(self.codes)}",
            "url": self.url,
            "database": "stock",
            "login": "mirror",
            "secret": SECRET,
        }

    def changes(self, other):
        return {
            "port": {"url": self.address(other)},
            "host": {"url": self.address(other, host="localhost")},
            "scheme": {"url": self.address(other, scheme="https")},
            "database": {"url": self.address(other), "database": "theirs"},
            "login": {"url": self.address(other), "login": "somebody"},
        }

    def call(self, user):
        record = self.record.with_user(user)
        told = []
        for action in (record.action_test_connection, record.action_sync_now):
            try:
                told.append(action()["params"]["message"])
            except UserError as error:
                told.append(str(error))
        self.test.run_scheduled(self.record, "external_order_sync.ir_cron_odoo_sync")
        return [*told, record.message or ""]


class Courier(SecretCase):
    model, field, changes_as_admin = "delivery.carrier", "opal_password", True

    def address(self, server, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{server.port}/courier"

    def values(self):
        product = self.test.create_product("Courier", type="service", is_storable=False)
        return {
            "name": "Secret Courier",
            "delivery_type": "opal",
            "product_id": product.id,
            "prod_environment": True,
            "opal_url": self.url,
            "opal_username": "warehouse",
            "opal_password": SECRET,
        }

    def changes(self, other):
        addresses = {
            "port": self.address(other),
            "host": self.address(other, host="localhost"),
            "scheme": self.address(other, scheme="https"),
        }
        return {
            **{part: {"opal_url": url} for part, url in addresses.items()},
            **{f"test {part}": {"opal_test_url": url, "prod_environment": False} for part, url in addresses.items()},
            "login": {"opal_url": self.address(other), "opal_username": "somebody"},
        }

    def call(self, user):
        try:
            self.record.with_user(self.test.admin).action_check_opal()
        except UserError as error:
            return [str(error)]
        return []


class EventHeaders(SecretCase):
    model, field, changes_as_admin = "external.event.subscription", "headers", True

    def __init__(self, test, server):
        test.env["ir.config_parameter"].set_param(PRIVATE_ADDRESSES, "True")
        super().__init__(test, server)
        test.env["external.event.secret"]._replace(self.record, new_secret(is_standard=True), timedelta(0))

    def entered(self, secret):
        return f"X-Key: {secret}"

    def values(self):
        return {"name": "Secret Subscriber", "url": self.url, "headers": self.entered(SECRET)}

    def changes(self, other):
        return {
            "port": {"url": self.address(other)},
            "host": {"url": self.address(other, host="localhost")},
            "scheme": {"url": self.address(other, scheme="https")},
        }

    def call(self, user):
        try:
            self.record.with_user(self.test.admin).action_test()
        except UserError as error:
            return [str(error)]
        return []


CASES = {(case.model, case.field): case for case in (FeedKey, FeedParameters, RemoteOdoo, Courier, EventHeaders)}
