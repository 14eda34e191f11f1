use std::{collections::HashMap, error, fmt, time::Duration};

use h2::Reason;
use tonic::{Code, Status, TimeoutExpired};
use tonic_types::{FieldViolation, QuotaViolation, StatusExt};

use crate::{exchange::MAX_MESSAGE_BYTES, v1::ErrorReason};

const PREFIX: &str = "ERROR_REASON_";
const NOT_GRPC: &str = "what answers there does not speak gRPC; is it Admiral's HTTP port, or a proxy? gRPC has a port of its own, 50051 unless configured.";
const TRAILERS_LOST: &str =
    "something between this client and Admiral, such as a proxy, does not pass on HTTP/2 trailers";

/// A call that failed: why, as the server classified it, and what may be done about it. Its text says
/// what was wrong and what to do; it holds nothing of prompts, answers or keys.
#[derive(Clone, Debug)]
pub struct Error(Box<Failure>);

#[derive(Clone, Debug)]
struct Failure {
    code: Code,
    reason: ErrorReason,
    reason_name: String,
    message: String,
    retry_after: Option<Duration>,
    metadata: HashMap<String, String>,
    fields: Vec<FieldViolation>,
    quota: Vec<QuotaViolation>,
}

impl Error {
    /// The gRPC status code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Why the call failed. `Unspecified` is a failure that the server did not classify, such as a
    /// lost connection, or one whose reason this client is too old to know: [`Self::reason_name`]
    /// then tells it.
    pub fn reason(&self) -> ErrorReason {
        self.0.reason
    }

    /// The reason as it was sent, such as `RATE_LIMITED`; empty if none was.
    pub fn reason_name(&self) -> &str {
        &self.0.reason_name
    }

    /// What was wrong and what to do, in English; the same as this error's text.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How long to wait before a repeat, where the server knows.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Every variable of the message by name, such as `model` and `nearest`.
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.0.metadata
    }

    /// The fields at fault, for a malformed call; else nothing.
    pub fn fields(&self) -> &[FieldViolation] {
        &self.0.fields
    }

    /// Which limits refused and whose they are; else nothing.
    pub fn quota(&self) -> &[QuotaViolation] {
        &self.0.quota
    }

    /// Whether an equal call may succeed later, for no cause but the time that went by.
    pub(crate) fn may_pass(&self) -> bool {
        // A disk fills no emptier while a call waits, and a broken stream was paid for: its repeat is the
        // caller's.
        let stays = matches!(
            self.0.reason,
            ErrorReason::StoreUnavailable | ErrorReason::StreamBroken
        );
        self.0.code == Code::Unavailable && !stays
    }

    /// A failure that this client found by itself.
    fn found(code: Code, reason: ErrorReason, message: String) -> Self {
        Self(Box::new(Failure {
            code,
            reason,
            reason_name: short_name(reason),
            message,
            retry_after: None,
            metadata: HashMap::new(),
            fields: Vec::new(),
            quota: Vec::new(),
        }))
    }

    pub(crate) fn deadline_passed(server: &str) -> Self {
        let message = format!("The deadline passed before Admiral at {server} answered.");
        Self::found(
            Code::DeadlineExceeded,
            ErrorReason::DeadlineExceeded,
            message,
        )
    }

    /// A stream that ends well without its last event has failed all the same.
    pub(crate) fn unfinished() -> Self {
        let message = "The stream ended before the answer was complete.".to_string();
        Self::found(Code::Unavailable, ErrorReason::StreamBroken, message)
    }

    pub(crate) fn trailers_lost(server: &str) -> Self {
        let message =
            format!("Admiral at {server} was heard, but not to the end: {TRAILERS_LOST}.");
        Self::found(Code::Internal, ErrorReason::Unspecified, message)
    }

    fn too_large(server: &str) -> Self {
        let message = format!(
            "The answer of Admiral at {server} is larger than the {} MiB that this client takes: ask for less.",
            MAX_MESSAGE_BYTES >> 20
        );
        Self::found(Code::ResourceExhausted, ErrorReason::Unspecified, message)
    }

    /// A unary method that answered with no message, or with several.
    pub(crate) fn not_one_answer(server: &str) -> Self {
        let message = format!("Admiral at {server} did not send exactly one answer.");
        Self::found(Code::Internal, ErrorReason::Unspecified, message)
    }

    /// Reads the failure of a call.
    pub(crate) fn of(status: &Status, server: &str) -> Self {
        let info = status
            .get_details_error_info()
            .filter(|info| !info.reason.is_empty());
        let Some(info) = info else {
            return Self::unclassified(status, server);
        };
        let known = ErrorReason::from_str_name(&format!("{PREFIX}{}", info.reason));
        let reason = known.filter(|_| info.domain == "optimizer.admiral.dev");
        Self(Box::new(Failure {
            code: status.code(),
            reason: reason.unwrap_or_default(),
            reason_name: info.reason,
            message: status.message().to_string(),
            retry_after: status
                .get_details_retry_info()
                .and_then(|info| info.retry_delay),
            metadata: info.metadata,
            fields: status
                .get_details_bad_request()
                .map(|bad| bad.field_violations)
                .unwrap_or_default(),
            quota: status
                .get_details_quota_failure()
                .map(|quota| quota.violations)
                .unwrap_or_default(),
        }))
    }

    /// Says what happened where no server spoke: the words of gRPC's own transport are for engineers.
    fn unclassified(status: &Status, server: &str) -> Self {
        let source = error::Error::source(status);
        let code = match source {
            Some(source) if chain(source).any(|cause| cause.is::<TimeoutExpired>()) => {
                return Self::deadline_passed(server);
            }
            Some(source) => transport_code(source).unwrap_or(status.code()),
            // What tonic says of a stream that ended without them.
            None if status.message().contains("missing grpc-status trailer") => {
                return Self::trailers_lost(server);
            }
            None => status.code(),
        };
        let deepest = source
            .and_then(|source| chain(source).last())
            .map(ToString::to_string);
        let detail = deepest.unwrap_or_else(|| status.message().to_string());
        let detail = if detail.is_empty() {
            format!("{code:?}")
        } else {
            detail
        };
        // What tonic makes of a page of a web server, whose status it adds.
        if status.message().contains("receiving response with status") {
            let message = format!("Admiral at {server} cannot be reached: {NOT_GRPC}");
            return Self::found(code, ErrorReason::Unspecified, message);
        }
        let (reason, message) = match code {
            Code::Unavailable => {
                let detail = certificate(&detail)
                    .or_else(|| connection(&detail))
                    .unwrap_or(detail);
                (
                    ErrorReason::Unspecified,
                    format!("Admiral at {server} cannot be reached: {detail}"),
                )
            }
            Code::DeadlineExceeded => return Self::deadline_passed(server),
            // By this code tonic tells of its own limit; Admiral has no use for it.
            Code::OutOfRange => return Self::too_large(server),
            Code::Cancelled => (
                ErrorReason::CallCancelled,
                "The call was cancelled.".to_string(),
            ),
            Code::Unimplemented => (
                ErrorReason::NotImplemented,
                format!(
                    "Admiral at {server} does not know this method: {}. It may be older than this client.",
                    detail.trim_end_matches('.')
                ),
            ),
            _ => (ErrorReason::Unspecified, detail),
        };
        let mut error = Self::found(code, reason, message);
        error.0.retry_after = status
            .get_details_retry_info()
            .and_then(|info| info.retry_delay);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl error::Error for Error {}

fn chain<'a>(
    first: &'a (dyn error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn error::Error + 'static)> {
    std::iter::successors(Some(first), |cause| cause.source())
}

