import { Component, onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // milliseconds
// Pause between two checks whether the scheduler has started a synchronization.
const IDLE_PAUSE = 15000;
const STARTERS = ["action_sync_now", "action_sync_selected"];

/**
 * Shows the progress of the running synchronization. It polls the server often during a run, and occasionally to see
 * whether one has started, unless the page is hidden. It reloads the form when the run is over.
 */
export class ExternalOrderSyncProgress extends Component {
    static template = "external_order_sync.SyncProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ progress: false });
        this.onRequest = ({ detail }) => {
            const { model, method } = detail.data?.params || {};
            if (model === this.props.record.resModel && STARTERS.includes(method)) {
                this.watch(PAUSE / 4);
            }
        };
        onMounted(() => rpcBus.addEventListener("RPC:REQUEST", this.onRequest));
        useEffect(
            () => {
                this.state.progress = false;
                this.watch(0);
            },
            () => [this.props.record.resId]
        );
        onWillUnmount(() => {
            this.unmounted = true;
            browser.clearTimeout(this.timer);
            rpcBus.removeEventListener("RPC:REQUEST", this.onRequest);
        });
    }

    format(number) {
        return formatInteger(number);
    }

    watch(pause) {
        browser.clearTimeout(this.timer);
        if (this.props.record.resId) {
            this.timer = browser.setTimeout(() => this.ask(), pause);
        }
    }

    async ask() {
        const { resId, resModel } = this.props.record;
        let progress = false;
        if (document.hidden) {
            return this.watch(IDLE_PAUSE);
        }
        try {
            progress = await this.orm.silent.call(resModel, "get_progress", [resId]);
        } catch {
            return; // the server is unreachable or the user signed out: the web client reports this itself
        }
        if (this.unmounted || resId !== this.props.record.resId) {
            return;
        }
        const ended = this.state.progress && !progress;
        this.state.progress = progress;
        this.watch(progress ? PAUSE : IDLE_PAUSE);
        if (ended && !(await this.props.record.isDirty())) {
            await this.props.record.load();
        }
    }
}

registry.category("view_widgets").add("external_order_sync_progress", { component: ExternalOrderSyncProgress });
