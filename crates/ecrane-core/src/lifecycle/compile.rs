//! Reading rules as Pulumi Crosswalk for AWS writes them, and what they come to
//! in ECR's own terms.
//!
//! Both of its shapes are read: `selection` of the classic module and
//! `tagStatus` of the present one. Where Crosswalk silently drops a property,
//! the rule is refused here.

use std::num::NonZeroU32;

use super::Document;
use super::codes::Code;
use super::draft::Draft;
use super::ecr;
use super::fault::{AwsxFault, Finding, ListFault, NumberName, TextFault};
use super::node::{Node, Value};
use super::rule::{Action, CountType, CountUnit, Policy, TagStatus, Word};
use super::shape::{Field, Known, Object};
use super::validate;
use super::value::prefix_fault;

const DOCUMENT: &[Known] = &[Known::optional("rules"), Known::optional("skip")];
const RULE: &[Known] = &[
    Known::optional("selection"),
    Known::optional("tagStatus"),
    Known::optional("tagPrefixList"),
    Known::optional("maximumNumberOfImages"),
    Known::optional("maximumAgeLimit"),
    Known::optional("description"),
];
const SELECTION: &[Known] = &[Known::required("tagPrefixList", "the prefixes of the tags")];

/// What a document comes to.
pub(super) enum Compiled {
    /// `skip`: no policy is wanted.
    Skip,
    /// No rules: the default.
    Default,
    /// These rules, as far as they could be read.
    Rules(Vec<Draft>),
}

impl Compiled {
    /// The policy with the places of its rules.
    pub(super) fn document(&self) -> Document {
        match self {
            Self::Skip => Document::default(),
            Self::Default => Document {
                policy: Some(Policy::crosswalk_default()),
                ..Document::default()
            },
            Self::Rules(drafts) => Document::of(drafts),
        }
    }
}

/// Reads a document; each fault is reported.
pub(super) fn compile(root: &Node, findings: &mut Vec<Finding>) -> Compiled {
    match &root.value {
        Value::Null => return Compiled::Default,
        Value::Object(_) => {}
        _ => {
            let found = root.kind();
            findings.push(Finding::new(TextFault::NotAnObject { found }, root.span));
            return Compiled::Default;
        }
    }
    let opening = root.opening();
    let Some(document) = Object::open(root, "policy", opening, String::new(), findings) else {
        return Compiled::Default;
    };
    document.report_unknown(DOCUMENT, elsewhere, findings);
    if document.flag("skip", findings).value() == Some(&true) {
        return Compiled::Skip;
    }
    if document.get("rules").is_none() {
        return Compiled::Default;
    }
    let drafts = ecr::rule_nodes(&document, findings)
        .iter()
        .enumerate()
        .filter_map(|(index, node)| draft(index, node, findings))
        .collect();
    let drafts = in_order(drafts);
    for draft in &drafts {
        validate::rule(draft, findings);
    }
    validate::across(&drafts, findings);
    Compiled::Rules(drafts)
}

/// Numbers the rules: the first wins, and `any` comes last, as ECR wants it.
fn in_order(drafts: Vec<Draft>) -> Vec<Draft> {
    let is_any = |draft: &Draft| draft.status.value() == Some(&TagStatus::Any);
    let (any, mut ordered): (Vec<Draft>, Vec<Draft>) = drafts.into_iter().partition(is_any);
    ordered.extend(any);
    let numbers = (1..).filter_map(NonZeroU32::new);
    for (draft, number) in ordered.iter_mut().zip(numbers) {
        draft.priority = Field::Given(number, draft.selection_place);
    }
    ordered
}

fn draft(index: usize, node: &Node, findings: &mut Vec<Finding>) -> Option<Draft> {
    let opening = node.opening();
    let mut draft = Draft::blank(index, node.span);
    let rule = Object::open(node, "a rule", opening, draft.path.clone(), findings)?;
    rule.report_unknown(RULE, elsewhere, findings);
    draft.description = rule.text("description", findings);
    draft.action = Field::Given(Action::Expire, opening);
    limit(&rule, &mut draft, findings);
    match (rule.get("selection"), rule.get("tagStatus")) {
        (Some(_), None) => selection(&rule, &mut draft, findings),
        (None, Some(_)) => tag_status(&rule, &mut draft, findings),
        (Some(first), Some(second)) => {
            let finding = Finding::new(AwsxFault::BothSelections, second.name_span);
            let finding = finding.at(rule.path_of("tagStatus"));
            findings.push(finding.label(first.name_span, "and here"));
        }
        (None, None) => {
            let path = rule.path_of("selection");
            findings.push(Finding::new(AwsxFault::NoSelection, opening).at(path));
        }
    }
    Some(draft)
}

