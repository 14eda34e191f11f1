package optimizer

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/anypb"

	"admiral.dev/optimizer/optimizerv1"
)

// failWith returns what a call fails with that the server answers with an error.
func failWith(t *testing.T, failure error) *Error {
	t.Helper()
	server := start(t)
	server.failing(1000, failure)
	admiral, _ := client(t, server.address, WithMaxTries(1))
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	var read *Error
	if !errors.As(err, &read) {
		t.Fatalf("%v is no *Error", err)
	}
	return read
}

func TestError_ofEachReason_isReadByUnaryAndStream(t *testing.T) {
	server := start(t)
	admiral, _ := client(t, server.address, WithMaxTries(1))
	for number, name := range optimizerv1.ErrorReason_name {
		if number == 0 {
			continue
		}
		name = strings.TrimPrefix(name, reasonPrefix)
		sent := refusal(codes.FailedPrecondition, name)
		server.failing(1000, sent)
		server.onStream = func(*optimizerv1.StreamRequest, grpc.ServerStreamingServer[optimizerv1.StreamResponse]) error {
			return sent
		}
		_, unary := admiral.Ask(context.Background(), "fast", "hi")
		var streamed error
		for _, err := range admiral.AskStream(context.Background(), "fast", "hi") {
			streamed = err
		}
		for _, err := range []error{unary, streamed} {
			var read *Error
			if !errors.As(err, &read) || read.Reason != optimizerv1.ErrorReason(number) || read.ReasonName != name ||
				read.Code != codes.FailedPrecondition || read.Error() != "what was wrong: "+name ||
				read.Metadata["limitBytes"] != "20" {
				t.Errorf("%s: %+v", name, err)
			}
			if code := status.Code(err); code != codes.FailedPrecondition {
				t.Error(code)
			}
		}
	}
}

func TestError_ofNewerServer_keepsItsName(t *testing.T) {
	read := failWith(t, refusal(codes.Aborted, "MOON_FULL"))
	if read.ReasonName != "MOON_FULL" || read.Reason != 0 || read.Code != codes.Aborted {
		t.Errorf("%+v", read)
	}
}

func TestError_ofAnotherDomain_isNotTakenForAdmirals(t *testing.T) {
	sent, err := status.New(codes.NotFound, "elsewhere").WithDetails(protoadapt.MessageV1Of(
		&errdetails.ErrorInfo{Domain: "proxy.example", Reason: "CACHE_MISS"}))
	if err != nil {
		t.Fatal(err)
	}
	read := failWith(t, sent.Err())
	if read.ReasonName != "" || read.Message != "elsewhere" || read.Code != codes.NotFound {
		t.Errorf("%+v", read)
	}
}

func TestError_withDetails_hasThemTyped(t *testing.T) {
	read := failWith(t, refusal(codes.ResourceExhausted, "RATE_LIMITED",
		retryIn(1500*time.Millisecond),
		protoadapt.MessageV1Of(&errdetails.BadRequest{
			FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "prompt.messages"}},
		}),
		protoadapt.MessageV1Of(&errdetails.QuotaFailure{
			Violations: []*errdetails.QuotaFailure_Violation{{Subject: "agent:triage-1"}},
		})))
	wait, known := read.RetryAfter()
	if !known || wait != 1500*time.Millisecond || read.Fields[0].GetField() != "prompt.messages" ||
		read.Quota[0].GetSubject() != "agent:triage-1" || len(read.GRPCStatus().Details()) != 4 {
		t.Errorf("%+v %v", read, wait)
	}
}

func TestError_withoutDetails_keepsCodeAndMessage(t *testing.T) {
	read := failWith(t, status.Error(codes.PermissionDenied, "not you"))
	if _, known := read.RetryAfter(); known || read.ReasonName != "" || read.Message != "not you" ||
		read.Code != codes.PermissionDenied {
		t.Errorf("%+v", read)
	}
	if read := failWith(t, status.Error(codes.DataLoss, "")); read.Message != "DATA_LOSS" {
		t.Error(read.Message)
	}
}

