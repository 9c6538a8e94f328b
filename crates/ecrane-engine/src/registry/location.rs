use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a registry sends the next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) url: Url,
    /// It is the registry itself: the credential may go there.
    pub(super) trusted: bool,
}

/// Resolves a `Location`, which may be relative to the request's URL.
///
/// A registry may hand an upload to a storage service, so other hosts are
/// allowed, but never with the credential, in the clear, or inside a private
/// network, where an answer must not be able to aim us (server-side request
/// forgery). Names are not resolved here: a VPC endpoint has private addresses.
pub(super) fn resolve(registry: &Url, at: &Url, location: &str) -> Result<Target, &'static str> {
    let url = at.join(location).map_err(|_| "is no address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password");
    }
    if url.origin() == registry.origin() {
        return Ok(Target { url, trusted: true });
    }
    if url.scheme() != "https" {
        return Err("is not encrypted");
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let inside = match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => is_inside_v4(ip),
        Ok(IpAddr::V6(ip)) => is_inside_v6(ip),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    };
    if inside {
        return Err("is inside a private network");
    }
    Ok(Target {
        url,
        trusted: false,
    })
}

/// Source: IANA IPv4 special-purpose address registry (RFC 6890).
fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || a == 0
        // Shared address space, RFC 6598.
        || (a == 100 && (64..128).contains(&b))
}

/// Source: IANA IPv6 special-purpose address registry (RFC 6890).
fn is_inside_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_unicast_link_local()
        || ip.is_unique_local()
        || ip.to_ipv4_mapped().is_some_and(is_inside_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(registry: &str, location: &str, expected: &str) {
        let registry = Url::parse(registry).unwrap();
        let at = registry.join("/v2/app/blobs/uploads/").unwrap();
        let got = match resolve(&registry, &at, location) {
            Ok(target) if target.trusted => format!("{} with credential", target.url),
            Ok(target) => format!("{} without credential", target.url),
            Err(why) => why.to_owned(),
        };
        assert_eq!(got, expected, "{location}");
    }

    const ECR: &str = "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com";

    #[test]
    fn the_registry_itself_gets_the_credential() {
        check(
            ECR,
            "/v2/app/blobs/uploads/u1?_state=x%2F",
            &format!("{ECR}/v2/app/blobs/uploads/u1?_state=x%2F with credential"),
        );
        check(
            ECR,
            "u1",
            &format!("{ECR}/v2/app/blobs/uploads/u1 with credential"),
        );
        check(
            "http://127.0.0.1:5000",
            "http://127.0.0.1:5000/v2/u",
            "http://127.0.0.1:5000/v2/u with credential",
        );
    }

    #[test]
    fn another_public_host_gets_none() {
        check(
            ECR,
            "https://bucket.s3.amazonaws.com/k?X-Amz-Signature=1",
            "https://bucket.s3.amazonaws.com/k?X-Amz-Signature=1 without credential",
        );
        check(
            ECR,
            &format!("{ECR}:444/v2/u"),
            &format!("{ECR}:444/v2/u without credential"),
        );
        check(
            ECR,
            "https://8.8.8.8/u",
            "https://8.8.8.8/u without credential",
        );
    }

    #[test]
    fn no_step_down_to_plain_http() {
        check(ECR, &ECR.replace("https", "http"), "is not encrypted");
        check(ECR, "http://bucket.s3.amazonaws.com/k", "is not encrypted");
        check(
            "http://127.0.0.1:5000",
            "http://127.0.0.1:6000/u",
            "is not encrypted",
        );
        check(ECR, "file:///etc/passwd", "is not encrypted");
    }

    #[test]
    fn no_private_network() {
        for host in [
            "169.254.169.254",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0.0.0.0",
            "100.64.0.1",
            "localhost",
            "x.localhost",
            "[::1]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[::ffff:169.254.169.254]",
        ] {
            check(
                ECR,
                &format!("https://{host}/u"),
                "is inside a private network",
            );
        }
    }

    #[test]
    fn no_credential_of_the_answers_own() {
        check(
            ECR,
            "https://u:p@example.com/",
            "holds a user name or password",
        );
    }
}
