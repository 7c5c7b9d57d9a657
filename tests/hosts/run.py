#!/usr/bin/env python3
"""Drives real MCP hosts, offline, against our context server.

    run.py [--server COMMAND] [--only REGEX]

The server is `ymera-context` from the debug build unless told otherwise; `--root` and,
for WebSocket, `--listen` are added. One line per case; exit 1 when one fails, 2 when a
host is not installed (scripts/install-hosts puts them in place).
"""

import argparse
import json
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

from model import ScriptedModel
from sandbox import Sandbox, isolate

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "fixtures/repos/tiny-shop"
PLUGIN = ROOT / "claude-config"
HOSTS = ("claude", "qodercli", "gemini", "inspector")
TOOLS = {"explore_code", "search_code", "find_symbol", "map_project"}

# The symbol asked for, and the text of the line that defines it.
SYMBOL, PLACE = "reserve_stock", "catalog/src/stock.rs"
DEFINITION = "pub fn reserve_stock"


class Failed(Exception):
    """A case did not hold; the message says what was seen."""


def check(holds, seen):
    if not holds:
        raise Failed(str(seen)[-1500:])


def check_ends_well(outcome):
    code, output = outcome
    check(code == 0, f"exit {code}: {output}")
    return output


def right_place(result):
    """Whether a find_symbol answer, as the model saw it, holds the definition's place."""
    lines = (SHOP / PLACE).read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if DEFINITION in text)
    try:
        symbols = json.loads(result)["symbols"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(s.get("path") == PLACE and s.get("line") == line for s in symbols)


def drive_claude(sandbox, prompt, turns, arguments, **env):
    """One headless run -> the scripted model, with what it saw."""
    with ScriptedModel(turns) as model:
        fixed = ["--model", "sonnet", "--output-format", "stream-json", "--verbose"]
        outcome = sandbox.run(
            ["claude", "-p", prompt, *fixed, *arguments],
            cwd=SHOP,
            ANTHROPIC_BASE_URL=model.base_url,
            ANTHROPIC_API_KEY="scripted-model-needs-no-key",
            ENABLE_TOOL_SEARCH="false",
            **env,
        )
        check_ends_well(outcome)
        return model


def find_through_claude(sandbox, server):
    """Claude Code with one configured server: lists our tools and finds the symbol."""
    config = sandbox.write("mcp.json", {"mcpServers": {"context": server}})
    turns = [{"tool": "context__find_symbol$", "args": {"name": SYMBOL}}, {"text": "{last}"}]
    options = ["--mcp-config", config, "--strict-mcp-config"]
    model = drive_claude(sandbox, "go", turns, [*options, "--allowedTools", "mcp__context__*"])
    offered = {name.rpartition("__")[2] for name in model.offered if "__context__" in name}
    check(TOOLS <= offered, f"offered: {model.offered}")
    check(model.results and right_place(model.results[0]), f"results: {model.results}")
    check(model.final == model.results[0], f"final: {model.final}")


def rooted(server):
    return [*server, "--root", str(SHOP)]


def stdio(sandbox, server):
    command, *arguments = rooted(server)
    return {"type": "stdio", "command": command, "args": arguments, "env": sandbox.server_env}


def claude_over_stdio(sandbox, server):
    find_through_claude(sandbox, stdio(sandbox, server))


def claude_over_websocket(sandbox, server):
    with sandbox.listening(rooted(server)) as ready:
        token = Path(ready["token_file"]).read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        find_through_claude(sandbox, {"type": "ws", "url": ready["ws"], "headers": headers})


def claude_with_the_plugin(sandbox, server):
    """The plugin's command reaches the model, and its server answers."""
    # The plugin starts `ymera-context` by name and passes no root: the server finds the
    # project that the host has open.
    launcher = sandbox.folder / "bin/ymera-context"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join(server)} "$@"\n')
    launcher.chmod(0o755)
    turns = [
        {"tool": "ymera_context__explore_code$", "args": {"query": "who reserves stock"}},
        {"tool": "ymera_context__find_symbol$", "args": {"name": SYMBOL}},
        {"text": "{last}"},
    ]
    options = ["--plugin-dir", PLUGIN, "--allowedTools", "mcp__plugin_ymera_context__*"]
    path = f"{launcher.parent}:{os.environ['PATH']}"
    question = "/ymera:explore who reserves stock"
    model = drive_claude(sandbox, question, turns, options, PATH=path)
    prompt = "\n".join(model.prompts)
    check("Call `explore_code` with the question" in prompt, f"prompts: {prompt}")
    check("who reserves stock" in prompt, f"prompts: {prompt}")
    check(len(model.results) == 2 and right_place(model.results[1]), f"results: {model.results}")


