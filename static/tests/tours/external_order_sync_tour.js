import { addTour, closeNotification, confirm, enter, enterCookie, notification, press } from "./patient_tour";

const choose = (name) => [
    { trigger: ".modal .o_field_widget[name=product_id] input", run: `edit ${name}` },
    { trigger: `.o-autocomplete--dropdown-item:contains(${name})`, run: "click" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: "body:not(:has(.modal))" },
];

addTour("external_order_sync_setup", () => [
    { trigger: ".o-kanban-button-new", run: "click" },
    { trigger: ".o_form_view .alert:contains('three steps')" },
    enter("name", "Tour Store"),
    enterCookie("external_api_url", "external_shop_url"),
    enter("external_api_key", "test-key"),
    enter("pos_config_id", "Test POS"),
    { trigger: ".o-autocomplete--dropdown-item:contains(Test POS)", run: "click" },
    { trigger: ".o_form_button_save", run: "click" },
    { trigger: ".o_form_saved .alert:contains('Almost there')" },
    { trigger: ".o_arrow_button_current:contains('Not Started')" },
    { trigger: ".o_statusbar_buttons button[name=action_test_connection]", run: "click" },
    { trigger: ".modal .alert-warning:contains('Nothing has been imported yet')" },
    { trigger: ".modal .o_data_row:contains('Ready')" },
    { trigger: ".modal .o_data_row:contains('Product not found')" },
    { trigger: ".modal button:contains(Close)", run: "click" },
    { trigger: "body:not(:has(.modal))" },
    { trigger: ".o_statusbar_buttons button[name=action_sync_now]", run: "click" },
    { trigger: notification("Product not found") },
    { trigger: ".o_field_widget[name=last_sync_status]:contains('Error')" },
    { trigger: ".o_field_widget[name=health_text]:contains('Failed 1')" },
    { trigger: ".o_arrow_button_current:contains('Started')" },
    { trigger: ".o_external_order_run.o_run_error" },
    // An unknown product is fixed from the notification: this button, the product, the button of the dialog.
    { trigger: ".o_notification_buttons button:contains('Choose Product')", run: "click" },
    { trigger: ".modal .alert-info:contains('1')" },
    ...choose("Product Name"),
    { trigger: notification("1 order imported") },
    { trigger: ".oe_stat_button[name=action_open_failed]:contains('0')" },
    { trigger: ".oe_stat_button[name=action_open_imported]:contains('2')", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains('Imported')" },
]);

addTour("external_order_choose_product", () => [
    { trigger: ".o_data_row .o_data_cell:contains('no-such')", run: "click" },
    { trigger: ".o_form_view .alert-danger:contains('Product not found')" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_choose_product]", run: "click" },
    ...choose("Product Name"),
    { trigger: ".o_form_view .o_arrow_button_current:contains('Imported')" },
    { trigger: ".o_field_widget[name=result_html]:contains('Product Name')" },
    { trigger: ".o_form_view .oe_stat_button[name=action_open_order]", run: "click" },
    { trigger: ".o_form_view .o_field_widget[name=external_order_id]:contains('no-such')" },
]);

addTour("external_order_create_product", () => [
    { trigger: ".o_data_row .o_data_cell:contains('no-such')", run: "click" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_choose_product]", run: "click" },
    { trigger: ".modal .o_field_widget[name=item_name]:contains('No Such Product')" },
    { trigger: ".modal .o_field_widget[name=item_price]:contains('80.00')" },
    { trigger: ".modal .o_external_create_product", run: "click" },
    { trigger: ".modal .o_field_widget[name=list_price] input:value(80.00)" },
    { trigger: ".modal .o_field_widget[name=taxes_id]:contains('15')" },
    { trigger: ".modal .o_form_button_save", run: "click" },
    { trigger: ".modal .o_field_widget[name=product_id] input:value(No Such Product)" },
    { trigger: ".modal .o_field_widget[name=product_price]:contains('80.00')" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: notification("1 order imported") },
    { trigger: ".o_form_view .o_arrow_button_current:contains('Imported')" },
    { trigger: ".o-mail-Chatter .o-mail-Message:contains('Retried with the product No Such Product')" },
]);

addTour("external_order_ignore_and_back", () => [
    { trigger: "thead .o_list_record_selector input", run: "click" },
    { trigger: ".o_control_panel button[name=action_ignore]", run: "click" },
    confirm,
    { trigger: ".o_data_row .badge:contains('Ignored')" },
    { trigger: "thead .o_list_record_selector input", run: "click" },
    { trigger: ".o_control_panel button[name=action_stop_ignoring]", run: "click" },
    { trigger: ".o_data_row .badge:contains('Failed')" },
    { trigger: ".o_data_row .o_data_cell:contains('no-such')", run: "click" },
    { trigger: ".o-mail-Chatter .o-mail-Message:contains('Not ignored any more')" },
    press("action_ignore"),
    { trigger: ".o_form_view .o_arrow_button_current:contains('Ignored')" },
    press("action_stop_ignoring"),
    { trigger: ".o_form_view .o_arrow_button_current:contains('Failed')" },
]);

addTour("external_order_bulk_retry", () => [
    { trigger: ".o_data_row:contains('Product not found')" },
    { trigger: "thead .o_list_record_selector input", run: "click" },
    { trigger: ".o_control_panel button[name=action_retry]", run: "click" },
    { trigger: notification("2 orders imported") },
    { trigger: ".o_data_row .badge:contains('Imported')" },
]);

addTour("external_order_problems", () => [
    { trigger: ".o_kanban_record:contains('Totals Differ'):contains('Orders') a:contains('2')" },
    { trigger: ".o_kanban_record:contains('Unknown Thing') button[name=action_choose_product]", run: "click" },
    ...choose("Product Name"),
    { trigger: notification("1 order imported") },
    closeNotification,
    { trigger: "body:not(:has(.o_kanban_record:contains('Unknown Thing')))" },
    { trigger: ".o_kanban_record:contains('Totals Differ') button[name=action_ignore]", run: "click" },
    { trigger: ".modal .modal-footer .btn-primary", run: "click" },
    { trigger: ".o_view_nocontent:contains('Nothing needs your attention')" },
]);

addTour("external_order_ambiguous_payment", () => [
    {
        trigger:
            ".o_kanban_record:contains('Several Payment Methods Match'):contains('Gift Card, Bank Card') button[name=action_choose_payment]",
        run: "click",
    },
    { trigger: ".modal .o_field_widget[name=payment_method_id] input", run: "edit Bank Card" },
    { trigger: ".o-autocomplete--dropdown-item:contains(Bank Card)", run: "click" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: notification("2 orders imported") },
    { trigger: ".o_view_nocontent:contains('Nothing needs your attention')" },
]);

// Four clicks from the card to the imported order.
addTour("external_order_missing_lots", () => [
    { trigger: ".o_kanban_record:contains('Lots Missing') button[name=action_update_quantity]", run: "click" },
    { trigger: ".o_control_panel .o_list_button_add", run: "click" },
    { trigger: ".o_selected_row .o_field_widget[name=lot_id] input", run: "edit LOT-A" },
    { trigger: ".o-autocomplete--dropdown-item:contains('LOT-A')", run: "click" },
    { trigger: ".o_selected_row .o_field_widget[name=inventory_quantity_auto_apply] input", run: "edit 5" },
    { trigger: ".o_breadcrumb .o_back_button", run: "click" },
    { trigger: ".o_kanban_record:contains('Lots Missing') button[name=action_retry]", run: "click" },
    { trigger: notification("1 order imported") },
]);

addTour("external_order_choose_payment", () => [
    { trigger: ".o_data_row .o_data_cell:contains('voucher')", run: "click" },
    { trigger: ".o_form_view .alert-warning button[name=action_choose_payment]", run: "click" },
    { trigger: ".modal .o_field_widget[name=payment_method_id] input", run: "edit Card (test)" },
    { trigger: ".o-autocomplete--dropdown-item:contains(Card (test))", run: "click" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: notification("Saved. It applies to future orders") },
    { trigger: ".o_form_view:not(:has(button[name=action_choose_payment]))" },
]);

addTour("external_order_warnings_of_an_order", () => [
    { trigger: ".o_kanban_record:contains('Product Name Differs') button[name=action_open_orders]", run: "click" },
    { trigger: ".o_data_row .o_data_cell:contains('differs')", run: "click" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_warnings_seen]", run: "click" },
    { trigger: ".o_form_view:not(:has(button[name=action_warnings_seen]))" },
    { trigger: ".o_form_view .alert-warning:contains('in the external system')" },
]);

addTour("external_order_warnings_of_a_kind", () => [
    { trigger: ".o_kanban_record:contains('Payment Method Guessed') a:contains('2')" },
    { trigger: ".o_kanban_record:contains('Payment Method Guessed') button[name=action_warnings_seen]", run: "click" },
    { trigger: ".o_view_nocontent:contains('Nothing needs your attention')" },
]);

// The same three clicks as for a sale: the button, the choice, the button of the dialog.
addTour("external_order_choose_for_refunds", () => [
    { trigger: ".o_data_row:contains('Product not found') .o_data_cell:contains('no-such')", run: "click" },
    { trigger: ".o_form_view .alert-danger:contains('Product not found')" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_choose_product]", run: "click" },
    ...choose("Product Name"),
    { trigger: notification("1 refund booked") },
    closeNotification,
    { trigger: ".o_form_view .o_arrow_button_current:contains('Imported')" },
    { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
    { trigger: ".o_data_row:contains('Choose Payment Method') .o_data_cell:contains('voucher')", run: "click" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_choose_payment]", run: "click" },
    { trigger: ".modal .o_field_widget[name=payment_method_id] input", run: "edit Card (test)" },
    { trigger: ".o-autocomplete--dropdown-item:contains(Card (test))", run: "click" },
    { trigger: ".modal button[name=action_remember]", run: "click" },
    { trigger: notification("1 refund booked") },
    { trigger: ".o_form_view .o_arrow_button_current:contains('Imported')" },
]);
