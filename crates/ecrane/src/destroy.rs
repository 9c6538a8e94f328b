//! `ecrane destroy` and `mode: destroy`: a repository goes, with all that it
//! holds, once somebody has seen what that is and typed its name.

use crate::cli::Standing;
use crate::config::{Confirmation, Extent};
use crate::errand::{self, ATTEMPTS, Errand};
use crate::exit::{Exit, Failure};
use crate::gate;
use crate::inputs::Inputs;
use crate::service::{self, Reached};
use crate::show::Log;
use crate::up::Order;
use ecrane_core::lifecycle::gate::Objection;
use ecrane_core::name::RepositoryName;
use ecrane_core::report::destroy_row;
use ecrane_core::repository::{Adoption, Contents, NoDestroy, confirmed, may_destroy};
use ecrane_engine::aws::{self, AwsError, Destroyed, Ecr, Found, Held, Listing};
use serde_json::json;
use std::io::{BufRead as _, IsTerminal as _};

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane destroy --repository team/app --dry-run\n  ecrane destroy --repository team/app --confirm team/app\n  ecrane destroy --repository hello --local"
)]
pub(crate) struct Destroy {
    /// The repository's name once more; on a terminal it is asked for
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Delete a repository that ecrane does not look after
    #[arg(long)]
    adopt: bool,
    /// Which repository, and how the run goes
    #[command(flatten)]
    standing: Standing,
}

impl Destroy {
    /// Whether the result is JSON.
    pub(crate) const fn is_for_program(&self) -> bool {
        self.standing.json
    }

    /// What was asked for, by the inputs' names.
    pub(crate) fn order(self) -> Order {
        let inputs = Inputs {
            mode: Some("destroy".to_owned()),
            confirm: self.confirm,
            adopt: self.adopt.then(|| "true".to_owned()),
            ..Inputs::default()
        };
        self.standing.order(inputs)
    }
}

/// What somebody wishes gone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) name: &'a RepositoryName,
    pub(crate) confirmation: Confirmation,
    pub(crate) adoption: Adoption,
    pub(crate) extent: Extent,
}

impl Wish<'_> {
    /// Where nobody can be asked for the name, it must be given.
    ///
    /// # Errors
    /// It is not. Nothing was called.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let is_certain = self.confirmation == Confirmation::Given || self.extent == Extent::Plan;
        match is_certain || std::io::stdin().is_terminal() {
            true => Ok(()),
            false => Err(Failure::faulty(format!(
                "`confirm` must repeat the name of the repository that is to be deleted: give it as `{}`, or look first with `dry-run`; nothing was called",
                self.name
            ))),
        }
    }
}

/// Shows what goes, and deletes it if nothing speaks against it.
///
/// # Errors
/// With [`Exit::Gate`]: it is not ecrane's, nobody confirmed it, or it changed
/// while it was looked at. Else a call failed.
pub(crate) async fn destroy(
    wish: &Wish<'_>,
    reached: &Reached,
    errand: &mut Errand,
    log: Log,
) -> Result<(), Failure> {
    let name = wish.name;
    let ecr = aws::connect(&reached.connection)
        .await
        .map_err(Failure::refused)?;
    let Some(found) = aws::find(&ecr, name).await.map_err(Failure::refused)? else {
        errand.plan(vec![destroy_row(name, None)], log);
        errand.done(log);
        return Ok(());
    };
    let listing = aws::outline(&ecr, name).await.map_err(Failure::refused)?;
    let contents = Contents::of(&service::images_in(&listing)?);
    errand.plan(vec![destroy_row(name, Some(&contents))], log);
    log.line(&format!("    it is        {}", found.place.uri));
    errand.note("repositoryUri", &found.place.uri);
    tell(&contents, reached, errand, log).await?;
    let adoption = match reached.connection.identity.is_local() {
        // What is on this machine is its user's.
        true => Adoption::Allowed,
        false => wish.adoption,
    };
    match (may_destroy(name, &found.tags, adoption), wish.extent) {
        (Ok(()), Extent::Plan) => return Ok(()),
        (Err(why), Extent::Plan) => {
            log.warning(&why.to_string());
            return Ok(());
        }
        (may, Extent::Whole) => may.map_err(|why| refused(&why))?,
    }
    if wish.confirmation == Confirmation::Missing {
        ask(name, log).await?;
    }
    delete(&ecr, name, (&found, &contents, &listing), errand).await?;
    errand.done(log);
    Ok(())
}

