use std::time::Duration;

use tokio::time::Instant;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::server::{Fake, Step};
use crate::{
    Admiral, Error, Retry,
    v1::{
        CachePolicy, CallOptions, CompleteRequest, ContentDelta, ErrorReason, Finished, Prompt,
        Sampling, Started, StreamRequest, StreamResponse, TextDelta, cache_policy::Mode,
        content_delta::Piece, stream_response::Event,
    },
};

fn refused(code: Code, reason: &str) -> Status {
    waiting(code, reason, None)
}

fn waiting(code: Code, reason: &str, wait: Option<Duration>) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(
        reason,
        "optimizer.admiral.dev",
        [("model".to_string(), "m".to_string())],
    );
    if wait.is_some() {
        details.set_retry_info(wait);
    }
    Status::with_error_details(code, "That did not work.", details)
}

fn away() -> Status {
    refused(Code::Unavailable, "NO_PROVIDER_AVAILABLE")
}

/// When each try came, counted from the first.
fn times(fake: &Fake) -> Vec<Duration> {
    let seen = fake.seen.lock().unwrap();
    seen.iter().map(|one| one.at - seen[0].at).collect()
}

fn millis(all: &[u64]) -> Vec<Duration> {
    all.iter().map(|&one| Duration::from_millis(one)).collect()
}

async fn ask(fake: &Fake, retry: Retry) -> Result<String, Error> {
    fake.client(Admiral::builder().retry(retry))
        .ask("fast", "hi")
        .await
}

#[tokio::test(start_paused = true)]
async fn call_that_fails_for_a_while_is_tried_again_after_doubling_waits() {
    let fake = Fake::doing(|call| {
        if call < 4 {
            Step::Fail(away())
        } else {
            Step::Answer("here")
        }
    });
    assert_eq!(ask(&fake, Retry::default()).await.unwrap(), "here");
    assert_eq!(times(&fake), millis(&[0, 100, 300, 700, 1500]));
}

#[tokio::test(start_paused = true)]
async fn wait_that_the_server_asks_for_is_kept_if_it_is_longer() {
    let asked = Some(Duration::from_secs(3));
    let fake = Fake::doing(move |call| match call {
        0 => Step::Fail(waiting(Code::Unavailable, "SERVER_DRAINING", asked)),
        _ => Step::Answer("here"),
    });
    assert_eq!(ask(&fake, Retry::default()).await.unwrap(), "here");
    assert_eq!(times(&fake), millis(&[0, 3000]));
}

