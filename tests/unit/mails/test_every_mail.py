"""Every mail, in both languages: complete, accessible, and the same in its two parts."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from chalicelib.domain.kernel.language import LANGUAGES, Language
from chalicelib.mails import facts
from chalicelib.mails.render import TEMPLATES, RenderedMail, render
from tests.unit.mails.reading import URL, Document, contrast, figures
from tests.unit.mails.samples import SAMPLES

SUBJECT_MAX = 78
EVERY = [(name, lang) for name in SAMPLES for lang in LANGUAGES]
every_mail = pytest.mark.parametrize(("name", "lang"), EVERY)
OTHER = {"fr": re.compile(r"\b(?:the|your|you)\b"), "en": re.compile(r"\b(?:le|votre|vous)\b")}


def mail(name: str, lang: Language) -> RenderedMail:
    return render(SAMPLES[name], lang)


def links(html: str) -> list[str]:
    return [attributes["href"] for attributes in Document(html).all("a")]


def test_every_kind_of_mail_has_a_sample() -> None:
    """No mail ships unseen."""
    assert set(facts.Fact.__subclasses__()) == {type(fact) for fact in SAMPLES.values()}


def test_every_template_belongs_to_a_mail() -> None:
    """A template nobody renders is dead words."""
    names = {fact.template for fact in SAMPLES.values()} | {"base"}
    for lang in LANGUAGES:
        found = {path.name for path in (TEMPLATES / lang).iterdir()}
        assert found == {f"{name}.{part}" for name in names for part in ("html", "txt")}


@every_mail
def test_a_subject_fits_one_line(name: str, lang: Language) -> None:
    """RFC 5322 2.1.1: at most 78 characters, and no line break that could forge a header."""
    subject = mail(name, lang).subject
    assert 0 < len(subject) <= SUBJECT_MAX
    assert not re.search(r"[\r\n\t]|  ", subject)


@every_mail
def test_the_parts_are_whole(name: str, lang: Language) -> None:
    """Nothing of the template shows, elements close in order, the language is named."""
    rendered = mail(name, lang)
    document = Document(rendered.html)
    assert document.stack == []
    assert document.crossed == []
    assert document.all("html")[0]["lang"] == lang
    for part in (rendered.text, document.words):
        assert not re.search(r"[{}]|None|True|False|&\w+;", part)
    assert not OTHER[lang].search(document.words + rendered.text)


@every_mail
def test_both_parts_say_the_same_figures(name: str, lang: Language) -> None:
    """FRM-4: whoever reads the text part alone misses no amount, date, time or number."""
    rendered = mail(name, lang)
    in_text = f"{rendered.subject}\n{rendered.text}"
    assert figures(Document(rendered.html).words) == figures(in_text)


@every_mail
def test_both_parts_lead_to_the_same_places(name: str, lang: Language) -> None:
    """Every link of the HTML part is written out in the text part, and the other way round."""
    rendered = mail(name, lang)
    assert {link for link in links(rendered.html) if not link.startswith("mailto:")} == set(
        URL.findall(rendered.text)
    )


@every_mail
def test_links_work_outside_a_page(name: str, lang: Language) -> None:
    """Each link is absolute; each leads to the site, to the mediator or to the seller's mailbox."""
    for link in links(mail(name, lang).html):
        if not link.startswith("mailto:aide@clairiere.example"):
            assert urlsplit(link).scheme == "https"
            assert urlsplit(link).hostname in {"clairiere.example", "www.mediationconso-ame.com"}


@every_mail
def test_nothing_watches_the_reader(name: str, lang: Language) -> None:
    """No image, script, frame, remote style or font: opening a mail tells nobody anything."""
    html = mail(name, lang).html
    names = {tag for tag, _ in Document(html).elements}
    assert not names & {"img", "script", "iframe", "link", "object", "video", "audio", "form"}
    assert not re.search(r"url\(|@import|@font-face|\bon\w+=", html)


@every_mail
def test_tables_of_figures_have_headers_and_layout_has_none(name: str, lang: Language) -> None:
    """One table holds the layout and says so; every other one has header cells with a scope."""
    document = Document(mail(name, lang).html)
    tables = document.all("table")
    assert [table.get("role") for table in tables].count("presentation") == 1
    assert tables[0]["role"] == "presentation"
    headers = document.all("th")
    assert bool(headers) == (len(tables) > 1)
    assert {header["scope"] for header in headers} <= {"row", "col"}


@every_mail
def test_words_stand_out_from_their_paper(name: str, lang: Language) -> None:
    """ACC-1: 4.5 to 1 for every inline colour, on the paper or on its own background."""
    document = Document(mail(name, lang).html)
    paper = _declared(document.all("body")[0]["style"], "background-color")
    assert paper is not None
    for _, attributes in document.elements:
        style = attributes.get("style", "")
        colour = _declared(style, "color")
        if colour:
            assert contrast(colour, _declared(style, "background-color") or paper) >= 4.5


def test_words_stand_out_at_night() -> None:
    """ACC-1: the dark palette keeps 4.5 to 1 as well."""
    style = (TEMPLATES / "layout.html").read_text().split("prefers-color-scheme: dark")[1]
    rules = dict(re.findall(r"(\.[^{}]+) \{ ([^{}]+) \}", style))
    paper = _declared(rules[".paper"], "background-color")
    assert paper is not None
    colours = {rule: _declared(body, "color") for rule, body in rules.items()}
    assert sum(colour is not None for colour in colours.values()) >= 6
    for rule, colour in colours.items():
        if colour:
            behind = _declared(rules[rule], "background-color") or paper
            assert contrast(colour, behind) >= 4.5, rule


@every_mail
def test_headings_start_at_one_and_skip_nothing(name: str, lang: Language) -> None:
    """One first-level heading, then the second level only."""
    levels = [tag for tag, _ in Document(mail(name, lang).html).elements if re.match("h[1-6]", tag)]
    assert levels[0] == "h1"
    assert set(levels[1:]) <= {"h2"}


@every_mail
def test_every_mail_says_who_writes(name: str, lang: Language) -> None:
    """L111-1: the seller's identity and how to reach it, in both parts."""
    rendered = mail(name, lang)
    for part in (Document(rendered.html).words, rendered.text):
        flat = part.replace("\u00a0", " ")
        for words in ("Clairière SAS", "12 rue des Tilleuls", "900 000 019", "FR32900000019"):
            assert words in flat
        assert "aide@clairiere.example" in flat
        assert "+33 1 00 00 00 00" in flat


@every_mail
def test_the_same_fact_gives_the_same_mail(name: str, lang: Language) -> None:
    """The hash kept as proof can be found again."""
    assert mail(name, lang) == mail(name, lang)


def _declared(style: str, name: str) -> str | None:
    found = re.search(rf"(?:^|[;\s]){name}:\s*(#[0-9a-f]{{6}})", style)
    return found[1] if found else None


@every_mail
def test_an_amount_in_the_heading_stays_on_one_line(name: str, lang: Language) -> None:
    """The subject is plain, as it is a header; the heading keeps what holds the sign to its sum."""
    rendered = mail(name, lang)
    heading = rendered.html.partition("<h1")[2].partition("</h1>")[0]
    assert re.search(r"\d [€$£]", heading) is None
    assert " ".join(unescape(heading).partition(">")[2].split()) == rendered.subject
