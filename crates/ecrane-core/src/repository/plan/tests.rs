use super::*;
use crate::name::Pattern;
use crate::report::{plan_rows, tree};
use crate::repository::{EncryptionType, StandingPolicies, TagMutability, needs_tags};

const KEEP_5: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}"#;
/// As [`KEEP_5`] to the letter of its meaning, not of its text.
const KEEP_5_REWRITTEN: &str = r#"{ "rules": [ { "action": {"type": "expire"}, "rulePriority": 9, "description": "five",
  "selection": {"countNumber": 5, "tagStatus": "any", "countType": "imageCountMoreThan", "storageClass": "standard"} } ] }"#;
const KEEP_9: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}"#;

fn policy(text: &str) -> Policy {
    crate::lifecycle::read(text, None).policy.unwrap()
}

fn desired() -> Desired {
    Desired {
        name: "team/app".parse().unwrap(),
        creation: Creation::Allowed,
        mutability: None,
        scan_on_push: None,
        encryption: None,
        resource_tags: ResourceTags::default(),
        access: None,
        policy: None,
        placement: Placement::Apply,
        adoption: Adoption::Refused,
        tags: vec!["v1".parse().unwrap()],
        origin: ImageOrigin::Build,
    }
}

fn aes256() -> Encryption {
    Encryption {
        kind: EncryptionType::Aes256,
        key: None,
    }
}

fn standing() -> Standing {
    Standing {
        mutability: Ok(TagMutability::Mutable.into()),
        scan_on_push: ScanOnPush::Off,
        encryption: Ok(aes256()),
        resource_tags: None,
        access: None,
        policy: None,
    }
}

fn lifecycle(text: &str) -> StandingPolicies<'_> {
    StandingPolicies {
        lifecycle: Some(text),
        access: None,
    }
}

fn tags(pairs: &[(&str, &str)]) -> ResourceTags {
    ResourceTags::observed(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())))
}

