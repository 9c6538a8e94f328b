//! Verdicts that may turn out otherwise.

use super::{verdicts, whole};
use crate::lifecycle::image::Extent;

#[test]
fn at_equal_times_the_smaller_digest_is_newer_perhaps() {
    let rules = ["1 any count 2"];
    let world = ["a a 1", "b b 2", "c c 2", "d d 3"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    a: kept: claimed by rule 1 (any), newest 1 of 4, goes after 2 more
    b: kept: claimed by rule 1 (any), newest 2 of 4, goes after 1 more; not certain: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
    c: expires by rule 1 (any): newest 3 of 4, and it keeps 2; not certain: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
    d: expires by rule 1 (any): newest 4 of 4, and it keeps 2
    warning: not certain for 2 images: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
    ");
}

#[test]
fn equal_times_away_from_the_edge_do_not_matter() {
    let rules = ["1 any count 2"];
    let world = ["a a 1", "b b 1", "c c 2", "d d 2"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    a: kept: claimed by rule 1 (any), newest 1 of 4, goes after 2 more
    b: kept: claimed by rule 1 (any), newest 2 of 4, goes after 1 more
    c: expires by rule 1 (any): newest 3 of 4, and it keeps 2
    d: expires by rule 1 (any): newest 4 of 4, and it keeps 2
    ");
}

#[test]
fn what_is_being_restored_has_no_certain_storage_class() {
    let rules = ["1 any pushed 30", "2 any archived 90"];
    insta::assert_snapshot!(whole(&rules, &["a a 400 activating"]), @"a: expires by rule 2 (any): archived 2026-02-17T12:00:00Z, more than 90 days ago");
    insta::assert_snapshot!(whole(&["1 any count 1"], &["a a 3 activating", "b b 4"]), @"
    a: kept: no rule selects it
    b: kept: claimed by rule 1 (any), newest 1 of 1, goes after 1 more; not certain: AWS does not say which storage class an image has while it is being restored, or has a status that is not known here
    warning: not certain for 1 image: AWS does not say which storage class an image has while it is being restored, or has a status that is not known here
    ");
}

#[test]
fn a_referrer_is_not_selected_or_counted_by_itself() {
    let rules = ["1 any count 2"];
    let world = ["sig - 1 of=v2", "v2 v2 2", "v1 v1 3", "v0 v0 4"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    sig: kept: stays with sha256:763200000000, the image it refers to
    v2: kept: claimed by rule 1 (any), newest 1 of 3, goes after 2 more
    v1: kept: claimed by rule 1 (any), newest 2 of 3, goes after 1 more; not certain: AWS does not say whether images that refer to others are selected and counted too
    v0: expires by rule 1 (any): newest 3 of 3, and it keeps 2
    warning: not certain for 1 image: AWS does not say whether images that refer to others are selected and counted too
    ");
}

#[test]
fn a_referrer_without_its_subject_is_an_image_like_others() {
    let (rules, world) = (["1 untagged pushed 1"], ["sig - 9 of=gone"]);
    insta::assert_snapshot!(whole(&rules, &world), @"sig: expires by rule 1 (untagged): pushed 2026-05-19T12:00:00Z, more than 1 day ago");
    insta::assert_snapshot!(verdicts(&rules, &world, Extent::Unsaid), @r"
    sig: expires by rule 1 (untagged): pushed 2026-05-19T12:00:00Z, more than 1 day ago; not certain: the image it refers to is not listed, and may be there all the same
    warning: not certain for 1 image: the image it refers to is not listed, and may be there all the same
    ");
}

#[test]
fn without_the_children_of_an_index_nothing_untagged_is_certain() {
    let rules = ["1 untagged pushed 1"];
    let world = ["list v1 9 index", "child - 9", "young - 0.5"];
    insta::assert_snapshot!(whole(&rules, &world), @"
    list: kept: no rule selects it
    child: expires by rule 1 (untagged): pushed 2026-05-19T12:00:00Z, more than 1 day ago; not certain: it may be a child of an index, and the children of some are not in the data
    young: kept: claimed by rule 1 (untagged), goes in 12 hours: pushed 2026-05-28T00:00:00Z
    warning: the list does not say which images belong to its indexes (1, such as sha256:6c6973740000): untagged images may be their children; add the digests of its children to each index as `references`
    ");
}

#[test]
fn in_a_part_of_a_list_no_count_is_certain() {
    let rules = ["1 v* count 1", "2 any pushed 30"];
    let world = ["v2 v2 1", "v1 v1 2", "young x 3", "old y 40"];
    insta::assert_snapshot!(verdicts(&rules, &world, Extent::CutShort), @r"
    v2: kept: claimed by rule 1 (v*), newest 1 of 2, goes after 1 more; not certain: the list of images is not complete
    v1: expires by rule 1 (v*): newest 2 of 2, and it keeps 1; not certain: the list of images is not complete
    young: kept: claimed by rule 2 (any), goes in 27 days: pushed 2026-05-25T12:00:00Z
    old: expires by rule 2 (any): pushed 2026-04-18T12:00:00Z, more than 30 days ago; not certain: the list of images is not complete
    warning: not certain for 3 images: the list of images is not complete
    ");
}

#[test]
fn archived_images_are_missed_where_a_rule_is_about_them() {
    let rules = ["1 any archived 90"];
    insta::assert_snapshot!(verdicts(&rules, &["a a 9"], Extent::Unsaid), @r"
    a: kept: no rule selects it
    warning: no archived image is in the list, and a rule is about those: `aws ecr describe-images` lists them with `--filter imageStatus=ANY`
    ");
}

#[test]
fn two_open_points_together_are_a_doubt_where_neither_is_alone() {
    // If referrers count, v1 is at the edge, and v2 has the same time.
    let world = ["sig vsig 1 of=v2", "v1 v1 3", "v2 v2 3"];
    insta::assert_snapshot!(whole(&["1 v* count 2"], &world), @"
    sig: kept: stays with sha256:763200000000, the image it refers to; not certain: AWS does not say whether images that refer to others are selected and counted too
    v1: kept: claimed by rule 1 (v*), newest 1 of 2, goes after 2 more; not certain: AWS does not say whether images that refer to others are selected and counted too
    v2: kept: claimed by rule 1 (v*), newest 2 of 2, goes after 1 more; not certain: AWS does not say whether images that refer to others are selected and counted too
    warning: not certain for 3 images: AWS does not say whether images that refer to others are selected and counted too
    ");
    // If what is being restored is not in the archive, the index goes, and
    // perhaps its child with it.
    let world = ["list l 40 activating holds=child", "child - 40"];
    insta::assert_snapshot!(whole(&["1 any pushed 30"], &world), @"
    list: kept: no rule selects it; not certain: AWS does not say which storage class an image has while it is being restored, or has a status that is not known here
    child: expires by rule 1 (any): pushed 2026-04-18T12:00:00Z, more than 30 days ago; not certain: AWS does not say which storage class an image has while it is being restored, or has a status that is not known here
    warning: not certain for 2 images: AWS does not say which storage class an image has while it is being restored, or has a status that is not known here
    ");
}
