import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 5000; // milliseconds

/**
 * Shows what a scheduled action changes in an open record: reloads it every few seconds while the page is visible and
 * one of the given states lasts. `options` are `{field, values}`.
 */
export class ExternalRefresh extends Component {
    static template = xml`<span class="d-none" />`;
    static props = {
        ...standardWidgetProps,
        field: { type: String },
        values: { type: Array },
    };

    setup() {
        onMounted(() => this.wait());
        onWillUnmount(() => {
            this.unmounted = true;
            browser.clearTimeout(this.timer);
        });
    }

    wait() {
        if (!this.unmounted) {
            this.timer = browser.setTimeout(() => this.refresh(), PAUSE);
        }
    }

    async refresh() {
        const { record, field, values } = this.props;
        if (!document.hidden && record.resId && values.includes(record.data[field]) && !(await record.isDirty())) {
            try {
                await record.load();
            } catch {
                return; // the server is unreachable or the record is gone: the web client reports this itself
            }
        }
        this.wait();
    }
}

registry.category("view_widgets").add("external_refresh", {
    component: ExternalRefresh,
    extractProps: ({ options }) => ({ field: options.field, values: options.values }),
});
