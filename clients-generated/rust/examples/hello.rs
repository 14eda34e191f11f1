//! Asks, streams, and tells what the answer cost to the last pico-dollar.
//!
//! `./admiral demo` starts a server to try it on; then `cargo run --example hello [HOST:PORT]`.

use std::{env, error::Error, io::Write};

use admiral_optimizer::{
    Admiral,
    v1::{Prompt, StreamRequest, content_delta::Piece, stream_response::Event},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or("127.0.0.1:50051".to_string());
    let admiral = Admiral::builder()
        .address(address)
        .agent("hello")
        .connect()?;
    println!(
        "{}",
        admiral
            .ask("fast", "What is the capital of France?")
            .await?
    );

    let prompt = Some(Prompt::of("fast", "Tell me a story of the sea."));
    let mut story = admiral.stream(StreamRequest {
        prompt,
        ..Default::default()
    });
    while let Some(message) = story.try_next().await? {
        match message.event {
            Some(Event::Delta(delta)) => {
                if let Some(Piece::Text(piece)) = delta.piece {
                    print!("{}", piece.text);
                    std::io::stdout().flush()?;
                }
            }
            Some(Event::Finished(end)) => {
                let source = end.served.unwrap_or_default().source();
                let charged = end.cost.unwrap_or_default().charged_amount;
                println!(
                    "\n${}, served from {}",
                    charged.unwrap_or_default(),
                    source.as_str_name()
                );
            }
            // It has begun, or this is an event of a newer contract.
            Some(Event::Started(_)) | None => {}
        }
    }
    Ok(())
}
