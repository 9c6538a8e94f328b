//! TLS with a given certificate.

use crate::server::{Server, certificate, options};
use ecrane_local::{Tls, bind};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn both_doors_speak_tls() {
    let server = Server::start_with_tls().await;
    let here = format!("https://{}", server.address);
    let answer = server.api("GetAuthorizationToken", json!({})).await;
    let endpoint = &answer.result()["authorizationData"][0]["proxyEndpoint"];
    assert_eq!(*endpoint, here);
    let nobody = server.request(Method::GET, "/v2/").send().await.unwrap();
    let challenge = nobody.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.contains(&format!("realm=\"{here}/\"")),
        "{challenge}"
    );

    server.create("app").await;
    let digest = server
        .push_image("app", "v1", &"content".repeat(100_000))
        .await;
    let request = server.registry(Method::GET, "/v2/app/manifests/v1").await;
    let pulled = request.send().await.unwrap();
    assert_eq!(pulled.headers()["docker-content-digest"], digest.as_str());
}

#[tokio::test]
async fn who_speaks_plainly_is_told_to_speak_tls() {
    let server = Server::start_with_tls().await;
    let plain = reqwest::get(format!("http://{}/v2/", server.address))
        .await
        .unwrap();
    assert_eq!(plain.status(), 400);
    assert_eq!(plain.text().await.unwrap(), "This port speaks HTTPS.\n");
}

#[tokio::test]
async fn files_that_are_no_certificate_are_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let (tls, _) = certificate(data.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let (other, _) = certificate(elsewhere.path());
    let text = data.path().join("text.pem");
    std::fs::write(&text, "text").unwrap();
    let check = async |certificate: &std::path::Path, key: &std::path::Path| {
        let tls = Tls {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        let refused = bind(options(data.path(), Some(tls))).await.err().unwrap();
        let folder = data.path().display().to_string();
        refused.to_string().replace(&folder, "DATA")
    };
    let absent = data.path().join("absent.pem");
    let lines = [
        check(&absent, &tls.key).await,
        check(&text, &tls.key).await,
        check(&tls.certificate, &text).await,
        check(&tls.certificate, &tls.certificate).await,
        check(&tls.certificate, &other.key)
            .await
            .replace(&elsewhere.path().display().to_string(), "OTHER"),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    cannot serve TLS with `DATA/absent.pem`: I/O error: No such file or directory (os error 2)
    cannot serve TLS with `DATA/text.pem`: it holds no certificate
    cannot serve TLS with `DATA/text.pem`: it holds no private key
    cannot serve TLS with `DATA/certificate.pem`: it holds no private key
    cannot serve TLS with `OTHER/key.pem`: keys may not be consistent: KeyMismatch
    ");
}
