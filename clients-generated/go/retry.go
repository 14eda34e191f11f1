package optimizer

import (
	"time"

	"google.golang.org/grpc/codes"

	"admiral.dev/optimizer/optimizerv1"
)

const (
	firstSpan   = 100 * time.Millisecond
	longestSpan = 2 * time.Second
)

// triedOnce are the methods whose repeat could happen or be paid twice: no cached answer and no request_id keeps
// them from it.
var triedOnce = map[string]bool{
	optimizerv1.OptimizerService_Embed_FullMethodName:         true,
	optimizerv1.FleetService_CreateKey_FullMethodName:         true,
	optimizerv1.FleetService_CreateBudget_FullMethodName:      true,
	optimizerv1.SettingsService_RollBackChange_FullMethodName: true,
}

// wait says how long to wait after so many tries before the next one; false if there is none.
func (s *settings) wait(tries int, failure *Error, jitter float64) (time.Duration, bool) {
	if tries >= s.maxTries {
		return 0, false
	}
	asked, known := failure.RetryAfter()
	limited := failure.Code == codes.ResourceExhausted && s.rateLimitWait > 0 && known && asked <= s.rateLimitWait
	if !limited && !failure.mayPass() {
		return 0, false
	}
	span := firstSpan
	for i := 1; i < tries && span < longestSpan; i++ {
		span *= 2
	}
	span = min(span, longestSpan)
	return max(asked, span/2+time.Duration(jitter*float64(span/2))), true
}

// mayPass tells whether an equal call may succeed later, for no cause but the time that went by.
func (e *Error) mayPass() bool {
	if e.Code != codes.Unavailable {
		return false
	}
	switch e.Reason {
	// A disk fills no emptier while a call waits, and a broken stream was paid for: its repeat is the caller's.
	case optimizerv1.ErrorReason_ERROR_REASON_STORE_UNAVAILABLE,
		optimizerv1.ErrorReason_ERROR_REASON_STREAM_BROKEN:
		return false
	default:
		return true
	}
}
