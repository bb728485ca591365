/** Opens screens one after the other, and waits until each is there. */

const PATIENCE = 50000; // milliseconds
const shown = {
    list: ".o_list_view",
    kanban: ".o_kanban_view",
    form: ".o_form_view",
    graph: ".o_graph_view",
    pivot: ".o_pivot_view",
};
const CONTROLLER = ".o_action_manager .o_view_controller";

export const services = () => odoo.__WOWL_DEBUG__.root.env.services;

/** Wait until a condition returns something true, and return that. What the screen reports as an error is thrown. */
export async function until(condition, what) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const error = document.querySelector(".o_error_dialog");
        if (error) {
            throw new Error(`${what}: ${error.textContent}`);
        }
        const result = condition();
        if (result) {
            return result;
        }
        if (Date.now() > end) {
            throw new Error(`${what} did not appear`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/**
 * Do what changes the screen, and return the new one: a view's root element, in a dialog or not.
 * @param {string} [viewType] what view it must be
 * @param {Function} [isElsewhere] returns whether it opened outside of this page
 */
export async function change(action, what, viewType, isElsewhere = () => false) {
    document.querySelector(CONTROLLER)?.setAttribute("data-seen", "1");
    try {
        await action();
    } catch (error) {
        const { message, data } = error.cause || error;
        throw new Error(`${what}: ${data?.message || message}`, { cause: error });
    }
    const views = viewType ? [shown[viewType]] : Object.values(shown);
    const selectors = views.flatMap((view) => [
        `${CONTROLLER}:not([data-seen]) ${view}`,
        `${CONTROLLER}:not([data-seen])${view}`,
        `.modal ${view}`,
    ]);
    return until(() => document.querySelector(selectors.join(", ")) || isElsewhere(), what);
}

/** Open one view of an action: its XML id, or its description. */
export function open(action, what, viewType, resId) {
    // Some actions show the records of the one that they are opened from.
    const options = { clearBreadcrumbs: true, additionalContext: { active_id: 1 } };
    if (viewType) {
        options.viewType = viewType;
    }
    if (resId) {
        options.props = { resId };
    }
    return change(() => services().action.doAction(action, options), what, viewType);
}

/** Close the dialog if the last screen is one. */
export async function closeDialog() {
    const button = document.querySelector(".modal .btn-close, .modal .oi-arrow-left");
    if (button) {
        button.click();
        await until(() => !document.querySelector(".modal"), "The end of the dialog");
    }
}
