package optimizer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"

	"admiral.dev/optimizer/optimizerv1"
)

// methods calls a function with each method of the contract.
func methods(t *testing.T, each func(method protoreflect.MethodDescriptor, path string)) {
	t.Helper()
	count := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("admiral.optimizer.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				method := service.Methods().Get(j)
				each(method, fmt.Sprintf("/%s/%s", service.FullName(), method.Name()))
				count++
			}
		}
		return true
	})
	if count < 20 {
		t.Error("methods seen:", count)
	}
}

func TestEachMethod_ofEachService_showsKeyAndAgentAndHasADeadline(t *testing.T) {
	var sent metadata.MD
	var deadline time.Duration
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		sent, _ = metadata.FromIncomingContext(stream.Context())
		deadline = 0
		if end, bounded := stream.Context().Deadline(); bounded {
			deadline = time.Until(end)
		}
		return stream.SendMsg(&emptypb.Empty{})
	}))
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	admiral, _ := client(t, listener.Addr().String(), WithKey("sk-secret"), WithAgent("triage-1"))
	methods(t, func(method protoreflect.MethodDescriptor, path string) {
		if method.IsStreamingServer() {
			stream, err := admiral.Conn().NewStream(context.Background(), &grpc.StreamDesc{ServerStreams: true}, path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(
				stream.SendMsg(&emptypb.Empty{}), stream.CloseSend(), stream.RecvMsg(&emptypb.Empty{})); err != nil {
				t.Error(path, err)
			}
			// Its end, so that what the server noted is safe to read.
			_ = stream.RecvMsg(&emptypb.Empty{})
		} else if err := admiral.Conn().Invoke(
			context.Background(), path, &emptypb.Empty{}, &emptypb.Empty{}); err != nil {
			t.Error(path, err)
		}
		if !slices.Equal(sent.Get("authorization"), []string{"Bearer sk-secret"}) ||
			!slices.Equal(sent.Get("admiral-agent"), []string{"triage-1"}) ||
			!strings.HasPrefix(sent.Get("user-agent")[0], "admiral-client-go ") {
			t.Error(path, sent)
		}
		if watching := strings.HasSuffix(path, "/WatchEvents"); watching != (deadline == 0) ||
			!watching && (deadline > 10*time.Minute || deadline < 9*time.Minute) {
			t.Error(path, deadline)
		}
	})
}

func TestContext_withAgentOrDeadlineOfItsOwn_decides(t *testing.T) {
	server := start(t)
	var sent metadata.MD
	server.onComplete = func(
		ctx context.Context, _ *optimizerv1.CompleteRequest,
	) (*optimizerv1.CompleteResponse, error) {
		sent, _ = metadata.FromIncomingContext(ctx)
		return answer("hello"), nil
	}
	admiral, _ := client(t, server.address, WithAgent("triage-1"))
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(
		context.Background(), "admiral-agent", "triage-2"), time.Hour)
	defer cancel()
	if _, err := admiral.Ask(ctx, "fast", "hi"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(sent.Get("admiral-agent"), []string{"triage-2"}) || time.Until(server.deadlines[0]) < 30*time.Minute {
		t.Error(sent, server.deadlines)
	}
}

func TestGroup_ofTheClient_isSentWhereACallHasNone(t *testing.T) {
	server := start(t)
	admiral, _ := client(t, server.address, WithAgent("triage-1"), WithGroup("triage"))
	for _, asked := range []struct {
		options *optimizerv1.CallOptions
		group   string
	}{
		{nil, "triage"},
		{&optimizerv1.CallOptions{AgentId: "triage-1", TaskType: "sort"}, "triage"},
		{&optimizerv1.CallOptions{AgentId: "triage-2"}, ""},
		{&optimizerv1.CallOptions{AgentGroup: "night"}, "night"},
	} {
		request := &optimizerv1.CompleteRequest{Prompt: Prompt("fast", "hi"), Options: asked.options}
		before := proto.Clone(request)
		if _, err := admiral.Complete(context.Background(), request); err != nil {
			t.Fatal(err)
		}
		seen := server.seen()[len(server.seen())-1]
		if seen.GetOptions().GetAgentGroup() != asked.group ||
			seen.GetOptions().GetTaskType() != asked.options.GetTaskType() {
			t.Error(asked, seen)
		}
		if !proto.Equal(before, request) {
			t.Error("the caller's request was changed:", request)
		}
	}
}

