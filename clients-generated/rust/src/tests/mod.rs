//! The rules of the client against a server in the same process, over pipes and on a clock that
//! stands still while anybody works.

mod calls;
mod server;
mod settings;
