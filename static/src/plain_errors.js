import { WarningDialog, odooExceptionTitleMap } from "@web/core/errors/error_dialogs";
import { registry } from "@web/core/registry";

/**
 * The addon's own user errors. The web client knows an error only by the name of its class, and shows a traceback for
 * classes that it does not know; these are shown as sentences, like any `UserError`.
 */
const USER_ERRORS = [
    "courier_exceptions.CourierError",
    "courier_exceptions.CourierUnavailable",
    "courier_exceptions.ShipmentBusy",
    "courier_exceptions.ShipmentConflict",
    "exceptions.ExternalOrderError",
    "models.order_import.pos_session.OrdersArriving",
    "models.events.event_page.LogIncomplete",
    "models.events.event_page.NoLog",
    "models.order_sync.push_refused.PushRefused",
    "models.order_sync.push_refused.SignatureRefused",
    "models.warehouse.warehouse_conflict.WarehouseConflict",
];

for (const name of USER_ERRORS) {
    const exceptionName = `odoo.addons.external_order_sync.${name}`;
    odooExceptionTitleMap.set(exceptionName, odooExceptionTitleMap.get("odoo.exceptions.UserError"));
    registry.category("error_dialogs").add(exceptionName, WarningDialog);
}
