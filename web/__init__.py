"""One aiohttp application: Telegram's webhook, /healthz, /readyz and /metrics."""
