package optimizer

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"admiral.dev/optimizer/optimizerv1"
)

var draining = refusal(codes.Unavailable, "SERVER_DRAINING")

func TestAsk_unavailableTwice_isAnsweredByTheThirdTry(t *testing.T) {
	server := start(t)
	server.failing(2, draining)
	admiral, clock := client(t, server.address)
	if text, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || text != "hello" {
		t.Fatal(text, err)
	}
	if want := []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}; !slices.Equal(clock.seen(), want) {
		t.Error(clock.seen())
	}
}

func TestAsk_unavailableForEver_failsAfterFiveTries(t *testing.T) {
	server := start(t)
	server.failing(1000, draining)
	admiral, clock := client(t, server.address)
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, "SERVER_DRAINING")
	if len(server.seen()) != 5 || len(clock.seen()) != 4 {
		t.Error(len(server.seen()), clock.seen())
	}
}

func TestAsk_oneTryAllowed_isNotTriedAgain(t *testing.T) {
	server := start(t)
	server.failing(1, draining)
	admiral, _ := client(t, server.address, WithMaxTries(1))
	if _, err := admiral.Ask(context.Background(), "fast", "hi"); err == nil || len(server.seen()) != 1 {
		t.Error(err, len(server.seen()))
	}
}

func TestAsk_failureThatDoesNotPass_isNotTriedAgain(t *testing.T) {
	failures := []error{
		refusal(codes.FailedPrecondition, "PROVIDER_QUOTA_EXHAUSTED"),
		refusal(codes.FailedPrecondition, "PROVIDER_KEY_INVALID"),
		refusal(codes.FailedPrecondition, "PROVIDER_NOT_PERMITTED"),
		refusal(codes.Unavailable, "STORE_UNAVAILABLE"),
		refusal(codes.Unavailable, "STREAM_BROKEN"),
		refusal(codes.Internal, "INTERNAL"),
		refusal(codes.DeadlineExceeded, "PROVIDER_TIMEOUT"),
		refusal(codes.ResourceExhausted, "RATE_LIMITED", retryIn(time.Second)),
		status.Error(codes.Aborted, "elsewhere"),
	}
	for _, failure := range failures {
		server := start(t)
		server.failing(1000, failure)
		admiral, clock := client(t, server.address)
		if _, err := admiral.Ask(context.Background(), "fast", "hi"); err == nil || len(clock.seen()) != 0 {
			t.Error(failure, err, clock.seen())
		}
	}
}

func TestAsk_refusedByALimit_isTriedAgainOnlyWithinTheAllowedWait(t *testing.T) {
	for _, asked := range []struct {
		wait  time.Duration
		tries int
	}{{3 * time.Second, 2}, {3*time.Second + 1, 1}} {
		server := start(t)
		server.failing(1, refusal(codes.ResourceExhausted, "RATE_LIMITED", retryIn(asked.wait)))
		admiral, clock := client(t, server.address, WithRateLimitWait(3*time.Second))
		_, _ = admiral.Ask(context.Background(), "fast", "hi")
		if len(server.seen()) != asked.tries {
			t.Error(asked, len(server.seen()))
		}
		if asked.tries == 2 && clock.seen()[0] != asked.wait {
			t.Error(clock.seen())
		}
	}
}

func TestAsk_refusedWithoutAWait_isNotTriedAgain(t *testing.T) {
	server := start(t)
	server.failing(1, refusal(codes.ResourceExhausted, "BUDGET_EXHAUSTED"))
	admiral, _ := client(t, server.address, WithRateLimitWait(time.Hour))
	if _, err := admiral.Ask(context.Background(), "fast", "hi"); err == nil {
		t.Error("tried again")
	}
}

func TestAsk_waitAskedByServer_isKeptIfLonger(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{
		time.Second:      time.Second,
		time.Millisecond: 100 * time.Millisecond,
	} {
		server := start(t)
		server.failing(1, refusal(codes.Unavailable, "PROVIDER_OVERLOADED", retryIn(asked)))
		admiral, clock := client(t, server.address)
		if _, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || clock.seen()[0] != want {
			t.Error(err, clock.seen())
		}
	}
}

func TestAsk_nextTryPastTheDeadline_failsAtOnce(t *testing.T) {
	server := start(t)
	server.failing(1, refusal(codes.Unavailable, "PROVIDER_OVERLOADED", retryIn(time.Hour)))
	admiral, clock := client(t, server.address)
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, "PROVIDER_OVERLOADED")
	if len(clock.seen()) != 0 {
		t.Error(clock.seen())
	}
}

func TestAsk_triedAgain_hasOneDeadlineAndOneRequestID(t *testing.T) {
	server := start(t)
	server.failing(3, draining)
	admiral, _ := client(t, server.address, WithDeadline(time.Minute))
	_, err := admiral.Complete(context.Background(), &optimizerv1.CompleteRequest{Options: bypass()})
	if err != nil {
		t.Fatal(err)
	}
	first := server.deadlines[0]
	for i, deadline := range server.deadlines {
		// What is sent is the time that is left, rounded: each try could have had a minute of its own.
		if deadline.Sub(first).Abs() > 5*time.Second {
			t.Error(i, deadline.Sub(first))
		}
		if id := server.seen()[i].GetRequestId(); id == "" || len(id) > 36 || id != server.seen()[0].GetRequestId() {
			t.Error(i, id)
		}
	}
}

