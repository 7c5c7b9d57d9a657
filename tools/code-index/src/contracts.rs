//! Compares what clients ask with what servers answer: routes and shapes of
//! many frameworks on one side, calls on the other.
//!
//! ```text
//! files ─▶ world (which may hold something, parsed) ─▶ script, python, rust, go, java, openapi
//!              ├ routers and mounts ─▶ graph ─▶ routes ─┐
//!              └ calls ─────────────────────────────────┴▶ compare ─▶ missing, unused, differing
//! ```
//!
//! **Invariants**
//! - Files are read and parsed, never run; number, size and depth are bounded.
//! - What cannot be told is counted as such, and never said to differ.
//!
//! **Deliberately absent:** types of scalars, query parameters, headers; what is
//! registered while a program runs.

mod compare;
mod go;
mod graph;
mod java;
mod model;
mod openapi;
mod python;
mod rust;
mod script;
mod syntax;
mod url;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::resolve::Resolver;
use crate::resolve::named::Named;
use crate::status::IndexStatus;
use crate::workspace::{RootQuery, Scope, Workspace};

use compare::{Compared, compare};
use graph::Graph;
use model::{Call, Method, Route, Spot};
use world::{Gathered, World};

/// What is compared.
#[derive(Debug, Clone, Default)]
pub struct ContractsQuery {
    /// Folders, files or globs; none means all.
    pub paths: Vec<String>,
    /// Only routes and calls whose path begins with this.
    pub route: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractPlace {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// A call that no route answers, or a route that no call asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmet {
    /// `GET`, or `ANY` where it could not be told.
    pub method: &'static str,
    /// `/users/{id}`.
    pub path: String,
    /// Where it stands.
    pub place: ContractPlace,
}

/// Which part of a contract differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContractSide {
    /// What is sent.
    Request,
    /// What comes back.
    Response,
}

/// A route and a call of it whose fields differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Of the route.
    pub method: &'static str,
    /// Of the route.
    pub path: String,
    /// Which part.
    pub side: ContractSide,
    /// The route.
    pub server: ContractPlace,
    /// The call.
    pub client: ContractPlace,
    /// Fields that only the server has.
    pub only_server: Vec<String>,
    /// Fields that only the client has.
    pub only_client: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Contracts {
    /// Calls that no route answers.
    pub missing: Vec<Unmet>,
    /// Routes that no call asks.
    pub unused: Vec<Unmet>,
    /// Routes and calls whose fields differ.
    pub differing: Vec<Differing>,
    /// Routes by framework.
    pub servers: BTreeMap<&'static str, usize>,
    /// Calls of the project's own servers.
    pub calls: usize,
    /// Those that meet a route.
    pub met: usize,
    /// Calls of other hosts.
    pub outside: usize,
    /// Routes and calls whose path is computed.
    pub unread: Vec<ContractPlace>,
    /// Files that were left out because there are too many.
    pub left_out: usize,
    /// How complete the index is.
    pub status: IndexStatus,
}

impl Workspace {
    /// Compares the routes of servers with the calls of clients.
    pub fn compare_contracts(
        &self,
        query: &ContractsQuery,
        cancel: &Cancel,
    ) -> Result<Contracts, IndexError> {
        let scope = Scope { paths: query.paths.clone(), languages: Vec::new() };
        let mut found = Found::default();
        for root in &self.queries(&scope, cancel)? {
            found.read(root, cancel)?;
        }
        Ok(found.answer(query, self.status()))
    }
}

/// All that the roots hold.
#[derive(Default)]
struct Found {
    routes: Vec<Route>,
    calls: Vec<Call>,
    unread: Vec<Spot>,
    left_out: usize,
}

impl Found {
    fn read(&mut self, root: &RootQuery<'_>, cancel: &Cancel) -> Result<(), IndexError> {
        let resolver = Resolver::new(root, cancel, crate::resolve::MAX_STEPS);
        let world = World::new(root, &resolver);
        let gathered = world.gather(cancel)?;
        let mut all = Found { left_out: gathered.left_out, ..Found::default() };
        all.read_sources(&world, &gathered, cancel)?;
        let mut described = Vec::new();
        for description in &gathered.descriptions {
            cancel.check()?;
            if !openapi::read(description, &mut described) {
                all.unread.push(Spot { path: description.path.clone(), line: 1 });
            }
        }
        all.add_described(described);
        world.check()?;
        self.take(all, root);
        Ok(())
    }

