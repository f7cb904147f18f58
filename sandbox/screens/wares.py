"""What the stand-in shop sells, and what it says, in its four languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WARES: dict[str, Any] = json.loads(Path(__file__).with_name("wares.json").read_text(encoding="utf-8"))
LANGUAGES: dict[str, str] = WARES["languages"]
PRODUCTS: list[dict[str, Any]] = WARES["products"]
SAYS: dict[str, dict[str, Any]] = WARES["says"]
