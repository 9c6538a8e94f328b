//! XML as AWS answers it: elements and text, nothing else.

/// An element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: String,
    content: String,
}

impl Element {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            content: String::new(),
        }
    }

    /// With another element in it.
    pub(super) fn child(mut self, child: Self) -> Self {
        let Self { name, content } = child;
        self.content
            .push_str(&format!("<{name}>{content}</{name}>"));
        self
    }

    /// With an element of text in it.
    pub(super) fn text(self, name: &str, text: &str) -> Self {
        let content = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        self.child(Self {
            name: name.to_owned(),
            content,
        })
    }

    /// The whole document.
    pub(super) fn document(self, namespace: &str) -> String {
        let Self { name, content } = self;
        format!("<{name} xmlns=\"{namespace}\">{content}</{name}>\n")
    }
}
