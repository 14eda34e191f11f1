use std::time::Duration;

use tokio::{io::AsyncWriteExt, join, net::TcpListener, sync::mpsc};
use tonic::Code;

use super::{
    answer,
    server::{Calls, connected, serve, served, tenths},
    started,
};
use crate::{Admiral, Retry, v1::StreamRequest};

#[tokio::test(start_paused = true)]
async fn connection_is_made_at_the_first_call_and_kept() {
    let (admiral, mut connections) = connected(Admiral::builder());
    assert!(connections.try_recv().is_err());
    let (told, calls) = mpsc::unbounded_channel();
    let mut calls = Calls::of(calls);
    tokio::spawn(async move {
        serve(connections.recv().await.expect("a connection"), told).await;
        panic!("the connection was given up");
    });
    for text in ["One.", "Two."] {
        let (outcome, ()) = join!(admiral.ask("fast", "Hello"), async {
            calls.next().await.answer(&answer(text));
        });
        assert_eq!(outcome.unwrap(), text);
    }
}

#[tokio::test(start_paused = true)]
async fn server_that_comes_back_is_found_by_the_next_try() {
    let (admiral, mut connections) = connected(Admiral::builder());
    let (told, calls) = mpsc::unbounded_channel();
    let mut calls = Calls::of(calls);
    let (outcome, ()) = join!(admiral.ask("fast", "Hello"), async {
        let first = tokio::spawn(serve(
            connections.recv().await.expect("a connection"),
            told.clone(),
        ));
        let lost = calls.next().await;
        first.abort();
        drop(lost);
        tokio::spawn(serve(
            connections.recv().await.expect("a second connection"),
            told,
        ));
        calls.next().await.answer(&answer("Here again."));
    });
    assert_eq!(outcome.unwrap(), "Here again.");
}