/// Says what a person would want to know before it is gone.
async fn tell(
    contents: &Contents,
    reached: &Reached,
    errand: &mut Errand,
    log: Log,
) -> Result<(), Failure> {
    let time = |time: Option<_>| time.map(|it| format!("{it}"));
    let (push, pull) = (time(contents.newest_push), time(contents.last_pull));
    errand.note(
        "contents",
        json!({
            "images": contents.images,
            "tags": contents.tags,
            "bytes": contents.bytes,
            "newestPush": push,
            "lastPull": pull,
        }),
    );
    let Some(push) = push else {
        return Ok(());
    };
    log.line(&format!("    newest push  {push}"));
    let pull = pull.as_deref().unwrap_or("none that was recorded");
    log.line(&format!("    last pull    {pull}"));
    log.line("");
    let now = reached.clock.now().await?;
    if let Some(pulled) = contents.pulled_lately(now) {
        log.warning(&format!(
            "an image was pulled at {pulled}: something may still run it"
        ));
    }
    Ok(())
}

/// Has a person type the name. Who would rather stop the run can.
async fn ask(name: &RepositoryName, log: Log) -> Result<(), Failure> {
    log.line("What is deleted does not come back. Type the name of the repository to delete it:");
    let line = || std::io::stdin().lock().lines().next().transpose();
    let typed = tokio::task::spawn_blocking(line).await;
    let typed = typed.map_err(Failure::refused)?.map_err(Failure::refused)?;
    confirmed(name, &typed.unwrap_or_default()).map_err(|why| refused(&why))
}

/// Deletes what was seen, and nothing else: before another attempt it is looked
/// whether that is still what is there.
async fn delete(
    ecr: &Ecr,
    name: &RepositoryName,
    (seen, contents, listing): (&Found, &Contents, &Listing),
    errand: &mut Errand,
) -> Result<(), Failure> {
    let changed = || gate::refused(&Objection::ImagesChanged);
    let held = match contents.images {
        0 => Held::None,
        _ => Held::Deleted,
    };
    let mut attempt = 1;
    loop {
        match aws::still_holds(ecr, name, listing).await {
            Ok(true) => {}
            Err(error) if attempt > 1 && error.is(AwsError::NO_REPOSITORY) => return Ok(()),
            Err(error) => return Err(Failure::refused(error)),
            Ok(false) => return Err(changed()),
        }
        // Whoever stops the run now does not know whether it was done.
        errand.began();
        match aws::destroy(ecr, name, held).await {
            Ok(Destroyed::Now | Destroyed::Before) => return Ok(()),
            Ok(Destroyed::NotEmpty) => {
                errand.did_nothing();
                return Err(changed());
            }
            Err(error) if !error.may_have_worked() => {
                errand.did_nothing();
                return Err(Failure::refused(error));
            }
            Err(error) if attempt == ATTEMPTS => return Err(Failure::refused(error)),
            Err(_) => errand::wait_after(attempt).await,
        }
        let now = aws::find(ecr, name).await.map_err(Failure::refused)?;
        match now {
            None => return Ok(()),
            Some(now) if now.created == seen.created => attempt += 1,
            Some(_) => {
                return Err(Failure::Because(
                    Exit::Gate,
                    format!(
                        "`{name}` was deleted, and somebody made it again meanwhile: what is there now stays"
                    ),
                ));
            }
        }
    }
}

fn refused(why: &NoDestroy) -> Failure {
    Failure::Because(Exit::Gate, why.to_string())
}
