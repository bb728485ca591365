from odoo import fields, models

from ...tools.attention import ACTIVITY, attendant_of, keep_activity, link, note_of
from ...tools.message_language import for_reader, with_reader


class OdooSyncSource(models.Model):
    """The activity of the responsible user while a mirror cannot be brought up to date."""

    _name = "odoo.sync.source"
    _inherit = ["odoo.sync.source", "mail.thread", "mail.activity.mixin"]

    responsible_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, help="Has an activity while the mirror cannot be updated."
    )

    def _update_attention(self, hand_over=False):
        """Keep one activity while the last synchronization failed; otherwise remove it.

        :param bool hand_over: give it to the responsible user even if another user has it
        """
        # sudo: the scheduled action and users who may synchronize need no access to the activities of others.
        source = self.sudo()
        activities = source.activity_search([ACTIVITY])
        if not source.active or source.status in (False, "success"):
            activities.unlink()
            return
        user = attendant_of(source, activities, source.responsible_id, source.create_uid, hand_over=hand_over)
        env = for_reader(with_reader(source, user).env)
        first = (source.with_env(env).message_text or "").splitlines()[:1]
        path = f"action-external_order_sync.action_odoo_sync_source/{source.id}"
        note = note_of([*first, link(env._("Open %s", source.name), path)])
        keep_activity(source, activities, user, env._("The mirror is not up to date"), note)
