//! Routers that hang on routers, across files and languages: what is mounted
//! where, and so the whole path of each route.
//!
//! A router is a node. A variable, the parameter of a function that registers
//! routes, and what a function returns are nodes too, so that
//! `app.use("/api", users)`, `users.Register(api)` and `.nest("/api", users())`
//! are the same: an edge with a prefix.
//!
//! **Invariants**
//! - Every path upwards is bounded in length and number; a circle ends.

use std::collections::HashMap;

use super::model::{Body, Method, Route, Spot, UrlPath};

/// A router, by its place in [`Graph::nodes`].
pub(crate) type NodeId = usize;

/// Mounts above one another.
const MAX_DEPTH: usize = 12;
/// Places at which one router is mounted.
const MAX_PLACES: usize = 16;
/// Mounts looked at for one router.
const MAX_STEPS: usize = 2_000;

/// One router.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// In front of its own routes, wherever it is mounted.
    pub(crate) prefix: UrlPath,
    /// Where it is mounted, and under what.
    parents: Vec<(NodeId, UrlPath)>,
    /// A place to mount it gives a prefix in place of its own.
    pub(crate) replaced: bool,
}

/// A route of one router.
#[derive(Debug)]
pub(crate) struct Hung {
    pub(crate) node: NodeId,
    pub(crate) framework: &'static str,
    pub(crate) method: Method,
    pub(crate) path: UrlPath,
    pub(crate) spot: Spot,
    pub(crate) body: Body,
    pub(crate) is_page: bool,
}

/// A router that is named, maybe in another file.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Node(NodeId),
    /// A variable or what a function gives.
    Name {
        path: String,
        names: Vec<String>,
    },
    /// The parameter of a function.
    Param {
        path: String,
        names: Vec<String>,
        at: usize,
    },
    /// The same of whatever a file exports by itself.
    File {
        path: String,
        at: Option<usize>,
    },
}

/// A mount whose child is not looked up yet.
#[derive(Debug)]
pub(crate) struct Mount {
    pub(crate) parent: Target,
    pub(crate) prefix: UrlPath,
    pub(crate) child: Target,
    /// The prefix stands in place of the child's own.
    pub(crate) replaces: bool,
}

/// A function as far as routers go.
#[derive(Debug, Default, Clone)]
pub(crate) struct Function {
    pub(crate) params: Vec<NodeId>,
    pub(crate) result: Option<NodeId>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    /// By file, start of the scope (0 is the file) and name.
    by_name: HashMap<(String, usize, String), NodeId>,
    /// By file and name.
    functions: HashMap<(String, String), Function>,
    /// What a file calls by another name, or exports by itself: file, name, own name.
    aliases: HashMap<(String, String), String>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) routes: Vec<Hung>,
}

impl Graph {
    /// Hangs a route, which is no page, under a router.
    pub(crate) fn hang(
        &mut self,
        node: NodeId,
        framework: &'static str,
        method: Method,
        path: UrlPath,
        spot: Spot,
        body: Body,
    ) {
        let is_page = false;
        self.routes.push(Hung { node, framework, method, path, spot, body, is_page });
    }

    pub(crate) fn add(&mut self, prefix: UrlPath) -> NodeId {
        self.nodes.push(Node { prefix, ..Node::default() });
        self.nodes.len() - 1
    }

    pub(crate) fn known(&self, path: &str, scope: usize, name: &str) -> Option<NodeId> {
        self.by_name.get(&(path.to_owned(), scope, name.to_owned())).copied()
    }

    /// The node of a name, made where there is none.
    pub(crate) fn named(&mut self, path: &str, scope: usize, name: &str) -> NodeId {
        if let Some(known) = self.known(path, scope, name) {
            return known;
        }
        let node = self.add(UrlPath::default());
        self.by_name.insert((path.to_owned(), scope, name.to_owned()), node);
        node
    }

