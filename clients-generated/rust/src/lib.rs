//! Calls to Admiral, the one service through which a fleet of AI agents makes its model calls.
//!
//! [`Admiral`] is the client; [`v1`] holds the messages of the contract and is generated from it. The
//! client adds what every caller needs and nothing else: it shows a key, names the agent, keeps a
//! deadline, tries again what failed before the first piece of an answer ([`Retry`] says when), and
//! tells failures as one typed [`Error`].
//!
//! Every unary method of every service is a method of [`Admiral`] that takes the method's request:
//! `admiral.complete(request)`, `admiral.list_agents(request)`. Futures and streams do nothing until
//! they are polled; dropping one cancels its call, all the way to the provider.
//!
//! [`Money`](v1::Money) is exact: [`total_pico`](v1::Money::total_pico) is its value and `Display` its text.
#![deny(missing_docs, unsafe_code)]

mod address;
mod admiral;
mod builder;
mod error;
mod exchange;
pub mod method;
mod money;
mod prompt;
mod retry;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;

/// The messages of the contract, package `admiral.optimizer.v1`, generated from it.
#[allow(clippy::all, missing_docs, rustdoc::all)]
#[rustfmt::skip]
#[path = "generated/v1.rs"]
pub mod v1;

pub use admiral::Admiral;
pub use builder::{Builder, SettingsError};
pub use error::Error;
pub use money::ParseMoneyError;
pub use retry::Retry;
pub use stream::{Pieces, Replies};
#[cfg(feature = "tls")]
pub use tls::Tls;
pub use tonic::Code;
pub use tonic_types::{FieldViolation, QuotaViolation};
