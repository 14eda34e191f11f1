//! Makes the calls that the conformance test asks for, as clients-generated/conformance says.

use std::{collections::HashMap, error::Error as StdError, time::Duration};

use admiral_optimizer::{
    Admiral, Code, Error, Replies, Retry, Tls,
    method::{Method, Unary},
    v1::*,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use prost::Message as _;
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    select,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

type Failure = Box<dyn StdError + Send + Sync>;

/// Where the replies to one command go.
#[derive(Clone)]
struct Reply {
    id: Value,
    out: mpsc::UnboundedSender<Value>,
}

impl Reply {
    fn tell(&self, member: &str, value: impl Into<Value>) {
        let mut line = Map::from_iter([("id".to_string(), self.id.clone())]);
        if !member.is_empty() {
            line.insert(member.to_string(), value.into());
        }
        // The writer ends last, so that this cannot fail while it matters.
        let _ = self.out.send(Value::Object(line));
    }

    fn done(&self) {
        self.tell("", ());
    }

    fn client_error(&self, message: impl ToString) {
        self.tell(
            "error",
            json!({"code": "CLIENT", "reason": "", "message": message.to_string()}),
        );
    }

    /// A dropped future has nobody left to tell, so the driver does.
    fn cancelled(&self) {
        let message = "The call was cancelled.";
        self.tell(
            "error",
            json!({"code": "CANCELLED", "reason": "CALL_CANCELLED", "message": message}),
        );
    }

    fn failed(&self, failure: &Failure) {
        match failure.downcast_ref::<Error>() {
            Some(error) => self.tell("error", error_of(error)),
            None => self.client_error(failure),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (out, mut lines) = mpsc::unbounded_channel::<Value>();
    let writer = tokio::spawn(async move {
        let mut output = tokio::io::stdout();
        while let Some(line) = lines.recv().await {
            output.write_all(format!("{line}\n").as_bytes()).await?;
            output.flush().await?;
        }
        std::io::Result::Ok(())
    });
    let mut clients = HashMap::<String, Admiral>::new();
    let mut calls = JoinSet::new();
    let mut running = HashMap::<String, oneshot::Sender<()>>::new();
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = input.next_line().await? {
        let command: Value = serde_json::from_str(&line)?;
        let reply = Reply {
            id: command["id"].clone(),
            out: out.clone(),
        };
        let client = text(&command, "client");
        match command["op"].as_str() {
            Some("open") => match open(&command) {
                Ok(made) => {
                    clients.insert(client, made);
                    reply.done();
                }
                Err(failure) => reply.client_error(failure),
            },
            Some("close") => {
                clients.remove(&client);
                reply.done();
            }
            Some("cancel") => {
                // Gone already is as good as cancelled; a dropped end on the other side says so.
                if let Some(stop) = running.remove(&command["target"].to_string()) {
                    let _ = stop.send(());
                }
                reply.done();
            }
            Some("unary" | "stream" | "ask") => {
                let Some(client) = clients.get(&client).cloned() else {
                    reply.client_error(format!("no client {client:?} is open"));
                    continue;
                };
                let (stop, stopped) = oneshot::channel();
                running.insert(reply.id.to_string(), stop);
                calls.spawn(async move {
                    select! {
                        outcome = run(client, &command, &reply) => {
                            if let Err(failure) = outcome {
                                reply.failed(&failure);
                            }
                        }
                        Ok(()) = stopped => reply.cancelled(),
                    }
                });
            }
            _ => reply.client_error(format!("no such command: {command}")),
        }
    }
    // What still runs ends with the input; what was said before is still written.
    calls.shutdown().await;
    drop(out);
    Ok(writer.await??)
}

fn open(command: &Value) -> Result<Admiral, Failure> {
    let mut retry = command["maxTries"]
        .as_u64()
        .map_or(Ok(Retry::default()), |tries| {
            tries.try_into().map(Retry::tries)
        })?;
    if let Some(wait) = millis(command, "rateLimitWaitMillis") {
        retry = retry.waiting_for_limits(wait);
    }
    let mut builder = Admiral::builder()
        .address(text(command, "address"))
        .agent(text(command, "agent"))
        .group(text(command, "group"))
        .retry(retry);
    if let Some(key) = command["key"].as_str() {
        builder = builder.key(key);
    }
    if let Some(time) = millis(command, "deadlineMillis") {
        builder = builder.deadline(time);
    }
    if command["plaintextBeyondLoopback"] == true {
        builder = builder.plaintext_beyond_loopback();
    }
    if command["tls"].is_object() {
        builder = builder.tls(tls(&command["tls"]));
    }
    Ok(builder.connect()?)
}

fn tls(settings: &Value) -> Tls {
    let mut tls = match settings["roots"].as_str() {
        Some(roots) => Tls::trusting(roots),
        None => Tls::system_roots(),
    };
    if let (Some(chain), Some(key)) = (settings["chain"].as_str(), settings["key"].as_str()) {
        tls = tls.with_client_certificate(chain, key);
    }
    match settings["serverName"].as_str() {
        Some(name) => tls.with_server_name(name),
        None => tls,
    }
}

async fn run(client: Admiral, command: &Value, reply: &Reply) -> Result<(), Failure> {
    let client = match millis(command, "deadlineMillis") {
        Some(time) => client.with_deadline(time)?,
        None => client,
    };
    match command["op"].as_str() {
        Some("ask") => ask(&client, command, reply).await,
        Some("stream") => stream(&client, command, reply).await,
        _ => {
            let request = BASE64.decode(text(command, "request"))?;
            let response = unary(&client, &text(command, "method"), &request).await?;
            reply.tell("response", BASE64.encode(response));
            Ok(())
        }
    }
}

async fn ask(client: &Admiral, command: &Value, reply: &Reply) -> Result<(), Failure> {
    let (model, text) = (text(command, "model"), text(command, "text"));
    let mut whole = String::new();
    if command["stream"] == true {
        let mut pieces = client.ask_stream(model, text);
        while let Some(piece) = pieces.try_next().await? {
            whole += &piece;
            reply.tell("piece", piece);
        }
    } else {
        whole = client.ask(model, text).await?;
    }
    reply.tell("text", whole);
    Ok(())
}

async fn stream(client: &Admiral, command: &Value, reply: &Reply) -> Result<(), Failure> {
    let request = BASE64.decode(text(command, "request"))?;
    let most = command["cancelAfter"].as_u64();
    match format!("/{}", text(command, "method")).as_str() {
        StreamRequest::PATH => {
            events(
                client.stream(StreamRequest::decode(&*request)?),
                most,
                reply,
            )
            .await
        }
        WatchEventsRequest::PATH => {
            events(
                client.watch_events(WatchEventsRequest::decode(&*request)?),
                most,
                reply,
            )
            .await
        }
        unknown => Err(format!("{unknown} does not stream").into()),
    }
}

async fn events<R: prost::Message + 'static>(
    mut replies: Replies<R>,
    most: Option<u64>,
    reply: &Reply,
) -> Result<(), Failure> {
    let mut read = 0;
    while let Some(message) = replies.try_next().await? {
        reply.tell("event", BASE64.encode(message.encode_to_vec()));
        read += 1;
        if most == Some(read) {
            drop(replies);
            reply.cancelled();
            return Ok(());
        }
    }
    reply.tell("end", true);
    Ok(())
}

async fn unary(client: &Admiral, method: &str, request: &[u8]) -> Result<Vec<u8>, Failure> {
    async fn call<Q: Unary>(client: &Admiral, request: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(client.call(Q::decode(request)?).await?.encode_to_vec())
    }
    macro_rules! dispatch {
        ($($request:ty)*) => {
            match format!("/{method}").as_str() {
                $(<$request>::PATH => call::<$request>(client, request).await,)*
                unknown => Err(format!("{unknown} is no unary method").into()),
            }
        };
    }
    dispatch! {
        CompleteRequest CompleteBatchRequest EmbedRequest CountTokensRequest ListModelsRequest ListAliasesRequest
        ReportOutcomeRequest HealthRequest StatsRequest LearningQueryRequest
        GetMetricsRequest OptimizeRequest WarmRequest InvalidateCacheRequest ListChangesRequest RollBackChangeRequest
        ListCallsRequest GetCallRequest ListEventsRequest
        ListAgentsRequest GetAgentRequest HeartbeatRequest ForgetAgentRequest CreateKeyRequest ListKeysRequest
        UpdateKeyRequest RevokeKeyRequest CreateBudgetRequest UpdateBudgetRequest DeleteBudgetRequest ListBudgetsRequest
        ListLimitsRequest
        GetReportRequest ListEntriesRequest
    }
}

fn error_of(error: &Error) -> Value {
    let mut told = json!({
        "code": name(error.code()),
        "reason": error.reason_name(),
        "message": error.message(),
    });
    if let Some(wait) = error.retry_after() {
        told["retryAfterMillis"] = json!(wait.as_millis() as u64);
    }
    if !error.metadata().is_empty() {
        told["metadata"] = json!(error.metadata());
    }
    if !error.fields().is_empty() {
        told["fields"] = error
            .fields()
            .iter()
            .map(|field| field.field.clone())
            .collect();
    }
    if !error.quota().is_empty() {
        told["quota"] = error
            .quota()
            .iter()
            .map(|quota| quota.subject.clone())
            .collect();
    }
    told
}

fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

fn text(command: &Value, member: &str) -> String {
    command[member].as_str().unwrap_or_default().to_string()
}

fn millis(command: &Value, member: &str) -> Option<Duration> {
    command[member].as_u64().map(Duration::from_millis)
}
