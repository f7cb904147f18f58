"""The environment, read once into one frozen value; every problem is reported at once, by the setting's name."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from caseroom.connector import ConnectorSettings, File, List, Secrets, listed, vendor_url

PLACEHOLDER = "change-me"
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^A-Z/?#*,\s]+")
AGENT = re.compile(r"[a-z]+_[A-Za-z0-9_-]+")


class SettingsError(Exception):
    """The service cannot start as it is configured.

    Attributes:
        problems: one sentence each, beginning with the setting's name.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


Network = Annotated[ipaddress.IPv4Network | ipaddress.IPv6Network, BeforeValidator(ipaddress.ip_network)]

# https://www.tencentcloud.com/document/product/1047/34620; ranges as the browser SDK 3.6.6 knows them.
DATA_CENTRES = {2: "sgp", 3: "kr", 4: "ger", 5: "ind", 6: "jpn", 7: "usa", 8: "idn"}
MAINLAND = "https://console.tim.qq.com"
NEW_RANGE, RANGE = 1_700_000_000, 10_000_000


def data_centre(sdk_app_id: int) -> str:
    """The address of the data centre where an app with this id was most likely created."""
    number = sdk_app_id - NEW_RANGE if sdk_app_id >= NEW_RANGE else sdk_app_id
    region = DATA_CENTRES.get(number // RANGE)
    return f"https://adminapi{region}.im.qcloud.com" if region else MAINLAND


def _sqlite(url: str) -> str:
    if not url.removeprefix("sqlite:///").strip() or not url.startswith("sqlite:///"):
        raise ValueError("only sqlite:///path is supported")
    return url


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("each has to be one exact origin such as https://shop.example, as browsers send it")
    return origins


def _agents(accounts: tuple[str, ...]) -> tuple[str, ...]:
    if not all(AGENT.fullmatch(account) for account in accounts):
        raise ValueError("each has to be the account of an agent, such as zendesk_12")
    return accounts


def _optional_url(url: str) -> str:
    return vendor_url(url) if url else ""


class Settings(BaseModel):
    """What the operator decided. `.env.example` says what each one means."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    connectors: Secrets
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    database_url: Annotated[str, AfterValidator(_sqlite)] = "sqlite:///caseroom.db"
    secret_key: Secrets
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(listed)] = ()
    intake_keys: List = ()
    operator_keys: List = ()
    allowed_origins: Annotated[List, AfterValidator(_origins)] = ()

    tencent_sdk_app_id: int = Field(gt=0)
    tencent_secret_key: Secrets
    tencent_admin_id: str = Field(default="administrator", min_length=1)
    tencent_other_admins: List = ()
    tencent_api_url: Annotated[str, AfterValidator(_optional_url)] = ""
    tencent_sdk_url: Annotated[str, AfterValidator(_optional_url)] = ""
    tencent_callback_token: List = ()
    tencent_calls_per_second: int = Field(default=200, ge=1)
    tencent_group_type: Literal["Public", "ChatRoom"] = "Public"
    tencent_assistant_id: str = ""

    supervisors: Annotated[List, AfterValidator(_agents)] = ()
    canned_replies_file: File | None = None

    close_grace: float = Field(default=0, ge=0)
    case_link_days: int = Field(default=14, ge=1)
    usersig_seconds: int = Field(default=14_400, ge=300)
    requests_per_minute: int = Field(default=120, ge=1)
    requests_per_minute_and_origin: int = Field(default=6_000, ge=1)
    visitors_per_minute: int = Field(default=600, ge=1)
    web_processes: int = Field(default=2, ge=1)
    web_threads: int = Field(default=64, ge=4)
    worker_threads: int = Field(default=32, ge=1)

    of: Mapping[str, ConnectorSettings] = Field(default_factory=dict)

    @property
    def tencent_url(self) -> str:
        """Where Tencent's REST API is reached."""
        return self.tencent_api_url or data_centre(self.tencent_sdk_app_id)

    @property
    def own_url(self) -> str:
        """Where others reach the service."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def environment(file: Path = Path(".env")) -> dict[str, str]:
    """The environment, over what a .env file says."""
    known = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return {**known, **os.environ}


def load(values: Mapping[str, str], installed: Mapping[str, type[Any]]) -> Settings:
    """Read and check everything; SettingsError lists all that is wrong."""
    problems = [
        f"{name}: still holds the placeholder of .env.example"
        for name, value in sorted(values.items())
        if PLACEHOLDER in value and _is_ours(name, listed(values.get("CONNECTORS", "")))
    ]
    settings: Settings | None = _checked(Settings, "", values, problems)
    of: dict[str, ConnectorSettings] = {}
    for name in listed(values.get("CONNECTORS", "")):
        if name not in installed:
            problems.append(f"CONNECTORS: there is no connector {name!r}; installed: {', '.join(sorted(installed))}")
        else:
            found = _checked(installed[name].Settings, f"{name.upper()}_", values, problems)
            of.update({name: found} if found is not None else {})
    problems += _idle_helpdesks(listed(values.get("CONNECTORS", "")), of)
    if problems or settings is None:
        raise SettingsError(problems)
    return settings.model_copy(update={"of": of})


def _checked(model: type[Any], prefix: str, values: Mapping[str, str], problems: list[str]) -> Any:
    given = {}
    for field, info in model.model_fields.items():
        value = values.get(f"{prefix}{field}".upper())
        may_be_blank = info.json_schema_extra == {"blank": True}
        if field != "of" and value is not None and (value.strip() or may_be_blank):
            given[field] = value.strip()
    try:
        return model.model_validate(given)
    except ValidationError as error:
        for one in error.errors():
            name = f"{prefix}{one['loc'][0]}".upper() if one["loc"] else prefix.rstrip("_")
            reason = "is missing" if one["type"] == "missing" else one["msg"].removeprefix("Value error, ")
            problems.append(f"{name}: {reason}")
        together = model.together(given) if issubclass(model, ConnectorSettings) else ()
        problems += [problem for one in together if (problem := f"{prefix.rstrip('_')}: {one}") not in problems]
        return None


def _idle_helpdesks(connectors: tuple[str, ...], of: Mapping[str, ConnectorSettings]) -> list[str]:
    named = {name: getattr(found, "helpdesk", "") for name, found in of.items()}
    return [
        f"{name.upper()}_HELPDESK: {helpdesk} is not in CONNECTORS"
        for name, helpdesk in named.items()
        if helpdesk and helpdesk not in connectors
    ]


def _is_ours(name: str, enabled: Sequence[str]) -> bool:
    own = {field.upper() for field in Settings.model_fields}
    return name in own or name.startswith(tuple(f"{connector.upper()}_" for connector in enabled))
