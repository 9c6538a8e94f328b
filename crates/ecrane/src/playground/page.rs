//! The files of the page, as they were built into the program.

/// Those that the build put in; none where it was not told of a page.
static BUILT_IN: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The files of a page, by their paths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page(&'static [(&'static str, &'static [u8])]);

/// A file of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    /// What it is, as HTTP says it.
    pub(super) media_type: &'static str,
    /// What is in it.
    pub(super) bytes: &'static [u8],
}

impl Page {
    /// The page that this program has, if it was built with one.
    pub(super) fn built_in() -> Option<Self> {
        Self::of(BUILT_IN)
    }

    /// The page of these files, if there are any.
    pub(super) fn of(files: &'static [(&'static str, &'static [u8])]) -> Option<Self> {
        (!files.is_empty()).then_some(Self(files))
    }

    /// The file at a path of an address, such as `/codes/`.
    pub(super) fn file(self, path: &str) -> Option<File> {
        let index = if path.ends_with('/') {
            "index.html"
        } else {
            ""
        };
        let wanted = format!("{}{index}", path.strip_prefix('/')?);
        let (name, bytes) = self.0.iter().find(|(name, _)| *name == wanted)?;
        Some(File {
            media_type: media_type(name),
            bytes,
        })
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
