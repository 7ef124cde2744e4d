"""Security headers: a strict content policy, opened only on the page where people pay."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from chalicelib.settings import Settings

ADYEN = {
    "test": ("https://checkoutshopper-test.adyen.com", "https://checkoutshopper-test.cdn.adyen.com",
             "https://checkoutanalytics-test.adyen.com"),
    "live": ("https://checkoutshopper-live.adyen.com", "https://checkoutshopper-live.cdn.adyen.com",
             "https://checkoutanalytics-live.adyen.com"),
}  # fmt: skip
PAYPAL = "https://www.paypal.com"
# Every answer: what it says is for one reader, and is what it says it is.
PLAIN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
COMMON = {
    "Content-Type": "text/html; charset=utf-8",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def page_headers(settings: Settings, *, pays: bool) -> dict[str, str]:
    """Headers of an HTML page; the payment page admits the provider, its bank pages and PayPal."""
    policy = _paying(settings) if pays else _written(STRICT)
    return {**plain_headers(settings), **COMMON, "Content-Security-Policy": policy}


def plain_headers(settings: Settings) -> dict[str, str]:
    """Headers of any answer to a browser."""
    headers = {**PLAIN, "Referrer-Policy": "strict-origin-when-cross-origin"}
    if urlsplit(settings.public_url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


@cache
def _paying(settings: Settings) -> str:
    """Banks' own pages are unknowable: frames and forms may go to any https address."""
    sandbox = urlsplit(settings.adyen_web_url)
    provider = (
        (f"{sandbox.scheme}://{sandbox.netloc}",)
        if settings.adyen_web_url
        else ADYEN[settings.adyen_environment]
    )
    origins = " ".join(provider)
    scripts = f"'self' {PAYPAL}" + (f" {origins}" if settings.adyen_web_url else "")
    return _written(
        {
            **STRICT,
            "script-src": scripts,
            "img-src": f"'self' data: {origins} https://*.paypal.com https://*.paypalobjects.com",
            "connect-src": f"'self' {origins} {PAYPAL}",
            "frame-src": f"https: {origins}",
            "form-action": f"'self' https: {origins}",
        }
    )


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())
