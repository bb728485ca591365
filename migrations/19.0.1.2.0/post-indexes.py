"""Drop an index that another one has replaced: Odoo keeps indexes that it does not know."""


def migrate(cr, version):
    """Drop the index on ``sync_id`` alone; now there is one on ``sync_id`` and ``pos_config_id``."""
    cr.execute("DROP INDEX IF EXISTS external_order__sync_id_index")
