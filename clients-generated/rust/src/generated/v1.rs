// Generated from the contract by `./admiral generate rust`; changes here are lost.

/// A key of the tenant, without its secret.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ApiKey {
    /// Identifier of the key, given by the server.
    #[prost(string, tag = "1")]
    pub key_id: ::prost::alloc::string::String,
    /// What it is for; at most 128 characters.
    #[prost(string, tag = "2")]
    pub label: ::prost::alloc::string::String,
    /// What it may do.
    #[prost(enumeration = "AccessRole", repeated, tag = "6")]
    pub roles: ::prost::alloc::vec::Vec<i32>,
    /// When it was made.
    #[prost(message, optional, tag = "4")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// When it ends by itself; absent means never.
    #[prost(message, optional, tag = "5")]
    pub expire_time: ::core::option::Option<::prost_types::Timestamp>,
}
/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum AccessRole {
    /// Refused with CALL_INVALID.
    Unspecified = 0,
    /// Make calls, and see figures of its tenant.
    Caller = 1,
    /// See figures, make no calls.
    Reader = 2,
    /// Change the server, and see content where it is kept.
    Operator = 3,
}
impl AccessRole {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "ACCESS_ROLE_UNSPECIFIED",
            Self::Caller => "ACCESS_ROLE_CALLER",
            Self::Reader => "ACCESS_ROLE_READER",
            Self::Operator => "ACCESS_ROLE_OPERATOR",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "ACCESS_ROLE_UNSPECIFIED" => Some(Self::Unspecified),
            "ACCESS_ROLE_CALLER" => Some(Self::Caller),
            "ACCESS_ROLE_READER" => Some(Self::Reader),
            "ACCESS_ROLE_OPERATOR" => Some(Self::Operator),
            _ => None,
        }
    }
}
/// Whose calls a limit or a budget bounds. With each is given its form in text, as QuotaFailure's subject and ErrorInfo's metadata
/// "subject" have it. Later versions may add others.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LimitSubject {
    /// Whose calls. Required.
    #[prost(oneof = "limit_subject::Subject", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9")]
    pub subject: ::core::option::Option<limit_subject::Subject>,
}
/// Nested message and enum types in `LimitSubject`.
pub mod limit_subject {
    /// Whose calls. Required.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Subject {
        /// All calls of a tenant: "tenant/NAME".
        #[prost(message, tag = "1")]
        Tenant(super::TenantSubject),
        /// Calls of one agent: "agent/NAME".
        #[prost(message, tag = "2")]
        Agent(super::AgentSubject),
        /// Calls of the agents of a group: "group/NAME".
        #[prost(message, tag = "3")]
        AgentGroup(super::AgentGroupSubject),
        /// Calls of one session of an agent: "session/NAME".
        #[prost(message, tag = "4")]
        Session(super::SessionSubject),
        /// Calls made with one key of this server: "key/ID".
        #[prost(message, tag = "5")]
        ApiKey(super::ApiKeySubject),
        /// Calls to one provider, of all tenants: "provider/NAME".
        #[prost(message, tag = "6")]
        Provider(super::ProviderSubject),
        /// Calls to a provider with one of its keys, of all tenants: "provider-key/PROVIDER/NAME".
        #[prost(message, tag = "7")]
        ProviderKey(super::ProviderKeySubject),
        /// Calls to one model, of all tenants: "model/PROVIDER/NAME".
        #[prost(message, tag = "8")]
        Model(super::ModelSubject),
        /// Calls to the models of a class, of all tenants: "class/NAME".
        #[prost(message, tag = "9")]
        ModelClass(super::ModelClassSubject),
    }
}
/// A tenant.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TenantSubject {
    /// Its name.
    #[prost(string, tag = "1")]
    pub tenant: ::prost::alloc::string::String,
}
/// An agent of the caller's tenant.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AgentSubject {
    /// Its name.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
}
/// A group of agents of the caller's tenant.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AgentGroupSubject {
    /// Its name.
    #[prost(string, tag = "1")]
    pub agent_group: ::prost::alloc::string::String,
}
/// A session of an agent of the caller's tenant.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SessionSubject {
    /// Its identifier.
    #[prost(string, tag = "1")]
    pub session_id: ::prost::alloc::string::String,
}
/// A key of this server.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ApiKeySubject {
    /// Its identifier, as ApiKey.key_id.
    #[prost(string, tag = "1")]
    pub key_id: ::prost::alloc::string::String,
}
/// A provider.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProviderSubject {
    /// Its name, as configured.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
}
/// A key that this server has at a provider.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProviderKeySubject {
    /// The provider, as configured.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Name of the key, as configured; never the key.
    #[prost(string, tag = "2")]
    pub key_name: ::prost::alloc::string::String,
}
/// A model.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelSubject {
    /// The provider, as configured.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// The provider's own name of the model.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
}
/// Models that share a limit.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelClassSubject {
    /// Name of the class.
    #[prost(string, tag = "1")]
    pub model_class: ::prost::alloc::string::String,
}
/// A limit as it stands now. This version counts requests, of providers and of agents.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UsageLimit {
    /// Whose calls it bounds.
    #[prost(message, optional, tag = "7")]
    pub subject: ::core::option::Option<LimitSubject>,
    /// What it counts.
    #[prost(enumeration = "LimitMetric", tag = "8")]
    pub metric: i32,
    /// The span of time it counts over, above zero; absent for LIMIT_METRIC_CONCURRENCY.
    #[prost(message, optional, tag = "9")]
    pub period: ::core::option::Option<::prost_types::Duration>,
    /// Most in the period.
    #[prost(int64, tag = "3")]
    pub limit_count: i64,
    /// What could be taken at once now.
    #[prost(int64, tag = "4")]
    pub available_count: i64,
    /// Most that can ever be taken at once.
    #[prost(int64, tag = "5")]
    pub burst_count: i64,
    /// Calls it has refused since the server started; of an agent since it last came back after minutes without a call.
    #[prost(int64, tag = "6")]
    pub refused_count: i64,
}
/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum LimitMetric {
    /// Never sent.
    Unspecified = 0,
    /// Requests.
    Requests = 1,
    /// Tokens of prompts.
    InputTokens = 2,
    /// Tokens of answers.
    OutputTokens = 3,
    /// Tokens of prompts and answers together.
    TotalTokens = 4,
    /// Money.
    Money = 5,
    /// Calls under way at once.
    Concurrency = 6,
}
impl LimitMetric {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "LIMIT_METRIC_UNSPECIFIED",
            Self::Requests => "LIMIT_METRIC_REQUESTS",
            Self::InputTokens => "LIMIT_METRIC_INPUT_TOKENS",
            Self::OutputTokens => "LIMIT_METRIC_OUTPUT_TOKENS",
            Self::TotalTokens => "LIMIT_METRIC_TOTAL_TOKENS",
            Self::Money => "LIMIT_METRIC_MONEY",
            Self::Concurrency => "LIMIT_METRIC_CONCURRENCY",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "LIMIT_METRIC_UNSPECIFIED" => Some(Self::Unspecified),
            "LIMIT_METRIC_REQUESTS" => Some(Self::Requests),
            "LIMIT_METRIC_INPUT_TOKENS" => Some(Self::InputTokens),
            "LIMIT_METRIC_OUTPUT_TOKENS" => Some(Self::OutputTokens),
            "LIMIT_METRIC_TOTAL_TOKENS" => Some(Self::TotalTokens),
            "LIMIT_METRIC_MONEY" => Some(Self::Money),
            "LIMIT_METRIC_CONCURRENCY" => Some(Self::Concurrency),
            _ => None,
        }
    }
}
/// An exact amount of money: units plus pico parts of a unit. Sums of any number of amounts stay exact and never wrap.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Money {
    /// ISO 4217 code of the currency, three capital letters. This server reckons in "USD" and fills it with every amount; in a request
    /// empty means "USD", and another is refused with CALL_INVALID.
    #[prost(string, tag = "1")]
    pub currency_code: ::prost::alloc::string::String,
    /// Whole units of the currency. Of the sign of pico, where neither is zero.
    #[prost(int64, tag = "2")]
    pub units: i64,
    /// Parts of a unit, in 1e-12 of it: -999,999,999,999 to 999,999,999,999. Negative if units is negative, or zero and the amount is
    /// below zero: -1.75 USD is units = -1 and pico = -750,000,000,000.
    #[prost(int64, tag = "3")]
    pub pico: i64,
}
/// Most money in a span of time.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Budget {
    /// Identifier of the budget, given by the server.
    #[prost(string, tag = "6")]
    pub budget_id: ::prost::alloc::string::String,
    /// Whose calls it bounds. Required.
    #[prost(message, optional, tag = "7")]
    pub subject: ::core::option::Option<LimitSubject>,
    /// Most to spend in a period; not below zero. Required.
    #[prost(message, optional, tag = "8")]
    pub limit_amount: ::core::option::Option<Money>,
    /// Spent in the current period.
    #[prost(message, optional, tag = "9")]
    pub spent_amount: ::core::option::Option<Money>,
    /// The period, such as one day; above zero. Required.
    #[prost(message, optional, tag = "4")]
    pub period: ::core::option::Option<::prost_types::Duration>,
    /// When the current period ends.
    #[prost(message, optional, tag = "5")]
    pub reset_time: ::core::option::Option<::prost_types::Timestamp>,
}
/// One change of a setting.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SettingChange {
    /// Identifier of the change.
    #[prost(string, tag = "1")]
    pub change_id: ::prost::alloc::string::String,
    /// The setting, by its name in the configuration.
    #[prost(string, tag = "2")]
    pub setting: ::prost::alloc::string::String,
    /// Value before.
    #[prost(string, tag = "3")]
    pub old_value: ::prost::alloc::string::String,
    /// Value after.
    #[prost(string, tag = "4")]
    pub new_value: ::prost::alloc::string::String,
    /// Why.
    #[prost(string, tag = "5")]
    pub reason: ::prost::alloc::string::String,
    /// When.
    #[prost(message, optional, tag = "6")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// True if it was undone.
    #[prost(bool, tag = "7")]
    pub rolled_back: bool,
}
/// Asks for changes of settings.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListChangesRequest {
    /// Most changes in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Changes of settings.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListChangesResponse {
    /// Changes, newest first.
    #[prost(message, repeated, tag = "1")]
    pub changes: ::prost::alloc::vec::Vec<SettingChange>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks to undo a change.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RollBackChangeRequest {
    /// The change. Required.
    #[prost(string, tag = "1")]
    pub change_id: ::prost::alloc::string::String,
}
/// The change was undone.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RollBackChangeResponse {
    /// The change that undid it.
    #[prost(message, optional, tag = "1")]
    pub change: ::core::option::Option<SettingChange>,
}
impl crate::method::Method for ListChangesRequest {
    type Response = ListChangesResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.SettingsService/ListChanges";
}
impl crate::method::Unary for ListChangesRequest {}
impl crate::method::Method for RollBackChangeRequest {
    type Response = RollBackChangeResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.SettingsService/RollBackChange";
}
impl crate::method::Unary for RollBackChangeRequest {}
/// The methods of `SettingsService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Lists changes of settings, newest first.
    pub async fn list_changes(
        &self,
        request: ListChangesRequest,
    ) -> Result<ListChangesResponse, crate::Error> {
        self.call(request).await
    }
    /// Undoes one change of settings.
    pub async fn roll_back_change(
        &self,
        request: RollBackChangeRequest,
    ) -> Result<RollBackChangeResponse, crate::Error> {
        self.call(request).await
    }
}
/// Asks for the cache's figures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetMetricsRequest {}
/// Figures of each tier.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GetMetricsResponse {
    /// Memory first, then disk.
    #[prost(message, repeated, tag = "1")]
    pub tiers: ::prost::alloc::vec::Vec<CacheTier>,
}
/// One tier of the cache.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CacheTier {
    /// Which tier.
    #[prost(enumeration = "cache_tier::Kind", tag = "8")]
    pub kind: i32,
    /// Answers held.
    #[prost(int64, tag = "2")]
    pub entry_count: i64,
    /// Bytes held.
    #[prost(int64, tag = "3")]
    pub size_bytes: i64,
    /// Most bytes held.
    #[prost(int64, tag = "4")]
    pub limit_bytes: i64,
    /// Look-ups answered since start.
    #[prost(int64, tag = "5")]
    pub hit_count: i64,
    /// Look-ups not answered since start.
    #[prost(int64, tag = "6")]
    pub miss_count: i64,
    /// Answers dropped for want of room since start.
    #[prost(int64, tag = "7")]
    pub eviction_count: i64,
}
/// Nested message and enum types in `CacheTier`.
pub mod cache_tier {
    /// The tiers.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Kind {
        /// Never sent.
        Unspecified = 0,
        /// In memory.
        Memory = 1,
        /// On disk.
        Disk = 2,
    }
    impl Kind {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "KIND_UNSPECIFIED",
                Self::Memory => "KIND_MEMORY",
                Self::Disk => "KIND_DISK",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "KIND_UNSPECIFIED" => Some(Self::Unspecified),
                "KIND_MEMORY" => Some(Self::Memory),
                "KIND_DISK" => Some(Self::Disk),
                _ => None,
            }
        }
    }
}
/// Asks for better settings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct OptimizeRequest {
    /// True only tells what would be changed.
    #[prost(bool, tag = "1")]
    pub dry_run: bool,
}
/// What was, or would be, changed.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct OptimizeResponse {
    /// The changes.
    #[prost(message, repeated, tag = "1")]
    pub changes: ::prost::alloc::vec::Vec<SettingChange>,
}
/// Asks to fill the cache.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WarmRequest {
    /// Hashes, as Served.key_hash, of answers on disk to bring to memory; at most 10,000.
    #[prost(string, repeated, tag = "1")]
    pub key_hashes: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
