//! GitHub, as far as ecrane speaks to it: comments and check runs are kept, and
//! every request and answer is held to GitHub's own description.

use super::http::{Answer, Request, forward, serve};
use super::prism::{Prism, example};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

/// A GitHub that ends with the test.
pub(crate) struct GitHub {
    /// `http://127.0.0.1:PORT/api/v3`, as on an Enterprise Server.
    pub(crate) api: String,
    state: Arc<Mutex<State>>,
    _prism: Prism,
}

/// What happens instead of an answer, so many times.
pub(super) struct Fault {
    pub(super) method: &'static str,
    /// How the path ends.
    pub(super) path: &'static str,
    pub(super) times: usize,
    pub(super) instead: Instead,
}

/// What comes instead.
#[derive(Clone)]
pub(super) enum Instead {
    /// This, and nothing is done.
    Answer(Answer),
    /// It is done, and nobody says so.
    Silence,
}

#[derive(Default)]
pub(crate) struct State {
    pub(super) comments: Vec<Value>,
    pub(super) checks: Vec<Value>,
    pub(super) faults: Vec<Fault>,
    /// The state of each pull request that there is.
    pub(crate) pulls: BTreeMap<u64, &'static str>,
    /// The user whose token it is; else it is an app's.
    pub(super) user: Option<&'static str>,
    /// Method and path.
    pub(super) requests: Vec<String>,
    violations: Vec<String>,
    made: u64,
}

const PREFIX: &str = "/api/v3";
const BOT: &str = "github-actions[bot]";

impl GitHub {
    pub(crate) fn start(home: &Path) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let kept = Arc::clone(&state);
        let server = serve(move |request| Some(kept.lock().unwrap().answer(request)));
        let prism = Prism::before(&server, home);
        let (seen, behind) = (Arc::clone(&state), prism.address.clone());
        let front = serve(move |request| front(request, &seen, &behind));
        Self {
            api: format!("http://{front}{PREFIX}"),
            state,
            _prism: prism,
        }
    }

    /// What is there. No request goes on meanwhile.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The texts of all comments.
    pub(super) fn texts(&self) -> Vec<String> {
        let state = self.state();
        let texts = state.comments.iter();
        texts
            .map(|it| it["body"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Somebody writes a comment.
    pub(super) fn says(&self, login: &str, kind: &str, text: &str) {
        self.state().add_comment(login, kind, text);
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let violations = std::mem::take(&mut self.state().violations);
            assert_eq!(violations, [] as [&str; 0], "against GitHub's description");
        }
    }
}

/// What ecrane speaks to: faults come in before what they spoil is judged.
fn front(request: &Request, state: &Mutex<State>, prism: &str) -> Option<Answer> {
    let mut request = request.clone();
    request.path = request.path.strip_prefix(PREFIX)?.to_owned();
    let instead = {
        let mut state = state.lock().unwrap();
        let line = format!("{} {}", request.method, request.path);
        state.requests.push(line);
        state.instead_of(&request)
    };
    if let Some(Instead::Answer(answer)) = instead {
        return Some(answer);
    }
    let answer = forward(&request, prism).unwrap();
    let text = String::from_utf8_lossy(&answer.body);
    if text.contains("prism/errors") {
        state.lock().unwrap().violations.push(text.into_owned());
    }
    instead.is_none().then_some(answer)
}

impl State {
    fn instead_of(&mut self, request: &Request) -> Option<Instead> {
        let path = request.path.split('?').next().unwrap();
        let fault = self.faults.iter_mut().find(|fault| {
            fault.times > 0 && fault.method == request.method && path.ends_with(fault.path)
        })?;
        fault.times -= 1;
        Some(fault.instead.clone())
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["user"]) => self.who(),
            ("GET", ["repos", "octocat", "hello", "issues", "7", "comments"]) => {
                Answer::json(200, &self.page(query))
            }
            ("POST", ["repos", "octocat", "hello", "issues", "7", "comments"]) => {
                let login = self.user.unwrap_or(BOT);
                let kind = if self.user.is_some() { "User" } else { "Bot" };
                let text = body["body"].as_str().unwrap().to_owned();
                Answer::json(201, &self.add_comment(login, kind, &text))
            }
            ("PATCH", ["repos", "octocat", "hello", "issues", "comments", id]) => {
                let id: u64 = id.parse().unwrap();
                let mut comments = self.comments.iter_mut();
                let comment = comments.find(|it| it["id"] == id).unwrap();
                comment["body"] = body["body"].clone();
                Answer::json(200, comment)
            }
            ("POST", ["repos", "octocat", "hello", "check-runs"]) => self.add_check(&body),
            ("GET", ["repos", "octocat", "hello", "pulls", number]) => self.pull(number),
            ("PATCH", ["repos", "octocat", "hello", "check-runs", id]) => {
                let id: u64 = id.parse().unwrap();
                let check = self.checks.iter_mut().find(|it| it["id"] == id).unwrap();
                let more = body["output"]["annotations"].as_array().unwrap();
                check["annotations"]
                    .as_array_mut()
                    .unwrap()
                    .extend(more.clone());
                Answer::json(200, &check_run(id, &check["head_sha"]))
            }
            _ => Answer::json(404, &json!({ "message": "Not Found" })),
        }
    }

    fn who(&self) -> Answer {
        match self.user {
            Some(login) => {
                let name = "private-user-response-with-public-and-private-profile-information";
                let mut user = example(name);
                user["login"] = login.into();
                Answer::json(200, &user)
            }
            None => forbidden(),
        }
    }

    fn pull(&self, number: &str) -> Answer {
        let number: u64 = number.parse().unwrap();
        let Some(state) = self.pulls.get(&number) else {
            return Answer::json(404, &json!({ "message": "Not Found" }));
        };
        let mut pull = example("pull-request");
        // The example has a team that lacks what the description asks of one.
        pull["requested_teams"] = json!([]);
        pull["number"] = number.into();
        pull["state"] = (*state).into();
        Answer::json(200, &pull)
    }

    fn page(&self, query: &str) -> Value {
        let number = |name: &str| -> usize {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(known, _)| *known == name).unwrap();
            found.1.parse().unwrap()
        };
        let (size, page) = (number("per_page"), number("page"));
        let comments = self.comments.iter().skip(size * (page - 1)).take(size);
        comments.cloned().collect()
    }

    fn add_comment(&mut self, login: &str, kind: &str, text: &str) -> Value {
        self.made += 1;
        let mut comment = example("issue-comment");
        comment["id"] = self.made.into();
        comment["body"] = text.into();
        comment["user"]["login"] = login.into();
        comment["user"]["type"] = kind.into();
        self.comments.push(comment.clone());
        comment
    }

    fn add_check(&mut self, body: &Value) -> Answer {
        self.made += 1;
        self.checks.push(json!({
            "id": self.made,
            "head_sha": body["head_sha"],
            "conclusion": body["conclusion"],
            "annotations": body["output"]["annotations"],
        }));
        Answer::json(201, &check_run(self.made, &body["head_sha"]))
    }
}

fn check_run(id: u64, commit: &Value) -> Value {
    let mut check = example("check-run-example-of-completed-conclusion");
    check["id"] = id.into();
    check["head_sha"] = commit.clone();
    check
}

/// What a token hears that may not do it.
pub(super) fn forbidden() -> Answer {
    let body = json!({
        "message": "Resource not accessible by integration",
        "documentation_url": "https://docs.github.com/rest",
        "status": "403",
    });
    Answer::json(403, &body)
}
