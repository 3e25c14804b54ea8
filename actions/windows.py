"""The links on a window's poster: each opens the window's card, for anybody, as often as they like."""

from __future__ import annotations

from datetime import datetime

from actions.invitations import Links, telegram_link
from storage.database import Tx
from storage.keys import Keys

DEEP_LINK = "w_"
"""How the code of a start link begins when a window's code follows, or none, to choose one. No sign-in code begins like this."""


async def window_links(tx: Tx, keys: Keys, public_url: str, window: str, now: datetime) -> Links:
    """Give the links to a window's card."""
    return Links(web=f"{public_url}/w/{window}", telegram=await telegram_link(tx, keys, f"{DEEP_LINK}{window}", now))
