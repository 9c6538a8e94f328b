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
labels: Array<Label>, };

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
 * What a policy does to images.
 *
 * Core writes it without a type of its own in between; these are the words it
 * writes.
 */
export type Preview = {
/**
 * One for each image, in the order of the list.
 */
results: Array<Verdict>, summary: Summary,
/**
 * What is to be known of all verdicts, each a sentence.
 */
warnings: Array<string>, };

/**
 * A policy played through on images.
 */
export type Played = {
/**
 * What was found in the policy.
 */
policy: Report,
/**
 * What was found in the list of images.
 */
images: Array<Finding>,
/**
 * What happens to each image; null where one of the two has an error.
 */
preview: Preview | null, };