/// Exactly one of the two limits.
fn limit(rule: &Object<'_>, draft: &mut Draft, findings: &mut Vec<Finding>) {
    let images = rule.number(NumberName::MaximumNumberOfImages, findings);
    let days = rule.number(NumberName::MaximumAgeLimit, findings);
    let (count_type, number) = match (images.place(), days.place()) {
        (Some(_), None) => (CountType::ImageCountMoreThan, images),
        (None, Some(_)) => (CountType::SinceImagePushed, days),
        (Some(first), Some(second)) => {
            let finding = Finding::new(AwsxFault::BothLimits, second).at(&rule.path);
            findings.push(finding.label(first, "and here"));
            return;
        }
        (None, None) => {
            findings.push(Finding::new(AwsxFault::NoLimit, rule.place).at(&rule.path));
            return;
        }
    };
    let place = number.place().unwrap_or(rule.place);
    draft.count_type = Field::Given(count_type, place);
    if count_type.count_unit().is_some() {
        draft.count_unit = Field::Given(CountUnit::Days, place);
    }
    draft.count_number = number;
}

/// The classic shape: a word, or an object with prefixes.
fn selection(rule: &Object<'_>, draft: &mut Draft, findings: &mut Vec<Finding>) {
    let Some(property) = rule.get("selection") else {
        return;
    };
    let path = rule.path_of("selection");
    let place = property.node.span;
    if let Some(list) = rule.get("tagPrefixList") {
        let finding = Finding::new(AwsxFault::BothSelections, list.name_span);
        findings.push(
            finding
                .at(rule.path_of("tagPrefixList"))
                .label(place, "and here"),
        );
    }
    match &property.node.value {
        Value::String(word) => match word.as_str() {
            "any" => draft.status = Field::Given(TagStatus::Any, place),
            "untagged" => draft.status = Field::Given(TagStatus::Untagged, place),
            _ => {
                let found = word.clone();
                let fault = AwsxFault::SelectionWord { found };
                findings.push(Finding::new(fault, place).at(path));
            }
        },
        Value::Object(_) => {
            let Some(inner) = rule.inner("selection", findings) else {
                return;
            };
            inner.report_missing(SELECTION, findings);
            inner.report_unknown(SELECTION, elsewhere, findings);
            draft.selection_path = path;
            draft.prefixes = inner.tags("tagPrefixList", prefix_fault, findings);
            if !draft.prefixes.is_absent() {
                draft.status = Field::Given(TagStatus::Tagged, property.name_span);
            }
        }
        _ => findings.push(Finding::new(AwsxFault::SelectionType, place).at(path)),
    }
}

/// The present shape: ECR's word, with prefixes beside it.
fn tag_status(rule: &Object<'_>, draft: &mut Draft, findings: &mut Vec<Finding>) {
    draft.status = rule.word("tagStatus", Code::TagStatus, Word::ALL, findings);
    draft.prefixes = rule.tags("tagPrefixList", prefix_fault, findings);
    if let Field::Given(TagStatus::Tagged, place) = draft.status
        && draft.prefixes.is_absent()
    {
        let name = "tagPrefixList";
        let fault = ListFault::Empty { name };
        findings.push(Finding::new(fault, place).at(rule.path_of(name)));
        draft.prefixes = Field::Faulty(place);
    }
}

/// What to write for the names that ECR has and Crosswalk has not.
fn elsewhere(name: &str) -> Option<String> {
    let help = match name {
        "tagPatternList" => {
            "Crosswalk rules know prefixes only; write the policy as ECR JSON for patterns"
        }
        "rulePriority" => "the order of the rules is their priority: the first one wins",
        "countNumber" | "countType" | "countUnit" => {
            "Crosswalk rules have `maximumNumberOfImages` or `maximumAgeLimit` instead"
        }
        "action" => "Crosswalk rules always expire images",
        _ => return None,
    };
    Some(help.to_owned())
}
