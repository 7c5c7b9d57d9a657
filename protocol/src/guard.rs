//! The first reader of every message: bytes in, one typed message or one coded
//! refusal out.
//!
//! ```text
//! bytes ─▶ envelope (jsonrpc, id, method, params as raw text) ─▶ by method ─▶ typed message
//!             └── wrong shape ──▶ refusal with a code, and the id when it could be read
//! ```
//!
//! **Invariants**
//! - A request that is refused is answered exactly once; a notification or a
//!   response never is, however broken.
//! - An id is echoed as it was written. It is left out of the answer when it
//!   could not be read (MCP 2026-07-28, "Error Responses").
//! - The method picks the type, so a broken `tools/call` is reported as such
//!   and is never taken for another message.
//!
//! **Deliberately absent:** what the connection is (stdio, WebSocket, HTTP),
//! which era it is in ([`crate::link`]) and what the call means.

use std::borrow::Cow;

use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientNotification, ClientRequest, ClientResult,
    CustomNotification, ErrorCode, ErrorData, Extensions, JsonObject, NotificationMetaObject,
    NumberOrString, RequestId, RequestMetaObject,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// What the guard made of one message.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// A well-formed message.
    Deliver(Box<ClientJsonRpcMessage>),
    /// A request that cannot be served; the answer says why.
    Refuse(Refusal),
    /// A notification or response that makes no sense; nobody waits for an answer.
    Ignore(&'static str),
}

/// An error answer, with the id in the peer's own spelling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// The id as raw JSON; `None` when the message did not let it be read.
    pub(crate) id: Option<String>,
    /// Code and message.
    pub(crate) error: ErrorData,
}

impl Refusal {
    pub(crate) fn new(
        id: Option<String>,
        code: ErrorCode,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { id, error: ErrorData::new(code, message, None) }
    }

    /// The answer as one line of JSON, without a line end.
    pub(crate) fn to_json(&self) -> String {
        let error = serde_json::to_string(&self.error)
            .unwrap_or_else(|_| r#"{"code":-32603,"message":"unprintable error"}"#.to_owned());
        match &self.id {
            Some(id) => format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#),
            None => format!(r#"{{"jsonrpc":"2.0","error":{error}}}"#),
        }
    }
}

/// The outermost object, with everything below it still raw text.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default, borrow, deserialize_with = "present")]
    jsonrpc: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    method: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Keeps a present `null` apart from an absent field.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// Reads one message from a client.
pub(crate) fn read_client_message(bytes: &[u8]) -> Verdict {
    // serde does not look for UTF-8 in what it skips.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("not valid JSON: {error}");
            return Verdict::Refuse(Refusal::new(None, ErrorCode::PARSE_ERROR, message));
        }
    };
    // serde would take an array for a struct by position.
    let is_object = text.trim_ascii_start().starts_with('{');
    let envelope = match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) if is_object => envelope,
        Ok(_) => return Verdict::Refuse(not_an_envelope(text, "not an object")),
        Err(error) => return Verdict::Refuse(not_an_envelope(text, &error.to_string())),
    };
    let answers = envelope.result.is_some() || envelope.error.is_some();
    let id = match envelope.id.map(read_id) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) if answers && envelope.method.is_none() => {
            return Verdict::Ignore("a response with an id that is none of ours");
        }
        Some(Err(refusal)) => return Verdict::Refuse(refusal),
    };
    let echo = envelope.id.map(|id| id.get().to_owned());
    let refuse = |code, message: &'static str| match (&echo, envelope.method, answers) {
        (None, Some(_), _) | (_, None, true) => Verdict::Ignore(message),
        _ => Verdict::Refuse(Refusal::new(echo.clone(), code, message)),
    };
    if envelope.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
        return refuse(ErrorCode::INVALID_REQUEST, "`jsonrpc` must be the string \"2.0\"");
    }
    let Some(method) = envelope.method else {
        return match (id, answers) {
            (Some(id), true) => read_answer(id, envelope.result, envelope.error),
            (None, true) => Verdict::Ignore("a response without an id"),
            _ => refuse(ErrorCode::INVALID_REQUEST, "`method` is missing"),
        };
    };
    let Ok(method) = serde_json::from_str::<Cow<'_, str>>(method.get()) else {
        return refuse(ErrorCode::INVALID_REQUEST, "`method` must be a string");
    };
    let params = match envelope.params.map(RawValue::get) {
        None | Some("null") => None,
        Some(text) if text.starts_with('{') => match serde_json::from_str::<JsonObject>(text) {
            Ok(params) => Some(params),
            Err(_) => return refuse(ErrorCode::PARSE_ERROR, "`params` is not valid JSON"),
        },
        Some(text) if text.starts_with('[') => {
            return refuse(ErrorCode::INVALID_PARAMS, "`params` must be an object, not an array");
        }
        Some(_) => return refuse(ErrorCode::INVALID_REQUEST, "`params` must be an object"),
    };
    match id {
        Some(id) => match read_request(&method, params) {
            Ok(request) => Verdict::Deliver(Box::new(ClientJsonRpcMessage::request(request, id))),
            Err(error) => Verdict::Refuse(Refusal { id: echo, error }),
        },
        None => match read_notification(&method, params) {
            Some(note) => Verdict::Deliver(Box::new(ClientJsonRpcMessage::notification(note))),
            None => Verdict::Ignore("a notification with wrong params"),
        },
    }
}

