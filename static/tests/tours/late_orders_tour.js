/* global posmodel */
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import { addTour } from "./patient_tour";

const closeRegister = [Chrome.clickMenuButton(), { trigger: "span.close-button", run: "click" }];
const confirm = { trigger: ".close-pos-popup .modal-footer button:contains('Close Register')", run: "click" };

/** Let the external system's orders be imported while the register is open. */
const synchronize = {
    content: "External orders arrive",
    trigger: ".close-pos-popup",
    async run() {
        const ids = await posmodel.data.call("external.order.sync", "search", [[["name", "=", "Main Store Orders"]]]);
        await posmodel.data.call("external.order.sync", "action_sync_now", [ids]);
    },
};

addTour("external_order_late_at_closing", () => [
    ...Chrome.startPoS(),
    ...closeRegister,
    { trigger: ".close-pos-popup:contains('1 order')" },
    synchronize,
    confirm,
    { trigger: ".modal:contains('2 external orders'):contains('184.00')" },
    { trigger: ".modal button:contains('Count Again')", run: "click" },
    { trigger: ".close-pos-popup:contains('3 orders')" },
    confirm,
    { trigger: ".modal:contains('Payments Difference'), body:not(:has(.close-pos-popup))" },
]);