    fn read_sources(
        &mut self,
        world: &World<'_, '_>,
        gathered: &Gathered,
        cancel: &Cancel,
    ) -> Result<(), IndexError> {
        let mut graph = Graph::default();
        let scripts = || {
            let all = gathered.sources.iter();
            all.filter(|source| is_script(source)).map(|source| script::Script { world, source })
        };
        if let Some(base) = scripts().find_map(script::client::default_base) {
            *world.axios_base.borrow_mut() = base;
        }
        let prefix = scripts().find_map(script::nest::global_prefix).unwrap_or_default();
        for source in &gathered.sources {
            cancel.check()?;
            world.refuel();
            match source.language.name() {
                "python" => {
                    let py = python::Py { world, source };
                    python::routers::read(py, &mut graph, &mut self.unread);
                    python::django::read(py, &mut graph, &mut self.unread);
                    python::client::read(py, &mut self.calls, &mut self.unread);
                }
                "rust" => {
                    let rs = rust::Rs { world, source };
                    rust::axum::read(rs, &mut graph, &mut self.unread);
                    rust::actix::read(rs, &mut graph, &mut self.unread);
                    rust::client::read(rs, &mut self.calls, &mut self.unread);
                }
                "go" => {
                    let go = go::Go { world, source };
                    go::read(go, &mut graph, &mut self.unread);
                    go::client::read(go, &mut self.calls, &mut self.unread);
                }
                "java" => {
                    let java = java::Java { world, source };
                    java::read(java, &mut self.routes, &mut self.calls, &mut self.unread);
                }
                _ if is_script(source) => {
                    let script = script::Script { world, source };
                    script::server::read(script, &mut graph, &mut self.unread);
                    script::next::read(script, &mut self.routes);
                    script::nest::read(script, &prefix, &mut self.routes);
                    script::client::read(script, &mut self.calls, &mut self.unread);
                }
                _ => {}
            }
        }
        link(&mut graph, world);
        self.routes.extend(graph.into_routes());
        Ok(())
    }

    /// What a description says of a route that stands in code only fills in what
    /// the code does not say.
    fn add_described(&mut self, described: Vec<Route>) {
        let mut more: Vec<Route> = Vec::new();
        for route in described {
            let of_code = self
                .routes
                .iter_mut()
                .find(|known| known.method.fits(route.method) && is_same_path(known, &route));
            if let Some(known) = of_code {
                if known.method == route.method {
                    let Route { body, .. } = route;
                    known.body.request =
                        std::mem::take(&mut known.body.request).or(|| body.request);
                    known.body.response =
                        std::mem::take(&mut known.body.response).or(|| body.response);
                }
                continue;
            }
            let is_known = more
                .iter()
                .any(|known| known.method == route.method && is_same_path(known, &route));
            if !is_known {
                more.push(route);
            }
        }
        self.routes.extend(more);
    }

    fn take(&mut self, other: Found, root: &RootQuery<'_>) {
        let show = |mut spot: Spot| {
            spot.path = root.show(&spot.path);
            spot
        };
        self.routes.extend(other.routes.into_iter().map(|mut route| {
            route.spot = show(route.spot);
            route
        }));
        self.calls.extend(other.calls.into_iter().map(|mut call| {
            call.spot = show(call.spot);
            call
        }));
        self.unread.extend(other.unread.into_iter().map(show));
        self.left_out += other.left_out;
    }

