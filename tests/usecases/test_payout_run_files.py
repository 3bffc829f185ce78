"""Files for banks and the list of a run: what is in one is under way, once, and goes only where it still may go."""

from __future__ import annotations

import pytest

from domain.bank_answers import key_of
from domain.payouts import (
    FileUnderWay,
    NoFileFor,
)
from domain.rules import HOUR
from storage import payout_files, payout_methods
from tests.builders import make_owner
from tests.steps import buttons, money, screen, sent, told
from tests.usecases.desk import Desk
from tests.usecases.runs import EURO, IBAN, PAYDAY, approved, keep, method, owed, the
from usecases import payout_files as files
from usecases import payouts as runs
from usecases import settling
from usecases.payout_methods import disown, remove


@pytest.fixture
def desk() -> Desk:
    return Desk(EURO)


def test_what_is_in_a_file_is_under_way_before_anybody_has_it_and_a_second_tap_gives_the_same_bytes(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, hand = owed(desk, 1, 5_000_000), owed(desk, 2, 5_000_000, kind="by_hand")
    one, sepa = approved(desk, owner), files.NAMES.index("sepa")
    assert set(buttons(screen(desk.tx, owner, "payout_run"))) == {"Mark paid", "File for the bank", "List"}
    assert files.ask(desk.tx, by=owner, run_id=one.id, rail=sepa, now=PAYDAY) is False
    with pytest.raises(FileUnderWay):
        files.ask(desk.tx, by=owner, run_id=one.id, rail=sepa, now=PAYDAY)
    with pytest.raises(NoFileFor):
        files.ask(desk.tx, by=owner, run_id=one.id, rail=files.NAMES.index("csv_paypal"), now=PAYDAY)
    file = keep(desk, one, "sepa", owner)
    assert (the(desk, ana).state, the(desk, ana).file_id, the(desk, hand).state) == ("sending", file, "reserved")
    assert files.plan(desk.tx, run_id=one.id, rail="sepa").number is None
    sent(desk.tx)
    for _ in range(2):
        assert files.ask(desk.tx, by=owner, run_id=one.id, rail=sepa, now=PAYDAY + HOUR) is True
    assert told(desk.tx, owner) == ["payout_bank_file"] * 2
    document = screen(desk.tx, owner, "payout_bank_file").document
    assert document is not None
    assert document.data == b"bytes"


def test_a_file_of_what_is_no_longer_so_is_not_kept(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, _ = owed(desk, 1, 5_000_000), owed(desk, 2, 5_000_000)
    one = approved(desk, owner)
    orders = files.page(desk.tx, run_id=one.id, rail="sepa", after=0, limit=9)
    assert [(order.name, order.amount, order.key) for order in orders] == [
        (f"Name {n}", "5.00", key_of(files.installation(desk.tx), n)) for n in (1, 2)
    ]
    settling.failed(desk.tx, the(desk, ana), problem="ac04", now=PAYDAY)
    with pytest.raises(files.Changed), desk.tx.savepoint():
        files.keep(
            desk.tx, run_id=one.id, rail="sepa", number=1, key="k", name="n", sha256="0", content=b"",
            orders=(2, 10_000_000, orders[-1].id), by=owner.id, now=PAYDAY,
        )  # fmt: skip
    assert payout_files.of_run(desk.tx, one.id, "sepa") == []


def test_what_cannot_be_in_a_file_goes_back_and_asks_for_another_way(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, _ = owed(desk, 1, 5_000_000), owed(desk, 2, 5_000_000)
    one = approved(desk, owner)
    files.refuse(desk.tx, refused=[(the(desk, ana).id, "ac01")], now=PAYDAY)
    assert money(desk.tx, ana).available == 5_000_000
    assert payout_methods.active(desk.tx, ana.id) is None
    shown = screen(desk.tx, ana, "payout_failed")
    assert "to your account •••• 1991 did not go through. The bank knows no account with that number." in shown.text
    assert buttons(shown) == {"Payout method": ("pm", ())}
    assert len(files.page(desk.tx, run_id=one.id, rail="sepa", after=0, limit=9)) == 1


def test_the_list_names_each_payout_to_be_filled_in_and_shows_nobodys_number(desk: Desk) -> None:
    owner = desk.make(make_owner)
    owed(desk, 1, 5_000_000), owed(desk, 2, 7_000_000, kind="by_hand")
    one = approved(desk, owner)
    runs.show_list(desk.tx, by=owner, run_id=one.id, now=PAYDAY)
    document = screen(desk.tx, owner, "payout_file").document
    assert document is not None
    assert document.data is not None
    lines = document.data.decode("utf-8-sig").splitlines()
    own = files.installation(desk.tx)
    assert lines[0] == "payout,name,method,number,amount,currency,status,reason,reference,fee"
    assert lines[1] == f"{key_of(own, 1)},Name 1,iban,•••• 1991,5.00,EUR,,,,"
    assert lines[2] == f"{key_of(own, 2)},Name 2,by_hand,,7.00,EUR,,,,"


def test_nothing_goes_to_a_method_its_owner_disowned_or_removed_after_the_cut_off(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana, ben, eva = (owed(desk, number, 5_000_000) for number in (1, 2, 3))
    method(desk.tx, ana, "iban", 4)  # a stranger has her phone, and waits a day
    thief, bens = payout_methods.active(desk.tx, ana.id), payout_methods.active(desk.tx, ben.id)
    assert thief is not None and bens is not None
    one = approved(desk, owner)
    disown(desk.tx, by=ana, method_id=thief.id, now=PAYDAY)
    remove(desk.tx, by=ben, newest=bens.id, now=PAYDAY)
    orders = files.page(desk.tx, run_id=one.id, rail="sepa", after=0, limit=9)
    assert [order.number for order in orders] == ["", "", f"{IBAN}3"]
    files.refuse(desk.tx, refused=[(order.id, "no_method") for order in orders if not order.number], now=PAYDAY)
    assert [money(desk.tx, each).available for each in (ana, ben, eva)] == [5_000_000, 5_000_000, 0]
    back = payout_methods.active(desk.tx, ana.id)
    assert back is not None
    assert payout_methods.details(desk.tx, back.id).number == f"{IBAN}1"


def test_a_file_that_was_being_made_meanwhile_is_made_anew(desk: Desk) -> None:
    owner = desk.make(make_owner)
    ana = owed(desk, 1, 5_000_000)
    one, found = approved(desk, owner), payout_methods.active(desk.tx, ana.id)
    assert found is not None
    orders = files.page(desk.tx, run_id=one.id, rail="sepa", after=0, limit=9)
    disown(desk.tx, by=ana, method_id=found.id, now=PAYDAY)
    with pytest.raises(files.Changed), desk.tx.savepoint():
        files.keep(
            desk.tx, run_id=one.id, rail="sepa", number=1, key="MSG-1", name="f.xml", sha256="00" * 32,
            content=b"", orders=(1, 5_000_000, orders[-1].id), by=owner.id, now=PAYDAY,
        )  # fmt: skip
    assert the(desk, ana).state == "reserved"
