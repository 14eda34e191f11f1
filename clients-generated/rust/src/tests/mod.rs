//! The rules of the client against a server in the same process.
