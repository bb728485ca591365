import { registry } from "@web/core/registry";

const PATIENCE = 15000; // milliseconds
const shown = {
    list: ".o_list_view",
    kanban: ".o_kanban_view",
    form: ".o_form_view",
    graph: ".o_graph_view",
    pivot: ".o_pivot_view",
    activity: ".o_activity_view",
    calendar: ".o_calendar_view",
};

async function until(condition, what) {
    const end = Date.now() + PATIENCE;
    while (!condition()) {
        if (document.querySelector(".o_error_dialog")) {
            throw new Error(`${what}: ${document.querySelector(".o_error_dialog").textContent}`);
        }
        if (Date.now() > end) {
            throw new Error(`${what} did not appear`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Open one view of an action and wait until it is there. The address is a mark of the former screen's being gone. */
async function openView(env, xmlid, action, view, resId) {
    document.querySelector(".o_action_manager .o_view_controller")?.setAttribute("data-seen", "1");
    try {
        await env.services.action.doAction(xmlid, {
            viewType: view,
            clearBreadcrumbs: true,
            ...(resId ? { props: { resId } } : {}),
        });
    } catch (error) {
        const { message, data } = error.cause || error;
        throw new Error(`${xmlid} as ${view}: ${data?.message || message}`, { cause: error });
    }
    const root = action.target === "new" ? ".modal" : ".o_action_manager .o_view_controller:not([data-seen])";
    const selector = `${root} ${shown[view]}, ${root}${shown[view]}`;
    await until(() => document.querySelector(selector), `${xmlid} as ${view}`);
    if (action.target === "new") {
        document.querySelector(".modal .btn-close").click();
        await until(() => !document.querySelector(".modal"), `End of ${xmlid}`);
    }
}

/** Find every window action of the addon with each of its views; forms with the newest record where there is one. */
async function findScreens(orm) {
    const domain = [
        ["module", "=", "external_order_sync"],
        ["model", "=", "ir.actions.act_window"],
    ];
    const names = await orm.searchRead("ir.model.data", domain, ["complete_name", "res_id"]);
    const ids = names.map((name) => name.res_id);
    const actions = await orm.read("ir.actions.act_window", ids, ["res_model", "view_mode", "target"]);
    const screens = [];
    for (const [index, action] of actions.entries()) {
        const [resId] = await orm.search(action.res_model, [], { limit: 1, order: "id desc" });
        for (const view of action.view_mode.split(",")) {
            screens.push([names[index].complete_name, action, view, view === "form" && resId]);
        }
    }
    return screens;
}

// A step may take a minute at most, so each opens a part of the screens.
const PARTS = 6;

registry.category("web_tour.tours").add("external_order_every_screen", {
    steps: () => {
        const env = odoo.__WOWL_DEBUG__.root.env;
        let screens = [];
        return [
            {
                trigger: ".o_action_manager .o_list_view",
                timeout: 60000,
                async run() {
                    screens = await findScreens(env.services.orm);
                    if (screens.length < 15) {
                        throw new Error(`Only ${screens.length} screens were found`);
                    }
                },
            },
            ...Array.from({ length: PARTS }, (_none, part) => ({
                content: `Part ${part + 1} of the screens`,
                trigger: ".o_action_manager",
                timeout: 60000,
                async run() {
                    for (const screen of screens.filter((_screen, index) => index % PARTS === part)) {
                        await openView(env, ...screen);
                    }
                },
            })),
        ];
    },
});
