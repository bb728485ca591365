import { ActivityMenu } from "@mail/core/web/activity_menu";
import { patch } from "@web/core/utils/patch";

const COUNTS = { overdue: "overdue_count", today: "today_count", upcoming_all: "planned_count" };

/** Returns whether the filters of this context find all activities of the group: the server's action is about all. */
function findsAll(group, context) {
    return Object.entries(COUNTS).every(
        ([filter, count]) => !group[count] || context[`search_default_activities_${filter}`]
    );
}

/** Opens the rows that activities are about, where the server names them: see `_get_activity_groups`. */
patch(ActivityMenu.prototype, {
    executeActivityAction(group, domain, views, context, newWindow) {
        if (group.external_rows_action && findsAll(group, context)) {
            return this.action.doAction(group.external_rows_action, { newWindow, clearBreadcrumbs: true });
        }
        return super.executeActivityAction(...arguments);
    },
});
