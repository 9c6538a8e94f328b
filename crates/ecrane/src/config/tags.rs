//! The inputs `tags` and `flavor`.

use super::event::Surroundings;
use super::list::by_comma_and_line;
use super::read::Reader;
use super::{Fault, Mode, Origin};
use crate::inputs::Inputs;
use ecrane_core::diagnostic::{Diagnostic, has_errors};
use ecrane_core::name::{Reference, RegistryHost, RepositoryName, Tag};
use ecrane_core::tags::{Flavor, Rule, evaluate};

const INPUT: &str = "tags";

/// What stands in `tags`, before the event is known.
#[derive(Default)]
struct Wanted {
    rules: Vec<Rule>,
    /// Those that are given as they are.
    tags: Vec<Tag>,
    /// The registry that full references name.
    registry: Option<RegistryHost>,
}

impl Reader {
    /// The tags, the version first, and the registry that full references among
    /// them name.
    pub(super) fn tags(
        &mut self,
        inputs: &Inputs,
        repository: Option<&RepositoryName>,
        mode: Mode,
        surroundings: &Surroundings<'_>,
    ) -> (Vec<Tag>, Option<RegistryHost>) {
        let faults = self.fault_count();
        let flavor = self.flavor(inputs);
        let wanted = self.wanted(inputs, repository);
        // What is left out as faulty is not missed as well.
        if self.fault_count() > faults {
            return (wanted.tags, wanted.registry);
        }
        let tags = match flavor {
            _ if wanted.rules.is_empty() => {
                if flavor.is_some() {
                    let message = "`flavor` has no effect without `tags`";
                    self.fault(Fault::whole("flavor", "", message).help("leave it out"));
                }
                self.commit_tag(surroundings).into_iter().collect()
            }
            // As they stand: nothing is asked of git for them.
            None if wanted.tags.len() == wanted.rules.len() => wanted.tags,
            flavor => self.ruled(
                &wanted.rules,
                &flavor.unwrap_or_default(),
                mode,
                surroundings,
            ),
        };
        (tags, wanted.registry)
    }

    fn flavor(&mut self, inputs: &Inputs) -> Option<Flavor> {
        let mut flavor = None;
        for line in lines(&inputs.flavor) {
            let read = flavor.get_or_insert_with(Flavor::default).add(line);
            if let Err(diagnostics) = read {
                self.fault(found("flavor", line, diagnostics));
            }
        }
        flavor
    }

    fn wanted(&mut self, inputs: &Inputs, repository: Option<&RepositoryName>) -> Wanted {
        let mut wanted = Wanted::default();
        for line in lines(&inputs.tags) {
            if Rule::is_rule(line) {
                wanted.rules.extend(self.rule(line));
                continue;
            }
            for text in by_comma_and_line(&[line.to_owned()]) {
                self.add(&text, repository, &mut wanted);
            }
        }
        wanted
    }

    fn rule(&mut self, line: &str) -> Option<Rule> {
        let (rule, diagnostics) = Rule::read(line);
        if has_errors(&diagnostics) {
            self.fault(found(INPUT, line, diagnostics));
        } else if !diagnostics.is_empty() {
            self.warn(found(INPUT, line, diagnostics));
        }
        rule
    }

    /// Adds a bare tag or a full reference.
    fn add(&mut self, text: &str, repository: Option<&RepositoryName>, wanted: &mut Wanted) {
        let Some((tag, named)) = self.keep(tag(text, repository)) else {
            return;
        };
        if let (Some(first), Some(second)) = (&wanted.registry, &named)
            && first != second
        {
            let message = format!("this names `{second}`, and another tag `{first}`");
            self.fault(
                Fault::whole(INPUT, text, message).help("an image goes to one registry at a time"),
            );
        }
        if wanted.tags.contains(&tag) {
            let message = "this tag is given twice; it is taken once";
            self.warn(Fault::whole(INPUT, text, message));
        } else {
            wanted.rules.push(match named {
                Some(_) => Rule::exact(&tag),
                None => Rule::bare(&tag),
            });
            wanted.tags.push(tag);
        }
        wanted.registry = wanted.registry.take().or(named);
    }

    /// What names an image that nobody named.
    fn commit_tag(&mut self, surroundings: &Surroundings<'_>) -> Option<Tag> {
        let Some(commit) = surroundings.commit() else {
            self.fault(
                Fault::whole(
                    INPUT,
                    "",
                    "no tag is given, and there is no commit to name one by",
                )
                .help("give at least one tag, for example `v1`"),
            );
            return None;
        };
        let short: String = commit.chars().take(7).collect();
        self.keep(short.parse().map_err(|error| Fault::name(INPUT, error)))
    }

    fn ruled(
        &mut self,
        rules: &[Rule],
        flavor: &Flavor,
        mode: Mode,
        surroundings: &Surroundings<'_>,
    ) -> Vec<Tag> {
        let Some(event) = self.keep(surroundings.event()) else {
            return Vec::new();
        };
        let given = evaluate(rules, flavor, event);
        for remark in given.remarks {
            let diagnostics = vec![remark.diagnostic];
            let failed = has_errors(&diagnostics);
            let remark = found(INPUT, &remark.line, diagnostics);
            if failed {
                self.fault(remark);
            } else {
                self.warn(remark);
            }
        }
        if !given.tags.is_empty() {
            return given.tags;
        }
        let none = Fault::whole(INPUT, "", "no rule gives a tag at this event")
            .help("add one that always does, such as `type=sha`");
        // Where nothing is pushed, nothing is missing: the commit stands in.
        if mode == Mode::Up {
            self.fault(none);
            return Vec::new();
        }
        self.warn(none);
        self.commit_tag(surroundings).into_iter().collect()
    }
}

/// Lines that say something; those that begin with `#` are comments.
fn lines(texts: &[String]) -> impl Iterator<Item = &str> {
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn found(input: &str, line: &str, diagnostics: Vec<Diagnostic>) -> Fault {
    Fault {
        origin: Origin::Input(input.to_owned()),
        text: line.to_owned(),
        diagnostics,
    }
}

/// A bare tag, or the tag of a full reference to this very repository, with the
/// registry that it names.
fn tag(
    text: &str,
    repository: Option<&RepositoryName>,
) -> Result<(Tag, Option<RegistryHost>), Fault> {
    let Some((host, _)) = text.split_once('/').filter(|_| text.contains(':')) else {
        let tag = text.parse().map_err(|error| Fault::name("tags", error))?;
        return Ok((tag, None));
    };
    let whole = |message: String, help: String| Fault::whole("tags", text, message).help(help);
    let reference = text.parse::<Reference>().map_err(|_| {
        whole(
            format!("`{host}` is not a registry that ecrane pushes to"),
            "give the tag alone, or a reference to Amazon ECR".to_owned(),
        )
    })?;
    match (reference, repository) {
        (Reference::Digested { .. }, _) => Err(whole(
            "this is an image by digest".to_owned(),
            "give a tag".to_owned(),
        )),
        (
            Reference::Tagged {
                repository: named,
                tag,
                ..
            },
            Some(repository),
        ) if *repository != named => Err(whole(
            format!("this reference is to `{named}`, and the repository is `{repository}`"),
            format!("give `{tag}`, or a reference to `{repository}`"),
        )),
        (Reference::Tagged { registry, tag, .. }, _) => Ok((tag, Some(registry))),
    }
}
