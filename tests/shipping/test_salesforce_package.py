"""What is installed in an org: whole, consistent in itself, and speaking as the service hears."""

import hashlib
import hmac
import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from caseroom.bridge.errors import NotProven
from caseroom.connector import InboundRequest
from connectors.salesforce import CONNECTOR
from connectors.salesforce.facts import TYPES
from connectors.salesforce.settings import KEY_FIELD, SalesforceSettings
from shipping.salesforce import SOURCE, pack

ADDRESS = "https://chat.example.com"
NS = "{http://soap.sforce.com/2006/04/metadata}"
NOW = 1_795_255_200.0
NOON = "2026-11-21T10:00:00Z"
MAIN = SOURCE / "force-app/main/default"
OMNI = SOURCE / "force-app-omni/main/default"

# Of each kind of metadata: its root, and what it has to say. Salesforce, Metadata API Developer Guide.
KINDS = {
    ".cls-meta.xml": ("ApexClass", {"apiVersion", "status"}),
    ".trigger-meta.xml": ("ApexTrigger", {"apiVersion", "status"}),
    ".js-meta.xml": ("LightningComponentBundle", {"apiVersion", "isExposed", "masterLabel", "targets"}),
    ".cspTrustedSite-meta.xml": ("CspTrustedSite", {"context", "endpointUrl", "isActive", "isApplicableToFrameSrc"}),
    ".externalCredential-meta.xml": (
        "ExternalCredential",
        {"authenticationProtocol", "label", "externalCredentialParameters"},
    ),
    ".namedCredential-meta.xml": (
        "NamedCredential",
        {
            "label",
            "namedCredentialType",
            "calloutStatus",
            "generateAuthorizationHeader",
            "allowMergeFieldsInBody",
            "allowMergeFieldsInHeader",
            "namedCredentialParameters",
        },
    ),
    ".permissionset-meta.xml": ("PermissionSet", {"label", "externalCredentialPrincipalAccesses"}),
    ".field-meta.xml": ("CustomField", {"fullName", "label", "type", "length", "unique", "externalId"}),
    ".labels-meta.xml": ("CustomLabels", {"labels"}),
}


def kind_of(path):
    return path.name[path.name.index(".") :]


def metadata():
    return sorted(SOURCE.rglob("*-meta.xml"))


def read(path):
    return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 -- our own files


def texts(root, path):
    return [found.text for found in root.iterfind("/".join(NS + name for name in path.split("/")))]


def only(root, path):
    (text,) = texts(root, path)
    return text


def sources(*patterns):
    return {path: path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(SOURCE.rglob(pattern))}


def apex():
    return "\n".join(sources("*.cls", "*.trigger").values())


def credential(name):
    return read(MAIN / f"externalCredentials/{name}.externalCredential-meta.xml")


def packed_files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The package


def test_the_address_stands_everywhere_and_the_placeholder_nowhere(tmp_path):
    files = packed_files(pack(ADDRESS, tmp_path))
    assert not [name for name, content in files.items() if b"caseroom.invalid" in content]
    assert {Path(name).name for name, content in files.items() if ADDRESS.encode() in content} == {
        "CaseroomPane.cls",
        "Caseroom.cspTrustedSite-meta.xml",
        "Caseroom_Agents.namedCredential-meta.xml",
        "Caseroom_Events.namedCredential-meta.xml",
    }


def test_it_is_the_source_and_nothing_else_however_often_it_is_packed(tmp_path):
    once = packed_files(pack(ADDRESS, tmp_path))
    (tmp_path / "salesforce" / "left-over.cls").write_text("old")
    assert packed_files(pack(ADDRESS, tmp_path)) == once
    assert once.keys() == packed_files(SOURCE).keys()


def test_it_may_be_used_freely_by_whoever_installs_it(tmp_path):
    assert (pack(ADDRESS, tmp_path) / "LICENSE").read_text().startswith("MIT License")


def test_the_readme_names_every_test_that_a_production_org_has_to_run():
    readme = (SOURCE.parent / "README.md").read_text(encoding="utf-8")
    tests = {path.stem for path, source in sources("*Test.cls").items() if "static void" in source}
    assert tests == set(re.findall(r"\bCaseroom\w+Test\b", readme))


# Metadata


def test_every_folder_of_the_project_is_there():
    project = json.loads((SOURCE / "sfdx-project.json").read_text())
    assert [folder["path"] for folder in project["packageDirectories"]] == ["force-app", "force-app-omni"]
    assert all((SOURCE / folder["path"]).is_dir() for folder in project["packageDirectories"])


@pytest.mark.parametrize("path", metadata(), ids=lambda path: path.name)
def test_a_piece_of_metadata_is_of_its_kind_and_says_what_it_has_to(path):
    name, children = KINDS[kind_of(path)]
    root = read(path)
    assert root.tag == NS + name
    said = {child.tag.removeprefix(NS) for child in root}
    assert children <= said
    assert not [element for element in root.iter() if len(element) == 0 and not (element.text or "").strip()]


