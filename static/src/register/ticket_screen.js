import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    /** Changes to the paid orders if only one of them has the external number: it was paid before it arrived. */
    async onSearch(search) {
        await super.onSearch(...arguments);
        const isActive = [null, "ACTIVE_ORDERS"].includes(this.state.filter);
        if (!search.searchTerm) {
            if (this.hasLeftActive) {
                await this.onFilterSelected("ACTIVE_ORDERS");
            }
        } else if (isActive && !this.getFilteredOrderList().length && (await this.hasExternalOrder(search))) {
            await this.onFilterSelected("SYNCED");
            this.hasLeftActive = true;
        }
    },

    async onFilterSelected() {
        this.hasLeftActive = false;
        return super.onFilterSelected(...arguments);
    },

    /** Returns whether a search for a number finds a paid order by its external number. */
    async hasExternalOrder({ fieldName, searchTerm }) {
        if (!["RECEIPT_NUMBER", "EXTERNAL_ORDER"].includes(fieldName)) {
            return false;
        }
        const domain = [["external_order_number", "ilike", `%${searchTerm}%`]];
        const values = { config_id: this.pos.config.id, domain, limit: 1, offset: 0 };
        try {
            const { totalCount } = await this.pos.data.call("pos.order", "search_paid_order_ids", [], values);
            return totalCount > 0;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return false;
            }
            throw error;
        }
    },

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
