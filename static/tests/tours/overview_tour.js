import { addTour, notification, press } from "./patient_tour";

const CARD = ".o_kanban_record:contains('Main Store Orders')";
const back = { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" };

addTour("external_order_overview", () => [
    { trigger: `${CARD} .o_field_widget[name=health_text]:contains('Failed 1')` },
    { trigger: `${CARD} a[name=action_open_today]:contains('92.00')`, run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('fine')" },
    back,
    { trigger: `${CARD} a[name=action_open_doubtful]:contains('1')`, run: "click" },
    { trigger: ".o_kanban_record:contains('Payment Method Guessed')" },
    back,
    { trigger: `${CARD} a[name=action_open_failed]:contains('1')`, run: "click" },
    { trigger: ".o_kanban_record:contains('No Such Product')" },
    back,
    { trigger: `${CARD} a[name=action_open_runs]:contains('Next Run')`, run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('Error')" },
    back,
    { trigger: `${CARD} button[name=action_sync_now]`, run: "click" },
    { trigger: notification("No orders to synchronize") },
    { trigger: ".o_switch_view.o_list", run: "click" },
    { trigger: ".o_data_row:contains('Main Store Orders') .o_field_widget[name=health_text]:contains('Failed 1')" },
]);

// From the activity to the failed rows: one click.
addTour("external_order_activity", () => [
    { trigger: ".o-mail-Activity a[href*='action_external_order_sync_failed']", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('bad'):not(:contains('fine'))" },
    { trigger: ".o_breadcrumb:contains('Failed')" },
]);

// From anywhere: the menu of activities, and the activities about orders.
addTour("external_order_activity_menu", () => [
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('External Order Sync')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('bad')" },
    { trigger: ".o_list_view .o_data_row:contains('fine')" },
    { trigger: ".o_breadcrumb:contains('Needs Attention')" },
]);

// A number of the menu finds what it counts: none of the activities is late.
addTour("external_order_activity_menu_late", () => [
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('External Order Sync') span:contains('0 Late')", run: "click" },
    { trigger: ".o_searchview_facet:contains('Late Activities')" },
    { trigger: `.o_kanban_view:not(:has(${CARD}))` },
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('External Order Sync') span:contains('Today')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('bad')" },
]);

// Failed rows come first; that the download failed too is said above them.
addTour("external_order_activity_menu_and_runs", () => [
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('External Order Sync')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('bad')" },
    { trigger: ".o_breadcrumb:contains('Needs Attention (the last run had an error)')" },
]);

// A download that failed is no order: the cards say so.
addTour("external_order_activity_menu_of_runs", () => [
    { trigger: ".o_menu_systray i.fa-clock-o", run: "click" },
    { trigger: ".o-mail-ActivityGroup:contains('External Order Sync')", run: "click" },
    { trigger: `${CARD} .o_field_widget[name=health_text]:contains('Error')` },
    { trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('Quiet Store')))" },
    { trigger: `${CARD} a[name=action_open_doubtful]:contains('1')` },
]);

addTour("external_order_start_and_pause", () => [
    { trigger: ".o_form_view .o_arrow_button_current:contains('Not Started')" },
    press("action_start"),
    { trigger: ".o_form_view .o_arrow_button_current:contains('Started'):not(:contains('Not'))" },
    press("action_pause"),
    { trigger: ".o_form_view .alert-warning:contains('Paused.')" },
    { trigger: ".o_field_widget[name=health_text]:contains('Paused')" },
]);

const POS_CARD = ".o_kanban_record:contains('Test POS')";

addTour("external_order_pos_card", () => [
    { trigger: `${POS_CARD} a[name=action_open_external_orders_today]:contains('92.00')` },
    { trigger: `${POS_CARD} a[name=action_open_external_orders_guessed]:contains('1')` },
    { trigger: `${POS_CARD} a[name=action_open_external_orders_failed]:contains('1')`, run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('bad')" },
]);

addTour("external_order_pos_card_of_others", () => [
    { trigger: `${POS_CARD}:not(:contains('xternal')) button[name=open_ui]` },
]);
