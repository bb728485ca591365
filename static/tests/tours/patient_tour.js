import { registry } from "@web/core/registry";

// The longest time that Odoo allows a step; its own default of ten seconds is too short for a slow machine.
const PATIENCE = 60000; // milliseconds

/** Register a tour whose steps have as much time as they may need: what is there at once costs nothing more. */
export function addTour(name, getSteps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => getSteps().map((step) => ({ timeout: PATIENCE, ...step })),
    });
}

export const notification = (text) => `.o_notification:contains("${text}")`;

export const closeNotification = { trigger: ".o_notification .o_notification_close", run: "click" };

/** Enter what a step's own text cannot hold, because the test alone knows it: the value of a cookie. */
export const enterCookie = (field, cookie) => ({
    trigger: `.o_field_widget[name=${field}] input`,
    run({ edit }) {
        return edit(decodeURIComponent(document.cookie.match(new RegExp(`${cookie}=([^;]+)`))[1]));
    },
});

export const enter = (field, text) => ({
    trigger: `.o_field_widget[name=${field}] input`,
    run: `edit ${text}`,
});

export const press = (name) => ({ trigger: `.o_form_view .o_statusbar_buttons button[name=${name}]`, run: "click" });

/** Answer Yes to a button's question. */
export const confirm = { trigger: ".modal .modal-footer .btn-primary", run: "click" };

/** Go to an app through the menu of apps. */
export const openApp = (xmlid) => [
    { trigger: ".o_navbar_apps_menu button", run: "click" },
    { trigger: `.o-dropdown--menu .o_app[data-menu-xmlid='${xmlid}']`, run: "click" },
    { trigger: `.o_main_navbar .o_menu_brand` },
];

/** Go to a screen through the menu bar of the current app. */
export const openMenu = (section, xmlid) => [
    { trigger: `.o_menu_sections [data-menu-xmlid='${section}']`, run: "click" },
    { trigger: `.o-dropdown--menu [data-menu-xmlid='${xmlid}']`, run: "click" },
];
