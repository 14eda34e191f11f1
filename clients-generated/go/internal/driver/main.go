// The driver makes calls through the client as the conformance test tells it: commands on standard input, what
// happened on standard output, one JSON object a line. It judges nothing.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"admiral.dev/optimizer"
)

// command is one line of input. What a command does not use is absent.
type command struct {
	ID                      int64        `json:"id"`
	Op                      string       `json:"op"`
	Client                  string       `json:"client"`
	Address                 string       `json:"address"`
	Key                     *string      `json:"key"`
	Agent                   string       `json:"agent"`
	Group                   string       `json:"group"`
	DeadlineMillis          *int64       `json:"deadlineMillis"`
	MaxTries                *int         `json:"maxTries"`
	RateLimitWaitMillis     int64        `json:"rateLimitWaitMillis"`
	PlaintextBeyondLoopback bool         `json:"plaintextBeyondLoopback"`
	TLS                     *tlsSettings `json:"tls"`
	Method                  string       `json:"method"`
	Request                 []byte       `json:"request"`
	CancelAfter             int          `json:"cancelAfter"`
	Target                  int64        `json:"target"`
	Model                   string       `json:"model"`
	Text                    string       `json:"text"`
	Stream                  bool         `json:"stream"`
}

type tlsSettings struct {
	Roots      string `json:"roots"`
	ServerName string `json:"serverName"`
	Chain      string `json:"chain"`
	Key        string `json:"key"`
}

// reply is one line of output.
type reply struct {
	ID       int64    `json:"id"`
	Response *[]byte  `json:"response,omitempty"`
	Event    *[]byte  `json:"event,omitempty"`
	Piece    *string  `json:"piece,omitempty"`
	Text     *string  `json:"text,omitempty"`
	End      bool     `json:"end,omitempty"`
	Error    *failure `json:"error,omitempty"`
}

type failure struct {
	Code             string            `json:"code"`
	Reason           string            `json:"reason"`
	Message          string            `json:"message"`
	RetryAfterMillis *int64            `json:"retryAfterMillis,omitempty"`
	Metadata         map[string]string `json:"metadata,omitempty"`
	Fields           []string          `json:"fields,omitempty"`
	Quota            []string          `json:"quota,omitempty"`
}

// driver holds what commands share, under one lock.
type driver struct {
	lock    sync.Mutex
	clients map[string]*optimizer.Client
	running map[int64]context.CancelFunc
	output  *json.Encoder
	calls   sync.WaitGroup
}

func main() {
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	d := &driver{
		clients: map[string]*optimizer.Client{},
		running: map[int64]context.CancelFunc{},
		output:  output,
	}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			d.accept(line)
		}
		if err != nil {
			break
		}
	}
	d.lock.Lock()
	for _, cancel := range d.running {
		cancel()
	}
	d.lock.Unlock()
	d.calls.Wait()
}

// accept runs a command: what concerns other commands in order, calls at the same time.
func (d *driver) accept(line []byte) {
	var c command
	if err := json.Unmarshal(line, &c); err != nil {
		d.tell(reply{ID: c.ID, Error: describe(fmt.Errorf("this is no command: %w", err))})
		return
	}
	switch c.Op {
	case "open":
		d.answer(c.ID, d.open(c))
	case "close":
		d.answer(c.ID, d.close(c))
	case "cancel":
		d.lock.Lock()
		cancel, found := d.running[c.Target]
		d.lock.Unlock()
		if found {
			cancel()
		}
		d.answer(c.ID, nil)
	case "unary":
		d.call(c, d.unary)
	case "stream":
		d.call(c, d.stream)
	case "ask":
		d.call(c, d.ask)
	default:
		d.answer(c.ID, fmt.Errorf("there is no command %q", c.Op))
	}
}

