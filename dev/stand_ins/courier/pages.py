"""The pages of the site, in the style of a website with frames from around the year 2000."""

from datetime import date
from html import escape

from .orders import CourierOrder

CHARSET = "windows-1252"
ADDRESS_FIELDS = (
    ("address_name1[]", "Name", 50),
    ("address_name2[]", "Zusatz", 50),
    ("address_name3[]", "Ansprechpartner", 50),
    ("address_str[]", "Straße", 60),
    ("address_hsnr[]", "Hausnummer", 12),
    ("address_lkz[]", "Land", 2),
    ("address_plz[]", "PLZ", 10),
    ("address_ort[]", "Ort", 50),
    ("address_telefonA[]", "Telefon", 6),
    ("address_telefonB[]", "Vorwahl", 10),
    ("address_telefonC[]", "Rufnummer", 20),
    ("address_mail[]", "E-Mail", 80),
)
DEFAULTS = {"address_lkz[]": "DE"}


def frameset() -> str:
    return (
        "<html><head><title>OPAL Kurier</title></head>"
        '<frameset rows="80,*"><frame name="optop" src="top.php"><frame name="opmain" src="start.php"></frameset>'
        "</html>"
    )


def login(message: str = "") -> str:
    return _page(
        "Anmeldung",
        f'<p class="fehler">{escape(message)}</p>'
        '<form action="login.php" method="post"><input type="hidden" name="ziel" value="index">'
        'Benutzer <input type="text" name="username"> Kennwort <input type="password" name="password">'
        '<input type="submit" name="anmelden" value="Anmelden"></form>',
    )


def header() -> str:
    return _page(
        "",
        '<table><tr><td><a href="auftrag_neu.php" target="opmain">Neuer Auftrag</a></td>'
        '<td><a href="auftragsliste.php" target="opmain">Auftragsliste</a></td>'
        '<td><a href="logout.php" target="_top">Abmelden</a></td></tr></table>',
    )


def start() -> str:
    return _page("Willkommen", "<p>Bitte wählen Sie oben.</p>")


def order_form(token: str, today: date, message: str = "", values: dict[str, list[str]] | None = None) -> str:
    """Return the form for a new order; `values` are those of a refused one."""
    blocks = "".join(
        f"<fieldset><legend>{legend}</legend>{_address_block(index, today, values or {})}</fieldset>"
        for index, legend in enumerate(("Abholung", "Zustellung"))
    )
    complaint = f'<div class="fehler">{escape(message)}</div>' if message else ""
    return _page(
        "Neuer Auftrag",
        f'{complaint}<form name="auftrag" action="auftrag_senden.php" method="post">'
        f'<input type="hidden" name="formtoken" value="{escape(token)}">'
        '<input type="hidden" name="mandant" value="998">'
        f"{blocks}"
        '<select id="seordertype" name="seordertype"><option value="1">Direktfahrt</option>'
        '<option value="2" selected>Overnight</option></select>'
        '<select id="sefztype" name="sefztype"><option value="PKW">PKW</option>'
        '<option value="TRP">Transporter</option></select>'
        'Packstücke <input id="sepksnr" name="sepksnr" value="1">'
        ' Gewicht <input id="segewicht" name="segewicht" value="">'
        ' Inhalt <input id="seinhalt" name="seinhalt" maxlength="40">'
        ' Wert <input id="sewert" name="sewert" value="0">'
        '<select id="sewertcu" name="sewertcu"><option>EUR</option><option>CHF</option></select>'
        ' Kundenreferenz <input id="seclref" name="seclref" maxlength="35">'
        ' Hinweis <textarea id="sehinweis" name="sehinweis"></textarea>'
        '<input type="checkbox" name="avis" value="ja" checked> Avis'
        '<input type="submit" name="vorlage" value="Als Vorlage speichern">'
        '<input type="submit" name="senden" value="Auftrag senden"></form>',
    )


def _address_block(index: int, today: date, values: dict[str, list[str]]) -> str:
    def value(name: str, default: str) -> str:
        given = values.get(name, [])
        return escape(given[index] if index < len(given) else default)

    inputs = "".join(
        f'{escape(label)} <input name="{name}" maxlength="{longest}" value="{value(name, DEFAULTS.get(name, ""))}">'
        for name, label, longest in ADDRESS_FIELDS
    )
    return (
        f'{inputs}<textarea name="address_hinweis[]">{value("address_hinweis[]", "")}</textarea>'
        f'<input name="address_date[]" value="{value("address_date[]", f"{today:%d.%m.%Y}")}">'
        f'<input name="address_time_von[]" value="{value("address_time_von[]", "08:00")}">'
        f'<input name="address_time_bis[]" value="{value("address_time_bis[]", "17:00")}">'
    )


def confirmation(order: CourierOrder) -> str:
    return _page(
        "Auftragsbestätigung",
        "<table><tr><td>Vielen Dank für Ihren Auftrag.</td></tr>"
        f"<tr><td>Sendungsnummer: <b>{order.tracking_number}</b></td><td>Auftragsnummer: {order.order_number}</td></tr>"
        "</table>",
    )


def order_list(orders: list[CourierOrder], next_page: int | None) -> str:
    """Return a page of the list, newest orders first; a click on a row opens the order."""
    rows = "".join(
        f"<tr onclick=\"parent.opmain.location.href='auftrag.php?nr={order.tracking_number}'\">"
        f"<td>{order.tracking_number}</td><td>{order.order_number}</td><td>{escape(order.reference)}</td>"
        f"<td>{escape(order.receiver)}</td><td>{escape(order.status)}</td></tr>"
        for order in orders
    )
    link = f'<a href="auftragsliste.php?seite={next_page}">weiter</a>' if next_page else ""
    return _page(
        "Auftragsliste",
        "<table border=1><tr><th>SendungsNr</th><th>AuftragsNr</th><th>Referenz</th><th>Empfänger</th><th>Status</th>"
        f"</tr>{rows}</table>{link}",
    )


def detail(order: CourierOrder, message: str = "") -> str:
    lines = "\n".join(
        escape(f"{order.waybill} {event.time:%d.%m.%y %H:%M} {event.status} {event.details or order.receiver}")
        for event in order.events
    )
    return _page(
        "Auftrag",
        f'<p class="fehler">{escape(message)}</p>'
        f"<table><tr><td>SendungsNr {order.tracking_number}</td><td>HWB {order.waybill}</td>"
        f"<td>AuftragsNr {order.order_number}</td></tr><tr><td>Referenz {escape(order.reference)}</td></tr></table>"
        f"<pre>{lines}</pre>"
        '<form action="storno.php" method="post">'
        f'<input type="hidden" name="nr" value="{order.tracking_number}">'
        '<input type="submit" value="Stornieren"></form>'
        '<a href="auftragsliste.php">zurück zur Liste</a>',
    )


def confirm_cancel(order: CourierOrder) -> str:
    return _page(
        "Auftrag stornieren",
        f"<p>Wollen Sie {order.tracking_number} wirklich stornieren?</p>"
        '<form action="storno.php" method="post">'
        f'<input type="hidden" name="nr" value="{order.tracking_number}"><input type="hidden" name="sicher" value="1">'
        '<input type="submit" value="Ja, stornieren"></form>',
    )


def maintenance() -> str:
    """Return the page that replaces all others after a relaunch of the site."""
    return _page("OPAL Kurier", "<div id='app'>Willkommen auf unserer neuen Seite!</div>")


def _page(title: str, body: str) -> str:
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={CHARSET}">'
        f"<title>OPAL Kurier</title></head><body><h2>{escape(title)}</h2>{body}</body></html>"
    )
