import { registry } from "@web/core/registry";

const notification = (text) => `.o_notification:contains("${text}")`;
const closeNotification = { trigger: ".o_notification .o_notification_close", run: "click" };

registry.category("web_tour.tours").add("external_order_sync_setup", {
    steps: () => [
        { trigger: ".o_list_button_add, .o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit Tour Store" },
        {
            trigger: ".o_field_widget[name=external_api_url] input",
            run() {
                this.anchor.dispatchEvent(new Event("focus"));
                this.anchor.value = document.cookie.match(/external_shop_url=([^;]+)/)[1];
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".o_field_widget[name=external_api_key] input", run: "edit test-key" },
        { trigger: ".o_field_widget[name=pos_config_id] input", run: "edit Test POS" },
        { trigger: ".ui-menu-item a:contains('Test POS')", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved button[name=action_test_connection]", run: "click" },
        { trigger: notification("2 orders") },
        closeNotification,
        { trigger: "button[name=action_sync_now]", run: "click" },
        { trigger: notification("1 order imported") },
        { trigger: notification("Product not found") },
        closeNotification,
        { trigger: ".o_field_widget[name=last_sync_status]:contains('Error')" },
        { trigger: "button[name=action_open_failed]", run: "click" },
        { trigger: ".o_data_row .o_data_cell:contains('2')" },
    ],
});

registry.category("web_tour.tours").add("external_order_choose_product", {
    steps: () => [
        { trigger: ".o_data_row .o_data_cell:contains('no-such')", run: "click" },
        { trigger: ".o_form_view .alert-danger:contains('Product not found')" },
        { trigger: ".o_form_view button[name=action_choose_product]", run: "click" },
        { trigger: ".modal .o_field_widget[name=product_id] input", run: "edit Product Name" },
        { trigger: ".ui-menu-item a:contains('Product Name')", run: "click" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: ".o_form_view .o_arrow_button_current:contains('Imported')" },
        { trigger: ".o_form_view button[name=action_open_order]", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=external_order_id]:contains('no-such')" },
    ],
});

registry.category("web_tour.tours").add("external_order_bulk_retry", {
    steps: () => [
        { trigger: ".o_data_row:contains('Product Not Found')" },
        { trigger: "thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button[name=action_retry]", run: "click" },
        { trigger: notification("2 orders imported") },
        { trigger: ".o_data_row .badge:contains('Imported')" },
    ],
});
