package optimizer

import (
	"context"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"admiral.dev/optimizer/optimizerv1"
)

// calls is what every call of a client passes through: two interceptors over one notion of a call and its tries.
type calls struct {
	settings
	target string
	after  func(time.Duration) <-chan time.Time
	// jitter draws evenly from 0 to 1.
	jitter func() float64
	newID  func() string

	closing sync.Once
	closed  chan struct{}
}

func (c *calls) close() { c.closing.Do(func() { close(c.closed) }) }

func (c *calls) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

func (c *calls) unary(
	ctx context.Context,
	method string,
	request, answer any,
	connection *grpc.ClientConn,
	invoke grpc.UnaryInvoker,
	options ...grpc.CallOption,
) error {
	call, end := c.begin(ctx, method, connection)
	defer end()
	request = c.prepare(request)
	for {
		err := invoke(call.ctx, method, request, answer, connection, options...)
		if err == nil {
			return nil
		}
		if failure := call.again(err); failure != nil {
			return failure
		}
	}
}

func (c *calls) stream(
	ctx context.Context,
	description *grpc.StreamDesc,
	connection *grpc.ClientConn,
	method string,
	open grpc.Streamer,
	options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	call, end := c.begin(ctx, method, connection)
	stream := &stream{
		call: call,
		end:  end,
		open: func() (grpc.ClientStream, error) {
			return open(call.ctx, description, connection, method, options...)
		},
	}
	if err := stream.try(); err != nil {
		return nil, err
	}
	return stream, nil
}

// call is one call over all of its tries. One goroutine uses it.
type call struct {
	*calls
	ctx        context.Context
	method     string
	connection *grpc.ClientConn
	tries      int
}

// begin bounds a call and gives it its metadata. What it returns second frees what the call holds.
func (c *calls) begin(ctx context.Context, method string, connection *grpc.ClientConn) (*call, context.CancelFunc) {
	end := context.CancelFunc(func() {})
	_, bounded := ctx.Deadline()
	// Watching has no end, so no deadline either.
	if bounded || method == optimizerv1.EventService_WatchEvents_FullMethodName {
		ctx, end = context.WithCancel(ctx)
	} else {
		ctx, end = context.WithTimeout(ctx, c.deadline)
	}
	sent, _ := metadata.FromOutgoingContext(ctx)
	if c.hasKey && len(sent.Get("authorization")) == 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.key)
	}
	if c.agent != "" && len(sent.Get("admiral-agent")) == 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, "admiral-agent", c.agent)
	}
	return &call{calls: c, ctx: ctx, method: method, connection: connection, tries: 1}, end
}

// again waits until another try is due and returns nil, or returns the failure if there is none.
func (c *call) again(err error) *Error {
	failure := c.failure(err)
	if c.ctx.Err() != nil || c.isClosed() || triedOnce[c.method] {
		return failure
	}
	wait, may := c.wait(c.tries, failure, c.jitter())
	if deadline, bounded := c.ctx.Deadline(); !may || bounded && time.Until(deadline) <= wait {
		return failure
	}
	// Connecting goes on meanwhile, however long the server was away.
	c.connection.ResetConnectBackoff()
	select {
	case <-c.after(wait):
		c.tries++
		return nil
	case <-c.ctx.Done():
		return c.failure(c.ctx.Err())
	case <-c.closed:
		return c.failure(grpc.ErrClientConnClosing)
	}
}

// failure reads what a try ended with.
func (c *call) failure(err error) *Error {
	if c.isClosed() {
		return clientClosed()
	}
	return newError(err, c.target)
}

// stream is a streamed answer over all of its tries: until its first message has come, another try may take the place
// of one that failed. The request is kept for that.
type stream struct {
	grpc.ClientStream
	call *call
	end  context.CancelFunc
	open func() (grpc.ClientStream, error)

	request         any
	halfClosed      bool
	heard, finished bool
	ended           error
}

// SendMsg sends the one request of a call.
func (s *stream) SendMsg(request any) error {
	s.request = s.call.prepare(request)
	return s.told(s.ClientStream.SendMsg(s.request))
}

// CloseSend says that nothing more is sent.
func (s *stream) CloseSend() error {
	s.halfClosed = true
	return s.told(s.ClientStream.CloseSend())
}

// RecvMsg waits for the next message; io.EOF if the answer is complete.
func (s *stream) RecvMsg(message any) error {
	for s.ended == nil {
		// Pieces may have come already that a caller who left does not want.
		if err := s.call.ctx.Err(); err == context.Canceled {
			return s.told(err)
		}
		err := s.ClientStream.RecvMsg(message)
		if err == nil {
			s.heard = true
			if event, is := message.(*optimizerv1.StreamResponse); is && event.GetFinished() != nil {
				s.finished = true
			}
			return nil
		}
		if err == io.EOF {
			return s.complete()
		}
		// Another try stands, or the stream has ended.
		_ = s.retry(err)
	}
	return s.ended
}

// retry replaces a try that failed, or ends the stream with the failure.
func (s *stream) retry(err error) error {
	if s.heard {
		return s.told(err)
	}
	if failure := s.call.again(err); failure != nil {
		return s.over(failure)
	}
	return s.try()
}

// try opens the stream and brings it to where the one before it was.
func (s *stream) try() error {
	next, err := s.open()
	if err == nil {
		s.ClientStream = next
		if s.request != nil {
			err = next.SendMsg(s.request)
		}
		if err == nil && s.halfClosed {
			err = next.CloseSend()
		}
	}
	if err != nil {
		return s.retry(err)
	}
	return nil
}

func (s *stream) complete() error {
	if s.call.method == optimizerv1.OptimizerService_Stream_FullMethodName && !s.finished {
		return s.over(unfinished())
	}
	return s.over(io.EOF)
}

// told ends the stream if what gRPC said is a failure.
func (s *stream) told(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return s.over(s.call.failure(err))
}

func (s *stream) over(err error) error {
	s.ended = err
	s.end()
	return err
}
