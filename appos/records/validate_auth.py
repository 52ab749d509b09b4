"""What is wrong with the options of an auth collection."""

from collections.abc import Mapping

from appos.records.auth_options import AuthOptions, MailTemplate, PasswordAuth, TokenOptions
from appos.records.fields import Lookup, Problem
from appos.records.fields.problems import REQUIRED, problem
from appos.records.fields.rules import (
    check_at_least,
    check_at_most,
    check_length,
    first,
    required,
    stated,
)
from appos.records.indexes import unique_index
from appos.records.models import Collection
from appos.records.validate_rules import change_problem, filter_problem

LEAST_SECONDS = 10
# Some three years.
MOST_TOKEN_SECONDS = 94_670_856
MOST_CODE_SECONDS = 86_400
LEAST_CODE_LENGTH = 4
SECRET_BYTES = (30, 255)
_TOKENS = ("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken")

Problems = Mapping[str, Problem]


def auth_problems(new: Collection, original: Collection | None, lookup: Lookup) -> Problems:
    """Return what is wrong with the options, by their names on the wire; a base collection has none."""
    if new.auth is None:
        return {}
    before = original.auth if original and original.auth else AuthOptions()
    return (
        _option_problems(new, new.auth, original, before, lookup)
        or stated({"mfa": _second_factor_problem(new.auth)})
        or stated({"passwordAuth": _identity_problem(new, new.auth.password_auth)})
    )


def _option_problems(
    new: Collection, auth: AuthOptions, original: Collection | None, before: AuthOptions, lookup: Lookup
) -> Problems:
    return stated(
        {
            "authRule": first(
                filter_problem(new, auth.auth_rule, lookup),
                change_problem(original, before.auth_rule, auth.auth_rule),
            ),
            "manageRule": first(
                _blank_problem(auth.manage_rule),
                filter_problem(new, auth.manage_rule, lookup),
                change_problem(original, before.manage_rule, auth.manage_rule),
            ),
            "authAlert": _nested({"emailTemplate": _template_problem(auth.auth_alert.email_template)}),
            "passwordAuth": _password_problem(auth.password_auth),
            "oauth2": _offer_problem("OAuth2", is_enabled=auth.oauth2.enabled),
            "otp": _otp_problem(auth),
            "mfa": _mfa_problem(auth),
            **{
                name: _token_problem(token)
                for name, token in zip(
                    _TOKENS,
                    (
                        auth.auth_token,
                        auth.password_reset_token,
                        auth.email_change_token,
                        auth.verification_token,
                        auth.file_token,
                    ),
                    strict=True,
                )
            },
            "verificationTemplate": _template_problem(auth.verification_template),
            "resetPasswordTemplate": _template_problem(auth.reset_password_template),
            "confirmEmailChangeTemplate": _template_problem(auth.confirm_email_change_template),
        }
    )


def _nested(problems: Mapping[str, Problem | None]) -> Problem | None:
    return stated(problems) or None


def _blank_problem(rule: str | None) -> Problem | None:
    # Only null closes it: an empty rule would let everybody manage every account.
    return problem("validation_nil_or_not_empty_required", "Cannot be blank.") if rule == "" else None


def _template_problem(template: MailTemplate) -> Problem | None:
    return _nested({"subject": required(template.subject), "body": required(template.body)})


def _token_problem(token: TokenOptions) -> Problem | None:
    return _nested(
        {
            "secret": first(required(token.secret), check_length(token.secret, *SECRET_BYTES)),
            "duration": _duration_problem(token.duration, MOST_TOKEN_SECONDS),
        }
    )


def _duration_problem(seconds: int, most: int) -> Problem | None:
    return first(required(seconds), check_at_least(seconds, LEAST_SECONDS), check_at_most(seconds, most))


def _password_problem(options: PasswordAuth) -> Problem | None:
    is_missing = options.enabled and not any(options.identity_fields)
    return {"identityFields": REQUIRED} if is_missing else None


def _offer_problem(what: str, *, is_enabled: bool) -> Problem | None:
    """Refuse to switch on what AppOS does not do."""
    if not is_enabled:
        return None
    return {"enabled": problem("validation_unavailable", f"{what} is not available; leave it disabled.")}


def _otp_problem(auth: AuthOptions) -> Problem | None:
    problems: dict[str, Problem | None] = {"emailTemplate": _template_problem(auth.otp.email_template)}
    if auth.otp.enabled:
        length = auth.otp.length
        problems |= {
            "duration": _duration_problem(auth.otp.duration, MOST_CODE_SECONDS),
            "length": first(required(length), check_at_least(length, LEAST_CODE_LENGTH)),
        }
    return _nested(problems) or _offer_problem("OTP", is_enabled=auth.otp.enabled)


def _mfa_problem(auth: AuthOptions) -> Problem | None:
    if not auth.mfa.enabled:
        return None
    return _nested({"duration": _duration_problem(auth.mfa.duration, MOST_CODE_SECONDS)})


def _second_factor_problem(auth: AuthOptions) -> Problem | None:
    """Refuse a second factor, for there is one way to sign in: the others are not offered."""
    if not auth.mfa.enabled:
        return None
    message = "MFA requires at least 2 auth methods to be enabled."
    return {"enabled": problem("validation_mfa_not_enough_auths", message)}


def _identity_problem(new: Collection, options: PasswordAuth) -> Problem | None:
    """Demand that no two accounts share a value by which one signs in."""
    for name in options.identity_fields if options.enabled else ():
        if new.field(name) is None:
            found = problem("validation_missing_field", f"Invalid or missing field {name}.", fieldName=name)
        elif unique_index(new.indexes, name) is None:
            message = f"The field {name} doesn't have a UNIQUE constraint."
            found = problem("validation_missing_unique_constraint", message, fieldName=name)
        else:
            continue
        return {"identityFields": found}
    return None
