use std::collections::BTreeSet;

use tokio::join;

use super::{
    answer,
    server::{Call, served},
};
use crate::{Admiral, method::Unary, v1::*};

/// What the server sees of a call to any unary method.
async fn seen<Q: Unary>() -> Call {
    let builder = Admiral::builder()
        .key("secret")
        .agent("triage-1")
        .group("triage");
    let (admiral, mut calls) = served(builder);
    tokio::select! {
        _ = admiral.call(Q::default()) => panic!("nobody answered"),
        call = calls.next() => call,
    }
}

#[tokio::test(start_paused = true)]
async fn key_and_agent_travel_with_every_method() {
    let mut paths = BTreeSet::new();
    macro_rules! each {
        ($($request:ty)*) => {$(
            let call = seen::<$request>().await;
            assert_eq!(call.header("authorization"), Some("Bearer secret"));
            assert_eq!(call.header("admiral-agent"), Some("triage-1"));
            paths.insert(call.path);
        )*};
    }
    each! {
        CompleteRequest CompleteBatchRequest EmbedRequest CountTokensRequest ListModelsRequest
        ListAliasesRequest ReportOutcomeRequest HealthRequest StatsRequest LearningQueryRequest GetMetricsRequest
        OptimizeRequest WarmRequest InvalidateCacheRequest ListChangesRequest RollBackChangeRequest
        ListCallsRequest GetCallRequest ListEventsRequest ListAgentsRequest GetAgentRequest
        HeartbeatRequest ForgetAgentRequest CreateKeyRequest ListKeysRequest RevokeKeyRequest
        UpdateKeyRequest CreateBudgetRequest UpdateBudgetRequest DeleteBudgetRequest
        ListBudgetsRequest ListLimitsRequest GetReportRequest ListEntriesRequest
    }
    assert_eq!(paths.len(), 34);
    assert!(paths.contains("/admiral.optimizer.v1.OptimizerService/Complete"));
}

#[tokio::test(start_paused = true)]
async fn streams_bear_key_and_agent_too() {
    let (admiral, mut calls) = served(Admiral::builder().key("secret").agent("triage-1"));
    let (mut answer, mut events) = (
        admiral.stream(StreamRequest::default()),
        admiral.watch_events(WatchEventsRequest::default()),
    );
    for _ in 0..2 {
        let call = tokio::select! {
            _ = answer.try_next() => panic!("nobody answered"),
            _ = events.try_next() => panic!("nobody answered"),
            call = calls.next() => call,
        };
        assert_eq!(call.header("authorization"), Some("Bearer secret"));
        assert_eq!(call.header("admiral-agent"), Some("triage-1"));
    }
}

#[tokio::test(start_paused = true)]
async fn client_without_key_and_agent_sends_neither() {
    let (admiral, mut calls) = served(Admiral::builder());
    let (_, call) = join!(admiral.ask("fast", "Hello"), async {
        let call = calls.next().await;
        let told = (
            call.header("authorization").is_some(),
            call.header("admiral-agent").is_some(),
        );
        call.answer(&answer(""));
        told
    });
    assert_eq!(call, (false, false));
}

#[tokio::test(start_paused = true)]
async fn other_agent_shares_the_connection_and_has_its_own_name() {
    let (first, mut calls) = served(Admiral::builder().key("secret").agent("a").group("g"));
    let second = first.for_agent("b", "").unwrap();
    for (client, agent) in [(&first, "a"), (&second, "b"), (&first, "a")] {
        let (_, name) = join!(client.ask("fast", "Hello"), async {
            let call = calls.next().await;
            let name = call.header("admiral-agent").unwrap().to_string();
            call.answer(&answer(""));
            name
        });
        assert_eq!(name, agent);
    }
}

/// The group in the options of a call as the server sees it.
async fn group(options: Option<CallOptions>) -> String {
    let (admiral, mut calls) = served(Admiral::builder().agent("a").group("g"));
    let request = CompleteRequest {
        options,
        ..Default::default()
    };
    let (_, seen) = join!(admiral.complete(request), async {
        let call = calls.next().await;
        let seen = call.request::<CompleteRequest>().options;
        call.answer(&answer(""));
        seen
    });
    seen.unwrap_or_default().agent_group
}

#[tokio::test(start_paused = true)]
async fn group_is_given_to_calls_that_have_none_and_name_no_other_agent() {
    let of = |agent_id: &str, agent_group: &str| {
        let (agent_id, agent_group) = (agent_id.to_string(), agent_group.to_string());
        Some(CallOptions {
            agent_id,
            agent_group,
            ..Default::default()
        })
    };
    assert_eq!(group(None).await, "g");
    assert_eq!(group(of("", "")).await, "g");
    assert_eq!(group(of("a", "")).await, "g");
    assert_eq!(group(of("", "own")).await, "own");
    assert_eq!(group(of("b", "")).await, "");
}

#[tokio::test(start_paused = true)]
async fn group_is_given_to_every_kind_of_call_that_has_options() {
    fn group(options: Option<CallOptions>) -> String {
        options.unwrap_or_default().agent_group
    }
    assert_eq!(
        group(
            seen::<EmbedRequest>()
                .await
                .request::<EmbedRequest>()
                .options
        ),
        "triage"
    );
    assert_eq!(
        group(
            seen::<CountTokensRequest>()
                .await
                .request::<CountTokensRequest>()
                .options
        ),
        "triage"
    );
    let (admiral, mut calls) = served(Admiral::builder().group("triage"));
    let mut stream = admiral.stream(StreamRequest::default());
    let requests = vec![CompleteRequest::default(); 2];
    let batch = admiral.complete_batch(CompleteBatchRequest { requests });
    let call = tokio::select! {
        _ = stream.try_next() => panic!("nobody answered"),
        call = calls.next() => call,
    };
    assert_eq!(group(call.request::<StreamRequest>().options), "triage");
    let call = tokio::select! {
        _ = batch => panic!("nobody answered"),
        call = calls.next() => call,
    };
    for request in call.request::<CompleteBatchRequest>().requests {
        assert_eq!(group(request.options), "triage");
    }
}

#[test]
fn key_is_not_shown_where_settings_are_printed() {
    let builder = Admiral::builder().key("secret");
    assert!(!format!("{builder:?}").contains("secret"));
    assert!(!format!("{:?}", builder.connect()).contains("secret"));
}