/// What a failure of the connection, or the server's reset of one call, means. A call whose own caller
/// left has nobody to be told, so that a connection which ends is always lost.
fn transport_code(source: &(dyn error::Error + 'static)) -> Option<Code> {
    chain(source).find_map(|cause| {
        if let Some(h2) = cause.downcast_ref::<h2::Error>() {
            return Some(h2_code(h2));
        }
        let lost = cause.is::<std::io::Error>()
            || cause.downcast_ref::<hyper::Error>().is_some_and(|hyper| {
                hyper.is_closed() || hyper.is_canceled() || hyper.is_incomplete_message()
            });
        lost.then_some(Code::Unavailable)
    })
}

/// The code that gRPC gives an error of HTTP/2; tonic does so only where it is built as a server too.
fn h2_code(error: &h2::Error) -> Code {
    if error.is_io() || error.is_go_away() {
        return Code::Unavailable;
    }
    match error.reason() {
        Some(Reason::REFUSED_STREAM) => Code::Unavailable,
        Some(Reason::CANCEL) => Code::Cancelled,
        Some(Reason::ENHANCE_YOUR_CALM) => Code::ResourceExhausted,
        Some(Reason::INADEQUATE_SECURITY) => Code::PermissionDenied,
        Some(Reason::STREAM_CLOSED | Reason::HTTP_1_1_REQUIRED) | None => Code::Unknown,
        Some(_) => Code::Internal,
    }
}

/// What is wrong with the server's certificate and what to do, if that is what failed.
fn certificate(detail: &str) -> Option<String> {
    let fault = detail.split_once("invalid peer certificate: ")?.1;
    Some(if fault.contains("not valid for name") {
        "its certificate is for another name: connect by a name it bears, or give that by Tls::with_server_name.".to_string()
    } else if fault.contains("UnknownIssuer") || fault.contains("BadSignature") {
        "its certificate is from an authority unknown here: give that authority's certificate by Tls::trusting.".to_string()
    } else {
        format!("its certificate is not valid: {fault}")
    })
}

/// What to do about the commonest ways in which there is no connection.
fn connection(detail: &str) -> Option<String> {
    let advice = if detail.starts_with("Connection refused") {
        "connection refused; start it, or check the address."
    } else if detail.contains("InvalidContentType") {
        "it does not speak TLS there: leave tls out, or use the port where it does."
    } else if detail.contains("CertificateRequired") {
        "it asks clients for a certificate: give yours by Tls::with_client_certificate."
    } else if detail.contains("broken pipe") || detail == "connection closed" {
        "the connection was closed before an answer came: it may want TLS, or a certificate of this client."
    } else {
        return None;
    };
    Some(advice.to_string())
}

fn short_name(reason: ErrorReason) -> String {
    match reason {
        ErrorReason::Unspecified => String::new(),
        known => known.as_str_name().trim_start_matches(PREFIX).to_string(),
    }
}