func TestGroup_ofTheClient_isInEachKindOfCall(t *testing.T) {
	c := &calls{settings: settings{group: "triage", maxTries: 5}, newID: func() string { return "id" }}
	batch := c.prepare(&optimizerv1.CompleteBatchRequest{
		Requests: []*optimizerv1.CompleteRequest{{}, {Options: bypass()}},
	}).(*optimizerv1.CompleteBatchRequest)
	for i, options := range []*optimizerv1.CallOptions{
		c.prepare(&optimizerv1.CompleteRequest{}).(*optimizerv1.CompleteRequest).GetOptions(),
		c.prepare(&optimizerv1.StreamRequest{}).(*optimizerv1.StreamRequest).GetOptions(),
		c.prepare(&optimizerv1.EmbedRequest{}).(*optimizerv1.EmbedRequest).GetOptions(),
		c.prepare(&optimizerv1.CountTokensRequest{}).(*optimizerv1.CountTokensRequest).GetOptions(),
		batch.GetRequests()[0].GetOptions(),
		batch.GetRequests()[1].GetOptions(),
	} {
		if options.GetAgentGroup() != "triage" {
			t.Error(i, options)
		}
	}
	if batch.GetRequests()[0].GetRequestId() != "" || batch.GetRequests()[1].GetRequestId() != "id" {
		t.Error(batch)
	}
}

func TestRequestID_isAddedOnlyWhereTheCacheDoesNotCoverTheCall(t *testing.T) {
	policies := map[optimizerv1.CachePolicy_Mode]func(sampled bool) bool{
		optimizerv1.CachePolicy_MODE_UNSPECIFIED: func(sampled bool) bool { return sampled },
		optimizerv1.CachePolicy_MODE_USE:         func(sampled bool) bool { return sampled },
		optimizerv1.CachePolicy_MODE_BYPASS:      func(bool) bool { return true },
		optimizerv1.CachePolicy_MODE_REFRESH:     func(bool) bool { return true },
		optimizerv1.CachePolicy_MODE_ONLY:        func(bool) bool { return false },
	}
	samplings := []struct {
		sampling *optimizerv1.Sampling
		drawn    bool
	}{
		{nil, false},
		{&optimizerv1.Sampling{Temperature: proto.Float64(0), CandidateCount: proto.Int32(1)}, false},
		{&optimizerv1.Sampling{Temperature: proto.Float64(0.1)}, true},
		{&optimizerv1.Sampling{CandidateCount: proto.Int32(2)}, true},
	}
	for mode, needed := range policies {
		for _, one := range samplings {
			for _, included := range []bool{false, true} {
				for _, tries := range []int{1, 5} {
					for _, given := range []string{"", "mine"} {
						c := &calls{settings: settings{maxTries: tries}, newID: func() string { return "random" }}
						want := given
						if given == "" && tries > 1 && needed(one.drawn && !included) {
							want = "random"
						}
						prepared := c.prepare(&optimizerv1.StreamRequest{
							RequestId: given,
							Prompt:    &optimizerv1.Prompt{Sampling: one.sampling},
							Options: &optimizerv1.CallOptions{
								CachePolicy: &optimizerv1.CachePolicy{Mode: mode, IncludeSampled: included},
							},
						}).(*optimizerv1.StreamRequest)
						if prepared.GetRequestId() != want {
							t.Error(mode, one.sampling, included, tries, given, prepared.GetRequestId())
						}
					}
				}
			}
		}
	}
}

func TestRequest_withFieldsOfANewerContract_keepsThem(t *testing.T) {
	newer := protowire.AppendString(protowire.AppendTag(nil, 9999, protowire.BytesType), "new")
	request := &optimizerv1.CompleteRequest{Options: bypass()}
	request.ProtoReflect().SetUnknown(newer)
	c := &calls{settings: settings{group: "triage", maxTries: 5}, newID: func() string { return "id" }}
	prepared := c.prepare(request).(*optimizerv1.CompleteRequest)
	if !slices.Equal(prepared.ProtoReflect().GetUnknown(), newer) || prepared.GetRequestId() != "id" {
		t.Error(prepared)
	}
}

