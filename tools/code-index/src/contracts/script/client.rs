//! Calls to servers in JavaScript and TypeScript: `fetch`, axios and its like,
//! wrappers around them, and what generators write.

use super::super::model::{Base, Body, Call, Method, Segment, Shape, Spot, UrlPath};
use super::super::syntax::At;
use super::super::url::{Piece, Template};
use super::reads::{Reads, scope_of};
use super::server::Unread;
use super::wrapper::{Asked, From, MARK, MAX_WRAPPERS};
use super::{
    FUNCTIONS, Given, MAX_DEPTH, Script, arguments, bare, has_mark, params, pattern, property,
};

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A response, read by `.json()`.
    Fetch,
    /// A response with `.data`.
    Axios,
    /// The value itself.
    Direct,
}

/// Where a client's calls go to.
#[derive(Debug, Clone)]
struct Client {
    base: Template,
    answer: Answer,
}

/// Names of clients whose making cannot be found.
const CLIENTS: &[&str] = &[
    "api",
    "apiclient",
    "client",
    "http",
    "httpclient",
    "axiosinstance",
    "$http",
    "$axios",
    "$api",
    "request",
    "instance",
    "axiosclient",
    "httpservice",
    "apiservice",
    "agent",
    "requests",
    "service",
    "axiosapi",
];
/// Libraries of clients.
const LIBRARIES: &[&str] =
    &["axios", "ky", "got", "superagent", "this.$axios", "window.axios", "Vue.axios", "$axios"];
/// Functions that take a path and options.
const FETCHES: &[&str] = &[
    "fetch",
    "window.fetch",
    "globalThis.fetch",
    "self.fetch",
    "$fetch",
    "ofetch",
    "useFetch",
    "nodeFetch",
    "unfetch",
];

/// Reads the calls of a file.
pub(crate) fn read(script: Script<'_, '_, '_>, calls: &mut Vec<Call>, unread: &mut Unread) {
    let root = script.source.root();
    for call in root.all("call_expression") {
        let Some(asked) = script.asked(call, &[], MAX_WRAPPERS) else { continue };
        let line = call.line();
        let spot = Spot { path: script.source.path.clone(), line };
        if script.is_in_wrapper(call) {
            continue;
        }
        match split(&asked.url) {
            Some((base, path)) => {
                let method = match asked.method {
                    From::Is(method) => method,
                    From::Nothing => Method::Get,
                    From::Mark(_) | From::Options(_) => Method::Any,
                };
                let request = match asked.body {
                    From::Is(shape) if method != Method::Get => shape,
                    _ => Shape::Unknown,
                };
                let response = script.answer_shape(call, asked.answer);
                calls.push(Call { method, base, path, spot, body: Body { request, response } });
            }
            None => unread.push(spot),
        }
    }
    if script.source.text.contains("fetchBaseQuery") {
        queries(script, calls);
    }
}

/// The base and path; `{id}` and `:id` in a client's path are put in later.
fn split(url: &Template) -> Option<(Base, UrlPath)> {
    let (base, path) = url.split()?;
    let segments = path.0.into_iter().map(|segment| match segment {
        Segment::Literal(text) => {
            match text.strip_prefix(':').or_else(|| text.strip_prefix('{')?.strip_suffix('}')) {
                Some(name) if !name.is_empty() => Segment::Param(name.to_owned()),
                _ => Segment::Literal(text),
            }
        }
        other => other,
    });
    Some((base, UrlPath(segments.collect())))
}

