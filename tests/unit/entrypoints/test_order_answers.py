"""The answers of the order form, cleaned of what nobody sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.entrypoints.http.evidence import agent_family, truncated
from chalicelib.entrypoints.http.order_form import readable


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Zoé \t\n d’Aubigné ", "Zoé d’Aubigné"),
        ("Zoe\u0301", "Zoé"),
        ("A\x00B\x1b[0m\x7f", "AB[0m"),
        ("\u202eevil\u2069\u200b\ufeff", "evil"),
        ("نام\u200cها", "نام\u200cها"),
        ("\u200c\u200d ", ""),
        ("e\u200b\u0301", "é"),
        ("\ue000\U000e0041", ""),
        ("王小明 🎓", "王小明 🎓"),
        ("O'Brien-Łukasz & Söhne <b>", "O'Brien-Łukasz & Söhne <b>"),
    ],
)
def test_what_is_seen_is_kept(typed: str, read: str) -> None:
    assert readable(typed) == read


@pytest.mark.property
@given(st.text(max_size=80))
def test_what_is_read_has_no_hidden_sign_and_stays_so(typed: str) -> None:
    """Reading again changes nothing; nothing invisible but the joiners of scripts is left."""
    read = readable(typed)
    kinds = {unicodedata.category(sign) for sign in read if sign not in "\u200c\u200d"}
    assert kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert readable(read) == read


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("unknown", ""),
        ("", ""),
        ("203.0.113.77, 10.0.0.1", ""),
    ],
)
def test_a_network_address_is_cut(address: str, kept: str) -> None:
    """FRM-1 c: /24 or /48 by default."""
    assert truncated(address, "truncated") == kept


def test_the_policy_chooses_what_is_kept() -> None:
    assert truncated("203.0.113.77", "full") == "203.0.113.77"
    assert truncated("203.0.113.77", "none") == ""


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0", "Firefox"),
        ("Mozilla/5.0 AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0", "Edge"),
        ("Mozilla/5.0 AppleWebKit Chrome/140.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (iPhone) AppleWebKit Version/18.0 Safari/605", "Safari"),
        ("curl/8", "other"),
        ("", "other"),
    ],
)
def test_of_a_browser_only_its_family_is_kept(agent: str, family: str) -> None:
    assert agent_family(agent) == family
