/* global axe */
import { loadJS } from "@web/core/assets";
import { addScreensTour, findActions, findOwnViews } from "./every_screen_tour";
import { until } from "./screen";

const SEVERE = ["serious", "critical"];
// Parts of a screen that Odoo draws by itself, and the faint sample of a list without records.
const AROUND = [
    ".o_control_panel",
    "[class*=o_search_panel]",
    ".o-mail-ChatterContainer",
    ".o-mail-Form-chatter",
    ".o_view_sample_data",
];
// What Odoo's own widgets violate on every screen, and no view can change: the rule, and the elements.
const BY_WIDGETS = {
    "aria-allowed-attr": ".o-dropdown, .o_tag, .o-autocomplete--input",
    "aria-required-parent": ".o_notebook_headers *",
    "autocomplete-valid": ".o_select_menu_toggler",
    "button-name": ".o_clipboard_button, .o_optional_columns_dropdown *",
    "color-contrast": ".badge, .o_pivot *",
    "image-alt": ".o_m2o_avatar *",
    label: ".o_list_renderer .form-check-input",
};

/** Return what keeps people from using a screen, as axe-core sees it. */
async function findViolations(root) {
    const context = { include: [root], exclude: AROUND.map((selector) => [selector]) };
    const { violations } = await axe.run(context, { elementRef: true, resultTypes: ["violations"] });
    return violations
        .filter((violation) => SEVERE.includes(violation.impact))
        .flatMap(({ id, help, nodes }) =>
            nodes
                .filter(({ element }) => !element.matches(BY_WIDGETS[id] || ":not(*)"))
                .map(({ html }) => `${help} (${id}): ${html.slice(0, 300)}`)
        );
}

/** End what is still fading in, which has less contrast until then. */
async function endTransitions() {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (const animation of document.getAnimations()) {
        if (animation.effect.getComputedTiming().endTime !== Infinity) {
            animation.finish();
        }
    }
}

async function check(root, what) {
    await endTransitions();
    const violations = await findViolations(root);
    if (violations.length) {
        throw new Error(`${what}:\n${violations.join("\n")}`);
    }
}

addScreensTour("external_order_accessibility", [findActions, findOwnViews], async (root, { what }) => {
    // The test serves it.
    await loadJS("/external_order_sync/axe.js");
    await check(root, what);
    const find = () => [...root.querySelectorAll(".o_notebook_headers .nav-link")];
    for (const index of find().keys()) {
        const tab = find()[index];
        if (!tab.classList.contains("active")) {
            tab.click();
            await until(() => find()[index].classList.contains("active"), `${what}: ${tab.textContent}`);
            await check(root, `${what}, ${tab.textContent}`);
        }
    }
});
