package optimizer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/health" // Turns on the health checks that the service config asks for.
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	"admiral.dev/optimizer/optimizerv1"
)

const (
	scheme          = "admiral"
	maxMessageBytes = 64 << 20

	// A connection with calls on it is probed after this much silence, and lost if no answer comes in time.
	keepAliveSilence = time.Minute
	keepAliveTimeout = 20 * time.Second

	// With several servers, calls take turns among those that say they are well.
	severalServers = `{"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""}}`
)

// Client is a connection to Admiral: the methods of OptimizerService by themselves, those of the other services by
// the names below. All of them take part in what [Connect] was told, and fail with an [*Error].
type Client struct {
	optimizerv1.OptimizerServiceClient

	// Fleet knows agents, keys, budgets and limits.
	Fleet optimizerv1.FleetServiceClient
	// Calls knows what became of the latest calls.
	Calls optimizerv1.CallServiceClient
	// Ledger knows what was paid and what was saved.
	Ledger optimizerv1.LedgerServiceClient
	// Cache is the response cache.
	Cache optimizerv1.CacheServiceClient
	// Settings knows which settings were changed while the server runs.
	Settings optimizerv1.SettingsServiceClient
	// Events tells what happens in the fleet. Watching has no deadline but the context's own.
	Events optimizerv1.EventServiceClient

	connection *grpc.ClientConn
	calls      *calls
}

// Connect makes a client of the server at an address, which is "host:port", or several of them with commas between:
// then calls take turns among those that can be reached and say that they are well. Nothing is connected until the
// first call; an error is one sentence about an address or a setting.
func Connect(address string, options ...Option) (*Client, error) {
	return connect(address, options, time.After, mathrand.Float64)
}

func connect(
	address string,
	options []Option,
	after func(time.Duration) <-chan time.Time,
	jitter func() float64,
) (*Client, error) {
	chosen := settings{deadline: 10 * time.Minute, maxTries: 5}
	for _, option := range options {
		option(&chosen)
	}
	servers, err := parseAddresses(address)
	if err != nil {
		return nil, err
	}
	if err := chosen.validate(servers); err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if chosen.tls != nil {
		config, err := chosen.tls.config()
		if err != nil {
			return nil, err
		}
		transport = credentials.NewTLS(config)
	}
	made := &calls{
		settings: chosen,
		target:   address,
		after:    after,
		jitter:   jitter,
		newID:    rand.Text,
		closed:   make(chan struct{}),
	}
	connection, err := grpc.NewClient(scheme+":///"+servers[0].text, dialOptions(servers, transport, made)...)
	if err != nil {
		return nil, fmt.Errorf("no client can be made for %s: %w", address, err)
	}
	return &Client{
		OptimizerServiceClient: optimizerv1.NewOptimizerServiceClient(connection),
		Fleet:                  optimizerv1.NewFleetServiceClient(connection),
		Calls:                  optimizerv1.NewCallServiceClient(connection),
		Ledger:                 optimizerv1.NewLedgerServiceClient(connection),
		Cache:                  optimizerv1.NewCacheServiceClient(connection),
		Settings:               optimizerv1.NewSettingsServiceClient(connection),
		Events:                 optimizerv1.NewEventServiceClient(connection),
		connection:             connection,
		calls:                  made,
	}, nil
}

func dialOptions(servers []server, transport credentials.TransportCredentials, made *calls) []grpc.DialOption {
	fixed := manual.NewBuilderWithScheme(scheme)
	var state resolver.State
	for _, one := range servers {
		name := one.text
		if made.tls != nil && made.tls.ServerName != "" {
			// What the resolver says of the name goes before what the credentials say.
			name = made.tls.ServerName
		}
		// The name is looked up when it is dialled, so that a server that moved is found.
		state.Endpoints = append(state.Endpoints,
			resolver.Endpoint{Addresses: []resolver.Address{{Addr: one.text, ServerName: name}}})
	}
	fixed.InitialState(state)
	options := []grpc.DialOption{
		grpc.WithResolvers(fixed),
		grpc.WithTransportCredentials(transport),
		grpc.WithUserAgent("admiral-client-go"),
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepAliveSilence, Timeout: keepAliveTimeout}),
		// Quicker than gRPC's own, so that a server that is back is found by the next try.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstSpan, Multiplier: 2, Jitter: 0.2, MaxDelay: longestSpan},
			MinConnectTimeout: 20 * time.Second,
		}),
		grpc.WithChainUnaryInterceptor(made.unary),
		grpc.WithChainStreamInterceptor(made.stream),
	}
	if len(servers) > 1 {
		options = append(options, grpc.WithDefaultServiceConfig(severalServers))
	}
	return append(options, made.dial...)
}

// Conn returns what the methods are called through, for generated clients that Client has no field for.
func (c *Client) Conn() grpc.ClientConnInterface { return c.connection }

// Close ends the connection at once. Calls that run fail with CANCELLED, and so does every call made after.
func (c *Client) Close() error {
	c.calls.close()
	if err := c.connection.Close(); err != nil && !errors.Is(err, grpc.ErrClientConnClosing) {
		return err
	}
	return nil
}

// Ask puts one question to a model or alias and returns the text of its answer.
func (c *Client) Ask(ctx context.Context, model, text string) (string, error) {
	answer, err := c.Complete(ctx, &optimizerv1.CompleteRequest{Prompt: Prompt(model, text)})
	if err != nil {
		return "", err
	}
	return Text(answer.GetCompletion()), nil
}

// AskStream puts one question to a model or alias and gives the text of its answer piece by piece as it comes. A
// failure is the last thing given; what came before it is incomplete. Leaving the loop cancels the call, all the way
// to the provider. Each loop over what is returned asks anew.
func (c *Client) AskStream(ctx context.Context, model, text string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.Stream(ctx, &optimizerv1.StreamRequest{Prompt: Prompt(model, text)})
		for err == nil {
			var event *optimizerv1.StreamResponse
			event, err = stream.Recv()
			delta := event.GetDelta()
			if piece := delta.GetText().GetText(); piece != "" && delta.GetCandidateIndex() == 0 && !yield(piece, nil) {
				return
			}
		}
		if err != io.EOF {
			yield("", err)
		}
	}
}

// Prompt returns a prompt of one user message.
func Prompt(model, text string) *optimizerv1.Prompt {
	return &optimizerv1.Prompt{
		Model: model,
		Messages: []*optimizerv1.ChatMessage{{
			Role: optimizerv1.Role_ROLE_USER,
			Parts: []*optimizerv1.ContentPart{{
				Kind: &optimizerv1.ContentPart_Text{Text: &optimizerv1.TextPart{Text: text}},
			}},
		}},
	}
}

// Text returns the text of an answer, all of its text parts joined; empty if it has none.
func Text(completion *optimizerv1.Completion) string {
	var text strings.Builder
	for _, part := range completion.GetMessage().GetParts() {
		text.WriteString(part.GetText().GetText())
	}
	return text.String()
}
