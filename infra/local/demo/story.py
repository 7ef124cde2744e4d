"""The story as data: who they are, when they order, what goes wrong and what they change.

Fourteen months, 28 January 2027 to 31 March 2028: a February of 28 days and one of 29, both
changes to summer time, and anchors on 28, 29, 30, 31 and in mid-month. Nothing here knows how the
shop works; `almanac.py` says what it ought to come to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
PRICE_MINOR: Final = 2000
PROFILES: Final = ("recommended", "as_written")

Way = Literal["card", "paypal"]
Lang = Literal["fr", "en"]
Trouble = Literal["", "lose", "duplicate"]


def paris(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the clock on a Paris wall."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


STARTS_AT: Final = paris(2027, 1, 28, 9)
ENDS_AT: Final = paris(2028, 3, 31, 23)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the story.

    Attributes:
        typed_email: what the order form gets first, when it is not the address meant.
        refused_month: the month whose first charge the bank refuses; 1 is the first payment.
        trouble: what happens to the provider's message about the first payment.
        comes_back: whether the browser returns to the shop after paying.
        pays: whether the payment page is used at all.
        cancels_at: when the renewal is cancelled, `undoes_at` when that is taken back.
    """

    key: str
    given_name: str
    family_name: str
    lang: Lang
    born_on: date
    street: str
    postal_code: str
    city: str
    life: str
    orders_at: datetime
    starts_at_once: bool = True
    way: Way = "card"
    typed_email: str = ""
    refused_month: int = 0
    trouble: Trouble = ""
    comes_back: bool = True
    pays: bool = True
    cancels_at: datetime | None = None
    undoes_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"

    @property
    def holder_name(self) -> str:
        """The name on the card; the simulated bank takes its orders from it."""
        return f"SIM M{self.refused_month}=12/OK" if self.refused_month else self.name


PEOPLE: Final[Sequence[Person]] = (
    Person(
        key="ines.morel",
        given_name="Inès",
        family_name="Morel",
        lang="fr",
        born_on=date(1991, 6, 3),
        street="4 quai de la Fosse",
        postal_code="44000",
        city="Nantes",
        life="A bookkeeper who learns Python in the evenings. Nothing ever goes wrong for her.",
        orders_at=paris(2027, 1, 28, 18, 40),
    ),
    Person(
        key="oliver.bennett",
        given_name="Oliver",
        family_name="Bennett",
        lang="en",
        born_on=date(1984, 11, 19),
        street="17 rue Sainte-Catherine",
        postal_code="33000",
        city="Bordeaux",
        life="A wine merchant who reads English. The provider's message about his first payment "
        "is lost; coming back to the shop is enough.",
        orders_at=paris(2027, 1, 29, 8, 15),
        trouble="lose",
    ),
    Person(
        key="camille.roussel",
        given_name="Camille",
        family_name="Roussel",
        lang="fr",
        born_on=date(1998, 2, 28),
        street="9 rue Mercière",
        postal_code="69002",
        city="Lyon",
        life="A nurse who pays in a train. The tunnel swallows the page that should bring her "
        "back, and the provider sends its message twice.",
        orders_at=paris(2027, 1, 30, 21, 5),
        trouble="duplicate",
        comes_back=False,
    ),
    Person(
        key="sofia.lindqvist",
        given_name="Sofia",
        family_name="Lindqvist",
        lang="en",
        born_on=date(1979, 8, 8),
        street="2 place Masséna",
        postal_code="06000",
        city="Nice",
        life="An architect who decides ten minutes before midnight, on the last day of January.",
        orders_at=paris(2027, 1, 31, 23, 50),
    ),
    Person(
        key="karim.haddad",
        given_name="Karim",
        family_name="Haddad",
        lang="fr",
        born_on=date(1995, 4, 12),
        street="31 rue de Rome",
        postal_code="13001",
        city="Marseille",
        life="A cook between two jobs. In July his card has too little on it for one day.",
        orders_at=paris(2027, 2, 15, 10, 30),
        refused_month=6,
    ),
    Person(
        key="emma.clarke",
        given_name="Emma",
        family_name="Clarke",
        lang="en",
        born_on=date(1988, 12, 30),
        street="5 rue Jeanne-d'Arc",
        postal_code="35000",
        city="Rennes",
        life="A translator who pays everything with PayPal.",
        orders_at=paris(2027, 2, 17, 14, 20),
        way="paypal",
    ),
    Person(
        key="margaux.petit",
        given_name="Margaux",
        family_name="Petit",
        lang="fr",
        born_on=date(2001, 5, 5),
        street="12 rue Faidherbe",
        postal_code="59800",
        city="Lille",
        life="A student who reaches the payment page, thinks again, and closes it.",
        orders_at=paris(2027, 2, 20, 16, 45),
        pays=False,
    ),
    Person(
        key="tom.whitaker",
        given_name="Tom",
        family_name="Whitaker",
        lang="en",
        born_on=date(1972, 3, 14),
        street="8 rue Alsace-Lorraine",
        postal_code="31000",
        city="Toulouse",
        life="A retired pilot who has learnt what he came for by September, and cancels.",
        orders_at=paris(2027, 3, 10, 11),
        cancels_at=paris(2027, 9, 4, 17, 30),
    ),
    Person(
        key="helene.faure",
        given_name="Hélène",
        family_name="Faure",
        lang="fr",
        born_on=date(1966, 9, 21),
        street="3 rue des Clercs",
        postal_code="57000",
        city="Metz",
        life="A careful reader who does not ask for an immediate start. Her fourteen days end on "
        "a Saturday before Easter, so they run until the Tuesday after it.",
        orders_at=paris(2027, 3, 13, 9, 10),
        starts_at_once=False,
    ),
    Person(
        key="nadia.benali",
        given_name="Nadia",
        family_name="Benali",
        lang="fr",
        born_on=date(1993, 7, 17),
        street="21 rue du Faubourg",
        postal_code="34000",
        city="Montpellier",
        life="A journalist who cancels before a long journey, and changes her mind a week later.",
        orders_at=paris(2027, 4, 30, 19),
        cancels_at=paris(2027, 7, 18, 22, 15),
        undoes_at=paris(2027, 7, 25, 9, 30),
    ),
    Person(
        key="lucas.girard",
        given_name="Lucas",
        family_name="Girard",
        lang="fr",
        born_on=date(2000, 1, 31),
        street="14 rue de la Nuée-Bleue",
        postal_code="67000",
        city="Strasbourg",
        life="A mechanic with quick thumbs: his e-mail address has a letter too few.",
        orders_at=paris(2027, 5, 31, 7, 55),
        typed_email="lucas.girrd@example.org",
    ),
)
