from odoo import models

from ...tools.attention import attendant_of, keep_activity, link, note_of
from ...tools.message_language import for_reader, with_reader
from .external_order_sync import ATTENTION_ACTIVITY
from .external_order_sync_health import MATTERS


class ExternalOrderSync(models.Model):
    """The activity of the responsible user while a synchronization needs attention; its links lead to the rows."""

    _inherit = "external.order.sync"
    # What the menu of activities opens: the cards, whose numbers are links.
    _systray_view = "kanban"

    def _hand_over_activities(self):
        """Give the activities of these synchronizations and of their sessions to their new responsible user."""
        for sync in self:
            sync._update_attention_activity(hand_over=True)
        # sudo: a user who chooses another responsible user may not see the sessions and the activities of others.
        sessions = self.env["pos.session"].sudo()._get_external_sessions(self)
        sessions._keep_closing_activities(hand_over=True)

    def _update_attention_activity(self, hand_over=False):
        """Keep one activity for the responsible user while something needs attention; otherwise remove it.

        :param bool hand_over: give it to the responsible user even if another user has it
        """
        self.ensure_one()
        activity = self._get_attention_activity()
        responsible = self.responsible_id
        user = attendant_of(self, activity, responsible, self.create_uid, hand_over=hand_over)
        lines = with_reader(self, user)._describe_attention()
        if not lines:
            activity.unlink()
        elif responsible:
            env = for_reader(with_reader(self, user).env)
            summary = env._("External orders need attention")
            keep_activity(self, activity, user, summary, note_of(lines))

    def _get_attention_activity(self):
        return self.activity_search([ATTENTION_ACTIVITY])  # only automated ones, not those that users schedule

    def _describe_attention(self):
        """Return a line for each matter that needs attention, with a link to its rows."""
        env = for_reader(self.env)
        lines = []
        if problem := self._get_last_problem():
            first = problem.splitlines()[0]
            lines.append(self._get_attention_link(env._("The last run had an error: %s", first), "runs"))
        texts = {
            "failed": env._("Orders failed"),
            "changed": env._("Orders were changed after their import"),
            "guessed": env._("Orders were imported, but need checking"),
        }
        lines += [
            self._get_attention_link(text, name) for name, text in texts.items() if self._has_orders(MATTERS[name])
        ]
        return lines

    def _get_attention_link(self, text, name):
        overview = f"action-external_order_sync.action_external_order_sync/{self.id}"
        return link(text, f"{overview}/action-external_order_sync.action_external_order_sync_{name}")
