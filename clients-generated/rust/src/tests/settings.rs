use std::time::Duration;

use crate::{Admiral, Builder, address::Address};

fn refusal(builder: Builder) -> String {
    builder.connect().expect_err("it was taken").to_string()
}

#[test]
fn address_is_read_in_its_forms() {
    for text in [
        "localhost:50051",
        "127.0.0.1:1",
        "[::1]:65535",
        "admiral.example:443",
        " a:1 ",
    ] {
        let read = Address::parse(text).expect(text);
        assert_eq!(read.to_string(), text.trim());
    }
}

#[test]
fn address_that_is_none_is_refused_in_one_sentence() {
    for text in [
        "",
        "a",
        "a:",
        ":1",
        "a:0",
        "a:65536",
        "a:+1",
        "::1:5",
        "[a]:1",
        "http://a:1",
        "a b:1",
    ] {
        let sentence = refusal(Admiral::builder().address(text));
        assert!(sentence.ends_with("use 127.0.0.1:50051."), "{sentence}");
    }
}

#[test]
fn plaintext_stays_on_this_machine_unless_allowed() {
    let beyond = Admiral::builder().address("admiral.example:50051");
    assert!(refusal(beyond.clone()).contains("unencrypted"));
    assert!(beyond.plaintext_beyond_loopback().connect().is_ok());
    assert!(Admiral::connect("127.9.9.9:50051").is_ok());
}

#[test]
fn key_that_cannot_be_sent_is_refused_and_not_shown() {
    for key in ["", "two words", "line\nbreak", "schlüssel"] {
        let builder = Admiral::builder().key(key);
        assert!(key.is_empty() || !format!("{builder:?}").contains(key));
        let sentence = refusal(builder);
        assert!(key.is_empty() || !sentence.contains(key), "{sentence}");
    }
}

#[test]
fn names_and_deadline_are_checked() {
    assert!(refusal(Admiral::builder().agent("a b")).contains("agent"));
    assert!(refusal(Admiral::builder().group("x".repeat(129))).contains("group"));
    assert!(Admiral::builder().agent("a".repeat(128)).connect().is_ok());
    assert!(refusal(Admiral::builder().deadline(Duration::ZERO)).contains("deadline"));
}
