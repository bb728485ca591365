import { registry } from "@web/core/registry";

/**
 * Like `display_notification`, with buttons: `params.buttons` is a list of `{name, primary, action}`.
 * A dialog opened by a button may change the data of the current view, so the view is reloaded when the dialog closes.
 */
export function notifyWithButtons(env, { params }) {
    const close = env.services.notification.add(params.message, {
        className: "o_external_order_notification",
        title: params.title,
        type: params.type,
        sticky: params.sticky,
        buttons: params.buttons.map(({ name, primary, action }) => ({
            name,
            primary,
            onClick: () => {
                close();
                return env.services.action.doAction(action, {
                    onClose: (infos) =>
                        action.target === "new" && !infos?.dismiss && env.services.action.doAction("soft_reload"),
                });
            },
        })),
    });
    return params.next;
}

registry.category("actions").add("external_order_sync.notification", notifyWithButtons);
