"""A scripted model on loopback, in place of the LLM: a real host can be driven offline.

It speaks the Anthropic Messages API, streaming or not, and answers from a list of turns:

    {"tool": "REGEX", "args": {...}}   call the first offered tool whose name matches
    {"text": "..."}                    end; "{last}" becomes the last tool result

Which turn is due follows from the number of tool results that a request already holds,
so a host's retries change nothing. Requests that offer no tools (titles, summaries)
get the text "ok".
"""

import gzip
import http.server
import json
import re
import threading


def flat(content):
    """The text of a message's content, as the model would read it."""
    if isinstance(content, list):
        return "".join(flat(part) for part in content)
    if isinstance(content, dict):
        return flat(content.get("text") or content.get("content") or "")
    return str(content or "")


class ScriptedModel:
    """Serves one script on a port of its own while the context is open.

    Afterwards `offered` are the tools that the host offered, `results` the tool results
    as the model saw them, `prompts` the user's texts, and `final` the closing text.
    """

    def __init__(self, turns):
        self.turns = turns
        self.offered, self.results, self.prompts, self.final = [], [], [], None
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request):
        """One content block for one request."""
        names = [tool.get("name") or "" for tool in request.get("tools") or []]
        if not names:
            return {"type": "text", "text": "ok"}
        results, prompts = [], []
        for message in request.get("messages", []):
            parts = message.get("content")
            for part in parts if isinstance(parts, list) else [{"type": "text", "text": parts}]:
                if part.get("type") == "tool_result":
                    results.append(flat(part.get("content")))
                elif part.get("type") == "text" and message.get("role") == "user":
                    prompts.append(part["text"])
        turn = self.turns[min(len(results), len(self.turns) - 1)]
        with self._lock:
            self.offered, self.prompts = names, prompts
            if len(results) >= len(self.results):
                self.results = results
            if "text" in turn:
                self.final = turn["text"].replace("{last}", results[-1] if results else "")
                return {"type": "text", "text": self.final}
        name = next((name for name in names if re.search(turn["tool"], name)), turn["tool"])
        call = f"toolu_{len(results)}"
        return {"type": "tool_use", "id": call, "name": name, "input": turn.get("args", {})}

    def _handler(model):  # noqa: N805: `self` is the request's handler below
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, body, kind="application/json", status=200):
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self):
                self.reply(b"")

            def do_GET(self):
                self.reply(json.dumps({"data": [], "has_more": False}).encode())

            def body(self):
                if (length := self.headers.get("content-length")) is not None:
                    raw = self.rfile.read(int(length))
                else:
                    raw = b""
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        raw += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                if self.headers.get("content-encoding") == "gzip":
                    raw = gzip.decompress(raw)
                return json.loads(raw or b"{}")

            def do_POST(self):
                request, path = self.body(), self.path.split("?")[0]
                if path.endswith("/count_tokens"):
                    return self.reply(b'{"input_tokens": 1000}')
                if not path.endswith("/messages"):
                    error = {"error": {"type": "not_found_error", "message": path}}
                    return self.reply(json.dumps(error).encode(), status=404)
                message = envelope(request, model.answer(request))
                if not request.get("stream"):
                    return self.reply(json.dumps(message).encode())
                return self.reply(stream(message), "text/event-stream")

        return Handler


def envelope(request, block):
    """The block as a whole message."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.get("model"),
        "content": [block],
        "stop_reason": "tool_use" if block["type"] == "tool_use" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 20},
    }


def stream(message):
    """The message as server-sent events."""
    (block,) = message["content"]
    if block["type"] == "tool_use":
        start = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        start = {**block, "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    opening = {**message, "content": [], "stop_reason": None}
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events = [
        {"type": "message_start", "message": opening},
        {"type": "content_block_start", "index": 0, "content_block": start},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
    ]
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "".join(lines).encode()
