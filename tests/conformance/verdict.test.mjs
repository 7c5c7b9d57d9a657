import assert from 'node:assert/strict';
import { test } from 'node:test';

import { count, judge, malformed } from './verdict.mjs';

const scenario = (...checks) => ({
  passed: 2, failed: checks.length, warnings: 0, skipped: 1, failures: checks.map((check) => ({ check, error: 'why' })),
});
const results = { stdio: { '2026-07-28': { ping: scenario(), caching: scenario('ttl') } } };
const entry = { transport: 'stdio', revision: '2026-07-28', scenario: 'caching', check: 'ttl', reason: 'known' };

const cases = [
  ['an unlisted failure is unexpected', [], 1, 0],
  ['a listed failure is neither', [entry], 0, 0],
  ['a listed check that passes is stale', [entry, { ...entry, scenario: 'ping' }], 0, 1],
  ['another transport does not excuse it', [{ ...entry, transport: 'ws' }], 1, 0],
  ['what was not run cannot be stale', [entry, { ...entry, revision: '2025-11-25' }], 0, 0],
];
for (const [name, expected, unexpected, stale] of cases) {
  test(name, () => {
    const verdict = judge(results, expected);
    assert.deepEqual([verdict.unexpected.length, verdict.stale.length], [unexpected, stale]);
  });
}

test('an entry without a reason is refused', () => {
  assert.deepEqual(malformed([entry]), []);
  assert.equal(malformed([{ ...entry, reason: '' }]).length, 1);
});

test('scenarios and checks are counted apart', () => {
  const counted = count(results.stdio['2026-07-28']);
  assert.deepEqual([counted.passed, counted.failed], [1, 1]);
  assert.deepEqual(counted.checks, { passed: 4, failed: 1, warnings: 0, skipped: 2 });
});
