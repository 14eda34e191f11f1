// Package optimizer is the client of Admiral, the service through which a fleet of agents makes its model calls.
//
// A [Client] holds every method of the contract as generated in
// [admiral.dev/optimizer/optimizerv1], and beside them short forms to ask for
// text. Through it each call shows the key, names the agent, has a deadline and is tried again where that costs
// nothing; it fails with an [*Error] and nothing else.
//
// What is tried again failed with UNAVAILABLE before its first message and will pass with time: a lost connection, a
// server that restarts, providers that are down. Each wait is drawn between half and the whole of a span that begins
// at 0.1 s and doubles up to 2 s; a longer wait that the server asks for is kept, and what cannot start again before
// its deadline fails at once. A cached call is safe to repeat, since the second try meets the first one's answer or
// joins it. A call that the cache does not cover is given a random request_id for the same purpose. Embed, CreateKey,
// CreateBudget and RollBackChange have neither, and are tried once.
//
// Money is exact: [Amount] is its value, [Decimal] its text, and [Dollars] makes some of a text.
//
// A Client is safe for use by many goroutines, connects at its first call and connects anew by itself: make one and
// keep it. What a stream holds is freed once it was read to its end or its context is done.
package optimizer
