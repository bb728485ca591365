from datetime import UTC, datetime

from odoo.tests import new_test_user, tagged

from .browser_common import BrowserCase
from .common import ExternalOrderCase

OVERVIEW = "action_external_order_sync"


@tagged("post_install", "-at_install")
class TestOverviewTours(ExternalOrderCase, BrowserCase):
    """The overview, the card of the Point of Sale dashboard and an activity lead to the very rows, in the browser."""

    def setUp(self):
        super().setUp()
        self.sync.responsible_id = self.env.ref("base.user_admin")
        sold = datetime.now(UTC).isoformat()
        self.synchronize(
            self.order("fine", OrderDate=sold, CheckoutDetails=[self.payment(92.0, "Voucher", 9)]),
            self.order("bad", OrderItems=[self.item("No Such Product")]),
        )
        self.feed()

    def create_user(self, login, *groups):
        return new_test_user(
            self.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def test_counters_of_the_overview_are_links(self):
        user = self.create_user("overview-user", "external_order_sync.group_user")
        self.run_tour(OVERVIEW, "external_order_overview", user)

    def test_an_activity_leads_to_the_failed_rows(self):
        self.run_tour(f"{OVERVIEW}/{self.sync.id}", "external_order_activity")

    def test_the_menu_of_activities_leads_to_the_failed_rows(self):
        self.run_tour("action_external_order_sync_run", "external_order_activity_menu")

    def test_the_menu_of_activities_finds_no_late_one_where_none_is_late(self):
        self.run_tour("action_external_order_sync_run", "external_order_activity_menu_late")

    def test_the_menu_of_activities_leads_to_the_failed_rows_although_the_download_failed_too(self):
        self.sync.external_api_key = "wrong"
        self.synchronize()
        self.run_tour("action_external_order_sync_run", "external_order_activity_menu_and_runs")

    def test_the_menu_of_activities_leads_to_the_synchronization_whose_download_failed(self):
        self.create_sync(name="Quiet Store")
        self.inbox("bad").action_ignore()
        self.sync.external_api_key = "wrong"
        self.synchronize()
        self.run_tour("action_external_order_sync_run", "external_order_activity_menu_of_runs")

    def test_start_and_pause(self):
        sync = self.create_sync(name="New", state="draft", external_api_url=False)
        self.run_tour(f"{OVERVIEW}/{sync.id}", "external_order_start_and_pause")
        self.assertEqual(sync.state, "paused")

    def test_the_card_of_the_point_of_sale(self):
        user = self.create_user("card-user", "external_order_sync.group_user")
        self.start_tour("/odoo/point-of-sale", "external_order_pos_card", login=user.login)

    def test_others_see_the_card_as_without_the_addon(self):
        cashier = self.create_user("card-cashier", "point_of_sale.group_pos_user")
        self.start_tour("/odoo/point-of-sale", "external_order_pos_card_of_others", login=cashier.login)