/// Tells JSON that is no object apart from bytes that are no JSON.
fn not_an_envelope(text: &str, error: &str) -> Refusal {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return Refusal::new(None, ErrorCode::PARSE_ERROR, format!("not valid JSON: {error}"));
    }
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'[') => Refusal::new(
            None,
            ErrorCode::INVALID_REQUEST,
            "batches are not supported; send one message at a time",
        ),
        Some(b'{') => Refusal::new(
            None,
            ErrorCode::INVALID_REQUEST,
            format!("not a JSON-RPC message: {error}"),
        ),
        _ => Refusal::new(None, ErrorCode::INVALID_REQUEST, "a message must be a JSON object"),
    }
}

/// Reads a request id: a string or an integer (MCP "Requests").
fn read_id(raw: &RawValue) -> Result<RequestId, Refusal> {
    let echo = |text: &str| Some(text.to_owned());
    match serde_json::from_str::<NumberOrString>(raw.get()) {
        Ok(id) => Ok(id),
        Err(_) if raw.get() == "null" => Err(Refusal::new(
            None,
            ErrorCode::INVALID_REQUEST,
            "`id` must not be null; use a string or an integer",
        )),
        Err(_) => {
            let scalar = !raw.get().starts_with(['{', '[']);
            Err(Refusal::new(
                if scalar { echo(raw.get()) } else { None },
                ErrorCode::INVALID_REQUEST,
                "`id` must be a string or an integer",
            ))
        }
    }
}

fn read_answer(id: RequestId, result: Option<&RawValue>, error: Option<&RawValue>) -> Verdict {
    let message = match (result, error) {
        (Some(result), None) => serde_json::from_str::<ClientResult>(result.get())
            .map(|result| ClientJsonRpcMessage::response(result, id)),
        (None, Some(error)) => serde_json::from_str::<ErrorData>(error.get())
            .map(|error| ClientJsonRpcMessage::error(error, Some(id))),
        _ => return Verdict::Ignore("a response with both result and error"),
    };
    match message {
        Ok(message) => Verdict::Deliver(Box::new(message)),
        Err(_) => Verdict::Ignore("a response that fits no request of ours"),
    }
}

/// Splits `_meta` from `params` and keeps it where handlers look for it.
fn split_meta(params: &mut JsonObject) -> Result<Extensions, ErrorData> {
    let mut extensions = Extensions::new();
    match params.remove("_meta") {
        None | Some(Value::Null) => {}
        Some(Value::Object(meta)) => {
            extensions.insert(RequestMetaObject(meta.into()));
        }
        Some(_) => return Err(ErrorData::invalid_params("`_meta` must be an object", None)),
    }
    Ok(extensions)
}

fn typed<P: DeserializeOwned>(method: &str, params: JsonObject) -> Result<P, ErrorData> {
    serde_json::from_value(Value::Object(params)).map_err(|error| {
        ErrorData::invalid_params(format!("invalid params for `{method}`: {error}"), None)
    })
}

/// Takes a call's arguments over without parsing them a second time.
fn call_tool_params(mut params: JsonObject) -> Result<CallToolRequestParams, ErrorData> {
    let invalid = |message: &'static str| ErrorData::invalid_params(message, None);
    let name = match params.remove("name") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(invalid("`name` of `tools/call` must be a string")),
        None => return Err(invalid("`tools/call` needs `name`, the tool to call")),
    };
    let arguments = match params.remove("arguments") {
        None | Some(Value::Null) => None,
        Some(Value::Object(arguments)) => Some(arguments),
        Some(_) => return Err(invalid("`arguments` of `tools/call` must be an object")),
    };
    let mut call = if params.is_empty() {
        CallToolRequestParams::new(name)
    } else {
        params.insert("name".to_owned(), Value::String(name));
        typed("tools/call", params)?
    };
    call.arguments = arguments;
    Ok(call)
}

