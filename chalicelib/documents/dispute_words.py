"""The words of a dispute file, in both languages; braces are filled from the record."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.documents.formats import set_words
from chalicelib.domain.kernel.language import Language

Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DisputeWords:
    """The fixed words; a table of names is pairs of a code and what it is called."""

    heading: str
    description: str
    opening: str
    unnamed: str
    page: str
    nothing: str

    dispute: str
    dispute_name: str
    standing: str
    standings: Names
    amount: str
    reason: str
    opened: str
    payment: str
    reference: str
    provider_reference: str
    charged: str
    method: str
    period: str
    period_of: str

    contract: str
    plan: str
    contract_reference: str
    customer: str
    address: str
    email: str
    concluded: str
    terms: str
    terms_of: str
    digest: str
    origin: str
    origin_of: str
    consents: str
    given: str

    usage: str
    confirmed: str
    invited: str
    first_used: str
    never: str

    notices: str
    notice_columns: tuple[str, str, str]
    letters: Names
    charges: str
    charge_columns: tuple[str, str, str, str, str]
    outcomes: Names
    invoices: str
    invoices_text: str
    invoice_columns: tuple[str, str, str, str]
    timeline: str
    timeline_columns: tuple[str, str]
    moments: Names


FRENCH = DisputeWords(
    heading="Dossier de contestation",
    description="Contestation {dispute} du contrat {subscription}",
    opening=(
        "Ce dossier réunit ce que nous savons du paiement contesté : ce que le client a accepté, "
        "ce qui lui a été annoncé, ce qu'il a utilisé, ce qui a été facturé et payé. Les heures "
        "sont celles de Paris."
    ),
    unnamed="Client {customer}",
    page="Page {page} sur {pages}",
    nothing="Rien.",
    dispute="La contestation",
    dispute_name="Référence de la contestation",
    standing="État",
    standings=(
        ("asked", "information demandée"),
        ("announced", "annoncée"),
        ("taken", "somme reprise par la banque"),
        ("won", "gagnée"),
        ("lost", "perdue"),
        ("returned", "prélèvement rejeté"),
    ),
    amount="Montant",
    reason="Motif de la banque",
    opened="Connue de nous le",
    payment="Le paiement contesté",
    reference="Notre référence",
    provider_reference="Référence d'Adyen",
    charged="Demandé le",
    method="Moyen de paiement",
    period="Mois payé",
    period_of="du {first} au {last}",
    contract="Ce que le client a accepté",
    plan="Offre",
    contract_reference="Contrat",
    customer="Client",
    address="Adresse",
    email="Adresse électronique",
    concluded="Commande passée le",
    terms="Conditions générales",
    terms_of="version {version}, {url}",
    digest="Empreinte (SHA-256)",
    origin="Origine de la commande",
    origin_of="adresse {address}, navigateur {agent}, session {session}",
    consents="Mots affichés et acceptés",
    given="Accepté le {at}, écran {screen}",
    usage="Accès et utilisation",
    confirmed="Confirmation envoyée, accès ouvert",
    invited="Lien d'accès envoyé",
    first_used="Premier contenu payant ouvert",
    never="pas encore",
    notices="Messages envoyés au client",
    notice_columns=("Envoyé le", "Message", "Empreinte (SHA-256)"),
    letters=(
        ("access_opened", "Accès au compte"),
        ("cancellation_acknowledged", "Résiliation reçue"),
        ("cancellation_undone", "Résiliation retirée"),
        ("checkout_voided", "Commande annulée"),
        ("checkout_waiting", "Commande en attente"),
        ("duplicate_payment_returned", "Double paiement rendu"),
        ("invoice_ready", "Facture"),
        ("method_expires", "Moyen de paiement bientôt expiré"),
        ("method_removed", "Moyen de paiement retiré"),
        ("method_replaced", "Moyen de paiement remplacé"),
        ("password_link_asked", "Lien de mot de passe"),
        ("payment_link", "Lien de paiement"),
        ("payment_recovered", "Paiement reçu"),
        ("payment_refused", "Paiement refusé"),
        ("refund_failed", "Remboursement non arrivé"),
        ("refund_sent", "Remboursement envoyé"),
        ("subscription_confirmed", "Confirmation du contrat"),
        ("subscription_ended", "Fin du contrat"),
    ),
    charges="Paiements demandés pour ce contrat",
    charge_columns=("Demandé le", "Notre référence", "Référence d'Adyen", "Montant", "Résultat"),
    outcomes=(
        ("open", "sans réponse"),
        ("authorised", "payé"),
        ("refused", "refusé"),
        ("returned", "rendu"),
        ("expired", "page non utilisée"),
        ("uncaptured", "argent non reçu"),
    ),
    invoices="Factures",
    invoices_text="Chaque facture est jointe au dossier, telle qu'elle a été émise.",
    invoice_columns=("Numéro", "Émise le", "Mois", "Montant"),
    timeline="Chronologie",
    timeline_columns=("Le", "Quoi"),
    moments=(
        ("concluded", "Contrat conclu"),
        ("confirmed", "Confirmation envoyée, accès ouvert"),
        ("invited", "Lien d'accès envoyé"),
        ("first_used", "Premier contenu payant ouvert"),
        ("charged", "Paiement demandé : {about}"),
        ("letter", "Message envoyé : {about}"),
        ("dispute", "La banque dit : {about}"),
        ("refund", "Remboursement promis : {about}"),
    ),
)
ENGLISH = DisputeWords(
    heading="Dispute file",
    description="Dispute {dispute} about contract {subscription}",
    opening=(
        "This file gathers what we know of the disputed payment: what the customer accepted, what "
        "was announced, what was used, what was invoiced and paid. Times are those of Paris."
    ),
    unnamed="Customer {customer}",
    page="Page {page} of {pages}",
    nothing="Nothing.",
    dispute="The dispute",
    dispute_name="Reference of the dispute",
    standing="State",
    standings=(
        ("asked", "information asked for"),
        ("announced", "announced"),
        ("taken", "money taken back by the bank"),
        ("won", "won"),
        ("lost", "lost"),
        ("returned", "direct debit returned"),
    ),
    amount="Amount",
    reason="Reason given by the bank",
    opened="Known to us since",
    payment="The disputed payment",
    reference="Our reference",
    provider_reference="Reference at Adyen",
    charged="Asked for on",
    method="Payment method",
    period="Month paid for",
    period_of="from {first} to {last}",
    contract="What the customer accepted",
    plan="Plan",
    contract_reference="Contract",
    customer="Customer",
    address="Address",
    email="E-mail address",
    concluded="Order placed on",
    terms="General terms",
    terms_of="version {version}, {url}",
    digest="Digest (SHA-256)",
    origin="Where the order came from",
    origin_of="address {address}, browser {agent}, session {session}",
    consents="Words that were shown and accepted",
    given="Accepted on {at}, screen {screen}",
    usage="Access and use",
    confirmed="Confirmation sent, access opened",
    invited="Access link sent",
    first_used="First paid content opened",
    never="not yet",
    notices="Messages sent to the customer",
    notice_columns=("Sent on", "Message", "Digest (SHA-256)"),
    letters=(
        ("access_opened", "Access to the account"),
        ("cancellation_acknowledged", "Termination received"),
        ("cancellation_undone", "Termination taken back"),
        ("checkout_voided", "Order void"),
        ("checkout_waiting", "Order waiting"),
        ("duplicate_payment_returned", "Duplicate payment returned"),
        ("invoice_ready", "Invoice"),
        ("method_expires", "Payment method about to expire"),
        ("method_removed", "Payment method removed"),
        ("method_replaced", "Payment method replaced"),
        ("password_link_asked", "Password link"),
        ("payment_link", "Payment link"),
        ("payment_recovered", "Payment received"),
        ("payment_refused", "Payment refused"),
        ("refund_failed", "Refund not arrived"),
        ("refund_sent", "Refund sent"),
        ("subscription_confirmed", "Confirmation of the contract"),
        ("subscription_ended", "End of the contract"),
    ),
    charges="Payments asked for under this contract",
    charge_columns=("Asked for on", "Our reference", "Reference at Adyen", "Amount", "Outcome"),
    outcomes=(
        ("open", "no answer"),
        ("authorised", "paid"),
        ("refused", "refused"),
        ("returned", "given back"),
        ("expired", "page not used"),
        ("uncaptured", "money not received"),
    ),
    invoices="Invoices",
    invoices_text="Each invoice is part of this file, as it was issued.",
    invoice_columns=("Number", "Issued on", "Month", "Amount"),
    timeline="Timeline",
    timeline_columns=("On", "What"),
    moments=(
        ("concluded", "Contract concluded"),
        ("confirmed", "Confirmation sent, access opened"),
        ("invited", "Access link sent"),
        ("first_used", "First paid content opened"),
        ("charged", "Payment asked for: {about}"),
        ("letter", "Message sent: {about}"),
        ("dispute", "The bank says: {about}"),
        ("refund", "Refund promised: {about}"),
    ),
)
WORDS: Mapping[Language, DisputeWords] = {
    "fr": set_words(FRENCH, "fr"),
    "en": set_words(ENGLISH, "en"),
}
