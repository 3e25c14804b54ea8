"""What signing out at the desk means, before it is done: the browser's chat is the same device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from actions.context import Context
from handlers import devices


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show what the chat shows before it signs somebody out."""
    return {"lines": (await devices.mine(ctx, "")).lines}