/// The tree of the plan, or the refusal.
fn check(desired: &Desired, observed: &Observed) -> String {
    match plan(desired, observed) {
        Ok(plan) => tree(&plan_rows(&plan)),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn a_missing_repository_is_created_with_what_was_asked_for() {
    let desired = Desired {
        mutability: Some(TagMutability::Immutable.into()),
        scan_on_push: Some(ScanOnPush::On),
        policy: Some(policy(KEEP_5)),
        ..desired()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Missing), @"
    +  repository            team/app      tags IMMUTABLE, scan on push on
    +  ├─ lifecycle policy   team/app      1 rule
    +  └─ image              team/app:v1   build and push
    ");
}

#[test]
fn what_was_not_asked_for_is_left_alone() {
    let other = Standing {
        mutability: Err("A_WORD_OF_TOMORROW".into()),
        scan_on_push: ScanOnPush::On,
        policy: Some(KEEP_9.into()),
        ..standing()
    };
    insta::assert_snapshot!(check(&desired(), &Observed::Present(other)), @"
    =  repository   team/app
    ?  └─ image     team/app:v1   build, push what differs
    ");
}

#[test]
fn each_setting_that_differs_is_a_change_of_its_own() {
    let mut desired = Desired {
        mutability: Some(TagMutability::Immutable.into()),
        scan_on_push: Some(ScanOnPush::On),
        ..desired()
    };
    desired.resource_tags = tags(&[("team", "a"), ("cost", "1")]);
    let standing = Standing {
        resource_tags: Some(tags(&[("cost", "1"), ("other", "x")])),
        ..standing()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Present(standing)), @"
    ~  repository   team/app      tag mutability MUTABLE → IMMUTABLE, scan on push off → on, tags team=a
    ?  └─ image     team/app:v1   build, push what differs
    ");
}

#[test]
fn a_policy_goes_as_far_as_it_is_asked_to() {
    let of = |placement, standing_policy: Option<&str>| {
        let desired = Desired {
            policy: Some(policy(KEEP_5)),
            placement,
            ..desired()
        };
        let standing = Standing {
            policy: standing_policy.map(str::to_owned),
            ..standing()
        };
        check(&desired, &Observed::Present(standing))
    };
    insta::assert_snapshot!(of(Placement::CreateOnly, None), @"
    ~  repository            team/app      tags ecrane:lifecycle
    +  ├─ lifecycle policy   team/app      1 rule
    ?  └─ image              team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(of(Placement::CreateOnly, Some(KEEP_9)), @"
    =  repository            team/app
    =  ├─ lifecycle policy   team/app      1 rule, not put: another stands there
    ?  └─ image              team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(of(Placement::Check, None), @"
    =  repository            team/app
    !  ├─ lifecycle policy   team/app      1 rule, checked and not put
    ?  └─ image              team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(of(Placement::Check, Some(KEEP_9)), @"the repository `team/app` has another lifecycle policy that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `lifecycle-policy` out");
    let new = Desired {
        policy: Some(policy(KEEP_5)),
        placement: Placement::Check,
        ..desired()
    };
    insta::assert_snapshot!(check(&new, &Observed::Missing), @"
    +  repository            team/app
    !  ├─ lifecycle policy   team/app      1 rule, checked and not put
    +  └─ image              team/app:v1   build and push
    ");
}

#[test]
fn excepted_tags_are_part_of_the_setting() {
    let except = |filters: &[&str]| {
        let filters = filters.iter().map(|text| text.parse().unwrap());
        let setting = MutabilitySetting::parse("IMMUTABLE_WITH_EXCLUSION", filters.collect());
        setting.unwrap()
    };
    let desired = Desired {
        mutability: Some(except(&["latest", "dev-*"])),
        ..desired()
    };
    let standing = |mutability| {
        Observed::Present(Standing {
            mutability: Ok(mutability),
            ..standing()
        })
    };
    insta::assert_snapshot!(check(&desired, &standing(except(&["dev-*", "latest"]))), @"
    =  repository   team/app
    ?  └─ image     team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(check(&desired, &standing(except(&["latest"]))), @"
    ~  repository   team/app      tag mutability IMMUTABLE except latest → IMMUTABLE except dev-*, latest
    ?  └─ image     team/app:v1   build, push what differs
    ");
}

#[test]
fn an_encryption_never_changes() {
    let kms = Encryption {
        kind: EncryptionType::Kms,
        key: None,
    };
    let desired = Desired {
        encryption: Some(kms.clone()),
        ..desired()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Missing), @"
    +  repository   team/app      encrypted by KMS
    +  └─ image     team/app:v1   build and push
    ");
    insta::assert_snapshot!(check(&desired, &Observed::Present(standing())), @"the repository `team/app` is encrypted by AES256, and KMS is asked for: that is chosen when a repository is made and never changes; nothing was done. Make one of another name, or leave `encryption-type` and `kms-key` out");
    let standing = Standing {
        encryption: Ok(kms),
        ..standing()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Present(standing)), @"
    =  repository   team/app
    ?  └─ image     team/app:v1   build, push what differs
    ");
}

#[test]
fn a_policy_of_the_same_meaning_is_not_put_again() {
    let desired = Desired {
        policy: Some(policy(KEEP_5)),
        ..desired()
    };
    assert!(!needs_tags(&desired, lifecycle(KEEP_5_REWRITTEN)));
    let standing = Standing {
        policy: Some(KEEP_5_REWRITTEN.into()),
        ..standing()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Present(standing)), @"
    =  repository            team/app
    =  ├─ lifecycle policy   team/app      1 rule
    ?  └─ image              team/app:v1   build, push what differs
    ");
}

#[test]
fn a_policy_is_replaced_only_if_ecrane_put_it() {
    let desired = Desired {
        policy: Some(policy(KEEP_5)),
        ..desired()
    };
    assert!(needs_tags(&desired, lifecycle(KEEP_9)));
    let with = |resource_tags| {
        Observed::Present(Standing {
            policy: Some(KEEP_9.into()),
            resource_tags,
            ..standing()
        })
    };
    insta::assert_snapshot!(check(&desired, &with(None)), @"the repository `team/app` has another lifecycle policy that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `lifecycle-policy` out");
    let of_another_policy = policy(KEEP_5).fingerprint();
    assert!(
        plan(
            &desired,
            &with(Some(tags(&[(OWNER_TAG, &of_another_policy)])))
        )
        .is_err()
    );

    let own = policy(KEEP_9).fingerprint();
    insta::assert_snapshot!(check(&desired, &with(Some(tags(&[(OWNER_TAG, &own)])))), @"
    ~  repository            team/app      tags ecrane:lifecycle
    ~  ├─ lifecycle policy   team/app      1 rule
    ?  └─ image              team/app:v1   build, push what differs
    ");
}

#[test]
fn a_policy_is_known_even_if_its_put_or_the_next_one_failed() {
    let wanted = Desired {
        policy: Some(policy(KEEP_5)),
        ..desired()
    };
    let with = |text: &str, owned: &str| {
        Observed::Present(Standing {
            policy: Some(text.into()),
            resource_tags: Some(tags(&[(OWNER_TAG, owned)])),
            ..standing()
        })
    };
    let step = plan(&wanted, &with(KEEP_9, &policy(KEEP_9).fingerprint())).unwrap();
    let RepositoryStep::Keep { changes, .. } = &step.repository else {
        panic!("the repository is there")
    };
    let [SettingChange::ResourceTags(set)] = changes.as_slice() else {
        panic!("only the owner tag changes: {changes:?}")
    };
    let both = set.get(OWNER_TAG).unwrap();

    // The put failed: the old policy stands. It worked: the new one does.
    assert!(plan(&wanted, &with(KEEP_9, both)).is_ok());
    let back = Desired {
        policy: Some(policy(KEEP_9)),
        ..desired()
    };
    assert!(plan(&back, &with(KEEP_5, both)).is_ok());
}

#[test]
fn a_policy_that_cannot_be_read_is_nobodys_to_replace() {
    let desired = Desired {
        policy: Some(policy(KEEP_5)),
        ..desired()
    };
    let standing = Standing {
        policy: Some("{\"rules\": 5}".into()),
        resource_tags: Some(tags(&[(OWNER_TAG, "x")])),
        ..standing()
    };
    assert!(matches!(
        plan(&desired, &Observed::Present(standing)),
        Err(Refusal::ForeignPolicy { .. })
    ));
}

#[test]
fn a_mistyped_name_makes_no_repository() {
    let forbidden = Desired {
        creation: Creation::Forbidden,
        ..desired()
    };
    insta::assert_snapshot!(check(&forbidden, &Observed::Missing), @"the repository `team/app` does not exist and `create-repository` is false; nothing was done");
    let pattern = |text: &str| Desired {
        creation: Creation::IfNameMatches(Pattern::new(text)),
        ..desired()
    };
    insta::assert_snapshot!(check(&pattern("shop/*"), &Observed::Missing), @"the repository `team/app` does not exist and its name does not match `shop/*` of `create-repository`; nothing was done");
    assert!(plan(&pattern("team/*"), &Observed::Missing).is_ok());
}

const PULL: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "ecr:BatchGetImage"}]}"#;

fn access(text: &str) -> AccessPolicy {
    AccessPolicy::read(text).policy.unwrap()
}

#[test]
fn who_may_use_a_repository_is_changed_where_ecrane_said_so() {
    let desired = Desired {
        access: Some(access(PULL)),
        ..desired()
    };
    insta::assert_snapshot!(check(&desired, &Observed::Missing), @"
    +  repository             team/app
    +  ├─ repository policy   team/app      1 statement
    +  └─ image               team/app:v1   build and push
    ");
    let with = |text: &str, tag: Option<&str>| {
        let owned = tag.map(|text| access(text).fingerprint());
        Observed::Present(Standing {
            access: Some(text.to_owned()),
            resource_tags: owned.map(|tag| tags(&[(ACCESS_TAG, &tag)])),
            ..standing()
        })
    };
    let other = PULL
        .replace("Batch", "Describe")
        .replace("GetImage", "Images");
    insta::assert_snapshot!(check(&desired, &with(PULL, None)), @"
    =  repository             team/app
    =  ├─ repository policy   team/app      1 statement
    ?  └─ image               team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(check(&desired, &with(&other, Some(&other))), @"
    ~  repository             team/app      tags ecrane:access
    ~  ├─ repository policy   team/app      1 statement
    ?  └─ image               team/app:v1   build, push what differs
    ");
    insta::assert_snapshot!(check(&desired, &with(&other, Some(PULL))), @"the repository `team/app` has another repository policy, that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `repository-policy` out");
    // As the text reads once the role in it is deleted.
    let gone = PULL.replace("123456789012", "AROAEXAMPLEEXAMPLE123");
    insta::assert_snapshot!(check(&desired, &with(&gone, Some(PULL))), @"
    the repository `team/app` has another repository policy, that ecrane did not put; nothing was done. Replace it with `adopt: true`, or leave `repository-policy` out
    `AROAEXAMPLEEXAMPLE123` in it stands for a role or user that was deleted in IAM: if ecrane put the policy, it is another one since
    ");
    let adopted = Desired {
        adoption: Adoption::Allowed,
        ..desired
    };
    insta::assert_snapshot!(check(&adopted, &with(&other, None)), @"
    ~  repository             team/app      tags ecrane:access
    ~  ├─ repository policy   team/app      1 statement, in place of one that ecrane did not put
    ?  └─ image               team/app:v1   build, push what differs
    ");
}
