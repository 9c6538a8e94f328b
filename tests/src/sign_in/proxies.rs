//! Proxies, authorities of one's own, and the names of AWS's hosts in every
//! partition: a proxy sees them, and a local ECR answers for them.

use crate::harness::{LocalEcr, binary, clean, run, succeed};
use crate::http::{Request, Server, answer, json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json as value};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A proxy that joins whoever asks with the local ECR.
struct Tunnel {
    address: String,
    /// The hosts that were asked for, with what was said for the proxy itself.
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Tunnel {
    fn to(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (upstream, all) = (upstream.to_owned(), Arc::clone(&seen));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (upstream, all) = (upstream.clone(), Arc::clone(&all));
                std::thread::spawn(move || join(client.ok()?, &upstream, &all));
            }
        });
        Self { address, seen }
    }

    fn asked(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|it| it.0.clone())
            .collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}

fn join(mut client: TcpStream, upstream: &str, seen: &Mutex<Vec<(String, String)>>) -> Option<()> {
    let request = Request::read(&client)?;
    let said = request.header("proxy-authorization").to_owned();
    seen.lock().unwrap().push((request.path().to_owned(), said));
    let mut server = TcpStream::connect(upstream).ok()?;
    client
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .ok()?;
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || copy(&mut from, &mut to));
    copy(&mut server, &mut client);
    Some(())
}