def test_every_source_has_its_metadata_and_the_other_way_round():
    with_source = {path for kind in ("*.cls", "*.trigger") for path in SOURCE.rglob(kind)}
    described = {path for path in metadata() if kind_of(path) in {".cls-meta.xml", ".trigger-meta.xml"}}
    assert {path.with_name(f"{path.name}-meta.xml") for path in with_source} == described


def test_everything_has_the_one_version_of_the_project():
    version = json.loads((SOURCE / "sfdx-project.json").read_text())["sourceApiVersion"]
    assert {text for path in metadata() for text in texts(read(path), "apiVersion")} == {version} == {"66.0"}


def test_only_the_frame_is_trusted_and_only_this_address():
    root = read(MAIN / "cspTrustedSites/Caseroom.cspTrustedSite-meta.xml")
    allowed = [child.tag for child in root if child.tag.startswith(f"{NS}isApplicable") and child.text == "true"]
    assert allowed == [f"{NS}isApplicableToFrameSrc"]


def test_the_pane_goes_into_the_utility_bar_and_onto_the_page_of_a_case():
    root = read(MAIN / "lwc/caseroomPane/caseroomPane.js-meta.xml")
    assert texts(root, "targets/target") == ["lightning__UtilityBar", "lightning__RecordPage"]
    assert only(root, "targetConfigs/targetConfig/objects/object") == "Case"


def test_the_key_is_unique_to_the_letter_and_named_as_the_service_expects():
    root = read(MAIN / f"objects/Case/fields/{KEY_FIELD}.field-meta.xml")
    shown = {name: only(root, name) for name in ("type", "length", "unique", "externalId", "caseSensitive")}
    assert shown == {"type": "Text", "length": "64", "unique": "true", "externalId": "true", "caseSensitive": "true"}


# What refers to what


def test_each_callout_goes_by_a_credential_of_the_package():
    named = {path.name.partition(".")[0] for path in MAIN.glob("namedCredentials/*")}
    assert set(re.findall(r"CREDENTIAL = '(\w+)'", apex())) == named == {"Caseroom_Agents", "Caseroom_Events"}
    for name in named:
        root = read(MAIN / f"namedCredentials/{name}.namedCredential-meta.xml")
        assert only(root, "namedCredentialParameters/externalCredential") == name
        assert texts(credential(name), "externalCredentialParameters/parameterType") == ["NamedPrincipal", "AuthHeader"]


def test_permission_sets_grant_what_there_is():
    principals = {
        f"{path.name.partition('.')[0]}-{texts(read(path), 'externalCredentialParameters/parameterName')[0]}"
        for path in MAIN.glob("externalCredentials/*")
    }
    sets = [read(path) for path in MAIN.glob("permissionsets/*")]
    granted = {
        name for one in sets for name in texts(one, "externalCredentialPrincipalAccesses/externalCredentialPrincipal")
    }
    assert granted == principals
    for name in (name for one in sets for name in texts(one, "classAccesses/apexClass")):
        assert (MAIN / f"classes/{name}.cls").is_file()


def test_whoever_may_use_a_credential_may_read_credentials_of_users():
    for path in MAIN.glob("permissionsets/*"):
        assert "UserExternalCredential" in texts(read(path), "objectPermissions/object")


def test_changes_are_told_whoever_makes_them():
    granted = {
        path.name.partition(".")[0]
        for path in MAIN.glob("permissionsets/*")
        if "Caseroom_Events-Caseroom"
        in texts(read(path), "externalCredentialPrincipalAccesses/externalCredentialPrincipal")
    }
    assert granted == {"Caseroom_Agents", "Caseroom_Events", "Caseroom_Service"}


def test_only_the_service_may_write_its_key():
    writers = [
        path.name
        for path in MAIN.glob("permissionsets/*")
        if f"Case.{KEY_FIELD}" in texts(read(path), "fieldPermissions/field")
    ]
    assert writers == ["Caseroom_Service.permissionset-meta.xml"]


def test_every_label_is_used_and_every_used_label_is_there():
    labels = texts(read(MAIN / "labels/CustomLabels.labels-meta.xml"), "labels/fullName")
    used = re.findall(r"(?:System\.Label|salesforce/label/c)\.(\w+)", "\n".join(sources("*.cls", "*.js").values()))
    assert sorted(labels) == sorted(set(used))
    assert Counter(labels).most_common(1)[0][1] == 1


def test_no_secret_and_no_key_is_in_the_source():
    for path in MAIN.glob("externalCredentials/*"):
        kinds = texts(read(path), "externalCredentialParameters/parameterType")
        assert "AuthParameter" not in kinds, "the secret is entered in the org"


# What the org says, as the service hears it


def evaluate(formula, values):
    """What an external credential makes of a formula. Salesforce Help, "Named Credential Formula Functions"."""
    functions = {
        "HEX": lambda blob: blob.hex(),
        "BLOB": lambda text: text.encode(),
        "HMAC": lambda algorithm, blob, key: hmac.digest(key, blob, {"SHA-256": "sha256"}[algorithm]),
    }
    assert formula.startswith("{!")
    expression = re.sub(r"\$Credential\.(\w+)\.(\w+)", r"credential('\1', '\2')", formula[2:-1])
    known = {"credential": lambda owner, name: values[owner][name], "__builtins__": {}}
    return eval(expression, functions | known)  # noqa: S307 -- a formula of our own


