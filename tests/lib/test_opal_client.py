"""The client against the stand-in, over real HTTP."""

from datetime import datetime
from decimal import Decimal

import pytest

from dev.stand_ins.courier import CourierServer
from lib.opal.client import OpalClient
from lib.opal.errors import OpalError, OpalLoginRefused, OpalPageChanged, OpalRefused, OpalUnavailable
from lib.opal.order import OpalAddress, OpalOrder
from lib.opal.phone import Phone

USER, PASSWORD = "hans", "geh€im & sicher"
NOW = datetime(2026, 1, 17, 9, 30)


@pytest.fixture
def courier():
    with CourierServer(user=USER, password=PASSWORD, per_page=3, clock=lambda: NOW) as server:
        yield server


@pytest.fixture
def log():
    return []


@pytest.fixture
def client(courier, log):
    with OpalClient(courier.url, USER, PASSWORD, timeout=10, log=lambda *entry: log.append(entry)) as opened:
        yield opened


def order(reference="WH/OUT/00042-K7Q2", **values):
    sender = OpalAddress(
        name1="Lager Nord",
        street="Hafenstraße",
        house_number="7",
        zip="20457",
        city="Hamburg",
        phone=Phone("+49", "40", "123"),
    )
    receiver = OpalAddress(
        name1="Müller & Söhne",
        name2="Hinterhaus",
        contact="Erika Müller",
        street="Lange Straße",
        house_number="12a",
        zip="01067",
        city="Dresden",
        phone=Phone("+49", "351", "4567"),
        email="erika@example.com",
        note="Bitte klingeln",
    )
    return OpalOrder(
        **{
            "sender": sender,
            "receiver": receiver,
            "reference": reference,
            "packages": 2,
            "weight": Decimal("12.50"),
            **values,
        }
    )


def test_an_order_is_placed_as_it_was_given(client, courier):
    receipt = client.place_order(order(contents="Ersatzteile", note="Zerbrechlich", vehicle="Transporter"))
    assert (receipt.tracking_number, receipt.order_number) == ("OCU-998-511590", "AN-1000")
    [taken] = courier.orders
    fields = taken.fields
    assert fields["address_name1[]"] == ["Lager Nord", "Müller & Söhne"]
    assert fields["address_name2[]"] == ["", "Hinterhaus"]
    assert fields["address_name3[]"] == ["", "Erika Müller"]
    assert fields["address_str[]"] == ["Hafenstraße", "Lange Straße"]
    assert fields["address_hsnr[]"] == ["7", "12a"]
    assert fields["address_plz[]"] == ["20457", "01067"]
    assert fields["address_ort[]"] == ["Hamburg", "Dresden"]
    assert fields["address_lkz[]"] == ["DE", "DE"]
    assert [fields[f"address_telefon{part}[]"][1] for part in "ABC"] == ["+49", "351", "4567"]
    assert fields["address_mail[]"][1] == "erika@example.com"
    assert fields["address_hinweis[]"] == ["", "Bitte klingeln"]
    assert (fields["sepksnr"], fields["segewicht"]) == (["2"], ["12,5"])
    assert (fields["seinhalt"], fields["sehinweis"]) == (["Ersatzteile"], ["Zerbrechlich"])
    assert fields["sefztype"] == ["TRP"]
    assert taken.reference == "WH/OUT/00042-K7Q2"


def test_hidden_fields_and_defaults_of_the_form_are_kept(client, courier):
    client.place_order(order())
    fields = courier.orders[0].fields
    assert fields["mandant"] == ["998"]
    assert len(fields["formtoken"][0]) == 16
    assert fields["seordertype"] == ["2"]  # the selected one
    assert (fields["sefztype"], fields["sewertcu"]) == (["PKW"], ["EUR"])  # the first ones
    assert fields["avis"] == ["ja"]
    assert fields["address_date[]"] == ["17.01.2026"] * 2
    assert fields["address_time_von[]"] == ["08:00"] * 2
    assert "senden" in fields
    assert "vorlage" not in fields


def test_characters_outside_the_pages_encoding_arrive(client, courier):
    receiver = OpalAddress(
        name1="Łukasz", street="ul. Długa", house_number="3", zip="00-238", city="Warszawa", country="PL"
    )
    client.place_order(order(receiver=receiver))
    assert courier.orders[0].receiver == "&#321;ukasz"  # as a browser writes it into a form in windows-1252


def test_one_sign_in_serves_all(client, courier):
    client.place_order(order("A-1"))
    client.place_order(order("A-2"))
    client.find_order("A-1")
    assert courier.site.sign_ins == 1


