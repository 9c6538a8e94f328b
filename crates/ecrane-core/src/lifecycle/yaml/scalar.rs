//! What a scalar stands for: YAML 1.2's core schema, with numbers as written.

use saphyr_parser::{ScalarStyle, Tag};

use super::super::node::Value;

/// The value of a scalar. In quotes it is text, without them what it looks
/// like.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let text_by_tag = tag.is_some_and(|tag| {
        tag.suffix.is_empty() || (tag.is_yaml_core_schema() && tag.suffix == "str")
    });
    if text_by_tag || style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Boolean(true),
        "false" | "False" | "FALSE" => Value::Boolean(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => Value::String(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = |digits: &str, radix| digits.chars().all(|it| it.is_digit(radix));
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && digits(octal, 8);
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return !hexadecimal.is_empty() && digits(hexadecimal, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => true,
        ".nan" | ".NaN" | ".NAN" => unsigned == text,
        _ => is_decimal(unsigned),
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_some = !(exponent.is_empty() || whole.is_empty() && fraction.is_empty());
    is_some && digits(whole) && digits(fraction) && digits(exponent)
}
