import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    /** Adds the external number: as a field of its own, and to the receipt number, which is searched by default. */
    _getSearchFields() {
        const fields = super._getSearchFields(...arguments);
        const receipt = fields.RECEIPT_NUMBER;
        return {
            ...fields,
            RECEIPT_NUMBER: {
                ...receipt,
                repr: (order) => [receipt.repr(order), order.external_order_number].filter(Boolean).join(" "),
                modelFields: [...receipt.modelFields, "external_order_number"],
            },
            EXTERNAL_ORDER: {
                repr: (order) => order.external_order_number || "",
                displayName: _t("External Order"),
                modelFields: ["external_order_number"],
            },
        };
    },
});
