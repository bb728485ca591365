"""Checks addresses of other systems when they are saved."""

from odoo.exceptions import ValidationError

from ..lib.web_address import AddressError, split_address


def check_address(record, field_name):
    """Refuse a text that is not an unambiguous web address. It may be empty if the field is not required.

    :raise ValidationError: names the field and the record
    """
    url = (record[field_name] or "").strip()
    if not url and not record._fields[field_name].required:
        return
    try:
        split_address(url)
    except AddressError as error:
        env = record.env
        problem = {
            "characters": env._("it is empty or contains spaces, tabs, backslashes or control characters"),
            "invalid": env._("its host or port is not valid"),
            "scheme": env._("it must start with https:// or http:// and name a host"),
        }[error.reason]
        raise ValidationError(
            env._(
                "%(field)s of %(name)s is not a web address: %(problem)s.",
                field=record.fields_get([field_name])[field_name]["string"],
                name=record.display_name,
                problem=problem,
            )
        ) from None
