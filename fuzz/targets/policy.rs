//! Any text as a policy: every place of a finding is in the text, and what is
//! valid compiles to a policy that is valid and means the same.

#![no_main]

use ecrane_core::diagnostic::{self, Colour, Diagnostic, Source};
use ecrane_core::lifecycle::{self, Dialect, Policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let dialects = Dialect::ALL.map(Some).into_iter().chain([None]);
    for dialect in dialects {
        let checked = lifecycle::read(text, dialect);
        check_places(text, &checked.diagnostics);
        let lints = lifecycle::lint(&checked);
        check_places(text, &lints);
        for lint in &lints {
            if let Some(Ok(mended)) = lifecycle::mend(text, &checked, lint) {
                let again = lifecycle::read(&mended, checked.dialect);
                assert!(again.is_valid(), "{mended}");
            }
        }
        let embedded = checked.embedded.iter().filter_map(|it| it.policy.as_ref());
        for policy in checked.policy.iter().chain(embedded) {
            check_compiled(policy);
        }
    }
    let refused = lifecycle::service_message(text).is_err();
    let faulty = !lifecycle::check(text).is_valid();
    assert!(
        faulty || !refused,
        "ECR's words for a policy without a fault"
    );
});

fn check_places(text: &str, found: &[Diagnostic]) {
    for found in found {
        let at = found.span;
        assert!(text.get(at.start..at.end).is_some(), "{found:?}");
    }
    let source = Source {
        name: "policy",
        text,
    };
    diagnostic::render(source, found, Colour::Off);
}

fn check_compiled(policy: &Policy) {
    let json = policy.to_json();
    let again = lifecycle::check(&json);
    let compiled = again.policy.expect("what is compiled is a policy of ECR");
    assert!(lifecycle::same_meaning(policy, &compiled), "{json}");
    assert_eq!(compiled.to_json(), json, "compiling twice changes nothing");
}
