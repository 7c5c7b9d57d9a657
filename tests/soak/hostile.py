"""A repository made to hurt: each thing that is left out must be named with its reason,
questions must be answered, and memory must stay within bounds.

Run as root, the server is started as an ordinary user, since root may read everything.
"""

import argparse
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time

from client import Failed, Server

NOBODY = 65534
MIB = 1 << 20


def write(root, path, data):
    full = os.path.join(os.fsencode(root), os.fsencode(path))
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(data)


def build(root, files):
    """Writes the tree; returns what must be left out, and names that must be found."""
    write(root, "ordinary.py", b"def ordinary():\n    return 1\n")
    line = b"value = 'a line of a file that is much too large'\n"
    write(root, "huge.py", line * (200 * MIB // len(line)))
    write(root, "just_over.js", b"a();" * (MIB // 4 + 1))
    one_line = b"function one_line(){}" + b"a(b,c);" * (MIB // 7 - 10)
    write(root, "minified.js", one_line)
    write(root, "binary.py", b"def binary():\n\0\n" + random.Random(1).randbytes(10_000))
    for name, opening, closing in [("py", b"(", b")"), ("json", b"[", b"]"), ("rs", b"{", b"}"), ("c", b"{", b"}")]:
        write(root, f"deep/nested.{name}", b"x = " + opening * 200_000 + closing * 200_000)
    write(root, "deep/calls.js", b"f(" * 100_000)
    write(root, "/".join(["d"] * 120) + "/too_deep.py", b"def too_deep(): pass\n")
    write(root, "latin.py", b"# caf\xe9 \xff\xfe\ndef latin():\n    pass\n")
    write(root, b"name_\xff.py", b"def no_name(): pass\n")
    write(root, "folder/closed.py", b"def closed(): pass\n")
    write(root, "closed_folder/inner.py", b"def inner(): pass\n")
    os.chmod(os.path.join(root, "folder/closed.py"), 0)
    os.symlink("..", os.path.join(root, "folder/up"))
    os.symlink("loop_b", os.path.join(root, "loop_a"))
    os.symlink("loop_a", os.path.join(root, "loop_b"))
    os.symlink("/etc/passwd", os.path.join(root, "outside.py"))
    os.mkfifo(os.path.join(root, "pipe.py"))
    here = os.getcwd()
    os.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
    os.chdir(here)
    for number in range(files):
        write(root, f"many/file{number}.py", b"def many_%d():\n    return %d\n" % (number, number))
    os.chmod(os.path.join(root, "closed_folder"), 0)
    skipped = {
        "huge.py": "too large",
        "just_over.js": "too large",
        "binary.py": "binary",
        "/".join(["d"] * 100): "too deep",
        "name_\ufffd.py": "name is not Unicode",
        "folder/closed.py": "no permission",
        "closed_folder": "no permission",
        "folder/up": "symbolic link",
        "loop_a": "symbolic link",
        "loop_b": "symbolic link",
        "outside.py": "symbolic link",
        "pipe.py": "not a regular file",
        "socket.py": "not a regular file",
    }
    names = ["ordinary", "one_line", "latin"]
    return skipped, names + ([f"many_{files - 1}"] if files else [])


class Unrest(threading.Thread):
    """Files that go, come and grow while they are read."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.over = root, False

    def run(self):
        turn = 0
        while not self.over:
            for number in range(20):
                path = os.path.join(self.root, f"unrest/file{number}.py")
                if turn % 2:
                    os.remove(path)
                else:
                    write(self.root, path, b"def unrest(): pass\n" * 500)
            with open(os.path.join(self.root, "growing.log"), "ab") as growing:
                growing.write(b"one more line\n" * 2000)
            turn += 1
            time.sleep(0.005)
        shutil.rmtree(os.path.join(self.root, "unrest"), ignore_errors=True)
        # Nothing is left of it that a map could name, or it is too large by now.
        os.truncate(os.path.join(self.root, "growing.log"), 0)


def check(server, skipped, names):
    answer = server.ask("map_project")
    told = {file["path"]: file["reason"] for file in answer["skipped"]}
    if told != skipped:
        wrong = {path: (reason, told.get(path)) for path, reason in skipped.items() if told.get(path) != reason}
        extra = {path: reason for path, reason in told.items() if path not in skipped}
        raise Failed(f"left out otherwise than it should be: wanted and told {wrong}, besides {extra}")
    if answer["index"]["skipped"] != len(skipped):
        raise Failed(f"{answer['index']['skipped']} are counted as left out, not {len(skipped)}")
    for name in names:
        if not server.ask("find_symbol", name=name)["found"]:
            raise Failed(f"`{name}` is not found")
    for name in ["too_deep", "no_name", "closed", "inner"]:
        found = [hit for hit in server.ask("find_symbol", name=name).get("symbols", []) if hit["name"] == name]
        if found:
            raise Failed(f"`{name}` should not be found: {found}")


def run(arguments, scratch):
    root = os.path.join(scratch, "repository")
    os.mkdir(root)
    skipped, names = build(root, arguments.files)
    identity = {}
    if os.geteuid() == 0:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chmod(scratch, 0o755)
        for folder in ("home", "cache"):
            os.mkdir(os.path.join(scratch, folder))
            os.chown(os.path.join(scratch, folder), NOBODY, NOBODY)
    unrest = Unrest(root)
    unrest.start()
    for title in ("cold", "opened again"):
        begun = time.monotonic()
        server = Server(arguments.server, root, scratch, **identity)
        try:
            first = time.monotonic()
            server.ask("search_code", query="ordinary")
            answered = time.monotonic() - first
            if unrest.is_alive():
                time.sleep(3)
                unrest.over = True
                unrest.join()
            status = server.wait_complete(600)
            took = time.monotonic() - begun
            ends = time.monotonic() + 20
            while True:
                try:
                    check(server, skipped, names)
                    break
                except Failed:
                    if time.monotonic() > ends:
                        raise
                    time.sleep(0.05)
            print(
                f"{title}: {status['total']} files, complete after {took:.1f} s, first answer after "
                f"{answered:.2f} s, peak memory {server.peak_mib():.0f} MiB"
            )
        finally:
            server.kill()
    print(f"left out, each with its reason: {len(skipped)} of {len(skipped)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--files", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            run(arguments, scratch)
        except Failed as error:
            sys.exit(f"soak: {error}")
        finally:
            # What was closed must be opened before it can be removed.
            closed = os.path.join(scratch, "repository", "closed_folder")
            if os.path.exists(closed):
                os.chmod(closed, 0o700)


if __name__ == "__main__":
    main()
