import { addTour, closeNotification, enter, enterCookie, notification, openApp, press } from "./patient_tour";

/** Go to a screen of Inventory → Warehouse Mirror through the menu. */
const openMenu = (name) => [
    { trigger: ".o_menu_sections [data-menu-xmlid='external_order_sync.menu_odoo_sync']", run: "click" },
    { trigger: `.o-dropdown--menu [data-menu-xmlid='external_order_sync.${name}']`, run: "click" },
];

addTour("odoo_sync_mirror", () => [
    { trigger: ".o_list_button_add", run: "click" },
    enter("name", "Tour Warehouse"),
    enterCookie("url", "remote_url"),
    enterCookie("database", "remote_database"),
    enterCookie("login", "remote_login"),
    enterCookie("secret", "remote_password"),
    { trigger: ".o_field_widget[name=code] input:value(tour-warehouse)" },
    enter("code", "tour"),
    { trigger: ".o_form_button_save", run: "click" },
    { trigger: ".o_form_saved .alert:contains('Almost there')" },
    press("action_test_connection"),
    { trigger: notification("Connected to Odoo 17 through JSON-RPC. The user can see 2 products") },
    closeNotification,
    press("action_sync_now"),
    { trigger: notification("Locations (3)") },
    closeNotification,
    { trigger: ".o_field_widget[name=status]:contains('Success')" },
    { trigger: ".o_field_widget[name=message_text]:contains('Stock (1)')" },
    { trigger: ".o_field_widget[name=cursor_ids] .o_data_row:contains('Move Line'):contains('2')" },
    { trigger: ".o_notebook .nav-link:contains('Runs')", run: "click" },
    { trigger: ".o_field_widget[name=run_ids] .o_data_row:contains('Success')" },
    { trigger: ".oe_stat_button:contains('Locations'):contains('3')", run: "click" },
    { trigger: ".o_breadcrumb:contains('Tour Warehouse')" },
    { trigger: ".o_list_view .o_data_row:contains('WH/Stock')" },
    ...openApp("stock.menu_stock_root"),
    ...openMenu("menu_odoo_mirror_quant"),
    { trigger: ".o_list_view .o_data_row:contains('Desk'):contains('LOT-1'):contains('12.5')" },
    ...openMenu("menu_odoo_mirror_picking"),
    { trigger: ".o_data_row .o_data_cell:contains('WH/OUT/00042')", run: "click" },
    { trigger: ".o_form_view .o_field_widget[name=move_line_ids] .o_data_row:contains('Desk')" },
    ...openMenu("menu_odoo_sync_run"),
    { trigger: ".o_list_view .o_data_row:contains('Tour Warehouse'):contains('Success')" },
]);

addTour("odoo_sync_wrong_password", () => [
    { trigger: ".o_data_row .o_data_cell:contains('Old Warehouse')", run: "click" },
    press("action_sync_now"),
    { trigger: notification("Old Warehouse") },
    { trigger: ".o_field_widget[name=status]:contains('Login Failed')" },
    enterCookie("secret", "remote_password"),
    press("action_sync_now"),
    { trigger: ".o_field_widget[name=status]:contains('Success')" },
]);
