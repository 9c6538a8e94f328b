//! The ways to write a lifecycle policy.

use std::fmt;
use std::str::FromStr;

use super::ecrane;
use super::format::Format;
use super::node::{Node, Property, Value};
use crate::spelling;

/// A way to write a lifecycle policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `ecr`: the JSON that ECR itself takes.
    Ecr,
    /// `awsx`: the rules of Pulumi Crosswalk for AWS.
    Awsx,
    /// `ecrane`: rules that say what ECR needs several rules for.
    Ecrane,
    /// `cloudformation`: policies inside a template of CloudFormation or CDK.
    CloudFormation,
    /// `terraform-plan`: policies inside what `terraform show -json` prints.
    TerraformPlan,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 5] = [
        Self::Ecr,
        Self::Awsx,
        Self::Ecrane,
        Self::CloudFormation,
        Self::TerraformPlan,
    ];

    /// The name that `--dialect` takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ecr => "ecr",
            Self::Awsx => "awsx",
            Self::Ecrane => "ecrane",
            Self::CloudFormation => "cloudformation",
            Self::TerraformPlan => "terraform-plan",
        }
    }

    /// Whether its documents are about other things, too, and hold policies in
    /// strings.
    pub(super) fn holds_policies(self) -> bool {
        matches!(self, Self::CloudFormation | Self::TerraformPlan)
    }

    /// Whether its documents are written in YAML, too.
    pub(super) fn may_be_yaml(self) -> bool {
        match self {
            Self::Ecr | Self::Awsx | Self::TerraformPlan => false,
            Self::Ecrane | Self::CloudFormation => true,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no dialect's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDialect(String);

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Dialect::ALL.map(Dialect::as_str);
        write!(
            f,
            "no dialect is called `{}`: write {}",
            self.0,
            names.map(|name| format!("`{name}`")).join(" or ")
        )?;
        match spelling::nearest(&self.0, names.into_iter()) {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == name)
            .ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}

/// The dialect a document is written in, by the names of its properties.
/// Nothing for one that has none: `{}` is a default to Crosswalk and a mistake
/// to ECR.
pub(super) fn detect(root: &Node, format: Format) -> Option<Dialect> {
    let properties = match &root.value {
        Value::Null => return None,
        Value::Object(properties) if properties.is_empty() => return None,
        Value::Object(properties) if has(properties, &["Resources"]) => {
            return Some(Dialect::CloudFormation);
        }
        Value::Object(properties) if has(properties, &["planned_values", "terraform_version"]) => {
            return Some(Dialect::TerraformPlan);
        }
        // ECR and Crosswalk have JSON only.
        _ if format == Format::Yaml => return Some(Dialect::Ecrane),
        Value::Object(properties) => properties,
        _ => return Some(Dialect::Ecr),
    };
    let mut signs: Vec<Dialect> = properties
        .iter()
        .filter_map(|property| match property.name.as_str() {
            "skip" => Some(Dialect::Awsx),
            name => ecrane::is_sign(name, false).then_some(Dialect::Ecrane),
        })
        .collect();
    let rules = properties
        .iter()
        .filter(|property| property.name == "rules");
    let rules = rules.flat_map(|property| elements(&property.node));
    signs.extend(rules.filter_map(speaks));
    let count = |dialect| signs.iter().filter(|sign| **sign == dialect).count();
    // A document with no sign of any is checked as what most are.
    let others = [Dialect::Awsx, Dialect::Ecrane];
    let most = others.into_iter().max_by_key(|dialect| count(*dialect))?;
    Some(if count(most) > count(Dialect::Ecr) {
        most
    } else {
        Dialect::Ecr
    })
}

fn has(properties: &[Property], names: &[&str]) -> bool {
    let mut given = properties.iter().map(|property| property.name.as_str());
    given.any(|name| names.contains(&name))
}

fn elements(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(nodes) => nodes,
        _ => &[],
    }
}

/// The dialect of one rule, if it has a property that only one dialect has.
fn speaks(rule: &Node) -> Option<Dialect> {
    let Value::Object(properties) = &rule.value else {
        return None;
    };
    let mut spoken = None;
    for property in properties {
        match (property.name.as_str(), &property.node.value) {
            ("rulePriority" | "action", _) => return Some(Dialect::Ecr),
            ("maximumNumberOfImages" | "maximumAgeLimit", _) | ("selection", Value::String(_)) => {
                spoken = Some(Dialect::Awsx);
            }
            (name, _) if ecrane::is_sign(name, true) => spoken = Some(Dialect::Ecrane),
            _ => {}
        }
    }
    spoken
}