def test_an_order_is_found_again_by_its_reference_on_any_page(client, courier):
    for number in range(8):
        client.place_order(order(f"REF-{number}"))
    assert client.find_order("REF-0").tracking_number == "OCU-998-511590"
    assert client.find_order("REF-0").order_number == "AN-1000"
    assert client.find_order("REF-7").tracking_number == "OCU-998-511597"
    assert client.find_order("REF") is None
    assert client.find_order("REF-77") is None


def test_of_two_orders_with_a_reference_the_living_one_is_found(client, courier):
    client.place_order(order("SAME"))
    client.place_order(order("SAME"))
    courier.book.cancel("OCU-998-511591")
    assert client.find_order("SAME").tracking_number == "OCU-998-511590"


def test_the_empty_list_is_a_list(client):
    assert client.find_order("A-1") is None
    assert client.read_histories(["OCU-998-1"]) == {}


def test_a_history_is_read_with_what_each_line_means(client, courier):
    number = client.place_order(order()).tracking_number
    for day, status, details in (
        (17, "AKTIV", ""),
        (18, "Abgeholt", "Lager Nord"),
        (19, "geliefert", "Fehlanfahrt"),
        (20, "Fehlanfahrt", "niemand da"),
        (21, "Zugestellt", "E. Müller"),
        (22, "Rückfrage", "Büro"),
    ):
        courier.book.report(number, status, details, datetime(2026, 1, day, 14, 5))
    histories = client.read_histories([number, "OCU-998-999999"])
    assert list(histories) == [number]
    history = histories[number]
    assert history.waybill == "000000511590"
    assert [(event.time.day, event.kind, event.status) for event in history.events] == [
        (17, "under_way", "AKTIV"),
        (18, "picked_up", "Abgeholt"),
        (19, "failed_attempt", "geliefert"),
        (20, "failed_attempt", "Fehlanfahrt"),
        (21, "delivered", "Zugestellt"),
        (22, "other", "Rückfrage"),
    ]
    assert history.events[4].details == "E. Müller"
    assert history.events[4].time == datetime(2026, 1, 21, 14, 5)


def test_an_order_is_cancelled_and_cancelling_again_does_no_harm(client, courier):
    number = client.place_order(order()).tracking_number
    client.cancel_order(number)
    client.cancel_order(number)
    assert [event.status for event in courier.orders[0].events] == ["Storniert"]


def test_what_is_under_way_is_not_cancelled(client, courier):
    number = client.place_order(order()).tracking_number
    courier.book.report(number, "Abgeholt")
    with pytest.raises(OpalRefused, match="did not cancel"):
        client.cancel_order(number)
    courier.book.report(number, "Zugestellt")
    with pytest.raises(OpalRefused, match="delivered"):
        client.cancel_order(number)
    with pytest.raises(OpalRefused, match="no order"):
        client.cancel_order("OCU-998-999999")


def test_the_sites_own_complaint_is_told(client, courier):
    receiver = OpalAddress(name1="Müller", street="", zip="01067", city="Dresden")
    with pytest.raises(OpalRefused, match="Bitte füllen Sie beim Empfänger aus: Straße") as caught:
        client.place_order(order(receiver=receiver))
    assert not caught.value.uncertain
    assert courier.orders == ()


@pytest.mark.parametrize("page", ["header", "form", "list", "detail", "cancel"])
def test_a_session_that_expires_anywhere_costs_one_more_sign_in(client, courier, page):
    number = client.place_order(order()).tracking_number
    courier.faults.add("session_expired", page=page)
    if page == "cancel":
        with pytest.raises(OpalUnavailable):
            client.cancel_order(number)
    client.cancel_order(number)
    assert courier.orders[0].status == "Storniert"
    if page == "header":  # it is read once a session
        assert courier.site.sign_ins == 1
    else:
        assert courier.site.sign_ins == 2 or page == "form"


def test_a_session_that_expires_while_the_order_is_sent(client, courier):
    courier.faults.add("session_expired", page="send")
    assert client.place_order(order()).tracking_number == "OCU-998-511590"
    assert len(courier.orders) == 1
    assert courier.site.sign_ins == 2
    assert courier.asked("list") == 1  # it was looked up before it was sent again


def test_a_session_that_never_lasts(client, courier):
    courier.faults.add("session_expired", page="send", times=None)
    with pytest.raises(OpalUnavailable, match="ends the session") as caught:
        client.place_order(order())
    assert not caught.value.uncertain
    assert courier.orders == ()


