"""The page with the provider's form, whatever is paid on it; a sandbox adds its own addresses."""

from collections.abc import Callable
from urllib.parse import urljoin

from chalicelib.application.ports import PaymentSession
from chalicelib.domain.kernel.money import Money
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages.billing import OpenSession, PaymentView, Purpose, RedirectReturn

SHIM = "/sandbox-shim.js"
PAUSED = "/payments"


def session_of(
    visit: Visit, opens: Callable[[], PaymentSession] | None
) -> OpenSession | RedirectReturn | None:
    """What the browser mounts: the way back from a bank's page, or else the page that `opens`."""
    result = visit.query.get("redirectResult")
    if result:
        return RedirectReturn(session_id=visit.query.get("sessionId", ""), redirect_result=result)
    if opens is None:
        return None
    opened = opens()
    return OpenSession(id=opened.session_id, session_data=opened.session_secret)


def view(
    visit: Visit,
    session: OpenSession | RedirectReturn,
    *,
    purpose: Purpose,
    base: str,
    here: str,
    plan: str,
    amount: Money,
    check: str = PAUSED,
) -> PaymentView:
    """The page for one purpose; `base`, `here` and `check` come after the language."""
    settings = visit.ports.settings
    known = next(one for one in visit.ports.facts.catalogue.plans if one.key == plan)
    browser = settings.adyen_web_url
    return PaymentView(
        purpose=purpose,
        base=base,
        here=here,
        check=check,
        offer_name=known.name(visit.lang),
        amount=amount,
        client_key=settings.adyen_client_key,
        environment=settings.adyen_environment,
        session=session,
        environment_url=browser or None,
        shim_url=urljoin(browser, SHIM) if browser else None,
    )
