//! Looks for canaries wherever a run could leave them.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Secrets by names that may be shown, in all forms.
pub(crate) struct Canaries {
    names: Vec<String>,
    search: AhoCorasick,
}

impl Canaries {
    pub(crate) fn new(secrets: &[(&str, &str)]) -> Self {
        let mut all: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for (name, secret) in secrets {
            assert!(secret.len() >= 12, "a canary is not found by chance");
            for (form, text) in forms(secret) {
                all.entry(text)
                    .or_insert_with(|| format!("{name} as {form}"));
            }
        }
        let search = AhoCorasick::new(all.keys()).unwrap();
        let names = all.into_values().collect();
        Self { names, search }
    }
}

/// A form of a secret and its text; the plain one is first.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let in_url = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(*byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    let json = serde_json::to_string(secret).unwrap();
    let mut forms = vec![
        ("raw", bytes.to_vec()),
        ("hexadecimal", hex.to_uppercase().into_bytes()),
        ("hexadecimal", hex.into_bytes()),
        (
            "URL",
            bytes.iter().map(in_url).collect::<String>().into_bytes(),
        ),
        ("JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
    ];
    for before in 0..3 {
        let padded = [vec![b'x'; before], bytes.to_vec()].concat();
        // Only what no other byte has a part in.
        let inside = (before * 8).div_ceil(6)..padded.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            forms.push(("Base64", encoded.as_bytes()[inside.clone()].to_vec()));
        }
    }
    forms
}

/// What was found, each once.
#[derive(Default)]
pub(crate) struct Hits(pub(crate) BTreeSet<String>);

impl Hits {
    /// Looks through some bytes.
    pub(crate) fn look(&mut self, canaries: &Canaries, place: &str, bytes: &[u8]) {
        for hit in canaries.search.find_overlapping_iter(bytes) {
            let name = &canaries.names[hit.pattern().as_usize()];
            self.0.insert(format!("{name} in {place}"));
        }
    }

    /// Looks through all files below a folder but those `spared`.
    pub(crate) fn look_below(
        &mut self,
        canaries: &Canaries,
        folder: &Path,
        spared: &dyn Fn(&Path) -> bool,
    ) {
        for file in files(folder) {
            if !spared(&file) {
                // One that went meanwhile is not there.
                let bytes = std::fs::read(&file).unwrap_or_default();
                self.look(canaries, &file.display().to_string(), &bytes);
            }
        }
    }

    /// Looks through the command lines and environments of the processes that
    /// this one has started, directly or not.
    pub(crate) fn look_at_children(&mut self, canaries: &Canaries, parent: u32) {
        for id in descendants(parent) {
            for kind in ["cmdline", "environ"] {
                let bytes = std::fs::read(format!("/proc/{id}/{kind}")).unwrap_or_default();
                let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
                self.look(canaries, &format!("{kind} of {}", name.trim()), &bytes);
            }
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files.extend(self::files(&entry.path())),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files
}

fn descendants(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let parents: Vec<(u32, u32)> = processes
        .filter_map(|process| {
            let id = process.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(process.path().join("status")).ok()?;
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
            Some((id, parent.trim().parse().ok()?))
        })
        .collect();
    // A child that is not another program yet has everything of its parent.
    let line = |id: u32| std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let own = line(parent);
    let mut found = vec![parent];
    let mut place = 0;
    while let Some(parent) = found.get(place).copied() {
        let children = parents.iter().filter(|(_, it)| *it == parent);
        found.extend(children.map(|(id, _)| *id));
        place += 1;
    }
    let mut children = found.split_off(1);
    children.retain(|id| line(*id) != own);
    children
}
