"""The control panel: the clock, the policy of new contracts, faults, and how the system stands."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final, Protocol

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from infra.local.life import Journey, OnTheWay
from infra.local.sandbox.pages import PARIS, Pages, instant
from infra.local.sandbox.rooms import LANG, Route

PROFILES: Final = ("recommended", "as_written", "strict")
CODES: Final = ("12", "2", "38", "6", "26", "20")
API_FAULTS: Final = ("timeout_after",)
WEBHOOK_FAULTS: Final = ("duplicate", "lose", "reorder")
NOON: Final = time(12)
NOTICES: Final = ("applied", "not_ahead", "busy")


class Provider(Protocol):
    """What the panel asks of the payment simulator."""

    def state(self) -> dict[str, Any]: ...
    def tokens(self) -> list[dict[str, Any]]: ...
    def script_token(self, token_id: str, outcomes: list[str]) -> None: ...
    def arm_api(self, kind: str) -> None: ...
    def arm_webhook(self, kind: str) -> None: ...
    def clear_faults(self) -> None: ...


class Shop(Protocol):
    """What the panel asks of the shop's deployment."""

    def now(self) -> datetime: ...
    def profile(self) -> str: ...
    def set_profile(self, profile: str) -> None: ...
    def dead_letters(self) -> dict[str, int]: ...


class Traveller(Protocol):
    """What moves through time for the panel."""

    @property
    def journey(self) -> Journey: ...
    def start_journey(self, target_at: datetime) -> None: ...


class Panel:
    """The pages and forms of the control panel."""

    def __init__(
        self,
        *,
        shop: Shop,
        provider: Provider,
        provider_address: str,
        life: Traveller,
        pages: Pages,
    ) -> None:
        self._shop = shop
        self._provider = provider
        self._provider_address = provider_address
        self._life = life
        self._pages = pages

    def routes(self) -> list[Route]:
        """The panel's addresses."""
        return [
            ("GET", f"/{LANG}/?", self.show),
            ("POST", f"/{LANG}/clock", self.move_on),
            ("POST", f"/{LANG}/profile", self.choose_profile),
            ("POST", f"/{LANG}/faults", self.cause),
            ("GET", "/progress", self.progress),
        ]

    def show(self, request: Request, lang: str) -> Response:
        """The panel."""
        state = self._provider.state()
        now = self._shop.now()
        notice = request.args.get("notice", "")
        faults = [fault["kind"] for kind in ("api", "webhooks") for fault in state["faults"][kind]]
        return self._pages.draw(
            "panel.html",
            lang,
            switch_to=f"/sandbox/{'en' if lang == 'fr' else 'fr'}",
            now=now,
            earliest=(now.astimezone(PARIS).date() + timedelta(days=1)).isoformat(),
            journey=self._life.journey,
            notice=notice if notice in NOTICES else "",
            profiles=PROFILES,
            profile=self._shop.profile(),
            tokens=[token for token in self._provider.tokens() if not token.get("disabled_at")],
            codes=CODES,
            faults=(*API_FAULTS, *WEBHOOK_FAULTS),
            armed=faults,
            figures=self._figures(state),
            provider=self._provider_address,
        )

    def move_on(self, request: Request, lang: str) -> Response:
        """Start a journey through time."""
        target_at = _target(self._shop.now(), request.form)
        if target_at is None:
            return _back(lang, "not_ahead")
        try:
            self._life.start_journey(target_at)
        except OnTheWay:
            return _back(lang, "busy")
        except ValueError:
            return _back(lang, "not_ahead")
        return _back(lang)

    def choose_profile(self, request: Request, lang: str) -> Response:
        """Change the deployed setting that new contracts read."""
        profile = request.form.get("profile", "")
        if profile in PROFILES:
            self._shop.set_profile(profile)
        return _back(lang, "applied")

    def cause(self, request: Request, lang: str) -> Response:
        """Make the provider misbehave, or behave again."""
        fault = request.form.get("fault", "")
        act = self._acts(request).get(fault)
        if act:
            act()
        return _back(lang, "applied")

    def progress(self, request: Request) -> Response:
        """Where the journey stands, for the page that shows it."""
        lang = "en" if request.args.get("lang") == "en" else "fr"
        body = json.dumps(_told(self._life.journey, lang))
        return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})

    def _acts(self, request: Request) -> dict[str, Callable[[], None]]:
        token, code = request.form.get("token", ""), request.form.get("code", "")
        provider = self._provider
        acts: dict[str, Callable[[], None]] = {"clear": provider.clear_faults}
        acts |= {kind: partial(provider.arm_api, kind) for kind in API_FAULTS}
        acts |= {kind: partial(provider.arm_webhook, kind) for kind in WEBHOOK_FAULTS}
        known = {each["id"] for each in provider.tokens()}
        if token in known and code in CODES:
            acts["refuse"] = partial(provider.script_token, token, [code])
        return acts

    def _figures(self, state: dict[str, Any]) -> list[tuple[str, int]]:
        return [
            ("dead", sum(self._shop.dead_letters().values())),
            ("webhooks", state["webhooks"]["queued"]),
            ("payments", state["counts"].get("payments", 0)),
            ("violations", len(state["violations"])),
        ]


def _target(now: datetime, form: Any) -> datetime | None:
    """The instant that a form asks for; None when it names none.

    Charges leave early in the morning: a journey begun at night still sees those of its last day.
    """
    local = now.astimezone(PARIS)
    clock = max(local.time(), NOON)
    match form.get("step"):
        case "day":
            return _at(local.date() + timedelta(days=1), clock)
        case "month":
            return _at(_next_month(local.date()), clock)
        case "date":
            try:
                return _at(date.fromisoformat(form.get("date", "")), NOON)
            except ValueError:
                return None
        case _:
            return None


def _next_month(day: date) -> date:
    """The same day of the next month, or its last one when it is shorter."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=PARIS)


def _told(journey: Journey, lang: str) -> dict[str, Any]:
    progress = journey.progress
    return {
        "is_moving": journey.is_moving,
        "now": instant(progress.now, lang) if progress else "",
        "steps": progress.steps if progress else 0,
        "share": progress.share if progress else 0,
    }


def _back(lang: str, notice: str = "") -> Response:
    return redirect(f"/sandbox/{lang}{'?notice=' + notice if notice else ''}", code=303)