@pytest.mark.parametrize(
    ("page", "name", "missing"),
    [
        ("start", "start page", "the frame optop"),
        ("header", r"header \(optop\)", 'the link "Neuer Auftrag"'),
        ("form", "Neuer Auftrag", "the order form"),
    ],
)
def test_a_changed_page_is_named_with_what_it_lacks(client, courier, page, name, missing):
    courier.faults.add("page_changed", page=page)
    with pytest.raises(OpalPageChanged, match=f"{name}.*{missing}") as caught:
        client.place_order(order())
    assert not caught.value.uncertain
    assert courier.orders == ()


def test_a_changed_list_is_not_taken_for_an_empty_one(client, courier):
    client.place_order(order("A-1"))
    courier.faults.add("page_changed", page="list")
    with pytest.raises(OpalPageChanged, match=r"Auftragsliste.*list of orders"):
        client.find_order("A-1")


def test_a_changed_order_page(client, courier):
    client.place_order(order("A-1"))
    courier.faults.add("page_changed", page="detail")
    with pytest.raises(OpalPageChanged, match=r"'Auftrag'.*SendungsNr OCU-998-511590"):
        client.find_order("A-1")


@pytest.mark.parametrize("kind", ["page_changed"])
def test_an_accepted_order_whose_confirmation_is_not_understood_is_looked_up(client, courier, kind):
    courier.faults.add(kind, page="send")
    assert client.place_order(order()).tracking_number == "OCU-998-511590"
    assert len(courier.orders) == 1


def test_an_answer_that_is_neither_confirmation_nor_complaint(client, courier, monkeypatch):
    courier.faults.add("page_changed", page="send")
    monkeypatch.setattr(courier.book, "take", lambda fields: courier.orders.append)  # takes nothing
    with pytest.raises(OpalError) as caught:
        client.place_order(order())
    assert caught.value.uncertain


@pytest.mark.parametrize("kind", ["error_after", "hang_up_after", "error", "hang_up"])
def test_trouble_while_sending_leaves_the_outcome_open(client, courier, kind):
    courier.faults.add(kind, page="send")
    with pytest.raises(OpalUnavailable) as caught:
        client.place_order(order("A-1"))
    assert caught.value.uncertain
    assert (client.find_order("A-1") is not None) == kind.endswith("after")


@pytest.mark.parametrize("kind", ["error", "hang_up"])
@pytest.mark.parametrize("page", ["start", "login", "header", "form"])
def test_trouble_before_sending_leaves_nothing_open(client, courier, kind, page):
    courier.faults.add(kind, page=page)
    with pytest.raises(OpalUnavailable) as caught:
        client.place_order(order())
    assert not caught.value.uncertain
    assert courier.orders == ()


def test_a_slow_site_is_given_up_at_the_deadline(courier):
    courier.faults.add("slow", page="form", seconds=30)
    with (
        OpalClient(courier.url, USER, PASSWORD, timeout=0.5) as client,
        pytest.raises(OpalUnavailable, match="in time"),
    ):
        client.place_order(order())


def test_a_wrong_password(courier):
    with OpalClient(courier.url, USER, "wrong") as client, pytest.raises(OpalLoginRefused, match="does not accept"):
        client.check()
    assert courier.asked("login") == 1  # an account is soon locked


def test_nobody_at_the_address(courier):
    courier.stop()
    with OpalClient(courier.url, USER, PASSWORD) as client, pytest.raises(OpalUnavailable, match="cannot be reached"):
        client.check()


@pytest.mark.parametrize("url", ["", "opal", "ftp://127.0.0.1/", "http://"])
def test_an_address_that_is_none(url):
    with OpalClient(url, USER, PASSWORD) as client, pytest.raises(OpalError, match="not a web address"):
        client.check()


def test_a_choice_that_the_form_does_not_offer(client, courier):
    with pytest.raises(OpalPageChanged, match=r"'Fahrrad' in the field sefztype .it offers PKW, Transporter"):
        client.place_order(order(vehicle="Fahrrad"))


def test_a_reference_that_would_be_cut_is_not_sent(client, courier):
    with pytest.raises(OpalPageChanged, match="room for 40 characters in the field seclref"):
        client.place_order(order("X" * 40))
    assert courier.orders == ()


def test_a_note_is_cut_to_what_its_field_takes(client, courier):
    client.place_order(order(contents="x" * 100))
    assert courier.orders[0].value("seinhalt") == "x" * 40


def test_the_log_tells_what_happened_without_the_password(client, courier, log):
    client.place_order(order())
    text = "\n".join(f"{title}\n{content}" for title, content in log)
    assert "seclref=WH%2FOUT%2F00042-K7Q2" in text
    assert "Sendungsnummer: OCU-998-511590" in text
    assert PASSWORD not in text
    assert "password=" not in text
