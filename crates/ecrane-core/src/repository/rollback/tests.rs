use super::*;

const URI: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app";

fn keep(newest: u32) -> String {
    format!(
        r#"{{"rules":[{{"rulePriority":1,"selection":{{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":{newest}}},"action":{{"type":"expire"}}}}]}}"#
    )
}

/// A run that kept five images by policy, and what it took the place of.
fn report(replaces: Option<(String, PutBy)>) -> PutReport {
    PutReport {
        repository: "team/app".parse().unwrap(),
        commit: None,
        policy: keep(5),
        puts: vec![PutPolicy {
            repository_uri: URI.to_owned(),
            caller: None,
            replaces: replaces.map(|(policy, put_by)| Replaced { policy, put_by }),
        }],
    }
}

/// The way back from this policy, in a word.
fn check(replaces: Option<(String, PutBy)>, standing: Option<&str>, expected: &str) {
    let report = report(replaces);
    let put = report.at(URI).unwrap();
    let found = match report.rollback(put, standing, &ResourceTags::default()) {
        Ok(Rollback::Nothing) => "nothing".to_owned(),
        Ok(Rollback::Delete) => "delete".to_owned(),
        Ok(Rollback::Put { policy, .. }) => format!("put {}", policy.to_json()),
        Err(why) => why.to_string(),
    };
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn what_was_there_before_comes_back() {
    let before = |newest| Some((keep(newest), PutBy::Ecrane));
    let (five, nine) = (keep(5), keep(9));
    check(before(9), Some(&five), &format!("put {nine}"));
    check(None, Some(&five), "delete");
    // It is there already.
    check(before(9), Some(&nine), "nothing");
    check(None, None, "nothing");
}

#[test]
fn what_another_changed_since_stays() {
    let before = Some((keep(9), PutBy::Ecrane));
    let another = "the repository has another lifecycle policy than the run of the report put";
    check(before.clone(), Some(&keep(7)), another);
    check(None, Some(&keep(7)), another);
    check(before, None, "the repository has no lifecycle policy");
    let unreadable = Some(("{}".to_owned(), PutBy::Another));
    check(
        unreadable,
        Some(&keep(5)),
        "the lifecycle policy before cannot be read",
    );
}

#[test]
fn the_tag_says_whose_policy_stands_there_then() {
    let owner = |put_by| {
        let report = report(Some((keep(9), put_by)));
        let put = report.at(URI).unwrap();
        let none = ResourceTags::default();
        match report.rollback(put, Some(&keep(5)), &none) {
            Ok(Rollback::Put { tags, .. }) => tags.get(OWNER_TAG).unwrap().to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let fingerprint = |newest| Policy::fingerprint_of(&keep(newest)).unwrap();
    let both = format!("{} {}", fingerprint(9), fingerprint(5));
    assert_eq!(owner(PutBy::Ecrane), both);
    assert_eq!(owner(PutBy::Another), fingerprint(5));
}

#[test]
fn a_report_of_another_place_is_none() {
    let said = |report: &PutReport| report.at("elsewhere/app").unwrap_err().to_string();
    assert_eq!(
        said(&report(None)),
        format!(
            "the report is about `{URI}`, and this is `elsewhere/app`: see that Region, account and name are the ones that are meant; nothing was done"
        )
    );
}
