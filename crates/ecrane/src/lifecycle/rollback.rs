//! `ecrane lifecycle rollback`: the policy that a run took the place of comes
//! back, by the same gate as any other.

use super::file;
use crate::cli::Standing;
use crate::config::{self, Counterpart, Extent, Gate, Preview};
use crate::errand::Errand;
use crate::exit::{self, Exit, Failure};
use crate::gate::{self, Passed, Policies, Repository};
use crate::inputs::Inputs;
use crate::service::{self, Reached};
use crate::show::Log;
use clap::ValueHint;
use ecrane_core::lifecycle::gate::MaxRemove;
use ecrane_core::name::RepositoryName;
use ecrane_core::report::{Cost, rollback_rows};
use ecrane_core::repository::{NoRollback, PutReport, Rollback as Way};
use ecrane_engine::aws;
use std::cell::RefCell;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ecrane lifecycle rollback --repository team/app --report lifecycle.json --dry-run\n  ecrane up --repository team/app --lifecycle-policy new.json --json > run.json\n  ecrane lifecycle rollback --repository team/app --report run.json"
)]
pub(crate) struct Rollback {
    /// The file of the output lifecycle-report, or what `ecrane up --json`
    /// printed; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    report: PathBuf,
    /// Images that the policy before may remove: a number or a share such as 10% [default: 0]
    #[arg(long, alias = "max-expire", value_name = "LIMIT")]
    max_remove: Option<MaxRemove>,
    /// Who says which images go
    #[arg(long, value_name = "WHO")]
    lifecycle_preview: Option<Preview>,
    /// Which repository, and how the run goes
    #[command(flatten)]
    standing: Standing,
}

/// Does what the command says.
pub(super) async fn run(options: Rollback, log: Log) -> Result<Exit, Failure> {
    let mut errand = Errand::default();
    if !options.standing.json {
        let result = exit::stoppable(roll_back(options, &mut errand, log));
        return result.await.map(|()| Exit::Done);
    }
    let result = exit::stoppable(roll_back(options, &mut errand, log.beside_data())).await;
    errand.to_program(result)
}

async fn roll_back(options: Rollback, errand: &mut Errand, log: Log) -> Result<(), Failure> {
    let order = options.standing.order(Inputs::default());
    let variable = |name: &str| std::env::var(name).ok();
    let (target, warnings) =
        config::target(&order.inputs, order.service, variable).map_err(Failure::Inputs)?;
    for warning in &warnings {
        log.fault(warning);
    }
    let name = &target.repository;
    let report = about(name, file::put_report(&options.report)?)?;
    let Reached {
        connection, clock, ..
    } = service::standing(&target.place, order.data, log).await?;
    let ecr = aws::connect(&connection).await.map_err(Failure::refused)?;
    let found = aws::find(&ecr, name).await.map_err(Failure::refused)?;
    let Some(found) = found else {
        return Err(Failure::refused(format!(
            "the repository `{name}` does not exist; nothing was done"
        )));
    };
    let put = report.at(&found.place.uri).map_err(|why| refusal(&why))?;
    let stored = aws::stored_policy(&ecr, name)
        .await
        .map_err(Failure::refused)?;
    let stored = stored.as_deref();
    let way = report
        .rollback(put, stored, &found.tags)
        .map_err(|why| refusal(&why))?;
    errand.plan(rollback_rows(name, &way), log);
    let repository = Repository {
        ecr: &ecr,
        clock: &clock,
        name,
    };
    let passed = match &way {
        Way::Put { policy, .. } => {
            let counterpart = Counterpart::at(connection.endpoint.as_ref());
            let gate = Gate::of_options(options.max_remove, options.lifecycle_preview, counterpart);
            let policies = Policies {
                new: policy,
                stored,
            };
            pass(gate, repository, policies, errand, log).await?
        }
        Way::Nothing | Way::Delete => Passed::unjudged(stored),
    };
    if target.extent == Extent::Plan {
        return Ok(());
    }
    if !matches!(way, Way::Nothing)
        && let Some(objection) = passed.objection(repository).await?
    {
        return Err(gate::refused(&objection));
    }
    // Whoever stops the run now does not know whether it was done.
    errand.began();
    let gone_back = aws::roll_back(&ecr, name, &found.place, &way).await;
    if let Err(error) = gone_back {
        let is_one_step = !matches!(&way, Way::Put { tags, .. } if !tags.is_empty());
        if is_one_step && !error.may_have_worked() {
            errand.did_nothing();
        }
        return Err(Failure::refused(error));
    }
    errand.done(log);
    Ok(())
}

/// What the policy before costs is told and noted, also where that is too much.
async fn pass(
    gate: Gate,
    repository: Repository<'_>,
    policies: Policies<'_>,
    errand: &mut Errand,
    log: Log,
) -> Result<Passed, Failure> {
    let costs: RefCell<Vec<Cost>> = RefCell::default();
    let tell = |cost: Cost| {
        gate::tell(&cost, None, log);
        costs.borrow_mut().push(cost);
    };
    let passed = gate::patiently(gate::pass(gate, repository, policies, tell), log).await;
    errand.note("costs", costs.into_inner());
    passed
}

/// A report of another repository would take back what nobody meant, and one of a
/// run that put nothing has nothing to take back.
fn about(name: &RepositoryName, report: PutReport) -> Result<PutReport, Failure> {
    let of = &report.repository;
    let fault = match (of == name, report.puts.is_empty()) {
        (true, false) => return Ok(report),
        (true, true) => {
            "the report is of a run that put no policy: there is nothing to take back".to_owned()
        }
        (false, _) => format!("the report is about the repository `{of}`, not `{name}`"),
    };
    Err(Failure::faulty(format!("{fault}; nothing was called")))
}

fn refusal(why: &NoRollback) -> Failure {
    Failure::Because(Exit::Gate, why.to_string())
}