func TestOnceOnlyMethods_unavailable_areNotTriedAgain(t *testing.T) {
	for _, method := range []string{
		optimizerv1.OptimizerService_Embed_FullMethodName,
		optimizerv1.FleetService_CreateKey_FullMethodName,
		optimizerv1.FleetService_CreateBudget_FullMethodName,
		optimizerv1.SettingsService_RollBackChange_FullMethodName,
	} {
		var calls atomic.Int32
		server := start(t, grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
			calls.Add(1)
			return draining
		}))
		server.onEmbed = func(*optimizerv1.EmbedRequest) (*optimizerv1.EmbedResponse, error) {
			calls.Add(1)
			return nil, draining
		}
		admiral, _ := client(t, server.address)
		err := admiral.Conn().Invoke(
			context.Background(), method, &optimizerv1.EmbedRequest{}, &optimizerv1.EmbedResponse{})
		if err == nil || calls.Load() != 1 {
			t.Error(method, err, calls.Load())
		}
	}
}

func TestStream_unavailableBeforeItsFirstMessage_isTriedAgain(t *testing.T) {
	server := start(t)
	var requests []*optimizerv1.StreamRequest
	server.onStream = func(
		request *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		requests = append(requests, request)
		if len(requests) < 3 {
			return draining
		}
		return sendAll(stream, piece("a"), finished())
	}
	admiral, clock := client(t, server.address)
	stream, err := admiral.Stream(context.Background(), &optimizerv1.StreamRequest{
		Prompt: Prompt("fast", "hi"), Options: bypass(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := stream.Recv(); err != io.EOF {
			t.Error(err)
		}
	}
	if len(requests) != 3 || len(clock.seen()) != 2 || requests[0].GetRequestId() != requests[2].GetRequestId() ||
		requests[0].GetRequestId() == "" || requests[2].GetPrompt().GetModel() != "fast" {
		t.Error(requests, clock.seen())
	}
}

func TestStream_brokenAfterItsFirstMessage_isNotTriedAgain(t *testing.T) {
	server := start(t)
	server.onStream = func(
		_ *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		return errors.Join(sendAll(stream, piece("a")), draining)
	}
	admiral, clock := client(t, server.address)
	var pieces []string
	var failure error
	for piece, err := range admiral.AskStream(context.Background(), "fast", "hi") {
		if failure = err; err == nil {
			pieces = append(pieces, piece)
		}
	}
	if failure == nil || !slices.Equal(pieces, []string{"a"}) || len(clock.seen()) != 0 {
		t.Error(failure, pieces, clock.seen())
	}
}

func TestStream_serverAbsent_isTriedFiveTimes(t *testing.T) {
	server := start(t)
	server.stop()
	admiral, clock := client(t, server.address)
	for _, err := range admiral.AskStream(context.Background(), "fast", "hi") {
		contains(t, err, "cannot be reached")
	}
	if len(clock.seen()) != 4 {
		t.Error(clock.seen())
	}
}

func TestCall_cancelledBetweenTries_endsAtOnce(t *testing.T) {
	server := start(t)
	server.failing(1000, draining)
	ctx, cancel := context.WithCancel(context.Background())
	never := func(time.Duration) <-chan time.Time {
		cancel()
		return nil
	}
	admiral, err := connect(server.address, nil, never, most)
	if err != nil {
		t.Fatal(err)
	}
	defer admiral.Close()
	_, err = admiral.Ask(ctx, "fast", "hi")
	contains(t, err, "The call was cancelled.")
	if !errors.Is(err, context.Canceled) || len(server.seen()) != 1 {
		t.Error(err, len(server.seen()))
	}
}

func TestClient_closedBetweenTries_endsItsCalls(t *testing.T) {
	server := start(t)
	server.failing(1000, draining)
	var admiral *Client
	never := func(time.Duration) <-chan time.Time {
		_ = admiral.Close()
		return nil
	}
	admiral, err := connect(server.address, nil, never, most)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = admiral.Ask(context.Background(), "fast", "hi")
		contains(t, err, "The client was closed.")
	}
	if err := admiral.Close(); err != nil {
		t.Error(err)
	}
}

func TestServer_restarted_isFoundAgain(t *testing.T) {
	server := start(t)
	var admiral *Client
	var waits int
	admiral, err := connect(server.address, []Option{WithMaxTries(100)}, func(wait time.Duration) <-chan time.Time {
		if waits++; waits == 2 {
			startOn(t, server.address)
		}
		// Connecting takes the real time it takes.
		return time.After(10 * time.Millisecond)
	}, most)
	if err != nil {
		t.Fatal(err)
	}
	defer admiral.Close()
	if _, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil {
		t.Fatal(err)
	}
	server.stop()
	if _, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || waits < 2 {
		t.Error(err, waits)
	}
}

func TestWait_ofAnyTry_isBetweenHalfAndWholeOfItsSpan(t *testing.T) {
	policy := settings{maxTries: 100}
	failure := newError(draining, "somewhere")
	for range 10_000 {
		tries, jitter := rand.IntN(99)+1, rand.Float64()
		span := min(100*time.Millisecond<<min(tries-1, 10), 2*time.Second)
		wait, again := policy.wait(tries, failure, jitter)
		if !again || wait < span/2 || wait > span {
			t.Fatal(tries, jitter, wait)
		}
	}
	if _, again := policy.wait(100, failure, 0); again {
		t.Error("a hundred and first try")
	}
}

func bypass() *optimizerv1.CallOptions {
	return &optimizerv1.CallOptions{CachePolicy: &optimizerv1.CachePolicy{Mode: optimizerv1.CachePolicy_MODE_BYPASS}}
}
