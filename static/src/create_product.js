import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useOwnedDialogs } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A button beside a product field: creates a product with the values that the order proposes, and chooses it.
 */
export class ExternalCreateProduct extends Component {
    static template = "external_order_sync.CreateProduct";
    static props = { ...standardWidgetProps };

    setup() {
        this.addDialog = useOwnedDialogs();
    }

    get context() {
        return this.props.record.data.new_product_context;
    }

    create() {
        this.addDialog(FormViewDialog, {
            resModel: "product.product",
            title: _t("Create Product"),
            context: this.context,
            size: "md",
            canExpand: false,
            onRecordSaved: ({ resId, data }) =>
                this.props.record.update({ product_id: { id: resId, display_name: data.display_name } }),
        });
    }
}

registry.category("view_widgets").add("external_create_product", { component: ExternalCreateProduct });
