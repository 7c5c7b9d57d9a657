//! Which call meets which route, and where their shapes differ.
//!
//! A path meets a route part by part; a part that is written down is better met
//! than a parameter. Where no call under one base meets anything, the base is
//! taken for what a proxy adds or takes away: the parts in front of the calls or
//! of the routes that make most of them meet are left out.
//!
//! **Invariants**
//! - A call that may mean a route is never said to be missing.
//! - Nothing that is unknown differs.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Base, Body, Call, Method, Need, Object, Route, Segment, Shape, UrlPath};

/// Parts in front of a path that a proxy may add or take away.
const MAX_SHIFT: usize = 3;
/// Fields inside fields that are compared.
const MAX_NESTING: u32 = 6;
/// Fields told of one difference.
const MAX_NAMES: usize = 40;
/// Calls under a base that is not known of which at least one has to meet a route.
const ALIEN: usize = 4;
/// Prefixes of routes that are tried.
const MAX_PREFIXES: usize = 60;

/// What came of the comparison, by places in the lists of routes and calls.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) missing: Vec<usize>,
    /// The whole paths of those whose base is only known by what the others
    /// under it meet.
    pub(crate) whole: BTreeMap<usize, UrlPath>,
    pub(crate) unused: Vec<usize>,
    pub(crate) differing: Vec<Difference>,
    pub(crate) met: usize,
    /// Calls of other hosts.
    pub(crate) outside: usize,
}

/// One side of a route on which server and client differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) route: usize,
    pub(crate) call: usize,
    pub(crate) is_request: bool,
    pub(crate) only_server: Vec<String>,
    pub(crate) only_client: Vec<String>,
}

/// Compares all calls with all routes.
pub(crate) fn compare(routes: &[Route], calls: &[Call]) -> Compared {
    let mut compared = Compared::default();
    let mut used = vec![false; routes.len()];
    let mut groups: BTreeMap<&Base, Vec<usize>> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        groups.entry(&call.base).or_default().push(at);
    }
    let table = Table::of(routes);
    for (base, group) in groups {
        let shift = table.best_shift(base, &group, calls);
        // So many under one base, and not one known: they are about another server.
        let meets = |shift: &Shift| {
            group
                .iter()
                .any(|&at| !table.find(&shift.apply(&calls[at].path), calls[at].method).is_empty())
        };
        let is_alien = matches!(base, Base::Unknown(_)) && group.len() >= ALIEN;
        let shift = shift.filter(|shift| routes.is_empty() || !is_alien || meets(shift));
        let Some(shift) = shift else {
            compared.outside += group.len();
            continue;
        };
        for at in group {
            let call = &calls[at];
            let found = table.find(&shift.apply(&call.path), call.method);
            // One that is reached without the shift is reached all the same.
            let found = if found.is_empty() { table.find(&call.path, call.method) } else { found };
            if found.is_empty() {
                compared.missing.push(at);
                if matches!(base, Base::Unknown(_)) && shift.drop == 0 && !shift.add.is_empty() {
                    compared.whole.insert(at, shift.apply(&call.path));
                }
                continue;
            }
            compared.met += 1;
            for &route in &found.routes {
                used[route] = true;
            }
            if found.is_sure {
                for &route in &found.routes {
                    compared.differing.extend(differ(routes, route, calls, at));
                }
            }
        }
    }
    compared.missing.sort_unstable();
    compared.unused = (0..routes.len()).filter(|&at| !used[at]).collect();
    compared
}

/// How calls under one base become paths of the server.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shift {
    /// Parts left out in front of a call.
    drop: usize,
    /// Parts put in front.
    add: Vec<Segment>,
}

impl Shift {
    fn apply(&self, path: &UrlPath) -> UrlPath {
        let rest = path.0.get(self.drop..).unwrap_or(&[]);
        UrlPath(self.add.iter().chain(rest).cloned().collect())
    }
}

/// The routes that a call meets.
#[derive(Debug, Default)]
struct Met {
    routes: Vec<usize>,
    /// Each part that is written down on one side is so on the other.
    is_sure: bool,
}

