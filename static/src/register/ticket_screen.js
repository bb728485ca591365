import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    _getSearchFields() {
        return {
            ...super._getSearchFields(...arguments),
            EXTERNAL_ORDER: {
                repr: (order) => order.external_order_number || "",
                displayName: _t("External Order"),
                modelFields: ["external_order_number"],
            },
        };
    },
});