#[tokio::test(start_paused = true)]
async fn connection_lost_in_the_middle_of_a_stream_is_unavailable() {
    let (admiral, mut connections) = connected(Admiral::builder());
    let (told, calls) = mpsc::unbounded_channel();
    let mut calls = Calls::of(calls);
    let mut replies = admiral.stream(StreamRequest::default());
    let (first, (server, _reply)) = join!(replies.try_next(), async {
        let server = tokio::spawn(serve(connections.recv().await.expect("a connection"), told));
        let mut reply = calls.next().await.begin();
        reply.message(&started());
        (server, reply)
    });
    assert_eq!(first.unwrap(), Some(started()));
    server.abort();
    let error = replies.try_next().await.unwrap_err();
    assert_eq!((error.code(), error.reason_name()), (Code::Unavailable, ""));
    assert!(
        error
            .message()
            .starts_with("Admiral at 127.0.0.1:50051 cannot be reached: "),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn half_closed_connection_is_unavailable() {
    let (admiral, mut connections) = connected(Admiral::builder().retry(Retry::NONE));
    let (outcome, _) = join!(admiral.ask("fast", "Hello"), async {
        let mut connection = connections.recv().await.expect("a connection");
        connection
            .shutdown()
            .await
            .expect("the end of what the server says");
        connection
    });
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(
        error
            .message()
            .starts_with("Admiral at 127.0.0.1:50051 cannot be reached: "),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn connection_that_fell_silent_is_given_up() {
    let (admiral, mut connections) = connected(Admiral::builder().retry(Retry::NONE));
    let (told, calls) = mpsc::unbounded_channel();
    let mut calls = Calls::of(calls);
    let mut replies = admiral.stream(StreamRequest::default());
    let (_, (mut frozen, reply)) = join!(replies.try_next(), async {
        let server = Box::pin(serve(connections.recv().await.expect("a connection"), told));
        let mut server = server;
        let call = tokio::select! {
            () = &mut server => panic!("the connection ended"),
            call = calls.next() => call,
        };
        let mut reply = call.begin();
        reply.message(&started());
        // Long enough for that to be sent; from then on nobody reads or writes.
        tokio::select! {
            () = &mut server => panic!("the connection ended"),
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        (server, reply)
    });
    let (outcome, time) = tenths(replies.try_next()).await;
    assert_eq!(outcome.unwrap_err().code(), Code::Unavailable);
    assert!((700..=1_000).contains(&time), "{time}");
    drop(reply);
    frozen.as_mut().await;
}

#[tokio::test]
async fn port_where_nobody_listens_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let admiral = Admiral::builder()
        .address(&address)
        .retry(Retry::NONE)
        .connect()
        .unwrap();
    let error = admiral.ask("fast", "Hello").await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(
        error.message(),
        format!(
            "Admiral at {address} cannot be reached: connection refused; start it, or check the address."
        )
    );
}

#[tokio::test(start_paused = true)]
async fn many_calls_share_one_client() {
    let (admiral, mut calls) = served(Admiral::builder());
    let asked: Vec<_> = (0..100)
        .map(|i| {
            let admiral = admiral.clone();
            tokio::spawn(async move { admiral.ask("fast", format!("Question {i}")).await })
        })
        .collect();
    for _ in 0..100 {
        let call = calls.next().await;
        let prompt = call.request::<crate::v1::CompleteRequest>().prompt.unwrap();
        let Some(crate::v1::content_part::Kind::Text(text)) = &prompt.messages[0].parts[0].kind
        else {
            panic!("a question has text");
        };
        call.answer(&answer(&text.text));
    }
    for (i, outcome) in asked.into_iter().enumerate() {
        assert_eq!(outcome.await.unwrap().unwrap(), format!("Question {i}"));
    }
}

#[cfg(feature = "tls")]
mod encrypted {
    use std::{path::PathBuf, sync::Arc};

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{
            ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer, version::TLS13,
        },
    };

    use super::*;
    use crate::{Builder, Error, Tls};

    /// An authority, and a server's certificate from it for one name.
    struct Pki {
        roots: PathBuf,
        server: Arc<ServerConfig>,
    }

    impl Pki {
        fn new(test: &str, name: &str) -> Self {
            let mut params = CertificateParams::new(vec![]).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let authority =
                CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_string()]).unwrap();
            let certificate = params.signed_by(&key, &authority).unwrap();
            let mut server = ServerConfig::builder_with_provider(default_provider().into())
                .with_protocol_versions(&[&TLS13])
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
            server.alpn_protocols = vec![b"h2".to_vec()];
            let roots =
                std::env::temp_dir().join(format!("admiral-{}-{test}.pem", std::process::id()));
            std::fs::write(&roots, authority.pem()).unwrap();
            Self {
                roots,
                server: server.into(),
            }
        }
    }

    impl Drop for Pki {
        fn drop(&mut self) {
            // Only a test's litter.
            let _ = std::fs::remove_file(&self.roots);
        }
    }

    async fn ask(pki: &Pki, builder: Builder) -> Result<String, Error> {
        let (admiral, mut connections) = connected(builder.retry(Retry::NONE));
        let (told, calls) = mpsc::unbounded_channel();
        let mut calls = Calls::of(calls);
        let acceptor = TlsAcceptor::from(Arc::clone(&pki.server));
        tokio::spawn(async move {
            while let Some(connection) = connections.recv().await {
                if let Ok(encrypted) = acceptor.accept(connection).await {
                    tokio::spawn(serve(encrypted, told.clone()));
                }
            }
        });
        tokio::select! {
            outcome = admiral.ask("fast", "Hello") => outcome,
            () = async {
                calls.next().await.answer(&answer("Nobody else heard."));
                std::future::pending().await
            } => unreachable!("it waits for ever"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn server_with_a_certificate_for_its_name_is_trusted() {
        let pki = Pki::new("right", "127.0.0.1");
        let outcome = ask(&pki, Admiral::builder().tls(Tls::trusting(&pki.roots))).await;
        assert_eq!(outcome.unwrap(), "Nobody else heard.");
    }

    #[tokio::test(start_paused = true)]
    async fn server_with_a_certificate_for_the_name_given_is_trusted() {
        let pki = Pki::new("given", "admiral.example.org");
        let tls = Tls::trusting(&pki.roots).with_server_name("admiral.example.org");
        assert_eq!(
            ask(&pki, Admiral::builder().tls(tls)).await.unwrap(),
            "Nobody else heard."
        );
    }

    #[tokio::test(start_paused = true)]
    async fn server_with_a_certificate_for_another_name_is_not() {
        let pki = Pki::new("wrong", "other.example.org");
        let error = ask(&pki, Admiral::builder().tls(Tls::trusting(&pki.roots)))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        assert_eq!(
            error.message(),
            "Admiral at 127.0.0.1:50051 cannot be reached: its certificate is for another name: \
             connect by a name it bears, or give that by Tls::with_server_name."
        );
    }

    #[tokio::test(start_paused = true)]
    async fn server_with_a_certificate_of_an_unknown_authority_is_not() {
        let pki = Pki::new("unknown", "127.0.0.1");
        let other = Pki::new("known", "127.0.0.1");
        let error = ask(&pki, Admiral::builder().tls(Tls::trusting(&other.roots)))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::Unavailable);
        assert_eq!(
            error.message(),
            "Admiral at 127.0.0.1:50051 cannot be reached: its certificate is from an authority \
             unknown here: give that authority's certificate by Tls::trusting."
        );
    }
}
