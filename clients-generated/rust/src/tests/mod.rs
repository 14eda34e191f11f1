//! What the client promises, told by what a server sees of it and by what a caller gets. The deployed
//! server's own behaviour is the conformance test's business.

mod connection;
mod errors;
mod metadata;
mod money;
mod retries;
mod server;
mod settings;
mod streams;

use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

use crate::v1::{
    ChatMessage, CompleteResponse, Completion, ContentDelta, Role, StreamFinished, StreamResponse,
    StreamStarted, TextDelta, content_delta::Piece, stream_response::Event,
};

/// A failure as the server classifies it.
fn refusal(code: tonic::Code, reason: &str) -> Status {
    detailed(code, reason, |_| {})
}

fn detailed(code: tonic::Code, reason: &str, add: impl FnOnce(&mut ErrorDetails)) -> Status {
    let metadata = [("model".to_string(), "fasd".to_string())];
    let mut details = ErrorDetails::with_error_info(reason, "optimizer.admiral.dev", metadata);
    add(&mut details);
    Status::with_error_details(code, "That did not work.", details)
}

fn answer(text: &str) -> CompleteResponse {
    let message = Some(ChatMessage::of(Role::Assistant, text));
    let completion = Some(Completion {
        message,
        ..Default::default()
    });
    CompleteResponse {
        completion,
        ..Default::default()
    }
}

fn event(event: Event) -> StreamResponse {
    StreamResponse { event: Some(event) }
}

fn started() -> StreamResponse {
    event(Event::Started(StreamStarted::default()))
}

fn piece(candidate_index: i32, text: &str) -> StreamResponse {
    let piece = Some(Piece::Text(TextDelta {
        text: text.to_string(),
    }));
    event(Event::Delta(ContentDelta {
        candidate_index,
        piece,
        ..Default::default()
    }))
}

fn finished() -> StreamResponse {
    event(Event::Finished(StreamFinished::default()))
}