/// Builds the typed request that `method` names.
#[expect(deprecated, reason = "older clients still call these methods")]
fn read_request(method: &str, params: Option<JsonObject>) -> Result<ClientRequest, ErrorData> {
    use rmcp::model as m;

    let had_params = params.is_some();
    let mut params = params.unwrap_or_default();
    let extensions = split_meta(&mut params)?;
    let modern = extensions
        .get::<RequestMetaObject>()
        .and_then(RequestMetaObject::protocol_version)
        .is_some_and(|version| !version.has_initialize());
    if modern && REMOVED.contains(&method) {
        return Err(unknown_method(method));
    }
    macro_rules! plain {
        ($type:ident) => {{
            let mut request = m::$type::new(typed(method, params)?);
            request.extensions = extensions;
            ClientRequest::$type(request)
        }};
    }
    macro_rules! optional {
        ($type:ident) => {{
            let mut request = m::$type::default();
            request.params = if had_params { Some(typed(method, params)?) } else { None };
            request.extensions = extensions;
            ClientRequest::$type(request)
        }};
    }
    Ok(match method {
        "tools/call" => {
            let mut request = m::CallToolRequest::new(call_tool_params(params)?);
            request.extensions = extensions;
            ClientRequest::CallToolRequest(request)
        }
        "ping" => ClientRequest::PingRequest(m::PingRequest { extensions, ..Default::default() }),
        "initialize" => plain!(InitializeRequest),
        "server/discover" => plain!(DiscoverRequest),
        "completion/complete" => plain!(CompleteRequest),
        "logging/setLevel" => plain!(SetLevelRequest),
        "prompts/get" => plain!(GetPromptRequest),
        "prompts/list" => optional!(ListPromptsRequest),
        "resources/list" => optional!(ListResourcesRequest),
        "resources/templates/list" => optional!(ListResourceTemplatesRequest),
        "resources/read" => plain!(ReadResourceRequest),
        "resources/subscribe" => plain!(SubscribeRequest),
        "resources/unsubscribe" => plain!(UnsubscribeRequest),
        "resources/directory/read" => plain!(ReadResourceDirectoryRequest),
        "subscriptions/listen" => plain!(SubscriptionsListenRequest),
        "tools/list" => optional!(ListToolsRequest),
        "tasks/get" => plain!(GetTaskRequest),
        "tasks/update" => plain!(UpdateTaskRequest),
        "tasks/cancel" => plain!(CancelTaskRequest),
        "skills/list" => optional!(ListSkillsRequest),
        "skills/get" => plain!(GetSkillRequest),
        _ => return Err(unknown_method(method)),
    })
}

/// Methods that 2026-07-28 took out; a request of that era that names one is
/// told so before its params are looked at.
const REMOVED: [&str; 4] =
    ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

fn unknown_method(method: &str) -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("unknown method `{method}`"), None)
}

fn read_notification(method: &str, params: Option<JsonObject>) -> Option<ClientNotification> {
    use rmcp::model as m;

    let had_params = params.is_some();
    let mut params = params.unwrap_or_default();
    let mut extensions = Extensions::new();
    if let Some(Value::Object(meta)) = params.remove("_meta") {
        extensions.insert(NotificationMetaObject(meta.into()));
    }
    macro_rules! plain {
        ($type:ident) => {{
            let mut note = m::$type::new(typed(method, params).ok()?);
            note.extensions = extensions;
            ClientNotification::$type(note)
        }};
    }
    Some(match method {
        "notifications/cancelled" => plain!(CancelledNotification),
        "notifications/progress" => plain!(ProgressNotification),
        "notifications/initialized" => {
            let note = m::InitializedNotification { extensions, ..Default::default() };
            ClientNotification::InitializedNotification(note)
        }
        "notifications/roots/list_changed" => {
            let note = m::RootsListChangedNotification { extensions, ..Default::default() };
            ClientNotification::RootsListChangedNotification(note)
        }
        _ => {
            let params = had_params.then_some(Value::Object(params));
            let mut note = CustomNotification::new(method, params);
            note.extensions = extensions;
            ClientNotification::CustomNotification(note)
        }
    })
}

#[cfg(test)]
mod tests;