/// `query: (id) => "/users/" + id` of RTK Query.
fn queries(script: Script<'_, '_, '_>, calls: &mut Vec<Call>) {
    let root = script.source.root();
    let base = root.all("call_expression").find_map(|call| {
        let is_base = call.function()?.text() == "fetchBaseQuery";
        let options = is_base.then(|| arguments(call).into_iter().next()).flatten()?;
        Some(script.template(property(options, "baseUrl")?, &[], MAX_DEPTH))
    });
    let base = base.unwrap_or_default();
    for pair in root.all("pair") {
        let Some(function) = pair.field("value").filter(|one| one.is(FUNCTIONS)) else { continue };
        if pair.field("key").is_none_or(|key| key.text() != "query") {
            continue;
        }
        let Some(body) = function.field("body") else { continue };
        let value = if body.kind() == "statement_block" {
            body.all("return_statement").find_map(At::first)
        } else {
            Some(body)
        };
        let Some(value) = value.map(bare) else { continue };
        let init = script.init(value, &[]);
        let url = if value.kind() == "object" { property(value, "url") } else { Some(value) };
        let Some(url) = url.map(|url| base.in_front(script.template(url, &[], MAX_DEPTH))) else {
            continue;
        };
        let Some((base, path)) = split(&url) else { continue };
        let method = if let From::Is(method) = init.method { method } else { Method::Get };
        let request = if let From::Is(shape) = init.body { shape } else { Shape::Unknown };
        // `builder.query<User[], void>({…})`
        let made = pair
            .inside(&["call_expression"])
            .and_then(|call| call.field("type_arguments"))
            .and_then(At::first);
        let response = made.map_or(Shape::Unknown, |typed| script.type_shape(typed));
        let spot = Spot { path: script.source.path.clone(), line: value.line() };
        calls.push(Call { method, base, path, spot, body: Body { request, response } });
    }
}

impl<'s> Script<'s, '_, '_> {
    /// The call stands in a function that only passes a path on.
    fn is_in_wrapper(self, call: At<'s>) -> bool {
        let mut around = call.around().filter(|one| one.is(FUNCTIONS)).take(3);
        around.any(|function| {
            let Some(wrapper) = self.wrapper(function, MAX_WRAPPERS) else { return false };
            // Its own path, not one that it asks for besides.
            has_mark(&wrapper.url, MARK)
                && self.asked(call, &[], MAX_WRAPPERS).is_none_or(|asked| {
                    asked.url.split().is_none_or(|(_, path)| {
                        !path.0.iter().any(|one| matches!(one, Segment::Literal(_)))
                            || asked.url.0.len() > 1 && wrapper.url.0.len() == asked.url.0.len()
                    })
                })
        })
    }

    /// What a call asks a server, where it does.
    pub(crate) fn asked(self, call: At<'s>, given: Given<'_>, depth: u32) -> Option<Asked> {
        let function = call.function()?;
        let parts = arguments(call);
        let first = *parts.first()?;
        let name = function.text();
        if name.len() > 300 || matches!(name, "require" | "import") {
            return None;
        }
        if FETCHES.contains(&name) {
            return Some(self.fetched(first, parts.get(1).copied(), given));
        }
        if matches!(name, "useSWR" | "useSWRImmutable" | "useSWRInfinite") {
            let url = self.template(first, given, MAX_DEPTH);
            let is_path = !url.is_hole()
                && url.split().is_some_and(|(_, path)| {
                    path.0.len() > 1 || !path.0.is_empty() && first.text().contains('/')
                });
            return is_path.then_some(Asked {
                url,
                method: From::Is(Method::Get),
                body: From::Nothing,
                answer: Answer::Axios,
            });
        }
        if let Some(asked) = self.jquery(function, &parts, given) {
            return Some(asked);
        }
        if let Some(asked) = self.method_call(call, function, &parts, given) {
            return Some(asked);
        }
        if let Some(asked) = self.described(function, &parts, given) {
            return Some(asked);
        }
        self.wrapped(call, function, first, given, depth)
    }

    fn fetched(self, first: At<'s>, options: Option<At<'s>>, given: Given<'_>) -> Asked {
        let (first, options) = match first.field("constructor") {
            Some(class) if first.kind() == "new_expression" && class.text() == "Request" => {
                let inner = arguments(first);
                (inner.first().copied().unwrap_or(first), inner.get(1).copied().or(options))
            }
            _ => (first, options),
        };
        let init = options.map(|options| self.init(options, given));
        let (method, body) =
            init.map_or((From::Nothing, From::Nothing), |init| (init.method, init.body));
        Asked { url: self.template(first, given, MAX_DEPTH), method, body, answer: Answer::Fetch }
    }

