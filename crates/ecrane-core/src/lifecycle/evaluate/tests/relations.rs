//! Indexes with their children, and referrers with their subjects.

use super::whole;

#[test]
fn an_index_holds_its_children() {
    let rules = ["1 untagged pushed 1"];
    let world = ["list v1 9 holds=one,two", "one - 9", "two - 9", "alone - 9"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    list: kept: no rule selects it
    one: kept: the index sha256:6c6973740000 holds it
    two: kept: the index sha256:6c6973740000 holds it
    alone: expires by rule 1 (untagged): pushed 2026-05-19T12:00:00Z, more than 1 day ago
    ");
}

#[test]
fn children_of_an_index_that_goes_follow_in_the_next_pass() {
    let rules = ["1 any count 1"];
    let world = [
        "new v2 1",
        "list v1 9 holds=inner",
        "inner - 9 holds=leaf",
        "leaf - 9",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    new: kept: claimed by rule 1 (any), newest 1 of 4, goes after 1 more
    list: expires by rule 1 (any): newest 4 of 4, and it keeps 1
    inner: kept: the index sha256:6c6973740000 holds it; not certain: every index that holds it may go, and AWS does not say whether children go with it at once
    leaf: kept: the index sha256:696e6e657200 holds it; not certain: every index that holds it may go, and AWS does not say whether children go with it at once
    warning: not certain for 2 images: every index that holds it may go, and AWS does not say whether children go with it at once
    ");
}

#[test]
fn one_index_that_stays_is_enough() {
    let rules = ["1 tmp* pushed 1", "2 untagged pushed 1"];
    let world = ["goes tmp 2 holds=leaf", "stays v1 9 holds=leaf", "leaf - 9"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    goes: expires by rule 1 (tmp*): pushed 2026-05-26T12:00:00Z, more than 1 day ago
    stays: kept: no rule selects it
    leaf: kept: the index sha256:737461797300 holds it
    ");
}

#[test]
fn an_archived_index_holds_nothing() {
    let rules = ["1 untagged pushed 1"];
    let world = ["list v1 400 archived=300 holds=one", "one - 9"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    list: kept: no rule selects it
    one: expires by rule 1 (untagged): pushed 2026-05-19T12:00:00Z, more than 1 day ago
    ");
}

#[test]
fn a_referrer_goes_with_its_subject() {
    let rules = ["1 tmp* pushed 1"];
    let world = [
        "goes tmp 2",
        "sig - 2 of=goes",
        "sigsig - 2 of=sig",
        "stays v1 9",
        "other - 9 of=stays",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    goes: expires by rule 1 (tmp*): pushed 2026-05-26T12:00:00Z, more than 1 day ago
    sig: expires by rule 1 (tmp*): goes with sha256:676f65730000, the image it refers to
    sigsig: expires by rule 1 (tmp*): goes with sha256:736967000000, the image it refers to
    stays: kept: no rule selects it
    other: kept: stays with sha256:737461797300, the image it refers to
    ");
}

#[test]
fn referrers_in_a_circle_stay() {
    let rules = ["1 any pushed 1"];
    let world = ["a - 9 of=b", "b - 9 of=a", "self - 9 of=self"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    a: kept: stays with sha256:620000000000, the image it refers to; not certain: AWS does not say whether images that refer to others are selected and counted too
    b: kept: stays with sha256:610000000000, the image it refers to; not certain: AWS does not say whether images that refer to others are selected and counted too
    self: kept: stays with sha256:73656c660000, the image it refers to; not certain: AWS does not say whether images that refer to others are selected and counted too
    warning: not certain for 3 images: AWS does not say whether images that refer to others are selected and counted too
    ");
}