def claude_validates_the_plugin(sandbox, _):
    for folder in (PLUGIN, ROOT):
        command = ["claude", "plugin", "validate", "--strict", folder]
        output = check_ends_well(sandbox.run(command))
        check("Validation passed" in output, output)


def qoder_validates_the_plugin(sandbox, _):
    command = ["qodercli", "plugin", "validate", "--strict", PLUGIN]
    output = check_ends_well(sandbox.run(command))
    check("is valid" in output, output)


def gemini_validates_the_extension(sandbox, _):
    command = ["gemini", "extensions", "validate", PLUGIN / "gemini"]
    output = check_ends_well(sandbox.run(command))
    check("successfully validated" in output, output)


def listed_by_qoder(sandbox, server):
    project = sandbox.write("project/.mcp.json", {"mcpServers": {"context": server}}).parent
    output = check_ends_well(sandbox.run(["qodercli", "mcp", "list"], cwd=project))
    check(re.search(r"context: .* - Connected", output), output)


def qoder_connects_over_stdio(sandbox, server):
    listed_by_qoder(sandbox, stdio(sandbox, server))


def qoder_connects_over_websocket(sandbox, server):
    # Qoder sends no headers with a WebSocket, so it cannot show a token.
    with sandbox.listening(rooted(server), "--no-token") as ready:
        listed_by_qoder(sandbox, {"type": "ws", "url": ready["ws"]})


def inspector_lists_portable_tools(sandbox, server):
    for era in ("legacy", "modern"):
        command = ["inspector", "--cli", *rooted(server), "--method", "tools/list", "--strict"]
        outcome = sandbox.run([*command, "--protocol-era", era, "--format", "json", "-q"])
        output = check_ends_well(outcome)
        check(all(f'"{tool}"' in output for tool in TOOLS), f"{era}: {output}")


CASES = (
    claude_over_stdio,
    claude_over_websocket,
    claude_with_the_plugin,
    claude_validates_the_plugin,
    qoder_validates_the_plugin,
    qoder_connects_over_stdio,
    qoder_connects_over_websocket,
    gemini_validates_the_extension,
    inspector_lists_portable_tools,
)


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=str(target.resolve() / "debug/ymera-context"))
    parser.add_argument("--only", default="", help="cases whose name matches this expression")
    options = parser.parse_args()
    missing = [host for host in HOSTS if not shutil.which(host)]
    if missing:
        print(f"hosts: not installed: {', '.join(missing)}; run scripts/install-hosts")
        return 2
    server = shlex.split(options.server)
    if not shutil.which(server[0]):
        print(f"hosts: no {server[0]}; run `cargo build --workspace --bins`, or give --server")
        return 2
    isolate()
    failed = 0
    for case in (case for case in CASES if re.search(options.only, case.__name__)):
        started = time.monotonic()
        try:
            with Sandbox() as sandbox:
                case(sandbox, server)
            verdict = "ok    "
        except Exception as why:  # Whatever it was, the other cases still run.
            failed += 1
            verdict = f"FAILED ({type(why).__name__}: {why})\n      "
        name = case.__name__.replace("_", " ")
        print(f"hosts: {verdict} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
