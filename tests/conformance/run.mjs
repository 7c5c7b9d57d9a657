// Runs the official MCP conformance suite against the fixture server over every
// transport, and compares the outcome with expected-failures.json.
//
//   node run.mjs --suite DIR --server COMMAND [--transports stdio,ws,http] [--json]
//
// Exit: 0 as expected, 1 unexpected failures or stale expectations, 2 wrong usage or
// something missing. Needs Node 22 (the suite does); no packages of its own.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { startBridge } from './bridge.mjs';
import { VERSION, openSuite, runRevision } from './suite.mjs';
import { count, judge, malformed } from './verdict.mjs';

const REVISIONS = ['2025-11-25', '2026-07-28'];
const TRANSPORTS = ['stdio', 'ws', 'http'];
const READY_MS = 30_000;

/** Starts the server on a port of its own -> what its ready line says, and how to end it. */
async function listen([command, ...rest]) {
  const child = spawn(command, [...rest, '--listen', '127.0.0.1:0', '--no-token'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = new Promise((resolve) => { child.once('exit', resolve); child.once('error', resolve); });
  const close = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };
  try {
    const line = await Promise.race([
      new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      gone.then(() => { throw new Error(`${command} ended before it was ready`); }),
      new Promise((_, reject) => { setTimeout(() => reject(new Error(`${command} was not ready in time`)), READY_MS).unref(); }),
    ]);
    return { ...JSON.parse(line), close };
  } catch (why) {
    await close();
    throw why;
  }
}

/** What the suite talks to for one transport: a URL, problems seen beside HTTP, an end. */
async function open(transport, server) {
  if (transport === 'stdio') return startBridge({ stdio: server });
  const listening = await listen(server);
  if (transport === 'http') return { url: listening.http, problems: [], close: listening.close };
  const bridge = await startBridge({ ws: listening.ws });
  const close = async () => { await bridge.close(); await listening.close(); };
  return { url: bridge.url, problems: bridge.problems, close };
}

async function runTransport(cli, transport, server) {
  const target = await open(transport, server);
  const results = {};
  try {
    for (const revision of REVISIONS) results[revision] = await runRevision(cli, target.url, revision);
  } finally {
    await target.close();
  }
  return { results, problems: target.problems };
}

const tasksOnly = (scenarios) =>
  Object.fromEntries(Object.entries(scenarios).filter(([name]) => name.startsWith('tasks-')));

/** One row for a revision, and one for the tasks extension inside it if it has any. */
function rows(transport, revision, scenarios) {
  const tasks = tasksOnly(scenarios);
  const all = [{ transport, revision, ...count(scenarios) }];
  if (Object.keys(tasks).length) all.push({ transport, revision: '  of it tasks', ...count(tasks) });
  return all;
}

function printTable(report) {
  const line = (...cells) => console.log(cells.map((cell, i) => String(cell).padEnd([10, 15, 18, 0][i])).join(''));
  console.log(`conformance suite ${VERSION}`);
  line('transport', 'revision', 'scenarios', 'checks');
  for (const { transport, revision, passed, failed, checks } of report.rows) {
    line(transport, revision, `${passed} ok, ${failed} bad`, `${checks.passed} ok, ${checks.failed} bad, ${checks.warnings} warned`);
  }
  for (const f of report.unexpected) console.log(`UNEXPECTED ${f.transport} ${f.revision} ${f.scenario} ${f.check}: ${f.error.slice(0, 300)}`);
  for (const e of report.stale) console.log(`STALE ${e.transport} ${e.revision} ${e.scenario} ${e.check}: it passes; remove it from expected-failures.json`);
  for (const p of report.problems) console.log(`PROBLEM ${p}`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string' }, server: { type: 'string' }, json: { type: 'boolean', default: false },
      transports: { type: 'string', default: TRANSPORTS.join(',') },
    },
  });
  const transports = values.transports.split(',');
  if (!values.suite || !values.server || transports.some((name) => !TRANSPORTS.includes(name))) {
    throw new Error('usage: run.mjs --suite DIR --server COMMAND [--transports stdio,ws,http] [--json]');
  }
  const expected = JSON.parse(readFileSync(new URL('expected-failures.json', import.meta.url), 'utf8'));
  const cli = openSuite(values.suite);
  const results = {};
  const problems = malformed(expected);
  for (const transport of transports) {
    const outcome = await runTransport(cli, transport, values.server.split(/\s+/));
    results[transport] = outcome.results;
    problems.push(...outcome.problems.map((problem) => `${transport}: ${problem}`));
  }
  const table = Object.entries(results).flatMap(([transport, revisions]) =>
    Object.entries(revisions).flatMap(([revision, scenarios]) => rows(transport, revision, scenarios)));
  const report = { rows: table, problems, ...judge(results, expected) };
  const good = !problems.length && !report.unexpected.length && !report.stale.length;
  if (values.json) {
    const counts = Object.fromEntries(Object.entries(results).map(([transport, revisions]) => [transport,
      Object.fromEntries(Object.entries(revisions).map(([revision, scenarios]) => [revision,
        { ...count(scenarios), tasks: count(tasksOnly(scenarios)), scenarios }]))]));
    console.log(JSON.stringify({ suite: VERSION, ok: good, transports: counts, ...judge(results, expected), problems }));
  } else {
    printTable(report);
  }
  return good ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (why) {
  console.error(`conformance: ${why.message}`);
  process.exitCode = 2;
}
