//! Faults that any call can meet.

use super::{ALWAYS, Case, Expected};
use crate::http::answer;
use crate::proxy::Spoil;
use serde_json::{Value, json};

/// Any call that only reads; and one that writes.
const READ: &str = "DescribeRepositories";
const WRITE: &str = "CreateRepository";

/// A page of a proxy that is no JSON, and too long to be shown.
fn page(status: &str) -> Spoil {
    let text = format!("<html>{}</html>", "so it is ".repeat(9_000));
    Spoil::Answer(answer(status, "text/html", text.as_bytes()))
}

/// The next page is this one, for ever.
fn same_again(page: &mut Value) {
    page["nextToken"] = json!("again");
}

/// The case of this id; `None` if it is held elsewhere.
pub(super) fn case(id: &str, number: usize) -> Option<Case> {
    let name = id.strip_prefix("api/common/")?;
    healing((id, number), name)
        .or_else(|| refused((id, number), name))
        .or_else(|| misleading((id, number), name))
}

/// What is over soon.
fn healing(id: (&str, usize), name: &str) -> Option<Case> {
    let read =
        |times: usize, spoil| Case::new(id, READ, 1..=times, spoil, Expected::Heals(times + 1));
    let refuse = |status, code: &str| Spoil::Refuse(status, code.to_owned());
    Some(match name {
        // Seven times in a row are not the end.
        "ThrottlingException (400)" => read(7, refuse("400 Bad Request", "ThrottlingException")),
        "TooManyRequestsException (429)" => read(
            3,
            refuse("429 Too Many Requests", "TooManyRequestsException"),
        ),
        "RequestLimitExceeded" => read(3, refuse("400 Bad Request", name)),
        "ServiceUnavailable 503" => {
            read(3, refuse("503 Service Unavailable", "ServiceUnavailable"))
        }
        "InternalFailure 500" => read(3, refuse("500 Internal Server Error", "InternalFailure")),
        "502/504 with an HTML body" => read(3, page("502 Bad Gateway")),
        "server accepts, never answers" => read(1, Spoil::Silence),
        "response cut in mid-JSON" => read(2, Spoil::Cut),
        "write applied, response lost (CreateRepository)" => {
            Case::new(id, WRITE, 1..=1, Spoil::Lost, Expected::Heals(2))
        }
        "write applied, response lost (PutLifecyclePolicy)" => {
            let put = "PutLifecyclePolicy";
            Case::new(id, put, 1..=1, Spoil::Lost, Expected::Heals(2))
        }
        // Eight requests for seven pages.
        "pagination: throttled on page 7" => Case::new(
            id,
            "DescribeImages",
            7..=7,
            refuse("400 Bad Request", "ThrottlingException"),
            Expected::Done(8),
        )
        .words(&PAGES),
        _ => return None,
    })
}

const PAGES: [&str; 3] = ["images", "--repository", "pages"];

/// What stays.
fn refused(id: (&str, usize), name: &str) -> Option<Case> {
    let read = |status, code: &str, said| {
        let spoil = Spoil::Refuse(status, code.to_owned());
        Case::new(id, READ, ALWAYS, spoil, Expected::Fails(said))
    };
    Some(match name {
        "UnrecognizedClientException" => read("403 Forbidden", name, &["one partition"]),
        "AccessDeniedException" => {
            let words = "so it is: no, to perform: ecr:X on resource: arn:aws:ecr:r:1:repository/a";
            let spoil = Spoil::RefuseSaying("400 Bad Request", name.to_owned(), words.to_owned());
            let said = &[r#""Action":"ecr:X","Resource":"arn:aws:ecr:r:1:repository/a""#];
            Case::new(id, READ, ALWAYS, spoil, Expected::Fails(said))
        }
        // Whether it is there is not known: nothing is made.
        "AccessDenied on DescribeRepositories only" => read(
            "400 Bad Request",
            "AccessDeniedException",
            &["ecr:DescribeRepositories"],
        ),
        "OptInRequired / region disabled" => {
            read("403 Forbidden", "OptInRequired", &["must be enabled"])
        }
        _ => return None,
    })
}

/// What says something else than it seems to.
fn misleading(id: (&str, usize), name: &str) -> Option<Case> {
    let read = |spoil, expected| Case::new(id, READ, ALWAYS, spoil, expected);
    let empty = answer("200 OK", "application/x-amz-json-1.1", b"{}");
    Some(match name {
        // What the clocks say, here and there; the SDK may correct its own once.
        "InvalidSignatureException + skewed clock" => read(
            Spoil::Refuse("403 Forbidden", "InvalidSignatureException".to_owned()),
            Expected::Breaks(2, &["it is 20", "Z here, and ", "so it is"]),
        ),
        "200 with empty body / missing fields" => read(
            Spoil::Answer(empty),
            Expected::Breaks(1, &["answered without"]),
        ),
        "pagination: token repeats for ever" => Case::new(
            id,
            "DescribeImages",
            ALWAYS,
            Spoil::Change(same_again),
            Expected::Breaks(2, &["the next page is the same again"]),
        )
        .words(&PAGES),
        // Of static keys there are no others.
        "ExpiredTokenException" => read(
            Spoil::refuse(name),
            Expected::Breaks(2, &["the job is longer than their session"]),
        ),
        _ => return None,
    })
}
