//! What joins a request to its method. Each method of the contract has a request of its own, so that
//! the request alone says what is called; the implementations are generated.

/// A request of the contract.
pub trait Method: prost::Message + Default + Clone + Send + Sync + 'static {
    /// What the method answers.
    type Response: prost::Message + Default + Send + Sync + 'static;

    /// The method's path, such as `/admiral.optimizer.v1.OptimizerService/Complete`.
    const PATH: &'static str;
}

/// The request of a method with one answer.
pub trait Unary: Method {}

/// The request of a method that streams its answer.
pub trait Streamed: Method {}
