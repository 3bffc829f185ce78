"""Why a number to be paid to cannot be used: a sentence for each kind of mistake, with what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.notices import Json
from domain.words import N_
from locales.words import Markup, Words

SENTENCES: Final = {
    # files.account_numbers
    "empty": N_("I see no number in that. Please send it as a text message."),
    "long": N_("That is far longer than any number. Please send the number alone."),
    "card": N_(
        "That looks like the number of a bank card, and nobody can be paid with it. The IBAN begins with two letters;"
        " your bank's app shows it beside your account."
    ),
    "iban_country_first": N_(
        "An IBAN begins with two letters for its country, such as DE or FR. Please send it whole, from the letters on."
    ),
    "iban_country": N_(
        "No country has IBANs that begin with {country}. Compare the first two letters with your bank card."
    ),
    "iban_characters": N_("An IBAN has only the letters A to Z and digits. Please send the IBAN alone."),
    "iban_check_digits": N_(
        "After the two letters of its country, an IBAN has two digits. Is there a letter O for a zero, or an I for a 1?"
    ),
    "iban_form": N_(
        "An IBAN of {country} has digits and letters in other places. Is there a letter O for a zero, or an I for a 1?"
    ),
    "iban_mistyped": N_(
        "The check digits of this IBAN do not fit the rest: a character is mistyped, or two are swapped. Compare it"
        " with your bank card."
    ),
    "email_at": N_("An e-mail address has an @ in it, such as name@example.org. Please send the whole address."),
    "email_one": N_("There is more than one @ in that. Please send one e-mail address alone."),
    "email_space": N_("There is a space in that address. Please send the e-mail address alone, in one piece."),
    "email_letters": N_(
        "There is a letter in that address that PayPal's addresses do not have, such as é. Please compare it."
    ),
    "email_host": N_("What stands after the @ is no address yet: it ends as in example.org. Is something missing?"),
    "email_local": N_("What stands before the @ cannot be right: look for a dot or a sign too many."),
    "phone_plus": N_(
        "Please begin with + and the code of your country, such as +254 712 345678; without it I cannot tell the"
        " country."
    ),
    "phone_characters": N_("A phone number has only digits, after a +. Please send it as +254 712 345678."),
    "phone_country": N_("No country has the code this number begins with. Please check the digits after the +."),
    "phone_short": N_("This number is too short for its country. Is a digit missing?"),
    "phone_long": N_("This number is too long for its country. Is there a digit too many, or a zero after the code?"),
    "phone_unknown": N_("There are no numbers like this one in the country with the code {code}. Please compare it."),
    "phone_landline": N_("Mobile money goes to a mobile number, and this is another kind. Please send your mobile's."),
    # domain.payout_methods
    "name": N_("Please send the name as a text message: first and last name, or the company's, in letters."),
    "name_number": N_("That looks like a number. I have the account; now I need the name it is in."),
    "name_long": N_("That name is too long: banks take {limit} characters. Please send a shorter form of it."),
    # usecases.payout_methods
    "iban_outside": N_(
        "This account is in {country}, and the payments here reach only countries of the SEPA area. If you have an"
        " account in one of them, send its IBAN; otherwise go back and choose another way."
    ),
    "taken": N_(
        "I cannot pay you to this number. Please check that it is your own, or give another one; if you think this is"
        " a mistake, ask your coordinator."
    ),
    "not_text": N_("Please send it as a text message: I read no pictures, files or voice notes here."),
}


def sentence(code: str, facts: Mapping[str, Json], words: Words) -> Markup:
    """The sentence for the code of a domain.payout_methods.Problem, with what its `facts` fill in."""
    if code not in ("iban_long", "iban_short"):
        return words.html(SENTENCES[code], **facts)
    count, fields = facts["count"], {"country": facts["country"], "length": facts["length"]}
    assert isinstance(count, int)
    if code == "iban_long":
        return words.html_many(
            "This IBAN has {count} character too many: one of {country} has {length}. Compare it with your bank card.",
            "This IBAN has {count} characters too many: one of {country} has {length}. Compare it with your bank card.",
            count,
            **fields,
        )
    return words.html_many(
        "This IBAN is {count} character short: one of {country} has {length}. Compare it with your bank card.",
        "This IBAN is {count} characters short: one of {country} has {length}. Compare it with your bank card.",
        count,
        **fields,
    )
