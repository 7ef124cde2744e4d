"""A small learning site: asks the shop who may learn, and reports the first use.

It is a client of the shop's API like the real platform: it holds the platform key, sends the
visitor's own session along, and knows nothing else about contracts or payments.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from infra.local.front import Api, ask
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.rooms import LANG, Route

ME: Final = "me"
COURSE: Final = "premium_solo"
UNAUTHORIZED: Final = 401
OK: Final = 200

Access = Literal["open", "locked", "unknown"]


@dataclass
class Learning:
    """The pages of the learning site."""

    api: Api
    platform_key: str
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
        access, learner_id = self._access(request)
        is_first_use = access == "open" and self._report_first_use(request, learner_id)
        return self._draw(
            "learn_course.html", lang, "/course", access=access, is_first_use=is_first_use
        )

    def _draw(self, name: str, lang: str, path: str, **view: Any) -> Response:
        switch_to = f"/learn/{'en' if lang == 'fr' else 'fr'}{path}"
        return self.pages.draw(name, lang, switch_to=switch_to, **view)

    def _access(self, request: Request) -> tuple[Access, str]:
        answer = self._ask(request, "GET", f"/api/entitlements/{ME}")
        if answer.status_code != OK:
            return "unknown", ""
        told = json.loads(answer.get_data())
        return ("open" if told["entitlements"] else "locked"), told["learner_id"]

    def _report_first_use(self, request: Request, learner_id: str) -> bool:
        answer = self._ask(request, "POST", "/api/first-use", {"learner_id": learner_id})
        return answer.status_code == OK and bool(json.loads(answer.get_data()).get("is_first"))

    def _ask(
        self, request: Request, verb: str, path: str, body: dict[str, str] | None = None
    ) -> Response:
        headers = Headers(
            [
                ("Cookie", request.headers.get("Cookie", "")),
                ("Authorization", f"Bearer {self.platform_key}"),
            ]
        )
        builder = EnvironBuilder(path, method=verb, json=body, headers=headers)
        return ask(self.api, Request(builder.get_environ()))