/// The cache was filled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WarmResponse {
    /// Answers brought to memory.
    #[prost(int64, tag = "1")]
    pub entry_count: i64,
}
/// Asks to remove answers. Exactly one selector is required.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct InvalidateCacheRequest {
    /// Which answers.
    #[prost(oneof = "invalidate_cache_request::Selector", tags = "1, 2, 3, 4, 5")]
    pub selector: ::core::option::Option<invalidate_cache_request::Selector>,
}
/// Nested message and enum types in `InvalidateCacheRequest`.
pub mod invalidate_cache_request {
    /// Which answers.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Selector {
        /// One answer by its hash.
        #[prost(message, tag = "1")]
        Key(super::KeySelector),
        /// All answers of a model.
        #[prost(message, tag = "2")]
        Model(super::ModelSelector),
        /// All answers stored for one agent alone (CachePolicy SCOPE_AGENT).
        #[prost(message, tag = "3")]
        Agent(super::AgentSelector),
        /// All answers older than an age.
        #[prost(message, tag = "4")]
        Age(super::AgeSelector),
        /// All answers of the tenant.
        #[prost(message, tag = "5")]
        All(super::AllSelector),
    }
}
/// One answer.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct KeySelector {
    /// Served.key_hash of the answer: 16 hex digits.
    #[prost(string, tag = "1")]
    pub key_hash: ::prost::alloc::string::String,
}
/// Answers of one model.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelSelector {
    /// Provider.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Model, the provider's own name.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
}
/// Answers stored for one agent alone.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AgentSelector {
    /// The agent.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
}
/// Answers older than an age.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AgeSelector {
    /// The age; above zero.
    #[prost(message, optional, tag = "1")]
    pub min_age: ::core::option::Option<::prost_types::Duration>,
}
/// All answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AllSelector {}
/// Answers were removed from every tier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct InvalidateCacheResponse {
    /// How many different answers.
    #[prost(int64, tag = "1")]
    pub entry_count: i64,
}
impl crate::method::Method for GetMetricsRequest {
    type Response = GetMetricsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CacheService/GetMetrics";
}
impl crate::method::Unary for GetMetricsRequest {}
impl crate::method::Method for OptimizeRequest {
    type Response = OptimizeResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CacheService/Optimize";
}
impl crate::method::Unary for OptimizeRequest {}
impl crate::method::Method for WarmRequest {
    type Response = WarmResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CacheService/Warm";
}
impl crate::method::Unary for WarmRequest {}
impl crate::method::Method for InvalidateCacheRequest {
    type Response = InvalidateCacheResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CacheService/InvalidateCache";
}
impl crate::method::Unary for InvalidateCacheRequest {}
/// The methods of `CacheService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Tells what the cache holds and how it fares.
    pub async fn get_metrics(
        &self,
        request: GetMetricsRequest,
    ) -> Result<GetMetricsResponse, crate::Error> {
        self.call(request).await
    }
    /// Asks the cache to look for better settings now. This version has no engine for it: NOT_IMPLEMENTED.
    pub async fn optimize(
        &self,
        request: OptimizeRequest,
    ) -> Result<OptimizeResponse, crate::Error> {
        self.call(request).await
    }
    /// Fills the cache ahead of need. This version has no engine for it: NOT_IMPLEMENTED.
    pub async fn warm(
        &self,
        request: WarmRequest,
    ) -> Result<WarmResponse, crate::Error> {
        self.call(request).await
    }
    /// Removes answers.
    pub async fn invalidate_cache(
        &self,
        request: InvalidateCacheRequest,
    ) -> Result<InvalidateCacheResponse, crate::Error> {
        self.call(request).await
    }
}
/// What a caller says of a call apart from its content. Nothing here changes what a model is asked, except RoutingPreferences, which may
/// change who is asked and is therefore part of the cache key.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallOptions {
    /// Name of the calling agent, 1 to 128 characters of letters, digits and "._:/@-". Empty takes the metadata key "admiral-agent",
    /// and without that "anonymous". The agent is registered on its first call.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// Group the agent belongs to, for reports; same characters; optional.
    #[prost(string, tag = "2")]
    pub agent_group: ::prost::alloc::string::String,
    /// What kind of work this is, such as "triage"; same characters; optional. Used by reports, learning and routing.
    #[prost(string, tag = "3")]
    pub task_type: ::prost::alloc::string::String,
    /// How urgent the call is. Unset is PRIORITY_INTERACTIVE.
    #[prost(enumeration = "Priority", tag = "4")]
    pub priority: i32,
    /// How the response cache is used. Absent is the server's default: use it, 10 minutes, shared by the fleet.
    #[prost(message, optional, tag = "5")]
    pub cache_policy: ::core::option::Option<CachePolicy>,
    /// Preferences as to which model answers.
    #[prost(message, optional, tag = "6")]
    pub routing: ::core::option::Option<RoutingPreferences>,
}
/// How the response cache and joining are used for one call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CachePolicy {
    /// How the cache is used.
    #[prost(enumeration = "cache_policy::Mode", tag = "1")]
    pub mode: i32,
    /// How long the answer may be served, 1 s to 30 days. Absent is the server's default (10 minutes unless configured).
    #[prost(message, optional, tag = "2")]
    pub time_to_live: ::core::option::Option<::prost_types::Duration>,
    /// Oldest stored answer this caller takes. Absent: any answer that has not expired.
    #[prost(message, optional, tag = "3")]
    pub max_age: ::core::option::Option<::prost_types::Duration>,
    /// Who may be given the stored answer.
    #[prost(enumeration = "cache_policy::Scope", tag = "4")]
    pub scope: i32,
    /// Also cache and join calls whose answers are drawn at random (temperature above zero, several candidates).
    #[prost(bool, tag = "5")]
    pub include_sampled: bool,
}
/// Nested message and enum types in `CachePolicy`.
pub mod cache_policy {
    /// How the cache is used.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Mode {
        /// Same as MODE_USE.
        Unspecified = 0,
        /// Answer from the cache or join a call in flight; store the answer.
        Use = 1,
        /// Neither read, nor join, nor store.
        Bypass = 2,
        /// Do not read or join; store the answer in place of an older one.
        Refresh = 3,
        /// Answer from the cache or fail with CACHE_MISS; never call a provider.
        Only = 4,
    }
    impl Mode {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "MODE_UNSPECIFIED",
                Self::Use => "MODE_USE",
                Self::Bypass => "MODE_BYPASS",
                Self::Refresh => "MODE_REFRESH",
                Self::Only => "MODE_ONLY",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "MODE_UNSPECIFIED" => Some(Self::Unspecified),
                "MODE_USE" => Some(Self::Use),
                "MODE_BYPASS" => Some(Self::Bypass),
                "MODE_REFRESH" => Some(Self::Refresh),
                "MODE_ONLY" => Some(Self::Only),
                _ => None,
            }
        }
    }
    /// Who may be given the stored answer.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Scope {
        /// Same as SCOPE_FLEET.
        Unspecified = 0,
        /// Every agent of the tenant.
        Fleet = 1,
        /// Only the agent that asked.
        Agent = 2,
    }
    impl Scope {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "SCOPE_UNSPECIFIED",
                Self::Fleet => "SCOPE_FLEET",
                Self::Agent => "SCOPE_AGENT",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "SCOPE_UNSPECIFIED" => Some(Self::Unspecified),
                "SCOPE_FLEET" => Some(Self::Fleet),
                "SCOPE_AGENT" => Some(Self::Agent),
                _ => None,
            }
        }
    }
}
/// Preferences as to which model answers. The choice among candidates is dynamic: it changes with what the server learns.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RoutingPreferences {
    /// What to prefer among the candidates of an alias.
    #[prost(enumeration = "routing_preferences::Objective", tag = "1")]
    pub objective: i32,
    /// Models tried in order after the candidates of Prompt.model; same forms as Prompt.model except aliases. At most 16.
    #[prost(string, repeated, tag = "2")]
    pub fallback_models: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// Most the call may cost, judged before an attempt by an upper estimate; not below zero; absent means no limit. Candidates that could
    /// cost more, or whose price is unknown, are passed over.
    #[prost(message, optional, tag = "4")]
    pub max_cost: ::core::option::Option<Money>,
}
/// Nested message and enum types in `RoutingPreferences`.
pub mod routing_preferences {
    /// What to prefer among the candidates of an alias.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Objective {
        /// The order the operator configured.
        Unspecified = 0,
        /// Lowest price first; unknown prices last.
        Cost = 1,
        /// Quickest first by what was measured.
        Latency = 2,
        /// Best first by what was learned.
        Quality = 3,
    }
    impl Objective {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "OBJECTIVE_UNSPECIFIED",
                Self::Cost => "OBJECTIVE_COST",
                Self::Latency => "OBJECTIVE_LATENCY",
                Self::Quality => "OBJECTIVE_QUALITY",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "OBJECTIVE_UNSPECIFIED" => Some(Self::Unspecified),
                "OBJECTIVE_COST" => Some(Self::Cost),
                "OBJECTIVE_LATENCY" => Some(Self::Latency),
                "OBJECTIVE_QUALITY" => Some(Self::Quality),
                _ => None,
            }
        }
    }
}
/// How urgent a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum Priority {
    /// Same as PRIORITY_INTERACTIVE.
    Unspecified = 0,
    /// Somebody waits.
    Interactive = 1,
    /// Nobody waits; gives way when limits are short.
    Batch = 2,
}
impl Priority {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "PRIORITY_UNSPECIFIED",
            Self::Interactive => "PRIORITY_INTERACTIVE",
            Self::Batch => "PRIORITY_BATCH",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "PRIORITY_UNSPECIFIED" => Some(Self::Unspecified),
            "PRIORITY_INTERACTIVE" => Some(Self::Interactive),
            "PRIORITY_BATCH" => Some(Self::Batch),
            _ => None,
        }
    }
}
/// One turn of a conversation.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ChatMessage {
    /// Who speaks. Required.
    #[prost(enumeration = "Role", tag = "1")]
    pub role: i32,
    /// What is said, in order. At least one part; every part has a kind.
    #[prost(message, repeated, tag = "2")]
    pub parts: ::prost::alloc::vec::Vec<ContentPart>,
    /// Optional name of the speaker, passed to vendors that know names; at most 64 characters.
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
    /// What the vendor wants back with the message as a whole, role ASSISTANT; send it back unchanged. Ignored with other roles.
    #[prost(message, optional, tag = "4")]
    pub vendor_data: ::core::option::Option<VendorData>,
}
/// One piece of a message.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ContentPart {
    /// What the vendor wants back with this part, such as the signature of a tool call, role ASSISTANT; send it back unchanged. For a
    /// part of reasoning its vendor is also whose the signature and the redacted_data are. Ignored with other roles.
    #[prost(message, optional, tag = "14")]
    pub vendor_data: ::core::option::Option<VendorData>,
    /// Asks vendors with explicit prompt caching to cache the prompt up to and including this part, and for how long. Other vendors
    /// ignore it.
    #[prost(enumeration = "PromptCachePoint", tag = "15")]
    pub prompt_cache_point: i32,
    /// What the piece is. Required.
    #[prost(oneof = "content_part::Kind", tags = "1, 2, 3, 4, 5, 6, 7, 8")]
    pub kind: ::core::option::Option<content_part::Kind>,
}
/// Nested message and enum types in `ContentPart`.
pub mod content_part {
    /// What the piece is. Required.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Kind {
        /// Plain text, any role.
        #[prost(message, tag = "1")]
        Text(super::TextPart),
        /// A picture, role USER (and TOOL results of vendors that allow it).
        #[prost(message, tag = "2")]
        Image(super::ImagePart),
        /// A document, role USER.
        #[prost(message, tag = "3")]
        File(super::FilePart),
        /// A call of a tool by the model, role ASSISTANT.
        #[prost(message, tag = "4")]
        ToolCall(super::ToolCall),
        /// What a called tool returned, role TOOL.
        #[prost(message, tag = "5")]
        ToolResult(super::ToolResult),
        /// The model's reasoning, role ASSISTANT; send it back unchanged when a conversation with tools goes on.
        #[prost(message, tag = "6")]
        Reasoning(super::ReasoningPart),
        /// The model's refusal to answer, role ASSISTANT.
        #[prost(message, tag = "7")]
        Refusal(super::RefusalPart),
        /// A declared tool that a search for tools found, within a ToolResult; for vendors that know such.
        #[prost(message, tag = "8")]
        ToolReference(super::ToolReference),
    }
}
/// What a vendor gave with an answer for itself, in its own words: signatures of thoughts, encrypted reasoning and the like. Nobody
/// else reads it. A caller keeps it with what it came with and sends it back unchanged when the conversation goes on; an answer without
/// it is refused by some vendors, and worse with others. It goes back to the vendor it came from and to no other: a call that another
/// vendor answers is sent without it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct VendorData {
    /// The vendor it came from: its word in the server's configuration, such as "gemini", or the provider's name where that names no
    /// vendor. Empty if the caller does not know; then a provider is sent what its vendor is known to take back, or all of it where
    /// nothing is known of the vendor.
    #[prost(string, tag = "1")]
    pub vendor: ::prost::alloc::string::String,
    /// The fields that the vendor wrote beside what the contract has places for, at this place: a JSON object in text. Empty if there
    /// are none. At most 8,388,608 characters; fields that the contract has places for are ignored in it.
    #[prost(string, tag = "2")]
    pub json: ::prost::alloc::string::String,
    /// Under which name the vendor told a text of reasoning, if it is another than the one that most vendors use: "reasoning" instead of
    /// "reasoning_content". Else empty.
    #[prost(string, tag = "3")]
    pub reasoning_field: ::prost::alloc::string::String,
}
/// Plain text.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TextPart {
    /// UTF-8 text; may be empty only in answers.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
}
/// A picture.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ImagePart {
    /// Hint to the vendor in which resolution to look at it.
    #[prost(enumeration = "ImageDetail", tag = "3")]
    pub detail: i32,
    /// Where the picture is. Required.
    #[prost(oneof = "image_part::Source", tags = "1, 2")]
    pub source: ::core::option::Option<image_part::Source>,
}
/// Nested message and enum types in `ImagePart`.
pub mod image_part {
    /// Where the picture is. Required.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Source {
        /// The bytes themselves.
        #[prost(message, tag = "1")]
        Inline(super::InlineData),
        /// An address the vendor fetches.
        #[prost(message, tag = "2")]
        Remote(super::RemoteData),
    }
}
/// A document.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FilePart {
    /// File name shown to the model; optional.
    #[prost(string, tag = "4")]
    pub name: ::prost::alloc::string::String,
    /// Where the document is. Required.
    #[prost(oneof = "file_part::Source", tags = "1, 2, 3")]
    pub source: ::core::option::Option<file_part::Source>,
}
/// Nested message and enum types in `FilePart`.
pub mod file_part {
    /// Where the document is. Required.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Source {
        /// The bytes themselves.
        #[prost(message, tag = "1")]
        Inline(super::InlineData),
        /// An address the vendor fetches.
        #[prost(message, tag = "2")]
        Remote(super::RemoteData),
        /// A file uploaded to the vendor before.
        #[prost(message, tag = "3")]
        Uploaded(super::UploadedData),
    }
}
/// Bytes carried in the call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct InlineData {
    /// IANA media type, such as image/png. Required.
    #[prost(string, tag = "1")]
    pub media_type: ::prost::alloc::string::String,
    /// The content; counts towards the limit on a call's size.
    #[prost(bytes = "vec", tag = "2")]
    pub data: ::prost::alloc::vec::Vec<u8>,
}
/// Bytes the vendor fetches by itself.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RemoteData {
    /// Absolute http or https address. Required.
    #[prost(string, tag = "1")]
    pub uri: ::prost::alloc::string::String,
}
/// Bytes the vendor already holds.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UploadedData {
    /// The vendor's file identifier. Required.
    #[prost(string, tag = "1")]
    pub file_id: ::prost::alloc::string::String,
}
/// The model asks for a tool to be run.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ToolCall {
    /// Identifier that the matching ToolResult names. Unique within a conversation.
    #[prost(string, tag = "1")]
    pub id: ::prost::alloc::string::String,
    /// Name of a declared tool.
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    /// Arguments as a JSON object in text, exactly as the model wrote them (a model can write invalid JSON). Empty for a custom tool.
    #[prost(string, tag = "3")]
    pub arguments_json: ::prost::alloc::string::String,
    /// What a custom tool is given, as the model wrote it; absent for any other tool.
    #[prost(string, optional, tag = "4")]
    pub input_text: ::core::option::Option<::prost::alloc::string::String>,
}
/// Names a declared tool.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ToolReference {
    /// Name of the tool. Required.
    #[prost(string, tag = "1")]
    pub tool_name: ::prost::alloc::string::String,
}
/// What a tool returned.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ToolResult {
    /// The id of the ToolCall it answers; a result with no earlier call is refused with CALL_INVALID.
    #[prost(string, tag = "1")]
    pub tool_call_id: ::prost::alloc::string::String,
    /// The result: text, image, file or tool reference parts.
    #[prost(message, repeated, tag = "2")]
    pub parts: ::prost::alloc::vec::Vec<ContentPart>,
    /// True if the tool failed and the parts describe the failure.
    #[prost(bool, tag = "3")]
    pub is_error: bool,
}
/// The model's reasoning as far as the vendor shows it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ReasoningPart {
    /// Readable text; empty where the vendor hides it.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
    /// The vendor's signature over the text; send it back unchanged, with the part's vendor_data, which says whose it is.
    #[prost(string, tag = "2")]
    pub signature: ::prost::alloc::string::String,
    /// Encrypted reasoning the vendor wants back unchanged, with the part's vendor_data.
    #[prost(string, tag = "3")]
    pub redacted_data: ::prost::alloc::string::String,
}
/// The model's refusal in its own words.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RefusalPart {
    /// Explanation by the model.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
}
/// A tool the model may call.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Tool {
    /// Further fields of the tool in the words of the dialect that Prompt.provider_options_dialect names, such as "input_examples";
    /// vendors of other dialects are not told them.
    #[prost(message, optional, tag = "14")]
    pub provider_options: ::core::option::Option<::prost_types::Struct>,
    /// Asks vendors with explicit prompt caching to cache the tools up to and including this one, and for how long. Other vendors
    /// ignore it.
    #[prost(enumeration = "PromptCachePoint", tag = "15")]
    pub prompt_cache_point: i32,
    /// What kind of tool. Required.
    #[prost(oneof = "tool::Kind", tags = "1, 2")]
    pub kind: ::core::option::Option<tool::Kind>,
}
/// Nested message and enum types in `Tool`.
pub mod tool {
    /// What kind of tool. Required.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        /// A function that the caller runs.
        #[prost(message, tag = "1")]
        Function(super::FunctionTool),
        /// A tool that is given free text, which the caller runs; for models that know such.
        #[prost(message, tag = "2")]
        Custom(super::CustomTool),
    }
}
/// A function that the caller runs when the model asks for it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FunctionTool {
    /// Name, 1 to 128 characters of letters, digits, '_' and '-'; many models take at most 64. Unique in a call.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// What the tool does and when to use it.
    #[prost(string, tag = "2")]
    pub description: ::prost::alloc::string::String,
    /// JSON Schema of the arguments, an object schema in text; empty means no arguments.
    #[prost(string, tag = "3")]
    pub parameters_schema_json: ::prost::alloc::string::String,
    /// Asks the vendor to hold the model to the schema exactly.
    #[prost(bool, optional, tag = "4")]
    pub strict: ::core::option::Option<bool>,
}
/// A tool that the model gives text of any form, such as a patch.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CustomTool {
    /// Name, as of a FunctionTool.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// What the tool does and when to use it.
    #[prost(string, tag = "2")]
    pub description: ::prost::alloc::string::String,
    /// Form of the text; absent means any.
    #[prost(message, optional, tag = "3")]
    pub grammar: ::core::option::Option<CustomToolGrammar>,
}
/// A grammar that a custom tool's input keeps to.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CustomToolGrammar {
    /// How the grammar is written: "lark" or "regex".
    #[prost(string, tag = "1")]
    pub syntax: ::prost::alloc::string::String,
    /// The grammar.
    #[prost(string, tag = "2")]
    pub definition: ::prost::alloc::string::String,
}
/// Whether and which tools the model must call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ToolChoice {
    /// How the model may choose.
    #[prost(enumeration = "tool_choice::Mode", tag = "1")]
    pub mode: i32,
    /// Name of the tool for MODE_TOOL, else empty.
    #[prost(string, tag = "2")]
    pub tool_name: ::prost::alloc::string::String,
    /// False forbids several tool calls in one answer; absent is the vendor's default.
    #[prost(bool, optional, tag = "3")]
    pub parallel: ::core::option::Option<bool>,
}
/// Nested message and enum types in `ToolChoice`.
pub mod tool_choice {
    /// How the model may choose.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Mode {
        /// The vendor's default: MODE_AUTO when tools are declared.
        Unspecified = 0,
        /// The model decides.
        Auto = 1,
        /// No tool is called.
        None = 2,
        /// At least one tool is called.
        Required = 3,
        /// The tool named below is called.
        Tool = 4,
    }
    impl Mode {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "MODE_UNSPECIFIED",
                Self::Auto => "MODE_AUTO",
                Self::None => "MODE_NONE",
                Self::Required => "MODE_REQUIRED",
                Self::Tool => "MODE_TOOL",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "MODE_UNSPECIFIED" => Some(Self::Unspecified),
                "MODE_AUTO" => Some(Self::Auto),
                "MODE_NONE" => Some(Self::None),
                "MODE_REQUIRED" => Some(Self::Required),
                "MODE_TOOL" => Some(Self::Tool),
                _ => None,
            }
        }
    }
}
/// Who speaks in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum Role {
    /// Not set; a message without a role is refused with CALL_INVALID.
    Unspecified = 0,
    /// Instructions that hold for the whole conversation.
    System = 1,
    /// Instructions of the application's developer, for vendors that tell them from system ones; elsewhere the same as ROLE_SYSTEM.
    Developer = 2,
    /// The agent, or the person it acts for.
    User = 3,
    /// The model.
    Assistant = 4,
    /// Results of tools the model called; holds ToolResult parts only.
    Tool = 5,
}
impl Role {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "ROLE_UNSPECIFIED",
            Self::System => "ROLE_SYSTEM",
            Self::Developer => "ROLE_DEVELOPER",
            Self::User => "ROLE_USER",
            Self::Assistant => "ROLE_ASSISTANT",
            Self::Tool => "ROLE_TOOL",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "ROLE_UNSPECIFIED" => Some(Self::Unspecified),
            "ROLE_SYSTEM" => Some(Self::System),
            "ROLE_DEVELOPER" => Some(Self::Developer),
            "ROLE_USER" => Some(Self::User),
            "ROLE_ASSISTANT" => Some(Self::Assistant),
            "ROLE_TOOL" => Some(Self::Tool),
            _ => None,
        }
    }
}
/// Whether the vendor's prompt cache is asked to keep what came so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum PromptCachePoint {
    /// It is not asked.
    Unspecified = 0,
    /// For the vendor's usual duration.
    Default = 1,
    /// For an hour, where the vendor lets one choose, else for its usual duration.
    PromptCachePoint1h = 2,
}
impl PromptCachePoint {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "PROMPT_CACHE_POINT_UNSPECIFIED",
            Self::Default => "PROMPT_CACHE_POINT_DEFAULT",
            Self::PromptCachePoint1h => "PROMPT_CACHE_POINT_1H",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "PROMPT_CACHE_POINT_UNSPECIFIED" => Some(Self::Unspecified),
            "PROMPT_CACHE_POINT_DEFAULT" => Some(Self::Default),
            "PROMPT_CACHE_POINT_1H" => Some(Self::PromptCachePoint1h),
            _ => None,
        }
    }
}
/// In which resolution a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ImageDetail {
    /// The vendor's default.
    Unspecified = 0,
    /// Low, and cheap.
    Low = 1,
    /// High.
    High = 2,
    /// The vendor chooses by the picture.
    Auto = 3,
    /// As it is, where the vendor offers that.
    Original = 4,
}
impl ImageDetail {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "IMAGE_DETAIL_UNSPECIFIED",
            Self::Low => "IMAGE_DETAIL_LOW",
            Self::High => "IMAGE_DETAIL_HIGH",
            Self::Auto => "IMAGE_DETAIL_AUTO",
            Self::Original => "IMAGE_DETAIL_ORIGINAL",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "IMAGE_DETAIL_UNSPECIFIED" => Some(Self::Unspecified),
            "IMAGE_DETAIL_LOW" => Some(Self::Low),
            "IMAGE_DETAIL_HIGH" => Some(Self::High),
            "IMAGE_DETAIL_AUTO" => Some(Self::Auto),
            "IMAGE_DETAIL_ORIGINAL" => Some(Self::Original),
            _ => None,
        }
    }
}
/// A finished answer of a model.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Completion {
    /// What the model said, role ASSISTANT: text, tool calls, reasoning, refusal, in the order given.
    #[prost(message, optional, tag = "1")]
    pub message: ::core::option::Option<ChatMessage>,
    /// Why the model stopped.
    #[prost(enumeration = "FinishReason", tag = "2")]
    pub finish_reason: i32,
    /// The stop text that ended the answer, where the vendor says.
    #[prost(string, tag = "3")]
    pub stop_sequence: ::prost::alloc::string::String,
    /// The second and further answers when Sampling.candidate_count was above one.
    #[prost(message, repeated, tag = "4")]
    pub alternatives: ::prost::alloc::vec::Vec<Candidate>,
    /// Settings of the prompt that this model has no place for, so that it answered without them: "sampling.temperature".
    #[prost(string, repeated, tag = "5")]
    pub omitted_fields: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// What the vendor says of why it stopped, beyond the reason; absent if nothing.
    #[prost(message, optional, tag = "6")]
    pub finish_details: ::core::option::Option<FinishDetails>,
    /// The model that the vendor says answered, where it says so: mostly the dated name of the one that was asked for.
    #[prost(string, tag = "7")]
    pub served_model: ::prost::alloc::string::String,
    /// The vendor's words for the service that it gave, where it is not its usual one: "flex", "priority"; several with + between them.
    #[prost(string, tag = "8")]
    pub service_tier: ::prost::alloc::string::String,
}
/// One further answer to the same prompt.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Candidate {
    /// What the model said.
    #[prost(message, optional, tag = "1")]
    pub message: ::core::option::Option<ChatMessage>,
    /// Why the model stopped.
    #[prost(enumeration = "FinishReason", tag = "2")]
    pub finish_reason: i32,
}
/// What a vendor says of why a model stopped, in its own words. What it says for people is a RefusalPart.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FinishDetails {
    /// The kind of refusal or filter, such as "cyber"; empty if none is told.
    #[prost(string, tag = "1")]
    pub category: ::prost::alloc::string::String,
}
/// The next piece of a streamed answer. Pieces of one part arrive in order; joining all pieces of a part gives that part of the
/// unary answer, byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContentDelta {
    /// Which alternative, 0 for the first.
    #[prost(int32, tag = "1")]
    pub candidate_index: i32,
    /// Which part of the message, from 0; parts begin in rising order.
    #[prost(int32, tag = "2")]
    pub part_index: i32,
    /// The part's ContentPart.vendor_data, whole: it replaces what an earlier piece of the part brought. Absent says nothing new.
    #[prost(message, optional, tag = "7")]
    pub vendor_data: ::core::option::Option<VendorData>,
    /// The piece.
    #[prost(oneof = "content_delta::Piece", tags = "3, 4, 5, 6")]
    pub piece: ::core::option::Option<content_delta::Piece>,
}
/// Nested message and enum types in `ContentDelta`.
pub mod content_delta {
    /// The piece.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Piece {
        /// More text.
        #[prost(message, tag = "3")]
        Text(super::TextDelta),
        /// More reasoning.
        #[prost(message, tag = "4")]
        Reasoning(super::ReasoningDelta),
        /// A tool call begins or goes on.
        #[prost(message, tag = "5")]
        ToolCall(super::ToolCallDelta),
        /// More of a refusal.
        #[prost(message, tag = "6")]
        Refusal(super::RefusalDelta),
    }
}
/// More text of one part.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TextDelta {
    /// The text to append.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
}
/// More reasoning of one part.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ReasoningDelta {
    /// Text to append.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
    /// Signature to append.
    #[prost(string, tag = "2")]
    pub signature: ::prost::alloc::string::String,
    /// Encrypted reasoning to append.
    #[prost(string, tag = "3")]
    pub redacted_data: ::prost::alloc::string::String,
}
/// More of one tool call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ToolCallDelta {
    /// The call's id, in its first piece only.
    #[prost(string, tag = "1")]
    pub id: ::prost::alloc::string::String,
    /// The tool's name, in its first piece only.
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    /// Arguments to append, a fragment of JSON text.
    #[prost(string, tag = "3")]
    pub arguments_json: ::prost::alloc::string::String,
    /// Input of a custom tool to append; its calls have no arguments. Present, though maybe empty, in each piece of such a call.
    #[prost(string, optional, tag = "4")]
    pub input_text: ::core::option::Option<::prost::alloc::string::String>,
}
/// More of a refusal.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RefusalDelta {
    /// Text to append.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
}
/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum FinishReason {
    /// The vendor gave none or one this server does not know.
    Unspecified = 0,
    /// It was done, or a stop text came up.
    Stop = 1,
    /// The most output tokens were reached; the answer is truncated.
    Length = 2,
    /// It wants tools to be run.
    ToolCalls = 3,
    /// The vendor's filter cut the answer.
    ContentFilter = 4,
    /// The model refused.
    Refusal = 5,
    /// The vendor paused a long turn; send the answer back to go on.
    Pause = 6,
    /// The model's context was full; the answer is truncated, and more output tokens would not help.
    ContextWindow = 7,
}
impl FinishReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "FINISH_REASON_UNSPECIFIED",
            Self::Stop => "FINISH_REASON_STOP",
            Self::Length => "FINISH_REASON_LENGTH",
            Self::ToolCalls => "FINISH_REASON_TOOL_CALLS",
            Self::ContentFilter => "FINISH_REASON_CONTENT_FILTER",
            Self::Refusal => "FINISH_REASON_REFUSAL",
            Self::Pause => "FINISH_REASON_PAUSE",
            Self::ContextWindow => "FINISH_REASON_CONTEXT_WINDOW",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "FINISH_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "FINISH_REASON_STOP" => Some(Self::Stop),
            "FINISH_REASON_LENGTH" => Some(Self::Length),
            "FINISH_REASON_TOOL_CALLS" => Some(Self::ToolCalls),
            "FINISH_REASON_CONTENT_FILTER" => Some(Self::ContentFilter),
            "FINISH_REASON_REFUSAL" => Some(Self::Refusal),
            "FINISH_REASON_PAUSE" => Some(Self::Pause),
            "FINISH_REASON_CONTEXT_WINDOW" => Some(Self::ContextWindow),
            _ => None,
        }
    }
}
/// Why a call failed. Every error of this service is a google.rpc.Status with exactly one google.rpc.ErrorInfo whose domain is
/// "optimizer.admiral.dev" and whose reason is the name here without the prefix ERROR_REASON_. ErrorInfo.metadata holds
/// what is named with the reason, and "retryAfterMillis" wherever RetryInfo is present. RetryInfo is present where the wait is known,
/// QuotaFailure where a limit refused, BadRequest where a field is at fault. Messages and details are cut so that they fit into 8 KiB of
/// headers. The gRPC code of each reason is given in brackets: UNAVAILABLE and DEADLINE_EXCEEDED may pass by
/// themselves, FAILED_PRECONDITION needs somebody to act first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ErrorReason {
    /// No failure.
    Unspecified = 0,
    /// The call is malformed; BadRequest names the fields. Also a call of the contract as it was before version 0.1, whose fields had
    /// other numbers: the message says so. \[INVALID_ARGUMENT\]
    CallInvalid = 1,
    /// The call is larger than the server takes; metadata "limitBytes". \[INVALID_ARGUMENT\]
    CallTooLarge = 2,
    /// No such model; metadata "model" and "nearest". \[NOT_FOUND\]
    ModelUnknown = 3,
    /// The request_id was used before with another body. \[INVALID_ARGUMENT\]
    RequestIdReused = 4,
    /// CachePolicy MODE_ONLY, and the cache has no answer. \[NOT_FOUND\]
    CacheMiss = 5,
    /// No key, or one this server does not know. \[UNAUTHENTICATED\]
    KeyInvalid = 6,
    /// The key may not do this. \[PERMISSION_DENIED\]
    NotPermitted = 7,
    /// A limit is used up. Metadata "metric" (a LimitMetric without its prefix), "periodSeconds" and "subject" (as LimitSubject says, or "server" for a
    /// bound of this server itself) tell
    /// which and whose, and so do quota_metric and subject of QuotaFailure; RetryInfo tells the wait. \[RESOURCE_EXHAUSTED\]
    RateLimited = 8,
    /// Too many calls at once; metadata as of RATE_LIMITED, RetryInfo says the wait. \[RESOURCE_EXHAUSTED\]
    ConcurrencyLimited = 9,
    /// A budget is spent; waiting does not help. \[RESOURCE_EXHAUSTED\]
    BudgetExhausted = 10,
    /// A stream's caller read so slowly that the bound on kept pieces was passed. \[RESOURCE_EXHAUSTED\]
    ReaderTooSlow = 11,
    /// No candidate could serve: all are down, refused or unreachable; the message names each and why. \[UNAVAILABLE\]
    NoProviderAvailable = 12,
    /// The server is shutting down; another replica can serve. \[UNAVAILABLE\]
    ServerDraining = 13,
    /// The deadline passed, here or upstream; metadata "lastReason" if an attempt failed before. \[DEADLINE_EXCEEDED\]
    DeadlineExceeded = 14,
    /// The caller cancelled. \[CANCELLED\]
    CallCancelled = 15,
    /// The method has no engine in this version. \[UNIMPLEMENTED\]
    NotImplemented = 16,
    /// A fault of this server; metadata "id" is what to look for in its log. \[INTERNAL\]
    Internal = 17,
    /// The provider limits requests or tokens for now. \[RESOURCE_EXHAUSTED\]
    ProviderRateLimited = 18,
    /// The account at the provider has no money or quota left; waiting does not help. \[FAILED_PRECONDITION\]
    ProviderQuotaExhausted = 19,
    /// The provider is overloaded. \[UNAVAILABLE\]
    ProviderOverloaded = 20,
    /// The provider failed inside. \[UNAVAILABLE\]
    ProviderFailed = 21,
    /// The provider could not be reached. \[UNAVAILABLE\]
    ProviderUnreachable = 22,
    /// The provider sent what is not its protocol. \[UNAVAILABLE\]
    ProviderMalformed = 23,
    /// The provider's stream broke after its first piece; what came is incomplete. \[UNAVAILABLE\]
    StreamBroken = 24,
    /// The provider did not answer in time. \[DEADLINE_EXCEEDED\]
    ProviderTimeout = 25,
    /// The provider rejects this server's key. \[FAILED_PRECONDITION\]
    ProviderKeyInvalid = 26,
    /// The provider's key may not use the model. \[FAILED_PRECONDITION\]
    ProviderNotPermitted = 27,
    /// The provider does not know the model. \[NOT_FOUND\]
    ProviderModelUnknown = 28,
    /// The provider rejects the call as malformed or unsupported, or its API has no place for a field
    /// of the call, which BadRequest then names; such a call was never sent. \[INVALID_ARGUMENT\]
    ProviderCallInvalid = 29,
    /// The prompt does not fit the model's context. \[INVALID_ARGUMENT\]
    ContextTooLong = 30,
    /// The call is larger than the provider ever takes. \[INVALID_ARGUMENT\]
    ProviderCallTooLarge = 31,
    /// The provider refused the content. \[FAILED_PRECONDITION\]
    ProviderRefused = 32,
    /// No candidate's price fits RoutingPreferences.max_cost. \[FAILED_PRECONDITION\]
    CostLimit = 33,
    /// The named thing (agent, entry, change) does not exist. \[NOT_FOUND\]
    NotFound = 34,
    /// What a call must leave behind cannot be stored (disk full or broken). \[UNAVAILABLE\]
    StoreUnavailable = 35,
}
impl ErrorReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "ERROR_REASON_UNSPECIFIED",
            Self::CallInvalid => "ERROR_REASON_CALL_INVALID",
            Self::CallTooLarge => "ERROR_REASON_CALL_TOO_LARGE",
            Self::ModelUnknown => "ERROR_REASON_MODEL_UNKNOWN",
            Self::RequestIdReused => "ERROR_REASON_REQUEST_ID_REUSED",
            Self::CacheMiss => "ERROR_REASON_CACHE_MISS",
            Self::KeyInvalid => "ERROR_REASON_KEY_INVALID",
            Self::NotPermitted => "ERROR_REASON_NOT_PERMITTED",
            Self::RateLimited => "ERROR_REASON_RATE_LIMITED",
            Self::ConcurrencyLimited => "ERROR_REASON_CONCURRENCY_LIMITED",
            Self::BudgetExhausted => "ERROR_REASON_BUDGET_EXHAUSTED",
            Self::ReaderTooSlow => "ERROR_REASON_READER_TOO_SLOW",
            Self::NoProviderAvailable => "ERROR_REASON_NO_PROVIDER_AVAILABLE",
            Self::ServerDraining => "ERROR_REASON_SERVER_DRAINING",
            Self::DeadlineExceeded => "ERROR_REASON_DEADLINE_EXCEEDED",
            Self::CallCancelled => "ERROR_REASON_CALL_CANCELLED",
            Self::NotImplemented => "ERROR_REASON_NOT_IMPLEMENTED",
            Self::Internal => "ERROR_REASON_INTERNAL",
            Self::ProviderRateLimited => "ERROR_REASON_PROVIDER_RATE_LIMITED",
            Self::ProviderQuotaExhausted => "ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED",
            Self::ProviderOverloaded => "ERROR_REASON_PROVIDER_OVERLOADED",
            Self::ProviderFailed => "ERROR_REASON_PROVIDER_FAILED",
            Self::ProviderUnreachable => "ERROR_REASON_PROVIDER_UNREACHABLE",
            Self::ProviderMalformed => "ERROR_REASON_PROVIDER_MALFORMED",
            Self::StreamBroken => "ERROR_REASON_STREAM_BROKEN",
            Self::ProviderTimeout => "ERROR_REASON_PROVIDER_TIMEOUT",
            Self::ProviderKeyInvalid => "ERROR_REASON_PROVIDER_KEY_INVALID",
            Self::ProviderNotPermitted => "ERROR_REASON_PROVIDER_NOT_PERMITTED",
            Self::ProviderModelUnknown => "ERROR_REASON_PROVIDER_MODEL_UNKNOWN",
            Self::ProviderCallInvalid => "ERROR_REASON_PROVIDER_CALL_INVALID",
            Self::ContextTooLong => "ERROR_REASON_CONTEXT_TOO_LONG",
            Self::ProviderCallTooLarge => "ERROR_REASON_PROVIDER_CALL_TOO_LARGE",
            Self::ProviderRefused => "ERROR_REASON_PROVIDER_REFUSED",
            Self::CostLimit => "ERROR_REASON_COST_LIMIT",
            Self::NotFound => "ERROR_REASON_NOT_FOUND",
            Self::StoreUnavailable => "ERROR_REASON_STORE_UNAVAILABLE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "ERROR_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "ERROR_REASON_CALL_INVALID" => Some(Self::CallInvalid),
            "ERROR_REASON_CALL_TOO_LARGE" => Some(Self::CallTooLarge),
            "ERROR_REASON_MODEL_UNKNOWN" => Some(Self::ModelUnknown),
            "ERROR_REASON_REQUEST_ID_REUSED" => Some(Self::RequestIdReused),
            "ERROR_REASON_CACHE_MISS" => Some(Self::CacheMiss),
            "ERROR_REASON_KEY_INVALID" => Some(Self::KeyInvalid),
            "ERROR_REASON_NOT_PERMITTED" => Some(Self::NotPermitted),
            "ERROR_REASON_RATE_LIMITED" => Some(Self::RateLimited),
            "ERROR_REASON_CONCURRENCY_LIMITED" => Some(Self::ConcurrencyLimited),
            "ERROR_REASON_BUDGET_EXHAUSTED" => Some(Self::BudgetExhausted),
            "ERROR_REASON_READER_TOO_SLOW" => Some(Self::ReaderTooSlow),
            "ERROR_REASON_NO_PROVIDER_AVAILABLE" => Some(Self::NoProviderAvailable),
            "ERROR_REASON_SERVER_DRAINING" => Some(Self::ServerDraining),
            "ERROR_REASON_DEADLINE_EXCEEDED" => Some(Self::DeadlineExceeded),
            "ERROR_REASON_CALL_CANCELLED" => Some(Self::CallCancelled),
            "ERROR_REASON_NOT_IMPLEMENTED" => Some(Self::NotImplemented),
            "ERROR_REASON_INTERNAL" => Some(Self::Internal),
            "ERROR_REASON_PROVIDER_RATE_LIMITED" => Some(Self::ProviderRateLimited),
            "ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED" => Some(Self::ProviderQuotaExhausted),
            "ERROR_REASON_PROVIDER_OVERLOADED" => Some(Self::ProviderOverloaded),
            "ERROR_REASON_PROVIDER_FAILED" => Some(Self::ProviderFailed),
            "ERROR_REASON_PROVIDER_UNREACHABLE" => Some(Self::ProviderUnreachable),
            "ERROR_REASON_PROVIDER_MALFORMED" => Some(Self::ProviderMalformed),
            "ERROR_REASON_STREAM_BROKEN" => Some(Self::StreamBroken),
            "ERROR_REASON_PROVIDER_TIMEOUT" => Some(Self::ProviderTimeout),
            "ERROR_REASON_PROVIDER_KEY_INVALID" => Some(Self::ProviderKeyInvalid),
            "ERROR_REASON_PROVIDER_NOT_PERMITTED" => Some(Self::ProviderNotPermitted),
            "ERROR_REASON_PROVIDER_MODEL_UNKNOWN" => Some(Self::ProviderModelUnknown),
            "ERROR_REASON_PROVIDER_CALL_INVALID" => Some(Self::ProviderCallInvalid),
            "ERROR_REASON_CONTEXT_TOO_LONG" => Some(Self::ContextTooLong),
            "ERROR_REASON_PROVIDER_CALL_TOO_LARGE" => Some(Self::ProviderCallTooLarge),
            "ERROR_REASON_PROVIDER_REFUSED" => Some(Self::ProviderRefused),
            "ERROR_REASON_COST_LIMIT" => Some(Self::CostLimit),
            "ERROR_REASON_NOT_FOUND" => Some(Self::NotFound),
            "ERROR_REASON_STORE_UNAVAILABLE" => Some(Self::StoreUnavailable),
            _ => None,
        }
    }
}
/// Everything that can change the answer. Two calls of one tenant whose prompts are equal, field by field, share one answer
/// (see CachePolicy). A field this server does not know makes the call uncacheable, never wrongly equal.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Prompt {
    /// The model: "provider/name" (passed to that provider even where the catalogue does not know the name), a bare name from the
    /// catalogue, or an alias such as "fast", "cheap", "smart" or "auto". Required. An unknown name is refused with MODEL_UNKNOWN and
    /// the nearest known names.
    #[prost(string, tag = "1")]
    pub model: ::prost::alloc::string::String,
    /// The conversation, oldest first. At least one message.
    #[prost(message, repeated, tag = "2")]
    pub messages: ::prost::alloc::vec::Vec<ChatMessage>,
    /// Tools the model may call. At most 512.
    #[prost(message, repeated, tag = "3")]
    pub tools: ::prost::alloc::vec::Vec<Tool>,
    /// Whether and which tools must be called. Absent is the vendor's default.
    #[prost(message, optional, tag = "4")]
    pub tool_choice: ::core::option::Option<ToolChoice>,
    /// Form of the answer. Absent means free text.
    #[prost(message, optional, tag = "5")]
    pub response_format: ::core::option::Option<ResponseFormat>,
    /// How the answer is drawn. Absent fields are the vendor's defaults.
    #[prost(message, optional, tag = "6")]
    pub sampling: ::core::option::Option<Sampling>,
    /// How much the model may reason before it answers.
    #[prost(enumeration = "ReasoningEffort", tag = "7")]
    pub reasoning_effort: i32,
    /// Options of one vendor, merged into the vendor's request unchanged. Fields that the contract already sets win.
    #[prost(message, optional, tag = "8")]
    pub provider_options: ::core::option::Option<::prost_types::Struct>,
    /// The wire format that provider_options is written in. Providers of another are asked without the options. Unset means that every
    /// provider gets them.
    #[prost(enumeration = "ProviderDialect", tag = "9")]
    pub provider_options_dialect: i32,
}
/// The form an answer must have.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ResponseFormat {
    /// What kind of form. Unset is free text.
    #[prost(oneof = "response_format::Kind", tags = "1, 2, 3")]
    pub kind: ::core::option::Option<response_format::Kind>,
}
/// Nested message and enum types in `ResponseFormat`.
pub mod response_format {
    /// What kind of form. Unset is free text.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        /// Free text.
        #[prost(message, tag = "1")]
        Text(super::TextFormat),
        /// Any JSON object.
        #[prost(message, tag = "2")]
        JsonObject(super::JsonObjectFormat),
        /// JSON that satisfies a schema.
        #[prost(message, tag = "3")]
        JsonSchema(super::JsonSchemaFormat),
    }
}
/// Free text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct TextFormat {}
/// Any JSON object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct JsonObjectFormat {}
/// JSON that satisfies a schema.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct JsonSchemaFormat {
    /// Name of the schema; 1 to 64 characters of letters, digits, '_' and '-'; empty means "answer".
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// JSON Schema in text; kept as text since the order of its properties changes answers. Required.
    #[prost(string, tag = "2")]
    pub schema_json: ::prost::alloc::string::String,
    /// Asks the vendor to hold the model to the schema exactly. Absent is the vendor's default.
    #[prost(bool, optional, tag = "3")]
    pub strict: ::core::option::Option<bool>,
}
/// How an answer is drawn. Every field is optional, so that absent differs from zero.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Sampling {
    /// Randomness, 0 to 2 (vendors may allow less). Above zero the call is not cached unless CachePolicy asks for it.
    #[prost(double, optional, tag = "1")]
    pub temperature: ::core::option::Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[prost(double, optional, tag = "2")]
    pub top_p: ::core::option::Option<f64>,
    /// Draw from the k likeliest tokens only, 1 and up.
    #[prost(int32, optional, tag = "3")]
    pub top_k: ::core::option::Option<i32>,
    /// Penalty on tokens by how often they occurred, -2 to 2.
    #[prost(double, optional, tag = "4")]
    pub frequency_penalty: ::core::option::Option<f64>,
    /// Penalty on tokens that occurred at all, -2 to 2.
    #[prost(double, optional, tag = "5")]
    pub presence_penalty: ::core::option::Option<f64>,
    /// Most tokens of the answer, reasoning included, 1 to 10,000,000. Vendors that need a value get 4,096 when absent.
    #[prost(int64, optional, tag = "6")]
    pub max_output_token_count: ::core::option::Option<i64>,
    /// Texts that end the answer. At most 16, none empty.
    #[prost(string, repeated, tag = "7")]
    pub stop_sequences: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// Asks for a repeatable draw.
    #[prost(int64, optional, tag = "8")]
    pub seed: ::core::option::Option<i64>,
    /// Number of alternative answers, 1 to 16; 1 when absent. Above 1 the call is not cached unless CachePolicy asks for it.
    #[prost(int32, optional, tag = "9")]
    pub candidate_count: ::core::option::Option<i32>,
}
/// The wire formats of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ProviderDialect {
    /// Any.
    Unspecified = 0,
    /// OpenAI's, and those of the many vendors that speak it.
    Openai = 1,
    /// Anthropic's.
    Anthropic = 2,
}
impl ProviderDialect {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "PROVIDER_DIALECT_UNSPECIFIED",
            Self::Openai => "PROVIDER_DIALECT_OPENAI",
            Self::Anthropic => "PROVIDER_DIALECT_ANTHROPIC",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "PROVIDER_DIALECT_UNSPECIFIED" => Some(Self::Unspecified),
            "PROVIDER_DIALECT_OPENAI" => Some(Self::Openai),
            "PROVIDER_DIALECT_ANTHROPIC" => Some(Self::Anthropic),
            _ => None,
        }
    }
}
/// How much a model may reason. Ignored by models that cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ReasoningEffort {
    /// The vendor's default.
    Unspecified = 0,
    /// No reasoning where it can be switched off.
    None = 1,
    /// As little as possible.
    Minimal = 2,
    /// Little.
    Low = 3,
    /// Some.
    Medium = 4,
    /// Much.
    High = 5,
}
impl ReasoningEffort {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REASONING_EFFORT_UNSPECIFIED",
            Self::None => "REASONING_EFFORT_NONE",
            Self::Minimal => "REASONING_EFFORT_MINIMAL",
            Self::Low => "REASONING_EFFORT_LOW",
            Self::Medium => "REASONING_EFFORT_MEDIUM",
            Self::High => "REASONING_EFFORT_HIGH",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REASONING_EFFORT_UNSPECIFIED" => Some(Self::Unspecified),
            "REASONING_EFFORT_NONE" => Some(Self::None),
            "REASONING_EFFORT_MINIMAL" => Some(Self::Minimal),
            "REASONING_EFFORT_LOW" => Some(Self::Low),
            "REASONING_EFFORT_MEDIUM" => Some(Self::Medium),
            "REASONING_EFFORT_HIGH" => Some(Self::High),
            _ => None,
        }
    }
}
/// How an answer came about.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Served {
    /// Where the answer came from.
    #[prost(enumeration = "Source", tag = "1")]
    pub source: i32,
    /// First 16 hex digits of the cache key; empty for an uncacheable call. Equal prompts of a tenant show equal hashes.
    #[prost(string, tag = "2")]
    pub key_hash: ::prost::alloc::string::String,
    /// Age of a cached answer; absent for others.
    #[prost(message, optional, tag = "3")]
    pub age: ::core::option::Option<::prost_types::Duration>,
    /// Time spent waiting for limits.
    #[prost(message, optional, tag = "4")]
    pub queue_duration: ::core::option::Option<::prost_types::Duration>,
    /// Time the provider took, over all attempts, as this caller waited for it.
    #[prost(message, optional, tag = "5")]
    pub upstream_duration: ::core::option::Option<::prost_types::Duration>,
    /// Time this server added: total less queue and upstream.
    #[prost(message, optional, tag = "6")]
    pub overhead_duration: ::core::option::Option<::prost_types::Duration>,
    /// Every attempt at a provider, oldest first. Coalesced calls show those of the call whose answer they share; hits show none.
    #[prost(message, repeated, tag = "7")]
    pub attempts: ::prost::alloc::vec::Vec<Attempt>,
}
/// One attempt at one model.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Attempt {
    /// Provider asked.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Model asked, the provider's own name.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// When it began.
    #[prost(message, optional, tag = "3")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// How long it took.
    #[prost(message, optional, tag = "4")]
    pub duration: ::core::option::Option<::prost_types::Duration>,
    /// Time to the first token of the answer; absent if none came.
    #[prost(message, optional, tag = "5")]
    pub time_to_first_token: ::core::option::Option<::prost_types::Duration>,
    /// Why it failed; ERROR_REASON_UNSPECIFIED if it succeeded.
    #[prost(enumeration = "ErrorReason", tag = "6")]
    pub failure: i32,
    /// HTTP status the provider gave; 0 if none.
    #[prost(int32, tag = "7")]
    pub http_status: i32,
}
/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum Source {
    /// Never sent.
    Unspecified = 0,
    /// A provider was asked for this call.
    Upstream = 1,
    /// The memory cache.
    Memory = 2,
    /// The disk cache.
    Disk = 3,
    /// A near match in the cache.
    NearMatch = 4,
    /// An equal call in flight, whose answer this one shares.
    Coalesced = 5,
    /// The first answer to the same request_id.
    Repeated = 6,
}
impl Source {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "SOURCE_UNSPECIFIED",
            Self::Upstream => "SOURCE_UPSTREAM",
            Self::Memory => "SOURCE_MEMORY",
            Self::Disk => "SOURCE_DISK",
            Self::NearMatch => "SOURCE_NEAR_MATCH",
            Self::Coalesced => "SOURCE_COALESCED",
            Self::Repeated => "SOURCE_REPEATED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "SOURCE_UNSPECIFIED" => Some(Self::Unspecified),
            "SOURCE_UPSTREAM" => Some(Self::Upstream),
            "SOURCE_MEMORY" => Some(Self::Memory),
            "SOURCE_DISK" => Some(Self::Disk),
            "SOURCE_NEAR_MATCH" => Some(Self::NearMatch),
            "SOURCE_COALESCED" => Some(Self::Coalesced),
            "SOURCE_REPEATED" => Some(Self::Repeated),
            _ => None,
        }
    }
}
/// Tokens of one call, each counted once: input_token_count includes cached and written ones, output_token_count includes reasoning,
/// whatever the vendor's own way of counting.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Usage {
    /// All tokens of the prompt.
    #[prost(int64, tag = "1")]
    pub input_token_count: i64,
    /// Part of the input that the vendor read from its prompt cache.
    #[prost(int64, tag = "2")]
    pub cached_input_token_count: i64,
    /// Part of the input that the vendor wrote to its prompt cache, kept for about 5 minutes (or the vendor's only duration).
    #[prost(int64, tag = "3")]
    pub cache_write_token_count: i64,
    /// Part of the input that the vendor wrote to its prompt cache, kept for an hour.
    #[prost(int64, tag = "4")]
    pub cache_write_1h_token_count: i64,
    /// All tokens of the answer.
    #[prost(int64, tag = "5")]
    pub output_token_count: i64,
    /// Part of the output that was reasoning.
    #[prost(int64, tag = "6")]
    pub reasoning_token_count: i64,
    /// True if the vendor did not report usage and these numbers are this server's estimate.
    #[prost(bool, tag = "7")]
    pub estimated: bool,
}
/// Money of one call, exact.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Cost {
    /// What is known of the money.
    #[prost(enumeration = "cost::State", tag = "1")]
    pub state: i32,
    /// What this answer costs at list price when the vendor is asked.
    #[prost(message, optional, tag = "6")]
    pub list_amount: ::core::option::Option<Money>,
    /// What this call added to the bill: the list price if the vendor was asked for it, zero if it was cached or coalesced.
    #[prost(message, optional, tag = "7")]
    pub charged_amount: ::core::option::Option<Money>,
    /// What was not paid because the answer was cached or coalesced.
    #[prost(message, optional, tag = "8")]
    pub saved_amount: ::core::option::Option<Money>,
    /// Which price was used: "provider/model@date". Empty if unknown.
    #[prost(string, tag = "5")]
    pub price_version: ::prost::alloc::string::String,
}
/// Nested message and enum types in `Cost`.
pub mod cost {
    /// What is known of the money.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum State {
        /// Never sent.
        Unspecified = 0,
        /// Priced from usage the vendor reported.
        Exact = 1,
        /// Priced from estimated usage; reported apart.
        Estimated = 2,
        /// No price is known for the model; there are no amounts.
        Unknown = 3,
    }
    impl State {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "STATE_UNSPECIFIED",
                Self::Exact => "STATE_EXACT",
                Self::Estimated => "STATE_ESTIMATED",
                Self::Unknown => "STATE_UNKNOWN",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "STATE_UNSPECIFIED" => Some(Self::Unspecified),
                "STATE_EXACT" => Some(Self::Exact),
                "STATE_ESTIMATED" => Some(Self::Estimated),
                "STATE_UNKNOWN" => Some(Self::Unknown),
                _ => None,
            }
        }
    }
}
/// A finished call.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CallRecord {
    /// The call.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// Its agent.
    #[prost(string, tag = "2")]
    pub agent_id: ::prost::alloc::string::String,
    /// Kind of work the caller named; empty if none.
    #[prost(string, tag = "3")]
    pub task_type: ::prost::alloc::string::String,
    /// The model as it was asked for.
    #[prost(string, tag = "4")]
    pub requested_model: ::prost::alloc::string::String,
    /// Provider that answered; empty if none.
    #[prost(string, tag = "5")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answered; empty if none.
    #[prost(string, tag = "6")]
    pub model: ::prost::alloc::string::String,
    /// True if the caller wanted the answer piece by piece.
    #[prost(bool, tag = "7")]
    pub streamed: bool,
    /// When it arrived.
    #[prost(message, optional, tag = "8")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// From arrival to its end.
    #[prost(message, optional, tag = "9")]
    pub duration: ::core::option::Option<::prost_types::Duration>,
    /// Why it failed; unspecified if it did not.
    #[prost(enumeration = "ErrorReason", tag = "10")]
    pub failure: i32,
    /// How the answer came about; of a failed call only the attempts.
    #[prost(message, optional, tag = "11")]
    pub served: ::core::option::Option<Served>,
    /// Tokens; absent if it failed.
    #[prost(message, optional, tag = "12")]
    pub usage: ::core::option::Option<Usage>,
    /// Money; absent if it failed.
    #[prost(message, optional, tag = "13")]
    pub cost: ::core::option::Option<Cost>,
    /// Ledger entry that paid for the answer; empty if nothing was paid for this call.
    #[prost(string, tag = "14")]
    pub ledger_entry_id: ::prost::alloc::string::String,
    /// Where the time went, in order of beginning. Only in GetCallResponse.
    #[prost(message, repeated, tag = "15")]
    pub steps: ::prost::alloc::vec::Vec<CallStep>,
}
/// One step of a call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallStep {
    /// Which step.
    #[prost(enumeration = "call_step::Kind", tag = "6")]
    pub kind: i32,
    /// When it began, from the call's arrival; negative if it shares the answer of a call that was under way.
    #[prost(message, optional, tag = "2")]
    pub start_offset: ::core::option::Option<::prost_types::Duration>,
    /// How long it took.
    #[prost(message, optional, tag = "3")]
    pub duration: ::core::option::Option<::prost_types::Duration>,
    /// What was done, never content: of an attempt the model as "provider/model", of a coalesced call the one whose answer it
    /// shares, of a queue the provider whose limit was asked or "before another attempt". Empty where the kind says all.
    #[prost(string, tag = "4")]
    pub detail: ::prost::alloc::string::String,
    /// Why it failed; unspecified if it did not.
    #[prost(enumeration = "ErrorReason", tag = "5")]
    pub failure: i32,
}
/// Nested message and enum types in `CallStep`.
pub mod call_step {
    /// The steps.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum Kind {
        /// Never sent.
        Unspecified = 0,
        /// It waited for a limit, or before another attempt.
        Queue = 1,
        /// It waited with an equal call in flight, whose answer it shares.
        Coalesce = 2,
        /// It looked in the disk cache.
        Disk = 3,
        /// It ordered the candidates.
        Route = 4,
        /// It asked a provider.
        Attempt = 5,
        /// It wrote the ledger and the cache.
        Settle = 6,
    }
    impl Kind {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "KIND_UNSPECIFIED",
                Self::Queue => "KIND_QUEUE",
                Self::Coalesce => "KIND_COALESCE",
                Self::Disk => "KIND_DISK",
                Self::Route => "KIND_ROUTE",
                Self::Attempt => "KIND_ATTEMPT",
                Self::Settle => "KIND_SETTLE",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "KIND_UNSPECIFIED" => Some(Self::Unspecified),
                "KIND_QUEUE" => Some(Self::Queue),
                "KIND_COALESCE" => Some(Self::Coalesce),
                "KIND_DISK" => Some(Self::Disk),
                "KIND_ROUTE" => Some(Self::Route),
                "KIND_ATTEMPT" => Some(Self::Attempt),
                "KIND_SETTLE" => Some(Self::Settle),
                _ => None,
            }
        }
    }
}
/// Asks for the latest calls.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListCallsRequest {
    /// Only this agent's; empty means all.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// Only those that failed.
    #[prost(bool, tag = "2")]
    pub failed_only: bool,
    /// Most calls in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "3")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "4")]
    pub page_token: ::prost::alloc::string::String,
}
/// The latest calls.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListCallsResponse {
    /// Calls, newest first.
    #[prost(message, repeated, tag = "1")]
    pub calls: ::prost::alloc::vec::Vec<CallRecord>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks for one call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetCallRequest {
    /// The call. Required.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
}
/// One call.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GetCallResponse {
    /// The call.
    #[prost(message, optional, tag = "1")]
    pub call: ::core::option::Option<CallRecord>,
    /// What was asked. Only where the server is configured to keep content, and for operators' keys.
    #[prost(message, optional, tag = "2")]
    pub prompt: ::core::option::Option<Prompt>,
    /// What was answered. As prompt.
    #[prost(message, optional, tag = "3")]
    pub completion: ::core::option::Option<Completion>,
}
impl crate::method::Method for ListCallsRequest {
    type Response = ListCallsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CallService/ListCalls";
}
impl crate::method::Unary for ListCallsRequest {}
impl crate::method::Method for GetCallRequest {
    type Response = GetCallResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.CallService/GetCall";
}
impl crate::method::Unary for GetCallRequest {}
/// The methods of `CallService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Lists finished calls, newest first. Calls that end while pages are read are on none of them.
    pub async fn list_calls(
        &self,
        request: ListCallsRequest,
    ) -> Result<ListCallsResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells of one finished call, step by step. NOT_FOUND if it is still running, was forgotten, or is another tenant's.
    pub async fn get_call(
        &self,
        request: GetCallRequest,
    ) -> Result<GetCallResponse, crate::Error> {
        self.call(request).await
    }
}
/// Health of one part of the server.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PartHealth {
    /// Name, such as "provider/openai", "store/main" or "cache".
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// Whether it works.
    #[prost(enumeration = "HealthState", tag = "2")]
    pub state: i32,
    /// Why, in one sentence; never content of calls.
    #[prost(string, tag = "3")]
    pub reason: ::prost::alloc::string::String,
    /// Since when it is in this state.
    #[prost(message, optional, tag = "4")]
    pub since_time: ::core::option::Option<::prost_types::Timestamp>,
}
/// Figures of the running server. Rates and counts are of the caller's tenant since the server started.
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct ServerFigures {
    /// Bytes of the heap in use.
    #[prost(int64, tag = "1")]
    pub heap_used_bytes: i64,
    /// Most bytes the heap may take.
    #[prost(int64, tag = "2")]
    pub heap_limit_bytes: i64,
    /// Bytes of memory the process holds in all; 0 where the system does not say.
    #[prost(int64, tag = "3")]
    pub resident_bytes: i64,
    /// Part of all processors that the process used of late, 0 to 1; absent where the system does not say, and in
    /// the first second.
    #[prost(double, optional, tag = "4")]
    pub processor_rate: ::core::option::Option<f64>,
    /// How long the server has been running.
    #[prost(message, optional, tag = "5")]
    pub uptime_duration: ::core::option::Option<::prost_types::Duration>,
    /// True if some part does not work while calls go on.
    #[prost(bool, tag = "6")]
    pub degraded: bool,
    /// True if no call can be answered though the server is not shutting down.
    #[prost(bool, tag = "7")]
    pub emergency: bool,
    /// Part of the finished calls that failed, 0 to 1.
    #[prost(double, tag = "8")]
    pub failure_rate: f64,
    /// Part of the answers that no provider was asked for, 0 to 1.
    #[prost(double, tag = "9")]
    pub saved_rate: f64,
    /// Calls in flight now.
    #[prost(int64, tag = "10")]
    pub in_flight_count: i64,
}
/// Whether a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum HealthState {
    /// Not known yet.
    Unspecified = 0,
    /// It works.
    Serving = 1,
    /// It works in part; calls go on.
    Degraded = 2,
    /// It does not work.
    NotServing = 3,
}
impl HealthState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "HEALTH_STATE_UNSPECIFIED",
            Self::Serving => "HEALTH_STATE_SERVING",
            Self::Degraded => "HEALTH_STATE_DEGRADED",
            Self::NotServing => "HEALTH_STATE_NOT_SERVING",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "HEALTH_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "HEALTH_STATE_SERVING" => Some(Self::Serving),
            "HEALTH_STATE_DEGRADED" => Some(Self::Degraded),
            "HEALTH_STATE_NOT_SERVING" => Some(Self::NotServing),
            _ => None,
        }
    }
}
/// A model that can be asked for.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Model {
    /// Provider, as configured.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// The provider's own name of the model.
    #[prost(string, tag = "2")]
    pub name: ::prost::alloc::string::String,
    /// Most tokens of prompt and answer together; 0 if unknown.
    #[prost(int64, tag = "3")]
    pub context_token_count: i64,
    /// Most tokens of an answer, reasoning included; 0 if unknown.
    #[prost(int64, tag = "9")]
    pub max_output_token_count: i64,
    /// What it is known to be able to do; empty if nothing is known.
    #[prost(enumeration = "ModelAbility", repeated, tag = "10")]
    pub abilities: ::prost::alloc::vec::Vec<i32>,
    /// What it costs now, from the smallest prompts to the largest; empty if no price is known.
    #[prost(message, repeated, tag = "11")]
    pub prices: ::prost::alloc::vec::Vec<ModelPrice>,
    /// True if calls are sent to it now; false while its circuit breaker is open.
    #[prost(bool, tag = "7")]
    pub available: bool,
    /// Its circuit breaker; absent if it was never asked.
    #[prost(message, optional, tag = "8")]
    pub circuit_breaker: ::core::option::Option<CircuitBreaker>,
}
/// Prices of a model's tokens in one tier and from one size of prompt on.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelPrice {
    /// The tier. This version knows standard prices only.
    #[prost(enumeration = "ServiceTier", tag = "1")]
    pub tier: i32,
    /// The prices hold for calls of more input tokens than this, and for all of their tokens; 0 for the smallest prompts.
    #[prost(int64, tag = "2")]
    pub above_input_token_count: i64,
    /// A million tokens of prompt.
    #[prost(message, optional, tag = "3")]
    pub input_per_million_tokens: ::core::option::Option<Money>,
    /// A million tokens of answer; absent if the model gives none.
    #[prost(message, optional, tag = "4")]
    pub output_per_million_tokens: ::core::option::Option<Money>,
    /// A million tokens of prompt that the vendor read from its prompt cache; absent if they cost as any other.
    #[prost(message, optional, tag = "5")]
    pub cached_input_per_million_tokens: ::core::option::Option<Money>,
    /// A million tokens of prompt that the vendor wrote to its prompt cache for its usual duration; absent if they cost as any other.
    #[prost(message, optional, tag = "6")]
    pub cache_write_per_million_tokens: ::core::option::Option<Money>,
    /// As cache_write_per_million_tokens, kept for an hour; absent if that is not offered.
    #[prost(message, optional, tag = "7")]
    pub cache_write_1h_per_million_tokens: ::core::option::Option<Money>,
    /// Which price it is: "provider/model@date", as Cost.price_version.
    #[prost(string, tag = "8")]
    pub price_version: ::prost::alloc::string::String,
}
/// What keeps calls from a model that fails.
#[derive(Clone, Copy, PartialEq, ::prost::Message)]
pub struct CircuitBreaker {
    /// Whether calls go through.
    #[prost(enumeration = "circuit_breaker::State", tag = "1")]
    pub state: i32,
    /// When it is asked again; absent unless open.
    #[prost(message, optional, tag = "2")]
    pub retry_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Part of the latest attempts that failed, 0 to 1.
    #[prost(double, tag = "3")]
    pub failure_rate: f64,
    /// Attempts that failure_rate is of.
    #[prost(int32, tag = "4")]
    pub attempt_count: i32,
}
/// Nested message and enum types in `CircuitBreaker`.
pub mod circuit_breaker {
    /// Whether calls go through.
    #[derive(
        Clone,
        Copy,
        Debug,
        PartialEq,
        Eq,
        Hash,
        PartialOrd,
        Ord,
        ::prost::Enumeration
    )]
    #[repr(i32)]
    pub enum State {
        /// Never sent.
        Unspecified = 0,
        /// Calls are sent.
        Closed = 1,
        /// No calls are sent until retry_time.
        Open = 2,
        /// A single call at a time is sent to see whether it works again.
        HalfOpen = 3,
    }
    impl State {
        /// String value of the enum field names used in the ProtoBuf definition.
        ///
        /// The values are not transformed in any way and thus are considered stable
        /// (if the ProtoBuf definition does not change) and safe for programmatic use.
        pub fn as_str_name(&self) -> &'static str {
            match self {
                Self::Unspecified => "STATE_UNSPECIFIED",
                Self::Closed => "STATE_CLOSED",
                Self::Open => "STATE_OPEN",
                Self::HalfOpen => "STATE_HALF_OPEN",
            }
        }
        /// Creates an enum from field names used in the ProtoBuf definition.
        pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
            match value {
                "STATE_UNSPECIFIED" => Some(Self::Unspecified),
                "STATE_CLOSED" => Some(Self::Closed),
                "STATE_OPEN" => Some(Self::Open),
                "STATE_HALF_OPEN" => Some(Self::HalfOpen),
                _ => None,
            }
        }
    }
}
/// A name for an ordered list of candidates.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelAlias {
    /// The name, such as "fast".
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// Candidates "provider/model", best first.
    #[prost(string, repeated, tag = "2")]
    pub models: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
}
/// What a model may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ModelAbility {
    /// Never sent.
    Unspecified = 0,
    /// Answer prompts.
    Chat = 1,
    /// Turn texts into vectors.
    Embeddings = 2,
    /// Call tools.
    Tools = 3,
    /// Answer with JSON that satisfies a schema.
    JsonSchema = 4,
    /// Look at pictures.
    Images = 5,
    /// Read documents.
    Files = 6,
    /// Reason before it answers.
    Reasoning = 7,
}
impl ModelAbility {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "MODEL_ABILITY_UNSPECIFIED",
            Self::Chat => "MODEL_ABILITY_CHAT",
            Self::Embeddings => "MODEL_ABILITY_EMBEDDINGS",
            Self::Tools => "MODEL_ABILITY_TOOLS",
            Self::JsonSchema => "MODEL_ABILITY_JSON_SCHEMA",
            Self::Images => "MODEL_ABILITY_IMAGES",
            Self::Files => "MODEL_ABILITY_FILES",
            Self::Reasoning => "MODEL_ABILITY_REASONING",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "MODEL_ABILITY_UNSPECIFIED" => Some(Self::Unspecified),
            "MODEL_ABILITY_CHAT" => Some(Self::Chat),
            "MODEL_ABILITY_EMBEDDINGS" => Some(Self::Embeddings),
            "MODEL_ABILITY_TOOLS" => Some(Self::Tools),
            "MODEL_ABILITY_JSON_SCHEMA" => Some(Self::JsonSchema),
            "MODEL_ABILITY_IMAGES" => Some(Self::Images),
            "MODEL_ABILITY_FILES" => Some(Self::Files),
            "MODEL_ABILITY_REASONING" => Some(Self::Reasoning),
            _ => None,
        }
    }
}
/// How a vendor is asked to handle a call, which changes its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ServiceTier {
    /// Never sent.
    Unspecified = 0,
    /// As usual.
    Standard = 1,
    /// Later, for less.
    Batch = 2,
    /// When the vendor has room, for less.
    Flex = 3,
    /// Before others, for more.
    Priority = 4,
}
impl ServiceTier {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "SERVICE_TIER_UNSPECIFIED",
            Self::Standard => "SERVICE_TIER_STANDARD",
            Self::Batch => "SERVICE_TIER_BATCH",
            Self::Flex => "SERVICE_TIER_FLEX",
            Self::Priority => "SERVICE_TIER_PRIORITY",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "SERVICE_TIER_UNSPECIFIED" => Some(Self::Unspecified),
            "SERVICE_TIER_STANDARD" => Some(Self::Standard),
            "SERVICE_TIER_BATCH" => Some(Self::Batch),
            "SERVICE_TIER_FLEX" => Some(Self::Flex),
            "SERVICE_TIER_PRIORITY" => Some(Self::Priority),
            _ => None,
        }
    }
}
/// Something that happened.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FleetEvent {
    /// Identifier of the event, 36 characters: a UUID of version 7, which no other event of any replica has, in order of time. Empty
    /// for EventsDropped, which is the watcher's own.
    #[prost(string, tag = "12")]
    pub event_id: ::prost::alloc::string::String,
    /// Name of the replica it happened on, the machine's.
    #[prost(string, tag = "13")]
    pub replica: ::prost::alloc::string::String,
    /// Strictly rising number of the event on its replica; starts anew with the server.
    #[prost(int64, tag = "1")]
    pub sequence: i64,
    /// When it happened.
    #[prost(message, optional, tag = "2")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// True if a watcher that does not know the kind may skip it.
    #[prost(bool, tag = "4")]
    pub ignorable: bool,
    /// What happened. With each kind stand the dotted names that watchers choose by.
    #[prost(oneof = "fleet_event::Kind", tags = "5, 6, 7, 8, 9, 10, 11")]
    pub kind: ::core::option::Option<fleet_event::Kind>,
}
/// Nested message and enum types in `FleetEvent`.
pub mod fleet_event {
    /// What happened. With each kind stand the dotted names that watchers choose by.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        /// A call ended.
        #[prost(message, tag = "5")]
        CallFinished(super::CallFinished),
        /// An attempt at a provider failed.
        #[prost(message, tag = "6")]
        AttemptFailed(super::AttemptFailed),
        /// An agent called for the first time.
        #[prost(message, tag = "7")]
        AgentRegistered(super::AgentRegistered),
        /// A model's circuit breaker changed its state.
        #[prost(message, tag = "8")]
        ModelHealthChanged(super::ModelHealthChanged),
        /// Entries left the cache on request.
        #[prost(message, tag = "9")]
        CacheInvalidated(super::CacheInvalidated),
        /// A part of the server changed its health.
        #[prost(message, tag = "10")]
        PartHealthChanged(super::PartHealthChanged),
        /// The watcher was too slow.
        #[prost(message, tag = "11")]
        EventsDropped(super::EventsDropped),
    }
}
/// A call ended: "optimizer.call.finished", or "optimizer.call.failed" if failure is set.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallFinished {
    /// The call.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// Its agent.
    #[prost(string, tag = "2")]
    pub agent_id: ::prost::alloc::string::String,
    /// Provider that answered; empty if none.
    #[prost(string, tag = "3")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answered; empty if none.
    #[prost(string, tag = "4")]
    pub model: ::prost::alloc::string::String,
    /// Where the answer came from.
    #[prost(enumeration = "Source", tag = "5")]
    pub source: i32,
    /// Why it failed; unspecified if it did not.
    #[prost(enumeration = "ErrorReason", tag = "6")]
    pub failure: i32,
    /// Tokens; absent if it failed.
    #[prost(message, optional, tag = "7")]
    pub usage: ::core::option::Option<Usage>,
    /// Money; absent if it failed.
    #[prost(message, optional, tag = "8")]
    pub cost: ::core::option::Option<Cost>,
    /// From arrival to final message.
    #[prost(message, optional, tag = "9")]
    pub duration: ::core::option::Option<::prost_types::Duration>,
}
/// An attempt failed: "optimizer.upstream.failed".
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AttemptFailed {
    /// The call.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// The agent that asked.
    #[prost(string, tag = "2")]
    pub agent_id: ::prost::alloc::string::String,
    /// The attempt.
    #[prost(message, optional, tag = "3")]
    pub attempt: ::core::option::Option<Attempt>,
}
/// A new agent: "optimizer.agent.registered".
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AgentRegistered {
    /// Its name.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// Its group.
    #[prost(string, tag = "2")]
    pub group: ::prost::alloc::string::String,
}
/// A circuit breaker changed its state: "optimizer.model.open", "optimizer.model.closed" or "optimizer.model.half_open".
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ModelHealthChanged {
    /// The provider.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// The model.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// What its circuit breaker changed to.
    #[prost(enumeration = "circuit_breaker::State", tag = "4")]
    pub state: i32,
}
/// Entries left the cache: "optimizer.cache.invalidated".
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CacheInvalidated {
    /// How many.
    #[prost(int64, tag = "1")]
    pub entry_count: i64,
}
/// A part changed its health: "optimizer.health.changed".
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PartHealthChanged {
    /// The part as it is now.
    #[prost(message, optional, tag = "1")]
    pub part: ::core::option::Option<PartHealth>,
}
/// Events were not sent: "optimizer.events.dropped".
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct EventsDropped {
    /// How many.
    #[prost(int64, tag = "1")]
    pub event_count: i64,
}
/// Asks to watch events.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WatchEventsRequest {
    /// Only events whose dotted name, which each kind of FleetEvent tells, matches one of these patterns; '*' stands for one word, '#'
    /// for any number, as in "optimizer.cache.*". Empty means all. At most 32.
    #[prost(string, repeated, tag = "1")]
    pub patterns: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// Only events after this sequence number of this replica, as far as they are still kept; absent means from now on.
    #[prost(int64, optional, tag = "2")]
    pub after_sequence: ::core::option::Option<i64>,
}
/// One event.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct WatchEventsResponse {
    /// The event.
    #[prost(message, optional, tag = "1")]
    pub event: ::core::option::Option<FleetEvent>,
}
/// Asks for past events.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListEventsRequest {
    /// As WatchEventsRequest.patterns.
    #[prost(string, repeated, tag = "1")]
    pub patterns: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// First instant listed; absent means from the beginning.
    #[prost(message, optional, tag = "2")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// First instant no longer listed; absent means until now.
    #[prost(message, optional, tag = "3")]
    pub end_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Most events in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "4")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "5")]
    pub page_token: ::prost::alloc::string::String,
}
/// Past events.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListEventsResponse {
    /// Events, oldest first.
    #[prost(message, repeated, tag = "1")]
    pub events: ::prost::alloc::vec::Vec<FleetEvent>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
