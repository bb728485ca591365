from datetime import UTC, datetime, timedelta

from odoo.tests import TransactionCase, tagged

from ..dev.stand_ins.remote_odoo import sample
from ..dev.stand_ins.remote_odoo.stand_in import DATABASE, LOGIN, PASSWORD, OldOdoo

# What the sample has of each kind.
SAMPLE_COUNTS = {"location": 3, "product": 2, "lot": 1, "package": 1, "quant": 1, "picking": 1, "move_line": 2}


@tagged("post_install", "-at_install")
class MirrorCase(TransactionCase):
    """A source whose remote is a stand-in with the sample; `remote_version` is its Odoo version."""

    remote_version = 17

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.source = self.create_source(self.remote)

    def start_remote(self, version=None):
        remote = OldOdoo(version or self.remote_version)
        sample.fill(remote)
        self.enterContext(remote)
        return remote

    def create_source(self, remote, **values):
        return self.env["odoo.sync.source"].create(
            {
                "name": "Old Warehouse",
                "code": f"old{self.env['odoo.sync.source'].search_count([])}",
                "url": remote.url,
                "database": DATABASE,
                "login": LOGIN,
                "secret": PASSWORD,
                **values,
            }
        )

    # What happens at the remote

    def put(self, model, id, *, ago=0, **values):
        """Write a row at the remote, in a transaction that began this many seconds ago."""
        written = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=ago)
        return self.remote.tables.put(model, id, **{"write_date": written, **values})

    # What is here

    def sync(self, source=None):
        """Synchronize and return the run."""
        return (source or self.source)._sync()

    def mirror(self, kind, remote_id=None):
        """Return the mirrored rows of a kind, or the one of a remote id."""
        domain = [("source_id", "=", self.source.id)]
        if remote_id:
            domain.append(("remote_id", "=", remote_id))
        return self.env["odoo.mirror.sync"]._get_mirror(kind).search(domain, order="remote_id")

    def counts(self, run):
        """Return the counts of a run by kind, without zeros."""
        return {kind: run[f"{kind}_count"] for kind in SAMPLE_COUNTS if run[f"{kind}_count"]}

    def asked(self, method=None):
        """Return the models that were requested from the remote, in order, and forget them."""
        calls, self.remote.calls = self.remote.calls, []
        return [model for model, name in calls if method in (None, name)]
