"""What people type as a number to be paid to: read in any form a phone makes of it; each mistake has a sentence."""

from __future__ import annotations

from random import Random

import pytest
import schwifty
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.number_problems import sentence
from domain.payout_methods import IBAN, LONGEST, MOBILE, PAYPAL, SHOWN, Number, Problem, masked, plain
from domain.rules import Rules
from files.account_numbers import read
from locales.words import Words

KINDS = (IBAN, PAYPAL, MOBILE)
WORDS = Words("en", Rules())
GERMAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (IBAN, GERMAN, GERMAN),
        (IBAN, "de89 3704 0044 0532 0130 00", GERMAN),
        (IBAN, "my IBAN: de89 3704 0044 0532 0130 00", GERMAN),
        (IBAN, "IBAN: DE89-3704-0044-0532-0130-00\n", GERMAN),
        (IBAN, "ＤＥ８９３７０４００４４０５３２０１３０００", GERMAN),
        (IBAN, "‮DE89\u200b3704 0044\u00a00532 0130 00‬", GERMAN),
        (IBAN, "DE٨٩٣٧٠٤٠٠٤٤٠٥٣٢٠١٣٠٠٠", GERMAN),
        (IBAN, "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
        (PAYPAL, " Ana.Garcia@Example.ORG ", "ana.garcia@example.org"),
        (PAYPAL, "mailto:x.y+z@mail.example.co.uk", "x.y+z@mail.example.co.uk"),
        (PAYPAL, "ａｎａ＠example.org", "ana@example.org"),
        (MOBILE, "+254 712 345 678", "+254712345678"),
        (MOBILE, "00254-712-345678", "+254712345678"),
        (MOBILE, "+33 (0)6 12 34 56 78", "+33612345678"),
        (MOBILE, "＋٢٥٤٧١٢٣٤٥٦٧٨", "+254712345678"),
    ],
)
def test_a_number_is_read_however_it_is_written(kind: str, typed: str, value: str) -> None:
    found = read(kind, typed)
    assert isinstance(found, Number), found
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("kind", "typed", "code", "says"),
    [
        (IBAN, "", "empty", "no number"),
        (IBAN, "\u200b \u202e", "empty", "no number"),
        (IBAN, "👍", "iban_characters", "letters A to Z"),
        (IBAN, "DE8937040044053201300", "iban_short", "1 character short: one of DE has 22"),
        (IBAN, "DE89370400440532013", "iban_short", "3 characters short"),
        (IBAN, "DE893704004405320130001", "iban_long", "1 character too many: one of DE has 22"),
        (IBAN, "DE88370400440532013000", "iban_mistyped", "check digits"),
        (IBAN, "DE89370400440532010300", "iban_mistyped", "two are swapped"),
        (IBAN, "DEO9370400440532013000", "iban_check_digits", "letter O"),
        (IBAN, "DE893704004405320130O0", "iban_form", "letter O"),
        (IBAN, "KE89370400440532013000", "iban_country", "begin with KE"),
        (IBAN, "370400440532013000", "iban_country_first", "two letters"),
        (IBAN, "4111 1111 1111 1111", "card", "bank card"),
        (IBAN, "DE89" * 2_000, "long", "longer than any number"),
        (PAYPAL, "ana.example.org", "email_at", "has an @"),
        (PAYPAL, "a@b.de, c@d.de", "email_one", "more than one @"),
        (PAYPAL, "my mail is a@b.de", "email_space", "space"),
        (PAYPAL, "josé@example.org", "email_letters", "é"),
        (PAYPAL, "ana@example", "email_host", "after the @"),
        (PAYPAL, "ana@-a.de", "email_host", "after the @"),
        (PAYPAL, "@example.org", "email_local", "before the @"),
        (PAYPAL, "ana..g@example.org", "email_local", "before the @"),
        (PAYPAL, "=cmd@example.org", "email_local", "before the @"),
        (MOBILE, "0712 345 678", "phone_plus", "begin with +"),
        (MOBILE, "call me", "phone_characters", "only digits"),
        (MOBILE, "+254 712 34S 678", "phone_characters", "only digits"),
        (MOBILE, "+999 123 456", "phone_country", "No country"),
        (MOBILE, "+2547", "phone_short", "too short"),
        (MOBILE, "+25471234567890123", "phone_long", "too long"),
        (MOBILE, "+1 000 000 0000", "phone_unknown", "code +1"),
        (MOBILE, "+43 1 5123456", "phone_landline", "mobile number"),
        (MOBILE, "🙂", "phone_characters", "only digits"),
    ],
)
def test_each_mistake_has_its_sentence(kind: str, typed: str, code: str, says: str) -> None:
    found = read(kind, typed)
    assert isinstance(found, Problem), found
    assert found.code == code
    assert says in sentence(found.code, found.facts, WORDS)


