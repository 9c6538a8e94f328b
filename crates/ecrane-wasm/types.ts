// Made from src/report.rs by its test, which fails when they differ.

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
