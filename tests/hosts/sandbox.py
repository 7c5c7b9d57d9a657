"""Where a host runs: a throw-away home, a scrubbed environment, no network but loopback.

Only processes started here are ended, by their own process group.
"""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INSIDE = "YMERA_HOST_TESTS_ISOLATED"
QUIET = (
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
    "NO_UPDATE_NOTIFIER",
)


def isolate():
    """Starts this program again in a network namespace of its own, where the system lets us.

    Without one the tests run on the plain loopback interface: nothing in them needs more.
    """
    if os.environ.get(INSIDE):
        loopback_up()
        return
    probe = ["unshare", "-rn", "true"]
    if shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-rn", sys.executable, *sys.argv])
    print("hosts: no network namespace here; running on plain loopback", flush=True)


def loopback_up():
    """A new namespace has a loopback interface, but it is down."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        now = fcntl.ioctl(control, get_flags, struct.pack("16sh", b"lo", 0))
        flags = struct.unpack("16sh", now[:18])[1]
        fcntl.ioctl(control, set_flags, struct.pack("16sh", b"lo", flags | up))


class Sandbox:
    """A folder that is the home of every program started in it."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ymera-hosts-"))
        self.home, self.temporary = self.folder / "home", self.folder / "tmp"
        self.home.mkdir()
        self.temporary.mkdir()
        state = {"YMERA_HOME": self.folder / "state", "YMERA_CACHE": self.folder / "cache"}
        self.server_env = {name: str(path) for name, path in state.items()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def env(self, **extra):
        """What a program started here sees: nothing of the caller's keys and settings."""
        kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        quiet = dict.fromkeys(QUIET, "1")
        # Claude Code keeps files in a folder of /tmp named after the user id unless told.
        temporary = dict.fromkeys(("TMPDIR", "CLAUDE_CODE_TMPDIR"), str(self.temporary))
        own = {"HOME": str(self.home), "MCP_INSPECTOR_SECRET_STORE": "memory", **temporary}
        return {**kept, **own, **quiet, **self.server_env, **extra}

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))
        return path

    def run(self, argv, cwd=None, timeout_s=150, **extra):
        """-> (exit code, everything it printed). Code 124 when its time ran out."""
        process = subprocess.Popen(
            [str(part) for part in argv],
            cwd=cwd or self.folder,
            env=self.env(**extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout_s)
            return process.returncode, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            end_group(process, signal.SIGKILL)
            output, _ = process.communicate()
            return 124, output.decode(errors="replace")

    @contextlib.contextmanager
    def listening(self, server, *flags, timeout_s=30):
        """Starts a server with `--listen` -> what its ready line says."""
        argv = [*server, "--listen", "127.0.0.1:0", *flags]
        process = subprocess.Popen(
            argv,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield json.loads(first_line(process, timeout_s))
        finally:
            end_group(process, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                end_group(process, signal.SIGKILL)
                process.wait()


def first_line(process, timeout_s):
    """The line with which a server says that it is ready."""
    line, deadline = b"", time.monotonic() + timeout_s
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise TimeoutError(f"no ready line from {process.args} within {timeout_s} s")
        if not (byte := os.read(process.stdout.fileno(), 1)):
            raise EOFError(f"{process.args} ended before it was ready")
        line += byte
    return line


def end_group(process, how):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
