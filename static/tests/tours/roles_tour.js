import { addTour, closeNotification, notification, openMenu } from "./patient_tour";

const ORDERS = "point_of_sale.menu_point_of_sale";

const NEW = ".o_list_button_add, .o-kanban-button-new";
// In a list or as a card.
const SYNC = ".o_data_cell:contains('Main Store Orders'), .o_kanban_record:contains('Main Store Orders')";

// What a user of External Order Sync does, from the menu of Point of Sale.
const walk = [
    ...openMenu(ORDERS, "external_order_sync.menu_external_order_sync_user"),
    { trigger: SYNC, run: "click" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_sync_now]", run: "click" },
    { trigger: notification("Product not found") },
    closeNotification,
    ...openMenu(ORDERS, "external_order_sync.menu_external_order"),
    { trigger: ".o_list_view .o_data_row:contains('no-such'):contains('Failed')" },
    ...openMenu(ORDERS, "external_order_sync.menu_external_order_dashboard"),
    { trigger: ".o_kanban_record:contains('Main Store Orders')" },
    ...openMenu(ORDERS, "external_order_sync.menu_external_proof"),
    { trigger: ".o_breadcrumb:contains('Reconciliation')" },
    ...openMenu(ORDERS, "external_order_sync.menu_external_order_problem"),
    { trigger: ".o_breadcrumb:contains('Needs Attention')" },
    { trigger: ".o_kanban_record:contains('No Such Product') button:contains('Retry All')", run: "click" },
    { trigger: notification("Product not found") },
    closeNotification,
];

addTour("external_order_role_user", () => [
    ...walk,
    { trigger: ".o_kanban_record:contains('No Such Product') button[name=action_choose_product]", run: "click" },
    { trigger: ".modal .o_field_widget[name=item_price]" },
    { trigger: ".modal:not(:has(.o_external_create_product)) .btn-close", run: "click" },
    { trigger: "body:not(:has(.modal))" },
    ...openMenu(ORDERS, "external_order_sync.menu_external_order_sync_user"),
    { trigger: SYNC },
    { trigger: `.o_action_manager:not(:has(${NEW}))` },
]);

addTour("external_order_role_user_payment", () => [
    { trigger: ".o_kanban_record:contains('Voucher') button[name=action_choose_payment]", run: "click" },
    { trigger: ".modal .o_field_widget[name=payment_method_id] input", run: "edit Card (test)" },
    { trigger: ".o-autocomplete--dropdown-item:contains('Card (test)')", run: "click" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: notification("1 order imported") },
]);

addTour("external_order_role_administrator", () => [
    ...walk,
    ...openMenu(ORDERS, "external_order_sync.menu_external_order_sync_user"),
    { trigger: NEW, run: "click" },
    { trigger: ".o_form_view .o_field_widget[name=external_api_url]" },
    { trigger: ".o_form_button_cancel", run: "click" },
]);

addTour("external_order_role_warehouse", () => [
    ...openMenu("stock.menu_stock_warehouse_mgmt", "external_order_sync.menu_external_shipment"),
    { trigger: ".o_breadcrumb:contains('Shipments')" },
    ...openMenu("external_order_sync.menu_odoo_sync", "external_order_sync.menu_odoo_sync_source"),
    { trigger: ".o_list_view:not(:has(.o_list_button_add)) .o_data_row .o_data_cell:contains('Remote')", run: "click" },
    { trigger: ".o_form_view:not(:has(button[name=action_sync_now])) .o_field_widget[name=name]" },
    ...openMenu("external_order_sync.menu_odoo_sync", "external_order_sync.menu_odoo_mirror_quant"),
    { trigger: ".o_breadcrumb:contains('Mirrored Stock')" },
]);
