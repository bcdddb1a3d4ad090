"""What makes a judge too close to an entry, where it shows in what both said of themselves."""

import unicodedata
from typing import Final

PUBLIC_PROVIDERS: Final = frozenset(
    (
        "126.com",
        "163.com",
        "aol.com",
        "bk.ru",
        "bluewin.ch",
        "bol.com.br",
        "daum.net",
        "fastmail.com",
        "foxmail.com",
        "free.fr",
        "gmail.com",
        "googlemail.com",
        "hanmail.net",
        "hey.com",
        "hushmail.com",
        "icloud.com",
        "inbox.ru",
        "laposte.net",
        "libero.it",
        "list.ru",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "naver.com",
        "orange.fr",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rambler.ru",
        "rediffmail.com",
        "sfr.fr",
        "sina.com",
        "sohu.com",
        "t-online.de",
        "tuta.com",
        "tutanota.com",
        "uol.com.br",
        "wanadoo.fr",
        "web.de",
        "wp.pl",
        "ya.ru",
        "yeah.net",
        "zoho.com",
    )
)
"""Domains at which anybody has a mailbox: to share one says nothing about two people."""

PUBLIC_NAMES: Final = frozenset({"gmx", "hotmail", "live", "outlook", "yahoo", "yandex"})
"""Such providers with a domain in many countries, by the domain's first label."""

NOBODYS: Final = ("example.com", "example.net", "example.org", "example", "invalid", "test")
"""Domains kept for documentation and tests (RFC 2606), which belong to no organisation."""


def organisation_key(name: str) -> str:
    """Return an organisation's name as it is compared: "" where there is none.

    Capitals, spaces and the way a character is composed or is wide (Unicode's NFKC) make no
    difference; everything else does.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())


def own_domain(address: str) -> str:
    """Return the domain of an e-mail address in small letters: "" where it belongs to nobody."""
    domain = address.rpartition("@")[2].casefold()
    is_nobodys = any(domain == name or domain.endswith(f".{name}") for name in NOBODYS)
    is_public = domain in PUBLIC_PROVIDERS or domain.partition(".")[0] in PUBLIC_NAMES
    return "" if is_nobodys or is_public else domain
