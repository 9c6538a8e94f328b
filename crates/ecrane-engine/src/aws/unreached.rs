//! What keeps an answer away for good. The libraries tell it in words only.

/// Why a server cannot be reached, however often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreached {
    /// Its certificate is not trusted.
    Certificate,
    /// Its name is not known.
    Host,
    /// The proxy wants to know who asks.
    ProxyPassword,
}

/// The words of rustls, of the resolvers of glibc and musl, and of hyper's
/// tunnel. A resolver that fails for now says otherwise.
const WORDS: [(&str, Unreached); 4] = [
    ("certificate", Unreached::Certificate),
    ("Name or service not known", Unreached::Host),
    ("Name does not resolve", Unreached::Host),
    ("proxy authorization required", Unreached::ProxyPassword),
];

impl Unreached {
    /// As an error says it; `None` where trying again may help.
    pub(super) fn in_words(said: &str) -> Option<Self> {
        let mut known = WORDS.iter();
        let found = known.find(|(words, _)| said.contains(words));
        found.map(|(_, why)| *why)
    }

    /// What a person can do about it.
    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Certificate => {
                "if a proxy opens TLS here, name its authority's certificate in AWS_CA_BUNDLE; TLS is never switched off"
            }
            Self::Host => {
                "no such host is known here: see that the Region is spelled right, and that this machine reaches the internet or a proxy"
            }
            Self::ProxyPassword => {
                "the proxy wants a user name and a password, or others than it got: `http://user:password@host:port`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_hope_is_told_from_what_may_heal() {
        let check = |said: &str, expected| {
            assert_eq!(Unreached::in_words(said), expected, "{said}");
        };
        let lookup = "dns error: failed to lookup address information: ";
        let host = Some(Unreached::Host);
        check(&format!("{lookup}Name or service not known"), host);
        check(&format!("{lookup}Name does not resolve"), host);
        check(
            &format!("{lookup}Temporary failure in name resolution"),
            None,
        );
        check(&format!("{lookup}Try again"), None);
        check(
            "invalid peer certificate: UnknownIssuer",
            Some(Unreached::Certificate),
        );
        check(
            "tunnel error: proxy authorization required",
            Some(Unreached::ProxyPassword),
        );
        check("tcp connect error: Connection refused", None);
    }
}
