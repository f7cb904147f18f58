"""What a real Zendesk account answered and sent, for whoever compares something with it; it lies beside the project."""

import base64
import gzip
import json
import os
from pathlib import Path

import httpx

BESIDE = Path(__file__).parents[2] / "shared" / "recorded"
RECORDED = Path(os.environ.get("CASEROOM_RECORDED") or BESIDE) / "zendesk"


def recorded(name):
    """The exchanges of the recording whose file name ends so, as (method, path, body, status, answer)."""
    (file,) = RECORDED.glob(f"*{name}.json")
    exchanges = json.loads(file.read_text())["http_interactions"]
    for request, response in ((exchange["request"], exchange["response"]) for exchange in exchanges):
        url = httpx.URL(request["uri"])
        yield request["method"], url.raw_path.decode(), text(request), response["status"]["code"], text(response)


def text(message):
    body = message["body"]
    if not body.get("base64_string"):
        return json.loads(body.get("string") or "null")
    raw = base64.b64decode(body["base64_string"])
    return json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw or b"null")
