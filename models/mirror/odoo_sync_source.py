import hashlib
import logging
import os
import time
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import MissingError, UserError
from odoo.fields import Domain

from ...lib.remote_odoo.client import Connection, Handshake, OdooClient, OdooClientError
from ...lib.remote_odoo.environment import NEEDED, incomplete, read_environment
from ...lib.remote_odoo.versions import KINDS
from ...tools.address_check import check_address
from ...tools.attention import handed_over
from ...tools.company_access import check_written
from ...tools.message_language import reader_text, stored, with_reader
from ...tools.notifications import notification
from ...tools.private_context import without_defaults
from ...tools.scheduling import SYNC_NOW_SECONDS, bring_back, due_domain, plan_next_turn, quietly
from ...tools.transaction import Deadline, ScheduledTurn, commit, rollback
from .odoo_sync_run import STATUSES

_logger = logging.getLogger(__name__)

# Code of the source that is configured by environment variables.
ENVIRONMENT_CODE = "environment"
# Code of this database in the warehouse API; it is not a source.
LOCAL_CODE = "local"


class OdooSyncSource(models.Model):
    """A remote Odoo whose stock data is mirrored here."""

    _name = "odoo.sync.source"
    _description = "Warehouse Mirror Source"
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(
        required=True,
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="The name of this source in the warehouse API: source=<code>.",
    )
    active = fields.Boolean(default=True, help="An archived source is never synchronized.")
    company_id = fields.Many2one(
        "res.company", help="Only users of this company see its data. Leave empty to show it to users of all companies."
    )
    from_environment = fields.Boolean(
        readonly=True, copy=False, help="Address and login come from the server's environment (ODOO_URL, …)."
    )
    url = fields.Char("URL", help="The address of the remote Odoo, for example https://odoo.example.com")
    database = fields.Char()
    login = fields.Char("User", help="The login of the remote's user. Its access rights decide what can be mirrored.")
    secret = fields.Char(
        "API Key or Password",
        groups="base.group_system",
        copy=False,
        help="Only system administrators can read it. With an API key, Odoo 19 is read through JSON-2.",
    )
    environment_url = fields.Char("Environment URL", compute="_compute_environment")
    environment_database = fields.Char(compute="_compute_environment")
    environment_login = fields.Char("Environment User", compute="_compute_environment")
    sync_interval = fields.Integer("Interval", default=15, required=True, help="Minutes between two synchronizations.")
    overlap_minutes = fields.Integer(
        "Overlap",
        default=10,
        required=True,
        help="Rows that changed within this many minutes before the last synchronization are read again. Changes "
        "from longer remote transactions are picked up once a day, when all rows are compared.",
    )
    is_default = fields.Boolean(
        "Default for the API", copy=False, help="The warehouse API serves this source if a request does not name one."
    )

    status = fields.Selection(STATUSES, readonly=True, copy=False)
    message = fields.Text("Message as Written", readonly=True, copy=False)
    last_sync_date = fields.Datetime(readonly=True, copy=False)
    next_sync_date = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    handshake = fields.Json(readonly=True, copy=False, groups="base.group_system")
    remote_version = fields.Char(readonly=True, copy=False)

    run_ids = fields.One2many("odoo.sync.run", "source_id", "Runs")
    cursor_ids = fields.One2many("odoo.sync.cursor", "source_id", "Kinds")

    _code_unique = models.Constraint("UNIQUE (code)", "Another source already has this code.")
    _code_format = models.Constraint(
        f"CHECK (code ~ '^[a-z0-9][a-z0-9_.-]{{0,63}}$' AND code != '{LOCAL_CODE}')",
        'The code may contain lowercase letters, digits, dots, dashes and underscores, and must not be "local".',
    )
    _interval_positive = models.Constraint("CHECK (sync_interval >= 1)", "The interval must be at least one minute.")
    _overlap_positive = models.Constraint("CHECK (overlap_minutes >= 1)", "The overlap must be at least one minute.")
    _one_default = models.UniqueIndex("(is_default) WHERE is_default", "Another source is already the default.")
    _connection_complete = models.Constraint(
        "CHECK (from_environment IS TRUE OR (url IS NOT NULL AND database IS NOT NULL AND login IS NOT NULL))",
        "A source needs a URL, a database and a user.",
    )

    @api.constrains("url")
    def _check_url(self):
        for source in self:
            check_address(source, "url")

    @api.depends("from_environment")
    def _compute_environment(self):
        environment = self._read_environment()
        for source in self:
            shown = environment if source.from_environment else None
            source.environment_url = shown and shown.url
            source.environment_database = shown and shown.database
            source.environment_login = shown and shown.login

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        self.env.registry.clear_cache()
        return sources

    def write(self, vals):
        self._bind_before_write(vals)
        if "sync_interval" in vals or vals.get("active"):
            # A shorter interval, or unarchiving, takes effect now and not at the time planned before.
            vals = {"next_sync_date": fields.Datetime.now(), **vals}
        given = handed_over(self, vals)
        result = super().write(vals)
        check_written(self)
        if not vals.keys().isdisjoint(("code", "active", "is_default")):
            self.env.registry.clear_cache()
        if not vals.keys().isdisjoint(("status", "responsible_id")) or vals.get("active") is False:
            for source in self:
                with quietly(self.env, "the activity of a mirror"):
                    source._update_attention(hand_over=source in given)
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_mirrors_first(self):
        # Delete referring rows first: foreign keys are then checked against tables without rows of this source.
        for kind in reversed(KINDS):
            self.env["odoo.mirror.sync"]._get_mirror(kind)._delete_all(self)

    # ------------------------------------------------------------
    # Connecting
    # ------------------------------------------------------------

    def _get_connection(self):
        """Return the `Connection`: the address of the remote, the database and the credentials.

        :raise OdooClientError: if one of them is missing
        """
        self.ensure_one()
        if not self.from_environment:
            source = self.sudo()  # only administrators may read the key, but a sync started by others uses it too
            return Connection(source.url or "", source.database or "", source.login or "", source._get_secret())
        environment = self._read_environment()
        missing = environment.missing if environment else NEEDED
        if missing:
            raise OdooClientError(incomplete(missing), "settings")
        return Connection(environment.url, environment.database, environment.login, environment.secret)

    def _get_handshake(self):
        """Return the stored `Handshake`, or None if the client must connect first.

        After a failure None is returned too, because the remote may have been upgraded or the key replaced.
        """
        self.ensure_one()
        known = self.sudo().handshake  # sudo: it contains the remote user's id, which only administrators may read
        if not known or known["of"] != self._get_connection_digest() or self.status not in (False, "success"):
            return None
        return Handshake(known["protocol"], known["version"], known["uid"])

    def _set_handshake(self, handshake):
        self.ensure_one()
        digest = self._get_connection_digest()
        known = self.sudo().handshake
        if known and known["of"] != digest:
            # The database is another one, so the cursors say nothing about changes there.
            self.cursor_ids.unlink()
        self.sudo().handshake = {  # sudo: as above
            "of": digest, "protocol": handshake.protocol, "version": handshake.version, "uid": handshake.uid,
        }  # fmt: skip
        self.remote_version = f"{handshake.version} ({'JSON-2' if handshake.protocol == 'json2' else 'JSON-RPC'})"

    def _get_connection_digest(self):
        connection = self._get_connection()
        text = "\0".join([connection.url, connection.database, connection.login])
        return hashlib.sha256(text.encode()).hexdigest()

    def action_test_connection(self):
        """Sign in and show the remote's version. Nothing is synchronized."""
        self.ensure_one()
        self.check_access("write")
        try:
            with OdooClient(self._get_connection()) as client:
                handshake = client.connect()
                total = client.newest("product", 1).total
        except OdooClientError as error:
            raise UserError(reader_text(self.env, error.message)) from error
        message = self.env._(
            "Connected to Odoo %(version)s through %(protocol)s. The user can see %(count)s products.",
            version=handshake.version,
            protocol="JSON-2" if handshake.protocol == "json2" else "JSON-RPC",
            count=total,
        )
        return notification("success", message, title=self.env._("Connection works"), reload=False)

    # ------------------------------------------------------------
    # Synchronizing
    # ------------------------------------------------------------

    def action_sync_now(self):
        """Synchronize now and show the result. If it takes too long, the rest continues in the background."""
        self.ensure_one()
        self.check_access("write")
        # sudo: only the system writes cursors
        without_defaults(self).sudo().cursor_ids.filtered("interruptions").interruptions = 0
        deadline = Deadline(time.monotonic() + SYNC_NOW_SECONDS)
        # sudo: users who may write the source may synchronize it, but only the system writes mirrors.
        run = deadline.on(without_defaults(self)).sudo()._sync()
        if not run:
            raise UserError(self.env._("%s is already being synchronized.", self.name))
        if run.status == "running":
            run._hand_over()
        return run._get_notification()

    def action_compare_all(self):
        """Have the next synchronization compare all rows with the remote's, and start it."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().cursor_ids.whole_date = False  # sudo: only the system writes cursors
        return self.action_sync_now()

    def _sync(self):
        """Synchronize; see ``odoo.mirror.sync``. Messages are in the language of the user, or else of the company."""
        self.ensure_one()
        source = self if self.env.lang else with_reader(self, (self.company_id or self.env.company).partner_id)
        return source.env["odoo.mirror.sync"]._sync(source)

    def _trigger_sync(self):
        """Have the scheduler synchronize ``self`` now, or all active sources that the user may see if it is empty.

        :return: how many sources will be synchronized
        :rtype: int
        """
        # sudo: the source of the environment belongs to the administrator
        self.sudo()._ensure_environment_source()
        sources = (self or self.search([("active", "=", True)])).filtered("active")
        if sources:
            # sudo: the date is internal to the scheduler. The caller checks whether the user may start a sync.
            sources.sudo().next_sync_date = fields.Datetime.now()
            self._get_cron()._trigger()
        return len(sources)

    @api.model
    def _get_cron(self):
        # sudo: users have no access to scheduled actions.
        return self.env.ref("external_order_sync.ir_cron_odoo_sync").sudo()

    @api.model
    def _cron_sync(self):
        """Synchronize every source that is due, in slices, and plan the next run of each."""
        cron = self.env["ir.cron"]
        with quietly(self.env, "the source of the environment"):
            self._ensure_environment_source()
        self.env["odoo.mirror.sync"]._announce()
        bring_back(self.search([("from_environment", "=", False)]))
        for source in self.search(self._due_domain()):
            try:
                run = ScheduledTurn().on(source)._sync()
            except Exception as error:  # any error, such as one in an extension: the other sources must continue
                if self.env.cr.connection.closed:
                    raise
                rollback(self.env)
                source._record_failure(error)
                continue
            if run.status == "running":
                run.handed_over = True
                cron._commit_progress(remaining=1)
                return
        with quietly(self.env, "the plan of the sources"):
            self._plan_next_runs()
        cron._commit_progress(remaining=0)

    def _record_failure(self, error):
        """Show an unexpected error in the source's status, so that the other sources can continue."""
        _logger.error("External Order Sync: %s: unexpected error", self.code, exc_info=error)
        message = stored(self.env)._(
            "The synchronization stopped unexpectedly. The next one continues; the server log has the reason."
        )
        now = fields.Datetime.now()
        values = {"status": "error", **self._prepare_message_values(message)}
        with quietly(self.env, self.code):
            # If left running, the next turns would resume these runs first.
            self.run_ids.filtered(lambda run: run.status == "running").write(
                {**values, "date_end": now, "handed_over": False}
            )
            self.write({**values, "last_sync_date": now})
            self._plan_next_sync()
        commit(self.env)

    @api.model
    def _due_domain(self):
        """Return the domain of the sources that are due, or whose run is unfinished."""
        unfinished = Domain("run_ids", "any", [("status", "=", "running"), ("handed_over", "=", True)])
        return self._scheduled_domain() & (due_domain() | unfinished)

    @api.model
    def _scheduled_domain(self):
        """Return the domain of the sources to run: the source of the environment only while its variables are set."""
        return Domain.TRUE if self._read_environment() else Domain("from_environment", "=", False)

    def _plan_next_sync(self):
        """Schedule the next synchronization: one interval from now, however this run ends."""
        self.ensure_one()
        environment = self._read_environment() if self.from_environment else None
        interval = environment.interval if environment else self.sync_interval
        self.next_sync_date = fields.Datetime.now() + timedelta(minutes=interval)

    @api.model
    def _plan_next_runs(self):
        """Trigger the scheduled action for the next due source, if that is earlier than the action's next run."""
        sources = self.search(self._scheduled_domain() & Domain("next_sync_date", "!=", False))
        plan_next_turn(self._get_cron(), sources.mapped("next_sync_date"))

    @api.model
    def _read_environment(self):
        """Return the source described by environment variables; None without one, or on a neutralized database."""
        # sudo: users may not read system parameters
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return None
        return read_environment(os.environ)

    @api.model
    def _ensure_environment_source(self):
        """Create the record of the environment's source, for its runs and mirrors; the connection is not stored."""
        if self._read_environment() and not self._with_archived().search_count([("from_environment", "=", True)]):
            self.create({
                "name": self.env._("Environment"), "code": ENVIRONMENT_CODE, "from_environment": True,
            })  # fmt: skip

    @api.model
    def _with_archived(self):
        return self.with_context(active_test=False)

    # ------------------------------------------------------------
    # The warehouse API
    # ------------------------------------------------------------

    @api.model
    def _get_warehouse(self, code=None):
        """Return the model that answers the warehouse API: ``warehouse.api`` or ``odoo.mirror.api``.

        :param code: the code of a source, "local" for this database, None for the default
        :raise MissingError: if there is no active source with that code, or the user may not see it
        """
        source = self.browse(self._get_api_source_ids().get(code or "")) if code != LOCAL_CODE else self
        if source and source.has_access("read"):
            return self.env["odoo.mirror.api"]._for_source(source)
        if code and code != LOCAL_CODE:
            raise MissingError(self.env._("There is no such source."))
        return self.env["warehouse.api"]

    @api.model
    @tools.ormcache()  # not keyed by code: codes invented by a client would fill the registry's cache
    def _get_api_source_ids(self):
        """Return {code: id} of all sources; the key "" holds the default source."""
        # sudo: the cache is shared by all users; access is checked afterwards
        sources = self.sudo().search([("code", "!=", False)])
        return {**{source.code: source.id for source in sources}, "": sources.filtered("is_default")[:1].id}

    # ------------------------------------------------------------
    # Viewing mirrored rows
    # ------------------------------------------------------------

    def action_open_mirror(self):
        """Open the mirror named by ``mirror_action`` in the button's context, with the rows of this source."""
        self.ensure_one()
        self.check_access("read")
        name = self.env.context["mirror_action"]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"external_order_sync.action_odoo_mirror_{name}")
        title = f"{action['name']} · {self.name}"
        return {
            **action,
            "name": title,
            "domain": [("source_id", "=", self.id)],
            "context": {"search_default_present": 1},
        }
