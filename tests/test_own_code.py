"""Watchword runs its own code and that of its locked packages, nothing fetched, typed or kept (threat T11)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("agent", "checks", "config", "installers")
#: What makes code of text or of data, and modules that do.
CALLS = frozenset({"exec", "eval", "compile", "__import__"})
MODULES = frozenset(
    {
        "code", "codeop", "dill", "imp", "importlib.machinery", "jsonpickle", "marshal", "pickle", "runpy", "shelve",
        "zipimport",
    }
)  # fmt: skip
#: What makes a module of any file.
LOADERS = frozenset({"spec_from_file_location", "spec_from_loader", "module_from_spec", "exec_module", "load_module"})
#: What hands a text to a shell.
SHELLS = frozenset({"system", "popen", "getoutput", "getstatusoutput"})


def sources() -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(found) > 200
    return [*found, ROOT / "start.py"]


def wrong(tree: ast.AST) -> Iterator[str]:
    """Everything in a module that would run what it should not, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"{node.lineno}: import {name.name}" for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            yield from (f"{node.lineno}: import {name}" for name in names if name in MODULES)
        elif isinstance(node, ast.Call) and _is_wrong(node):
            yield f"{node.lineno}: {ast.unparse(node)}"


def _is_wrong(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if "import_module" in (name, attribute):
        return not _is_ours(call.args[0])
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    through_a_shell = any(
        word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
        for word in call.keywords
    )
    loads = name in CALLS | LOADERS or attribute in LOADERS
    return loads or (owner in ("os", "subprocess") and attribute in SHELLS) or through_a_shell


def _is_ours(module: ast.expr) -> bool:
    """Whether the name of a module begins with one of our own folders, whatever comes after."""
    if not isinstance(module, ast.JoinedStr):
        return False
    first = module.values[0]
    if isinstance(first, ast.FormattedValue):
        return isinstance(first.value, ast.Name) and first.value.id == "__name__"
    return isinstance(first, ast.Constant) and str(first.value).startswith(tuple(f"{folder}." for folder in FOLDERS))


def test_no_text_and_no_data_is_run_as_code() -> None:
    found = {str(path.relative_to(ROOT)): list(wrong(ast.parse(path.read_bytes()))) for path in sources()}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "exec(answer.body)",
        "value = eval(text)",
        "compile(text, 'x', 'exec')",
        "import pickle",
        "from importlib import machinery",
        "from importlib.machinery import SourceFileLoader",
        "importlib.util.spec_from_file_location('x', path)",
        "spec.loader.exec_module(module)",
        "import_module(name)",
        "importlib.import_module(f'{name}.x')",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.getoutput(text)",
    ],
)
def test_what_would_do_so_is_found(source: str) -> None:
    assert len(list(wrong(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "re.compile(text)",
        "import_module(f'agent.cli.{name}')",
        "import_module(f'{__name__}.{name}')",
        "importlib.util.find_spec('x')",
        "platform.system()",
        "run(argv, shell=False)",
    ],
)
def test_and_what_only_looks_like_it_is_not(source: str) -> None:
    assert list(wrong(ast.parse(source))) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_has_one_version_and_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="ascii").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(packages) > 30
    for package in packages:
        assert package.partition(";")[0].split()[0].count("==") == 1, package
        assert "--hash=sha256:" in package, package
