import { browser } from "@web/core/browser/browser";
import { addTour } from "./patient_tour";
import { change, closeDialog, open, services } from "./screen";

const MODULE = "external_order_sync";

/** Return the ids of the addon's records of a model, with their names. */
async function findRecords(model, fields, domain = []) {
    const { orm } = services();
    const names = await orm.searchRead(
        "ir.model.data",
        [
            ["module", "=", MODULE],
            ["model", "=", model],
        ],
        ["name", "res_id"]
    );
    const xmlids = Object.fromEntries(names.map(({ name, res_id }) => [res_id, `${MODULE}.${name}`]));
    const ids = names.map((name) => name.res_id);
    const records = await orm.searchRead(model, [["id", "in", ids], ...domain], fields);
    return records.map((record) => ({ ...record, xmlid: xmlids[record.id] }));
}

async function findNewest(model) {
    const [id] = await services().orm.search(model, [], { limit: 1, order: "id desc" });
    return id;
}

/** Every window action with each of its views; forms with the newest record where there is one. */
export async function findActions() {
    const screens = [];
    for (const action of await findRecords("ir.actions.act_window", ["res_model", "view_mode"])) {
        for (const view of action.view_mode.split(",")) {
            const id = view === "form" && (await findNewest(action.res_model));
            const what = `${action.xmlid} as ${view}`;
            const run = open.bind(null, action.xmlid);
            screens.push({ view, what, model: action.res_model, action: action.id, run, id });
        }
    }
    return screens;
}

/** The same, but each view alone: on a phone, an action with cards begins with these, whatever is asked for. */
async function findSingleViews() {
    const screens = await findActions();
    // Some actions have other views than the model's usual ones.
    const own = await services().orm.searchRead(
        "ir.actions.act_window.view",
        [["act_window_id", "in", screens.map((screen) => screen.action)]],
        ["act_window_id", "view_mode", "view_id"]
    );
    const viewOf = Object.fromEntries(own.map((view) => [`${view.act_window_id[0]} ${view.view_mode}`, view.view_id[0]]));
    return screens.map((screen) => ({
        ...screen,
        run: open.bind(null, {
            type: "ir.actions.act_window",
            name: screen.what,
            res_model: screen.model,
            views: [[viewOf[`${screen.action} ${screen.view}`] || false, screen.view]],
        }),
    }));
}

/** Every view that no action has as its own: dialogs, and what is added to the screens of other addons. */
async function findOtherViews() {
    const actions = await findRecords("ir.actions.act_window", ["res_model"]);
    const models = new Set(actions.map((action) => action.res_model));
    const views = await findRecords("ir.ui.view", ["model", "type", "inherit_id"], [["type", "!=", "qweb"]]);
    const screens = [];
    for (const { id, model, type, xmlid, inherit_id } of views.filter((view) => view.inherit_id || !models.has(view.model))) {
        const view = type === "search" ? "list" : type;
        const action = { type: "ir.actions.act_window", name: xmlid, res_model: model, target: "current" };
        action.views = [[type === "search" ? false : id, view]];
        if (type === "search") {
            action.search_view_id = [id, xmlid];
        }
        screens.push({
            view,
            what: xmlid,
            run: open.bind(null, action),
            id: view === "form" && (await findNewest(model)),
            inherits: Boolean(inherit_id),
        });
    }
    return screens;
}

/** The same without what is added to the screens of other addons: the dialogs. */
export async function findOwnViews() {
    const screens = await findOtherViews();
    return screens.filter((screen) => !screen.inherits);
}

/** Every menu that leads somewhere, as it is in the menu bar. */
async function findMenus() {
    const menus = await findRecords("ir.ui.menu", ["complete_name"], [["action", "!=", false]]);
    return menus.map(({ id, complete_name: what }) => ({
        what,
        async run() {
            const menu = services().menu.getMenu(id);
            if (!menu) {
                throw new Error(`${what} is not in the menu bar`);
            }
            await change(() => services().menu.selectMenu(menu), what);
        },
    }));
}

/** Press every button of the row at the top of an open form, and see that each leads to another screen. */
async function pressSmartButtons({ run, what, view, id }) {
    const find = () => [...document.querySelectorAll(".o_form_view .oe_stat_button:not([disabled])")];
    for (const index of find().keys()) {
        if (index) {
            await run(what, view, id);
        }
        const button = find()[index];
        const { open: openTab } = browser;
        let opened = false;
        browser.open = () => (opened = true) && window;
        await change(() => button.click(), `${what}: ${button.textContent}`, undefined, () => opened);
        browser.open = openTab;
    }
}

/** A phone shows all of a form or of its cards without being moved sideways. */
function checkWidth(root, what) {
    const content = root.closest(".o_content") || root.querySelector(".o_content") || root;
    const excess = content.scrollWidth - content.clientWidth;
    if (excess > 1) {
        const widest = [...content.querySelectorAll("*")].filter(
            (element) => element.getBoundingClientRect().right > window.innerWidth + 1
        );
        const names = widest.slice(0, 5).map((element) => `${element.tagName}.${element.className}`);
        throw new Error(`${what} is ${excess} pixels wider than the screen: ${names.join(", ")}`);
    }
}

function checkDirection(root, what) {
    // The direction is in the style sheets, which Odoo mirrors only where the server has rtlcss.
    const expected = document.cookie.match(/expected_direction=(\w+)/)[1];
    const { direction } = getComputedStyle(root);
    if (direction !== expected || !document.body.classList.contains("o_rtl")) {
        throw new Error(`${what} is written ${direction}, in a body of class ${document.body.className}`);
    }
}

// A step may take a minute at most, so each opens a part of the screens.
const PARTS = 24;

/**
 * Register a tour of the screens.
 * @param {string} name
 * @param {Function[]} finders what to open
 * @param {Function} look at each screen: gets the root of its view, the screen
 */
export function addScreensTour(name, finders, look) {
    addTour(name, () => {
        const screens = [];
        return [
            {
                content: "Find the screens",
                trigger: ".o_action_manager .o_view_controller",
                async run() {
                    for (const find of finders) {
                        const found = await find();
                        if (!found.length) {
                            throw new Error(`${find.name} found nothing`);
                        }
                        screens.push(...found);
                    }
                },
            },
            ...Array.from({ length: PARTS }, (_none, part) => ({
                content: `Part ${part + 1} of the screens`,
                trigger: ".o_action_manager",
                async run() {
                    for (const screen of screens.filter((_screen, index) => index % PARTS === part)) {
                        const root = await screen.run(screen.what, screen.view, screen.id);
                        await look(root, screen);
                        await closeDialog();
                    }
                },
            })),
        ];
    });
}

addScreensTour("external_order_every_screen", [findActions, findOtherViews, findMenus], async (_root, screen) => {
    if (screen.id) {
        await pressSmartButtons(screen);
    }
});
addScreensTour("external_order_every_screen_on_a_phone", [findSingleViews, findOtherViews], (root, { what, view }) => {
    // Odoo's own card of a Point of Sale is 8 pixels wider than a phone.
    if (["form", "kanban"].includes(view) && what !== `${MODULE}.pos_config_view_kanban`) {
        checkWidth(root, what);
    }
});
addScreensTour("external_order_every_screen_right_to_left", [findActions], (root, { what }) =>
    checkDirection(root, what)
);
