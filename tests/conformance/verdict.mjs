// What a result means beside the list of expected failures: a failure that is not listed
// is unexpected, an entry that no longer fails is stale. Both fail the run.

const key = ({ transport, revision, scenario, check }) => [transport, revision, scenario, check].join(' / ');

/** Every failed check of `results[transport][revision][scenario]`, flat. */
export function failures(results) {
  const flat = [];
  for (const [transport, revisions] of Object.entries(results)) {
    for (const [revision, scenarios] of Object.entries(revisions)) {
      for (const [scenario, { failures: failed }] of Object.entries(scenarios)) {
        for (const failure of failed) flat.push({ transport, revision, scenario, ...failure });
      }
    }
  }
  return flat;
}

/** Complaints about the list itself: an entry must be whole and give its reason. */
export function malformed(expected) {
  const fields = ['transport', 'revision', 'scenario', 'check', 'reason'];
  return expected.flatMap((entry) => fields
    .filter((field) => typeof entry[field] !== 'string' || !entry[field])
    .map((field) => `${key(entry)}: no ${field}`));
}

/** Which failures are unexpected, and which entries of the list are stale. */
export function judge(results, expected) {
  const failed = failures(results);
  const listed = new Set(expected.map(key));
  const seen = new Set(failed.map(key));
  const ran = ({ transport, revision }) => results[transport]?.[revision] !== undefined;
  return {
    unexpected: failed.filter((failure) => !listed.has(key(failure))),
    stale: expected.filter((entry) => ran(entry) && !seen.has(key(entry))),
  };
}

/** Scenarios and checks, passed and failed, of some scenarios. */
export function count(scenarios) {
  const all = Object.values(scenarios);
  const sum = (field) => all.reduce((total, scenario) => total + scenario[field], 0);
  const failed = all.filter((scenario) => scenario.failed).length;
  return {
    passed: all.length - failed,
    failed,
    checks: { passed: sum('passed'), failed: sum('failed'), warnings: sum('warnings'), skipped: sum('skipped') },
  };
}