def test_whether_sepa_reaches_an_iban_is_known() -> None:
    reached, outside = read(IBAN, GERMAN), read(IBAN, "BR1800360305000010009795493C1")
    assert isinstance(reached, Number) and isinstance(outside, Number)
    assert (reached.sepa, outside.sepa) == (True, False)


@given(st.sampled_from(KINDS), st.text(max_size=600))
def test_any_text_is_read_or_has_a_sentence_and_the_sentence_holds_nothing_of_it(kind: str, typed: str) -> None:
    found = read(kind, typed)
    if isinstance(found, Problem):
        assert sentence(found.code, found.facts, WORDS)
        assert all(
            isinstance(fact, int) or len(fact) <= 4 for fact in found.facts.values() if isinstance(fact, int | str)
        )
    else:
        assert read(kind, found.value) == found


@given(st.sampled_from(("DE", "FR", "ES", "GB", "NL", "MT", "NO")), st.randoms(use_true_random=False), st.data())
def test_an_iban_is_read_and_one_wrong_digit_or_two_swapped_are_seen(
    country: str, pick: Random, data: st.DataObject
) -> None:
    made = str(schwifty.IBAN.random(country, random=pick, use_registry=False))
    assert read(IBAN, made) == Number(IBAN, made, sepa=True)
    digits = [index for index in range(2, len(made)) if made[index].isdigit()]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != made[at]]))
    assert isinstance(read(IBAN, made[:at] + other + made[at + 1 :]), Problem)
    if at + 1 < len(made) and made[at + 1].isdigit() and made[at] != made[at + 1]:
        assert isinstance(read(IBAN, made[:at] + made[at + 1] + made[at] + made[at + 2 :]), Problem)


@given(st.text(max_size=2 * LONGEST))
def test_making_plain_is_idempotent_and_bounded(typed: str) -> None:
    once = plain(typed)
    assert (plain(once), len(once) <= LONGEST) == (once, True)


@given(st.sampled_from(KINDS), st.text(st.characters(exclude_characters="• "), max_size=60))
def test_a_mask_shows_four_characters_at_most(kind: str, number: str) -> None:
    shown = masked(kind, number).replace("•", "").replace(" ", "")
    assert len(shown) <= SHOWN
    assert (masked(kind, number) == "") == (number == "")


@given(st.sampled_from(KINDS), st.text("0123456789", min_size=1, max_size=7))
def test_a_short_number_is_not_shown_at_all(kind: str, number: str) -> None:
    assert not any(char.isdigit() for char in masked(kind, number))


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        (IBAN, GERMAN, "•••• 3000"),
        (MOBILE, "+254712345678", "•••• 5678"),
        (PAYPAL, "ana.garcia@example.org", "an•••@e•••"),
        (PAYPAL, "ana@example.org", "a•••@e•••"),
    ],
)
def test_what_is_shown_of_a_number(kind: str, number: str, shown: str) -> None:
    assert masked(kind, number) == shown