impl Met {
    fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }
}

/// Routes by their first part and length.
struct Table<'t> {
    routes: &'t [Route],
    /// Those that begin with a part that is written down.
    by_first: BTreeMap<&'t str, Vec<usize>>,
    others: Vec<usize>,
}

impl<'t> Table<'t> {
    fn of(routes: &'t [Route]) -> Table<'t> {
        let mut table = Table { routes, by_first: BTreeMap::new(), others: Vec::new() };
        for (at, route) in routes.iter().enumerate() {
            match route.path.0.first() {
                Some(Segment::Literal(text)) => table.by_first.entry(text).or_default().push(at),
                _ if route.path.takes_all() => {}
                _ => table.others.push(at),
            }
        }
        table
    }

    fn find(&self, path: &UrlPath, method: Method) -> Met {
        let first = match path.0.first() {
            Some(Segment::Literal(text)) => {
                self.by_first.get(text.as_str()).cloned().unwrap_or_default()
            }
            _ => self.by_first.values().flatten().copied().collect(),
        };
        let mut best: Option<(Score, Vec<usize>)> = None;
        for at in first.into_iter().chain(self.others.iter().copied()) {
            let route = &self.routes[at];
            if !route.method.fits(method) {
                continue;
            }
            let Some(mut score) = fit(&route.path.0, &path.0) else { continue };
            score.exact_method = route.method == method;
            match &mut best {
                Some((known, routes)) if *known == score => routes.push(at),
                Some((known, _)) if *known > score => {}
                _ => best = Some((score, vec![at])),
            }
        }
        let Some((score, routes)) = best else { return Met::default() };
        Met { routes, is_sure: score.is_sure && score.is_whole }
    }

    /// The shift that makes most calls of a group meet a route; none where the
    /// group is about another host.
    fn best_shift(&self, base: &Base, group: &[usize], calls: &[Call]) -> Option<Shift> {
        let plain = Shift::default();
        let count = |shift: &Shift| {
            let met = group.iter().filter(|&&at| {
                let call = &calls[at];
                let found = self.find(&shift.apply(&call.path), call.method);
                // What is left of a path has to say something itself.
                let left = call.path.0.get(shift.drop..).unwrap_or(&[]);
                let says = left.iter().any(|one| matches!(one, Segment::Literal(_)));
                !found.is_empty() && (*shift == plain || (says && found.is_sure))
            });
            met.count()
        };
        let mut best = (count(&plain), plain.clone());
        let is_known = matches!(base, Base::Own);
        if best.0 == 0 || (!is_known && best.0 < group.len()) {
            for shift in self.shifts(group, calls, is_known) {
                let met = count(&shift);
                if met > best.0 {
                    best = (met, shift);
                }
            }
        }
        if matches!(base, Base::Host(_)) {
            let says_something = group.iter().any(|&at| calls[at].path.0.len() > 1);
            return (best.0 > 0 && best.0 * 2 >= group.len() && says_something).then_some(best.1);
        }
        Some(best.1)
    }

    fn shifts(&self, group: &[usize], calls: &[Call], is_known: bool) -> Vec<Shift> {
        let mut prefixes: BTreeSet<Vec<&str>> = BTreeSet::new();
        for route in self.routes {
            let literals: Vec<&str> = route
                .path
                .0
                .iter()
                .map_while(|segment| match segment {
                    Segment::Literal(text) => Some(text.as_str()),
                    _ => None,
                })
                .take(MAX_SHIFT)
                .collect();
            for length in 1..=literals.len() {
                prefixes.insert(literals[..length].to_vec());
            }
        }
        let mut prefixes: Vec<Vec<&str>> = prefixes.into_iter().collect();
        prefixes.sort_by_key(Vec::len);
        prefixes.truncate(MAX_PREFIXES);
        // A part can only be left out where all calls have it.
        let first = |at: usize, number: usize| calls[at].path.0.get(number);
        let shared = (0..2).take_while(|&number| {
            let one = group.first().and_then(|&at| first(at, number));
            matches!(one, Some(Segment::Literal(_)))
                && group.iter().all(|&at| first(at, number) == one)
        });
        let shared = shared.count();
        let drops = 0..=if is_known || group.len() > 1 { shared } else { shared.min(1) };
        let mut all = Vec::new();
        for drop in drops {
            if drop > 0 {
                all.push(Shift { drop, add: Vec::new() });
            }
            // Putting one in place of the other takes more than a call or two to tell.
            let fits = drop == 0 || group.len() >= 3;
            for prefix in prefixes.iter().filter(|_| fits) {
                let add = prefix.iter().map(|text| Segment::Literal((*text).to_owned())).collect();
                all.push(Shift { drop, add });
            }
        }
        all
    }
}

/// How well a path fits a route, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    is_sure: bool,
    is_whole: bool,
    literals: usize,
    exact_method: bool,
}

