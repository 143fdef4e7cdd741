"""The hosts that links may go to, compared exactly: a look-alike is one letter or hyphen away."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["HOSTS", "is_official"]

HOSTS = frozenset(
    {
        "faq.whatsapp.com",
        "haveibeenpwned.com",
        "help.instagram.com",
        "help.x.com",
        "report.ncsc.gov.uk",
        "reportharmfulcontent.com",
        "saferpolitics.org",
        "support.tiktok.com",
        "www.facebook.com",
        "www.getsafeonline.org",
        "www.gov.uk",
        "www.linkedin.com",
        "www.ncsc.gov.uk",
        "www.reportfraud.police.uk",
        "www.security.gov.uk",
        # The services' own pages about signing in (platforms.toml, with their sources).
        "account.apple.com",
        "account.buffer.com",
        "account.live.com",
        "accountscenter.facebook.com",
        "accountscenter.instagram.com",
        "aka.ms",
        "bsky.app",
        "docs.joinmastodon.org",
        "github.com",
        "help.hootsuite.com",
        "help.snapchat.com",
        "help.yahoo.com",
        "login.yahoo.com",
        "myaccount.google.com",
        "mysignins.microsoft.com",
        "proton.me",
        "safety.google",
        "support.apple.com",
        "support.buffer.com",
        "support.discord.com",
        "support.microsoft.com",
        "support.nationbuilder.com",
        "support.signal.org",
        "support.sproutsocial.com",
        "support.substack.com",
        "telegram.org",
        "www.dropbox.com",
        "www.reddit.com",
        "www.reddithelp.com",
        "www.tiktok.com",
        "x.com",
    }
)


def is_official(url: str) -> bool:
    """Whether it is a plain https link to one of the hosts: no port, no user, no other spelling of them."""
    try:
        parts = urlsplit(url)
        extras = (parts.port, parts.username, parts.password)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.netloc in HOSTS and extras == (None, None, None)
