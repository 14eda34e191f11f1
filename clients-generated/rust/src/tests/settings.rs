use std::time::Duration;

use crate::{Admiral, Builder};

/// The sentence with which a client refuses its settings.
fn refusal(builder: Builder) -> String {
    builder.connect().expect_err("a refusal").to_string()
}

fn assert_send_sync<T: Clone + Send + Sync>(_: &T) {}

#[test]
fn client_is_made_anywhere_and_used_by_any_task() {
    let admiral = Admiral::connect("localhost:50051").unwrap();
    assert_send_sync(&admiral);
    assert_eq!(format!("{admiral:?}"), "Admiral(\"localhost:50051\")");
}

#[test]
fn address_that_is_not_host_and_port_is_refused() {
    for address in [
        "",
        "localhost",
        ":50051",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:+1",
        "http://localhost:50051",
        "localhost:50051/x",
        "::1:50051",
        "[localhost]:1",
        "a b:1",
    ] {
        let sentence = refusal(Admiral::builder().address(address));
        assert!(
            sentence.contains("is not host:port") && sentence.contains(address),
            "{sentence}"
        );
    }
}

#[test]
fn loopback_takes_plaintext_and_all_else_must_be_allowed() {
    for address in ["127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1"] {
        Admiral::connect(address).unwrap();
    }
    for address in [
        "10.0.0.1:1",
        "127.0.0.1.example.org:1",
        "localhost.example.org:1",
        "[2001:db8::1]:1",
    ] {
        let sentence = refusal(Admiral::builder().address(address));
        assert!(
            sentence.contains("unencrypted") && sentence.contains(address),
            "{sentence}"
        );
        Admiral::builder()
            .address(address)
            .plaintext_beyond_loopback()
            .connect()
            .unwrap();
    }
}

#[test]
fn key_of_other_than_visible_ascii_is_refused_and_not_repeated() {
    for key in [
        "",
        "top secret",
        "secret\n",
        "secret\r\nadmiral-agent: root",
        "sécret",
        "\u{7f}secret",
    ] {
        let sentence = refusal(Admiral::builder().key(key));
        assert!(
            sentence.starts_with("The key is empty or holds"),
            "{sentence}"
        );
        assert!(!sentence.contains("secret"), "{sentence}");
    }
}

#[test]
fn name_of_other_characters_or_too_long_is_refused() {
    for name in ["a b", "ä", "a\n", "a,b", &"x".repeat(129)] {
        assert!(refusal(Admiral::builder().agent(name)).contains("The agent \""));
        assert!(refusal(Admiral::builder().group(name)).contains("The agent group \""));
        assert!(
            Admiral::builder()
                .connect()
                .unwrap()
                .for_agent(name, "")
                .is_err()
        );
    }
    Admiral::builder()
        .agent("aZ09._:/@-")
        .group("x".repeat(128))
        .connect()
        .unwrap();
}

#[test]
fn deadline_of_no_time_is_refused() {
    assert!(refusal(Admiral::builder().deadline(Duration::ZERO)).contains("deadline"));
    assert!(
        Admiral::builder()
            .connect()
            .unwrap()
            .with_deadline(Duration::ZERO)
            .is_err()
    );
}

#[cfg(feature = "tls")]
#[test]
fn tls_files_that_cannot_be_read_are_named() {
    use crate::Tls;

    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for (tls, what) in [
        (Tls::trusting("/nowhere/ca.pem"), "trusted certificates"),
        (Tls::trusting(here), "trusted certificates"),
        (
            Tls::system_roots().with_client_certificate("/nowhere/c.pem", here),
            "client certificate",
        ),
    ] {
        let sentence = refusal(Admiral::builder().tls(tls));
        assert!(
            sentence.starts_with(&format!("The file of the {what}, /")),
            "{sentence}"
        );
        assert!(sentence.contains("cannot be read: "), "{sentence}");
    }
}