fn fit(route: &[Segment], path: &[Segment]) -> Option<Score> {
    let mut score = Score { is_sure: true, is_whole: true, literals: 0, exact_method: false };
    let mut at = 0;
    for segment in route {
        match (segment, path.get(at)) {
            (Segment::Rest(_), _) => {
                score.is_whole = false;
                return Some(score);
            }
            (Segment::Literal(a), Some(Segment::Literal(b))) if a == b => score.literals += 1,
            (Segment::Param(_), Some(Segment::Literal(_) | Segment::Param(_))) => {}
            // What is computed may be any word.
            (Segment::Literal(_), Some(Segment::Param(_))) => score.is_sure = false,
            _ => return None,
        }
        at += 1;
    }
    (at == path.len()).then_some(score)
}

fn differ(routes: &[Route], route: usize, calls: &[Call], call: usize) -> Vec<Difference> {
    let (server, client): (&Body, &Body) = (&routes[route].body, &calls[call].body);
    let is_patch = routes[route].method == Method::Patch || calls[call].method == Method::Patch;
    let mut all = Vec::new();
    if let Some((only_server, only_client)) = request(&server.request, &client.request, is_patch) {
        all.push(Difference { route, call, is_request: true, only_server, only_client });
    }
    if let Some((only_server, only_client)) = response(&server.response, &client.response) {
        all.push(Difference { route, call, is_request: false, only_server, only_client });
    }
    all
}

type Names = (Vec<String>, Vec<String>);

/// What breaks a request: a field that the server does not know, or one that it
/// needs and that is not sent.
fn request(server: &Shape, client: &Shape, is_patch: bool) -> Option<Names> {
    let (server, client) = (server.object()?, client.object()?);
    let unknown = lacking(client, server, &|_| true);
    let needed = lacking(server, client, &|need| need == Need::Required && !is_patch);
    if unknown.is_empty() && needed.is_empty() {
        return None;
    }
    let told = lacking(server, client, &|need| need != Need::Optional);
    Some((told, unknown))
}

/// What breaks a response: a field that the client wants and does not get.
fn response(server: &Shape, client: &Shape) -> Option<Names> {
    let (server, client) = (server.object()?, client.object()?);
    let wanted = lacking(client, server, &|need| need != Need::Optional);
    if wanted.is_empty() {
        return None;
    }
    Some((lacking(server, client, &|_| true), wanted))
}

/// The fields that `given` lacks, with dots between levels.
fn lacking(wanted: &Object, given: &Object, counts: &dyn Fn(Need) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    collect(wanted, given, "", counts, &mut names, MAX_NESTING);
    names
}

fn collect(
    wanted: &Object,
    given: &Object,
    prefix: &str,
    counts: &dyn Fn(Need) -> bool,
    names: &mut Vec<String>,
    depth: u32,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for field in &wanted.fields {
        if names.len() >= MAX_NAMES {
            return;
        }
        let name = format!("{prefix}{}", field.name);
        match given.get(&field.name) {
            None if !given.open && counts(field.need) => names.push(name),
            None => {}
            Some(known) => {
                if let (Some(wanted), Some(given)) = (field.shape.object(), known.shape.object()) {
                    collect(wanted, given, &format!("{name}."), counts, names, depth);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
