import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The last runs as small bars, oldest first: the orders each run imported (green) and could not import (red). */
export class ExternalOrderRunsField extends Component {
    static template = "external_order_sync.RunsField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get runs() {
        const runs = this.props.record.data[this.props.name] || [];
        // The square root keeps a run of three orders visible beside one of three hundred.
        const height = (count) => Math.sqrt(count);
        const highest = Math.max(1, ...runs.map((run) => height(run.imported + run.failed)));
        return runs.map((run) => {
            const total = run.imported + run.failed;
            const percent = (100 * height(total)) / highest;
            return {
                ...run,
                importedStyle: `height: ${total ? (percent * run.imported) / total : 0}%`,
                failedStyle: `height: ${total ? (percent * run.failed) / total : 0}%`,
                title: this.describe(run),
            };
        });
    }

    describe(run) {
        const date = formatDateTime(deserializeDateTime(run.date));
        const counts = _t("%(imported)s imported, %(failed)s failed", run);
        return run.status === "running" ? _t("%(date)s: running", { date }) : `${date}: ${counts}`;
    }

    open(run) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "external.order.sync.run",
            res_id: run.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("external_order_runs", {
    component: ExternalOrderRunsField,
    displayName: _t("Runs of a synchronization"),
    supportedTypes: ["json"],
});
