use super::error::{Doing, GitHubError};
use super::{GitHub, Repository};
use octocrab::{Error, Page};
use serde::Deserialize;
use serde_json::json;

/// What became of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was not there.
    Created,
    /// It said something else.
    Updated,
    /// It said the same already: nothing was written.
    Unchanged,
}

#[derive(Debug, Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
    /// None once the account is gone.
    user: Option<Account>,
}

#[derive(Debug, Deserialize)]
struct Account {
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Who writes with a token.
enum Author {
    /// A user.
    User(String),
    /// An app. Which one is not said; nobody writes as one who was not let in.
    App,
}

impl Author {
    fn wrote(&self, comment: &Comment) -> bool {
        comment.user.as_ref().is_some_and(|account| match self {
            Self::User(login) => account.login == *login,
            Self::App => account.kind == "Bot",
        })
    }
}

/// So many comments are on a page at most.
const PAGE: u8 = 100;

impl GitHub {
    /// Sees to it that a pull request has one comment with this text: the one
    /// that `is_ours` knows by its text and that the token's owner wrote, or a
    /// new one.
    ///
    /// # Errors
    /// GitHub refuses, or does not answer.
    pub async fn keep_comment(
        &self,
        repository: &Repository,
        number: u64,
        text: &str,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<Kept, GitHubError> {
        let author = self.author().await?;
        // Begun anew with a look: an answer that got lost may have said that the
        // comment is there.
        self.call(Doing::Commenting, || async {
            let found = self.find(repository, number, &author, &is_ours).await?;
            self.write(repository, number, text, found).await
        })
        .await
    }

    async fn author(&self) -> Result<Author, GitHubError> {
        if self.is_of_app {
            return Ok(Author::App);
        }
        let asked = self
            .call(Doing::AskingWho, || {
                self.client.get::<Account, _, ()>("/user", None)
            })
            .await;
        match asked {
            Ok(account) => Ok(Author::User(account.login)),
            // An app is no user.
            Err(error) if error.is_forbidden() => Ok(Author::App),
            Err(error) => Err(error),
        }
    }

    /// The oldest of them, over all pages.
    async fn find(
        &self,
        repository: &Repository,
        number: u64,
        author: &Author,
        is_ours: &impl Fn(&str) -> bool,
    ) -> octocrab::Result<Option<Comment>> {
        for page in 1_u32.. {
            let route = format!("/repos/{repository}/issues/{number}/comments");
            let query = [("per_page", u32::from(PAGE)), ("page", page)];
            let found: Page<Comment> = self.client.get(route, Some(&query)).await?;
            let full = found.items.len() >= usize::from(PAGE);
            let ours = found.items.into_iter().find(|comment| {
                let text = comment.body.as_deref().unwrap_or_default();
                is_ours(text) && author.wrote(comment)
            });
            if ours.is_some() || !full {
                return Ok(ours);
            }
        }
        Ok(None)
    }

    async fn write(
        &self,
        repository: &Repository,
        number: u64,
        text: &str,
        found: Option<Comment>,
    ) -> Result<Kept, Error> {
        let body = json!({ "body": text });
        let Some(comment) = found else {
            let route = format!("/repos/{repository}/issues/{number}/comments");
            let _: Comment = self.client.post(route, Some(&body)).await?;
            return Ok(Kept::Created);
        };
        // GitHub keeps the ends of lines as a browser sends them.
        let stands = comment.body.unwrap_or_default().replace("\r\n", "\n");
        if stands.trim_end() == text.trim_end() {
            return Ok(Kept::Unchanged);
        }
        let route = format!("/repos/{repository}/issues/comments/{}", comment.id);
        let _: Comment = self.client.patch(route, Some(&body)).await?;
        Ok(Kept::Updated)
    }
}
