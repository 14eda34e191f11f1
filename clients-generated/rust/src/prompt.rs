//! Short forms for the most common content; everything else is the generated messages' business.

use crate::v1::{ChatMessage, Completion, ContentPart, Prompt, Role, TextPart, content_part::Kind};

impl Prompt {
    /// A prompt of one user message.
    pub fn of(model: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            messages: vec![ChatMessage::of(Role::User, text)],
            ..Self::default()
        }
    }
}

impl ChatMessage {
    /// A message of one text.
    pub fn of(role: Role, text: impl Into<String>) -> Self {
        let part = ContentPart {
            kind: Some(Kind::Text(TextPart { text: text.into() })),
            ..ContentPart::default()
        };
        Self {
            role: role.into(),
            parts: vec![part],
            ..Self::default()
        }
    }
}

impl Completion {
    /// The text of the answer, all of its text parts joined; empty if it has none.
    pub fn text(&self) -> String {
        let parts = self.message.iter().flat_map(|message| &message.parts);
        parts
            .filter_map(|part| match &part.kind {
                Some(Kind::Text(text)) => Some(text.text.as_str()),
                _ => None,
            })
            .collect()
    }
}