func TestStream_endedWithoutFinished_hasFailed(t *testing.T) {
	server := start(t)
	server.onStream = func(
		_ *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		return sendAll(stream, piece("half"))
	}
	admiral, clock := client(t, server.address)
	stream, err := admiral.Stream(context.Background(), &optimizerv1.StreamRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = stream.Recv()
		var failure *Error
		if !errors.As(err, &failure) || failure.ReasonName != "STREAM_BROKEN" ||
			failure.Error() != "The stream ended before the answer was complete." || len(clock.seen()) != 0 {
			t.Errorf("%+v", err)
		}
	}
}

func TestStream_withEventsOfANewerContract_passesOverThem(t *testing.T) {
	server := start(t)
	server.onStream = func(
		_ *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		newer := &optimizerv1.StreamResponse{}
		newer.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, 99, protowire.BytesType), "new"))
		second := piece("of another candidate")
		second.GetDelta().CandidateIndex = 1
		return sendAll(stream, newer, piece("a"), second, newer, piece("b"), finished(), newer)
	}
	admiral, _ := client(t, server.address)
	var text strings.Builder
	for piece, err := range admiral.AskStream(context.Background(), "fast", "hi") {
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(piece)
	}
	if text.String() != "ab" {
		t.Error(text.String())
	}
}

