// Made from src/ by its tests, which fail when they differ.

/**
 * A way to write a lifecycle policy.
 */
export type Dialect = "ecr" | "awsx" | "ecrane" | "cloudformation" | "terraform-plan";

/**
 * How much a finding matters.
 */
export type Severity = "error" | "warning" | "info";

/**
 * A second place that explains a finding.
 */
export type Label = {
/**
 * What is to be seen there.
 */
text: string,
/**
 * Where it begins.
 */
from: number,
/**
 * Where it ends.
 */
to: number, };

/**
 * One finding. Offsets count UTF-16 units, as JavaScript does.
 */
export type Finding = {
/**
 * Stable name in kebab-case, such as `count-unit-required`.
 */
code: string,
/**
 * How much it matters.
 */
severity: Severity,
/**
 * What is wrong, as half a sentence.
 */
message: string,
/**
 * What to do about it.
 */
help: string | null,
/**
 * The value it is about, such as `rules[0].selection.countUnit`.
 */
path: string | null,
/**
 * Where it begins.
 */
from: number,
/**
 * Where it ends.
 */
to: number,
/**
 * Other places that explain it.
 */
labels: Array<Label>,
/**
 * Whether `mend` knows something for it.
 */
mendable: boolean, };

/**
 * What was found in a policy.
 */
export type Report = {
/**
 * Whether no finding is an error.
 */
valid: boolean,
/**
 * The dialect it was read in; null where it could not be recognised.
 */
dialect: Dialect | null,
/**
 * Whether the text is a document around policies: a template, a plan, an answer
 * of ECR.
 */
around: boolean,
/**
 * In the order of the text.
 */
findings: Array<Finding>, };

/**
 * A policy as ECR takes it.
 */
export type Compiled = {
/**
 * What was found in the text.
 */
report: Report,
/**
 * The JSON for PutLifecyclePolicy; null where the text has an error, and
 * where it asks for no policy.
 */
policy: string | null, };

/**
 * Nothing, deleted, or archived.
 */
export type Action = "none" | "expire" | "transition";

/**
 * Either that something happens for sure, or that it may.
 */
export type Certainty = "will" | "may";

/**
 * What happens to an image, and why.
 */
export type Verdict = { digest: string, tags: Array<string>, action: Action, certainty: Certainty,
/**
 * Of the rule that removes it.
 */
rulePriority: number | null,
/**
 * Of the rule that it belongs to, whether it is removed or not.
 */
claimedBy: number | null,
/**
 * The digest of the index that it is a part of.
 */
blockedBy: string | null, reason: string, };

/**
 * The verdicts in numbers.
 */
export type Summary = { images: number, expire: number, transition: number,
/**
 * Those that are not certain.
 */
may: number,
/**
 * At most, of those that expire.
 */
bytes: number, };

/**
 * A rule in words.
 */
export type RuleInWords = {
/**
 * Its number; the lowest is applied first.
 */
rulePriority: number,
/**
 * What it selects.
 */
selects: string,
/**
 * What becomes of those.
 */
outcome: string,
/**
 * What its author wrote.
 */
description: string | null, };

/**
 * A rule in words, and what it comes to in numbers of images.
 */
export type RuleAtWork = {
/**
 * The rule in words.
 */
words: RuleInWords,
/**
 * Where it begins in the text, or what it was compiled from.
 */
from: number,
/**
 * Where it ends.
 */
to: number,
/**
 * Those it selects, and counts.
 */
selected: number,
/**
 * Those of them that are beyond its limit.
 */
marked: number,
/**
 * Those of them that belong to it: no earlier rule selects them.
 */
claimed: number,
/**
 * Those that go by it, or may.
 */
removed: number, };

/**
 * A policy played through on images.
 */
export type Played = {
/**
 * What was found in the policy.
 */
report: Report,
/**
 * The JSON for PutLifecyclePolicy; null where the text has an error, and
 * where it asks for no policy.
 */
policy: string | null,
/**
 * The policy's rules, the first applied first.
 */
rules: Array<RuleAtWork>,
/**
 * The verdicts in numbers; null where there are none.
 */
summary: Summary | null,
/**
 * What is to be known of all verdicts, each a sentence.
 */
warnings: Array<string>, };

/**
 * What happens to an image by one of two policies.
 */
export type Hands = { action: Action, certainty: Certainty,
/**
 * Of the rule that it belongs to.
 */
claimedBy: number | null, };

/**
 * An image that changes hands from one policy to another.
 */
export type ImageChange = { digest: string, tags: Array<string>, old: Hands, new: Hands, };

/**
 * A rule that is not as it was.
 */
export type Change = { "kind": "added", new: RuleInWords, } | { "kind": "removed", old: RuleInWords, } | { "kind": "changed", old: RuleInWords, new: RuleInWords, } | { "kind": "moved", old: RuleInWords, new: RuleInWords, };

/**
 * What changes from one policy to another.
 */
export type Compared = {
/**
 * Whether both can be used; else there is nothing to compare.
 */
valid: boolean,
/**
 * The rules that change.
 */
rules: Array<Change>,
/**
 * How many images change hands.
 */
count: number,
/**
 * Those images, the newest first, and of many the first thousand.
 */
images: Array<ImageChange>, };

/**
 * A text with one finding of it mended.
 */
export type Mended = {
/**
 * The text; null where it cannot be mended.
 */
text: string | null,
/**
 * What ECR would not take of it.
 */
refusal: string | null, };

/**
 * What of AWS's guide a verdict rests on.
 */
export type Basis = {
/**
 * What the guide says, in short.
 */
guide: string,
/**
 * What AWS does not say, or nobody told, and would make a difference.
 */
open: string | null, };
