"""docker-compose.yml, .env.example, Makefile and README name what is really there.

No container runs here: every command, port and variable is compared with the code that reads it.
"""

import importlib
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.credentials import Credentials
from deploy.local.environment import service_environment
from deploy.local.parts import CONTRACT_PORTS, SERVICE_PORTS, SERVICES
from shared.db.migrations import relay_role, service_role
from shared.http import ServiceSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
# Read by libraries, not by a settings class.
LIBRARY_VARIABLES = {"OTEL_EXPORTER_OTLP_ENDPOINT"}
# What one stack alone is asked on the command line or by `make`.
COMMAND_VARIABLES = {"DATABASE_URL", "VISITS", "RATE", "KEEP", "CLEARINGHOUSE_API_KEY"}


def settings_class(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    (found,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, ServiceSettings)
        and value.__module__ == module.__name__
    ]
    return found


def variables_of(service: str) -> dict[str, bool]:
    """Environment variable -> whether it is required, as the settings class reads them."""
    settings = settings_class(service)
    prefix = settings.model_config.get("env_prefix", "")
    return {
        str(field.validation_alias or f"{prefix}{name}").upper(): field.is_required()
        for name, field in settings.model_fields.items()
    }


def test_compose_runs_the_seven_services_and_what_they_need() -> None:
    assert set(PARTS) == {*SERVICES, "migrate", "kafka", "postgres"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_its_own_module_on_the_port_of_the_contract(service: str) -> None:
    part = PARTS[service]
    assert part["command"] == ["python", "-m", f"services.{service}.app"]
    assert find_spec(f"services.{service}.app") is not None
    port = CONTRACT_PORTS[service]
    assert part["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert part["environment"][f"{service.upper()}_PORT"] == port


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_the_variables_it_reads_and_no_others(service: str) -> None:
    given = set(PARTS[service]["environment"]) - LIBRARY_VARIABLES
    read = variables_of(service)
    assert given <= set(read), "variables nobody reads"
    assert {name for name, required in read.items() if required} <= given, "missing variables"
    assert {"JWKS_URL", "JWKS_FILE"} & given, "nowhere to read the issuer's keys from"


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_settings_accept_what_compose_gives(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = "k1:" + "A" * 43 + "="
    for name, value in PARTS[service]["environment"].items():
        filled = re.sub(r"\$\{\w+(?::-([^}]*)|[^}]*)\}", lambda m: m[1] or "x", str(value))
        monkeypatch.setenv(name, keyring if name.endswith("_KEYS") else filled)
    assert settings_class(service)().port == SERVICE_PORTS[service]


@pytest.mark.parametrize("service", SERVICES)
def test_the_local_stack_gives_a_service_what_it_reads_and_no_others_secrets(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:secret@db/x")
    inherited = set(os.environ)
    given = service_environment(
        service,
        owner_url="postgresql://owner:secret@db/x",
        bootstrap="127.0.0.1:9",
        idempotence=True,
        ports=CONTRACT_PORTS,
        home=tmp_path,
        credentials=Credentials(tmp_path / "credentials.json"),
    )
    read = variables_of(service)
    assert {name for name, required in read.items() if required} <= set(given)
    assert set(given) - inherited <= set(read) | {"PYTHONUNBUFFERED"}
    assert not [name for name, value in given.items() if "owner:secret" in value]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_connects_as_its_own_roles(service: str) -> None:
    for variables in (PARTS[service]["environment"], PARTS["migrate"]["environment"]):
        prefix = service.upper()
        assert f"//{service_role(service)}:" in variables[f"{prefix}_DATABASE_URL"]
        assert f"//{relay_role(service)}:" in variables[f"{prefix}_RELAY_DATABASE_URL"]
    others = [name for name in SERVICES if name != service]
    given = PARTS[service]["environment"]
    assert not [name for name in given if name.startswith(tuple(f"{o.upper()}_" for o in others))]
    assert "DATABASE_URL" not in given, "no service holds the owner's password"


def test_the_migration_runs_once_before_the_services_and_as_the_owner() -> None:
    migrate = PARTS["migrate"]
    assert migrate["command"] == ["python", "-m", "deploy.local", "migrate"]
    assert migrate["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert "restart" not in migrate
    owner = PARTS["postgres"]["environment"]
    assert f"//{owner['POSTGRES_USER']}:" in migrate["environment"]["DATABASE_URL"]
    assert migrate["environment"]["DATABASE_URL"].endswith(f"/{owner['POSTGRES_DB']}")
    for service in SERVICES:
        waits = PARTS[service]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["kafka"]["condition"] == "service_healthy"


def test_kafka_is_one_node_in_kraft_mode_that_makes_no_topic_by_itself() -> None:
    given = PARTS["kafka"]["environment"]
    assert given["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert given["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    advertised = given["KAFKA_ADVERTISED_LISTENERS"].removeprefix("PLAINTEXT://")
    assert {PARTS[s]["environment"]["KAFKA_BOOTSTRAP"] for s in SERVICES} == {advertised}


def test_the_image_is_built_from_files_that_are_there_on_the_python_of_the_project() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.11", text, re.MULTILINE)
    for source in re.findall(r"^COPY (\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()
    for name in [*SERVICES, "migrate"]:
        build = PARTS[name]["build"]
        assert (ROOT / build["context"] / build["dockerfile"]).exists()


def test_no_secret_stands_in_the_file() -> None:
    for name, part in PARTS.items():
        for variable, value in part.get("environment", {}).items():
            if re.search(r"PASSWORD|KEY|SECRET", variable) and variable != "JWKS_URL":
                assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", str(value)), f"{name}: {variable}"
            if "DATABASE_URL" in variable:
                assert re.search(r":\$\{\w+:\?[^}]*\}@", str(value)), f"{name}: {variable}"


def example_variables() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = [re.fullmatch(r"#? ?([A-Z][A-Z0-9_]*)=(.*)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def test_the_example_environment_lists_every_variable_and_no_secret() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    read = {name for service in SERVICES for name in variables_of(service)}
    listed = example_variables()
    assert set(listed) == asked | read | LIBRARY_VARIABLES | COMMAND_VARIABLES
    secret = re.compile(r"PASSWORD|_KEYS?$|SECRET")
    assert not [name for name, value in listed.items() if secret.search(name) and value]


def test_the_readme_names_targets_and_addresses_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", readme)) <= targets
    for service, port in SERVICE_PORTS.items():
        assert f"[{service}](services/{service}/README.md) | http://127.0.0.1:{port} " in readme
        assert (ROOT / "services" / service / "README.md").exists()


def test_every_target_is_explained_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    rules = [line for line in makefile.splitlines() if re.match(r"^[a-z]+:", line)]
    assert [line for line in rules if " ## " not in line] == []
    wanted = {"setup", "run", "down", "demo", "test", "check", "chaos", "migrate", "schemas"}
    assert wanted <= {line.split(":")[0] for line in rules}


def test_ci_runs_what_make_check_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1].startswith("exec make")
    assert script.read_text().splitlines()[-1].endswith(" check")