func TestStream_leftByItsReader_isCancelledAtTheServer(t *testing.T) {
	server := start(t)
	left := make(chan error, 1)
	server.onStream = func(
		_ *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		// The reader may be gone before the second is sent.
		_ = sendAll(stream, piece("a"), piece("b"))
		<-stream.Context().Done()
		left <- stream.Context().Err()
		return nil
	}
	admiral, _ := client(t, server.address)
	for range admiral.AskStream(context.Background(), "fast", "hi") {
		break
	}
	if err := <-left; err != context.Canceled {
		t.Error(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	stream, err := admiral.Stream(ctx, &optimizerv1.StreamRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 2 {
		_, err = stream.Recv()
		contains(t, err, "The call was cancelled.")
	}
	if err := <-left; err != context.Canceled {
		t.Error(err)
	}
}

func TestStream_readToItsEnd_freesWhatItHeld(t *testing.T) {
	server := start(t)
	server.onStream = func(
		_ *optimizerv1.StreamRequest, stream grpc.ServerStreamingServer[optimizerv1.StreamResponse],
	) error {
		return sendAll(stream, finished())
	}
	admiral, _ := client(t, server.address)
	stream, err := admiral.Stream(context.Background(), &optimizerv1.StreamRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = stream.Recv()
	}
	if err != io.EOF || stream.Context().Err() == nil {
		t.Error(err, stream.Context().Err())
	}
}

func TestAnswer_ofManyMegabytes_isTaken(t *testing.T) {
	server := start(t)
	long := strings.Repeat("ü", 10<<20)
	server.onComplete = func(context.Context, *optimizerv1.CompleteRequest) (*optimizerv1.CompleteResponse, error) {
		return answer(long), nil
	}
	admiral, _ := client(t, server.address)
	if text, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || text != long {
		t.Error(len(text), err)
	}
}

func TestClient_usedByManyGoroutines_answersEach(t *testing.T) {
	server := start(t)
	server.onComplete = func(
		_ context.Context, request *optimizerv1.CompleteRequest,
	) (*optimizerv1.CompleteResponse, error) {
		return answer(request.GetPrompt().GetModel()), nil
	}
	admiral, _ := client(t, server.address, WithGroup("triage"))
	var group sync.WaitGroup
	for i := range 50 {
		group.Add(1)
		go func() {
			defer group.Done()
			model := fmt.Sprint("m", i)
			if text, err := admiral.Ask(context.Background(), model, "hi"); err != nil || text != model {
				t.Error(text, err)
			}
		}()
	}
	group.Wait()
}

func TestServers_several_takeTurnsAndThoseThatAreNotWellGetNone(t *testing.T) {
	var counts [3]atomic.Int64
	var addresses []string
	var servers []*fakeServer
	for i := range counts {
		server := start(t)
		server.onComplete = func(context.Context, *optimizerv1.CompleteRequest) (*optimizerv1.CompleteResponse, error) {
			counts[i].Add(1)
			return answer("hello"), nil
		}
		addresses, servers = append(addresses, server.address), append(servers, server)
	}
	admiral, _ := client(t, strings.Join(addresses, ", "))
	// asks until the ones that are meant to be asked were, and those alone for a while.
	settled := func(meant ...int) bool {
		for range 10_000 {
			for i := range counts {
				counts[i].Store(0)
			}
			for range 30 {
				if _, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil {
					t.Fatal(err)
				}
			}
			fits := true
			for i := range counts {
				fits = fits && (counts[i].Load() > 0) == slices.Contains(meant, i)
			}
			if fits {
				return true
			}
		}
		return false
	}
	if !settled(0, 1, 2) {
		t.Error("not every server was asked")
	}
	servers[1].health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	if !settled(0, 2) {
		t.Error("a server that is not well was asked")
	}
	servers[0].stop()
	if !settled(2) {
		t.Error("the one that is left was not asked")
	}
}

func TestConnect_badSettings_areRefusedInOneSentence(t *testing.T) {
	long := strings.Repeat("a", 129)
	for _, wrong := range []struct {
		address string
		option  Option
		words   string
	}{
		{"127.0.0.1:1", WithKey(""), "the key is empty"},
		{"127.0.0.1:1", WithKey("secret\n"), "visible ASCII characters: check how it was read"},
		{"127.0.0.1:1", WithKey("sécret"), "visible ASCII"},
		{"127.0.0.1:1", WithKey("sec ret"), "holds spaces"},
		{"127.0.0.1:1", WithAgent("a b"), `the agent "a b" is no name`},
		{"127.0.0.1:1", WithAgent("a\n"), "is no name"},
		{"127.0.0.1:1", WithAgent(long), "at most 128"},
		{"127.0.0.1:1", WithGroup("é"), `the agent group "é" is no name`},
		{"127.0.0.1:1", WithDeadline(0), "the deadline is 0s: use more than zero"},
		{"127.0.0.1:1", WithMaxTries(0), "use 1 to 100"},
		{"127.0.0.1:1", WithMaxTries(101), "use 1 to 100"},
		{"127.0.0.1:1", WithRateLimitWait(-1), "use zero or more"},
		{"example.org:1", nil, "unencrypted to example.org:1: use WithTLS"},
		{"127.0.0.1:1,10.0.0.1:1", nil, "unencrypted to 10.0.0.1:1"},
		{"127.0.0.1.example.org:1", nil, "unencrypted"},
		{"", nil, `address "" is not host:port`},
		{"localhost", nil, "is not host:port"},
		{"localhost:", nil, "is not host:port"},
		{"localhost:0", nil, "is not host:port"},
		{"localhost:65536", nil, "is not host:port"},
		{"localhost:http", nil, "is not host:port"},
		{":50051", nil, "is not host:port"},
		{"http://localhost:1", nil, "is not host:port"},
		{"::1:50051", nil, "is not host:port"},
		{"localhost:1,", nil, "is not host:port"},
	} {
		var options []Option
		if wrong.option != nil {
			options = append(options, wrong.option)
		}
		made, err := Connect(wrong.address, options...)
		if err == nil {
			_ = made.Close()
			t.Error(wrong.address, "was taken")
			continue
		}
		contains(t, err, wrong.words)
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sécret") ||
			strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	}
}

func TestConnect_goodSettings_areTaken(t *testing.T) {
	for _, address := range []string{"localhost:1", "[::1]:1", "127.8.8.8:65535", "127.0.0.1:1, localhost:2"} {
		made, err := Connect(address, WithKey("k"), WithAgent("a:b/c@d._-"), WithGroup(""))
		if err != nil {
			t.Error(err)
			continue
		}
		_ = made.Close()
	}
}
