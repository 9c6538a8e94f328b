//! Reading a policy as ECR takes it.

use super::codes::Code;
use super::draft::Draft;
use super::fault::{Finding, ListFault, NumberName, TextFault};
use super::node::{Node, Value};
use super::rule::{StorageClass, Word};
use super::shape::{Known, Object};
use super::validate;
use super::value::{pattern_fault, prefix_fault};

const DOCUMENT: &[Known] = &[Known::required("rules", "the list of the rules")];
const RULE: &[Known] = &[
    Known::required(
        "rulePriority",
        "a whole number from 1; the lowest is applied first and wins",
    ),
    Known::optional("description"),
    Known::required("selection", "which images the rule is about"),
    Known::required(
        "action",
        "what happens to them, such as `{\"type\": \"expire\"}`",
    ),
];
const SELECTION: &[Known] = &[
    Known::required("tagStatus", "`tagged`, `untagged` or `any`"),
    Known::optional("tagPatternList"),
    Known::optional("tagPrefixList"),
    Known::optional("storageClass"),
    Known::required(
        "countType",
        "`imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`",
    ),
    Known::optional("countUnit"),
    Known::required("countNumber", "a number of images or of days, from 1"),
];
const ACTION: &[Known] = &[
    Known::required("type", "`expire` or `transition`"),
    Known::optional("targetStorageClass"),
];

/// The rules of a document, each fault reported.
pub(super) fn drafts(root: &Node, findings: &mut Vec<Finding>) -> Vec<Draft> {
    let Value::Object(properties) = &root.value else {
        let found = root.kind();
        findings.push(Finding::new(TextFault::NotAnObject { found }, root.span));
        return Vec::new();
    };
    let opening = root.opening();
    let Some(document) = Object::open(root, "policy", opening, String::new(), findings) else {
        return Vec::new();
    };
    if document.get("rules").is_none() && document.get("imageDetails").is_some() {
        findings.push(Finding::new(TextFault::ListOfImages, opening));
        return Vec::new();
    }
    document.report_missing(DOCUMENT, findings);
    // Without `rules` this is hardly a policy, and every name in it a stranger.
    if document.get("rules").is_some() && properties.len() > 1 {
        document.report_unknown(DOCUMENT, elsewhere, findings);
    }
    let drafts: Vec<Draft> = rule_nodes(&document, findings)
        .iter()
        .enumerate()
        .filter_map(|(index, node)| draft(index, node, findings))
        .collect();
    for draft in &drafts {
        validate::rule(draft, findings);
    }
    validate::across(&drafts, findings);
    drafts
}

/// The values in `rules`, as long as it is a list with neither too few nor too
/// many of them.
pub(super) fn rule_nodes<'n>(document: &Object<'n>, findings: &mut Vec<Finding>) -> &'n [Node] {
    let nodes = document.list("rules", findings);
    let Some(property) = document.get("rules") else {
        return nodes;
    };
    let count = nodes.len();
    let fault = match &property.node.value {
        Value::Array(_) if count == 0 => ListFault::NoRules,
        Value::Array(_) if count > super::fault::MAX_RULES => ListFault::TooManyRules { count },
        _ => return nodes,
    };
    findings.push(Finding::new(fault, property.name_span).at("rules"));
    nodes
}

fn draft(index: usize, node: &Node, findings: &mut Vec<Finding>) -> Option<Draft> {
    let opening = node.opening();
    let mut draft = Draft::blank(index, node.span);
    let rule = Object::open(node, "a rule", opening, draft.path.clone(), findings)?;
    rule.report_missing(RULE, findings);
    rule.report_unknown(RULE, elsewhere, findings);
    draft.priority = rule.number(NumberName::RulePriority, findings);
    draft.description = rule.text("description", findings);
    if let Some(selection) = rule.inner("selection", findings) {
        read_selection(&selection, &mut draft, findings);
    }
    if let Some(action) = rule.inner("action", findings) {
        action.report_missing(ACTION, findings);
        action.report_unknown(ACTION, elsewhere, findings);
        draft.action_place = action.place;
        draft.action = action.word("type", Code::ActionType, Word::ALL, findings);
        draft.target = action.word(
            "targetStorageClass",
            Code::TargetStorageClass,
            &[StorageClass::Archive],
            findings,
        );
    }
    Some(draft)
}

fn read_selection(selection: &Object<'_>, draft: &mut Draft, findings: &mut Vec<Finding>) {
    selection.report_missing(SELECTION, findings);
    selection.report_unknown(SELECTION, elsewhere, findings);
    draft.selection_place = selection.place;
    draft.selection_path.clone_from(&selection.path);
    draft.status = selection.word("tagStatus", Code::TagStatus, Word::ALL, findings);
    draft.patterns = selection.tags("tagPatternList", pattern_fault, findings);
    draft.prefixes = selection.tags("tagPrefixList", prefix_fault, findings);
    draft.storage_class = selection.word("storageClass", Code::StorageClass, Word::ALL, findings);
    draft.count_type = selection.word("countType", Code::CountType, Word::ALL, findings);
    draft.count_unit = selection.word("countUnit", Code::CountUnit, Word::ALL, findings);
    draft.count_number = selection.number(NumberName::CountNumber, findings);
}

/// Where a name belongs that is known, only not here; and what some names of
/// other formats are.
fn elsewhere(name: &str) -> Option<String> {
    let home = |known: &[Known]| known.iter().any(|known| known.name == name);
    if home(RULE) {
        return Some(format!("`{name}` belongs directly in a rule"));
    }
    if home(SELECTION) {
        return Some(format!("`{name}` belongs in `selection`"));
    }
    if home(ACTION) {
        return Some(format!("`{name}` belongs in `action`"));
    }
    match name {
        "maximumNumberOfImages" => Some(
            "this is a property of Crosswalk rules; ECR has `countType` `imageCountMoreThan` with `countNumber`".to_owned(),
        ),
        "maximumAgeLimit" => Some(
            "this is a property of Crosswalk rules; ECR has `countType` `sinceImagePushed` with `countNumber`".to_owned(),
        ),
        _ => None,
    }
}
