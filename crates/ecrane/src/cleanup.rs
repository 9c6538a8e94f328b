//! `ecrane cleanup` and `mode: cleanup`: the tags of closed pull requests go,
//! and with its last tag an image.

use crate::cli::Standing;
use crate::config::{self, Extent, GitHubApi};
use crate::errand::{self, ATTEMPTS, Errand};
use crate::exit::{Exit, Failure};
use crate::gate;
use crate::inputs::Inputs;
use crate::service::{self, Reached};
use crate::show::Log;
use crate::up::Order;
use ecrane_core::lifecycle::gate::Objection;
use ecrane_core::lifecycle::image::Images;
use ecrane_core::name::{RepositoryName, Tag};
use ecrane_core::report::{bytes, cleanup_rows};
use ecrane_core::repository::{
    Cleanup as Decided, Failed, KeptTag, Named, PullState, PullTag, Removed, clean_up, pull_tags,
};
use ecrane_engine::aws::{self, AwsError, Ecr, Left, Listing};
use ecrane_engine::github::{GitHub, Patience};
use ecrane_engine::network::Network;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  GITHUB_REPOSITORY=octocat/hello ecrane cleanup --repository team/app --dry-run\n  ecrane cleanup --repository team/app --cleanup-tags 'app-pr-{number}' --max-remove 500\n\nGITHUB_TOKEN and GITHUB_REPOSITORY say whose pull requests these are."
)]
pub(crate) struct Cleanup {
    /// How tags name their pull request, by comma [default: pr-{number}, which also takes pr-12-abc123]
    #[arg(long, value_name = "PATTERNS")]
    cleanup_tags: Vec<String>,
    /// Tags that may go: a number, or a share of the images such as 10% [default: 100]
    #[arg(long, value_name = "LIMIT")]
    max_remove: Option<String>,
    /// Which repository, and how the run goes
    #[command(flatten)]
    standing: Standing,
}

impl Cleanup {
    /// Whether the result is JSON.
    pub(crate) const fn is_for_program(&self) -> bool {
        self.standing.json
    }

    /// What was asked for, by the inputs' names.
    pub(crate) fn order(self) -> Order {
        let inputs = Inputs {
            mode: Some("cleanup".to_owned()),
            cleanup_tags: self.cleanup_tags,
            max_remove: self.max_remove,
            ..Inputs::default()
        };
        self.standing.order(inputs)
    }
}

/// What somebody wishes gone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) name: &'a RepositoryName,
    pub(crate) tags: &'a config::Cleanup,
    pub(crate) extent: Extent,
}

/// Pull requests that are asked for at once.
const AT_ONCE: usize = 4;

/// Shows which tags go, and removes them if nothing speaks against it.
///
/// # Errors
/// With [`Exit::Gate`]: they are too many, or the repository changed while it was
/// looked at. Else a call failed; what could not be read keeps everything.
pub(crate) async fn clean(
    wish: &Wish<'_>,
    reached: &Reached,
    errand: &mut Errand,
    log: Log,
) -> Result<(), Failure> {
    let Wish { name, tags, extent } = wish;
    log.mask(tags.asked.token.expose_secret());
    let ecr = aws::connect(&reached.connection)
        .await
        .map_err(Failure::refused)?;
    let outline = match aws::outline(&ecr, name).await {
        Err(error) if error.is(AwsError::NO_REPOSITORY) => {
            log.line(&format!(
                "There is no repository `{name}`: nothing to remove"
            ));
            errand.done(log);
            return Ok(());
        }
        outline => outline.map_err(unread)?,
    };
    let network = reached.connection.identity.network();
    let (decided, listing) = decide(&ecr, wish, network, outline).await?;
    errand.plan(cleanup_rows(name, &decided), log);
    errand.note("tags", details(&decided));
    tell(&decided, log);
    match (decided.within(tags.max_remove), extent) {
        (Ok(()), Extent::Whole) => {}
        (Err(why), Extent::Whole) => return Err(Failure::Because(Exit::Gate, why.to_string())),
        (Ok(()), Extent::Plan) => return Ok(()),
        (Err(why), Extent::Plan) => {
            log.warning(&why.to_string());
            return Ok(());
        }
    }
    for (tag, why) in remove(&ecr, name, &decided, &listing, errand).await? {
        log.warning(&format!("`{tag}` stays: {why}"));
        errand.stays(&format!("{name}:{tag}"), why);
    }
    errand.done(log);
    Ok(())
}

/// Which tags go, by as little reading as that takes: ECR counts reading an index
/// as a pull, so they are read only where what they hold decides.
async fn decide(
    ecr: &Ecr,
    wish: &Wish<'_>,
    network: &Network,
    outline: Listing,
) -> Result<(Decided, Listing), Failure> {
    let Wish { name, tags, .. } = wish;
    let found = |images: &Images| {
        let mut found = pull_tags(images, &tags.tags);
        if let Some(number) = tags.only {
            found.retain(|tag| tag.number == number);
        }
        found
    };
    let images = service::images_in(&outline)?;
    let states = states(&tags.asked, network, &found(&images)).await?;
    let decided = clean_up(&images, found(&images), &states);
    if !decided.turns_on_indexes() {
        return Ok((decided, outline));
    }
    let listing = aws::with_indexes(ecr, name, outline)
        .await
        .map_err(unread)?;
    let images = service::images_in(&listing)?;
    Ok((clean_up(&images, found(&images), &states), listing))
}

fn unread(error: impl std::fmt::Display) -> Failure {
    Failure::refused(format!("{error}; nothing was done"))
}

