package optimizer

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
)

// Option is a setting of a client, for [Connect].
type Option func(*settings)

// settings are what options say. An option that was not given leaves its zero or the default of connect.
type settings struct {
	key, agent, group       string
	hasKey                  bool
	deadline                time.Duration
	maxTries                int
	rateLimitWait           time.Duration
	tls                     *TLS
	plaintextBeyondLoopback bool
	dial                    []grpc.DialOption
}

// WithKey sets the key that every call shows. It is in no error and no log of this package.
func WithKey(key string) Option {
	return func(s *settings) { s.key, s.hasKey = key, true }
}

// WithAgent names the agent that calls, where a call does not: at most 128 letters, digits and "._:/@-".
func WithAgent(name string) Option {
	return func(s *settings) { s.agent = name }
}

// WithGroup names the group of the agent, where a call names neither a group nor another agent; characters as of an
// agent.
func WithGroup(name string) Option {
	return func(s *settings) { s.group = name }
}

// WithDeadline sets how long a call has, over all of its tries, if its context has no deadline; above zero. The
// default is 10 minutes. A context's own deadline may be earlier or later.
func WithDeadline(deadline time.Duration) Option {
	return func(s *settings) { s.deadline = deadline }
}

// WithMaxTries sets the most tries of one call, the first included: 1, which never tries again, to 100. The default
// is 5.
func WithMaxTries(count int) Option {
	return func(s *settings) { s.maxTries = count }
}

// WithRateLimitWait has what a limit refused tried again too, if the server asks for a wait of at most this. The
// default, zero, leaves refusals to the caller, since repeating what was shed adds to the load.
func WithRateLimitWait(longest time.Duration) Option {
	return func(s *settings) { s.rateLimitWait = longest }
}

// WithTLS encrypts the connection. The default is plaintext, which goes to loopback only.
func WithTLS(files TLS) Option {
	return func(s *settings) { s.tls = &files }
}

// WithPlaintextBeyondLoopback allows plaintext to other machines, for networks that protect what they carry.
func WithPlaintextBeyondLoopback() Option {
	return func(s *settings) { s.plaintextBeyondLoopback = true }
}

// WithDialOptions hands gRPC options of its own, such as a stats handler for tracing. They are applied last.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dial = append(s.dial, options...) }
}

// TLS says who is trusted and as whom the client shows itself. The zero value trusts the authorities that the
// machine trusts. Files are PEM, and are read by [Connect].
type TLS struct {
	// Roots is the file of the authorities trusted, and no others are; empty means those of the machine.
	Roots string
	// ServerName is the name the server's certificate must bear; empty means the host of the address.
	ServerName string
	// Chain is the file of the client's own certificate and those that vouch for it; empty means none is shown.
	Chain string
	// Key is the file of the private key for Chain, without a password.
	Key string
}

func (t *TLS) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.Roots != "" {
		pem, err := os.ReadFile(t.Roots)
		if err != nil {
			return nil, unreadable("trusted certificates", t.Roots, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the file of the trusted certificates, %s, holds no certificate in PEM form", t.Roots)
		}
	}
	if (t.Chain == "") != (t.Key == "") {
		return nil, errors.New("a client certificate needs both files: give TLS.Chain and TLS.Key")
	}
	if t.Chain != "" {
		certificate, err := tls.LoadX509KeyPair(t.Chain, t.Key)
		if err != nil {
			return nil, unreadable("client certificate and its key", t.Chain+" and "+t.Key, err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

func unreadable(what, file string, err error) error {
	return fmt.Errorf("the file of the %s, %s, cannot be read: check its path and rights: %w", what, file, err)
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._:/@-]{0,128}$`)

// validate says in one sentence what is wrong; a key is never repeated.
func (s *settings) validate(servers []server) error {
	if s.hasKey && (s.key == "" || strings.ContainsFunc(s.key, func(r rune) bool { return r <= ' ' || r > '~' })) {
		return errors.New("the key is empty or holds spaces or other than visible ASCII characters: check how it was read")
	}
	for what, name := range map[string]string{"agent": s.agent, "agent group": s.group} {
		if !nameForm.MatchString(name) {
			return fmt.Errorf("the %s %q is no name: use at most 128 letters, digits and \"._:/@-\"", what, name)
		}
	}
	if s.deadline <= 0 {
		return fmt.Errorf("the deadline is %v: use more than zero", s.deadline)
	}
	if s.maxTries < 1 || s.maxTries > 100 {
		return fmt.Errorf("the most tries are %d: use 1 to 100", s.maxTries)
	}
	if s.rateLimitWait < 0 {
		return fmt.Errorf("the longest wait for limits is %v: use zero or more", s.rateLimitWait)
	}
	for _, one := range servers {
		if s.tls == nil && !s.plaintextBeyondLoopback && !one.isLoopback() {
			return fmt.Errorf("prompts and keys would travel unencrypted to %s: use WithTLS, or"+
				" WithPlaintextBeyondLoopback if the network protects them", one.text)
		}
	}
	return nil
}

// server is where one server listens.
type server struct{ host, text string }

func parseAddresses(text string) ([]server, error) {
	var servers []server
	for _, one := range strings.Split(text, ",") {
		one = strings.TrimSpace(one)
		host, port, err := net.SplitHostPort(one)
		if err == nil {
			_, err = parsePort(port)
		}
		if err != nil || host == "" || strings.ContainsAny(host, "/ \t\r\n%") {
			return nil, fmt.Errorf("address %q is not host:port with a port of 1 to 65535: use 127.0.0.1:50051", one)
		}
		servers = append(servers, server{host: host, text: one})
	}
	return servers, nil
}

func parsePort(text string) (uint64, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err == nil && port == 0 {
		err = strconv.ErrRange
	}
	return port, err
}

// isLoopback tells whether nothing sent there leaves this machine. A name other than localhost is not believed.
func (s server) isLoopback() bool {
	address, err := netip.ParseAddr(s.host)
	return s.host == "localhost" || err == nil && address.IsLoopback()
}
