//! How the helper of a build asks this run: a line with the registry's name, and
//! a line of JSON back. The socket is in a folder of this user alone.

use super::Password;
use ecrane_engine::builder::Access;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

/// No name of a registry is longer.
const MAX_LINE: u64 = 4096;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Granted { username: String, password: String },
    Refused(String),
}

/// Asks the run whose socket is in this folder; `None` if there is none.
pub(super) async fn ask(folder: &Path, registry: &str) -> Option<Result<Password, String>> {
    let stream = UnixStream::connect(Access::socket(folder)).await.ok()?;
    Some(match exchange(stream, registry).await {
        Ok(Answer::Granted { username, password }) => Ok(Password {
            username,
            password: password.into(),
        }),
        Ok(Answer::Refused(why)) => Err(why),
        Err(error) => Err(format!("the run of ecrane does not answer: {error}")),
    })
}

async fn exchange(mut stream: UnixStream, registry: &str) -> io::Result<Answer> {
    stream.write_all(format!("{registry}\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}

/// Answers one question.
pub(super) async fn answer(
    mut stream: UnixStream,
    look_up: impl AsyncFnOnce(&str) -> Result<Password, String>,
) -> io::Result<()> {
    let mut registry = String::new();
    let (reader, mut writer) = stream.split();
    BufReader::new(reader.take(MAX_LINE))
        .read_line(&mut registry)
        .await?;
    let answer = match look_up(registry.trim_end()).await {
        Ok(Password { username, password }) => Answer::Granted {
            username,
            password: password.expose_secret().to_owned(),
        },
        Err(why) => Answer::Refused(why),
    };
    writer.write_all(&serde_json::to_vec(&answer)?).await
}
