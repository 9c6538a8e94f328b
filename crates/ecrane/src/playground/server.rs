//! The page over HTTP, for browsers on this machine alone.

use super::given::Given;
use super::page::{File, Page};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// What every answer says. The page itself says what it may load; this is what
/// a page cannot say of itself. What is on the disk may change: nothing is kept.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CORP, "same-origin"),
    (COOP, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

const TEXT: &str = "text/plain; charset=utf-8";
/// Where the page finds the names of its files, and they themselves.
const NAMES: &str = "given.json";
const POLICY: &str = "/given/policy";
const IMAGES: &str = "/given/images";

/// What the page is opened with.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) policy: Option<Given>,
    pub(super) images: Option<Given>,
}

/// A server that listens, and does not answer yet.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on loopback; port 0 takes a free one.
    pub(super) async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where the page is.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers for as long as it is asked to.
    pub(super) async fn serve(self, page: Page, files: Files) -> io::Result<()> {
        let site = Arc::new(Site {
            port: self.address.port(),
            page,
            files,
        });
        let router = Router::new().fallback(handle).with_state(site);
        axum::serve(self.listener, router).await
    }
}

struct Site {
    port: u16,
    page: Page,
    files: Files,
}

async fn handle(State(site): State<Arc<Site>>, request: Request) -> Response {
    let host = request.headers().get(HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let answer = if !host.is_some_and(|host| is_own(host, site.port)) {
        refused(
            StatusCode::MISDIRECTED_REQUEST,
            "The playground answers to the address that it printed, and to no other name.\n",
        )
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let refusal = "The playground is only read.\n";
        (
            [(ALLOW, "GET, HEAD")],
            refused(StatusCode::METHOD_NOT_ALLOWED, refusal),
        )
            .into_response()
    } else {
        site.answer(request.uri()).await
    };
    (HEADERS, answer).into_response()
}

/// Whether a browser that asks for this host means this server. A name of
/// somebody else that leads to loopback (DNS rebinding) would let a foreign page
/// read the files.
fn is_own(host: &str, port: u16) -> bool {
    let Some((name, said)) = host.rsplit_once(':') else {
        return false;
    };
    matches!(name, "127.0.0.1" | "localhost") && said.parse() == Ok(port)
}

impl Site {
    async fn answer(&self, uri: &Uri) -> Response {
        match uri.path() {
            POLICY => given(self.files.policy.as_ref()).await,
            IMAGES => given(self.files.images.as_ref()).await,
            path if path.strip_prefix('/') == Some(NAMES) => self.names(),
            path => match self.page.file(path) {
                Some(file) if path == "/" => marked(file),
                Some(file) => ([(CONTENT_TYPE, file.media_type)], file.bytes).into_response(),
                None => refused(StatusCode::NOT_FOUND, "The page has no such file.\n"),
            },
        }
    }

    /// Which files there are to ask for, by the names that people know them by.
    fn names(&self) -> Response {
        let name = |given: &Option<Given>| given.as_ref().map(Given::name);
        let names = Names {
            policy: name(&self.files.policy),
            images: name(&self.files.images),
        };
        // A text that is a name can be written.
        let json = serde_json::to_string(&names).unwrap_or_default();
        ([(CONTENT_TYPE, "application/json")], json).into_response()
    }
}

#[derive(Serialize)]
struct Names {
    policy: Option<String>,
    images: Option<String>,
}

/// The page, told that there are files to ask for: elsewhere it asks for nothing.
fn marked(file: File) -> Response {
    let html = String::from_utf8_lossy(file.bytes);
    let mark = format!("<head>\n    <meta name=\"given\" content=\"{NAMES}\">");
    let html = html.replacen("<head>", &mark, 1);
    ([(CONTENT_TYPE, file.media_type)], html).into_response()
}

async fn given(given: Option<&Given>) -> Response {
    let Some(given) = given else {
        return refused(StatusCode::NOT_FOUND, "No such file was given.\n");
    };
    match given.read().await {
        Ok(bytes) => ([(CONTENT_TYPE, TEXT)], bytes).into_response(),
        Err(error) => refused(
            StatusCode::NOT_FOUND,
            &format!("{} cannot be read: {error}\n", given.name()),
        ),
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, [(CONTENT_TYPE, TEXT)], why.to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const FILES: &[(&str, &[u8])] = &[
        ("assets/page.js", b"/* code */"),
        ("codes/index.html", b"<p>findings</p>"),
        ("index.html", b"<html><head></head></html>"),
    ];

    /// What is answered to the words of a request, of the headers only those
    /// that are not the same for all.
    async fn answer(words: &str, files: Files) -> String {
        let server = Server::bind(0).await.unwrap();
        let address = server.address;
        tokio::spawn(server.serve(Page::of(FILES).unwrap(), files));
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = words.replace("HERE", &address.to_string());
        let request = format!("{request}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        for (name, value) in HEADERS {
            let header = format!("{name}: {value}\r\n");
            assert!(answer.contains(&header), "no {header} in {answer}");
            answer = answer.replace(&header, "");
        }
        let lines = answer.lines().filter(|line| !line.starts_with("date: "));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn the_page_is_told_that_files_were_given() {
        let files = Files {
            policy: Some(Given::Input(b"{}".to_vec())),
            images: None,
        };
        let index = answer("GET / HTTP/1.1\r\nHost: HERE", files).await;
        insta::assert_snapshot!(index, @r#"
        HTTP/1.1 200 OK
        content-type: text/html; charset=utf-8
        content-length: 71
        connection: close

        <html><head>
            <meta name="given" content="given.json"></head></html>
        "#);
        let files = Files {
            policy: Some(Given::Input(b"{}".to_vec())),
            images: Some(Given::File("/nowhere/images.json".into())),
        };
        let names = answer("GET /given.json HTTP/1.1\r\nHost: HERE", files).await;
        insta::assert_snapshot!(names, @r#"
        HTTP/1.1 200 OK
        content-type: application/json
        content-length: 50
        connection: close

        {"policy":"standard input","images":"images.json"}
        "#);
    }

    #[tokio::test]
    async fn a_file_that_went_away_is_said_to_have() {
        let files = Files {
            policy: None,
            images: Some(Given::File("/nowhere/images.json".into())),
        };
        let images = answer("GET /given/images HTTP/1.1\r\nHost: HERE", files).await;
        insta::assert_snapshot!(images, @"
        HTTP/1.1 404 Not Found
        content-type: text/plain; charset=utf-8
        content-length: 67
        connection: close

        images.json cannot be read: No such file or directory (os error 2)
        ");
    }

    #[tokio::test]
    async fn files_say_what_they_are() {
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: HERE");
        let none = Files::default;
        let script = answer(&get("/assets/page.js"), none()).await;
        insta::assert_snapshot!(script, @"
        HTTP/1.1 200 OK
        content-type: text/javascript; charset=utf-8
        content-length: 10
        connection: close

        /* code */
        ");
        let findings = answer(&get("/codes/"), none()).await;
        assert!(findings.ends_with("\n\n<p>findings</p>"), "{findings}");
        let head = answer("HEAD /codes/ HTTP/1.1\r\nHost: HERE", none()).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-length: 15"), "{head}");
        assert!(!head.contains("findings"), "{head}");
        for path in ["/codes", "/../index.html", "/given/policy", "//", "/x"] {
            let refused = answer(&get(path), none()).await;
            assert!(refused.starts_with("HTTP/1.1 404"), "{path}: {refused}");
        }
    }

    #[tokio::test]
    async fn nobody_else_reads_it_and_nobody_writes() {
        let none = Files::default;
        let foreign = answer("GET / HTTP/1.1\r\nHost: evil.example", none()).await;
        insta::assert_snapshot!(foreign, @"
        HTTP/1.1 421 Misdirected Request
        content-type: text/plain; charset=utf-8
        content-length: 77
        connection: close

        The playground answers to the address that it printed, and to no other name.
        ");
        let write = answer("POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 0", none()).await;
        insta::assert_snapshot!(write, @"
        HTTP/1.1 405 Method Not Allowed
        content-type: text/plain; charset=utf-8
        allow: GET, HEAD
        content-length: 29
        connection: close

        The playground is only read.
        ");
    }

    #[test]
    fn only_the_printed_address_is_its_own() {
        for own in ["127.0.0.1:5000", "localhost:5000"] {
            assert!(is_own(own, 5000), "{own}");
        }
        for foreign in [
            "127.0.0.1",
            "127.0.0.1:5001",
            "localhost.evil.example:5000",
            "evil.example:5000",
            "5000",
            "",
        ] {
            assert!(!is_own(foreign, 5000), "{foreign}");
        }
    }
}
