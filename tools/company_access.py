"""Access to records that a write has just given to another company."""


def check_written(records):
    """Check that the user may still write these records, as they have just been written.

    Odoo checks record rules before a write only. Without this, a user could hand a record to a company that the user
    may not see, where it would take effect.

    :raise AccessError: if the user may not write them any more
    """
    if not records.env.su:
        records.check_access("write")
