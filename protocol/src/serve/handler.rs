//! A handler whose type is forgotten, so that all that lies between a
//! connection and a handler is compiled once, not again for every server.

#![expect(deprecated, reason = "older clients still call these methods")]

use std::borrow::Cow;

use futures::future::BoxFuture;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
    CompleteRequestParams, CompleteResult, CustomNotification, CustomRequest, CustomResult,
    DiscoverResult, ErrorData, GetPromptRequestParams, GetPromptResponse, GetSkillRequestParams,
    GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams, InitializeResult,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion,
    ReadResourceDirectoryRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
    UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};

type Request = RequestContext<RoleServer>;
type Notification = NotificationContext<RoleServer>;

/// [`ServerHandler`], fit for a trait object: the same methods with boxed futures.
macro_rules! handler {
    ($(fn $name:ident($($argument:ident: $type:ty),+) -> $output:ty;)+) => {
        pub(super) trait Handler: Send + Sync {
            fn get_info(&self) -> ServerConfig;
            fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]>;
            fn get_tool(&self, name: &str) -> Option<Tool>;
            fn accepted_subscription_filter(
                &self,
                requested: &SubscriptionFilter,
            ) -> Option<SubscriptionFilter>;
            $(fn $name(&self, $($argument: $type),+) -> BoxFuture<'_, $output>;)+
        }

        impl<H: ServerHandler> Handler for H {
            fn get_info(&self) -> ServerConfig {
                ServerHandler::get_info(self)
            }

            fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
                ServerHandler::supported_protocol_versions(self)
            }

            fn get_tool(&self, name: &str) -> Option<Tool> {
                ServerHandler::get_tool(self, name)
            }

            fn accepted_subscription_filter(
                &self,
                requested: &SubscriptionFilter,
            ) -> Option<SubscriptionFilter> {
                ServerHandler::accepted_subscription_filter(self, requested)
            }

            $(fn $name(&self, $($argument: $type),+) -> BoxFuture<'_, $output> {
                Box::pin(ServerHandler::$name(self, $($argument),+))
            })+
        }
    };
}

type Answer<T> = Result<T, ErrorData>;
type Page = Option<PaginatedRequestParams>;

handler! {
    fn ping(context: Request) -> Answer<()>;
    fn initialize(params: InitializeRequestParams, context: Request) -> Answer<InitializeResult>;
    fn discover(context: Request) -> Answer<DiscoverResult>;
    fn complete(params: CompleteRequestParams, context: Request) -> Answer<CompleteResult>;
    fn set_level(params: SetLevelRequestParams, context: Request) -> Answer<()>;
    fn get_prompt(params: GetPromptRequestParams, context: Request) -> Answer<GetPromptResponse>;
    fn list_prompts(params: Page, context: Request) -> Answer<ListPromptsResult>;
    fn list_resources(params: Page, context: Request) -> Answer<ListResourcesResult>;
    fn list_resource_templates(
        params: Page,
        context: Request
    ) -> Answer<ListResourceTemplatesResult>;
    fn read_resource(
        params: ReadResourceRequestParams,
        context: Request
    ) -> Answer<ReadResourceResponse>;
    fn read_resource_directory(
        params: ReadResourceDirectoryRequestParams,
        context: Request
    ) -> Answer<ListResourcesResult>;
    fn subscribe(params: SubscribeRequestParams, context: Request) -> Answer<()>;
    fn unsubscribe(params: UnsubscribeRequestParams, context: Request) -> Answer<()>;
    fn listen(context: SubscriptionContext) -> Answer<()>;
    fn call_tool(params: CallToolRequestParams, context: Request) -> Answer<CallToolResponse>;
    fn list_tools(params: Page, context: Request) -> Answer<ListToolsResult>;
    fn get_task(params: GetTaskParams, context: Request) -> Answer<GetTaskResult>;
    fn update_task(params: UpdateTaskParams, context: Request) -> Answer<()>;
    fn cancel_task(params: CancelTaskParams, context: Request) -> Answer<()>;
    fn list_skills(params: Page, context: Request) -> Answer<ListSkillsResult>;
    fn get_skill(params: GetSkillRequestParams, context: Request) -> Answer<GetSkillResult>;
    fn on_custom_request(params: CustomRequest, context: Request) -> Answer<CustomResult>;
    fn on_cancelled(params: CancelledNotificationParam, context: Notification) -> ();
    fn on_progress(params: ProgressNotificationParam, context: Notification) -> ();
    fn on_initialized(context: Notification) -> ();
    fn on_roots_list_changed(context: Notification) -> ();
    fn on_custom_notification(params: CustomNotification, context: Notification) -> ();
}
