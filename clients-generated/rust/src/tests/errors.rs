use std::time::Duration;

use http::Response;
use tokio::join;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{
    answer, detailed, refusal,
    server::{Call, served},
};
use crate::{Admiral, Error, Retry, v1::ErrorReason};

/// What a caller is told when a server does this to its only try.
async fn told(act: impl FnOnce(Call)) -> Error {
    let (admiral, mut calls) = served(Admiral::builder().retry(Retry::NONE));
    let (outcome, ()) = join!(admiral.ask("fast", "Hello"), async {
        act(calls.next().await)
    });
    outcome.expect_err("a failure")
}

#[tokio::test(start_paused = true)]
async fn everything_that_a_refusal_says_is_told() {
    let status = detailed(Code::ResourceExhausted, "RATE_LIMITED", |details| {
        details
            .set_retry_info(Some(Duration::from_millis(1_500)))
            .add_quota_failure_violation("agent:a", "10 calls a minute")
            .add_bad_request_violation("prompt.model", "is empty");
    });
    let error = told(|call| call.fail(status)).await;
    assert_eq!(error.code(), Code::ResourceExhausted);
    assert_eq!(error.reason(), ErrorReason::RateLimited);
    assert_eq!(error.reason_name(), "RATE_LIMITED");
    assert_eq!(error.message(), "That did not work.");
    assert_eq!(error.to_string(), error.message());
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1_500)));
    assert_eq!(error.metadata()["model"], "fasd");
    assert_eq!(error.quota()[0].subject, "agent:a");
    assert_eq!(error.fields()[0].field, "prompt.model");
}

#[tokio::test(start_paused = true)]
async fn refusal_after_the_head_is_told_alike() {
    let error = told(|call| {
        call.begin()
            .end_with(refusal(Code::NotFound, "MODEL_UNKNOWN"))
    })
    .await;
    assert_eq!(
        (error.code(), error.reason()),
        (Code::NotFound, ErrorReason::ModelUnknown)
    );
}

#[tokio::test(start_paused = true)]
async fn reason_of_a_newer_contract_is_told_by_its_name() {
    let error = told(|call| call.fail(refusal(Code::Internal, "MOON_PHASE"))).await;
    assert_eq!(
        (error.reason(), error.reason_name()),
        (ErrorReason::Unspecified, "MOON_PHASE")
    );
}

#[tokio::test(start_paused = true)]
async fn reason_of_another_domain_is_not_taken_for_ours() {
    let details = ErrorDetails::with_error_info("RATE_LIMITED", "proxy.example", []);
    let status = Status::with_error_details(Code::Aborted, "No.", details);
    let error = told(|call| call.fail(status)).await;
    assert_eq!(
        (error.reason(), error.reason_name()),
        (ErrorReason::Unspecified, "RATE_LIMITED")
    );
}

#[tokio::test(start_paused = true)]
async fn details_that_cannot_be_read_leave_the_status() {
    let status = Status::with_details(Code::NotFound, "No such thing.", vec![0xff, 0x01].into());
    let error = told(|call| call.fail(status)).await;
    assert_eq!(
        (error.code(), error.message()),
        (Code::NotFound, "No such thing.")
    );
}

#[tokio::test(start_paused = true)]
async fn method_of_a_newer_contract_is_named_as_such() {
    let error = told(|call| call.fail(Status::unimplemented("Method not found: a/B"))).await;
    assert_eq!(error.reason_name(), "NOT_IMPLEMENTED");
    assert_eq!(
        error.message(),
        "Admiral at 127.0.0.1:50051 does not know this method: Method not found: a/B. \
         It may be older than this client."
    );
}

#[tokio::test(start_paused = true)]
async fn lost_trailers_are_blamed_on_what_is_between() {
    let error = told(|call| {
        let mut reply = call.begin();
        reply.message(&answer("Whole, as far as one can see."));
        reply.end_without_trailers();
    })
    .await;
    assert_eq!(error.code(), Code::Internal);
    assert!(
        error.message().ends_with(
            "something between this client and Admiral, such as a proxy, does not pass on HTTP/2 trailers."
        ),
        "{error}"
    );
    let empty = told(|call| call.begin().end_without_trailers()).await;
    assert_eq!(empty.message(), error.message());
}

#[tokio::test(start_paused = true)]
async fn answer_of_a_proxy_alone_is_a_failure_that_passes() {
    let head = Response::builder().status(503).body(()).unwrap();
    let error = told(|call| call.answer_http(head)).await;
    assert_eq!(error.code(), Code::Unavailable);
    assert!(
        error
            .message()
            .starts_with("Admiral at 127.0.0.1:50051 cannot be reached: "),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_answer_and_two_answers_are_failures() {
    let none = told(|call| call.begin().end()).await;
    let two = told(|call| {
        let mut reply = call.begin();
        reply.message(&answer("One."));
        reply.message(&answer("Two."));
        reply.end();
    })
    .await;
    for error in [none, two] {
        assert_eq!(error.code(), Code::Internal);
        assert_eq!(
            error.message(),
            "Admiral at 127.0.0.1:50051 did not send exactly one answer."
        );
    }
}

#[tokio::test(start_paused = true)]
async fn reset_by_the_server_keeps_its_own_code() {
    let refused = told(|call| call.reset(h2::Reason::REFUSED_STREAM)).await;
    assert_eq!(refused.code(), Code::Unavailable);
    let broken = told(|call| call.reset(h2::Reason::INTERNAL_ERROR)).await;
    assert_eq!(broken.code(), Code::Internal);
}

#[tokio::test(start_paused = true)]
async fn answer_beyond_64_mib_is_refused_in_one_sentence() {
    let error = told(|call| {
        let mut reply = call.begin();
        reply.frame_of((64 << 20) + 1);
        reply.end();
    })
    .await;
    assert_eq!(error.code(), Code::ResourceExhausted);
    assert!(error.message().contains("64 MiB"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn answer_of_five_mib_arrives_whole() {
    let (admiral, mut calls) = served(Admiral::builder());
    let text = "Ærø ⚓ ".repeat(5 << 17);
    let (outcome, ()) = join!(admiral.ask("fast", "Hello"), async {
        calls.next().await.answer(&answer(&text));
    });
    assert!(outcome.unwrap() == text);
}
