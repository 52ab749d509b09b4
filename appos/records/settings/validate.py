"""What is wrong with settings, in PocketBase's codes and words.

Source: PocketBase 0.36, `PATCH /api/settings`; each part tells all that is wrong with it, by field.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping

from appos.records.fields.email import is_email
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import (
    check_at_least,
    check_length,
    check_match,
    first,
    required,
    stated,
)
from appos.records.fields.url import is_url
from appos.records.settings.cron import CronError, check_cron
from appos.records.settings.models import (
    ACCOUNTS,
    GUESTS,
    S3,
    Backups,
    Batch,
    Logs,
    Meta,
    RateLimitRule,
    RateLimits,
    Settings,
    Smtp,
)

PLAIN, LOGIN = "PLAIN", "LOGIN"
MOST_BYTES = 255

_DNS_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*[._]?")
_LABEL = re.compile(r"\w+ /[\w/-]*|/[\w/-]*|\w+:\w+|\*:\w+|\w+", re.ASCII)


def check_settings(settings: Settings) -> Mapping[str, Problem]:
    """Return what is wrong with settings: problems by part, and there by field."""
    return _some(
        {
            "meta": _check_meta(settings.meta),
            "logs": _check_logs(settings.logs),
            "smtp": _check_smtp(settings.smtp),
            "s3": _check_s3(settings.s3),
            "backups": _check_backups(settings.backups),
            "batch": _check_batch(settings.batch),
            "rateLimits": _check_rate_limits(settings.rate_limits),
        }
    )


def _some(parts: Mapping[str, Mapping[str, Problem]]) -> Mapping[str, Problem]:
    return {name: problems for name, problems in parts.items() if problems}


def _when(is_needed: bool, value: object) -> Problem | None:
    return required(value) if is_needed else None


def check_in(value: str, allowed: Collection[str]) -> Problem | None:
    """Demand one of some texts."""
    if not value or value in allowed:
        return None
    return problem("validation_in_invalid", "Must be a valid value.")


def _check_host(text: str) -> Problem | None:
    is_name = _DNS_NAME.fullmatch(text) and len(text.replace(".", "")) <= MOST_BYTES
    if not text or is_name or _is_address(text):
        return None
    return problem("validation_is_host", "Must be a valid IP address or DNS name.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def check_email(text: str) -> Problem | None:
    """Demand an address of e-mail."""
    return (
        None
        if not text or is_email(text)
        else problem("validation_is_email", "Must be a valid email address.")
    )


def _check_url(text: str) -> Problem | None:
    return None if not text or is_url(text) else problem("validation_is_url", "Must be a valid URL.")


def _unavailable(sentence: str) -> Problem:
    """Say that AppOS does not have yet what a setting would switch on, rather than store it to no effect."""
    return problem("validation_unavailable", sentence)


def _check_meta(meta: Meta) -> Mapping[str, Problem]:
    return stated(
        {
            "appName": first(required(meta.app_name), check_length(meta.app_name, 1, MOST_BYTES)),
            "appURL": first(required(meta.app_url), _check_url(meta.app_url)),
            "senderName": first(required(meta.sender_name), check_length(meta.sender_name, 1, MOST_BYTES)),
            "senderAddress": first(required(meta.sender_address), check_email(meta.sender_address)),
        }
    )


def _check_logs(logs: Logs) -> Mapping[str, Problem]:
    return stated({"maxDays": check_at_least(logs.max_days, 0)})


def _check_smtp(smtp: Smtp) -> Mapping[str, Problem]:
    return stated(
        {
            "host": first(_when(smtp.enabled, smtp.host), _check_host(smtp.host)),
            "port": first(_when(smtp.enabled, smtp.port), check_at_least(smtp.port, 0)),
            "authMethod": check_in(smtp.auth_method, (PLAIN, LOGIN)),
            "localName": _check_host(smtp.local_name),
        }
    )


def _check_s3(s3: S3) -> Mapping[str, Problem]:
    problems = stated(
        {
            "endpoint": first(_check_url(s3.endpoint), _when(s3.enabled, s3.endpoint)),
            "bucket": _when(s3.enabled, s3.bucket),
            "region": _when(s3.enabled, s3.region),
            "accessKey": _when(s3.enabled, s3.access_key),
            "secret": _when(s3.enabled, s3.secret),
        }
    )
    if s3.enabled and not problems:
        return {"enabled": _unavailable("AppOS keeps files on its own disk; S3 cannot be enabled yet.")}
    return problems


def _check_backups(backups: Backups) -> Mapping[str, Problem]:
    problems = stated(
        {
            "s3": _check_s3(backups.s3) or None,
            "cron": _check_cron(backups.cron),
            "cronMaxKeep": first(
                _when(bool(backups.cron), backups.cron_max_keep), check_at_least(backups.cron_max_keep, 1)
            ),
        }
    )
    if backups.cron and not problems:
        return {"cron": _unavailable("AppOS makes no automatic backups yet; leave this empty.")}
    return problems


def _check_cron(expression: str) -> Problem | None:
    if not expression:
        return None
    try:
        check_cron(expression)
    except CronError as error:
        return problem("validation_invalid_cron", str(error))
    return None


def _check_batch(batch: Batch) -> Mapping[str, Problem]:
    problems = stated(
        {
            "maxRequests": first(
                _when(batch.enabled, batch.max_requests), check_at_least(batch.max_requests, 0)
            ),
            "timeout": first(_when(batch.enabled, batch.timeout), check_at_least(batch.timeout, 0)),
            "maxBodySize": check_at_least(batch.max_body_size, 0),
        }
    )
    if batch.enabled and not problems:
        return {"enabled": _unavailable("AppOS takes no batches yet; they cannot be enabled.")}
    return problems


def _check_rate_limits(limits: RateLimits) -> Mapping[str, Problem]:
    found = _when(limits.enabled, limits.rules) or _check_rules(limits.rules) or _conflict(limits.rules)
    return {"rules": found} if found else {}


def _conflict(rules: tuple[RateLimitRule, ...]) -> Problem | None:
    """Refuse a rule whose label and audience begin as another's do, or the other way round."""
    seen: list[str] = []
    for index, rule in enumerate(rules):
        key = f"{rule.label}@@{rule.audience}"
        if any(key.startswith(other) or other.startswith(key) for other in seen):
            message = (
                f"Rate limit rule configuration with label {rule.label} already exists or conflicts with "
                "another rule."
            )
            return {
                str(index): {
                    "label": problem("validation_conflicting_rate_limit_rule", message, label=rule.label)
                }
            }
        seen.append(key)
    return None


def _check_rules(rules: tuple[RateLimitRule, ...]) -> Problem | None:
    return _some({str(index): _check_rule(rule) for index, rule in enumerate(rules)})


def _check_rule(rule: RateLimitRule) -> Mapping[str, Problem]:
    return stated(
        {
            "label": first(required(rule.label), check_match(rule.label, _LABEL)),
            "maxRequests": first(required(rule.max_requests), check_at_least(rule.max_requests, 1)),
            "duration": first(required(rule.duration), check_at_least(rule.duration, 1)),
            "audience": check_in(rule.audience, (GUESTS, ACCOUNTS)),
        }
    )
