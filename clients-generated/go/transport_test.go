package optimizer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// replying answers every call over HTTP/2 with one message, and ends it as a test says.
func replying(t *testing.T, end func(http.ResponseWriter)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body, err := proto.Marshal(answer("hello"))
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("content-type", "application/grpc")
		_, _ = w.Write(append([]byte{0, 0, 0, 0, byte(len(body))}, body...))
		end(w)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestReply_withoutTrailers_saysWhatMayBeBetween(t *testing.T) {
	for name, end := range map[string]func(http.ResponseWriter){
		"dropped": func(http.ResponseWriter) {},
		"others":  func(w http.ResponseWriter) { w.Header().Set(http.TrailerPrefix+"x-proxy", "was here") },
	} {
		t.Run(name, func(t *testing.T) {
			address := replying(t, end)
			admiral, clock := client(t, address)
			_, unary := admiral.Ask(context.Background(), "fast", "hi")
			var streamed error
			for _, err := range admiral.AskStream(context.Background(), "fast", "hi") {
				streamed = err
			}
			for _, err := range []error{unary, streamed} {
				contains(t, err, address, "something between this client and Admiral, such as a proxy, does not pass on"+
					" HTTP/2 trailers.")
			}
			if len(clock.seen()) != 0 {
				t.Error(clock.seen())
			}
		})
	}
}

func TestReply_ofAWebServer_namesThePortOfGRPC(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	admiral, _ := client(t, address)
	_, err := admiral.Ask(context.Background(), "fast", "hi")
	contains(t, err, address, "does not speak gRPC", "gRPC has a port of its own, 50051")
}

func TestReply_withTrailers_isAnAnswer(t *testing.T) {
	admiral, _ := client(t, replying(t, func(w http.ResponseWriter) {
		w.Header().Set(http.TrailerPrefix+"grpc-status", "0")
	}))
	if text, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || text != "hello" {
		t.Error(text, err)
	}
}

// authority makes certificates and writes them to files.
type authority struct {
	t           *testing.T
	folder      string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &authority{t: t, folder: t.TempDir(), key: key, certificate: &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}}
	made.write("ca.pem", "CERTIFICATE", made.sign(made.certificate, &key.PublicKey))
	return made
}

func (a *authority) sign(certificate *x509.Certificate, key *ecdsa.PublicKey) []byte {
	der, err := x509.CreateCertificate(rand.Reader, certificate, a.certificate, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func (a *authority) write(name, kind string, der []byte) string {
	file := filepath.Join(a.folder, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return file
}

func (a *authority) roots() string { return filepath.Join(a.folder, "ca.pem") }

// certify makes a certificate for a name, and returns the files of it and of its key.
func (a *authority) certify(name string, until time.Time) (chain, key string) {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     until,
	}
	if ip := net.ParseIP(name); ip != nil {
		certificate.DNSNames, certificate.IPAddresses = nil, []net.IP{ip}
	}
	return a.write(name+".pem", "CERTIFICATE", a.sign(certificate, &secret.PublicKey)),
		a.write(name+".key", "PRIVATE KEY", der)
}

func (a *authority) serve(name string, until time.Time, demand tls.ClientAuthType) *fakeServer {
	certificate, err := tls.LoadX509KeyPair(a.certify(name, until))
	if err != nil {
		a.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(a.roots())
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		a.t.Fatal(err)
	}
	return start(a.t, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: pool, ClientAuth: demand,
	})))
}

func TestTLS_trustedServer_isAsked(t *testing.T) {
	trusted := newAuthority(t)
	soon := time.Now().Add(time.Hour)
	byAddress := trusted.serve("127.0.0.1", soon, tls.NoClientCert)
	byName := trusted.serve("admiral.example.org", soon, tls.NoClientCert)
	mutual := trusted.serve("127.0.0.1", soon, tls.RequireAndVerifyClientCert)
	chain, key := trusted.certify("agent.example.org", soon)
	for address, settings := range map[string]TLS{
		byAddress.address: {Roots: trusted.roots()},
		byName.address:    {Roots: trusted.roots(), ServerName: "admiral.example.org"},
		mutual.address:    {Roots: trusted.roots(), Chain: chain, Key: key},
	} {
		admiral, _ := client(t, address, WithTLS(settings))
		if text, err := admiral.Ask(context.Background(), "fast", "hi"); err != nil || text != "hello" {
			t.Error(text, err)
		}
	}
}

func TestTLS_serverNotTrusted_saysWhatToDo(t *testing.T) {
	trusted, other := newAuthority(t), newAuthority(t)
	soon := time.Now().Add(time.Hour)
	server := trusted.serve("localhost", soon, tls.NoClientCert)
	expired := trusted.serve("127.0.0.1", time.Now().Add(-time.Minute), tls.NoClientCert)
	plain := start(t)
	for _, wrong := range []struct {
		name, address string
		options       []Option
		words         []string
	}{
		{"name", server.address, []Option{WithTLS(TLS{Roots: trusted.roots(), ServerName: "other.example"})},
			[]string{"its certificate is for another name", "localhost", "TLS.ServerName"}},
		{"address", server.address, []Option{WithTLS(TLS{Roots: trusted.roots()})},
			[]string{"its certificate is for another name", "TLS.ServerName"}},
		{"authority", server.address, []Option{WithTLS(TLS{Roots: other.roots(), ServerName: "localhost"})},
			[]string{"its certificate is from an authority", "TLS.Roots"}},
		{"expired", expired.address, []Option{WithTLS(TLS{Roots: trusted.roots()})},
			[]string{"its certificate is not accepted", "expired"}},
		{"plaintext server", plain.address, []Option{WithTLS(TLS{Roots: trusted.roots()})},
			[]string{"does not speak TLS", "WithTLS"}},
		{"plaintext client", server.address, nil, []string{"in plaintext", "WithTLS"}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			admiral, _ := client(t, wrong.address, wrong.options...)
			_, err := admiral.Ask(context.Background(), "fast", "hi")
			contains(t, err, append(wrong.words, "Admiral at "+wrong.address+" cannot be reached: ")...)
			if status.Code(err) != codes.Unavailable {
				t.Error(status.Code(err))
			}
		})
	}
}

func TestTLS_filesAtFault_areRefusedInOneSentence(t *testing.T) {
	trusted := newAuthority(t)
	chain, key := trusted.certify("agent", time.Now().Add(time.Hour))
	for _, wrong := range []struct {
		settings TLS
		word     string
	}{
		{TLS{Roots: "/no/such.pem"}, "the file of the trusted certificates, /no/such.pem, cannot be read"},
		{TLS{Roots: key}, "holds no certificate in PEM form"},
		{TLS{Chain: chain}, "give TLS.Chain and TLS.Key"},
		{TLS{Key: key}, "give TLS.Chain and TLS.Key"},
		{TLS{Chain: chain, Key: "/no/such.key"}, "cannot be read"},
	} {
		_, err := Connect("127.0.0.1:1", WithTLS(wrong.settings))
		contains(t, err, wrong.word)
	}
}
