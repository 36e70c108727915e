"""Where a shell of this computer runs, and where something listens: known places, and no others."""

import ast
from pathlib import Path

import connmgr_hil

ROOT = Path(connmgr_hil.__file__).parent
SHELLS = {
    "targets/commands.py",  # a command that the platform file gives as one text
    "targets/labgrid_client.py",  # a fixed text that holds a place while its standard input is open
}
LISTENERS: set[str] = set()
EVALUATORS = {"eval", "exec", "__import__", "system", "popen"}


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def modules() -> list[tuple[str, Path]]:
    return [(path.relative_to(ROOT).as_posix(), path) for path in sorted(ROOT.rglob("*.py"))]


def test_a_shell_is_used_in_known_places_only() -> None:
    found = set()
    for name, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple) and ast.unparse(node).startswith("('sh', '-c'"):
                found.add(name)
            if isinstance(node, ast.keyword) and node.arg == "shell":
                assert isinstance(node.value, ast.Constant), f"{name}:{node.value.lineno}"
                assert node.value.value is False, f"{name}:{node.value.lineno}"
    assert found == SHELLS


def test_nothing_is_evaluated() -> None:
    for name, path in modules():
        for call in calls(path):
            if isinstance(call.func, ast.Name) or called(call) in ("system", "popen"):
                assert called(call) not in EVALUATORS, f"{name}:{call.lineno}"
        assert "import pickle" not in path.read_text(encoding="utf-8"), name


def test_what_listens_is_bound_to_this_computer() -> None:
    listening = set()
    for name, path in modules():
        for call in calls(path):
            if called(call) in ("bind", "create_server") and call.args:
                address = call.args[0]
                if isinstance(address, ast.Tuple):
                    host = address.elts[0]
                    assert isinstance(host, ast.Constant), f"{name}:{call.lineno}"
                    assert host.value == "127.0.0.1", f"{name}:{call.lineno}"
            if called(call) == "listen" and ast.unparse(call).endswith(".listen(1)"):
                listening.add(name)
    assert listening == LISTENERS