fn copy(from: &mut TcpStream, to: &mut TcpStream) {
    let mut buffer = [0; 16384];
    while let Ok(length) = from.read(&mut buffer)
        && length > 0
        && to.write_all(&buffer[..length]).is_ok()
    {}
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// `ecrane` where nothing says where AWS is: its names are AWS's own.
fn ecrane(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean(binary(), ecr.home());
    command
        .args(words)
        .env("AWS_CA_BUNDLE", ecr.certificate())
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .current_dir(crate::harness::root());
    command
}

#[test]
fn a_whole_run_goes_through_the_proxy_that_an_input_names() {
    let hosts = [
        "sts.us-gov-west-1.amazonaws.com",
        "api.ecr.us-gov-west-1.amazonaws.com",
        "ecr.us-gov-west-1.amazonaws.com",
    ];
    let ecr = LocalEcr::start_with_tls_for(&hosts);
    let tunnel = Tunnel::to(&ecr.address);
    let proxy = format!("http://someone:pass-word@{}", tunnel.address);
    let words = [
        "up",
        "--repository",
        "app",
        "--tags",
        "v1",
        "--image",
        "examples/hello/layout",
        "--lifecycle-policy",
        "default",
        "--lifecycle-preview",
        "local",
        "--aws-region",
        "us-gov-west-1",
        "--role-to-assume",
        "arn:aws-us-gov:iam::222222222222:role/push",
        "--http-proxy",
        &proxy,
    ];
    let ran = succeed(&mut ecrane(&ecr, &words));
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("pass-word"));
    insta::assert_debug_snapshot!(tunnel.hosts(), @r#"
    [
        "api.ecr.us-gov-west-1.amazonaws.com:443",
        "sts.us-gov-west-1.amazonaws.com:443",
    ]
    "#);
    let said = tunnel.seen.lock().unwrap()[0].1.clone();
    let expected = format!("Basic {}", STANDARD.encode("someone:pass-word"));
    assert_eq!(said, expected);
}

#[test]
fn hosts_are_those_of_the_partition() {
    let ecr = LocalEcr::start();
    let tunnel = Tunnel::to(&ecr.address);
    for (region, partition) in [
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ] {
        let role = format!("arn:{partition}:iam::222222222222:role/push");
        let words = [
            "up",
            "--repository",
            "app",
            "--tags",
            "v1",
            "--aws-region",
            region,
        ];
        let image = ["--image", "examples/hello/layout", "--dry-run"];
        for role in [vec![], vec!["--role-to-assume", role.as_str()]] {
            let words = [&words[..], &image, &role].concat();
            // What speaks plain HTTP is no host of AWS: nothing goes there.
            let ran = run(ecrane(&ecr, &words)
                .env_remove("AWS_CA_BUNDLE")
                .env("AWS_MAX_ATTEMPTS", "1")
                .env("HTTPS_PROXY", format!("http://{}", tunnel.address)));
            assert_eq!((ran.code, ecr.requests()), (Some(1), 0), "{}", ran.stderr);
        }
    }
    insta::assert_snapshot!(tunnel.hosts().join("\n"), @"
    api.ecr.cn-north-1.amazonaws.com.cn:443
    api.ecr.eu-central-1.amazonaws.com:443
    api.ecr.eu-isoe-west-1.cloud.adc-e.uk:443
    api.ecr.eusc-de-east-1.amazonaws.eu:443
    api.ecr.us-gov-east-1.amazonaws.com:443
    api.ecr.us-iso-east-1.c2s.ic.gov:443
    api.ecr.us-isob-east-1.sc2s.sgov.gov:443
    api.ecr.us-isof-south-1.csp.hci.ic.gov:443
    sts.cn-north-1.amazonaws.com.cn:443
    sts.eu-central-1.amazonaws.com:443
    sts.eu-isoe-west-1.cloud.adc-e.uk:443
    sts.eusc-de-east-1.amazonaws.eu:443
    sts.us-gov-east-1.amazonaws.com:443
    sts.us-iso-east-1.c2s.ic.gov:443
    sts.us-isob-east-1.sc2s.sgov.gov:443
    sts.us-isof-south-1.csp.hci.ic.gov:443
    ");
}

#[test]
fn an_authority_that_nobody_named_is_not_trusted() {
    let ecr = LocalEcr::start_with_tls_for(&["api.ecr.eu-central-1.amazonaws.com"]);
    let tunnel = Tunnel::to(&ecr.address);
    let words = [
        "images",
        "--repository",
        "app",
        "--aws-region",
        "eu-central-1",
    ];
    let mut command = ecrane(&ecr, &words);
    command.env("HTTPS_PROXY", format!("http://{}", tunnel.address));
    let trusted = run(&mut command);
    assert!(
        trusted.stderr.contains("RepositoryNotFoundException"),
        "{}",
        trusted.stderr
    );
    let seen = tunnel.asked();
    let ran = run(command.env_remove("AWS_CA_BUNDLE"));
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("AWS_CA_BUNDLE"), "{}", ran.stderr);
    // It will be no other at a second try.
    assert_eq!(tunnel.asked(), seen + 1);
    // And not by this way where somebody says so.
    command.env("NO_PROXY", ".amazonaws.com");
    let ran = run(command.env("AWS_MAX_ATTEMPTS", "1"));
    assert_eq!((ran.code, tunnel.asked()), (Some(1), seen + 1));
}

#[test]
fn a_proxy_that_wants_a_password_is_not_asked_eight_times() {
    let ecr = LocalEcr::start();
    let wants = "407 Proxy Authentication Required";
    let proxy = Server::start(move |_, _| answer(wants, "text/plain", b""));
    let words = ["images", "--repository", "app", "--aws-region", "us-east-1"];
    let mut command = ecrane(&ecr, &words);
    let given = format!("http://someone:pass-word@{}", proxy.address);
    let ran = run(command
        .env_remove("AWS_CA_BUNDLE")
        .env("HTTPS_PROXY", given));
    assert_eq!((ran.code, proxy.requests().len()), (Some(1), 1));
    assert!(ran.stderr.contains("the proxy wants"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("pass-word"), "{}", ran.stderr);
}

#[test]
fn the_public_registry_is_signed_in_to_by_its_own_service() {
    let ecr = LocalEcr::start();
    let public = Server::start(|_, request| {
        assert_eq!(request.operation(), "GetAuthorizationToken");
        let token = STANDARD.encode("AWS:of-the-public-registry");
        json(&value!({ "authorizationData": { "authorizationToken": token, "expiresAt": 4e9 } }))
    });
    let link = ecr.home().join("docker-credential-ecrane");
    std::os::unix::fs::symlink(binary(), &link).unwrap();
    let asked = ecr.home().join("asked");
    std::fs::write(&asked, "public.ecr.aws").unwrap();
    let mut get = clean(link, ecr.home());
    get.arg("get")
        .stdin(std::fs::File::open(asked).unwrap())
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", public.url(""))
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local");
    let got: Value = serde_json::from_str(&succeed(&mut get).stdout).unwrap();
    assert_eq!(got["Username"], "AWS");
    assert_eq!(got["Secret"], "of-the-public-registry");
    let scope = public.requests()[0].header("authorization").to_owned();
    assert!(scope.contains("/us-east-1/ecr-public/"), "{scope}");
}
