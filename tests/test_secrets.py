from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.remote_odoo.environment import read_environment
from .common import ExternalOrderCase
from .recording_server import Recorder
from .secret_cases import CASES, NEW_SECRET, SECRET, FeedKey

# Fields of administrators that say where a secret goes, and hold none.
ADDRESSES = {
    ("delivery.carrier", "opal_url"),
    ("delivery.carrier", "opal_test_url"),
    ("delivery.carrier", "opal_username"),
}
# Secrets that others sign with when they send something to this database: they go nowhere.
RECEIVED = {("external.order.push.secret", "secret"), ("external.order.push.secret.new", "secret")}
# Secrets that messages are signed with. They are not sent either.
SIGNING = {
    (model, "secret")
    for model in (
        "external.event.secret", "external.event.secret.new", "external.signing.secret", "external.signing.secret.new",
    )
}  # fmt: skip


class SecretsCase(ExternalOrderCase):
    """An administrator, a manager who may not read secrets, and two servers that record what they receive."""

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

    def run_scheduled(self, record, action):
        record.sudo().next_sync_date = False
        with self.enter_registry_test_mode():
            self.env.ref(action).method_direct_trigger()


@tagged("post_install", "-at_install")
class TestSecrets(SecretsCase):
    """A secret is sent only to the address for which it was entered, and is never shown."""

    def test_every_secret_of_the_addon_is_known_here(self):
        secrets = {
            (name, field.name)
            for name, model in self.registry.items()
            for field in model._fields.values()
            if "external_order_sync" in field._modules
            and field.type in ("char", "text")
            and field.groups in ("base.group_system", NO_ACCESS)
            and field.store
            and not field.compute
        }
        self.assertEqual(secrets - ADDRESSES - RECEIVED - SIGNING, set(CASES))

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
                    case.record.active = False  # the scheduled actions skip it from now on

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
                self.assertRegex(text, "enter (it|them|the key|the password) again")
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
                return  # nothing listens there
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
