package optimizer

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"admiral.dev/optimizer/optimizerv1"
)

// fakeServer is a real gRPC server on loopback whose answers a test decides.
type fakeServer struct {
	optimizerv1.UnimplementedOptimizerServiceServer
	address    string
	grpc       *grpc.Server
	health     *health.Server
	ended      chan struct{}
	onComplete func(context.Context, *optimizerv1.CompleteRequest) (*optimizerv1.CompleteResponse, error)
	onBatch    func(*optimizerv1.CompleteBatchRequest) (*optimizerv1.CompleteBatchResponse, error)
	onEmbed    func(*optimizerv1.EmbedRequest) (*optimizerv1.EmbedResponse, error)
	onStream   func(*optimizerv1.StreamRequest, grpc.ServerStreamingServer[optimizerv1.StreamResponse]) error

	lock      sync.Mutex
	completes []*optimizerv1.CompleteRequest
	deadlines []time.Time
}

func start(t *testing.T, options ...grpc.ServerOption) *fakeServer {
	t.Helper()
	return startOn(t, "127.0.0.1:0", options...)
}

func startOn(t *testing.T, address string, options ...grpc.ServerOption) *fakeServer {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	fake := &fakeServer{
		address: listener.Addr().String(), grpc: grpc.NewServer(options...), health: health.NewServer(),
		ended: make(chan struct{}),
	}
	optimizerv1.RegisterOptimizerServiceServer(fake.grpc, fake)
	healthpb.RegisterHealthServer(fake.grpc, fake.health)
	go func() {
		defer close(fake.ended)
		_ = fake.grpc.Serve(listener)
	}()
	t.Cleanup(fake.stop)
	return fake
}

// stop returns when nothing listens at the address any more, also if serving had hardly begun.
func (f *fakeServer) stop() {
	f.grpc.Stop()
	<-f.ended
}

func (f *fakeServer) Complete(
	ctx context.Context, request *optimizerv1.CompleteRequest,
) (*optimizerv1.CompleteResponse, error) {
	f.lock.Lock()
	f.completes = append(f.completes, request)
	if deadline, bounded := ctx.Deadline(); bounded {
		f.deadlines = append(f.deadlines, deadline)
	}
	f.lock.Unlock()
	if f.onComplete == nil {
		return answer("hello"), nil
	}
	return f.onComplete(ctx, request)
}

func (f *fakeServer) CompleteBatch(
	_ context.Context, request *optimizerv1.CompleteBatchRequest,
) (*optimizerv1.CompleteBatchResponse, error) {
	return f.onBatch(request)
}

func (f *fakeServer) Embed(
	_ context.Context, request *optimizerv1.EmbedRequest,
) (*optimizerv1.EmbedResponse, error) {
	return f.onEmbed(request)
}

func (f *fakeServer) Stream(
	request *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
) error {
	return f.onStream(request, stream)
}

// failing has the first so many calls of Complete fail.
func (f *fakeServer) failing(times int, failure error) {
	f.onComplete = func(context.Context, *optimizerv1.CompleteRequest) (*optimizerv1.CompleteResponse, error) {
		f.lock.Lock()
		defer f.lock.Unlock()
		if len(f.completes) <= times {
			return nil, failure
		}
		return answer("hello"), nil
	}
}

func (f *fakeServer) seen() []*optimizerv1.CompleteRequest {
	f.lock.Lock()
	defer f.lock.Unlock()
	return append([]*optimizerv1.CompleteRequest(nil), f.completes...)
}

// clock stands in for time between tries: it takes note of each wait and lets none pass.
type clock struct {
	lock  sync.Mutex
	waits []time.Duration
}

func (c *clock) after(wait time.Duration) <-chan time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.waits = append(c.waits, wait)
	passed := make(chan time.Time, 1)
	passed <- time.Time{}
	return passed
}

func (c *clock) seen() []time.Duration {
	c.lock.Lock()
	defer c.lock.Unlock()
	return append([]time.Duration(nil), c.waits...)
}

// most is the jitter that draws the longest waits.
func most() float64 { return 1 }

func client(t *testing.T, address string, options ...Option) (*Client, *clock) {
	t.Helper()
	time := &clock{}
	made, err := connect(address, options, time.after, most)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = made.Close() })
	return made, time
}

func answer(text string) *optimizerv1.CompleteResponse {
	return &optimizerv1.CompleteResponse{Completion: &optimizerv1.Completion{Message: Prompt("", text).GetMessages()[0]}}
}

func piece(text string) *optimizerv1.StreamResponse {
	return &optimizerv1.StreamResponse{Event: &optimizerv1.StreamResponse_Delta{Delta: &optimizerv1.ContentDelta{
		Piece: &optimizerv1.ContentDelta_Text{Text: &optimizerv1.TextDelta{Text: text}},
	}}}
}

func finished() *optimizerv1.StreamResponse {
	return &optimizerv1.StreamResponse{Event: &optimizerv1.StreamResponse_Finished{Finished: &optimizerv1.StreamFinished{}}}
}

func sendAll(
	stream grpc.ServerStreamingServer[optimizerv1.StreamResponse], events ...*optimizerv1.StreamResponse,
) error {
	for _, event := range events {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	return nil
}

// refusal is an error as Admiral sends it.
func refusal(code codes.Code, reason string, details ...protoadapt.MessageV1) error {
	made := status.New(code, "what was wrong: "+reason)
	info := &errdetails.ErrorInfo{
		Domain: errorDomain, Reason: reason, Metadata: map[string]string{"limitBytes": "20"},
	}
	made, err := made.WithDetails(append([]protoadapt.MessageV1{protoadapt.MessageV1Of(info)}, details...)...)
	if err != nil {
		panic(err)
	}
	return made.Err()
}

func retryIn(wait time.Duration) protoadapt.MessageV1 {
	return protoadapt.MessageV1Of(&errdetails.RetryInfo{RetryDelay: durationpb.New(wait)})
}

// contains fails the test unless the error says each of the words.
func contains(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("nothing failed")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}
