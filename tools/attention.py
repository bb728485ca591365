"""The one activity that a record has while something needs a person."""

from markupsafe import Markup
from odoo.tools import html2plaintext

from .groups import MANAGER_GROUP

ACTIVITY = "mail.mail_activity_data_todo"


def link(text, path):
    """Return a link to a screen of Odoo, for the note of an activity.

    :param str path: what follows ``/odoo/`` in the address of the screen
    """
    return Markup('<a href="/odoo/%s">%s</a>') % (path, text)


def note_of(lines):
    """Return the note of an activity with these lines, each a text or a `link`."""
    return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % line for line in lines)


def keep_activity(record, activities, user, summary, note, kind=ACTIVITY):
    """Keep one activity of a record for a user, with these texts.

    :param activities: those that the record has for this purpose
    :param user: the ``res.users`` who gets it, see `attendant_of`
    :param str kind: XML id of the activity type
    """
    activity = activities[:1].with_context(mail_activity_quick_update=True)
    if not activity:
        schedule_quietly(record, kind, user, summary, note)
        return
    values = {"user_id": user.id} if activity.user_id != user else {}
    if activity.summary != summary:
        values["summary"] = summary
    if html2plaintext(activity.note or "") != html2plaintext(note):
        values["note"] = note
    if values:
        activity.write(values)


def schedule_quietly(record, kind, user, summary, note):
    """Create an activity without Odoo's e-mail to its user: what fails every few minutes would send one each time.

    :param str kind: XML id of the activity type
    """
    quiet = record.with_context(mail_activity_quick_update=True)
    quiet.activity_schedule(kind, user_id=user.id, summary=summary, note=note)


def lead_to_rows(env, groups, model, kind, get_action):
    """Let the menu of activities open the rows that the activities of a model are about, instead of their records.

    It does not if a user planned one of them: that is about its record.

    :param list groups: what ``_get_activity_groups`` of ``res.users`` returns
    :param str kind: XML id of the type of the addon's activities
    :param get_action: called with these activities, returns the action; none to open the records as usual
    """
    for group in groups:
        if group["model"] != model:
            continue
        activities = env["mail.activity"].search([("user_id", "=", env.uid), ("res_model", "=", model)])
        kind_id = env["ir.model.data"]._xmlid_to_res_id(kind)
        is_ours = all(activity.automated and activity.activity_type_id.id == kind_id for activity in activities)
        if is_ours and (action := get_action(activities)):
            group["external_rows_action"] = action  # see `activity_menu.js`


def handed_over(records, vals):
    """Return those of these records that get another responsible user when these values are written."""
    if "responsible_id" not in vals:
        return records.browse()
    return records.filtered(lambda record: record.responsible_id.id != vals["responsible_id"])


def attendant_of(record, activities, *users, hand_over=False):
    """Return who has the activity of a record, or who gets it: its texts are written for this user.

    :param activities: those that the record has for this purpose. A user may have given it to a colleague.
    :param users: see `person_for`
    :param bool hand_over: whether the record has another responsible user now, who takes it from its present one
    """
    has_it = activities[:1].user_id
    return person_for(record, *users) if hand_over else person_for(record, has_it, *users)


def person_for(record, *users):
    """Return the first of these users who can open a record, otherwise an administrator who can."""
    people = (user for user in users if user and can_open(record, user))
    return next(people, None) or _get_administrator(record)


def _get_administrator(record):
    first = record.env.ref("base.user_admin")
    # sudo: only system administrators see who has which rights.
    others = record.env.ref(MANAGER_GROUP).sudo().all_user_ids.sorted("id").with_env(record.env)
    return next((user for user in (first, *others) if can_open(record, user)), first)


def can_open(record, user):
    """Return whether a user is a person who may read a record."""
    if not user.active or user == record.env.ref("base.user_root"):
        return False
    # In any of the user's companies: a link from an activity switches to the one of its record.
    return record.with_user(user).with_context(allowed_company_ids=[]).has_access("read")
