// A Streamable HTTP front for an MCP server that speaks stdio or WebSocket, so that the
// official conformance suite, which takes a URL and nothing else, can test it.
//
// It carries every message and rewrites request ids and progress tokens: one shared
// connection for 2026-07-28, one per session before it. It answers for the server only
// where HTTP itself is what is tested: status codes, `Mcp-*` headers, Host and Origin,
// sessions, `initialize` at 2026-07-28, and a closed stream, which becomes
// `notifications/cancelled`. A pass in those says nothing of the server; they are proved
// by the direct HTTP run.
//
// Log messages carry no request id; with several requests open they go to the newest.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const META = 'io.modelcontextprotocol/';
const MODERN = '2026-07-28';

/** One connection to the server under test: `{ stdio: [command, ...arguments] }` or `{ ws: url }`. */
class Backend {
  constructor({ stdio, ws }, onMessage, onProblem) {
    this.onMessage = onMessage;
    this.onProblem = onProblem;
    this.closed = false;
    this.queue = [];
    if (stdio) {
      const [command, ...rest] = stdio;
      this.child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
      this.child.on('error', () => this.end());
      this.child.stdin.on('error', () => {});
      this.child.on('exit', () => this.end());
      createInterface({ input: this.child.stdout }).on('line', (line) => this.incoming(line));
      this.write = (text) => this.child.stdin.write(text + '\n');
    } else {
      this.socket = new WebSocket(ws, ['mcp']);
      this.socket.onopen = () => { for (const text of this.queue) this.socket.send(text); this.queue = null; };
      this.socket.onmessage = (event) => this.incoming(event.data);
      this.socket.onclose = () => this.end();
      this.socket.onerror = () => this.end();
      this.write = (text) => (this.queue ? this.queue.push(text) : this.socket.send(text));
    }
  }
  incoming(text) {
    if (!String(text).trim()) return;
    let message;
    try { message = JSON.parse(text); } catch {
      this.onProblem(`the server sent no JSON: ${String(text).slice(0, 200)}`);
      return;
    }
    this.onMessage(message);
  }
  send(message) { if (!this.closed) this.write(JSON.stringify(message)); }
  end() { if (!this.closed) { this.closed = true; this.onMessage(null); } }
  /** Ends the connection; resolves when a child has gone, killed after 5 s if it must be. */
  async close() {
    if (!this.child) { this.socket.close(); return; }
    if (this.child.exitCode !== null || this.child.signalCode !== null || !this.child.pid) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
  }
}

/**
 * Requests open on one backend, each with its own HTTP response. Ids and
 * progress tokens are made unique towards the server and put back on the way out.
 */
class Link {
  constructor(target, onProblem) {
    this.open = new Map(); // our id -> exchange
    this.next = 1;
    this.backend = new Backend(target, (message) => this.route(message), onProblem);
  }
  request(message, exchange) {
    const id = this.next++;
    exchange.id = message.id;
    exchange.ourId = id;
    this.open.set(id, exchange);
    const params = structuredClone(message.params);
    const token = params?._meta?.progressToken;
    if (token !== undefined) { exchange.token = token; params._meta.progressToken = `bridge-${id}`; }
    this.backend.send({ ...message, id, params });
  }
  cancel(exchange, reason) {
    if (!this.open.delete(exchange.ourId)) return;
    this.backend.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: exchange.ourId, reason } });
  }
  route(message) {
    if (message === null) {
      for (const exchange of this.open.values()) exchange.fail();
      this.open.clear();
      return;
    }
    if (message.method === undefined) {
      const exchange = this.open.get(message.id);
      if (!exchange) return;
      this.open.delete(message.id);
      const result = message.result;
      const meta = result?._meta;
      if (meta && meta[META + 'subscriptionId'] !== undefined) meta[META + 'subscriptionId'] = exchange.id;
      exchange.finish({ ...message, id: exchange.id });
      return;
    }
    const params = message.params;
    let exchange;
    if (message.method === 'notifications/progress') {
      exchange = this.open.get(Number(String(params?.progressToken).replace('bridge-', '')));
      if (exchange) params.progressToken = exchange.token;
    } else if (params?._meta?.[META + 'subscriptionId'] !== undefined) {
      exchange = this.open.get(Number(params._meta[META + 'subscriptionId']));
      if (exchange) params._meta[META + 'subscriptionId'] = exchange.id;
    } else if (message.method === 'notifications/cancelled') {
      return; // a torn down subscription: its response or the closed stream tells
    }
    // On one shared stream nothing says which request a log message or an old
    // server request belongs to: it goes to the newest one, else to the GET stream.
    exchange ??= [...this.open.values()].filter((e) => e.method !== 'subscriptions/listen').at(-1);
    if (exchange) exchange.event(message);
    else this.stray?.(message);
  }
}

/** One HTTP response: plain JSON if the answer comes first, else an event stream. */
class Exchange {
  constructor(response, message, status) {
    this.response = response;
    this.method = message.method;
    this.status = status;
  }
  event(message) {
    if (!this.response.headersSent) {
      this.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', ...this.headers });
    }
    this.response.write(event(message));
  }
  finish(message) {
    if (this.response.headersSent) { this.event(message); this.response.end(); return; }
    json(this.response, this.status(message), message, this.headers);
  }
  fail() {
    if (this.response.headersSent) this.response.end();
    else error(this.response, 502, this.id, -32603, 'The server under test went away');
  }
}