#[tokio::test(start_paused = true)]
async fn call_that_goes_on_failing_is_given_up_after_five_tries() {
    let fake = Fake::doing(|_| Step::Fail(away()));
    let failure = ask(&fake, Retry::default()).await.unwrap_err();
    assert_eq!(failure.reason(), ErrorReason::NoProviderAvailable);
    assert_eq!(failure.metadata()["model"], "m");
    assert_eq!(failure.to_string(), "That did not work.");
    assert_eq!(times(&fake).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_waiting_does_not_mend_is_tried_once() {
    for (code, reason) in [
        (Code::Unavailable, "PROVIDER_QUOTA_EXHAUSTED"),
        (Code::Unavailable, "PROVIDER_KEY_INVALID"),
        (Code::Unavailable, "PROVIDER_NOT_PERMITTED"),
        (Code::Unavailable, "STORE_UNAVAILABLE"),
        (Code::Unavailable, "STREAM_BROKEN"),
        (Code::InvalidArgument, "CALL_INVALID"),
        (Code::ResourceExhausted, "RATE_LIMITED"),
    ] {
        let fake = Fake::doing(move |_| Step::Fail(refused(code, reason)));
        let failure = ask(&fake, Retry::default()).await.unwrap_err();
        assert_eq!((failure.code(), failure.reason_name()), (code, reason));
        assert_eq!(times(&fake).len(), 1, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_by_a_limit_is_repeated_only_within_the_wait_allowed() {
    let wait = Duration::from_secs(5);
    let script = move |call| match call {
        0 => Step::Fail(waiting(Code::ResourceExhausted, "RATE_LIMITED", Some(wait))),
        _ => Step::Answer("here"),
    };
    let patient = Fake::doing(script);
    assert_eq!(
        ask(&patient, Retry::default().waiting_for_limits(wait))
            .await
            .unwrap(),
        "here"
    );
    assert_eq!(times(&patient), millis(&[0, 5000]));

    let hasty = Fake::doing(script);
    let failure = ask(&hasty, Retry::default().waiting_for_limits(wait / 2))
        .await
        .unwrap_err();
    assert_eq!(failure.retry_after(), Some(wait));
    assert_eq!(times(&hasty).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deadline_is_over_all_tries() {
    let fake = Fake::doing(|_| Step::Fail(away()));
    let client = fake.client(Admiral::builder().deadline(Duration::from_millis(250)));
    let failure = client.ask("fast", "hi").await.unwrap_err();
    // The third try would begin at 300 ms.
    assert_eq!(failure.reason(), ErrorReason::NoProviderAvailable);
    assert_eq!(times(&fake), millis(&[0, 100]));
}

#[tokio::test(start_paused = true)]
async fn server_that_does_not_answer_is_given_up_at_the_deadline_and_sees_the_caller_leave() {
    let fake = Fake::doing(|_| Step::Hang);
    let begin = Instant::now();
    let client = fake.client(Admiral::builder().deadline(Duration::from_secs(7)));
    let failure = client.ask("fast", "hi").await.unwrap_err();
    assert_eq!(failure.code(), Code::DeadlineExceeded);
    assert_eq!(failure.reason(), ErrorReason::DeadlineExceeded);
    assert_eq!(begin.elapsed(), Duration::from_secs(7));
    until_left(&fake).await;
}

#[tokio::test(start_paused = true)]
async fn future_that_is_dropped_cancels_its_call() {
    let fake = Fake::doing(|_| Step::Hang);
    let client = fake.client(Admiral::builder());
    let call = tokio::time::timeout(Duration::from_secs(1), client.ask("fast", "hi"));
    assert!(call.await.is_err());
    until_left(&fake).await;
}

/// The clock moves only when nobody has anything left to do, so this ends or the test hangs.
async fn until_left(fake: &Fake) {
    while *fake.left.lock().unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn key_and_agent_travel_with_every_call_and_the_group_where_none_is_named() {
    let fake = Fake::doing(|_| Step::Answer("here"));
    let client = fake.client(Admiral::builder().key("secret").agent("a").group("g"));
    client.ask("fast", "hi").await.unwrap();
    let other = CallOptions {
        agent_id: "b".to_string(),
        ..Default::default()
    };
    client.complete(request(Some(other), None)).await.unwrap();
    let seen = fake.seen.lock().unwrap();
    for one in seen.iter() {
        assert_eq!(one.metadata.get("authorization").unwrap(), "Bearer secret");
        assert_eq!(one.metadata.get("admiral-agent").unwrap(), "a");
    }
    assert_eq!((seen[0].group.as_str(), seen[1].group.as_str()), ("g", ""));
    assert!(!format!("{client:?}").contains("secret"));
}

fn request(options: Option<CallOptions>, temperature: Option<f64>) -> CompleteRequest {
    let sampling = Sampling {
        temperature,
        ..Default::default()
    };
    CompleteRequest {
        prompt: Some(Prompt {
            sampling: Some(sampling),
            ..Prompt::of("fast", "hi")
        }),
        options,
        ..Default::default()
    }
}

fn cached(mode: Mode, include_sampled: bool) -> Option<CallOptions> {
    let policy = CachePolicy {
        mode: mode.into(),
        include_sampled,
        ..Default::default()
    };
    Some(CallOptions {
        cache_policy: Some(policy),
        ..Default::default()
    })
}

#[tokio::test(start_paused = true)]
async fn request_id_is_added_where_a_repeat_could_be_paid_twice() {
    for (options, temperature, needed) in [
        (None, None, false),
        (None, Some(0.0), false),
        (None, Some(0.5), true),
        (cached(Mode::Use, true), Some(0.5), false),
        (cached(Mode::Bypass, false), None, true),
        (cached(Mode::Refresh, false), None, true),
        (cached(Mode::Only, false), Some(0.5), false),
    ] {
        let fake = Fake::doing(|_| Step::Answer("here"));
        let asked = request(options, temperature);
        let client = fake.client(Admiral::builder());
        client.complete(asked.clone()).await.unwrap();
        client
            .with_retry(Retry::NONE)
            .complete(asked.clone())
            .await
            .unwrap();
        let own = CompleteRequest {
            request_id: "mine".to_string(),
            ..asked
        };
        client.complete(own).await.unwrap();
        let seen = fake.seen.lock().unwrap();
        assert_eq!(!seen[0].request_id.is_empty(), needed);
        assert_eq!(seen[1].request_id, "");
        assert_eq!(seen[2].request_id, "mine");
    }
}

fn event(event: Event) -> Result<StreamResponse, Status> {
    Ok(StreamResponse { event: Some(event) })
}

fn text(text: &str) -> Result<StreamResponse, Status> {
    let piece = Some(Piece::Text(TextDelta {
        text: text.to_string(),
    }));
    event(Event::Delta(ContentDelta {
        piece,
        ..Default::default()
    }))
}

fn streamed() -> StreamRequest {
    StreamRequest {
        prompt: Some(Prompt::of("fast", "hi")),
        ..Default::default()
    }
}

#[tokio::test(start_paused = true)]
async fn stream_gives_its_text_and_passes_over_what_it_does_not_know() {
    let newer = || Ok(StreamResponse { event: None });
    let fake = Fake::doing(move |call| match call {
        0 => Step::Fail(away()),
        _ => Step::Events(vec![
            event(Event::Started(Started::default())),
            text("a"),
            newer(),
            text("b"),
            event(Event::Finished(Finished::default())),
        ]),
    });
    let mut pieces = fake.client(Admiral::builder()).ask_stream("fast", "hi");
    let mut all = String::new();
    while let Some(piece) = pieces.try_next().await.unwrap() {
        all.push_str(&piece);
    }
    assert_eq!(all, "ab");
    assert_eq!(times(&fake), millis(&[0, 100]));
}

#[tokio::test(start_paused = true)]
async fn stream_that_ends_without_finished_has_failed() {
    let fake = Fake::doing(|_| Step::Events(vec![text("a")]));
    let mut events = fake.client(Admiral::builder()).stream(streamed());
    assert!(events.try_next().await.unwrap().is_some());
    let failure = events.try_next().await.unwrap_err();
    assert_eq!(
        (failure.code(), failure.reason()),
        (Code::Unavailable, ErrorReason::StreamBroken)
    );
    assert_eq!(
        failure.to_string(),
        "The stream ended before the answer was complete."
    );
    assert!(events.try_next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn stream_that_fails_after_a_piece_is_not_tried_again() {
    let fake = Fake::doing(|_| Step::Events(vec![text("a"), Err(away())]));
    let mut events = fake.client(Admiral::builder()).stream(streamed());
    assert!(events.try_next().await.unwrap().is_some());
    assert_eq!(
        events.try_next().await.unwrap_err().reason(),
        ErrorReason::NoProviderAvailable
    );
    assert_eq!(times(&fake).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn reason_of_a_newer_server_is_handed_on_by_its_name() {
    let fake = Fake::doing(|_| Step::Fail(refused(Code::FailedPrecondition, "MOON_PHASE")));
    let failure = ask(&fake, Retry::default()).await.unwrap_err();
    assert_eq!(
        (failure.reason(), failure.reason_name()),
        (ErrorReason::Unspecified, "MOON_PHASE")
    );
}

#[tokio::test(start_paused = true)]
async fn method_that_the_server_lacks_is_told_with_its_likely_cause() {
    let fake = Fake::doing(|_| Step::Answer("here"));
    let failure = fake
        .client(Admiral::builder())
        .health(Default::default())
        .await
        .unwrap_err();
    assert_eq!(failure.reason(), ErrorReason::NotImplemented);
    assert!(
        failure
            .to_string()
            .ends_with("It may be older than this client."),
        "{failure}"
    );
}