func TestError_withGarbledDetails_keepsTheStatus(t *testing.T) {
	read := failWith(t, status.FromProto(&spb.Status{
		Code:    int32(codes.Internal),
		Message: "broken inside",
		Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/google.rpc.ErrorInfo", Value: []byte("\007garbled")}},
	}).Err())
	if read.Code != codes.Internal || read.Message != "broken inside" {
		t.Errorf("%+v", read)
	}
}

func TestError_ofMethodTheServerDoesNotKnow_saysThatItMayBeOlder(t *testing.T) {
	server := start(t)
	admiral, _ := client(t, server.address)
	_, err := admiral.Fleet.ListAgents(context.Background(), &optimizerv1.ListAgentsRequest{})
	contains(t, err, "Admiral at "+server.address+" does not know this method: ", ". It may be older than this client.")
	var read *Error
	if !errors.As(err, &read) || read.Reason != optimizerv1.ErrorReason_ERROR_REASON_NOT_IMPLEMENTED ||
		read.ReasonName != "NOT_IMPLEMENTED" {
		t.Errorf("%+v", read)
	}
}

func TestError_ofAbsentServer_namesItsAddress(t *testing.T) {
	server := start(t)
	server.stop()
	admiral, _ := client(t, server.address)
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, "Admiral at "+server.address+" cannot be reached: ", "connection refused; start it, or check the address.")
	if strings.Contains(err.Error(), "desc") || status.Code(err) != codes.Unavailable {
		t.Error(err)
	}
}

func TestError_ofUnknownHost_namesIt(t *testing.T) {
	admiral, _ := client(t, "nowhere.invalid:1", WithPlaintextBeyondLoopback(), WithMaxTries(1))
	_, err := admiral.Health(context.Background(), &optimizerv1.HealthRequest{})
	contains(t, err, "Admiral at nowhere.invalid:1 cannot be reached: ", "nowhere.invalid")
}

func TestError_ofTheCallersContext_isSeenByErrorsIs(t *testing.T) {
	server := start(t)
	server.onComplete = func(
		ctx context.Context, _ *optimizerv1.CompleteRequest,
	) (*optimizerv1.CompleteResponse, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	admiral, _ := client(t, server.address, WithDeadline(20*time.Millisecond))
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, "The deadline passed before Admiral at "+server.address+" answered.")
	if !errors.Is(err, context.DeadlineExceeded) || status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("%#v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = admiral.Ask(ctx, "fast", "hi")
	contains(t, err, "The call was cancelled.")
	if !errors.Is(err, context.Canceled) || status.Code(err) != codes.Canceled {
		t.Errorf("%#v", err)
	}
}

func TestConnection_halfClosedByTheOtherSide_isReplaced(t *testing.T) {
	server := start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for first := true; ; first = false {
			here, err := listener.Accept()
			if err != nil {
				return
			}
			if first {
				// Says that it sends nothing more, and goes on reading.
				_ = here.(*net.TCPConn).CloseWrite()
				go func() { _, _ = io.Copy(io.Discard, here) }()
				continue
			}
			there, err := net.Dial("tcp", server.address)
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(there, here) }()
			go func() { _, _ = io.Copy(here, there) }()
		}
	}()
	admiral, err := connect(listener.Addr().String(), nil, time.After, most)
	if err != nil {
		t.Fatal(err)
	}
	defer admiral.Close()
	if text, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || text != "hello" {
		t.Error(text, err)
	}
}

func TestConnection_alwaysHalfClosed_isToldInOneSentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			here, err := listener.Accept()
			if err != nil {
				return
			}
			_ = here.(*net.TCPConn).CloseWrite()
			go func() { _, _ = io.Copy(io.Discard, here) }()
		}
	}()
	admiral, _ := client(t, listener.Addr().String())
	_, err = admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, "Admiral at "+listener.Addr().String()+" cannot be reached: ")
}
