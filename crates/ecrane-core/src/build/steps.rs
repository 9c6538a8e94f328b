use std::time::Duration;

/// The steps of a build, as far as the builder's lines tell: BuildKit's plain
/// progress, the classic builder's and buildah's.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    all: Vec<Step>,
}

/// A step of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The builder's number for it.
    id: String,
    /// What it does, such as `[2/3] COPY page.txt /`.
    pub name: String,
    /// How long it took, if the builder said so.
    pub took: Option<Duration>,
    /// Whether it was not run, as nothing changed.
    pub cached: bool,
}

impl Steps {
    /// Takes notice of a line.
    pub fn see(&mut self, line: &str) {
        let line = line.trim();
        if let Some((id, said)) = line.strip_prefix('#').and_then(|it| it.split_once(' ')) {
            self.buildkit(id, said);
        } else if let Some((id, name)) = numbered(line) {
            self.begin(id, &format!("[{id}] {name}"));
        } else if line.contains("Using cache")
            && let Some(last) = self.all.last_mut()
        {
            last.cached = true;
        }
    }

    fn buildkit(&mut self, id: &str, said: &str) {
        let named = said.starts_with('[') || said.starts_with("exporting ");
        let known = self.all.iter_mut().find(|step| step.id == id);
        match known {
            None if named => self.begin(id, said),
            None => {}
            Some(step) if said == "CACHED" => step.cached = true,
            Some(step) => {
                let took = said
                    .strip_prefix("DONE ")
                    .and_then(|it| it.strip_suffix('s'));
                let took = took.and_then(|seconds| seconds.parse().ok());
                let took = took.and_then(|it| Duration::try_from_secs_f64(it).ok());
                step.took = took.or(step.took);
            }
        }
    }

    fn begin(&mut self, id: &str, name: &str) {
        self.all.push(Step {
            id: id.to_owned(),
            // It is shown where a control character could move the cursor.
            name: name.chars().filter(|c| !c.is_control()).collect(),
            took: None,
            cached: false,
        });
    }

    /// The step that was begun last.
    #[must_use]
    pub fn last(&self) -> Option<&Step> {
        self.all.last()
    }

    /// The steps of the Dockerfile that took at least so long, the longest first.
    #[must_use]
    pub fn lasting(&self, least: Duration) -> Vec<&Step> {
        let mut lasting: Vec<&Step> = self
            .all
            .iter()
            .filter(|step| step.took.is_some_and(|took| took >= least))
            .collect();
        lasting.sort_by_key(|step| std::cmp::Reverse(step.took));
        lasting
    }

    /// How many steps of the Dockerfile there were, and how many of them were not
    /// run.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let own = |step: &&Step| step.name.starts_with('[') && !step.name.starts_with("[internal]");
        let own = self.all.iter().filter(own);
        let cached = own.clone().filter(|step| step.cached).count();
        (own.count(), cached)
    }
}

/// `Step 2/3 : RUN x` of the classic builder, `STEP 2/3: RUN x` of buildah.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let rest = line
        .strip_prefix("Step ")
        .or_else(|| line.strip_prefix("STEP "))?;
    let (id, name) = rest.split_once(':')?;
    let (number, of) = id.trim().split_once('/')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    (digits(number) && digits(of)).then_some((id.trim(), name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &str) -> Steps {
        let mut steps = Steps::default();
        lines.lines().for_each(|line| steps.see(line));
        steps
    }

    fn check(lines: &str, counts: (usize, usize), lasting: &[&str]) {
        let steps = seen(lines);
        assert_eq!(steps.counts(), counts, "{lines}");
        let found: Vec<&str> = steps
            .lasting(Duration::from_secs(1))
            .iter()
            .map(|step| step.name.as_str())
            .collect();
        assert_eq!(found, lasting, "{lines}");
    }

    #[test]
    fn buildkit_says_how_long_a_step_took() {
        let lines = "#0 building with \"default\" instance\n\
            #1 [internal] load build definition\n#1 DONE 3.0s\n\
            #2 [1/3] FROM docker.io/library/debian\n#2 CACHED\n\
            #3 [2/3] RUN make\n#3 0.301 #4 [not a step]\n#3 DONE 4.1s\n\
            #4 [3/3] COPY a /\n#4 DONE 0.1s\n\
            #5 exporting to image\n#5 DONE 7.2s\n";
        check(
            lines,
            (3, 1),
            &[
                "exporting to image",
                "[2/3] RUN make",
                "[internal] load build definition",
            ],
        );
    }

    #[test]
    fn the_others_say_what_they_do() {
        let classic = "Step 1/2 : FROM scratch\n --->\nStep 2/2 : COPY a /\n ---> Using cache\n";
        check(classic, (2, 1), &[]);
        check("STEP 1/2: FROM scratch\nSTEP 2/2: COPY a /\n", (2, 0), &[]);
        assert_eq!(seen(classic).last().unwrap().name, "[2/2] COPY a /");
        check("Step by step: a guide\n# a title\n", (0, 0), &[]);
    }
}