    /// `$.getJSON(url)`, `$.post(url, data)`; what is sent is a form, not JSON.
    fn jquery(self, function: At<'s>, parts: &[At<'s>], given: Given<'_>) -> Option<Asked> {
        let (object, name) = (function.field("object")?, function.field("property")?);
        let method = match name.text() {
            _ if !matches!(object.text(), "$" | "jQuery") => return None,
            "get" | "getJSON" => Method::Get,
            "post" => Method::Post,
            _ => return None,
        };
        let first = parts.first().filter(|one| one.kind() != "object")?;
        let url = self.template(*first, given, MAX_DEPTH);
        Some(Asked { url, method: From::Is(method), body: From::Nothing, answer: Answer::Direct })
    }

    /// `axios.get(url, …)`, `api.post(url, data)`, `http.get<T>(url)`
    fn method_call(
        self,
        call: At<'s>,
        function: At<'s>,
        parts: &[At<'s>],
        given: Given<'_>,
    ) -> Option<Asked> {
        let (object, name) = (function.field("object")?, function.field("property")?);
        let method = Method::of(name.text()).filter(|method| *method != Method::Any)?;
        let first = *parts.first()?;
        if first.kind() == "object" || parts.iter().any(|part| part.is(FUNCTIONS)) {
            return None;
        }
        let object = bare(object);
        let client = self.client(object, MAX_WRAPPERS).or_else(|| {
            let last = object.text().rsplit('.').next()?.to_ascii_lowercase();
            let text = self.template(first, given, MAX_DEPTH);
            let is_path = text.0.first().is_some_and(|piece| match piece {
                Piece::Text(text) => text.starts_with('/') || text.starts_with("http"),
                Piece::Hole(_) => text.0.len() > 1 && object.text() != "request",
            });
            let is_named = is_path && CLIENTS.contains(&last.as_str());
            let known = is_named && !self.is_made_here(object) && !self.is_wrapper_object(function);
            let angular =
                matches!(object.text(), "this.http" | "this.httpClient" | "this.#http" | "http");
            let answer = if angular { Answer::Direct } else { Answer::Axios };
            known.then(|| Client {
                base: if angular { Template::default() } else { Template::hole(object.text()) },
                answer,
            })
        })?;
        let url = client.base.in_front(self.template(first, given, MAX_DEPTH));
        let is_generated = name.text().chars().all(|c| c.is_ascii_uppercase());
        let takes_body =
            matches!(method, Method::Post | Method::Put | Method::Patch) && !is_generated;
        let is_options = client.answer == Answer::Fetch || !takes_body;
        let body = match parts.get(1) {
            Some(options) if is_options => self.init(*options, given).body,
            Some(data) => self.body(*data, given),
            None => From::Nothing,
        };
        let _call = call;
        Some(Asked { url, method: From::Is(method), body, answer: client.answer })
    }

    /// A function of the project stands behind the name.
    fn is_wrapper_object(self, function: At<'s>) -> bool {
        self.with_value(function, 5, &|script, value| {
            (value.is(FUNCTIONS) && script.wrapper(value, MAX_WRAPPERS).is_some()).then_some(())
        })
        .is_some()
    }

    /// It is a router, or something else that a known call makes.
    fn is_made_here(self, object: At<'s>) -> bool {
        let made = self.with_value(object, 4, &|_, value| {
            let maker = value.function().or_else(|| value.field("constructor"))?;
            let text = maker.text();
            ["Router", "express", "Hono", "astify", "Koa", "Map", "request"]
                .iter()
                .any(|one| text.contains(one))
                .then_some(())
        });
        made.is_some()
    }

    /// The client that an expression is.
    fn client(self, object: At<'s>, depth: u32) -> Option<Client> {
        let text = object.text();
        if LIBRARIES.contains(&text) {
            let answer = if matches!(text, "ky" | "got") { Answer::Fetch } else { Answer::Axios };
            let base = self.world.axios_base.borrow().clone();
            return Some(Client {
                base: if text == "axios" { base } else { Template::default() },
                answer,
            });
        }
        if object.is(&["call_expression", "new_expression"]) {
            return self.made_client(object, depth);
        }
        if !object.is(&["identifier", "member_expression"]) {
            return None;
        }
        self.with_value(object, 5, &|script, value| script.made_client(value, depth))
    }

    /// `axios.create({ baseURL })`, `ky.extend({ prefixUrl })`, `createClient<paths>({ baseUrl })`
    fn made_client(self, value: At<'s>, depth: u32) -> Option<Client> {
        let depth = depth.checked_sub(1)?;
        let maker = value.function().or_else(|| value.field("constructor"))?;
        let text = maker.text();
        let options = arguments(value).into_iter().next();
        let base = options.and_then(|options| self.base_option(options));
        let library = text.split('.').next().unwrap_or("");
        let is_known = matches!(
            text,
            "axios.create"
                | "axios.default.create"
                | "ky.create"
                | "ky.extend"
                | "got.extend"
                | "createClient"
                | "Axios"
                | "createAxios"
                | "$fetch.create"
                | "createAxiosInstance"
        );
        if !is_known && base.is_none() {
            if text.ends_with(".extend") || text.ends_with(".create") {
                return self.client(bare(maker.field("object")?), depth);
            }
            // A function that makes a client: `useApi()`, `createApi()`.
            return self.with_value(maker, 3, &|script, function| {
                let made = function.is(FUNCTIONS).then(|| function.field("body"))??;
                let mut inner = made.all("call_expression");
                inner.find_map(|one| {
                    let is_made = one.function().is_some_and(|name| name.text() == "axios.create");
                    is_made.then(|| script.made_client(one, depth))?
                })
            });
        }
        if !is_known
            && !text.to_ascii_lowercase().contains("axios")
            && !text.to_ascii_lowercase().contains("client")
        {
            return None;
        }
        let answer = if matches!(library, "ky" | "got") { Answer::Fetch } else { Answer::Axios };
        Some(Client { base: base.unwrap_or_default(), answer })
    }

    fn base_option(self, options: At<'s>) -> Option<Template> {
        let read = |script: Script<'_, '_, '_>, options: At<'_>| {
            let names = ["baseURL", "baseUrl", "prefixUrl", "prefix", "BASE"];
            let value = names.iter().find_map(|name| property(options, name))?;
            Some(Script { world: script.world, source: script.source }.template_of(value))
        };
        match options.kind() {
            "object" => read(self, options),
            "identifier" => self.with_value(options, 3, &|script, value| {
                (value.kind() == "object").then(|| read(script, value))?
            }),
            _ => None,
        }
    }

    fn template_of(self, at: At<'s>) -> Template {
        self.template(at, &[], MAX_DEPTH)
    }

    /// `request({ url, method, data })`, `client.get({ url })`
    fn described(self, function: At<'s>, parts: &[At<'s>], given: Given<'_>) -> Option<Asked> {
        let options = parts.iter().take(2).find(|part| part.kind() == "object")?;
        let url =
            ["url", "path", "endpoint", "uri"].iter().find_map(|name| property(*options, name))?;
        if url.kind() == "object" || url.is(FUNCTIONS) {
            return None;
        }
        let name = function.field("property").map_or(function.text(), At::text);
        let verb = Method::of(name).filter(|method| *method != Method::Any);
        let init = self.init(*options, given);
        // `axios({ url })`, `axios.request({ url })`
        let asker = match function.field("object") {
            Some(object) if name == "request" => object,
            _ => function,
        };
        let client = self.client(bare(asker), MAX_WRAPPERS);
        let method = match (init.method, verb) {
            (From::Nothing, Some(verb)) => From::Is(verb),
            (From::Nothing, None) if client.is_some() => From::Nothing,
            (From::Nothing, None) => return None,
            (method, _) => method,
        };
        // Routes of a server are described the same way.
        if matches!(name, "route" | "push" | "createRoute" | "register" | "json" | "log")
            || property(*options, "handler").is_some()
            || property(*options, "component").is_some()
        {
            return None;
        }
        let text = self.template(url, given, MAX_DEPTH);
        let is_path = text.0.first().is_some_and(|piece| match piece {
            Piece::Text(text) => text.starts_with('/') || text.starts_with("http"),
            Piece::Hole(_) => false,
        });
        if !is_path
            && !has_mark(&text, MARK)
            && client.is_none()
            && !function.text().contains("ajax")
        {
            let has_slash =
                text.0.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains('/')));
            if !has_slash {
                return None;
            }
        }
        let base = client.map(|client| client.base).unwrap_or_default();
        Some(Asked { url: base.in_front(text), method, body: init.body, answer: Answer::Axios })
    }

    /// A call of a function of the project that asks for its caller.
    fn wrapped(
        self,
        call: At<'s>,
        function: At<'s>,
        first: At<'s>,
        given: Given<'_>,
        depth: u32,
    ) -> Option<Asked> {
        let depth = depth.checked_sub(1)?;
        if !function.is(&["identifier", "member_expression"]) || first.is(FUNCTIONS) {
            return None;
        }
        let name =
            function.field("property").map_or(function.text(), At::text).to_ascii_lowercase();
        let words = [
            "get", "post", "put", "patch", "del", "request", "fetch", "api", "http", "query",
            "mutat", "call", "send", "swr", "ajax", "client", "load", "json",
        ];
        let is_path = first.is(&["string", "template_string", "binary_expression"])
            && first.text().contains('/');
        if !is_path && !words.iter().any(|word| name.contains(word)) {
            return None;
        }
        let wrapper = self.with_value(function, 6, &|script, value| {
            value.is(FUNCTIONS).then(|| script.wrapper(value, depth))?
        })?;
        Some(self.filled(&wrapper, call, given))
    }

    /// The shape that is wanted of a call's answer.
    fn answer_shape(self, call: At<'s>, answer: Answer) -> Shape {
        if let Some(typed) = call.field("type_arguments").and_then(At::first) {
            let shape = by_status(self.type_shape(typed));
            if shape.is_known() {
                return shape;
            }
        }
        let mut reads = Reads::default();
        match answer {
            Answer::Direct => self.follow(call, &mut reads, 5),
            Answer::Fetch | Answer::Axios => self.response_use(call, answer, &mut reads, 6),
        }
        reads.wanted()
    }

    /// Follows a response to where its content is taken out.
    fn response_use(self, at: At<'s>, answer: Answer, reads: &mut Reads, depth: u32) {
        let (Some(up), Some(depth)) = (at.parent(), depth.checked_sub(1)) else { return };
        let is = |field: &str| up.field(field).is_some_and(|one| one.node == at.node);
        match up.kind() {
            "await_expression"
            | "parenthesized_expression"
            | "non_null_expression"
            | "as_expression" => {
                self.response_use(up, answer, reads, depth + 1);
            }
            "variable_declarator" if is("value") => {
                let Some(name) = up.field("name") else { return };
                self.response_taken(name, up, answer, reads, depth);
            }
            "member_expression" if is("object") => {
                let Some(name) = up.field("property").map(At::text) else { return };
                let called = up.called();
                match (name, answer, called) {
                    ("json", Answer::Fetch, Some(call)) if !is_about_failure(at) => {
                        let typed = call.field("type_arguments").and_then(At::first);
                        match typed.map(|typed| self.type_shape(typed)).filter(Shape::is_known) {
                            Some(shape) => reads.declared = Some(shape),
                            None => self.follow(call, reads, depth),
                        }
                    }
                    ("data", Answer::Axios, None) => self.follow(up, reads, depth),
                    ("then", _, Some(call)) => {
                        let callback =
                            arguments(call).into_iter().next().filter(|one| one.is(FUNCTIONS));
                        if let Some(callback) = callback
                            && let Some(param) = params(callback).first()
                        {
                            self.response_taken(pattern(*param), callback, answer, reads, depth);
                        }
                    }
                    ("catch" | "finally" | "pipe", _, Some(call)) => {
                        self.response_use(call, answer, reads, depth)
                    }
                    _ => {}
                }
            }
            // The function gives the whole response on; its type may say more.
            "return_statement" | "arrow_function" if answer == Answer::Axios => {
                if let Some(written) = returned_type(up) {
                    let shape = self.type_shape(written);
                    // Typed with the response around it, it is followed by its name.
                    reads.declared = shape.is_known().then_some(shape);
                }
            }
            _ => {}
        }
    }

    fn response_taken(
        self,
        name: At<'s>,
        declared: At<'s>,
        answer: Answer,
        reads: &mut Reads,
        depth: u32,
    ) {
        match name.kind() {
            "identifier" => {
                let Some(scope) = scope_of(declared) else { return };
                let after = name.node.end_byte();
                for used in scope.all("identifier") {
                    if !self.world.step() {
                        return;
                    }
                    if used.start() >= after && used.text() == name.text() {
                        self.response_use(used, answer, reads, depth);
                    }
                }
            }
            "object_pattern" if answer == Answer::Axios => {
                let data = name.children().into_iter().find(|part| match part.kind() {
                    "pair_pattern" => part.field("key").is_some_and(|key| key.text() == "data"),
                    "object_assignment_pattern" => {
                        part.field("left").is_some_and(|left| left.text() == "data")
                    }
                    _ => part.text() == "data",
                });
                let local = data.and_then(|part| match part.kind() {
                    "pair_pattern" => part.field("value").map(pattern),
                    "object_assignment_pattern" => part.field("left"),
                    _ => Some(part),
                });
                let Some(local) = local else { return };
                if local.kind() == "object_pattern" {
                    self.taken(local, declared, reads, depth);
                    return;
                }
                let Some(scope) = scope_of(declared) else { return };
                for used in scope.all("identifier") {
                    if self.world.step()
                        && used.start() >= local.node.end_byte()
                        && used.text() == local.text()
                    {
                        self.follow(used, reads, depth);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Generated clients name the answers by their status: `{ 200: User }`.
fn by_status(shape: Shape) -> Shape {
    let Some(object) = shape.object() else { return shape };
    let is_status = |name: &str| name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit());
    if object.fields.is_empty() || !object.fields.iter().all(|field| is_status(&field.name)) {
        return shape;
    }
    let good = object.fields.iter().find(|field| field.name.starts_with('2'));
    good.map_or(Shape::Unknown, |field| field.shape.clone())
}

/// The type that the function around a returned value is written to give.
pub(crate) fn returned_type(at: At<'_>) -> Option<At<'_>> {
    let function = if at.is(FUNCTIONS) { at } else { at.inside(FUNCTIONS)? };
    function.field("return_type")?.first()
}

/// It stands where a response has failed.
fn is_about_failure(at: At<'_>) -> bool {
    let mut inner = at;
    for up in at.around() {
        if up.is(&["catch_clause"]) {
            return true;
        }
        if up.kind() == "if_statement"
            && up.field("consequence").is_some_and(|one| one.node == inner.node)
        {
            let condition = up.field("condition").map_or("", At::text);
            let failed = condition.contains('!') && condition.contains("ok")
                || condition.contains("status") && condition.contains(['4', '5'])
                || condition.contains("!==") && condition.contains("status");
            return failed;
        }
        if up.is(FUNCTIONS) {
            return false;
        }
        inner = up;
    }
    false
}

/// Where `axios.defaults.baseURL` is set, what it is set to.
pub(crate) fn default_base(script: Script<'_, '_, '_>) -> Option<Template> {
    if !script.source.text.contains("defaults.baseURL") {
        return None;
    }
    script.source.root().all("assignment_expression").find_map(|set| {
        let is_base = set.field("left")?.text() == "axios.defaults.baseURL";
        if !is_base {
            return None;
        }
        Some(script.template(set.field("right")?, &[], MAX_DEPTH))
    })
}
