use std::time::Duration;

use tokio::join;
use tonic::{Code, Status};

use super::{
    answer, detailed, refusal,
    server::{Calls, served, tenths},
};
use crate::{
    Admiral, Error, Retry,
    v1::{
        CachePolicy, CallOptions, CompleteBatchRequest, CompleteBatchResponse, CompleteRequest,
        CreateBudgetRequest, CreateKeyRequest, EmbedRequest, Prompt, RollBackChangeRequest,
        Sampling, cache_policy::Mode,
    },
};

fn gone() -> Status {
    refusal(Code::Unavailable, "SERVER_DRAINING")
}

fn asking(code: Code, reason: &str, millis: u64) -> Status {
    detailed(code, reason, |details| {
        details.set_retry_info(Some(Duration::from_millis(millis)));
    })
}

/// Fails one call with each status, and answers what comes after.
async fn failing(calls: &mut Calls, statuses: impl IntoIterator<Item = Status>) {
    for status in statuses {
        calls.next().await.fail(status);
    }
}

/// What comes of a call whose every try fails so, and after how many tries.
async fn tries(builder: crate::Builder, status: impl Fn() -> Status) -> (Error, usize, u128) {
    let (admiral, mut calls) = served(builder);
    let mut tries = 0;
    let asked = tenths(async { admiral.ask("fast", "Hello").await });
    tokio::pin!(asked);
    loop {
        tokio::select! {
            (outcome, time) = &mut asked => return (outcome.expect_err("no try succeeds"), tries, time),
            call = calls.next() => {
                tries += 1;
                call.fail(status());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unavailable_until_the_fifth_try_is_answered() {
    let (admiral, mut calls) = served(Admiral::builder());
    let ((text, time), ()) = join!(tenths(admiral.ask("fast", "Hello")), async {
        failing(&mut calls, [gone(), gone(), gone(), gone()]).await;
        calls.next().await.answer(&answer("Hello to you."));
    });
    assert_eq!(text.unwrap(), "Hello to you.");
    // 0.1, 0.2, 0.4 and 0.8 s.
    assert_eq!(time, 15);
}

#[tokio::test(start_paused = true)]
async fn unavailable_for_ever_is_told_after_five_tries() {
    let (error, tries, _) = tries(Admiral::builder(), gone).await;
    assert_eq!((error.reason_name(), tries), ("SERVER_DRAINING", 5));
}

#[tokio::test(start_paused = true)]
async fn long_row_of_tries_never_waits_over_two_seconds() {
    let (_, tries, time) = tries(Admiral::builder().retry(Retry::tries(8)), gone).await;
    // 0.1, 0.2, 0.4, 0.8, 1.6, 2 and 2 s.
    assert_eq!((tries, time), (8, 71));
}

#[tokio::test(start_paused = true)]
async fn longer_wait_that_the_server_asks_for_is_kept() {
    let builder = Admiral::builder().retry(Retry::tries(2));
    let (_, tries, time) = tries(builder, || {
        asking(Code::Unavailable, "PROVIDER_OVERLOADED", 5_000)
    })
    .await;
    assert_eq!((tries, time), (2, 50));
}

#[tokio::test(start_paused = true)]
async fn failure_that_waiting_does_not_mend_is_told_at_once() {
    for (code, reason) in [
        (Code::FailedPrecondition, "PROVIDER_QUOTA_EXHAUSTED"),
        (Code::FailedPrecondition, "PROVIDER_KEY_INVALID"),
        (Code::FailedPrecondition, "PROVIDER_NOT_PERMITTED"),
        (Code::Unavailable, "STORE_UNAVAILABLE"),
        (Code::Unavailable, "STREAM_BROKEN"),
    ] {
        let (error, tries, _) = tries(Admiral::builder(), || refusal(code, reason)).await;
        assert_eq!((error.reason_name(), tries), (reason, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn failure_of_another_code_is_told_at_once() {
    for code in [
        Code::Internal,
        Code::InvalidArgument,
        Code::NotFound,
        Code::DeadlineExceeded,
        Code::Aborted,
    ] {
        let (error, tries, _) = tries(Admiral::builder(), || refusal(code, "SOMETHING_NEW")).await;
        assert_eq!((error.code(), tries), (code, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_by_a_limit_is_told_at_once_by_default() {
    let (_, tries, _) = tries(Admiral::builder(), || {
        asking(Code::ResourceExhausted, "RATE_LIMITED", 10)
    })
    .await;
    assert_eq!(tries, 1);
}

#[tokio::test(start_paused = true)]
async fn refusal_by_a_limit_is_repeated_within_the_wait_allowed() {
    let builder =
        Admiral::builder().retry(Retry::tries(3).waiting_for_limits(Duration::from_secs(3)));
    let limited = |millis| asking(Code::ResourceExhausted, "RATE_LIMITED", millis);
    let (_, within, time) = tries(builder.clone(), || limited(3_000)).await;
    assert_eq!((within, time), (3, 60));
    let (_, beyond, _) = tries(builder.clone(), || limited(3_001)).await;
    assert_eq!(beyond, 1);
    let (_, unsaid, _) = tries(builder, || {
        refusal(Code::ResourceExhausted, "BUDGET_EXHAUSTED")
    })
    .await;
    assert_eq!(unsaid, 1);
}

#[tokio::test(start_paused = true)]
async fn deadline_bounds_all_tries_together() {
    let (admiral, mut calls) = served(Admiral::builder().deadline(Duration::from_secs(2)));
    let ((outcome, time), left) = join!(tenths(admiral.ask("fast", "Hello")), async {
        failing(&mut calls, [gone()]).await;
        let second = calls.next().await;
        let told = second.header("grpc-timeout").expect("a time").to_string();
        (told, second.left().await)
    });
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.code(), error.reason_name()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
    assert_eq!(
        error.message(),
        "The deadline passed before Admiral at 127.0.0.1:50051 answered."
    );
    assert_eq!(time, 20);
    // The second try is given what the first one and the wait have left.
    assert!(
        left.0.starts_with("189") || left.0.starts_with("19"),
        "{}",
        left.0
    );
    assert_eq!(left.1, h2::Reason::CANCEL);
}

#[tokio::test(start_paused = true)]
async fn wait_that_the_deadline_would_cut_is_not_begun() {
    let builder = Admiral::builder().deadline(Duration::from_secs(4));
    let (error, tries, time) = tries(builder, || {
        asking(Code::Unavailable, "SERVER_DRAINING", 5_000)
    })
    .await;
    assert_eq!(
        (error.reason_name(), tries, time),
        ("SERVER_DRAINING", 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn method_whose_repeat_would_be_done_twice_is_tried_once() {
    let (admiral, mut calls) = served(Admiral::builder());
    let (embed, ()) = join!(
        admiral.embed(EmbedRequest::default()),
        failing(&mut calls, [gone()])
    );
    let (key, ()) = join!(
        admiral.create_key(CreateKeyRequest::default()),
        failing(&mut calls, [gone()])
    );
    let (budget, ()) = join!(
        admiral.create_budget(CreateBudgetRequest::default()),
        failing(&mut calls, [gone()])
    );
    let (change, ()) = join!(
        admiral.roll_back_change(RollBackChangeRequest::default()),
        failing(&mut calls, [gone()])
    );
    for failure in [embed.err(), key.err(), budget.err(), change.err()] {
        assert_eq!(failure.unwrap().reason_name(), "SERVER_DRAINING");
    }
    assert!(calls.is_empty());
}

/// The `request_id` that each try of a request bears.
async fn ids(retry: Retry, request: CompleteRequest) -> [String; 2] {
    let (admiral, mut calls) = served(Admiral::builder().retry(retry));
    let mut ids = [String::new(), String::new()];
    for id in &mut ids {
        let (_, ()) = join!(admiral.complete(request.clone()), async {
            let call = calls.next().await;
            *id = call.request::<CompleteRequest>().request_id;
            call.answer(&answer(""));
        });
    }
    ids
}

fn drawn(temperature: f64, mode: Mode, include_sampled: bool) -> CompleteRequest {
    let sampling = Some(Sampling {
        temperature: Some(temperature),
        ..Default::default()
    });
    let cache_policy = Some(CachePolicy {
        mode: mode.into(),
        include_sampled,
        ..Default::default()
    });
    CompleteRequest {
        prompt: Some(Prompt {
            sampling,
            ..Prompt::of("fast", "Hello")
        }),
        options: Some(CallOptions {
            cache_policy,
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[tokio::test(start_paused = true)]
async fn call_that_the_cache_does_not_cover_bears_a_new_id() {
    for request in [
        drawn(0.0, Mode::Bypass, false),
        drawn(0.0, Mode::Refresh, true),
        drawn(0.5, Mode::Use, false),
        drawn(0.5, Mode::Unspecified, false),
    ] {
        let [first, second] = ids(Retry::default(), request).await;
        assert!(
            (1..=36).contains(&first.len()) && first.is_ascii(),
            "{first}"
        );
        assert_ne!(first, second);
    }
    let several = Sampling {
        candidate_count: Some(2),
        ..Default::default()
    };
    let prompt = Some(Prompt {
        sampling: Some(several),
        ..Prompt::of("fast", "Hello")
    });
    let [id, _] = ids(
        Retry::default(),
        CompleteRequest {
            prompt,
            ..Default::default()
        },
    )
    .await;
    assert_ne!(id, "");
}

#[tokio::test(start_paused = true)]
async fn call_that_needs_no_id_bears_none() {
    for request in [
        CompleteRequest {
            prompt: Some(Prompt::of("fast", "Hello")),
            ..Default::default()
        },
        drawn(0.0, Mode::Use, false),
        drawn(0.5, Mode::Use, true),
        drawn(0.5, Mode::Only, false),
    ] {
        assert_eq!(ids(Retry::default(), request).await, ["", ""]);
    }
    assert_eq!(
        ids(Retry::NONE, drawn(0.5, Mode::Bypass, false)).await,
        ["", ""]
    );
    let own = CompleteRequest {
        request_id: "mine".to_string(),
        ..drawn(0.5, Mode::Bypass, false)
    };
    assert_eq!(ids(Retry::default(), own).await, ["mine", "mine"]);
}

#[tokio::test(start_paused = true)]
async fn repeat_of_a_call_bears_the_id_of_its_first_try() {
    let (admiral, mut calls) = served(Admiral::builder());
    let (_, (first, second)) = join!(admiral.complete(drawn(1.0, Mode::Use, false)), async {
        let call = calls.next().await;
        let first = call.request::<CompleteRequest>().request_id;
        call.fail(gone());
        let call = calls.next().await;
        let second = call.request::<CompleteRequest>().request_id;
        call.answer(&answer(""));
        (first, second)
    });
    assert_ne!(first, "");
    assert_eq!(first, second);
}

#[tokio::test(start_paused = true)]
async fn each_call_of_a_batch_bears_an_id_of_its_own() {
    let (admiral, mut calls) = served(Admiral::builder());
    let requests = vec![drawn(1.0, Mode::Use, false), drawn(1.0, Mode::Use, false)];
    let (_, batch) = join!(
        admiral.complete_batch(CompleteBatchRequest { requests }),
        async {
            let call = calls.next().await;
            let batch = call.request::<CompleteBatchRequest>();
            call.answer(&CompleteBatchResponse::default());
            batch
        }
    );
    assert_ne!(batch.requests[0].request_id, "");
    assert_ne!(batch.requests[0].request_id, batch.requests[1].request_id);
}

#[test]
fn wait_is_drawn_between_half_and_the_whole_of_its_span() {
    let failure = Error::of(&gone(), "127.0.0.1:50051");
    for (tries, span) in [(1, 100), (2, 200), (3, 400), (4, 800)] {
        let whole = Duration::from_millis(span);
        assert_eq!(
            Retry::default().delay(tries, &failure, 0.0),
            Some(whole / 2)
        );
        assert_eq!(Retry::default().delay(tries, &failure, 1.0), Some(whole));
    }
    assert_eq!(Retry::default().delay(5, &failure, 0.5), None);
    assert_eq!(
        Retry::tries(u32::MAX).delay(u32::MAX - 1, &failure, 1.0),
        Some(Duration::from_secs(2))
    );
}
