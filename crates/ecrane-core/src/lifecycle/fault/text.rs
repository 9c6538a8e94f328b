//! What can be wrong with the text, before it is a policy.

use super::{Code, Words, error, one_of, shown};
use crate::lifecycle::Dialect;
use crate::lifecycle::node::{MAX_DEPTH, Type};

/// The most characters that ECR takes as a policy.
pub(in crate::lifecycle) const MAX_CHARACTERS: usize = 30_720;
/// The fewest characters that ECR takes as a policy.
pub(in crate::lifecycle) const MIN_CHARACTERS: usize = 100;

/// A fault of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum TextFault {
    /// Nothing but whitespace.
    Blank,
    /// Longer than ECR takes, in characters.
    TooLong { characters: usize },
    /// Longer than ecrane reads, in bytes.
    OverCap { bytes: usize, limit: usize },
    /// Begins with a byte order mark.
    ByteOrderMark,
    /// Bytes that are UTF-16.
    Utf16,
    /// Bytes that are no UTF-8, from this offset.
    NotUtf8 { at: usize },
    /// Brackets inside brackets, without end.
    TooDeep,
    /// No JSON. The place decides the words.
    Syntax {
        message: String,
        help: Option<String>,
    },
    /// No YAML that is read. The place decides the words.
    YamlSyntax { message: String, help: String },
    /// A property is there twice.
    DuplicateProperty { name: String },
    /// JSON, and no object.
    NotAnObject { found: Type },
    /// What `describe-images` prints.
    ListOfImages,
    /// Terraform's own language.
    Hcl,
    /// Nothing in it tells the dialect.
    UnclearDialect,
    /// A workflow expression that nobody expanded.
    Expression,
    /// More findings than anybody reads.
    More { count: usize },
}

impl TextFault {
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Blank => error(Code::TextTooShort, "the document is empty")
                .help(format!(
                    "a policy has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters and at least one rule; for no policy at all, leave the input out"
                )),
            Self::TooLong { characters } => error(
                Code::TextTooLong,
                format!("the policy has {characters} characters, and ECR takes at most {MAX_CHARACTERS}"),
            )
            .help("shorten descriptions, or give the policy without line breaks and indentation"),
            Self::OverCap { bytes, limit } => error(
                Code::TextTooLong,
                format!("the text has {bytes} bytes, and only {limit} are read"),
            )
            .help(format!("ECR takes at most {MAX_CHARACTERS} characters: is this the right file?")),
            Self::ByteOrderMark => error(
                Code::ByteOrderMark,
                "the text begins with a byte order mark, which is left out",
            )
            .help("save the file as UTF-8 without a byte order mark (BOM)")
            .warning(),
            Self::Utf16 => error(Code::TextEncoding, "the text looks like UTF-16").help("save it as UTF-8"),
            Self::NotUtf8 { at } => error(Code::TextEncoding, format!("invalid UTF-8 at byte {at}"))
                .help("save the text as UTF-8"),
            Self::TooDeep => error(
                Code::NestingTooDeep,
                format!("more than {MAX_DEPTH} brackets are open here: the rest is not read"),
            )
            .help("a policy needs five: is this the right file?"),
            Self::Syntax { message, help } => {
                error(Code::JsonSyntax, message.as_str()).maybe_help(help.clone())
            }
            Self::YamlSyntax { message, help } => {
                error(Code::YamlSyntax, message.as_str()).help(help.as_str())
            }
            Self::DuplicateProperty { name } => {
                error(Code::DuplicateKey, format!("{} is there twice", shown(name)))
                    .help("keep one of the two: other readers silently drop one")
            }
            Self::NotAnObject { found } => error(
                Code::NotAnObject,
                format!("a policy is an object with `rules`, and this is {found}"),
            )
            .help("write `{\"rules\": [ … ]}`"),
            Self::ListOfImages => error(
                Code::MissingProperty,
                "`rules` is missing: this is a list of images, and no policy",
            )
            .help("give it with `--images`, beside the policy"),
            Self::Hcl => error(
                Code::UnclearDialect,
                "this is Terraform's own language, and what it comes to is not known before a plan",
            )
            .help("give what `terraform show -json PLAN` prints, or the JSON of the policy alone"),
            Self::UnclearDialect => error(
                Code::UnclearDialect,
                "this has no `rules`, so it may be an incomplete ECR policy or Crosswalk's default",
            )
            .help(format!(
                "add `rules`; on the command line `--dialect` can say which it is ({}); a blank `awsx` document keeps at most one untagged image, as the word `default` does",
                one_of(&Dialect::ALL.map(Dialect::as_str))
            )),
            Self::Expression => error(
                Code::UnexpandedExpression,
                "`${{` is the start of a workflow expression that nothing has expanded",
            )
            .help("expressions are expanded in workflow files only, not in the files they name")
            .warning(),
            Self::More { count } => error(Code::MoreFindings, format!("{count} more findings are left out"))
                .help("mend these first")
                .info(),
        }
    }
}