impl crate::method::Method for WatchEventsRequest {
    type Response = WatchEventsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.EventService/WatchEvents";
}
impl crate::method::Streamed for WatchEventsRequest {}
impl crate::method::Method for ListEventsRequest {
    type Response = ListEventsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.EventService/ListEvents";
}
impl crate::method::Unary for ListEventsRequest {}
/// The methods of `EventService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Lists past events, oldest first. This version keeps none: NOT_IMPLEMENTED.
    pub async fn list_events(
        &self,
        request: ListEventsRequest,
    ) -> Result<ListEventsResponse, crate::Error> {
        self.call(request).await
    }
}
/// One agent of the fleet.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Agent {
    /// Its name.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// Its group; empty if it gave none.
    #[prost(string, tag = "2")]
    pub group: ::prost::alloc::string::String,
    /// Calls it made.
    #[prost(int64, tag = "3")]
    pub call_count: i64,
    /// Money paid for its calls, as far as prices are known.
    #[prost(message, optional, tag = "8")]
    pub spent_amount: ::core::option::Option<Money>,
    /// Money its calls saved, as far as prices are known.
    #[prost(message, optional, tag = "9")]
    pub saved_amount: ::core::option::Option<Money>,
    /// When it first called.
    #[prost(message, optional, tag = "6")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// When it last called or sent a heartbeat.
    #[prost(message, optional, tag = "7")]
    pub last_seen_time: ::core::option::Option<::prost_types::Timestamp>,
}
/// Asks for the agents.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListAgentsRequest {
    /// Most agents in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Agents.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListAgentsResponse {
    /// Agents in order of name.
    #[prost(message, repeated, tag = "1")]
    pub agents: ::prost::alloc::vec::Vec<Agent>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks for one agent.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetAgentRequest {
    /// Its name. Required.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
}
/// One agent.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetAgentResponse {
    /// The agent.
    #[prost(message, optional, tag = "1")]
    pub agent: ::core::option::Option<Agent>,
}
/// Says that an agent is alive.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeartbeatRequest {
    /// Its name. Required.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// Its group; optional.
    #[prost(string, tag = "2")]
    pub group: ::prost::alloc::string::String,
}
/// The heartbeat was noted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HeartbeatResponse {}
/// Asks to forget an agent.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ForgetAgentRequest {
    /// Its name. Required.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
}
/// The agent is forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ForgetAgentResponse {}
/// Asks for a key.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CreateKeyRequest {
    /// What it is for; at most 128 characters.
    #[prost(string, tag = "1")]
    pub label: ::prost::alloc::string::String,
    /// What it may do; at least one. Required.
    #[prost(enumeration = "AccessRole", repeated, packed = "false", tag = "4")]
    pub roles: ::prost::alloc::vec::Vec<i32>,
    /// How long it lives; above zero; absent means for ever.
    #[prost(message, optional, tag = "3")]
    pub time_to_live: ::core::option::Option<::prost_types::Duration>,
}
/// A new key.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CreateKeyResponse {
    /// The key.
    #[prost(message, optional, tag = "1")]
    pub key: ::core::option::Option<ApiKey>,
    /// Its secret, shown this once.
    #[prost(string, tag = "2")]
    pub secret: ::prost::alloc::string::String,
}
/// Asks for the keys.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListKeysRequest {
    /// Most keys in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Keys.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListKeysResponse {
    /// Keys, newest first.
    #[prost(message, repeated, tag = "1")]
    pub keys: ::prost::alloc::vec::Vec<ApiKey>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks to change a key.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UpdateKeyRequest {
    /// The key; key_id says which. Required.
    #[prost(message, optional, tag = "1")]
    pub key: ::core::option::Option<ApiKey>,
    /// The fields to change, of label, roles and expire_time; absent means all of them that are given.
    #[prost(message, optional, tag = "2")]
    pub update_mask: ::core::option::Option<::prost_types::FieldMask>,
}
/// The key is changed.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UpdateKeyResponse {
    /// The key as it stands.
    #[prost(message, optional, tag = "1")]
    pub key: ::core::option::Option<ApiKey>,
}
/// Asks to end a key.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RevokeKeyRequest {
    /// The key. Required.
    #[prost(string, tag = "1")]
    pub key_id: ::prost::alloc::string::String,
}
/// The key is ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct RevokeKeyResponse {}
/// Asks for a new budget.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CreateBudgetRequest {
    /// The budget. Required.
    #[prost(message, optional, tag = "1")]
    pub budget: ::core::option::Option<Budget>,
}
/// A new budget.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CreateBudgetResponse {
    /// The budget as it stands.
    #[prost(message, optional, tag = "1")]
    pub budget: ::core::option::Option<Budget>,
}
/// Asks to change a budget.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UpdateBudgetRequest {
    /// The budget; budget_id says which. Required.
    #[prost(message, optional, tag = "1")]
    pub budget: ::core::option::Option<Budget>,
    /// The fields to change; absent means all that are given.
    #[prost(message, optional, tag = "2")]
    pub update_mask: ::core::option::Option<::prost_types::FieldMask>,
}
/// The budget is changed.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct UpdateBudgetResponse {
    /// The budget as it stands.
    #[prost(message, optional, tag = "1")]
    pub budget: ::core::option::Option<Budget>,
}
/// Asks to delete a budget.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeleteBudgetRequest {
    /// The budget. Required.
    #[prost(string, tag = "1")]
    pub budget_id: ::prost::alloc::string::String,
}
/// The budget is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeleteBudgetResponse {}
/// Asks for budgets.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListBudgetsRequest {
    /// Most budgets in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Budgets.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListBudgetsResponse {
    /// Budgets in order of subject.
    #[prost(message, repeated, tag = "1")]
    pub budgets: ::prost::alloc::vec::Vec<Budget>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks for limits.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListLimitsRequest {
    /// Most limits in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Limits.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListLimitsResponse {
    /// Limits in order of subject and name; of agents those that called of late.
    #[prost(message, repeated, tag = "1")]
    pub limits: ::prost::alloc::vec::Vec<UsageLimit>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
impl crate::method::Method for ListAgentsRequest {
    type Response = ListAgentsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/ListAgents";
}
impl crate::method::Unary for ListAgentsRequest {}
impl crate::method::Method for GetAgentRequest {
    type Response = GetAgentResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/GetAgent";
}
impl crate::method::Unary for GetAgentRequest {}
impl crate::method::Method for HeartbeatRequest {
    type Response = HeartbeatResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/Heartbeat";
}
impl crate::method::Unary for HeartbeatRequest {}
impl crate::method::Method for ForgetAgentRequest {
    type Response = ForgetAgentResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/ForgetAgent";
}
impl crate::method::Unary for ForgetAgentRequest {}
impl crate::method::Method for CreateKeyRequest {
    type Response = CreateKeyResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/CreateKey";
}
impl crate::method::Unary for CreateKeyRequest {}
impl crate::method::Method for ListKeysRequest {
    type Response = ListKeysResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/ListKeys";
}
impl crate::method::Unary for ListKeysRequest {}
impl crate::method::Method for UpdateKeyRequest {
    type Response = UpdateKeyResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/UpdateKey";
}
impl crate::method::Unary for UpdateKeyRequest {}
impl crate::method::Method for RevokeKeyRequest {
    type Response = RevokeKeyResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/RevokeKey";
}
impl crate::method::Unary for RevokeKeyRequest {}
impl crate::method::Method for CreateBudgetRequest {
    type Response = CreateBudgetResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/CreateBudget";
}
impl crate::method::Unary for CreateBudgetRequest {}
impl crate::method::Method for UpdateBudgetRequest {
    type Response = UpdateBudgetResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/UpdateBudget";
}
impl crate::method::Unary for UpdateBudgetRequest {}
impl crate::method::Method for DeleteBudgetRequest {
    type Response = DeleteBudgetResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/DeleteBudget";
}
impl crate::method::Unary for DeleteBudgetRequest {}
impl crate::method::Method for ListBudgetsRequest {
    type Response = ListBudgetsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/ListBudgets";
}
impl crate::method::Unary for ListBudgetsRequest {}
impl crate::method::Method for ListLimitsRequest {
    type Response = ListLimitsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.FleetService/ListLimits";
}
impl crate::method::Unary for ListLimitsRequest {}
/// The methods of `FleetService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Lists the agents seen, in order of name.
    pub async fn list_agents(
        &self,
        request: ListAgentsRequest,
    ) -> Result<ListAgentsResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells of one agent.
    pub async fn get_agent(
        &self,
        request: GetAgentRequest,
    ) -> Result<GetAgentResponse, crate::Error> {
        self.call(request).await
    }
    /// Says that an agent is alive though it makes no calls.
    pub async fn heartbeat(
        &self,
        request: HeartbeatRequest,
    ) -> Result<HeartbeatResponse, crate::Error> {
        self.call(request).await
    }
    /// Erases what is kept of an agent, except the ledger's amounts. This version has no engine for it: NOT_IMPLEMENTED.
    pub async fn forget_agent(
        &self,
        request: ForgetAgentRequest,
    ) -> Result<ForgetAgentResponse, crate::Error> {
        self.call(request).await
    }
    /// Makes a key. In this version keys are in the configuration: NOT_IMPLEMENTED.
    pub async fn create_key(
        &self,
        request: CreateKeyRequest,
    ) -> Result<CreateKeyResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists keys, never their secrets. NOT_IMPLEMENTED.
    pub async fn list_keys(
        &self,
        request: ListKeysRequest,
    ) -> Result<ListKeysResponse, crate::Error> {
        self.call(request).await
    }
    /// Changes a key, never its secret. NOT_IMPLEMENTED.
    pub async fn update_key(
        &self,
        request: UpdateKeyRequest,
    ) -> Result<UpdateKeyResponse, crate::Error> {
        self.call(request).await
    }
    /// Ends a key at once, and every open call with it. NOT_IMPLEMENTED.
    pub async fn revoke_key(
        &self,
        request: RevokeKeyRequest,
    ) -> Result<RevokeKeyResponse, crate::Error> {
        self.call(request).await
    }
    /// Makes a budget. This version has no engine for budgets: NOT_IMPLEMENTED.
    pub async fn create_budget(
        &self,
        request: CreateBudgetRequest,
    ) -> Result<CreateBudgetResponse, crate::Error> {
        self.call(request).await
    }
    /// Changes a budget. NOT_IMPLEMENTED.
    pub async fn update_budget(
        &self,
        request: UpdateBudgetRequest,
    ) -> Result<UpdateBudgetResponse, crate::Error> {
        self.call(request).await
    }
    /// Deletes a budget; what it bounded is bounded no longer. NOT_IMPLEMENTED.
    pub async fn delete_budget(
        &self,
        request: DeleteBudgetRequest,
    ) -> Result<DeleteBudgetResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists budgets with what is spent. NOT_IMPLEMENTED.
    pub async fn list_budgets(
        &self,
        request: ListBudgetsRequest,
    ) -> Result<ListBudgetsResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists limits with what is used and left of them now.
    pub async fn list_limits(
        &self,
        request: ListLimitsRequest,
    ) -> Result<ListLimitsResponse, crate::Error> {
        self.call(request).await
    }
}
/// Failures of one kind.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FailureSummary {
    /// Provider that failed.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Model that failed.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// How it failed.
    #[prost(enumeration = "ErrorReason", tag = "3")]
    pub reason: i32,
    /// How often.
    #[prost(int64, tag = "4")]
    pub count: i64,
    /// How many agents met it.
    #[prost(int64, tag = "5")]
    pub agent_count: i64,
    /// When it was first seen.
    #[prost(message, optional, tag = "6")]
    pub first_seen_time: ::core::option::Option<::prost_types::Timestamp>,
    /// When it was last seen.
    #[prost(message, optional, tag = "7")]
    pub last_seen_time: ::core::option::Option<::prost_types::Timestamp>,
    /// HTTP status last seen with it; 0 if none.
    #[prost(int32, tag = "8")]
    pub http_status: i32,
}
/// What callers reported of one model's answers to one kind of task.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FeedbackSummary {
    /// Provider that answered.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answered, the provider's own name.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// Kind of task, as CallOptions.task_type of the calls; empty if they had none.
    #[prost(string, tag = "3")]
    pub task_type: ::prost::alloc::string::String,
    /// Answers reported as VERDICT_GOOD.
    #[prost(int64, tag = "4")]
    pub good_count: i64,
    /// Answers reported as VERDICT_BAD.
    #[prost(int64, tag = "5")]
    pub bad_count: i64,
    /// Reports that had a score.
    #[prost(int64, tag = "6")]
    pub score_count: i64,
    /// Mean of these scores, 0 to 1; absent if there were none.
    #[prost(double, optional, tag = "7")]
    pub mean_score: ::core::option::Option<f64>,
    /// How many agents reported.
    #[prost(int64, tag = "8")]
    pub agent_count: i64,
    /// When the first report came.
    #[prost(message, optional, tag = "9")]
    pub first_seen_time: ::core::option::Option<::prost_types::Timestamp>,
    /// When the last report came.
    #[prost(message, optional, tag = "10")]
    pub last_seen_time: ::core::option::Option<::prost_types::Timestamp>,
}
/// Asks for failures, by what they were met on.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FailureQuery {
    /// Only this provider; empty means all.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Only this model; empty means all.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// Only failures for this reason; unspecified means all.
    #[prost(enumeration = "ErrorReason", tag = "3")]
    pub reason: i32,
    /// Most failures in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "4")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "5")]
    pub page_token: ::prost::alloc::string::String,
}
/// Failures.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FailurePage {
    /// Failures seen, most frequent first.
    #[prost(message, repeated, tag = "1")]
    pub failures: ::prost::alloc::vec::Vec<FailureSummary>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks what was reported of answers.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FeedbackQuery {
    /// Only this provider; empty means all.
    #[prost(string, tag = "1")]
    pub provider: ::prost::alloc::string::String,
    /// Only this model; empty means all.
    #[prost(string, tag = "2")]
    pub model: ::prost::alloc::string::String,
    /// Most rows in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "3")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "4")]
    pub page_token: ::prost::alloc::string::String,
}
/// What was reported of answers.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct FeedbackPage {
    /// Most reports first.
    #[prost(message, repeated, tag = "1")]
    pub feedback: ::prost::alloc::vec::Vec<FeedbackSummary>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks for a report.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GetReportRequest {
    /// First instant counted, to the day; absent means from the beginning.
    #[prost(message, optional, tag = "1")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// First instant no longer counted, to the day; absent means until now.
    #[prost(message, optional, tag = "2")]
    pub end_time: ::core::option::Option<::prost_types::Timestamp>,
    /// What the rows stand for.
    #[prost(enumeration = "ReportGrouping", tag = "3")]
    pub grouping: i32,
    /// Only this agent; empty means all.
    #[prost(string, tag = "4")]
    pub agent_id: ::prost::alloc::string::String,
    /// Most rows in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "5")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "6")]
    pub page_token: ::prost::alloc::string::String,
}
/// A report.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GetReportResponse {
    /// Rows, highest cost first (days: oldest first).
    #[prost(message, repeated, tag = "1")]
    pub rows: ::prost::alloc::vec::Vec<ReportRow>,
    /// All rows together, those of other pages too.
    #[prost(message, optional, tag = "2")]
    pub total: ::core::option::Option<ReportRow>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "3")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Sums over a set of calls.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ReportRow {
    /// What the row stands for: agent, "provider/model" or "YYYY-MM-DD"; empty in the total.
    #[prost(string, tag = "1")]
    pub group: ::prost::alloc::string::String,
    /// Upstream calls whose usage the vendor reported.
    #[prost(int64, tag = "2")]
    pub exact_call_count: i64,
    /// What those cost.
    #[prost(message, optional, tag = "11")]
    pub exact_amount: ::core::option::Option<Money>,
    /// Upstream calls whose usage is estimated, broken streams above all.
    #[prost(int64, tag = "4")]
    pub estimated_call_count: i64,
    /// What those cost by estimate.
    #[prost(message, optional, tag = "12")]
    pub estimated_amount: ::core::option::Option<Money>,
    /// Upstream calls without a known price.
    #[prost(int64, tag = "6")]
    pub unpriced_call_count: i64,
    /// Calls answered from the cache, coalesced or repeated.
    #[prost(int64, tag = "7")]
    pub saved_call_count: i64,
    /// What those would have cost, as far as prices are known.
    #[prost(message, optional, tag = "13")]
    pub saved_amount: ::core::option::Option<Money>,
    /// Tokens of the upstream calls.
    #[prost(message, optional, tag = "9")]
    pub usage: ::core::option::Option<Usage>,
    /// Time the callers of those did not wait, as CallStats.saved_duration.
    #[prost(message, optional, tag = "10")]
    pub saved_duration: ::core::option::Option<::prost_types::Duration>,
}
/// One upstream call that was, or may have been, paid for.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LedgerEntry {
    /// Identifier of the entry.
    #[prost(string, tag = "1")]
    pub entry_id: ::prost::alloc::string::String,
    /// The call it served.
    #[prost(string, tag = "2")]
    pub call_id: ::prost::alloc::string::String,
    /// When it was entered.
    #[prost(message, optional, tag = "3")]
    pub create_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Agent charged.
    #[prost(string, tag = "4")]
    pub agent_id: ::prost::alloc::string::String,
    /// Provider asked.
    #[prost(string, tag = "5")]
    pub provider: ::prost::alloc::string::String,
    /// Model asked.
    #[prost(string, tag = "6")]
    pub model: ::prost::alloc::string::String,
    /// Tokens; estimated says whose count it is.
    #[prost(message, optional, tag = "7")]
    pub usage: ::core::option::Option<Usage>,
    /// Money; charged and list are equal here.
    #[prost(message, optional, tag = "8")]
    pub cost: ::core::option::Option<Cost>,
    /// The vendor's own identifier of the call, to settle disputes; empty if none came.
    #[prost(string, tag = "9")]
    pub provider_request_id: ::prost::alloc::string::String,
    /// Which attempt of the call, from 0.
    #[prost(int32, tag = "10")]
    pub attempt: i32,
    /// Kind of work the caller named; empty if none.
    #[prost(string, tag = "11")]
    pub task_type: ::prost::alloc::string::String,
}
/// Asks for entries.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListEntriesRequest {
    /// First instant listed; absent means from the beginning.
    #[prost(message, optional, tag = "1")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// First instant no longer listed; absent means until now.
    #[prost(message, optional, tag = "2")]
    pub end_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Only this agent; empty means all.
    #[prost(string, tag = "3")]
    pub agent_id: ::prost::alloc::string::String,
    /// Only entries of this call; empty means all.
    #[prost(string, tag = "4")]
    pub call_id: ::prost::alloc::string::String,
    /// Most entries in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "5")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "6")]
    pub page_token: ::prost::alloc::string::String,
}
/// Entries.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListEntriesResponse {
    /// Entries, newest first.
    #[prost(message, repeated, tag = "1")]
    pub entries: ::prost::alloc::vec::Vec<LedgerEntry>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// What a report's rows stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ReportGrouping {
    /// One row over everything.
    Unspecified = 0,
    /// A row for each agent.
    Agent = 1,
    /// A row for each provider and model.
    Model = 2,
    /// A row for each day, UTC.
    Day = 3,
}
impl ReportGrouping {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REPORT_GROUPING_UNSPECIFIED",
            Self::Agent => "REPORT_GROUPING_AGENT",
            Self::Model => "REPORT_GROUPING_MODEL",
            Self::Day => "REPORT_GROUPING_DAY",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REPORT_GROUPING_UNSPECIFIED" => Some(Self::Unspecified),
            "REPORT_GROUPING_AGENT" => Some(Self::Agent),
            "REPORT_GROUPING_MODEL" => Some(Self::Model),
            "REPORT_GROUPING_DAY" => Some(Self::Day),
            _ => None,
        }
    }
}
impl crate::method::Method for GetReportRequest {
    type Response = GetReportResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.LedgerService/GetReport";
}
impl crate::method::Unary for GetReportRequest {}
impl crate::method::Method for ListEntriesRequest {
    type Response = ListEntriesResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.LedgerService/ListEntries";
}
impl crate::method::Unary for ListEntriesRequest {}
/// The methods of `LedgerService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Sums money and tokens by agent, model or day.
    pub async fn get_report(
        &self,
        request: GetReportRequest,
    ) -> Result<GetReportResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists single entries, newest first.
    pub async fn list_entries(
        &self,
        request: ListEntriesRequest,
    ) -> Result<ListEntriesResponse, crate::Error> {
        self.call(request).await
    }
}
/// Counts, money and latencies of a set of calls.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CallStats {
    /// Finished calls.
    #[prost(int64, tag = "1")]
    pub call_count: i64,
    /// Finished calls that failed.
    #[prost(int64, tag = "2")]
    pub failure_count: i64,
    /// Answers by where they came from.
    #[prost(int64, tag = "3")]
    pub upstream_count: i64,
    /// Answers from the memory cache.
    #[prost(int64, tag = "4")]
    pub memory_hit_count: i64,
    /// Answers from the disk cache.
    #[prost(int64, tag = "5")]
    pub disk_hit_count: i64,
    /// Answers from near matches.
    #[prost(int64, tag = "6")]
    pub near_match_count: i64,
    /// Answers shared with an equal call in flight.
    #[prost(int64, tag = "7")]
    pub coalesced_count: i64,
    /// Answers to a repeated request_id.
    #[prost(int64, tag = "8")]
    pub repeated_count: i64,
    /// Calls that no provider was asked for: hits of every kind, coalesced and repeated ones.
    #[prost(int64, tag = "9")]
    pub saved_call_count: i64,
    /// Part of the answers that came from memory, 0 to 1.
    #[prost(double, tag = "10")]
    pub memory_hit_rate: f64,
    /// Part of the answers that came from disk, 0 to 1.
    #[prost(double, tag = "11")]
    pub disk_hit_rate: f64,
    /// Part of the answers that no provider was asked for, 0 to 1.
    #[prost(double, tag = "12")]
    pub saved_rate: f64,
    /// Money paid, as far as prices are known.
    #[prost(message, optional, tag = "19")]
    pub spent_amount: ::core::option::Option<Money>,
    /// Money not paid thanks to hits and coalesced calls, as far as prices are known.
    #[prost(message, optional, tag = "20")]
    pub saved_amount: ::core::option::Option<Money>,
    /// Calls whose price is unknown.
    #[prost(int64, tag = "15")]
    pub unpriced_count: i64,
    /// Time from the arrival of a call to its final message.
    #[prost(message, optional, tag = "16")]
    pub latency: ::core::option::Option<Latency>,
    /// Time this server added to calls that went upstream.
    #[prost(message, optional, tag = "17")]
    pub overhead: ::core::option::Option<Latency>,
    /// Time callers did not wait thanks to hits and coalesced calls: for each, how long its answer took upstream less how long the caller waited.
    #[prost(message, optional, tag = "18")]
    pub saved_duration: ::core::option::Option<::prost_types::Duration>,
}
/// Latencies at ranks of a set of calls, with a relative error below 1 %.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Latency {
    /// Calls measured.
    #[prost(int64, tag = "1")]
    pub count: i64,
    /// Half are quicker.
    #[prost(message, optional, tag = "2")]
    pub p50: ::core::option::Option<::prost_types::Duration>,
    /// 95 % are quicker.
    #[prost(message, optional, tag = "3")]
    pub p95: ::core::option::Option<::prost_types::Duration>,
    /// 99 % are quicker.
    #[prost(message, optional, tag = "4")]
    pub p99: ::core::option::Option<::prost_types::Duration>,
    /// 99.9 % are quicker.
    #[prost(message, optional, tag = "5")]
    pub p999: ::core::option::Option<::prost_types::Duration>,
    /// The slowest.
    #[prost(message, optional, tag = "6")]
    pub max: ::core::option::Option<::prost_types::Duration>,
}
/// Calls of one agent, or calls answered by one model.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StatsRow {
    /// The agent; empty in rows of models.
    #[prost(string, tag = "1")]
    pub agent_id: ::prost::alloc::string::String,
    /// The provider; empty in rows of agents.
    #[prost(string, tag = "2")]
    pub provider: ::prost::alloc::string::String,
    /// The model, the provider's own name; empty in rows of agents.
    #[prost(string, tag = "3")]
    pub model: ::prost::alloc::string::String,
    /// The calls.
    #[prost(message, optional, tag = "4")]
    pub stats: ::core::option::Option<CallStats>,
}
/// What the rows of statistics stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum StatsGrouping {
    /// No rows, the total only.
    Unspecified = 0,
    /// A row for each agent.
    Agent = 1,
    /// A row for each model that answered.
    Model = 2,
}
impl StatsGrouping {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "STATS_GROUPING_UNSPECIFIED",
            Self::Agent => "STATS_GROUPING_AGENT",
            Self::Model => "STATS_GROUPING_MODEL",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "STATS_GROUPING_UNSPECIFIED" => Some(Self::Unspecified),
            "STATS_GROUPING_AGENT" => Some(Self::Agent),
            "STATS_GROUPING_MODEL" => Some(Self::Model),
            _ => None,
        }
    }
}
/// Asks for one answer.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CompleteRequest {
    /// What the model is asked. Required.
    #[prost(message, optional, tag = "4")]
    pub prompt: ::core::option::Option<Prompt>,
    /// Everything apart from content.
    #[prost(message, optional, tag = "5")]
    pub options: ::core::option::Option<CallOptions>,
    /// Optional idempotency key, 1 to 36 visible ASCII characters, a UUID advised. A repeat with an equal body within 24 hours returns
    /// the first answer and costs nothing, also while the first is in flight; a repeat with another body is refused with
    /// REQUEST_ID_REUSED. A call that failed may be repeated. It joins attempts of one intent; the cache joins equal content.
    #[prost(string, tag = "6")]
    pub request_id: ::prost::alloc::string::String,
}
/// One answer.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CompleteResponse {
    /// Identifier of this call, as in events and logs.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// What the model said.
    #[prost(message, optional, tag = "2")]
    pub completion: ::core::option::Option<Completion>,
    /// Provider that answered.
    #[prost(string, tag = "3")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answered, the provider's own name.
    #[prost(string, tag = "4")]
    pub model: ::prost::alloc::string::String,
    /// Tokens of the answer, also when it was cached or coalesced.
    #[prost(message, optional, tag = "5")]
    pub usage: ::core::option::Option<Usage>,
    /// Money of the call.
    #[prost(message, optional, tag = "6")]
    pub cost: ::core::option::Option<Cost>,
    /// How the answer came about.
    #[prost(message, optional, tag = "7")]
    pub served: ::core::option::Option<Served>,
    /// Ledger entry that paid for the answer; empty if nothing was paid for this call.
    #[prost(string, tag = "8")]
    pub ledger_entry_id: ::prost::alloc::string::String,
}
/// Asks for one answer piece by piece; fields as in CompleteRequest.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StreamRequest {
    /// What the model is asked. Required.
    #[prost(message, optional, tag = "4")]
    pub prompt: ::core::option::Option<Prompt>,
    /// Everything apart from content.
    #[prost(message, optional, tag = "5")]
    pub options: ::core::option::Option<CallOptions>,
    /// Optional idempotency key, as CompleteRequest.request_id; shared with it.
    #[prost(string, tag = "6")]
    pub request_id: ::prost::alloc::string::String,
}
/// One step of a streamed answer.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StreamResponse {
    /// The step.
    #[prost(oneof = "stream_response::Event", tags = "1, 2, 3")]
    pub event: ::core::option::Option<stream_response::Event>,
}
/// Nested message and enum types in `StreamResponse`.
pub mod stream_response {
    /// The step.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Event {
        /// First, once a model has begun to answer.
        #[prost(message, tag = "1")]
        Started(super::StreamStarted),
        /// The next piece of the answer.
        #[prost(message, tag = "2")]
        Delta(super::ContentDelta),
        /// Last.
        #[prost(message, tag = "3")]
        Finished(super::StreamFinished),
    }
}
/// A model has begun to answer.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StreamStarted {
    /// Identifier of this call, as in events and logs.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// Provider that answers.
    #[prost(string, tag = "2")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answers, the provider's own name.
    #[prost(string, tag = "3")]
    pub model: ::prost::alloc::string::String,
    /// Where the answer comes from.
    #[prost(enumeration = "Source", tag = "4")]
    pub source: i32,
}
/// The answer is complete.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StreamFinished {
    /// Why the model stopped.
    #[prost(enumeration = "FinishReason", tag = "1")]
    pub finish_reason: i32,
    /// The stop text that ended the answer, where the vendor says.
    #[prost(string, tag = "2")]
    pub stop_sequence: ::prost::alloc::string::String,
    /// Why the second and further candidates stopped, in order.
    #[prost(enumeration = "FinishReason", repeated, tag = "3")]
    pub alternative_finish_reasons: ::prost::alloc::vec::Vec<i32>,
    /// Tokens of the answer.
    #[prost(message, optional, tag = "4")]
    pub usage: ::core::option::Option<Usage>,
    /// Money of the call.
    #[prost(message, optional, tag = "5")]
    pub cost: ::core::option::Option<Cost>,
    /// How the answer came about.
    #[prost(message, optional, tag = "6")]
    pub served: ::core::option::Option<Served>,
    /// Ledger entry that paid for the answer; empty if nothing was paid for this call.
    #[prost(string, tag = "7")]
    pub ledger_entry_id: ::prost::alloc::string::String,
    /// As Completion.omitted_fields.
    #[prost(string, repeated, tag = "8")]
    pub omitted_fields: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// ChatMessage.vendor_data of the first candidate and of the further ones, in order; empty where a candidate has none, and shorter
    /// than the number of candidates if the last ones have none.
    #[prost(message, repeated, tag = "9")]
    pub message_vendor_data: ::prost::alloc::vec::Vec<VendorData>,
    /// As Completion.finish_details.
    #[prost(message, optional, tag = "10")]
    pub finish_details: ::core::option::Option<FinishDetails>,
    /// As Completion.served_model.
    #[prost(string, tag = "11")]
    pub served_model: ::prost::alloc::string::String,
    /// As Completion.service_tier.
    #[prost(string, tag = "12")]
    pub service_tier: ::prost::alloc::string::String,
}
/// Asks for several answers.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CompleteBatchRequest {
    /// 1 to 256 calls; equal ones are asked once.
    #[prost(message, repeated, tag = "2")]
    pub requests: ::prost::alloc::vec::Vec<CompleteRequest>,
}
/// Answers to a batch.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CompleteBatchResponse {
    /// One result per request, in the order of the requests.
    #[prost(message, repeated, tag = "1")]
    pub results: ::prost::alloc::vec::Vec<BatchResult>,
}
/// Result of one call of a batch.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct BatchResult {
    /// Answer or failure.
    #[prost(oneof = "batch_result::Result", tags = "1, 2")]
    pub result: ::core::option::Option<batch_result::Result>,
}
/// Nested message and enum types in `BatchResult`.
pub mod batch_result {
    /// Answer or failure.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Result {
        /// The answer.
        #[prost(message, tag = "1")]
        Response(super::CompleteResponse),
        /// The failure.
        #[prost(message, tag = "2")]
        Failure(super::BatchFailure),
    }
}
/// Failure of one call of a batch.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BatchFailure {
    /// The gRPC status code the call alone would have had.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// Why it failed.
    #[prost(enumeration = "ErrorReason", tag = "2")]
    pub reason: i32,
    /// What was wrong and what to do, in English.
    #[prost(string, tag = "3")]
    pub message: ::prost::alloc::string::String,
}
/// Asks for vectors.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct EmbedRequest {
    /// Embedding model, in the forms of Prompt.model. Required.
    #[prost(string, tag = "5")]
    pub model: ::prost::alloc::string::String,
    /// 1 to 2,048 texts, none empty.
    #[prost(string, repeated, tag = "6")]
    pub texts: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// Length of the vectors for models that can shorten them; absent is the model's own.
    #[prost(int32, optional, tag = "7")]
    pub dimension_count: ::core::option::Option<i32>,
    /// Everything apart from content.
    #[prost(message, optional, tag = "8")]
    pub options: ::core::option::Option<CallOptions>,
}
/// Vectors.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct EmbedResponse {
    /// Identifier of this call, as in events and logs.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// One vector per text, in the order of the texts.
    #[prost(message, repeated, tag = "2")]
    pub embeddings: ::prost::alloc::vec::Vec<Embedding>,
    /// Provider that answered.
    #[prost(string, tag = "3")]
    pub provider: ::prost::alloc::string::String,
    /// Model that answered.
    #[prost(string, tag = "4")]
    pub model: ::prost::alloc::string::String,
    /// Tokens of the texts.
    #[prost(message, optional, tag = "5")]
    pub usage: ::core::option::Option<Usage>,
    /// Money of the call.
    #[prost(message, optional, tag = "6")]
    pub cost: ::core::option::Option<Cost>,
    /// How the answer came about.
    #[prost(message, optional, tag = "7")]
    pub served: ::core::option::Option<Served>,
    /// Ledger entry that paid for the answer; empty if nothing was paid for this call.
    #[prost(string, tag = "8")]
    pub ledger_entry_id: ::prost::alloc::string::String,
}
/// One vector.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Embedding {
    /// The components.
    #[prost(float, repeated, tag = "1")]
    pub values: ::prost::alloc::vec::Vec<f32>,
}
/// Asks for a count of tokens.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct CountTokensRequest {
    /// The prompt to count. Required.
    #[prost(message, optional, tag = "3")]
    pub prompt: ::core::option::Option<Prompt>,
    /// Everything apart from content.
    #[prost(message, optional, tag = "4")]
    pub options: ::core::option::Option<CallOptions>,
}
/// A count of tokens.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CountTokensResponse {
    /// Tokens of the prompt.
    #[prost(int64, tag = "1")]
    pub input_token_count: i64,
    /// True if the provider counted, false if this server estimated.
    #[prost(bool, tag = "2")]
    pub exact: bool,
    /// Provider whose model was counted for.
    #[prost(string, tag = "3")]
    pub provider: ::prost::alloc::string::String,
    /// Model that was counted for.
    #[prost(string, tag = "4")]
    pub model: ::prost::alloc::string::String,
}
/// Asks for the models.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListModelsRequest {
    /// Most models in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Models.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListModelsResponse {
    /// Models in order of provider and name.
    #[prost(message, repeated, tag = "1")]
    pub models: ::prost::alloc::vec::Vec<Model>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Asks for the aliases.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ListAliasesRequest {
    /// Most aliases in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "1")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "2")]
    pub page_token: ::prost::alloc::string::String,
}
/// Aliases.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ListAliasesResponse {
    /// Aliases in order of name.
    #[prost(message, repeated, tag = "1")]
    pub aliases: ::prost::alloc::vec::Vec<ModelAlias>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "2")]
    pub next_page_token: ::prost::alloc::string::String,
}
/// Tells how good an answer was. The report counts for the model that answered; a second report of the same call by the same agent, which
/// is the one named in the metadata, replaces the first while that is among the latest kept (learning.max_reports); older ones stay
/// counted. When the response comes the report is durable, unless Health says that the store of outcomes is not.
///
/// A call is known while it is among the latest that the server keeps in memory (calls.kept), and a paid one as long as the ledger has it.
/// Of any other call a bad report still removes the answer from the cache, but is not counted; if it removed nothing, and always if the
/// verdict is good, the report is refused with NOT_FOUND. A call that failed has no answer to report on: CALL_INVALID.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ReportOutcomeRequest {
    /// The call reported on. Required.
    #[prost(string, tag = "1")]
    pub call_id: ::prost::alloc::string::String,
    /// How good its answer was. Required.
    #[prost(enumeration = "Verdict", tag = "2")]
    pub verdict: i32,
    /// Quality from 0 (worst) to 1 (best), if known; kept to nine decimals.
    #[prost(double, optional, tag = "3")]
    pub score: ::core::option::Option<f64>,
}
/// What came of the report.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ReportOutcomeResponse {
    /// True if the answer was in the cache and was removed.
    #[prost(bool, tag = "1")]
    pub evicted: bool,
}
/// Asks for health.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HealthRequest {}
/// Health of the server and of each part.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct HealthResponse {
    /// SERVING: every part works. DEGRADED: some part does not; calls go on. NOT_SERVING: no call can be answered, since every provider
    /// is down, the ledger takes no more entries, or the server is shutting down; grpc.health.v1 then says NOT_SERVING too.
    #[prost(enumeration = "HealthState", tag = "1")]
    pub state: i32,
    /// Each part, in order of name.
    #[prost(message, repeated, tag = "2")]
    pub parts: ::prost::alloc::vec::Vec<PartHealth>,
    /// When the server started.
    #[prost(message, optional, tag = "3")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Version of the server.
    #[prost(string, tag = "4")]
    pub version: ::prost::alloc::string::String,
    /// Figures of the server.
    #[prost(message, optional, tag = "5")]
    pub figures: ::core::option::Option<ServerFigures>,
}
/// Asks for statistics.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StatsRequest {
    /// Only this agent's calls; empty means all.
    #[prost(string, tag = "2")]
    pub agent_id: ::prost::alloc::string::String,
    /// What the rows stand for. Unset: no rows.
    #[prost(enumeration = "StatsGrouping", tag = "3")]
    pub grouping: i32,
    /// Most rows in one answer; 0 means 100, more than 1,000 is lowered to 1,000, negative is refused.
    #[prost(int32, tag = "4")]
    pub page_size: i32,
    /// Token of the page before; empty for the first.
    #[prost(string, tag = "5")]
    pub page_token: ::prost::alloc::string::String,
}
/// Statistics since start_time. Counts are of finished calls, failed ones included.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StatsResponse {
    /// Rows, busiest first; none unless asked for. Calls that end while pages are read may move a row to another page. Of more than
    /// 1,000 agents or models the least busy have no rows.
    #[prost(message, repeated, tag = "6")]
    pub rows: ::prost::alloc::vec::Vec<StatsRow>,
    /// Token of the next page; empty at the end.
    #[prost(string, tag = "7")]
    pub next_page_token: ::prost::alloc::string::String,
    /// All calls asked for, those of other pages too.
    #[prost(message, optional, tag = "2")]
    pub total: ::core::option::Option<CallStats>,
    /// Since when is counted.
    #[prost(message, optional, tag = "1")]
    pub start_time: ::core::option::Option<::prost_types::Timestamp>,
    /// Calls in flight now.
    #[prost(int64, tag = "5")]
    pub in_flight_count: i64,
}
/// Asks what was learned: one query at a time.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LearningQueryRequest {
    /// What is asked for. Required.
    #[prost(oneof = "learning_query_request::Query", tags = "6, 7")]
    pub query: ::core::option::Option<learning_query_request::Query>,
}
/// Nested message and enum types in `LearningQueryRequest`.
pub mod learning_query_request {
    /// What is asked for. Required.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Query {
        /// Failures that calls met.
        #[prost(message, tag = "6")]
        Failures(super::FailureQuery),
        /// What callers reported of answers.
        #[prost(message, tag = "7")]
        Feedback(super::FeedbackQuery),
    }
}
/// What was learned.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct LearningQueryResponse {
    /// What was asked for.
    #[prost(oneof = "learning_query_response::Page", tags = "4, 5")]
    pub page: ::core::option::Option<learning_query_response::Page>,
}
/// Nested message and enum types in `LearningQueryResponse`.
pub mod learning_query_response {
    /// What was asked for.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Page {
        /// Failures that calls met.
        #[prost(message, tag = "4")]
        Failures(super::FailurePage),
        /// What callers reported of answers.
        #[prost(message, tag = "5")]
        Feedback(super::FeedbackPage),
    }
}
/// How good an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum Verdict {
    /// Refused with CALL_INVALID.
    Unspecified = 0,
    /// It was useful.
    Good = 1,
    /// It was wrong or useless; it leaves the cache.
    Bad = 2,
}
impl Verdict {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "VERDICT_UNSPECIFIED",
            Self::Good => "VERDICT_GOOD",
            Self::Bad => "VERDICT_BAD",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "VERDICT_UNSPECIFIED" => Some(Self::Unspecified),
            "VERDICT_GOOD" => Some(Self::Good),
            "VERDICT_BAD" => Some(Self::Bad),
            _ => None,
        }
    }
}
impl crate::method::Method for CompleteRequest {
    type Response = CompleteResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/Complete";
}
impl crate::method::Unary for CompleteRequest {}
impl crate::method::Method for StreamRequest {
    type Response = StreamResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/Stream";
}
impl crate::method::Streamed for StreamRequest {}
impl crate::method::Method for CompleteBatchRequest {
    type Response = CompleteBatchResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/CompleteBatch";
}
impl crate::method::Unary for CompleteBatchRequest {}
impl crate::method::Method for EmbedRequest {
    type Response = EmbedResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/Embed";
}
impl crate::method::Unary for EmbedRequest {}
impl crate::method::Method for CountTokensRequest {
    type Response = CountTokensResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/CountTokens";
}
impl crate::method::Unary for CountTokensRequest {}
impl crate::method::Method for ListModelsRequest {
    type Response = ListModelsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/ListModels";
}
impl crate::method::Unary for ListModelsRequest {}
impl crate::method::Method for ListAliasesRequest {
    type Response = ListAliasesResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/ListAliases";
}
impl crate::method::Unary for ListAliasesRequest {}
impl crate::method::Method for ReportOutcomeRequest {
    type Response = ReportOutcomeResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/ReportOutcome";
}
impl crate::method::Unary for ReportOutcomeRequest {}
impl crate::method::Method for HealthRequest {
    type Response = HealthResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/Health";
}
impl crate::method::Unary for HealthRequest {}
impl crate::method::Method for StatsRequest {
    type Response = StatsResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/Stats";
}
impl crate::method::Unary for StatsRequest {}
impl crate::method::Method for LearningQueryRequest {
    type Response = LearningQueryResponse;
    const PATH: &'static str = "/admiral.optimizer.v1.OptimizerService/LearningQuery";
}
impl crate::method::Unary for LearningQueryRequest {}
/// The methods of `OptimizerService` with one answer. An error is that the call failed.
impl crate::Admiral {
    /// Answers a prompt in one message. Identical calls are answered from the cache or coalesced with one in flight.
    pub async fn complete(
        &self,
        request: CompleteRequest,
    ) -> Result<CompleteResponse, crate::Error> {
        self.call(request).await
    }
    /// Answers several prompts; each succeeds or fails by itself.
    pub async fn complete_batch(
        &self,
        request: CompleteBatchRequest,
    ) -> Result<CompleteBatchResponse, crate::Error> {
        self.call(request).await
    }
    /// Turns texts into vectors.
    pub async fn embed(
        &self,
        request: EmbedRequest,
    ) -> Result<EmbedResponse, crate::Error> {
        self.call(request).await
    }
    /// Counts the tokens of a prompt without asking for an answer.
    pub async fn count_tokens(
        &self,
        request: CountTokensRequest,
    ) -> Result<CountTokensResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists the models that can be asked for.
    pub async fn list_models(
        &self,
        request: ListModelsRequest,
    ) -> Result<ListModelsResponse, crate::Error> {
        self.call(request).await
    }
    /// Lists the aliases that can be asked for.
    pub async fn list_aliases(
        &self,
        request: ListAliasesRequest,
    ) -> Result<ListAliasesResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells how good an answer was. Reports are kept, and LearningQuery sums them up as feedback; an answer reported as bad leaves the cache.
    pub async fn report_outcome(
        &self,
        request: ReportOutcomeRequest,
    ) -> Result<ReportOutcomeResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells how each part of the server is, and why.
    pub async fn health(
        &self,
        request: HealthRequest,
    ) -> Result<HealthResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells what was served, from where, how fast and what was saved since the server started.
    pub async fn stats(
        &self,
        request: StatsRequest,
    ) -> Result<StatsResponse, crate::Error> {
        self.call(request).await
    }
    /// Tells what the server has learned from failures, and from what callers reported of answers.
    pub async fn learning_query(
        &self,
        request: LearningQueryRequest,
    ) -> Result<LearningQueryResponse, crate::Error> {
        self.call(request).await
    }
}
