"""The confirmation of a contract, in English."""

from chalicelib.documents.confirmation_words import ConfirmationWords
from chalicelib.documents.formats import set_words

ENGLISH = set_words(
    ConfirmationWords(
        heading="Confirmation of your subscription",
        description="Confirmation of contract {reference} concluded on {concluded_on}",
        opening=(
            "This document confirms your {plan} contract and gathers the information required "
            "by law. Please keep it."
        ),
        unnamed="Customer {customer}",
        monthly_price="a month, all taxes included",
        concluded="First day",
        next_due="Next due date",
        page="Page {page} of {pages}",
        order="Your order",
        plan="Plan",
        reference="Contract reference",
        concluded_on="Order placed on",
        subscriber="Subscriber",
        payer="Payer",
        price="Monthly price",
        price_detail="{gross} including VAT ({net} net and {vat} of VAT at {rate})",
        first_charge="First month",
        first_charge_discounted="{gross} including VAT ({discount})",
        later_charges="Following months",
        later_charges_detail=(
            "{gross} including VAT at the start of each month of subscription, first on {next_due}"
        ),
        method="Payment method",
        access="Access opens",
        access_detail="{access}, once this confirmation has been received",
        language="Language of the contract",
        languages=(
            "French",
            "English",
        ),
        features="What your subscription includes",
        equipment=(
            (
                "The service is provided online, without delivery. It works with the current "
                "versions of Edge, Firefox, Chrome and Safari; article 5 of the general terms "
                "describes the equipment needed. Your Internet connection and your "
                "communications are at your own cost, at your operator's rate."
            ),
            (
                "No deposit or financial guarantee is asked for. The price was not "
                "personalised by an automated decision."
            ),
        ),
        duration="Duration, renewal and termination",
        duration_text=(
            (
                "You commit for one month. At the end of each month the commitment is tacitly "
                "renewed for one more month. There is no other minimum duration."
            ),
            (
                "You may terminate at any time, without giving a reason and free of charge: "
                "by the link “Terminate your contract” at the foot of every page, or from "
                "your account. The subscription ends at the end of the current month; a month "
                "begun is due and nothing is charged afterwards. You receive at once an "
                "acknowledgement with the end date."
            ),
        ),
        terminate="Terminate your contract",
        withdrawal="Right of withdrawal",
        kept=(
            (
                "You may withdraw without giving a reason for fourteen days: send your "
                "decision no later than {last}, before midnight (Paris time)."
            ),
            ("You did not ask for immediate access: access and the first month begin on {access}."),
        ),
        kept_pro_rata=(
            (
                "You may withdraw without giving a reason for fourteen days: send your "
                "decision no later than {last}, before midnight (Paris time)."
            ),
            (
                "You asked for the service to begin without waiting for the end of that "
                "period. If you withdraw, you owe the part of the price for the days elapsed "
                "since {access}: the price of the month, multiplied by those days and divided "
                "by the number of days of the month of subscription. The rest is refunded."
            ),
        ),
        lost_at_first_use=(
            (
                "The law gives you fourteen days to withdraw without giving a reason, until "
                "{last} before midnight (Paris time)."
            ),
            (
                "You expressly asked for immediate access and acknowledged that you would "
                "then lose this right. We confirm both points by this document. The right "
                "ends when you use your access codes for the first time to open paid content "
                "(article L221-28, 13°, of the French Consumer Code). Until you do, you keep "
                "it up to the date above. Watching a free video or reading the forum does not "
                "make you lose it."
            ),
        ),
        lost_at_sign_in=(
            (
                "The law gives you in principle fourteen days to withdraw, until {last} "
                "before midnight (Paris time)."
            ),
            (
                "Under article 6.1 of the general terms, this right ends when you use your "
                "access codes for the first time. Until you have used them, you keep it up to "
                "the date above."
            ),
        ),
        how_to_withdraw=(
            (
                "To withdraw, use the link “Withdraw from contract here”, at the foot of "
                "every page and open without an account: it asks for your name, your contract "
                "and an e-mail address, then “Confirm withdrawal”. You receive at once an "
                "acknowledgement with the date and time. You may also write to {email} or to "
                "the seller's postal address, with or without the form attached. It is enough "
                "that your decision is sent before the period ends."
            ),
            (
                "If you withdraw in time, we refund what is due to you no later than fourteen "
                "days after receiving your decision, by the payment method used for the "
                "order and free of charge."
            ),
        ),
        withdraw="Withdraw from contract here",
        consents="What you accepted",
        terms=(
            (
                "The general terms of service, in the version below, are part of the "
                "contract. The digest identifies the exact text that you accepted."
            ),
        ),
        terms_version="Version",
        terms_digest="SHA-256 digest",
        terms_address="Text",
        ticked="Box ticked on {at}",
        not_ticked="Box left empty",
        rights="Legal guarantee",
        rights_text=(
            (
                "For the whole duration of the subscription you have the legal guarantee of "
                "conformity of digital content and services (articles L224-25-12 and "
                "following of the French Consumer Code). If the service is not in conformity, "
                "you may ask for it to be put right free of charge and without undue delay; "
                "failing that, for a price reduction or the end of the contract with a "
                "refund. The updates needed for conformity are provided for the same "
                "duration."
            ),
        ),
        complaints="Complaints, mediation and personal data",
        complaints_text=(
            (
                "Send your complaints to the seller, in writing or by the contact form. You "
                "receive at once an acknowledgement. If the answer does not satisfy you, you "
                "may refer the matter free of charge to the consumer mediator below, within "
                "one year of your written complaint. Doing so does not deprive you of your "
                "right to go to court."
            ),
            "The contract is governed by French law. No particular code of conduct applies.",
        ),
        mediator="Mediator",
        contact="Contact and complaints",
        privacy="Personal data",
        seller="The seller",
        company="Company",
        address="Address",
        register="Registration",
        register_detail="{name}, capital of {capital}, RCS {city} {siren}",
        vat_number="VAT number",
        email="E-mail",
        phone="Telephone",
        form="Model withdrawal form",
        form_hint=("Complete and return this form only if you wish to withdraw from the contract."),
        form_to="To {company}, {address}, {email}:",
        form_statement=(
            "I hereby give notice that I withdraw from my contract for the provision of the "
            "following service:"
        ),
        form_fields=(
            "Service, contract reference",
            "Ordered on",
            "Name of consumer",
            "Address of consumer",
            "Date",
        ),
        form_note="Signature of consumer (only if this form is notified on paper):",
    ),
    "en",
)
