import { browser } from "@web/core/browser/browser";
import { addTour, confirm, enter, press } from "./patient_tour";

/** Let the shipments' scheduled action run, as the scheduler does. */
async function sendShipments() {
    const { orm } = odoo.__WOWL_DEBUG__.root.env.services;
    const domain = [
        ["module", "=", "external_order_sync"],
        ["name", "=", "ir_cron_ship"],
    ];
    const [name] = await orm.searchRead("ir.model.data", domain, ["res_id"]);
    await orm.call("ir.cron", "method_direct_trigger", [[name.res_id]]);
}

/** Let it run, and show what it changed. */
const runScheduler = {
    content: "The scheduler sends the shipments",
    trigger: ".o_action_manager",
    async run() {
        await sendShipments();
        await odoo.__WOWL_DEBUG__.root.env.services.action.doAction("soft_reload");
    },
};
const inState = (state) => ({ trigger: `.o_form_view .o_arrow_button_current:contains('${state}')` });

addTour("external_shipment_validate", () => [
    // Inventory → Operations → Deliveries is Odoo's own; the transfer's form is open already.
    press("button_validate"),
    { trigger: ".o_form_view .oe_stat_button[name=action_open_shipment]", run: "click" },
    inState("Waiting"),
    runScheduler,
    inState("Shipped"),
    { trigger: ".o_form_view .o_field_widget[name=tracking_url] a[href*='auftrag.php?nr=']" },
    {
        content: "The tracking page opens in another tab",
        trigger: ".oe_stat_button[name=action_open_tracking]",
        async run({ click }) {
            const { open } = browser;
            const opened = new Promise((resolve) => {
                browser.open = (url) => resolve(url) || window;
            });
            await click();
            const url = await opened;
            browser.open = open;
            if (!url.includes("auftrag.php?nr=")) {
                throw new Error(`Not the tracking page: ${url}`);
            }
        },
    },
    press("action_cancel"),
    confirm,
    inState("Cancelled"),
]);

addTour("external_shipment_refreshes_itself", () => [
    { trigger: ".o_data_row .o_data_cell[name=picking_id]", run: "click" },
    inState("Waiting"),
    {
        content: "The scheduler sends the shipments, and nobody reloads the form",
        trigger: ".o_form_view",
        run: () => sendShipments(),
    },
    inState("Shipped"),
    { trigger: ".o_form_view .o_field_widget[name=tracking_number]" },
]);

addTour("external_shipment_mend", () => [
    { trigger: ".o_list_view .o_data_row:contains('Erika')" },
    runScheduler,
    { trigger: ".o_data_row:contains('Error'):contains('ZIP code of the receiver')" },
    { trigger: ".o_data_row .o_data_cell[name=partner_id]", run: "click" },
    { trigger: ".o_form_view .alert-danger:contains('ZIP code of the receiver')" },
    { trigger: ".o_form_view .o_field_widget[name=partner_id] a", run: "click" },
    enter("zip", "01067"),
    { trigger: ".o_form_button_save", run: "click" },
    { trigger: ".o_form_saved" },
    { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a", run: "click" },
    press("action_retry"),
    inState("Waiting"),
    runScheduler,
    inState("Shipped"),
    { trigger: ".o_form_view:not(:has(.alert-danger)) .o_field_widget[name=tracking_number]" },
]);

addTour("external_plain_error", () => [
    { trigger: ".o_form_view button[name=action_check_opal]", run: "click" },
    { trigger: ".modal .o_error_dialog p:contains('OPAL does not accept the user and password')" },
    { trigger: ".modal:contains('Invalid Operation'):not(:contains('technical details')) .btn-primary", run: "click" },
    { trigger: "body:not(:has(.modal))" },
]);

addTour("external_shipment_activity_menu", () => [
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('Transfer')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('No such street.')" },
    { trigger: ".o_breadcrumb:contains('Shipments in Error')" },
]);
