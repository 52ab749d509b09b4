"""Addresses without the secrets in them."""

import pytest

from appos.web.masking import masked, without_query

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/api/health", "/api/health"),
        ("/api/x?", "/api/x?"),
        ("/api/x?page=2&sort=-created", "/api/x?page=2&sort=-created"),
        ("/api/x?filter=name%3D%27a%27", "/api/x?filter=name%3D%27a%27"),
        ("/api/x?thumb=100x100&download=1", "/api/x?thumb=100x100&download=1"),
        ("/api/x?token=abc&page=2", "/api/x?token=***&page=2"),
        ("/api/x?to%6ben=abc", "/api/x?to%6ben=***"),
        ("/api/x?accessToken=abc", "/api/x?accessToken=***"),
        ("/api/x?PASSWORD=abc&apiKey=b", "/api/x?PASSWORD=***&apiKey=***"),
        ("/api/oauth2-redirect?state=a&code=b", "/api/oauth2-redirect?state=***&code=***"),
        ("/api/x?token=", "/api/x?token="),
        ("/api/x?token", "/api/x?token"),
        (f"/api/x?t={TOKEN}", "/api/x?t=***"),
        (f"/api/x?q=before%20{TOKEN}", "/api/x?q=***"),
        (f"/reset/{TOKEN}/x?page=1", "/reset/***/x?page=1"),
        ("/api/x?t=abcdefghijklmnop0123456789", "/api/x?t=***"),
        ("/api/x?t=0123456789012345678901234567", "/api/x?t=0123456789012345678901234567"),
    ],
)
def test_a_secret_is_masked_by_its_name_or_its_look(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ""),
        ("https://a.example.com/b?t=1", "https://a.example.com/b"),
        ("https://a.example.com/#token=1", "https://a.example.com/"),
        (f"https://a.example.com/{TOKEN}", "https://a.example.com/***"),
    ],
)
def test_of_a_referer_the_page_is_left(address: str, shown: str) -> None:
    assert without_query(address) == shown