const event = (message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const error = (response, status, id, code, message, data) =>
  json(response, status, { jsonrpc: '2.0', id: id ?? null, error: { code, message, ...(data && { data }) } });

/** HTTP status of an answer at the modern revision. */
const modernStatus = (request) => (answer) => {
  const code = answer.error?.code;
  if (code === -32601) return 404;
  if (code === -32700 || code === -32600 || code === -32021 || code === -32022) return 400;
  const meta = request.params?._meta;
  const incomplete = !meta?.[META + 'protocolVersion'] || !meta?.[META + 'clientCapabilities'];
  return code === -32602 && incomplete ? 400 : 200;
};

/** Why the headers do not fit the body, or undefined. */
function mismatch(headers, message) {
  const version = headers['mcp-protocol-version'];
  const declared = message.params?._meta?.[META + 'protocolVersion'];
  if (!version) return 'MCP-Protocol-Version header is missing';
  if (declared !== undefined && version !== declared) return `MCP-Protocol-Version header is ${version}, the body says ${declared}`;
  if (headers['mcp-method'] !== message.method) return `Mcp-Method header is ${headers['mcp-method']}, the body says ${message.method}`;
  const key = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri', 'tasks/get': 'taskId', 'tasks/update': 'taskId', 'tasks/cancel': 'taskId' }[message.method];
  if (key && message.params?.[key] !== undefined) {
    let name = headers['mcp-name'];
    const encoded = /^=\?base64\?(.*)\?=$/.exec(name ?? '');
    if (encoded) name = Buffer.from(encoded[1], 'base64').toString('utf8');
    if (name !== message.params[key]) return `Mcp-Name header is ${name}, the body says ${message.params[key]}`;
  }
  return undefined;
}

const local = (host) => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '');

/** The HTTP front itself. Ports are always picked by the system. */
class Bridge {
  constructor(target) {
    this.target = target;
    this.problems = []; // what no HTTP answer could carry, such as a line that is no JSON
    this.shared = undefined; // the link of all modern requests
    this.sessions = new Map(); // id -> link of one legacy session
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((why) => {
        this.problems.push(`the bridge failed: ${why.stack}`);
        response.destroy();
      });
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/mcp`;
    return this;
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    const links = [...this.sessions.values(), ...(this.shared ? [this.shared] : [])];
    await Promise.all(links.map((link) => link.backend.close()));
  }

  link() { return new Link(this.target, (problem) => this.problems.push(problem)); }

  async handle(request, response) {
    const { host, origin } = request.headers;
    if (!local(host) || (origin && !local(origin.replace(/^https?:\/\//, '')))) {
      response.writeHead(403).end();
      return;
    }
    const session = this.sessions.get(request.headers['mcp-session-id']);
    if (request.method === 'GET') this.listenStream(session, response);
    else if (request.method === 'DELETE') this.endSession(request.headers['mcp-session-id'], response);
    else await this.post(request, response, session);
  }

  listenStream(session, response) {
    if (!session) { response.writeHead(405, { Allow: 'POST' }).end(); return; }
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    response.flushHeaders();
    session.stray = (message) => response.write(event(message));
    response.on('close', () => { session.stray = undefined; });
  }

  endSession(id, response) {
    const session = this.sessions.get(id);
    response.writeHead(session ? 200 : 404).end();
    this.sessions.delete(id);
    return session?.backend.close();
  }

  async post(request, response, session) {
    let text = '';
    for await (const chunk of request) text += chunk;
    let message;
    try { message = JSON.parse(text); } catch { error(response, 400, null, -32700, 'Parse error'); return; }
    const legacy = session || request.headers['mcp-session-id'] !== undefined
      || (message.method === 'initialize' && !message.params?._meta?.[META + 'protocolVersion']);
    const link = legacy ? this.legacyLink(message, session) : this.modernLink(request, response, message);
    if (link === null) return; // answered above
    if (!link) { error(response, 404, message.id, -32600, 'Unknown session'); return; }
    if (message.id === undefined || message.method === undefined) {
      if (legacy) this.passOn(link, message);
      response.writeHead(202).end();
      return;
    }
    const exchange = new Exchange(response, message, legacy ? () => 200 : modernStatus(message));
    if (message.method === 'initialize') exchange.headers = { 'Mcp-Session-Id': link.sessionId };
    response.on('close', () => link.cancel(exchange, 'the HTTP stream was closed'));
    link.request(message, exchange);
  }

  legacyLink(message, session) {
    if (session || message.method !== 'initialize') return session;
    const link = this.link();
    link.sessionId = randomUUID();
    this.sessions.set(link.sessionId, link);
    return link;
  }

  /** The shared link, or null when the request was already answered. */
  modernLink(request, response, message) {
    if (message.id !== undefined && message.method) {
      const why = mismatch(request.headers, message);
      if (why) { error(response, 400, message.id, -32020, why); return null; }
      if (message.method === 'initialize') { error(response, 404, message.id, -32601, 'Method not found'); return null; }
    }
    if (!this.shared || this.shared.backend.closed) this.shared = this.link();
    return this.shared;
  }

  /** A notification or an answer of the client, with ids as the server knows them. */
  passOn(link, message) {
    if (message.method !== 'notifications/cancelled') { link.backend.send(message); return; }
    const open = [...link.open.values()].find((e) => e.id === message.params?.requestId);
    if (open) link.cancel(open, message.params.reason);
  }
}

/** Puts a bridge before `{ stdio: [command, ...arguments] }` or `{ ws: url }`. */
export const startBridge = (target) => new Bridge(target).listen();
