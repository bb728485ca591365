from itertools import count

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..lib.remote_odoo.environment import read_environment
from .common import ExternalOrderCase
from .recorder import Recorder

SECRET = "sesame17"
NEW_SECRET = "sesame18"
#: Fields of administrators that say where a secret goes, and hold none.
ADDRESSES = {
    ("delivery.carrier", "opal_url"),
    ("delivery.carrier", "opal_test_url"),
    ("delivery.carrier", "opal_username"),
}


class SecretCase:
    """How one secret is used: by a record that sends it to a server, whose address people change."""

    model = field = value = None
    #: Who may change the address: a manager, who may not read the secret, unless only administrators may.
    changes_as_admin = False

    def __init__(self, test, server):
        self.test = test
        self.url = self.address(server)
        self.record = test.env(user=test.admin)[self.model].create(self.values())
        test.env.flush_all()

    def address(self, server, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{server.port}/orders"

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
        """Use the secret in every way; return what people read of it."""
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


CASES = {(case.model, case.field): case for case in (FeedKey, FeedParameters, RemoteOdoo, Courier)}


@tagged("post_install", "-at_install")
class TestSecrets(ExternalOrderCase):
    """A secret goes to the address that it was entered for, whoever changes the address, and is shown to nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "secret_admin",
            groups="base.group_system,external_order_sync.group_manager,stock.group_stock_manager",
            company_id=cls.company.id,
        )
        cls.manager = new_test_user(
            cls.env, "secret_manager", groups="external_order_sync.group_manager", company_id=cls.company.id
        )

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Recorder())
        self.other = self.enterContext(Recorder())

    def test_every_secret_of_the_addon_is_known_here(self):
        secrets = {
            (name, field.name)
            for name, model in self.registry.items()
            for field in model._fields.values()
            if "external_order_sync" in field._modules
            and field.type in ("char", "text")
            and field.groups == "base.group_system"
            and field.store
            and not field.compute
        }
        self.assertEqual(secrets - ADDRESSES, set(CASES))

    def run_scheduled(self, record, action):
        record.sudo().next_sync_date = False
        with self.enter_registry_test_mode():
            self.env.ref(action).method_direct_trigger()

    def each_change(self, check):
        """Call ``check(case, values)`` for each secret and each write that changes a part of its address."""
        for case_class in CASES.values():
            probe = case_class(self, self.server)
            probe.record.active = False
            for part in probe.changes(self.other):
                with self.subTest(secret=f"{case_class.model}.{case_class.field}", part=part):
                    case = case_class(self, self.server)
                    self.server.received.clear()
                    self.other.received.clear()
                    check(case, case.changes(self.other)[part])
                    case.record.active = False  # the scheduled actions pass it over from now on

    @mute_logger("odoo.addons.external_order_sync")
    def test_it_reaches_the_address_that_it_was_entered_for(self):
        for case_class in CASES.values():
            with self.subTest(secret=case_class.field):
                self.server.received.clear()
                case_class(self, self.server).call(self.manager)
                self.assertIn(SECRET, "".join(self.server.received))

    @mute_logger("odoo.addons.external_order_sync")
    def test_it_is_asked_for_again_at_another_address(self):
        def check(case, values):
            changer = self.admin if case.changes_as_admin else self.manager
            case.record.with_user(changer).write(values)
            self.env.flush_all()
            told = case.call(self.manager)
            self.assertNotIn(SECRET, "".join(self.other.received + self.server.received))
            for text in told:
                self.assertRegex(text, "has to enter the (key|password) again")
                self.assertNotIn(SECRET, text)

        self.each_change(check)

    @mute_logger("odoo.addons.external_order_sync")
    def test_an_address_imported_from_a_file_is_another_address_too(self):
        def check(case, values):
            if case.changes_as_admin:
                return
            text_values = {name: str(value) for name, value in values.items()}
            result = (
                self.env[case.model]
                .with_user(self.manager)
                .load([".id", *text_values], [[str(case.record.id), *text_values.values()]])
            )
            self.assertTrue(result["ids"], result["messages"])
            case.call(self.manager)
            self.assertNotIn(SECRET, "".join(self.other.received + self.server.received))

        self.each_change(check)

    @mute_logger("odoo.addons.external_order_sync")
    def test_an_administrator_who_enters_it_with_the_address_need_not_do_more(self):
        def check(case, values):
            if any("https" in str(value) for value in values.values()):
                return  # nobody listens there
            case.record.with_user(self.admin).write({**values, case.field: case.entered(NEW_SECRET)})
            self.env.flush_all()
            case.call(self.manager)
            self.assertIn(NEW_SECRET, "".join(self.other.received))

        self.each_change(check)

    @mute_logger("odoo.addons.external_order_sync")
    def test_the_same_secret_can_be_entered_again(self):
        def check(case, values):
            if any("https" in str(value) for value in values.values()):
                return
            case.record.with_user(self.admin).write(values)
            self.env.flush_all()
            case.record.with_user(self.admin).write({case.field: case.entered(SECRET)})
            case.call(self.manager)
            self.assertIn(SECRET, "".join(self.other.received))

        self.each_change(check)

    def test_one_that_is_new_in_the_same_transaction_belongs_to_the_address_before(self):
        def check(case, values):
            case.record.with_user(self.admin).write({case.field: case.entered(NEW_SECRET)})
            case.record.with_user(self.admin).write(values)
            with mute_logger("odoo.addons.external_order_sync"):
                case.call(self.manager)
            self.assertNotIn(NEW_SECRET, "".join(self.other.received))

        self.each_change(check)

    @mute_logger("odoo.addons.external_order_sync")
    def test_another_path_of_the_same_server_keeps_it(self):
        case = FeedKey(self, self.server)
        case.record.with_user(self.manager).external_api_url = f"http://127.0.0.1:{self.server.port}/v2/orders?page=1"
        case.call(self.manager)
        self.assertIn(SECRET, "".join(self.server.received))

    def test_nobody_but_an_administrator_reads_or_writes_what_it_is_bound_to(self):
        for case_class in CASES.values():
            record = case_class(self, self.server).record
            binding = f"{case_class.field}_binding"
            with self.subTest(field=binding):
                self.assertTrue(record[binding])
                for call in (
                    lambda record=record, binding=binding: record.with_user(self.manager).read([binding]),
                    lambda record=record, binding=binding: record.with_user(self.manager).write({binding: "[[], []]"}),
                ):
                    with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                        call()

    def test_a_copy_has_none(self):
        for case_class in CASES.values():
            with self.subTest(secret=case_class.field):
                case = case_class(self, self.server)
                copy = case.record.copy({"code": "copy"} if case.model == "odoo.sync.source" else {})
                self.assertFalse(copy[case.field] or copy[f"{case.field}_binding"])

    def test_the_form_asks_an_administrator_for_it_again(self):
        def check(case, values):
            record = case.record.with_user(self.admin)
            spec = {case.field: {}, **{name: {} for name in values}}
            answer = record.onchange({**values, case.field: case.entered(SECRET)}, list(values), spec)
            self.assertIs(answer["value"].get(case.field), False)
            answer = record.onchange({**values, case.field: case.entered(NEW_SECRET)}, list(values), spec)
            self.assertNotIn(case.field, answer["value"])

        self.each_change(check)

    def test_the_environments_password_goes_where_the_environment_says(self):
        environment = {
            "ODOO_URL": f"http://127.0.0.1:{self.server.port}",
            "ODOO_DB": "stock",
            "ODOO_USER": "mirror",
            "ODOO_PASSWORD": SECRET,
        }
        Source = type(self.env["odoo.sync.source"])
        self.patch(Source, "_read_environment", lambda source: read_environment(environment))
        self.env["odoo.sync.source"]._ensure_environment_source()
        source = self.env["odoo.sync.source"].search([("from_environment", "=", True)])
        url = f"http://127.0.0.1:{self.other.port}"
        for values in ({"url": url, "database": "x", "login": "y"}, {"from_environment": False}):
            source.with_user(self.manager).write(values)
            with self.assertRaises(UserError):
                source.with_user(self.manager).action_test_connection()
        self.assertIn(SECRET, "".join(self.server.received))
        self.assertNotIn(SECRET, "".join(self.other.received))

    # ---- what an address gives away ----

    def store_url(self, url):
        """Give the synchronization an address as a former release has stored it."""
        self.env.flush_all()
        query = "UPDATE external_order_sync SET external_api_url = %s WHERE id = %s"
        self.env.cr.execute(SQL(query, url, self.sync.id))
        self.env.invalidate_all()

    def test_an_address_with_a_password_or_key_in_it_is_refused_and_the_right_place_is_named(self):
        sync = self.sync.with_user(self.manager)
        for url in ("https://user:word@shop.example/orders", "https://user@shop.example/orders"):
            with self.assertRaisesRegex(ValidationError, "belongs in the field External API Key"):
                sync.external_api_url = url
        with self.assertRaisesRegex(ValidationError, "api_key.*in the field Secret Parameters"):
            sync.external_api_url = "https://shop.example/orders?branch=7&api_key=abc"
        source = RemoteOdoo(self, self.server).record
        for url in ("https://user:word@odoo.example", "https://odoo.example?token=abc", "https://odoo.example#abc"):
            with self.assertRaisesRegex(ValidationError, "API Key or Password"):
                source.url = url
        with self.assertRaisesRegex(ValidationError, "fields of their own"):
            Courier(self, self.server).record.opal_test_url = "https://user:word@courier.example"

    def test_one_that_a_former_release_has_stored_does_not_stand_in_the_way(self):
        url = f"http://127.0.0.1:{self.server.port}/orders?api_key=abcdef1&branch=7"
        self.store_url(url)
        self.sync.with_user(self.manager).write({"name": "Renamed", "sync_interval": 5})
        self.sync.external_api_key = SECRET
        self.assertEqual(self.sync.sync_orders().status, "no_orders")
        self.assertIn("api_key=abcdef1&branch=7", self.server.received[0])

    def test_the_chatter_shows_no_value_of_an_addresss_query(self):
        self.store_url("https://user:abcdef1@shop.example/orders?api_key=abcdef2")
        self.sync.external_api_url = "https://shop.example/orders?branch=abcdef3"
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = self.sync.message_ids.sudo().tracking_value_ids
        self.assertRecordValues(
            values.filtered(lambda value: value.field_id.name == "external_api_url"),
            [
                {
                    "old_value_char": "https://***@shop.example/orders?api_key=***",
                    "new_value_char": "https://shop.example/orders?branch=***",
                }
            ],
        )

    def test_an_error_that_quotes_any_secret_is_shown_and_logged_without_it(self):
        url = "https://user:abcdef1@shop.example/orders?api_key=abcdef2"
        self.sync.write({"external_api_key": "abc/ef3", "secret_parameters": "token=abcdef4"})
        self.store_url(url)
        secrets = ("abcdef1", "abcdef2", "abc/ef3", "abc%2Fef3", "abcdef4")

        def fetch(_original, _sync):
            raise ValueError(" ".join(secrets))

        with (
            self.overridden("_fetch_orders_from_external", fetch),
            self.assertLogs("odoo.addons.external_order_sync", "INFO") as logs,
        ):
            run = self.sync.sync_orders()
        for secret in secrets:
            self.assertNotIn(secret, run.message)
            self.assertNotIn(secret, "\n".join(logs.output).partition("raise ValueError")[2])