/// What GitHub says of the pull requests of these tags. All of them, or nothing.
async fn states(
    asked: &GitHubApi,
    network: &Network,
    tags: &[PullTag],
) -> Result<BTreeMap<u64, PullState>, Failure> {
    let numbers: BTreeSet<u64> = tags.iter().map(|tag| tag.number).collect();
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let github = GitHub::new(&asked.api, &asked.token, network, Patience::default());
    let github = github.map_err(unread)?;
    let state = async |number| {
        let state = github.pull_state(&asked.repository, number).await;
        state.map(|state| (number, state))
    };
    let states = stream::iter(numbers).map(state).buffer_unordered(AT_ONCE);
    states.try_collect().await.map_err(unread)
}

/// For programs: each tag with its image and its pull request.
fn details(decided: &Decided) -> Value {
    let removed = decided.removed.iter().map(|Removed { tag, image }| {
        json!({
            "tag": tag.tag,
            "pullRequest": tag.number,
            "digest": tag.digest,
            "imageGoes": matches!(image, Named::Goes(_)),
        })
    });
    let kept = decided.kept.iter().map(|KeptTag { tag, why }| {
        json!({
            "tag": tag.tag,
            "pullRequest": tag.number,
            "digest": tag.digest,
            "why": why.to_string(),
        })
    });
    json!({
        "removed": removed.collect::<Vec<_>>(),
        "kept": kept.collect::<Vec<_>>(),
    })
}

/// How much room the images take that go.
fn tell(decided: &Decided, log: Log) {
    let going = decided.removed.iter().filter_map(|it| match it.image {
        Named::Goes(size) => Some((it.tag.digest.as_str(), size)),
        Named::Stays => None,
    });
    let going: BTreeMap<&str, u64> = going.collect();
    if !going.is_empty() {
        let size = going
            .values()
            .fold(0_u64, |sum, size| sum.saturating_add(*size));
        let images = match going.len() {
            1 => "1 image goes".to_owned(),
            n => format!("{n} images go"),
        };
        log.line(&format!("{images}, at most {}", bytes(size)));
        log.line("");
    }
}

/// A tag that was to go, and why it does not.
type Stays = (String, &'static str);

const HELD: &str = "an index holds its image by now; the next run looks again";
const ANEW: &str = "it was pushed again meanwhile; the next run looks again";

/// Removes what was decided on, and nothing else. What an index holds meanwhile
/// is still there, and so is a tag that names another image by then.
async fn remove(
    ecr: &Ecr,
    name: &RepositoryName,
    decided: &Decided,
    listing: &Listing,
    errand: &mut Errand,
) -> Result<Vec<Stays>, Failure> {
    let mut open: Vec<&PullTag> = decided.removed.iter().map(|it| &it.tag).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    if !aws::still_holds(ecr, name, listing).await.map_err(unread)? {
        return Err(gate::refused(&Objection::ImagesChanged));
    }
    // Whoever stops the run from here on does not know how far it came.
    errand.began();
    let (mut left, mut stays) = (Vec::new(), Vec::new());
    let mut attempt = 1;
    let (missed, error) = loop {
        let tags: Vec<Tag> = open.iter().map(|it| it.tag.clone()).collect();
        let untagged = aws::untag(ecr, name, &tags).await;
        let answered = untagged.gone + untagged.left.len();
        let missed = open.len().saturating_sub(answered);
        left.extend(untagged.left);
        match untagged.error {
            Some(error) if attempt < ATTEMPTS && error.may_have_worked() => {}
            error => break (missed, error),
        }
        errand::wait_after(attempt).await;
        attempt += 1;
        let now = digests(ecr, name).await?;
        open.retain(|it| !left.iter().any(|left: &Left| left.tag == it.tag.as_str()));
        let (same, others): (Vec<_>, Vec<_>) = open
            .into_iter()
            .filter_map(|it| Some((it, now.get(it.tag.as_str())?)))
            .partition(|(it, digest)| **digest == it.digest);
        stays.extend(others.iter().map(|(it, _)| (it.tag.to_string(), ANEW)));
        open = same.into_iter().map(|(it, _)| it).collect();
    };
    let (held, failed): (Vec<Left>, Vec<Left>) =
        left.into_iter().partition(|it| it.failed == Failed::Held);
    stays.extend(held.into_iter().map(|it| (it.tag, HELD)));
    let all = decided.removed.len();
    let gone = all.saturating_sub(missed + failed.len() + stays.len());
    let is_open = error.as_ref().is_some_and(AwsError::may_have_worked);
    if gone == 0 && !is_open {
        errand.did_nothing();
    }
    let so_far = format!("{gone} of {all} tags are removed");
    if let Some(error) = error {
        return Err(Failure::refused(format!("{error}\n{so_far}")));
    }
    let failed: Vec<String> = failed.iter().map(failure).collect();
    match failed.is_empty() {
        true => Ok(stays),
        false => Err(Failure::refused(format!("{}\n{so_far}", failed.join("\n")))),
    }
}

/// What each tag names now.
async fn digests(ecr: &Ecr, name: &RepositoryName) -> Result<BTreeMap<String, String>, Failure> {
    let listing = aws::outline(ecr, name).await.map_err(Failure::refused)?;
    let images = service::images_in(&listing)?;
    let named = images.ids().flat_map(|id| {
        let digest = images.digest(id);
        images
            .tags(id)
            .map(move |tag| (tag.to_owned(), digest.to_owned()))
    });
    Ok(named.collect())
}

fn failure(left: &Left) -> String {
    let Left { tag, code, failed } = left;
    let why = match failed {
        Failed::Otherwise(why) => why,
        Failed::Gone | Failed::Held => "it is not as it was",
    };
    format!("`{tag}` cannot be removed ({code}): {why}")
}
