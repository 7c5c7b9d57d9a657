"""A context server over stdio, asked line by line. Standard library only."""

import json
import os
import queue
import subprocess
import threading
import time

DEADLINE = 60.0


class Failed(Exception):
    """Something that must hold did not."""


class Server:
    def __init__(self, binary, root, scratch, toolsets="all", **identity):
        environment = {
            **os.environ,
            "YMERA_HOME": os.path.join(scratch, "home"),
            "YMERA_CACHE": os.path.join(scratch, "cache"),
        }
        self.log = open(os.path.join(scratch, "log"), "ab")
        self.process = subprocess.Popen(
            [binary, "--root", root, "--toolsets", toolsets],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment,
            **identity,
        )
        self.pid = self.process.pid
        self.answers = queue.Queue()
        self.last_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        self.request(
            "initialize",
            {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "soak", "version": "1"},
            },
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _read(self):
        for line in self.process.stdout:
            self.answers.put(json.loads(line))
        self.answers.put(None)

    def _send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def send(self, method, params):
        self.last_id += 1
        self._send({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params})
        return self.last_id

    def receive(self, number):
        ends = time.monotonic() + DEADLINE
        while True:
            try:
                message = self.answers.get(timeout=max(0.001, ends - time.monotonic()))
            except queue.Empty:
                raise Failed(f"process {self.pid} did not answer in {DEADLINE} s") from None
            if message is None:
                raise Failed(f"process {self.pid} ended instead of answering")
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise Failed(f"process {self.pid} answered {message['error']}")
                return message["result"]

    def request(self, method, params):
        return self.receive(self.send(method, params))

    def start_ask(self, tool, **arguments):
        return self.send("tools/call", {"name": tool, "arguments": arguments})

    def take(self, number):
        result = self.receive(number)
        if result.get("isError"):
            raise Failed(f"a tool failed: {result['content'][0]['text']}")
        return result["structuredContent"]

    def ask(self, tool, **arguments):
        return self.take(self.start_ask(tool, **arguments))

    def wait_complete(self, timeout=DEADLINE * 5):
        ends = time.monotonic() + timeout
        while True:
            answer = self.ask("find_symbol", name="no_such_name_at_all")
            if answer["index"]["complete"]:
                return answer["index"]
            if time.monotonic() > ends:
                raise Failed(f"never complete: {answer['index']}")
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def peak_mib(self):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        raise Failed("no peak memory is told")


def writer_of(lock):
    """The process that holds a lock file, as /proc/locks tells without touching it."""
    try:
        status = os.stat(lock)
    except FileNotFoundError:
        return None
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with open("/proc/locks") as locks:
        for line in locks:
            words = line.split()
            if words[1] == "FLOCK" and words[5] == wanted:
                return int(words[4])
    return None


def spread(seconds):
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
    return f"min {ordered[0] * 1000:.0f}, median {at(0.5):.0f}, p95 {at(0.95):.0f}, max {ordered[-1] * 1000:.0f} ms"
