package optimizer

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"admiral.dev/optimizer/optimizerv1"
)

// prepare returns a request with what the client adds to it; the caller's own stays as it is.
func (c *calls) prepare(request any) any {
	switch asked := request.(type) {
	case *optimizerv1.CompleteRequest:
		return c.prepareComplete(asked)
	case *optimizerv1.StreamRequest:
		prepared := shallowCopy(asked)
		prepared.Options = c.withGroup(asked.GetOptions())
		if c.needsID(asked) {
			prepared.RequestId = c.newID()
		}
		return prepared
	case *optimizerv1.CompleteBatchRequest:
		prepared := shallowCopy(asked)
		prepared.Requests = make([]*optimizerv1.CompleteRequest, len(asked.GetRequests()))
		for i, one := range asked.GetRequests() {
			prepared.Requests[i] = c.prepareComplete(one)
		}
		return prepared
	case *optimizerv1.EmbedRequest:
		prepared := shallowCopy(asked)
		prepared.Options = c.withGroup(asked.GetOptions())
		return prepared
	case *optimizerv1.CountTokensRequest:
		prepared := shallowCopy(asked)
		prepared.Options = c.withGroup(asked.GetOptions())
		return prepared
	default:
		return request
	}
}

func (c *calls) prepareComplete(asked *optimizerv1.CompleteRequest) *optimizerv1.CompleteRequest {
	prepared := shallowCopy(asked)
	prepared.Options = c.withGroup(asked.GetOptions())
	if c.needsID(asked) {
		prepared.RequestId = c.newID()
	}
	return prepared
}

// withGroup returns the options with this client's group, if they lack one; the agent's name travels as metadata.
func (c *calls) withGroup(options *optimizerv1.CallOptions) *optimizerv1.CallOptions {
	other := options.GetAgentId() != "" && options.GetAgentId() != c.agent
	if c.group == "" || other || options.GetAgentGroup() != "" {
		return options
	}
	prepared := &optimizerv1.CallOptions{}
	if options != nil {
		prepared = shallowCopy(options)
	}
	prepared.AgentGroup = c.group
	return prepared
}

// needsID tells whether a repeat of the call could be paid a second time for want of a cached answer.
func (c *calls) needsID(request interface {
	GetRequestId() string
	GetPrompt() *optimizerv1.Prompt
	GetOptions() *optimizerv1.CallOptions
}) bool {
	if c.maxTries == 1 || request.GetRequestId() != "" {
		return false
	}
	policy := request.GetOptions().GetCachePolicy()
	switch policy.GetMode() {
	case optimizerv1.CachePolicy_MODE_BYPASS, optimizerv1.CachePolicy_MODE_REFRESH:
		return true
	case optimizerv1.CachePolicy_MODE_ONLY:
		return false
	default:
		sampling := request.GetPrompt().GetSampling()
		sampled := sampling.GetTemperature() > 0 || sampling.GetCandidateCount() > 1
		return sampled && !policy.GetIncludeSampled()
	}
}

// shallowCopy returns a message with the same fields, whose own parts are shared: a prompt may hold megabytes. Fields
// of a newer contract come along.
func shallowCopy[M proto.Message](message M) M {
	from := message.ProtoReflect()
	to := from.New()
	from.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		to.Set(field, value)
		return true
	})
	to.SetUnknown(from.GetUnknown())
	return to.Interface().(M)
}
