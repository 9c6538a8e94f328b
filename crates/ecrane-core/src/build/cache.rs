use crate::name::{Reference, RepositoryName};
use std::fmt;
use std::str::FromStr;

/// Where layers are kept between builds: the fields of a record, in their order.
///
/// Source: BuildKit, "Cache storage backends".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheEntry {
    fields: Vec<(String, String)>,
}

/// What keeps the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheKind {
    /// A registry.
    Registry,
    /// The cache of GitHub Actions.
    GitHub,
    /// The image itself.
    Inline,
    /// Something else that the builder knows.
    Other,
}

impl CacheEntry {
    /// What keeps the layers.
    #[must_use]
    pub fn kind(&self) -> CacheKind {
        match self.get("type") {
            Some("registry") => CacheKind::Registry,
            Some("inline") => CacheKind::Inline,
            Some("gha") => CacheKind::GitHub,
            _ => CacheKind::Other,
        }
    }

    /// The repository of Amazon ECR that keeps the layers, if it is one.
    #[must_use]
    pub fn repository(&self) -> Option<RepositoryName> {
        if self.kind() != CacheKind::Registry {
            return None;
        }
        match self.get("ref")?.parse().ok()? {
            Reference::Tagged { repository, .. } | Reference::Digested { repository, .. } => {
                Some(repository)
            }
        }
    }

    /// The entry as a destination. ECR, and the local one on loopback, takes a
    /// cache only as an image manifest of OCI: what says so is put in where it is
    /// missing.
    ///
    /// Source: Amazon ECR user guide, "Remote cache support".
    #[must_use]
    pub fn as_destination(mut self) -> Self {
        if self.repository().is_some() || self.is_on_loopback() {
            self.put_in("image-manifest", "true");
            self.put_in("oci-mediatypes", "true");
        }
        self
    }

    fn is_on_loopback(&self) -> bool {
        let reference = self.get("ref").unwrap_or_default();
        let host = reference.split(['/', ':']).next().unwrap_or_default();
        let on_loopback = host == "localhost" || host.starts_with("127.");
        self.kind() == CacheKind::Registry && on_loopback
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    fn put_in(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl CacheEntry {
    /// A record as it may be shown: many a cache has its key in a field.
    #[must_use]
    pub fn outline(fields: &[String]) -> String {
        const OPEN: [&str; 3] = ["type", "ref", "mode"];
        let fields = fields.iter().map(|text| match text.split_once('=') {
            Some((name, _)) if OPEN.contains(&name.trim()) => text.clone(),
            Some((name, _)) => format!("{name}=…"),
            None if fields.len() == 1 => text.clone(),
            None => "…".to_owned(),
        });
        fields.collect::<Vec<_>>().join(",")
    }

    /// Reads the fields of a record, such as `["type=gha", "mode=max"]`; a single
    /// field without a name is a reference.
    ///
    /// # Errors
    /// A field without a name or a value, or no `type`.
    pub fn of_fields(fields: &[String]) -> Result<Self, String> {
        let field = |text: &String| {
            match text.trim().split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            }
            _ => Err("a field of a cache is written `name=value`, with quotes around both if there is a comma in it".to_owned()),
        }
        };
        if let [alone] = fields
            && !alone.contains('=')
        {
            return Ok(Self {
                fields: vec![
                    ("type".to_owned(), "registry".to_owned()),
                    ("ref".to_owned(), alone.trim().to_owned()),
                ],
            });
        }
        let fields = fields.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        let mut entry = Self { fields };
        if entry.get("type").is_none() {
            return Err("a cache has a type: write `type=registry,ref=…` or `type=gha`".into());
        }
        if entry.kind() == CacheKind::GitHub {
            // Only JavaScript actions are told which version the service has.
            entry.put_in("version", "2");
        }
        Ok(entry)
    }
}

impl FromStr for CacheEntry {
    type Err = String;

    /// For text without quotes.
    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<String> = text.split(',').map(str::to_owned).collect();
        Self::of_fields(&fields)
    }
}

impl fmt::Display for CacheEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.fields.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            if value.contains([',', '"']) {
                write!(f, "\"{name}={}\"", value.replace('"', "\"\""))?;
            } else {
                write!(f, "{name}={value}")?;
            }
        }
        Ok(())
    }
}
