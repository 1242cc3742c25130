"""The summary a billing manager would want, on the terminal."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.demo_figures import MONEY, ROWS, ZERO, Figures
from shared.kernel.business_days import PRACTICE_ZONE

_MANY = 10


def report(
    console: Console, figures: Figures, seconds: float, home: Path, stack: Mapping[str, Any]
) -> None:
    """Print everything; the verdict on the books last."""
    _books(console, figures)
    _claims(console, figures)
    _recoded(console, figures)
    _denials(console, figures)
    _waits(console, figures)
    _timeline(console, figures.timeline)
    _places(console, home, stack)
    console.print(
        f"{figures.events} events in {seconds:.0f} s:"
        f" {figures.events / max(seconds, 1):.0f} events/s through seven services"
    )
    if figures.books_close:
        console.print("[bold green]The books close.[/]")
    for fault in figures.faults:
        console.print(f"[bold red]The books do not close:[/] {fault}.")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        numeric = column in (
            "visits",
            "claims",
            "cases",
            "denials",
            "USD",
            "before USD",
            "after USD",
        )
        table.add_column(column, justify="right" if numeric else "left")
    return table


def _books(console: Console, figures: Figures) -> None:
    table = _table("\nVisits", "", "visits")
    for row in ROWS:
        table.add_row(row.replace("_", " "), str(figures.books[row]))
    table.add_row("together", str(figures.books.total()), style="bold")
    table.add_row("visits in", str(figures.visits), style="bold")
    console.print(table)


def _claims(console: Console, figures: Figures) -> None:
    table = _table("\nInsurance claims by state", "", "claims")
    for state, number in sorted(figures.states.items(), key=lambda pair: -pair[1]):
        table.add_row(state.replace("_", " "), str(number))
    console.print(table)
    table = _table("\nMoney of what was billed", "", "USD")
    for name in MONEY:
        table.add_row(name.replace("_", " "), _usd(figures.money[name]))
    table.add_row("paid, as the payers say", _usd(figures.payers_paid))
    console.print(table)


def _recoded(console: Console, figures: Figures) -> None:
    difference = sum((one.charge_after - one.charge_before for one in figures.recoded), ZERO)
    console.print(
        f"\n[bold]Recoded by late pathology[/]: {len(figures.recoded)} claims,"
        f" {_usd(difference)} billed more"
    )
    table = _table("", "claim", "as", "before", "after", "before USD", "after USD")
    for one in figures.recoded[:_MANY]:
        table.add_row(
            one.claim_id,
            {"7": "replacement"}.get(one.frequency, "amended"),
            one.before,
            one.after,
            _usd(one.charge_before),
            _usd(one.charge_after),
        )
    console.print(table)
    if len(figures.recoded) > _MANY:
        console.print(f"... and {len(figures.recoded) - _MANY} more")


def _denials(console: Console, figures: Figures) -> None:
    table = _table("\nDenials by root cause", "", "denials", "USD")
    for one in figures.denials:
        cause = one["root_cause"].replace("_", " ")
        table.add_row(cause, str(one["denials"]), _usd(Decimal(one["amount"])))
    console.print(table)


def _waits(console: Console, figures: Figures) -> None:
    table = _table("\nWhat waits, and for whom", "for", "what", "cases")
    for one in figures.waits[:_MANY]:
        table.add_row(one["who"], one["on"], str(one["cases"]))
    console.print(table)


def _timeline(console: Console, case: Mapping[str, Any] | None) -> None:
    if case is None:
        return
    console.print(f"\n[bold]One recoded case[/]: visit {case['visit_id']}, case {case['case_id']}")
    table = _table("", "when", "service", "what")
    for event in case["events"]:
        at = datetime.fromisoformat(event["occurred_at"]).astimezone(PRACTICE_ZONE)
        table.add_row(f"{at:%a %b %d %H:%M}", event["service"], event["says"])
    console.print(table)


def _places(console: Console, home: Path, stack: Mapping[str, Any]) -> None:
    console.print(f"\npages: {stack['urls']['operations']}  logs: {stack['logs']}")
    console.print(f"token and webhook secrets: {home / 'token'}, {home / 'sources.json'}")
    console.print("KEEP=1 make demo leaves all of it running.\n")


def _usd(amount: Decimal) -> str:
    return f"{amount:,.2f}"
