"""How a bot gets its updates: polls and webhooks; and getMe with its like."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from emulator.api.method import Call, Method, Raw
from emulator.bots import Webhook
from emulator.errors import bad, conflict
from emulator.parameters import boolean, integer, string, strings, unsupported
from emulator.updates import LARGEST_BATCH, LONGEST_POLL
from emulator.webhooks import start_delivery, stop_delivery

WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")


def get_me(call: Call) -> dict[str, Any]:
    """The bot itself."""
    return {
        **call.bot.user,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(call: Call) -> Raw:
    """Updates from `offset` on, waiting up to `timeout` seconds for the first."""
    bot, args = call.bot, call.args
    if bot.webhook is not None:
        raise conflict(WEBHOOK_ACTIVE)
    if "allowed_updates" in args:
        bot.queue.allow(args["allowed_updates"])
    limit = args.get("limit", LARGEST_BATCH)
    limit = LARGEST_BATCH if not 1 <= limit <= LARGEST_BATCH else limit
    timeout = max(0, min(LONGEST_POLL, args.get("timeout", 0)))
    return Raw(await bot.queue.poll(args.get("offset", 0), limit, timeout))


async def set_webhook(call: Call) -> bool:
    """Deliver updates to a URL from now on; an empty URL goes back to polling."""
    bot, args = call.bot, call.args
    url = args.get("url", "")
    if not url:
        return await delete_webhook(call)
    parts = urlsplit(url)
    # Telegram wants https and one of four ports; this server delivers to the machine that it runs on.
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad("bad webhook: invalid webhook URL specified")
    secret = args.get("secret_token") or None
    if secret is not None and not _SECRET.match(secret):
        raise bad("secret token contains unallowed characters")
    connections = args.get("max_connections", 40)
    if not 1 <= connections <= 100:
        connections = min(100, max(1, connections))
    if "allowed_updates" in args:
        bot.queue.allow(args["allowed_updates"])
    await stop_delivery(bot)
    bot.queue.stop_poll()
    if args.get("drop_pending_updates"):
        bot.queue.drop()
    bot.webhook = Webhook(url, secret, connections, args.get("allowed_updates"))
    start_delivery(call.world, bot)
    return True


async def delete_webhook(call: Call) -> bool:
    """Stop delivering; updates wait for a poll again."""
    await stop_delivery(call.bot)
    if call.args.get("drop_pending_updates"):
        call.bot.queue.drop()
    return True


def get_webhook_info(call: Call) -> dict[str, Any]:
    """What is set, what waits, what went wrong last."""
    bot = call.bot
    info: dict[str, Any] = {
        "url": bot.webhook.url if bot.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": bot.queue.counts()["updates"],
    }
    if bot.webhook is not None:
        info["max_connections"] = bot.webhook.max_connections
        info["ip_address"] = "127.0.0.1"
        if bot.webhook.last_error_date is not None:
            info["last_error_date"] = bot.webhook.last_error_date
            info["last_error_message"] = bot.webhook.last_error_message
    if bot.queue.allowed is not None:
        info["allowed_updates"] = sorted(bot.queue.allowed)
    return info


async def log_out(call: Call) -> bool:
    """Nothing to log out from: a local server says yes."""
    await stop_delivery(call.bot)
    return True


_WEBHOOK = {
    "url": string, "certificate": unsupported, "ip_address": string, "max_connections": integer,
    "allowed_updates": strings, "drop_pending_updates": boolean, "secret_token": string,
}  # fmt: skip

METHODS = (
    Method("getMe", get_me, {}),
    Method(
        "getUpdates", get_updates, {"offset": integer, "limit": integer, "timeout": integer, "allowed_updates": strings}
    ),
    Method("setWebhook", set_webhook, _WEBHOOK),
    Method("deleteWebhook", delete_webhook, {"drop_pending_updates": boolean}),
    Method("getWebhookInfo", get_webhook_info, {}),
    Method("logOut", log_out, {}),
    Method("close", log_out, {}),
)
