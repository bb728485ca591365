"""Take the pictures with a headless Chromium; a separate program, run by the virtual environment's Python.

``camera.py URL FOLDER BROWSER LOGIN PASSWORD``. Any error in the browser's console ends it with exit code 1.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = (1400, 900), (390, 844)
SCREEN = "/odoo/action-external_order_sync."
PATIENCE = 60_000  # milliseconds
# Fewer colors than a photograph needs, but enough for a screenshot.
COLOURS = 128


class Camera:
    """A signed-in page."""

    def __init__(self, browser: Browser, url: str, folder: Path, size: tuple[int, int], login: str, password: str):
        self.url, self.folder, self.errors = url, folder, []
        is_phone = size[0] < 600
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, is_mobile=is_phone, has_touch=is_phone, locale="en-US"
        )
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open(self, action: str, view: str = ".o_view_controller") -> None:
        self.page.goto(f"{self.url}{SCREEN}{action}")
        self.page.wait_for_selector(view)

    def click(self, selector: str, then: str) -> None:
        self.page.click(f"{selector} >> visible=true")
        self.page.wait_for_selector(then)

    def take(self, name: str, height: int | None = None) -> None:
        """Write one picture, cut at a height where the rest of the screen is empty."""
        self.page.mouse.move(0, 0)
        self.page.wait_for_timeout(700)  # transitions
        path = self.folder / f"{name}.png"
        self.page.screenshot(path=path)
        with Image.open(path) as picture:
            small = picture.convert("RGB").crop((0, 0, picture.width, min(height or picture.height, picture.height)))
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def take_all(browser: Browser, url: str, folder: Path, login: str, password: str) -> list[str]:
    """Take every picture; return the errors of the browser's console."""
    desk = Camera(browser, url, folder, DESK, login, password)
    desk.open("action_external_order_sync")
    desk.click(".o_kanban_record .fs-4", ".o_form_view")
    desk.click("button[name=action_test_connection]", ".modal .o_data_row")
    desk.take("test_connection")
    desk.click(".modal .btn-secondary:has-text('Close')", "body:not(.modal-open)")
    desk.click("button[name=action_sync_now]", ".o_external_order_notification")
    desk.take("sync_now")
    desk.click(".o_notification_buttons button:has-text('Choose Product')", ".modal [name=product_id] input")
    desk.page.fill(".modal [name=product_id] input", "Sport")
    desk.page.wait_for_selector(".o-autocomplete--dropdown-item:has-text('Sport Shoes')")
    desk.take("choose_product")
    desk.page.keyboard.press("Escape")
    desk.open("action_external_order_sync")
    desk.click(".o_kanban_record .fs-4", ".o_form_view .o_external_order_run")
    desk.take("configuration")
    desk.open("action_external_order_problem", ".o_kanban_record")
    desk.take("attention", height=560)
    desk.open("action_external_order", ".o_list_view")
    desk.take("inbox", height=760)
    # The shop's orders never vary; this one has several lines and components.
    desk.click(".o_data_cell:text-is('1253')", ".o_form_view")
    desk.take("order")

    phone = Camera(browser, url, folder, PHONE, login, password)
    phone.open("action_external_order_problem", ".o_kanban_record")
    phone.take("phone")
    return desk.errors + phone.errors


def main() -> int:
    url, folder, executable, login, password = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        try:
            errors = take_all(browser, url, Path(folder), login, password)
        finally:
            browser.close()
    for error in errors:
        print(f"In the browser's console: {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
