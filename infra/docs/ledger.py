"""Every requirement drawn from the general terms, in one line each: what the software does.

The clause is that of the general terms (CGS) or of the law. `built` says that this version keeps
the rule and that a test named by it proves so; `later` that it does not yet.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["built", "later"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of the ledger."""

    id: str
    clause: str
    rule: str
    state: State


def _rows(state: State, text: str) -> tuple[Requirement, ...]:
    lines = (line.split(" | ") for line in text.strip().splitlines())
    return tuple(Requirement(name, clause, rule, state) for name, clause, rule in lines)


BUILT = _rows(
    "built",
    """
DEF-1 | CGS 2 | Two paid offers, one live subscription of each per person, one account per mailbox.
DEF-2 | CGS 2.1 a, 2.2 a | What a learner may open follows from the contract at the instant of access.
FRM-1 | CGS 1 §2-3 | No order without the box; the words, the version and its digest are kept for ever.
FRM-2 | CGS 2.1 b §2 | The order is made once, on the price and terms shown, and can be corrected before.
FRM-3 | CGS 2.1 b §2, L221-14 | The last button says that pressing it is a duty to pay.
FRM-4 | CGS 2.1 b §2, L221-13 | The confirmation goes out on a durable medium before anything opens.
FRM-5 | CGS 2.1 b §2 | French or English: one language per contract, one digest per text.
DOC-2 | CGS 1 §3, 10 | Terms, notices and mediator are public pages, every version for ever.
CAP-1 | CGS 1 §4-7, 3 §4 | Majority of the country of residence; under 16 never; between, not alone.
REN-1 | CGS 2.1 d §1, 2.2 g | A month at a time, each date counted from the anchor, charged that morning.
REN-2 | CGS 2.1 d §3, 3 §5 | Cancelled before the next start nothing more is owed; it can be taken back.
REN-3 | CGS 2.1 d §2, L215-1-1 | Cancelling needs nobody's help and concerns one's own contract alone.
REN-4 | CGS 2.2 g §5 | There is no pause.
PRC-3 | CGS 2.1 c | Page, review and charge read the same row of the price table.
PAY-1 | CGS 3 §1, 3.1 §1 | Charged on acceptance; refused, tried again on the same order; void after a day.
PAY-2 | CGS 3 §2 | Nothing beyond what was confirmed is kept: surplus money goes back in full.
PAY-5 | CGS 3.1 §2 | Tokens only; one key per attempt; the unknown is asked about, never tried again.
DUN-1 | CGS 3.2 | A refusal is told, tried again, and suspends after the profile's days; payment restores.
INV-1 | CGS 3.3 | One invoice per due date, under the name the customer bore.
INV-2 | CGS 3.3 | Numbers without gap per year, taken in one commit; the books are proved every day.
INV-3 | CGS 3.3, L213-1 | Papers are archived beside their frozen records and never rewritten.
VAT-1 | CGS 3 §1 | The price paid is the invariant; VAT comes out of it, to the cent.
WDR-1 | CGS 6.1, L221-18 | Fourteen days to withdraw, the first not counted, the last a working day.
WDR-2 | CGS 6.1, L221-28 | Access at once only when asked for; otherwise the paid month starts after the delay.
SEC-1 | CGS 7.1 §4 | Links work once, sessions can be ended, passwords live with the identity service.
ACC-1 | CGS 1, L412-13 | Pages, mails and papers can be read by everybody, tagged and structured.
MED-2 | CGS 10 §2-3 | The mediator is named with its site, and no dead platform is.
GDP-1 | CGS 9 | Messages and logs carry identities, never a name, mailbox or address.
""",  # noqa: E501 - a row is one line
)

LATER = _rows(
    "later",
    """
ACC-2 | CGS 1 | The terms can be read aloud: real text, language marked, headings in a tree.
AVL-1 | CGS 1 §8 | What is not open takes no order; moved openings are told on the page.
AVL-2 | CGS 1 §8, 2.2 b | Contact forms are kept, acknowledged, and answered in five working days.
CAP-2 | CGS 1 §5 | A representative reads, agrees and states a quality before anything is charged.
DOC-1 | CGS Annexe al.6 | The official article is reproduced word for word in the Plus contract.
DOC-3 | CGS 2.2 d | A pathway is published once its page is complete, and a snapshot joins the contract.
DUN-2 | CGS 3.2 | The lump sum for recovery, towards professionals unless the policy says otherwise.
DUN-3 | CGS 3.1 §4 | Bank fees at cost, on evidence, never by themselves.
DUN-4 | L218-2 | After two years a consumer's debt is not claimed any more.
DUN-5 | CGS 2.2 e | A sanction has facts, an answer, reasons and a date.
GDP-2 | CGS 9 | No tracker before consent; refusing is as easy as accepting.
INT-1 | CGS 3.2 | Late interest at the rate of each half-year for its own days, rounded once.
INT-2 | CGS 3.2 | A part payment pays interest first.
L48-1 | CGS 6.2 s2 | The window of three months from entry into force.
L48-2 | CGS 6.2 s2 | The immediate exit costs services and indemnity, never more than the month.
L48-3 | CGS 6.2 | Ordinary cancellation stays free inside the three months.
L48-4 | CGS 6.2 | Every admissible exit is computed and the cheapest is preselected.
L48-5 | CGS Annexe al.2 | Force majeure: exit without indemnity, effect after eight days of silence.
L48-6 | CGS Annexe al.4 | Supplies delivered stay acquired at their value.
LIA-1 | CGS 7.2 §6 | What was paid in a year for a service can be told; it caps nothing for consumers.
LIA-2 | CGS 7.2 | Incidents are logged with their cause.
MED-1 | CGS 10 §4-5 | A complaint is kept, acknowledged, answered; the mediator comes after it.
MOD-1 | CGS 1 §6 | A change of terms leaves thirty days to go, for periods that start after it.
MOD-2 | CGS 1 §6 | Use after the window is acceptance, where the notice is proved.
PAY-3 | CGS 3.1 §3 | The payer holds the means of payment or has its holder's agreement.
PAY-4 | PSD2 art. 97 | The first payment is authenticated; the following ones refer to it.
PRC-1 | CGS 2.2 f §2-3 | The price of a pathway is locked while its contract is uninterrupted.
PRC-2 | CGS 2.2 c | Changing pathway is a new contract, on written agreement.
PRE-1 | CGS Annexe al.5 | No more than thirty per cent is taken in advance.
PRM-1 | CGS 4 | A code has its rules, its count and one reason for each refusal.
PRM-2 | CGS 4, L112-1-1 | A public reduction shows the lowest price of the thirty days before.
REF-1 | CGS 6.2 s1 | Seven days of reflection before a Plus contract can be signed.
REF-2 | CGS 6.2 s1 | Until the signature, leaving costs nothing.
REN-5 | L215-1 | The notice before a tacit renewal, in a mail of its own.
TEC-1 | CGS 5 §1-3 | Legal functions and terms work without scripts and in old browsers.
WDR-3 | CGS 6.1 | The reading of Solo as a digital service: what was used is owed pro rata.
WDR-4 | L221-18 | The right to withdraw is born with a contract, not with its renewals.
WDR-5 | L242-4 | A withdrawal is refunded in full within fourteen days, by the same means.
WFN-1 | CGS 6.1, L221-21 | Withdrawing is a function of its own, reachable on every page.
""",  # noqa: E501 - a row is one line
)

LEDGER = tuple(sorted((*BUILT, *LATER), key=lambda requirement: requirement.id))
