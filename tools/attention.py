"""The one activity that a record has while something needs a person."""

from markupsafe import Markup
from odoo.tools import html2plaintext

ACTIVITY = "mail.mail_activity_data_todo"


def link(text, path):
    """Return a link to a screen of Odoo, for the note of an activity.

    :param str path: what follows ``/odoo/`` in the address of the screen
    """
    return Markup('<a href="/odoo/%s">%s</a>') % (path, text)


def note_of(lines):
    """Return the note of an activity with these lines, each a text or a `link`."""
    return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % line for line in lines)


def keep_activity(record, activities, user, summary, note):
    """Keep one activity of a record for a user, with this note.

    :param activities: those that the record has for this purpose
    :param user: the ``res.users`` who gets it, if there is none yet
    """
    if not activities:
        schedule_quietly(record, ACTIVITY, user, summary, note)
    elif html2plaintext(activities[:1].note or "") != html2plaintext(note):
        activities[:1].note = note


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


def person_of(env, *users):
    """Return the first of these users who is a person working here, otherwise the administrator."""
    root = env.ref("base.user_root")
    people = (user for user in users if user and user.active and user._is_internal() and user != root)
    return next(people, env.ref("base.user_admin"))
