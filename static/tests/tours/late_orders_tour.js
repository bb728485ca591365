/* global posmodel */
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import { addTour } from "./patient_tour";

const POPUP = ".modal:contains('Closing Register')";
const confirm = { trigger: ".modal .modal-footer button:contains('Close Register')", run: "click" };

/** Let the external system's orders be imported while the register is open. */
const synchronize = {
    content: "External orders arrive",
    trigger: POPUP,
    async run() {
        const ids = await posmodel.data.call("external.order.sync", "search", [[["name", "=", "Main Store Orders"]]]);
        await posmodel.data.call("external.order.sync", "action_sync_now", [ids]);
    },
};

addTour("external_order_late_at_closing", () => [
    ...Chrome.startPoS(),
    ...Chrome.clickMenuOption("Close Register"),
    { trigger: `${POPUP}:contains('1 orders')` },
    synchronize,
    confirm,
    { trigger: ".modal:contains('2 external orders'):contains('184.00')" },
    { trigger: ".modal button:contains('Count Again')", run: "click" },
    { trigger: `${POPUP}:contains('3 orders')` },
    confirm,
    { trigger: "body:not(:has(.modal:contains('arrived after')))" },
]);
