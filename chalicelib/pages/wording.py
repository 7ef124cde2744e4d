"""Words that belong to a code rather than to a page: labels of fields, features of an offer."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from chalicelib.pages.catalogues import N_, translate

Feature = Literal[
    "courses",
    "exercises",
    "certificates",
    "forum",
    "private_messages",
    "mentor_sessions",
    "projects",
    "diploma",
]

FIELDS: Mapping[str, str] = {
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "email": N_("E-mail address"),
    "birth_date": N_("Date of birth"),
    "birth_day": N_("Day"),
    "birth_month": N_("Month"),
    "birth_year": N_("Year"),
    "country": N_("Country of residence"),
    "address_line": N_("Address"),
    "postal_code": N_("Postal code"),
    "city": N_("City"),
    "capacity": N_("Declaration"),
    "terms": N_("General terms"),
    "immediate_start": N_("Immediate start"),
    "password": N_("Password"),
    "new_password": N_("New password"),
}

FEATURES: Mapping[Feature, str] = {
    "courses": N_("Every course in the catalogue, at your own pace"),
    "exercises": N_("Graded exercises and quizzes"),
    "certificates": N_("A certificate for each course you complete"),
    "forum": N_("The learners’ forum"),
    "private_messages": N_("Private messages with other learners"),
    "mentor_sessions": N_("Sessions with a mentor of your own"),
    "projects": N_("Assessed projects"),
    "diploma": N_("A recognised diploma where the pathway is registered"),
}

# `%(open)s` and `%(close)s` hold the link to the terms on the page, nothing in evidence.
CONSENTS: Mapping[str, str] = {
    "capacity": N_(
        "I am not under a legal protection measure, or I have the agreement of my legal "
        "representative."
    ),
    "terms": N_(
        "I have read and I accept the %(open)sgeneral terms, version of %(version)s%(close)s."
    ),
    "immediate_start": N_(
        "I ask for my access to start at once, and I acknowledge that I lose my right of "
        "withdrawal as soon as I open the paid content."
    ),
}

ORDER_BUTTONS: Mapping[str, str] = {
    "validate_with_duty": N_("Place order with obligation to pay"),
    "order_with_duty": N_("Order with obligation to pay"),
}


def field_label(name: str, lang: str) -> str:
    """The label of a form's field."""
    return translate(FIELDS[name], lang)


def feature(name: Feature, lang: str) -> str:
    """What a subscriber gets, in one line."""
    return translate(FEATURES[name], lang)


def consent_words(name: str, lang: str, *, version: str = "") -> str:
    """The words beside a box, as they are shown and as they are kept in evidence (FRM-1 a).

    `version` is the date that names a version of the terms.
    """
    values = {"open": "", "close": "", "version": _day_in_words(version, lang)}
    return translate(CONSENTS[name], lang) % values


def order_button_words(choice: str, lang: str) -> str:
    """The words on the order button, lawful in each language (FRM-3)."""
    return translate(ORDER_BUTTONS[choice], lang)


def _day_in_words(version: str, lang: str) -> str:
    """The date as the page writes it; what is no date stays as it came."""
    from chalicelib.pages.formatting import long_date  # noqa: PLC0415 - Babel loads with its first use

    try:
        return long_date(date.fromisoformat(version), lang)
    except ValueError:
        return version


POLICIES: Mapping[str, str] = {
    "recommended": N_("recommended"),
    "as_written": N_("as written"),
    "strict": N_("strict"),
}


def policy_name(profile: str, lang: str) -> str:
    """The name of a policy profile, for people."""
    return translate(POLICIES[profile], lang)
