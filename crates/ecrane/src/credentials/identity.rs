//! Whose calls a run makes.

use crate::config::{self, SignIn};
use crate::exit::{Exit, Failure};
use crate::runner;
use crate::show::Log;
use ecrane_core::name::Region;
use ecrane_engine::aws::{self, Announce, Connection, Identity, Proof, Setting, SignInError};

/// Signs a run in, once for all that it asks of AWS, and holds that it is in an
/// account where it may be. Secrets are masked before their first use.
///
/// # Errors
/// There are no credentials, the role is refused, or the account is another.
pub(crate) async fn identity(
    sign_in: &SignIn,
    region: &Region,
    log: Log,
) -> Result<Identity, Failure> {
    let SignIn {
        role,
        allowed,
        network,
    } = sign_in;
    let setting = Setting {
        region: region.clone(),
        network: network.clone(),
        announce: Announce::new(move |secret| log.mask(secret)),
    };
    let Some((role, proof)) = role else {
        let identity = Identity::of_environment(setting);
        if allowed.is_empty() {
            return Ok(identity);
        }
        let asked = aws::account(&identity, allowed).await;
        return asked.map(|_| identity).map_err(failure);
    };
    let identity = Identity::of_role(role.clone(), proof.clone(), setting);
    match (identity.credentials().await, proof) {
        (Ok(_), _) => {}
        (Err(error @ SignInError::NoCredentials), Proof::Environment) if in_workflow() => {
            return Err(failure(SignInError::NoIdToken(Box::new(error))));
        }
        (Err(error), _) => return Err(failure(error)),
    }
    let by = match proof {
        Proof::IdToken(_) => "by the token of this job",
        Proof::Environment => "by the credentials of the environment",
    };
    log.line(&format!("signed in as {} {by}", role.arn));
    log.line("");
    Ok(identity)
}

/// Whether there is nothing to sign in by: no token of the job for a role, and
/// no credentials in the environment.
pub(crate) async fn are_missing(sign_in: &SignIn, region: &Region) -> bool {
    if let Some((_, Proof::IdToken(_))) = &sign_in.role {
        return false;
    }
    let environment = Identity::of_environment(Setting {
        region: region.clone(),
        network: sign_in.network.clone(),
        announce: Announce::new(|_| ()),
    });
    let found = environment.credentials().await;
    matches!(found, Err(SignInError::NoCredentials))
}

fn in_workflow() -> bool {
    runner::is_here(|name| std::env::var(name).ok())
}

fn failure(error: SignInError) -> Failure {
    match error {
        SignInError::Account { .. } => Failure::Because(Exit::Gate, error.to_string()),
        other => Failure::refused(other),
    }
}

/// ECR of a Region, with the credentials of this environment.
pub(crate) fn in_region(region: &Region) -> Connection {
    let setting = Setting {
        region: region.clone(),
        network: config::network(|name| std::env::var(name).ok()),
        announce: Announce::nobody(),
    };
    Connection {
        region: region.clone(),
        account: None,
        endpoint: None,
        identity: Identity::of_environment(setting),
    }
}
