import { ActivityMenu } from "@mail/core/web/activity_menu";
import { patch } from "@web/core/utils/patch";

/** Opens the rows that activities are about, where the server names them: see `_get_activity_groups`. */
patch(ActivityMenu.prototype, {
    executeActivityAction(group, domain, views, context, newWindow) {
        if (group.external_rows_action) {
            return this.action.doAction(group.external_rows_action, { newWindow, clearBreadcrumbs: true });
        }
        return super.executeActivityAction(...arguments);
    },
});
