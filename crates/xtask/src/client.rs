//! Other clients than ecrane: they pull back what it pushed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, Failure};
use crate::http;

/// Pulls the image by the engine, runs it, and fetches the page that it serves.
pub(crate) fn pull_and_visit(data: &Path, image: &str) -> Result<(), Failure> {
    let config = sign_in(data, image)?;
    let mut pull = Command::new("docker");
    pull.arg("--config")
        .arg(&config)
        .args(["pull", "--quiet", image]);
    println!("\n$ docker pull {image}");
    let pulled = command::run(&mut pull);
    sign_out(&config)?;
    pulled?;

    let run = [
        "run",
        "--detach",
        "--rm",
        "--publish",
        "127.0.0.1::8080",
        image,
    ];
    println!("$ docker {}", run.join(" "));
    let container = command::read(Command::new("docker").args(run))?;
    let visited = visit(&container);
    command::quietly(Command::new("docker").args(["kill", &container]))?;
    visited
}

fn visit(container: &str) -> Result<(), Failure> {
    let address = command::read(Command::new("docker").args(["port", container, "8080/tcp"]))?;
    println!("$ GET http://{address}/");
    let page = http::page(&address)
        .map_err(|error| Failure::new(format!("the container at {address}: {error}")))?;
    let line = page.lines().find(|line| line.contains("<h1>"));
    println!(
        "{}",
        line.ok_or_else(|| Failure::new(format!("the container serves another page: {page:?}")))?
    );
    Ok(())
}

/// Copies the image to a folder by skopeo, which needs no engine.
pub(crate) fn copy(data: &Path, image: &str) -> Result<(), Failure> {
    let config = sign_in(data, image)?;
    let mut copy = Command::new("skopeo");
    copy.args(["copy", "--src-tls-verify=false", "--authfile"])
        .arg(config.join("config.json"));
    copy.arg(format!("docker://{image}"))
        .arg(format!("dir:{}", data.join("pulled").display()));
    println!("\n$ {}", command::line(&copy));
    let copied = command::run(&mut copy);
    sign_out(&config)?;
    copied
}

/// Writes a docker configuration for the image's registry, and returns its folder.
///
/// The token is in the very form in which the configuration wants it.
fn sign_in(data: &Path, image: &str) -> Result<PathBuf, Failure> {
    let registry = image.split('/').next().unwrap_or_default();
    let answer = http::operation(registry, "GetAuthorizationToken").map_err(|error| {
        Failure::new(format!(
            "the local ECR at {registry} gives no token: {error}"
        ))
    })?;
    let token = answer
        .split_once(r#""authorizationToken":""#)
        .and_then(|(_, rest)| rest.split('"').next());
    let token =
        token.ok_or_else(|| Failure::new(format!("the local ECR gives no token: {answer}")))?;
    let folder = data.join("docker");
    let text = format!(r#"{{"auths":{{"{registry}":{{"auth":"{token}"}}}}}}"#);
    let written =
        fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("config.json"), text));
    written.map_err(|error| {
        Failure::new(format!(
            "`{}` could not be written: {error}",
            folder.display()
        ))
    })?;
    Ok(folder)
}

fn sign_out(folder: &Path) -> Result<(), Failure> {
    fs::remove_dir_all(folder).map_err(|error| {
        Failure::new(format!(
            "`{}` could not be removed: {error}",
            folder.display()
        ))
    })
}
