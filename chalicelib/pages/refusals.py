"""Every refusal in words: one table for forms, problem pages and problem details.

A code comes from the domain or from an entry point. Its `title` names the situation, its `detail`
says what the person can do now. Beside a form's field only the detail is shown.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chalicelib.pages.catalogues import N_

Way = Literal["offers", "account", "sign_in", "password", "contact", "terms", "back"]


class Problem(NamedTuple):
    """What one code says (English, translated when shown) and the way out that it offers."""

    title: str
    detail: str
    way: Way = "offers"


PROBLEMS: Mapping[str, Problem] = {
    # selling
    "UNKNOWN_PLAN": Problem(
        N_("This offer does not exist"),
        N_("Choose one of the offers that are open to new subscribers."),
    ),
    "PRICE_CHANGED_REVIEW_AGAIN": Problem(
        N_("The price has changed"),
        N_(
            "The price is no longer the one you were shown. Nothing was charged. Check the new "
            "amount before you order."
        ),
        "back",
    ),
    "CGS_NOT_ACCEPTED": Problem(
        N_("The general terms are not accepted"),
        N_("Tick the box to accept the general terms: the order cannot be placed without it."),
        "back",
    ),
    "TERMS_CHANGED": Problem(
        N_("The general terms have changed"),
        N_(
            "A new version of the general terms was published while you were ordering. Read it, "
            "then tick the box again."
        ),
        "back",
    ),
    "UNDER_16": Problem(
        N_("You must be 16 or older"),
        N_("A person under 16 cannot subscribe, even with the agreement of a parent or guardian."),
    ),
    "REPRESENTATIVE_NEEDED": Problem(
        N_("Your legal representative must agree"),
        N_(
            "A minor, or an adult under a protection measure, subscribes with the agreement of "
            "their legal representative. Write to us: we will tell you how to give it."
        ),
        "contact",
    ),
    "ALREADY_SUBSCRIBED": Problem(
        N_("You are already subscribed"),
        N_("This subscription is already running. Nothing was charged."),
        "account",
    ),
    "ACCOUNT_EXISTS": Problem(
        N_("You already have an account"),
        N_("There is an account with this e-mail address. Sign in to order with it."),
        "sign_in",
    ),
    "CHECKOUT_VOID": Problem(
        N_("This order is closed"),
        N_("It was not paid in time, or it was replaced. Nothing was charged: start a new order."),
    ),
    "CHECKOUT_ALREADY_PAID": Problem(
        N_("This order is already paid"),
        N_("You do not need to pay again. Your subscription is in your account."),
        "account",
    ),
    "CHECKOUT_ALREADY_PLACED": Problem(
        N_("This order is already placed"),
        N_("It can no longer be changed. Go back to pay it."),
        "back",
    ),
    "REVIEW_FIRST": Problem(
        N_("Check your order first"),
        N_("Your order must be checked before it is paid. Nothing was charged."),
        "back",
    ),
    "NO_PRICE": Problem(
        N_("This offer is not sold in this country"),
        N_("Choose another country, or another offer."),
        "back",
    ),
    "NO_TERMS": Problem(
        N_("There is no such version of the general terms"),
        N_("Choose one in the list of the versions."),
        "terms",
    ),
    "UNKNOWN_PROFILE": Problem(
        N_("This policy does not exist"), N_("Choose one of the policies that are listed.")
    ),
    # fields
    "BAD_EMAIL": Problem(
        N_("The e-mail address is not valid"),
        N_("Enter an e-mail address such as name@example.com."),
        "back",
    ),
    "MISSING_FIELD": Problem(
        N_("An answer is missing"),
        N_("This answer is needed."),
        "back",
    ),
    "TOO_LONG": Problem(
        N_("An answer is too long"),
        N_("Shorten this answer."),
        "back",
    ),
    "BAD_BIRTH_DATE": Problem(
        N_("The date of birth is not valid"),
        N_("Enter a real date in the past: day, month and year with four digits."),
        "back",
    ),
    "BAD_COUNTRY": Problem(
        N_("The country is not in the list"),
        N_("Choose a country in the list."),
        "back",
    ),
    # people
    "BAD_CREDENTIALS": Problem(
        N_("We could not sign you in"),
        N_("The e-mail address or the password is not right. You can ask for a new password."),
        "sign_in",
    ),
    "WEAK_PASSWORD": Problem(
        N_("The password is too easy to guess"),
        N_(
            "Use 12 characters or more, with a capital letter, a small letter and a digit. "
            "Several words in a row make a good password."
        ),
        "back",
    ),
    "LINK_EXPIRED": Problem(
        N_("This link no longer works"),
        N_("It was already used, or it is too old. Ask for a new one: it takes a minute."),
        "password",
    ),
    "SIGN_IN_FIRST": Problem(
        N_("Sign in first"), N_("This page belongs to an account: sign in to open it."), "sign_in"
    ),
    "ACCOUNT_OPENED": Problem(
        N_("The account is already open"),
        N_("The address can no longer be changed here. Write to us: we will change it with you."),
        "contact",
    ),
    # payment
    "PAYMENT_REFUSED": Problem(
        N_("The payment was refused"),
        N_("Nothing was charged. Try again, or use another means of payment."),
        "back",
    ),
    "PAY_LINK_EXPIRED": Problem(
        N_("This payment link no longer works"),
        N_(
            "It is too old, or its address was cut off. Nothing was charged. Sign in to your "
            "account: what is due can be paid from there. You can also write to us."
        ),
        "account",
    ),
    "PROOF_LINK_EXPIRED": Problem(
        N_("This link to the proof no longer works"),
        N_(
            "It served for one hour, or its address was cut off. The command proof-link hands out "
            "another."
        ),
        "contact",
    ),
    "GATEWAY_UNAVAILABLE": Problem(
        N_("The payment service does not answer"),
        N_(
            "Wait a few minutes before you try again. If a payment went through, you will get "
            "an e-mail, and you will not be charged twice."
        ),
        "back",
    ),
    "BAD_SESSION_RESULT": Problem(
        N_("We could not check this payment"),
        N_(
            "If you have paid, an e-mail confirms it within minutes and you will not be charged "
            "twice. If not, go back and try again."
        ),
        "back",
    ),
    "UNKNOWN_ATTEMPT": Problem(
        N_("We do not know this payment"),
        N_(
            "If you have paid, an e-mail confirms it within minutes. If not, go back and try again."
        ),
        "back",
    ),
    "PROVIDER_REFUSED": Problem(
        N_("The payment service refused the request"),
        N_("Nothing was charged. Try again in a few minutes; if it goes on, write to us."),
        "contact",
    ),
    # refunds
    "NOT_PAID": Problem(
        N_("Nothing was paid for this period"),
        N_("Only a payment that arrived can be refunded."),
        "account",
    ),
    "MORE_THAN_CAPTURED": Problem(
        N_("This is more than what is left of the payment"),
        N_("What was refunded before, and what a bank took back, cannot be refunded again."),
        "account",
    ),
    "REFUND_DIFFERS": Problem(
        N_("This refund was promised with another amount"),
        N_("The first promise stands. A further refund needs a reason of its own."),
        "account",
    ),
    "REFUND_NOT_FAILED": Problem(
        N_("This refund may still arrive"),
        N_("It can be sent again only after it has failed for good."),
        "account",
    ),
    "NO_METHOD": Problem(
        N_("No means of payment is stored"),
        N_("There is nothing to delete. You can add one in your account."),
        "account",
    ),
    # exits
    "ALREADY_ENDED": Problem(
        N_("This contract has already ended"),
        N_("Nothing more will be charged. Your documents stay in your account."),
        "account",
    ),
    # requests
    "BAD_CSRF": Problem(
        N_("The page was open for too long"),
        N_("For your safety we did not take this request. Go back, reload the page, try again."),
        "back",
    ),
    "NOT_YOURS": Problem(
        N_("This page is not yours"),
        N_("Sign in with the account it belongs to."),
        "sign_in",
    ),
    "NOT_FOUND": Problem(
        N_("This page does not exist"),
        N_("The address may be mistyped, or the page may have moved."),
    ),
    "BODY_TOO_LARGE": Problem(
        N_("The request is too large"),
        N_("Send shorter answers."),
        "back",
    ),
    "TOO_MANY_REFUSALS": Problem(
        N_("Too many payments were refused"),
        N_(
            "To protect the owners of lost and stolen cards we take no more tries from here for a "
            "while. Nothing was charged. Try again in an hour, or write to us."
        ),
    ),
    "NOT_FENCED": Problem(
        N_("This table is not fenced"),
        N_("It is the one that charges are made in. There is nothing to compare."),
    ),
    "EVIDENCE_TOO_SHORT": Problem(
        N_("The reports end too early"),
        N_("They must reach to the minute at which the fence began. Wait for the next report."),
    ),
    "UNKNOWN_REPORT": Problem(
        N_("This is no settlement report"),
        N_("Give the names of the provider’s settlement reports, one for each batch."),
    ),
    "PAYMENTS_PAUSED": Problem(
        N_("Payments are paused"),
        N_(
            "We take no payments for a while. Nothing was charged, and your order or your payment "
            "link stays good. Try again later."
        ),
        "back",
    ),
    "TOO_MANY_TRIES": Problem(
        N_("This order takes no more tries"),
        N_(
            "Too many payments were refused for this order. Nothing was charged. Start a new order "
            "with another means of payment, or write to us."
        ),
    ),
    "REPEATED_FIELD": Problem(
        N_("An answer came twice"),
        N_("Go back, reload the page, then answer again."),
        "back",
    ),
    "METHOD_NOT_ALLOWED": Problem(
        N_("This address does not take this request"),
        N_("Go back and use the links and buttons of the page."),
        "back",
    ),
    "WRONG_CONTENT_TYPE": Problem(
        N_("We do not read this kind of content"),
        N_("Go back and send the form from its own page. A program sends JSON."),
        "back",
    ),
    "CONFLICT_TRY_AGAIN": Problem(
        N_("Something changed in the meantime"),
        N_("Another request changed the same thing. Go back, reload the page, try again."),
        "back",
    ),
    "INVALID": Problem(
        N_("Some answers need your attention"),
        N_("Correct the fields that are named, then send them again."),
        "back",
    ),
    "REFUSED": Problem(
        N_("This is not possible"),
        N_("The contract or the law does not allow it. Write to us if you think it should."),
        "contact",
    ),
    # the platform
    "BAD_PLATFORM_KEY": Problem(
        N_("The key of the platform is not right"),
        N_("Send the key that was agreed with the platform."),
    ),
    "BAD_JSON": Problem(
        N_("The content is not readable"),
        N_("Send one JSON object with the fields that were agreed."),
    ),
    "UNKNOWN_SENDER": Problem(
        N_("We do not know the sender"),
        N_("Send the user name, the password and the signature that were agreed."),
    ),
    "BAD_INSTANT": Problem(
        N_("The instant is not valid"),
        N_("Send an instant of ISO 8601 with its offset, not in the future."),
    ),
    # the rest
    "UNEXPECTED": Problem(
        N_("Something went wrong on our side"),
        N_("We have been told. Try again in a few minutes; if it goes on, write to us."),
        "contact",
    ),
}
