//! Many clients that push to one repository at once.

use super::skopeo::copy;
use super::{image_folder, images};
use crate::harness::{LocalEcr, succeed};
use serde_json::{Value, json};
use std::process::Stdio;

const PUSHERS: usize = 16;
/// As many push the same content under another tag.
const ALIKE: usize = 4;

#[test]
fn sixteen_push_at_once() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let sources: Vec<String> = (0..PUSHERS / ALIKE)
        .map(|content| {
            let folder = ecr.home().join(format!("image{content}"));
            image_folder(&folder, &vec![b'a' + content as u8; 1 << 20])
        })
        .collect();
    let pushers: Vec<_> = (0..PUSHERS)
        .map(|pusher| {
            let target = format!("docker://{}/app:v{pusher:02}", ecr.address);
            let mut copy = copy(&ecr, &sources[pusher % sources.len()], &target);
            copy.stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut pusher in pushers {
        assert!(pusher.wait().unwrap().success());
    }
    let mut tags: Vec<Value> = images(&ecr, "app")
        .iter()
        .map(|image| image["imageTags"].clone())
        .collect();
    tags.sort_by_key(ToString::to_string);
    let expected: Vec<Value> = (0..sources.len())
        .map(|first| {
            let alike = (first..PUSHERS).step_by(sources.len());
            json!(
                alike
                    .map(|pusher| format!("v{pusher:02}"))
                    .collect::<Vec<_>>()
            )
        })
        .collect();
    assert_eq!(tags, expected);
    for tag in ["v00", "v15"] {
        let source = format!("docker://{}/app:{tag}", ecr.address);
        let target = format!("dir:{}", ecr.home().join(tag).display());
        succeed(&mut copy(&ecr, &source, &target));
    }
}