func (d *driver) open(c command) error {
	options := []optimizer.Option{
		optimizer.WithAgent(c.Agent),
		optimizer.WithGroup(c.Group),
		optimizer.WithRateLimitWait(millis(c.RateLimitWaitMillis)),
	}
	if c.Key != nil {
		options = append(options, optimizer.WithKey(*c.Key))
	}
	if c.DeadlineMillis != nil {
		options = append(options, optimizer.WithDeadline(millis(*c.DeadlineMillis)))
	}
	if c.MaxTries != nil {
		options = append(options, optimizer.WithMaxTries(*c.MaxTries))
	}
	if c.PlaintextBeyondLoopback {
		options = append(options, optimizer.WithPlaintextBeyondLoopback())
	}
	if c.TLS != nil {
		options = append(options, optimizer.WithTLS(optimizer.TLS(*c.TLS)))
	}
	client, err := optimizer.Connect(c.Address, options...)
	if err != nil {
		return err
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	d.clients[c.Client] = client
	return nil
}

func (d *driver) close(c command) error {
	d.lock.Lock()
	client, found := d.clients[c.Client]
	delete(d.clients, c.Client)
	d.lock.Unlock()
	if !found {
		return fmt.Errorf("no client %q is open", c.Client)
	}
	return client.Close()
}

// call runs one call beside the others, so that it can be cancelled by its id.
func (d *driver) call(c command, run func(context.Context, context.CancelFunc, *optimizer.Client, command) error) {
	d.lock.Lock()
	client, found := d.clients[c.Client]
	d.lock.Unlock()
	if !found {
		d.answer(c.ID, fmt.Errorf("no client %q is open", c.Client))
		return
	}
	ctx, cancel := context.Background(), context.CancelFunc(nil)
	if c.DeadlineMillis == nil {
		ctx, cancel = context.WithCancel(ctx)
	} else {
		ctx, cancel = context.WithTimeout(ctx, millis(*c.DeadlineMillis))
	}
	d.lock.Lock()
	d.running[c.ID] = cancel
	d.lock.Unlock()
	d.calls.Add(1)
	go func() {
		defer d.calls.Done()
		err := run(ctx, cancel, client, c)
		d.lock.Lock()
		delete(d.running, c.ID)
		d.lock.Unlock()
		cancel()
		if err != nil {
			d.answer(c.ID, err)
		}
	}()
}

func (d *driver) unary(ctx context.Context, _ context.CancelFunc, client *optimizer.Client, c command) error {
	request, answer, err := messages(c)
	if err != nil {
		return err
	}
	if err := client.Conn().Invoke(ctx, "/"+c.Method, request, answer); err != nil {
		return err
	}
	bytes, err := proto.Marshal(answer)
	if err != nil {
		return err
	}
	d.tell(reply{ID: c.ID, Response: &bytes})
	return nil
}

func (d *driver) stream(ctx context.Context, leave context.CancelFunc, client *optimizer.Client, c command) error {
	request, answer, err := messages(c)
	if err != nil {
		return err
	}
	stream, err := client.Conn().NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/"+c.Method)
	if err != nil {
		return err
	}
	if err := stream.SendMsg(request); err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for read := 1; ; read++ {
		if err := stream.RecvMsg(answer); err == io.EOF {
			d.tell(reply{ID: c.ID, End: true})
			return nil
		} else if err != nil {
			return err
		}
		bytes, err := proto.Marshal(answer)
		if err != nil {
			return err
		}
		d.tell(reply{ID: c.ID, Event: &bytes})
		if read == c.CancelAfter {
			leave()
		}
	}
}

func (d *driver) ask(ctx context.Context, _ context.CancelFunc, client *optimizer.Client, c command) error {
	if !c.Stream {
		text, err := client.Ask(ctx, c.Model, c.Text)
		if err == nil {
			d.tell(reply{ID: c.ID, Text: &text})
		}
		return err
	}
	var whole strings.Builder
	for piece, err := range client.AskStream(ctx, c.Model, c.Text) {
		if err != nil {
			return err
		}
		d.tell(reply{ID: c.ID, Piece: &piece})
		whole.WriteString(piece)
	}
	text := whole.String()
	d.tell(reply{ID: c.ID, Text: &text})
	return nil
}

// messages reads the request of a method, and makes an empty answer.
func messages(c command) (request, answer proto.Message, err error) {
	name := protoreflect.FullName(strings.ReplaceAll(c.Method, "/", "."))
	descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil {
		return nil, nil, fmt.Errorf("the contract has no method %s: %w", c.Method, err)
	}
	method, is := descriptor.(protoreflect.MethodDescriptor)
	if !is {
		return nil, nil, fmt.Errorf("%s is no method", c.Method)
	}
	if request, err = empty(method.Input()); err != nil {
		return nil, nil, err
	}
	if answer, err = empty(method.Output()); err != nil {
		return nil, nil, err
	}
	return request, answer, proto.Unmarshal(c.Request, request)
}

func empty(descriptor protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}

// answer tells the end of a command that has nothing else to tell.
func (d *driver) answer(id int64, err error) {
	if err == nil {
		d.tell(reply{ID: id})
	} else {
		d.tell(reply{ID: id, Error: describe(err)})
	}
}

func (d *driver) tell(r reply) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if err := d.output.Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, "The reply cannot be written:", err)
	}
}

func describe(err error) *failure {
	var told *optimizer.Error
	if !errors.As(err, &told) {
		return &failure{Code: "CLIENT", Message: err.Error()}
	}
	result := &failure{
		Code:     code.Code(told.Code).String(),
		Reason:   told.ReasonName,
		Message:  told.Error(),
		Metadata: told.Metadata,
	}
	if wait, known := told.RetryAfter(); known {
		whole := wait.Milliseconds()
		result.RetryAfterMillis = &whole
	}
	for _, field := range told.Fields {
		result.Fields = append(result.Fields, field.GetField())
	}
	for _, quota := range told.Quota {
		result.Quota = append(result.Quota, quota.GetSubject())
	}
	return result
}

func millis(count int64) time.Duration { return time.Duration(count) * time.Millisecond }
