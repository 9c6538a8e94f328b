//! The image in the engine of this machine, for the steps that follow.

use super::result::Placed;
use crate::config::{Config, InEngine};
use crate::exit::Failure;
use crate::show::Log;
use ecrane_engine::builder::{self, Built};

/// Leaves the image there under its references, if it is to be there. One that
/// was not pushed is named as it would have been, as far as that is known.
///
/// # Errors
/// The engine's.
pub(super) async fn load(
    config: &Config,
    built: &Built,
    placed: &[Placed],
    log: Log,
) -> Result<(), Failure> {
    if config.engine == InEngine::AsItIs {
        return Ok(());
    }
    let names = match placed {
        [] => unpushed(config),
        placed => {
            let tagged = placed.iter().flat_map(|it| &it.references.tagged);
            tagged.map(ToString::to_string).collect()
        }
    };
    let loaded = builder::load(built, &names).await;
    loaded.map_err(Failure::refused)?;
    log.line(&format!("The engine has the image as {}", names.join(", ")));
    log.line("");
    Ok(())
}

fn unpushed(config: &Config) -> Vec<String> {
    let name = &config.desired.name;
    let registry = config.registry.as_ref();
    let registry = registry.map_or_else(String::new, |host| format!("{host}/"));
    let tags = config.desired.tags.iter();
    tags.map(|tag| format!("{registry}{name}:{tag}")).collect()
}

/// Says so where no image came here.
pub(super) fn nothing(config: &Config, log: Log) {
    if config.engine == InEngine::Named {
        log.line("`load`: nothing was built, so the engine gets nothing; pull the image");
        log.line("");
    }
}