    fn answer(mut self, query: &ContractsQuery, status: IndexStatus) -> Contracts {
        let key = |route: &Route| (route.path.to_string(), route.method, route.spot.clone());
        self.routes.sort_by_cached_key(key);
        self.routes.dedup_by(|a, b| key(a) == key(b));
        let call_key = |call: &Call| (call.spot.clone(), call.path.to_string(), call.method);
        self.calls.sort_by_cached_key(call_key);
        self.calls.dedup_by(|a, b| call_key(a) == call_key(b));
        self.unread.sort();
        self.unread.dedup();
        let compared = compare(&self.routes, &self.calls);
        let mut servers = BTreeMap::new();
        for route in &self.routes {
            *servers.entry(route.framework).or_insert(0) += 1;
        }
        let is_wanted =
            |path: &str| query.route.as_deref().is_none_or(|prefix| path.starts_with(prefix));
        let mut missing = self.missing(&compared);
        missing.retain(|one| is_wanted(&one.path));
        let mut unused = self.unused(&compared);
        unused.retain(|one| is_wanted(&one.path));
        let mut differing = self.differing(&compared);
        differing.retain(|one| is_wanted(&one.path));
        Contracts {
            missing,
            unused,
            differing,
            servers,
            calls: self.calls.len() - compared.outside,
            met: compared.met,
            outside: compared.outside,
            unread: self.unread.iter().map(place).collect(),
            left_out: self.left_out,
            status,
        }
    }

    fn missing(&self, compared: &Compared) -> Vec<Unmet> {
        // Without a route there is nothing that a call could be missing.
        let calls = compared.missing.iter().map(|&at| (at, &self.calls[at]));
        calls
            .map(|(at, call)| Unmet {
                method: call.method.as_str(),
                path: compared.whole.get(&at).unwrap_or(&call.path).to_string(),
                place: place(&call.spot),
            })
            .collect()
    }

    fn unused(&self, compared: &Compared) -> Vec<Unmet> {
        let routes = compared.unused.iter().map(|&at| &self.routes[at]);
        let routes = routes.filter(|route| !route.is_page && !route.path.takes_all());
        routes
            .map(|route| Unmet {
                method: route.method.as_str(),
                path: route.path.to_string(),
                place: place(&route.spot),
            })
            .collect()
    }

    fn differing(&self, compared: &Compared) -> Vec<Differing> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for one in &compared.differing {
            let (route, call) = (&self.routes[one.route], &self.calls[one.call]);
            let key = (one.route, one.is_request, one.only_server.clone(), one.only_client.clone());
            if !seen.insert(key) {
                continue;
            }
            let method = if route.method == Method::Any { call.method } else { route.method };
            all.push(Differing {
                method: method.as_str(),
                path: route.path.to_string(),
                side: if one.is_request { ContractSide::Request } else { ContractSide::Response },
                server: place(&route.spot),
                client: place(&call.spot),
                only_server: one.only_server.clone(),
                only_client: one.only_client.clone(),
            });
        }
        all.sort_by(|a, b| {
            (&a.path, a.method, a.side, &a.client).cmp(&(&b.path, b.method, b.side, &b.client))
        });
        all
    }
}

/// Finds what is mounted, wherever it is defined.
fn link(graph: &mut Graph, world: &World<'_, '_>) {
    graph.link(|path, names| {
        let places = world.named(path, names).into_iter();
        let places = places.map(|found| match found {
            Named::Item(path, _, name) | Named::Missing(path, name) => (path, name),
            Named::File(path) => (path, String::new()),
        });
        places.collect()
    });
}

fn place(spot: &Spot) -> ContractPlace {
    ContractPlace { path: spot.path.clone(), line: spot.line }
}

fn is_script(source: &syntax::Source) -> bool {
    matches!(source.language.name(), "javascript" | "typescript" | "tsx")
}

/// The same parts in the end, whatever one of both has in front.
fn is_same_path(a: &Route, b: &Route) -> bool {
    use model::Segment;
    let (a, b) = (&a.path.0, &b.path.0);
    let same = |(a, b): (&Segment, &Segment)| match (a, b) {
        (Segment::Literal(a), Segment::Literal(b)) => a == b,
        (Segment::Literal(_), _) | (_, Segment::Literal(_)) => false,
        _ => true,
    };
    let shorter = a.len().min(b.len());
    let has_word = |part: &[Segment]| part.iter().any(|one| matches!(one, Segment::Literal(_)));
    shorter > 0
        && a.len().abs_diff(b.len()) <= 2
        && has_word(if a.len() < b.len() { a } else { b })
        && a.iter().rev().zip(b.iter().rev()).all(same)
        // What is in front is written down.
        && a.iter()
            .rev()
            .skip(shorter)
            .chain(b.iter().rev().skip(shorter))
            .all(|one| matches!(one, Segment::Literal(_)))
}

#[cfg(test)]
mod tests;
