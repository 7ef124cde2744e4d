"""How long each paper takes; the table goes to docs/benchmarks/papers.md.

    python -m infra.papers.benchmark > docs/benchmarks/papers.md

Cold is the first document of a fresh process, imports included. Warm renders a different record
every time, so that nothing is answered from the renderer's memory.
"""

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from chalicelib.documents import check
from chalicelib.documents.confirmation import render_confirmation
from chalicelib.documents.invoice import render_invoice
from infra.papers.samples import BUYER, euros, sample_confirmation, sample_invoice

ROUNDS = 100
BUDGET_MS = 20
COLD = (
    "import time; t = time.perf_counter();"
    "from chalicelib.documents.invoice import render_invoice;"
    "from infra.papers.samples import sample_invoice;"
    "render_invoice(sample_invoice()); print((time.perf_counter() - t) * 1000)"
)


def _invoice(lang: str, discount: int) -> Callable[[int], bytes]:
    def render(turn: int) -> bytes:
        record = sample_invoice(
            number=f"F2026-{turn + 1:08}",
            lang=lang,
            buyer=BUYER.replace(name=f"Lefèvre {turn}"),
            gross=euros(2000 + turn - discount),
            discount=euros(discount) if discount else None,
            discount_label="Offre de bienvenue" if discount else "",
        )
        return render_invoice(record)

    return render


def _confirmation(turn: int) -> bytes:
    return render_confirmation(sample_confirmation(buyer=BUYER.replace(name=f"Lefèvre {turn}")))


def _row(name: str, render: Callable[[int], bytes]) -> str:
    """One line of the table: median, 95th percentile, size of the last document."""
    pdf, taken = render(0), []
    for turn in range(1, ROUNDS + 1):
        start = time.perf_counter()
        pdf = render(turn)
        taken.append((time.perf_counter() - start) * 1000)
    tail = statistics.quantiles(taken, n=20)[-1]
    return f"| {name} | {statistics.median(taken):.1f} | {tail:.1f} | {len(pdf) / 1000:.0f} |"


def _cold() -> float:
    """The median of five fresh processes, in milliseconds."""
    runs = [
        subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def _check_us() -> float:
    pdf = render_invoice(sample_invoice())
    start = time.perf_counter()
    for _ in range(ROUNDS):
        check(pdf, "F2026-00000001")
    return (time.perf_counter() - start) / ROUNDS * 1e6


def main() -> None:
    """Print the table as Markdown."""
    print("# Time to render a paper\n")
    print(
        f"Typst {version('typst')}, Python {platform.python_version()}, {platform.machine()}, "
        f"two shared cores; {ROUNDS} different records each; PDF/A-3a and PDF/UA-1.\n"
        f"Budget: {BUDGET_MS} ms median for a warm invoice. "
        "Made by `python -m infra.papers.benchmark`.\n"
    )
    print("| Paper | Median, ms | 95 %, ms | Size, kB |\n| --- | ---: | ---: | ---: |")
    print(_row("Invoice, French", _invoice("fr", 0)))
    print(_row("Invoice, English, with a discount", _invoice("en", 500)))
    print(_row("Confirmation of contract, French, three pages", _confirmation))
    print(f"\nFirst invoice of a fresh process, imports included: {_cold():.0f} ms.")
    print(f"Self-check before sealing: {_check_us():.0f} µs.")


if __name__ == "__main__":
    main()
