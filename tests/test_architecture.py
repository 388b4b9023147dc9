"""The rules of the house that a machine can hold: who imports whom, and what is generated is up to date."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
SERVICE = CHECKOUT / "service"
MODULES = sorted((SERVICE / "routehub").rglob("*.py"))
NOTHING_SAYING = {"handlers", "managers", "helpers", "utils", "util", "service", "services", "common", "misc"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=100
    )


def module_name(file: Path) -> str:
    root = next(root for root in (SERVICE, CHECKOUT / "schemas") if file.is_relative_to(root))
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[str]:
    """The absolute names of the modules that a file may import, `from a import b` as both `a` and `a.b`."""
    package = module_name(file).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def siblings(file: Path, family: str) -> set[str]:
    """Members of a family (`routehub.boards`) that a file of another member imports."""
    own = module_name(file)
    if not own.startswith(f"{family}."):
        return set()
    member = own.removeprefix(f"{family}.").split(".")[0]
    named = {name.removeprefix(f"{family}.").split(".")[0] for name in imports(file) if name.startswith(f"{family}.")}
    return named - {member}


def test_imports_follow_the_way_of_a_message():
    done = run("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_committed_schemas_are_what_the_payloads_say():
    done = run("-m", "routehub_schemas.export", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_vendored_files_are_what_their_lists_say():
    done = run("tools/vendor.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_boards_do_not_know_each_other():
    family = "routehub.boards"
    shared = {file.stem for file in (SERVICE / "routehub/boards").glob("*.py")}
    found = {module_name(file): siblings(file, family) - shared for file in MODULES}
    assert {name: named for name, named in found.items() if named} == {}


def test_channels_know_only_their_base():
    family = "routehub.delivery.channels"
    found = {module_name(file): siblings(file, family) - {"base"} for file in MODULES if file.name != "__init__.py"}
    assert {name: named for name, named in found.items() if named} == {}


def test_kinds_do_not_know_each_other():
    family = "routehub_schemas.kinds"
    files = sorted((CHECKOUT / "schemas/routehub_schemas/kinds").rglob("*.py"))
    found = {module_name(file): siblings(file, family) for file in files}
    assert {name: named for name, named in found.items() if named} == {}


def test_only_a_package_s_own_files_touch_its_tables():
    """Others ask its queries. What stands beside the packages (`app`, `tables`, `migrate`) may name all tables."""
    strangers = {
        (module_name(file), name)
        for file in MODULES
        for name in imports(file)
        if name.startswith("routehub.")
        and name.endswith(".tables")
        and not module_name(file).startswith(f"{name.removesuffix('.tables')}.")
        and module_name(file) != name.removesuffix(".tables")
        and module_name(file).count(".") > 1
    }
    assert strangers == set()


@pytest.mark.parametrize("root", ["schemas", "service", "clients/python"])
def test_things_are_called_by_what_they_are(root: str):
    named = {path.stem for path in (CHECKOUT / root).rglob("*.py")}
    named |= {path.parent.name for path in (CHECKOUT / root).rglob("__init__.py")}
    assert named & NOTHING_SAYING == set()


def test_the_contract_needs_pydantic_and_nothing_else():
    code = (
        "import sys; from routehub_schemas.registry import Registry; Registry.shipped();"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    named = set(done.stdout.split())
    assert named & {"sqlalchemy", "sqlmodel", "starlette", "fastapi", "httpx", "routehub", "typer"} == set()
