"""Links in texts and buttons: which ones Telegram takes, and how it writes them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"^(?:[^\s./@:]+\.)+[^\s./@:]{2,}$|^localhost$|^\d{1,3}(?:\.\d{1,3}){3}$|^\[[0-9a-fA-F:]+\]$")
_OPAQUE = ("tg://", "ton://", "tonsite://", "mailto:", "tel:")


def checked_url(url: str) -> str | None:
    """The link as Telegram would show it (`example.com` → `http://example.com/`), or None when it is no link."""
    url = url.strip()
    lowered = url.lower()
    if not url or any(char.isspace() for char in url):
        return None
    if lowered.startswith(_OPAQUE):
        return url
    if "://" not in url:
        url = "http://" + url
    elif not lowered.startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return None
    if ":" in host:
        host = f"[{host}]"
    if _HOST.match(host) is None or port == 0:
        return None
    if not parts.path:
        tail = url[url.index("://") + 3 + len(parts.netloc) :]
        url = f"{parts.scheme}://{parts.netloc}/{tail}"
    return url
