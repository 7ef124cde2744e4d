"""A small learning site: asks the shop who may learn, and reports the first use.

It is a client of the shop's API like the real platform: it holds the platform key, knows its
visitor by the sign-in that both share, and knows nothing of contracts or payments.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from chalicelib.domain.kernel import seals
from infra.local.adyen.clock import wall_now
from infra.local.front import Api, ask
from infra.local.keys import Keys
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.rooms import LANG, Route

COURSES: Final = "courses"
SESSION: Final = "session"
OK: Final = 200

Access = Literal["open", "locked", "unknown"]


@dataclass
class Learning:
    """The pages of the learning site."""

    api: Api
    keys: Keys
    pages: Pages

    def routes(self) -> list[Route]:
        """The site's addresses."""
        return [
            ("GET", f"/{LANG}/?", self.home),
            ("GET", f"/{LANG}/course", self.course),
            ("GET", f"/{LANG}/forum", self.forum),
        ]

    def home(self, request: Request, lang: str) -> Response:
        """What everybody may see."""
        del request
        return self._draw("learn_home.html", lang, "")

    def forum(self, request: Request, lang: str) -> Response:
        """What people ask each other."""
        del request
        return self._draw("learn_forum.html", lang, "/forum")

    def course(self, request: Request, lang: str) -> Response:
        """What subscribers may see; opening it is a use of the subscription."""
        learner_id = self._visitor(request)
        access = self._access(learner_id)
        is_first_use = access == "open" and self._report_first_use(learner_id)
        return self._draw(
            "learn_course.html", lang, "/course", access=access, is_first_use=is_first_use
        )

    def _draw(self, name: str, lang: str, path: str, **view: Any) -> Response:
        switch_to = f"/learn/{'en' if lang == 'fr' else 'fr'}{path}"
        return self.pages.draw(name, lang, switch_to=switch_to, **view)

    def _visitor(self, request: Request) -> str:
        """Who is signed in at the shop, empty when nobody is; both sites share the sign-in."""
        token = request.cookies.get(SESSION, "")
        read = seals.read_link(self.keys.link_key, SESSION, token, wall_now())
        return read[0] if read else ""

    def _access(self, learner_id: str) -> Access:
        if not learner_id:
            return "unknown"
        answer = self._ask("GET", f"/api/entitlements/{learner_id}")
        if answer.status_code != OK:
            return "unknown"
        return "open" if COURSES in json.loads(answer.get_data())["features"] else "locked"

    def _report_first_use(self, learner_id: str) -> bool:
        answer = self._ask("POST", "/api/first-use", {"learner_id": learner_id})
        return answer.status_code == OK and bool(json.loads(answer.get_data())["recorded"])

    def _ask(self, verb: str, path: str, body: dict[str, str] | None = None) -> Response:
        headers = Headers([("Authorization", f"Bearer {self.keys.platform_key}")])
        builder = EnvironBuilder(path, method=verb, json=body, headers=headers)
        return ask(self.api, Request(builder.get_environ()))
