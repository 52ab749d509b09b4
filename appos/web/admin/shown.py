"""How values look in pages: moments, durations, sizes and states."""

from datetime import UTC, datetime

from flask import Flask
from markupsafe import Markup

from appos.ledger.models import Job, Step

# The colours of a badge, by what it says.
TONES = {
    **dict.fromkeys(("succeeded", "success", "ok", "yes"), "good"),
    **dict.fromkeys(("failed", "failure", "error"), "bad"),
    **dict.fromkeys(("interrupted", "warning"), "warn"),
    "running": "busy",
}
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def register(app: Flask) -> None:
    """Offer these to every template."""
    app.add_template_filter(when)
    app.add_template_filter(size)
    app.add_template_filter(duration)
    app.add_template_filter(badge)
    app.add_template_filter(actor_label)
    app.add_template_filter(took)
    app.add_template_filter(step_took)


def when(text: str) -> Markup:
    """Return a moment as it was seen from now, and as it was; "" is a dash."""
    if not text:
        return Markup('<span class="muted">–</span>')
    then = moment(text)
    return Markup(
        '<time class="when" datetime="{iso}">'
        '<span class="ago">{ago}</span> <span class="at">{at}</span></time>'
    ).format(iso=f"{then:%Y-%m-%dT%H:%M:%S}Z", ago=ago(then), at=f"{then:%Y-%m-%d %H:%M:%S} UTC")


def moment(text: str) -> datetime:
    """Return the moment that a date of PocketBase's names."""
    return datetime.fromisoformat(text)


def ago(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was; panel.js writes the same words later."""
    seconds = int(((now or datetime.now(UTC)) - then).total_seconds())
    if seconds < 0:
        return "soon"
    for unit, length in UNITS:
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def duration(seconds: float) -> str:
    """Return a duration by its two largest units."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = int(seconds)
    parts = [("d", whole // 86400), ("h", whole // 3600 % 24), ("min", whole // 60 % 60), ("s", whole % 60)]
    return " ".join([f"{count} {unit}" for unit, count in parts if count][:2])


def took(job: Job) -> str:
    """Return how long a job has run, "" if it has not begun."""
    if not job.started:
        return ""
    end = moment(job.finished) if job.finished else datetime.now(UTC)
    return duration((end - moment(job.started)).total_seconds())


def step_took(step: Step) -> str:
    """Return how long a step that has ended took."""
    return duration((moment(step.finished) - moment(step.started)).total_seconds())


def size(count: int) -> str:
    """Return a number of bytes in a unit that suits it."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def badge(text: str, tone: str = "") -> Markup:
    """Return a word as a badge in the colour that suits it."""
    return Markup('<span class="badge {tone}">{text}</span>').format(
        tone=tone or TONES.get(text, "plain"), text=text
    )


def yes_no(value: bool) -> Markup:
    """Return a yes as a badge, and a no that does not stand out."""
    return badge("yes") if value else Markup('<span class="muted">no</span>')


def actor_label(label: str) -> Markup:
    """Return who acted: the address of an account, or AppOS itself and strangers as words that stand back."""
    collection, _, name = label.partition(":")
    if not name:
        return Markup('<span class="muted">{}</span>').format(label)
    return Markup('<span title="{}">{}</span>').format(collection, name)
