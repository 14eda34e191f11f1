package optimizer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"admiral.dev/optimizer/optimizerv1"
)

const (
	errorDomain  = "optimizer.admiral.dev"
	reasonPrefix = "ERROR_REASON_"
)

// Error is a call that failed: why, as the server classified it, and what may be done about it. It holds nothing of
// prompts, answers or keys. [errors.As] finds it, [status.FromError] reads the gRPC status in it, and [errors.Is] sees
// [context.Canceled] or [context.DeadlineExceeded] in it where the caller left or its deadline passed.
type Error struct {
	// Code is the gRPC status code.
	Code codes.Code
	// Reason is why the call failed; unspecified where no server said, or where a newer one said what this client does
	// not know.
	Reason optimizerv1.ErrorReason
	// ReasonName is the reason as it was sent, also a newer server's, such as "RATE_LIMITED"; empty where none was.
	ReasonName string
	// Message says what was wrong and what to do.
	Message string
	// Metadata holds every variable of the message by name, such as "model" and "nearest".
	Metadata map[string]string
	// Fields are those at fault in a malformed call.
	Fields []*errdetails.BadRequest_FieldViolation
	// Quota says which limits refused and whose they are.
	Quota []*errdetails.QuotaFailure_Violation

	retryAfter *time.Duration
	status     *status.Status
	cause      error
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// RetryAfter returns how long to wait before a repeat; false where the server does not know.
func (e *Error) RetryAfter() (time.Duration, bool) {
	if e.retryAfter == nil {
		return 0, false
	}
	return *e.retryAfter, true
}

// GRPCStatus returns the status with all its details as the server sent it.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Unwrap returns [context.Canceled] or [context.DeadlineExceeded] if that is why the call failed, else nil.
func (e *Error) Unwrap() error { return e.cause }

// newError reads the failure of a call to the servers at target.
func newError(err error, target string) *Error {
	read, is := status.FromError(err)
	if !is {
		read = status.FromContextError(err)
	}
	failure := &Error{Code: read.Code(), status: read}
	for _, detail := range read.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == errorDomain && failure.ReasonName == "" {
				failure.ReasonName = detail.GetReason()
				failure.Metadata = detail.GetMetadata()
			}
		case *errdetails.RetryInfo:
			wait := detail.GetRetryDelay().AsDuration()
			failure.retryAfter = &wait
		case *errdetails.BadRequest:
			failure.Fields = detail.GetFieldViolations()
		case *errdetails.QuotaFailure:
			failure.Quota = detail.GetViolations()
		}
	}
	if failure.ReasonName == "" {
		failure.ReasonName = impliedReason(failure.Code)
		failure.Message = describe(read, target)
	} else {
		failure.Message = read.Message()
	}
	failure.Reason = optimizerv1.ErrorReason(optimizerv1.ErrorReason_value[reasonPrefix+failure.ReasonName])
	switch failure.Reason {
	// Which of the two sides noticed it first is chance.
	case optimizerv1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED:
		failure.cause = context.DeadlineExceeded
	case optimizerv1.ErrorReason_ERROR_REASON_CALL_CANCELLED:
		failure.cause = context.Canceled
	}
	return failure
}

// ownError is a failure that this client found by itself.
func ownError(code codes.Code, reason optimizerv1.ErrorReason, message string) *Error {
	return &Error{
		Code:       code,
		Reason:     reason,
		ReasonName: strings.TrimPrefix(reason.String(), reasonPrefix),
		Message:    message,
		status:     status.New(code, message),
	}
}

// unfinished is a stream that ended well without its last event, and has failed all the same.
func unfinished() *Error {
	return ownError(codes.Unavailable, optimizerv1.ErrorReason_ERROR_REASON_STREAM_BROKEN,
		"The stream ended before the answer was complete.")
}

func clientClosed() *Error {
	return ownError(codes.Canceled, optimizerv1.ErrorReason_ERROR_REASON_CALL_CANCELLED, "The client was closed.")
}

func impliedReason(code codes.Code) string {
	switch code {
	case codes.DeadlineExceeded:
		return "DEADLINE_EXCEEDED"
	case codes.Canceled:
		return "CALL_CANCELLED"
	case codes.Unimplemented:
		return "NOT_IMPLEMENTED"
	default:
		return ""
	}
}

// describe says what happened where no server spoke: the words of gRPC's own transport are for engineers.
func describe(read *status.Status, target string) string {
	detail := innermost(read.Message())
	if lacksTrailers(read) {
		return fmt.Sprintf("The reply of Admiral at %s ended without gRPC's status: something between this client and"+
			" Admiral, such as a proxy, does not pass on HTTP/2 trailers.", target)
	}
	if strings.Contains(detail, "unexpected HTTP status code") {
		return fmt.Sprintf("Admiral at %s cannot be reached: what answers there does not speak gRPC; is it Admiral's HTTP"+
			" port, or a proxy? gRPC has a port of its own, 50051 unless configured.", target)
	}
	switch read.Code() {
	case codes.Unavailable:
		return fmt.Sprintf("Admiral at %s cannot be reached: %s", target, explain(detail))
	case codes.DeadlineExceeded:
		return fmt.Sprintf("The deadline passed before Admiral at %s answered.", target)
	case codes.Canceled:
		return "The call was cancelled."
	case codes.Unimplemented:
		return fmt.Sprintf("Admiral at %s does not know this method: %s It may be older than this client.",
			target, sentence(detail))
	default:
		if detail == "" {
			return code.Code(read.Code()).String()
		}
		return detail
	}
}

// lacksTrailers knows both forms: no trailers at all, and trailers without a status.
func lacksTrailers(read *status.Status) bool {
	return read.Code() == codes.Internal && strings.Contains(read.Message(), "without sending trailers") ||
		read.Code() == codes.Unknown && read.Message() == ""
}

// innermost strips what gRPC wraps round the words of what failed.
func innermost(message string) string {
	for {
		_, inner, found := strings.Cut(message, `desc = "`)
		if !found {
			break
		}
		message = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `\"`, `"`)
	}
	message = strings.TrimPrefix(message, "transport: ")
	return strings.TrimPrefix(message, "Error while dialing: ")
}

// explain says what to do about the commonest ways in which a connection is refused.
func explain(detail string) string {
	_, certificate, isCertificate := strings.Cut(detail, "x509: ")
	switch {
	case isCertificate && strings.Contains(certificate, "unknown authority"):
		return "its certificate is from an authority that is not trusted here; give that authority's certificate as" +
			" TLS.Roots."
	case isCertificate && (strings.Contains(certificate, "is valid for") || strings.Contains(certificate, "not valid for") ||
		strings.Contains(certificate, "doesn't contain")):
		return "its certificate is for another name (" + certificate + "); use an address that it names, or give that" +
			" name as TLS.ServerName."
	case isCertificate:
		return "its certificate is not accepted (" + certificate + "); have it renewed, or check this machine's clock."
	case strings.Contains(detail, "does not look like a TLS handshake"):
		return "it does not speak TLS there; leave WithTLS out, or use the port where it does."
	case strings.Contains(detail, "certificate required"):
		return "it asks clients for a certificate; give yours as TLS.Chain and TLS.Key."
	case strings.HasSuffix(detail, "connection refused"):
		return "connection refused; start it, or check the address."
	case strings.Contains(detail, "server preface"):
		return "what listens there does not speak gRPC in plaintext, or asks this client for a certificate; use WithTLS," +
			" with a Chain if it asks for one, or check the port."
	default:
		return sentence(detail)
	}
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
