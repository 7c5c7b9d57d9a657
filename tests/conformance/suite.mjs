// The official suite as a function: run one revision's frozen requirement set against a
// URL and bring back every scenario and check.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const VERSION = '0.2.0-alpha.12';
const MAX_RUN_MS = 6 * 60_000; // A run takes about 10 s; each scenario has 30 s.

/** The suite installed under `folder`, or an error that says what is wrong. */
export function openSuite(folder) {
  const root = join(folder, 'node_modules/@modelcontextprotocol/conformance');
  if (!existsSync(root)) throw new Error(`no conformance suite in ${folder}; run scripts/install-hosts`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (version !== VERSION) throw new Error(`conformance suite is ${version}, not ${VERSION}; run scripts/install-hosts`);
  return join(root, 'dist/index.js');
}

function run(cli, rest) {
  const child = spawn(process.execPath, [cli, ...rest], { stdio: ['ignore', 'pipe', 'pipe'], timeout: MAX_RUN_MS });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { text += chunk; });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

/** The names of all server scenarios that a revision's set runs, scored or not. */
export async function required(cli, revision) {
  const { code, text } = await run(cli, ['list', '--server', '--requirements', revision]);
  const names = [];
  let part = '';
  for (const line of text.split('\n')) {
    part = /^(\S.*):/.exec(line)?.[1] ?? part;
    const [, name, role] = /^\s+- (\S+)(?: \[(\w+)\])?$/.exec(line) ?? [];
    const server = role ? role === 'server' : part.startsWith('Server scenarios');
    if (name && server) names.push(name);
  }
  if (code !== 0 || !names.length) throw new Error(`the suite lists nothing for ${revision}: ${text}`);
  return names;
}

const COUNTED = { FAILURE: 'failed', SUCCESS: 'passed', WARNING: 'warnings' };

/** What a run left behind: DIR/server-SCENARIO-TIME/checks.json. */
function collect(folder) {
  const found = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = /^server-(.*?)-\d{4}-\d\d-\d\dT/.exec(entry.name)?.[1];
    if (!entry.isDirectory() || !name) continue;
    let checks;
    try { checks = JSON.parse(readFileSync(join(folder, entry.name, 'checks.json'), 'utf8')); } catch {
      checks = [{ id: 'scenario-ended-early', status: 'FAILURE', errorMessage: 'the scenario threw' }];
    }
    found[name] = { passed: 0, failed: 0, warnings: 0, skipped: 0, failures: [] };
    for (const { id, status, errorMessage } of checks.filter((check) => check.status !== 'INFO')) {
      found[name][COUNTED[status] ?? 'skipped']++;
      if (status === 'FAILURE') found[name].failures.push({ check: id, error: errorMessage ?? '' });
    }
  }
  return found;
}

/** Runs one revision's set; a scenario that left no result is a failure of its own. */
export async function runRevision(cli, url, revision) {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-conformance-'));
  try {
    const names = await required(cli, revision);
    const { text } = await run(cli, ['server', '--url', url, '--requirements', revision, '-o', folder]);
    const found = collect(folder);
    for (const name of names.filter((name) => !found[name])) {
      const error = `no result; the suite ended with: ${text.trim().slice(-300)}`;
      found[name] = { passed: 0, failed: 1, warnings: 0, skipped: 0, failures: [{ check: 'scenario-did-not-run', error }] };
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
