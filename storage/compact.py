"""JSON as rows keep it: no spaces. One encoder for all: `json.dumps` makes a new one at each call with separators."""

from __future__ import annotations

import json

compact = json.JSONEncoder(separators=(",", ":")).encode
"""The value as JSON text; anything but ASCII is escaped."""