    pub(crate) fn set_prefix(&mut self, node: NodeId, prefix: UrlPath) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.prefix = prefix;
        }
    }

    pub(crate) fn function(&mut self, path: &str, name: &str, function: Function) {
        self.functions.insert((path.to_owned(), name.to_owned()), function);
    }

    pub(crate) fn alias(&mut self, path: &str, name: &str, own: &str) {
        self.aliases.insert((path.to_owned(), name.to_owned()), own.to_owned());
    }

    pub(crate) fn mount(&mut self, parent: NodeId, prefix: UrlPath, child: Target) {
        self.mounts.push(Mount { parent: Target::Node(parent), prefix, child, replaces: false });
    }

    fn own_name(&self, path: &str, name: &str) -> String {
        let key = (path.to_owned(), name.to_owned());
        self.aliases.get(&key).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn at_top(&self, path: &str, name: &str) -> Option<NodeId> {
        let name = self.own_name(path, name);
        let known = self.known(path, 0, &name);
        known.or_else(|| self.functions.get(&(path.to_owned(), name))?.result)
    }

    fn param(&self, path: &str, name: &str, at: usize) -> Option<NodeId> {
        let name = self.own_name(path, name);
        self.functions.get(&(path.to_owned(), name))?.params.get(at).copied()
    }

    /// Looks the children of all mounts up. `find` says where names lead: pairs
    /// of file and name.
    pub(crate) fn link(&mut self, find: impl Fn(&str, &[&str]) -> Vec<(String, String)>) {
        for mount in std::mem::take(&mut self.mounts) {
            let (Some(parent), Some(child)) =
                (self.meant(&mount.parent, &find), self.meant(&mount.child, &find))
            else {
                continue;
            };
            if child == parent {
                continue;
            }
            if let Some(node) = self.nodes.get_mut(child) {
                node.parents.push((parent, mount.prefix));
                node.replaced |= mount.replaces;
            }
        }
    }

    fn meant(
        &self,
        target: &Target,
        find: &impl Fn(&str, &[&str]) -> Vec<(String, String)>,
    ) -> Option<NodeId> {
        match target {
            Target::Node(node) => Some(*node),
            Target::Name { path, names } => self.search(path, names, find, None),
            Target::Param { path, names, at } => self.search(path, names, find, Some(*at)),
            Target::File { path, at } => self.exported(path, *at),
        }
    }

    fn exported(&self, path: &str, at: Option<usize>) -> Option<NodeId> {
        ["default", "router", "app"].iter().find_map(|name| match at {
            Some(at) => self.param(path, name, at),
            None => self.at_top(path, name),
        })
    }

    fn search(
        &self,
        path: &str,
        names: &[String],
        find: &impl Fn(&str, &[&str]) -> Vec<(String, String)>,
        at: Option<usize>,
    ) -> Option<NodeId> {
        let look = |path: &str, name: &str| match (name, at) {
            ("", at) => self.exported(path, at),
            (name, Some(at)) => self.param(path, name, at),
            (name, None) => self.at_top(path, name),
        };
        // What is imported leads away from the file; what is not leads back to it.
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = find(path, &all).iter().find_map(|(path, name)| look(path, name));
        found.or_else(|| match all.as_slice() {
            [name] => look(path, name),
            _ => None,
        })
    }

    /// All routes with their whole paths.
    pub(crate) fn into_routes(self) -> Vec<Route> {
        let mut prefixes: HashMap<NodeId, Vec<UrlPath>> = HashMap::new();
        let mut all = Vec::new();
        for hung in &self.routes {
            let prefixes = prefixes.entry(hung.node).or_insert_with(|| {
                let (mut found, mut left) = (Vec::new(), MAX_STEPS);
                self.climb(hung.node, UrlPath::default(), (0, &mut left), &mut found);
                found
            });
            for prefix in prefixes.iter() {
                all.push(Route {
                    framework: hung.framework,
                    method: hung.method,
                    path: prefix.join(&hung.path),
                    spot: hung.spot.clone(),
                    body: hung.body.clone(),
                    is_page: hung.is_page,
                });
            }
        }
        all
    }

    fn climb(
        &self,
        at: NodeId,
        below: UrlPath,
        (depth, left): (usize, &mut usize),
        found: &mut Vec<UrlPath>,
    ) {
        let Some(node) = self.nodes.get(at).filter(|_| *left > 0) else { return };
        *left -= 1;
        let below = if node.replaced { below } else { node.prefix.join(&below) };
        if node.parents.is_empty() || depth >= MAX_DEPTH {
            if !found.contains(&below) {
                found.push(below);
            }
            return;
        }
        for (parent, prefix) in &node.parents {
            if found.len() >= MAX_PLACES {
                return;
            }
            self.climb(*parent, prefix.join(&below), (depth + 1, left), found);
        }
    }
}
