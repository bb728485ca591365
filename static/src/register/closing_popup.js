import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// The server adds it to what the popup shows, see `get_closing_control_data`.
ClosePosPopup.props.push("external_orders?");

/** Says, when the count is confirmed, which external orders have arrived since what is expected was shown. */
patch(ClosePosPopup.prototype, {
    async confirm() {
        const late = await this.getLateExternalOrders();
        if (late && !(await this.askAboutLateOrders(late))) {
            this.props.close();
            return this.pos.closeSession();
        }
        return super.confirm(...arguments);
    },

    async getLateExternalOrders() {
        const before = this.props.external_orders || { count: 0, amount: 0 };
        const now = await this.pos.data.call("pos.session", "get_external_orders_at_closing", [
            [this.pos.session.id],
        ]);
        const count = now.count - before.count;
        return count > 0 && { count, amount: now.amount - before.amount };
    },

    /** Return whether to close with what was counted; otherwise the user counts again. */
    askAboutLateOrders({ count, amount }) {
        const total = this.env.utils.formatCurrency(amount);
        return ask(this.dialog, {
            title: _t("Orders arrived after the count"),
            body: _t(
                "%(count)s external orders (%(total)s in total) arrived after the expected amounts were shown. The amounts do not include these orders.",
                { count, total }
            ),
            confirmLabel: _t("Close Anyway"),
            cancelLabel: _t("Count Again"),
        });
    },
});
