//! What was probably meant by a name that is not known.

/// The candidate nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let wanted = folded(name);
    candidates
        .map(|candidate| {
            let distance = strsim::osa_distance(&wanted, &folded(candidate));
            (distance, candidate)
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 4).clamp(1, 3))
        .map(|(_, candidate)| candidate)
}

/// The question, with a reason where only upper and lower case differ.
pub(crate) fn did_you_mean(name: &str, candidate: &str) -> String {
    if name.eq_ignore_ascii_case(candidate) {
        format!("did you mean `{candidate}`? upper and lower case matter")
    } else {
        format!("did you mean `{candidate}`?")
    }
}

/// Upper and lower case, `_` and `-` are the usual differences. Longer than any
/// name that is known, a text is cut: what is near is near from the start.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .take(40)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}