def signed(name, path, body, secret):
    raw = json.dumps(body).encode()
    header, formula = (
        texts(credential(name), f"externalCredentialParameters/{part}")[-1]
        for part in ("parameterName", "parameterValue")
    )
    signature = evaluate(formula, {name: {"Body": raw, "SigningKey": secret}})
    return InboundRequest("POST", path, (), {header.lower(): signature}, raw, NOW)


def connector():
    settings = SalesforceSettings(
        url="http://127.0.0.1:9",
        client_id="app",
        client_secret="s",
        webhook_secrets="hook",
        agent_secrets="desk",
        join_on="accept",
    )
    made = CONNECTOR(settings)
    made.client.login.user = "0053000000AAAAAAA4"
    return made


def apex_constant(source, name):
    (value,) = re.findall(rf"{name} = '([^']*)'", sources(f"{source}.cls").popitem()[1])
    return value


def fields_of_an_event():
    source = (MAIN / "classes/CaseroomEvent.cls").read_text()
    return re.findall(r"^    public (?:String|Id|Boolean) (\w+);$", source, re.MULTILINE)


def facts_put_into_a_body(source):
    body = (MAIN / f"classes/{source}.cls").read_text()
    return set(re.findall(r"'(\w+)' =>", body)) | set(re.findall(r"body\.put\('(\w+)'", body))


EVENT = {
    "id": "5003000000D8cuIAAR-2026-11-21T10:00:00Z-case.updated",
    "type": "case.updated",
    "caseId": "5003000000D8cuIAAR",
    "ownerId": "0053000000AbCdEAAV",
    "ownerIsUser": True,
    "ownerName": "Agent Ann",
    "origin": "Chat",
    "isClosed": False,
    "masterCaseId": None,
    "externalId": None,
    "workId": None,
    "modifiedAt": NOON,
}


def test_an_event_has_the_fields_that_the_service_reads_and_no_others():
    assert fields_of_an_event() == list(EVENT)


def test_the_kinds_of_events_are_the_ones_that_the_service_knows():
    told = {kind for path, source in sources("*.cls").items() for kind in re.findall(r"'((?:case|work)\.\w+)'", source)}
    assert told == set(TYPES)


def test_what_the_package_signs_is_accepted_and_read():
    body = dict.fromkeys(facts_put_into_a_body("CaseroomRequest"))
    assert body.keys() == {"orgId", "sentAt"}
    body |= {"orgId": "00D000000000001AAA", "sentAt": NOON, "events": [EVENT]}
    path = apex_constant("CaseroomSending", "PATH")
    request = signed("Caseroom_Events", path, body, "hook")
    connector().verify(request)
    (delivery,) = connector().parse(request)
    assert (delivery.problem, delivery.ref) == (None, EVENT["caseId"])
    assert path == f"/salesforce/{CONNECTOR.callback_path}"
    assert "'events' =>" in (MAIN / "classes/CaseroomSending.cls").read_text()


def test_work_of_omni_channel_is_read():
    event = EVENT | {"type": "work.opened", "workId": "0BzKz0000000001AAA"}
    body = {"orgId": "00D000000000001AAA", "sentAt": NOON, "events": [event]}
    (delivery,) = connector().parse(signed("Caseroom_Events", "/salesforce/events", body, "hook"))
    assert [type(fact).__name__ for fact in delivery.events] == ["WorkAccepted"]


def test_an_agent_is_proved_by_what_the_package_signs():
    facts = facts_put_into_a_body("CaseroomPane") & {"nonce", "agentId", "name"}
    assert facts == {"nonce", "agentId", "name"}
    body = {"orgId": "00D000000000001AAA", "sentAt": NOON, "nonce": "n", "agentId": EVENT["ownerId"], "name": "Ann"}
    path = apex_constant("CaseroomPane", "PATH")
    proof = connector().agent(signed("Caseroom_Agents", path, body, "desk"))
    assert (proof.agent_id, proof.name, proof.serves_once) == (EVENT["ownerId"], "Ann", "n")
    assert path == f"/salesforce/{CONNECTOR.agent_path}"


def test_neither_secret_opens_the_other_door():
    body = {"orgId": "00D000000000001AAA", "sentAt": NOON, "events": []}
    with pytest.raises(NotProven):
        connector().verify(signed("Caseroom_Events", "/salesforce/events", body, "desk"))
    with pytest.raises(NotProven):
        connector().agent(signed("Caseroom_Agents", "/salesforce/agent/code", body, "hook"))


def test_a_formula_makes_the_published_signature():
    # RFC 4231, test case 2.
    values = {"C": {"Body": b"what do ya want for nothing?", "SigningKey": "Jefe"}}
    made = evaluate("{!HEX(HMAC('SHA-256', $Credential.C.Body, BLOB($Credential.C.SigningKey)))}", values)
    assert made == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert made == hmac.new(b"Jefe", values["C"]["Body"], hashlib.sha256).hexdigest()
