"""Cron expressions. The words were compared with PocketBase 0.36.2."""

import pytest

from appos.records.settings.cron import CronError, check_cron

PARTS = "Invalid cron expression - must be a valid macro or to have exactly 5 space separated segments."
VALUE = "Invalid segment value - must be between the min and max of the segment."
STEP = "Invalid segement step - step > 1 could be used only with the wildcard or range format."


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "*/6 0 1 12 6",
        "0,30 8-18/2 1-31 * 0",
        "59 23 31 12 6",
        "@daily",
        "@annually",
        "+1 * * * *",
    ],
)
def test_an_expression_is_taken(expression: str) -> None:
    check_cron(expression)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", PARTS),
        ("x", PARTS),
        ("* * * *", PARTS),
        ("*  * * * *", PARTS),
        ("@Daily", PARTS),
        ("60 * * * *", VALUE),
        ("* 24 * * *", VALUE),
        ("* * 0 * *", VALUE),
        ("* * * 13 *", VALUE),
        ("* * * * 7", VALUE),
        ("1,60 * * * *", VALUE),
        ("*/0 * * * *", "Invalid segment step boundary - the step must be between 1 and the 59."),
        ("*/60 * * * *", "Invalid segment step boundary - the step must be between 1 and the 59."),
        ("* */24 * * *", "Invalid segment step boundary - the step must be between 1 and the 23."),
        ("*/2/3 * * * *", "Invalid segment step format - must be in the format */n or 1-30/n."),
        ("5/2 * * * *", STEP),
        ("1-2-3 * * * *", "Invalid segment range format - the range must have 1 or 2 parts."),
        ("70-80 * * * *", "Invalid segment range minimum - must be between 0 and 59."),
        ("1-0 * * * *", "Invalid segment range maximum - must be between 1 and 59."),
        ("1-99 * * * *", "Invalid segment range maximum - must be between 1 and 59."),
        ("a * * * *", 'Strconv.Atoi: parsing "a": invalid syntax.'),
        ("*/x * * * *", 'Strconv.Atoi: parsing "x": invalid syntax.'),
        ("1- * * * *", 'Strconv.Atoi: parsing "": invalid syntax.'),
        ("-1 * * * *", 'Strconv.Atoi: parsing "": invalid syntax.'),
        ("99999999999999999999 * * * *", 'Strconv.Atoi: parsing "99999999999999999999": value out of range.'),
    ],
)
def test_what_is_wrong_is_told_in_pocketbases_words(expression: str, words: str) -> None:
    with pytest.raises(CronError) as caught:
        check_cron(expression)

    assert str(caught.value) == words
