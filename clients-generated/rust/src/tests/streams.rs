use std::time::Duration;

use tokio::join;
use tonic::{Code, Status};

use super::{
    finished, piece, refusal,
    server::{Call, Calls, served, tenths},
    started,
};
use crate::{
    Admiral, Error, Replies,
    v1::{FleetEvent, StreamRequest, StreamResponse, WatchEventsRequest, WatchEventsResponse},
};

async fn all<R: Send + 'static>(mut replies: Replies<R>) -> (Vec<R>, Option<Error>) {
    let mut read = Vec::new();
    loop {
        match replies.try_next().await {
            Ok(Some(message)) => read.push(message),
            Ok(None) => return (read, None),
            Err(failure) => return (read, Some(failure)),
        }
    }
}

async fn answering(calls: &mut Calls, messages: &[StreamResponse]) {
    let mut reply = calls.next().await.begin();
    messages.iter().for_each(|message| reply.message(message));
    reply.end();
}

#[tokio::test(start_paused = true)]
async fn whole_stream_is_read_in_order() {
    let (admiral, mut calls) = served(Admiral::builder());
    let sent = [started(), piece(0, "Hel"), piece(0, "lo"), finished()];
    let ((read, failure), ()) = join!(
        all(admiral.stream(StreamRequest::default())),
        answering(&mut calls, &sent)
    );
    assert_eq!(read, sent);
    assert!(failure.is_none());
}

#[tokio::test(start_paused = true)]
async fn text_is_that_of_the_first_candidate() {
    let (admiral, mut calls) = served(Admiral::builder());
    let sent = [
        started(),
        piece(0, "Hel"),
        piece(1, "Not this."),
        piece(0, "lo"),
        finished(),
    ];
    let (text, ()) = join!(
        async {
            let mut pieces = admiral.ask_stream("fast", "Hello");
            let mut text = Vec::new();
            while let Some(piece) = pieces.try_next().await.unwrap() {
                text.push(piece);
            }
            text
        },
        answering(&mut calls, &sent)
    );
    assert_eq!(text, ["Hel", "lo"]);
}

#[tokio::test(start_paused = true)]
async fn event_of_a_newer_contract_is_passed_over() {
    let (admiral, mut calls) = served(Admiral::builder());
    let (text, ()) = join!(
        async {
            let mut pieces = admiral.ask_stream("fast", "Hello");
            let first = pieces.try_next().await.unwrap();
            (first, pieces.try_next().await.unwrap())
        },
        async {
            let mut reply = calls.next().await.begin();
            // Field 15, of a type that this client does not know, holding "new".
            reply.bytes(b"\x7a\x03new");
            reply.message(&piece(0, "Hello."));
            reply.message(&finished());
            reply.end();
        }
    );
    assert_eq!(text, (Some("Hello.".to_string()), None));
}

#[tokio::test(start_paused = true)]
async fn stream_that_ends_well_without_its_last_event_has_failed() {
    let (admiral, mut calls) = served(Admiral::builder());
    for sent in [vec![], vec![started(), piece(0, "Hel")]] {
        let ((read, failure), ()) = join!(
            all(admiral.stream(StreamRequest::default())),
            answering(&mut calls, &sent)
        );
        let failure = failure.unwrap();
        assert_eq!(read, sent);
        assert_eq!(
            (failure.code(), failure.reason_name()),
            (Code::Unavailable, "STREAM_BROKEN")
        );
        assert_eq!(
            failure.message(),
            "The stream ended before the answer was complete."
        );
    }
    assert!(calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn failure_before_the_first_event_is_tried_again() {
    let (admiral, mut calls) = served(Admiral::builder());
    let sent = [started(), finished()];
    let ((read, failure), ()) = join!(all(admiral.stream(StreamRequest::default())), async {
        calls
            .next()
            .await
            .begin()
            .end_with(refusal(Code::Unavailable, "SERVER_DRAINING"));
        answering(&mut calls, &sent).await;
    });
    assert_eq!(read, sent);
    assert!(failure.is_none());
}

#[tokio::test(start_paused = true)]
async fn failure_after_the_first_event_is_the_callers() {
    let (admiral, mut calls) = served(Admiral::builder());
    let ((read, failure), ()) = join!(all(admiral.stream(StreamRequest::default())), async {
        let mut reply = calls.next().await.begin();
        reply.message(&started());
        reply.end_with(refusal(Code::Unavailable, "SERVER_DRAINING"));
    });
    assert_eq!(read, [started()]);
    assert_eq!(failure.unwrap().reason_name(), "SERVER_DRAINING");
    assert!(calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn stream_that_failed_gives_nothing_more() {
    let (admiral, mut calls) = served(Admiral::builder());
    let mut replies = admiral.stream(StreamRequest::default());
    let (failure, ()) = join!(replies.try_next(), async {
        calls.next().await.fail(Status::internal("A fault."));
    });
    assert!(failure.is_err());
    assert!(replies.try_next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn stream_that_is_dropped_is_cancelled_at_the_server() {
    let (admiral, mut calls) = served(Admiral::builder());
    let mut replies = admiral.stream(StreamRequest::default());
    let (_, reply) = join!(replies.try_next(), async {
        let mut reply = calls.next().await.begin();
        reply.message(&started());
        reply
    });
    drop(replies);
    assert_eq!(reply.left().await, h2::Reason::CANCEL);
}

#[tokio::test(start_paused = true)]
async fn call_that_is_dropped_is_cancelled_at_the_server() {
    let (admiral, mut calls) = served(Admiral::builder());
    let call: Call = tokio::select! {
        _ = admiral.ask("fast", "Hello") => panic!("nobody answered"),
        call = calls.next() => call,
    };
    assert_eq!(call.left().await, h2::Reason::CANCEL);
}

#[tokio::test(start_paused = true)]
async fn stream_that_nobody_reads_makes_no_call() {
    let (admiral, mut calls) = served(Admiral::builder());
    drop(admiral.stream(StreamRequest::default()));
    tokio::task::yield_now().await;
    assert!(calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn deadline_ends_a_stream_that_has_begun() {
    let (admiral, mut calls) = served(Admiral::builder().deadline(Duration::from_secs(3)));
    let (((read, failure), time), reason) = join!(
        tenths(all(admiral.stream(StreamRequest::default()))),
        async {
            let mut reply = calls.next().await.begin();
            reply.message(&started());
            reply.left().await
        }
    );
    assert_eq!((read.len(), time), (1, 30));
    assert_eq!(failure.unwrap().code(), Code::DeadlineExceeded);
    assert_eq!(reason, h2::Reason::CANCEL);
}

#[tokio::test(start_paused = true)]
async fn watching_events_has_no_deadline() {
    let (admiral, mut calls) = served(Admiral::builder().deadline(Duration::from_secs(3)));
    let mut events = admiral.watch_events(WatchEventsRequest::default());
    let (event, ()) = join!(events.try_next(), async {
        let call = calls.next().await;
        assert_eq!(call.header("grpc-timeout"), None);
        let mut reply = call.begin();
        tokio::time::advance(Duration::from_secs(7_200)).await;
        let event = Some(FleetEvent {
            sequence: 7,
            ..Default::default()
        });
        reply.message(&WatchEventsResponse { event });
        reply.end();
    });
    assert_eq!(event.unwrap().unwrap().event.unwrap().sequence, 7);
    assert!(events.try_next().await.unwrap().is_none());
}
