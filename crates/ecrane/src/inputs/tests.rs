use super::*;
use std::ffi::OsString;

fn read(variables: &[(&str, &str)]) -> (Inputs, Vec<String>) {
    let variables = variables
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let (inputs, notices) = from_environment(variables).unwrap();
    (inputs, notices.iter().map(ToString::to_string).collect())
}

#[test]
fn an_empty_input_is_unset() {
    assert_eq!(
        read(&[
            ("INPUT_REPOSITORY", ""),
            ("INPUT_DRY-RUN", ""),
            ("PATH", "/bin")
        ]),
        (Inputs::default(), vec![])
    );
}

#[test]
fn a_list_keeps_its_commas_and_lines() {
    let (inputs, _) = read(&[("INPUT_BUILD-ARGS", "A=1,2\nB=3")]);
    assert_eq!(inputs.build_args, ["A=1,2\nB=3"]);
}

#[test]
fn other_tools_names_work_with_a_notice_and_slips_are_named() {
    let (inputs, notices) = read(&[
        ("INPUT_ECR_REPOSITORY", "app"),
        ("INPUT_TAG", "v1"),
        ("INPUT_FRAMBOISE", "x"),
    ]);
    assert_eq!(inputs.repository.as_deref(), Some("app"));
    assert_eq!(
        notices,
        [
            "the input `ecr_repository` is called `repository` here",
            "there is no input `tag`; did you mean `tags`?",
            "there is no input `framboise`",
        ]
    );
}

#[test]
fn two_names_of_one_input_must_not_contradict_each_other() {
    let both = |value: &str| {
        let variables = [("INPUT_REPO", "mine"), ("INPUT_REPOSITORY", value)];
        from_environment(variables.map(|(n, v)| (n.into(), v.into())).into_iter())
    };
    assert!(both("mine").is_ok());
    assert_eq!(
        both("other").unwrap_err().to_string(),
        "`repo` and `repository` are the same input, with two values; give one of them"
    );
}

#[test]
fn space_around_a_value_is_not_meant_but_in_a_build_argument_it_may_be() {
    let (inputs, _) = read(&[
        ("INPUT_REPOSITORY", "app\n"),
        ("INPUT_CONTEXT", "  "),
        ("INPUT_BUILD-ARGS", "A=x  "),
    ]);
    assert_eq!(inputs.repository.as_deref(), Some("app"));
    assert_eq!(inputs.context, None);
    assert_eq!(inputs.build_args, ["A=x  "]);
}

#[test]
fn variables_that_are_not_text_are_no_concern_unless_they_are_inputs() {
    use std::os::unix::ffi::OsStringExt;
    let bytes = || OsString::from_vec(vec![0xff, 0xfe]);
    let other = from_environment([("LEGACY".into(), bytes())].into_iter());
    assert!(other.is_ok());
    let input = from_environment([("INPUT_TAGS".into(), bytes())].into_iter());
    assert_eq!(
        input.unwrap_err().to_string(),
        "the input `tags` is not UTF-8 text"
    );
}
