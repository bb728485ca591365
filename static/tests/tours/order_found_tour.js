/* global posmodel */
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { addTour } from "./patient_tour";
import { until } from "./screen";

addTour("external_order_found_in_orders", () => [
    { trigger: ".o_list_view .o_data_row:contains('B-18')" },
    { trigger: ".o_searchview_input", run: "edit A-17" },
    { trigger: ".o_searchview_input", run: "press Enter" },
    { trigger: ".o_list_view:not(:has(.o_data_row:contains('B-18')))" },
    { trigger: ".o_data_row .o_data_cell[name=external_order_number]:contains('A-17')", run: "click" },
    { trigger: ".o_form_view .o_field_widget[name=external_order_number]:contains('A-17')" },
    { trigger: ".o_form_view .o_field_widget[name=source]:contains('External System')" },
]);

addTour("external_order_found_in_register", () => [
    ...Chrome.startPoS(),
    Chrome.clickOrders(),
    // An external order is paid: it is found although the list begins with the active orders.
    ...TicketScreen.filterIs("Active"),
    { trigger: ".pos-search-bar input", run: "edit A-17" },
    { trigger: ".pos-search-bar input", run: "press Enter" },
    { trigger: ".ticket-screen .order-row:contains('External Order A-17')" },
    ...TicketScreen.filterIs("Paid"),
    { trigger: ".pos-search-bar input", run: "edit none of these" },
    { trigger: ".pos-search-bar input", run: "press Enter" },
    { trigger: ".ticket-screen:not(:has(.order-row:contains('A-17')))" },
    { trigger: ".pos-search-bar input", run: "clear" },
    { trigger: ".pos-search-bar input", run: "press Backspace" },
    ...TicketScreen.filterIs("Active"),
    { trigger: ".pos-search-bar input", run: "edit none of these" },
    { trigger: ".pos-search-bar input", run: "press Enter" },
    ...TicketScreen.filterIs("Active"),
    { trigger: ".pos-search-bar input", run: "clear" },
    { trigger: ".pos-search-bar input", run: "press Backspace" },
    ...TicketScreen.selectFilter("Paid"),
    { trigger: ".ticket-screen .order-row:contains('B-18')" },
    { trigger: ".pos-search-bar input", run: "edit A-17" },
    { trigger: ".pos-search-bar input", run: "press Enter" },
    { trigger: ".ticket-screen:not(:has(.order-row:contains('B-18')))" },
    { trigger: ".ticket-screen .order-row:contains('External Order A-17')" },
    ...TicketScreen.search("External Order", "B-18"),
    { trigger: ".ticket-screen .order-row:contains('External Order B-18')" },
    ...TicketScreen.search("External Order", "A-17"),
    { trigger: ".ticket-screen:not(:has(.order-row:contains('B-18')))" },
    { trigger: ".ticket-screen .order-row:contains('External Order A-17')", run: "click" },
    {
        content: "Print the receipt; a browser without a printer prints the page",
        trigger: ".ticket-screen .control-buttons button:contains('Print Receipt')",
        async run({ click }) {
            let printed = "";
            window.print = (receipt) => (printed = receipt.textContent);
            await click();
            const receipt = await until(() => printed, "The printed receipt");
            if (!receipt.includes("External Order A-17") || !receipt.includes("Ring twice")) {
                throw new Error(`The receipt says: ${receipt}`);
            }
        },
    },
    {
        content: "Open the order's receipt screen",
        trigger: ".ticket-screen",
        run() {
            const order = posmodel.models["pos.order"].find((order) => order.external_order_number === "A-17");
            posmodel.navigate("ReceiptScreen", { orderUuid: order.uuid });
        },
    },
    { trigger: ".receipt-screen .pos-receipt .external-order-number:contains('External Order A-17')" },
]);
