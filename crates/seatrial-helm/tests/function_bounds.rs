//! Functions given what would take all time or memory: they end in a bound of
//! ours, or in an answer.

use std::sync::Arc;

use seatrial_helm::functions;
use seatrial_helm::template::engine::on_deep_stack;
use seatrial_helm::template::{Engine, ExecError, Home, Limits, Options, Set, Trace, Value};

fn execute(template: &str, trace: Trace) -> Result<String, Box<ExecError>> {
    let mut set = Set::new(functions::all());
    set.parse("t", template, Home::None).expect("a template");
    let limits = Limits { steps: 4_000_000, ..Limits::default() };
    let mut engine = Engine::new(Arc::new(set), trace, Options { limits, ..Options::default() });
    engine.execute("t", Value::NIL).map(|output| output.text.to_string())
}

fn assert_bounded(template: &str) {
    on_deep_stack(|| {
        for trace in [Trace::off(), Trace::on()] {
            let error = execute(template, trace).expect_err(template);
            assert!(error.is_bound, "{template}: {error}");
        }
    });
}

#[test]
fn lists_and_texts_that_are_too_large_are_refused() {
    let rows = [
        "{{ until 2000000000 | len }}",
        "{{ untilStep 0 9223372036854775807 1 | len }}",
        "{{ seq 1000000000000 | len }}",
        "{{ repeat 1000000000 `x` | len }}",
        "{{ indent 1000000000 `x` | len }}",
        "{{ nindent 100000 (repeat 100000 \"\\n\") | len }}",
        "{{ wrapWith 1 (repeat 100000 `x`) (repeat 100000 `y`) | len }}",
        "{{ replace `` (repeat 100000 `x`) (repeat 100000 `y`) | len }}",
        "{{ join (repeat 1000000 `x`) (until 1000) | len }}",
        "{{ splitList `` (repeat 1000000 `a`) | len }}",
    ];
    for template in rows {
        assert_bounded(template);
    }
}

#[test]
fn what_doubles_itself_ends() {
    let rows = [
        "{{ $d := list 1 }}{{ range until 60 }}{{ $d = concat $d $d }}{{ end }}",
        "{{ $d := `x` }}{{ range until 60 }}{{ $d = cat $d $d }}{{ end }}",
        "{{ $d := `x` }}{{ range until 60 }}{{ $d = replace `x` `xx` $d }}{{ end }}",
        "{{ $d := `x` }}{{ range until 60 }}{{ $d = quote $d }}{{ end }}",
        "{{ $d := list 1 }}{{ range until 60 }}{{ $d = list $d $d }}{{ end }}{{ deepCopy $d | len }}",
        "{{ $l := list }}{{ range until 20000 }}{{ $l = append $l . }}{{ end }}",
    ];
    for template in rows {
        assert_bounded(template);
    }
}

#[test]
fn maps_that_hold_themselves_are_neither_copied_nor_merged() {
    let start = "{{ $d := dict }}{{ $_ := set $d `s` $d }}{{ $e := dict }}{{ $_ := set $e `s` $e }}";
    for call in ["deepCopy $d", "merge $d $e", "mergeOverwrite $d $d"] {
        assert_bounded(&format!("{start}{{{{ {call} | len }}}}"));
    }
}

#[test]
fn values_that_hold_themselves_or_lie_deep_are_compared() {
    let rows = [
        "{{ $d := dict }}{{ $_ := set $d `s` $d }}{{ $e := dict }}{{ $_ := set $e `s` $e }}{{ deepEqual $d $e }}",
        "{{ $d := list }}{{ range until 20000 }}{{ $d = list $d }}{{ end }}\
         {{ $e := list }}{{ range until 20000 }}{{ $e = list $e }}{{ end }}{{ deepEqual $d $e }}",
        "{{ $d := list 1 }}{{ range until 60 }}{{ $d = list $d $d }}{{ end }}\
         {{ $e := list 1 }}{{ range until 60 }}{{ $e = list $e $e }}{{ end }}{{ has $d (list $e) }}",
    ];
    for template in rows {
        let text = on_deep_stack(|| execute(template, Trace::off()));
        assert_eq!(text.expect(template), "true", "{template}");
    }
}

#[test]
fn numbers_at_the_ends_of_their_range_are_taken() {
    let rows = [
        ("{{ chunk 9223372036854775807 (list 1) }}{{ chunk -9223372036854775808 (list 1 2) }}", "[[1]][]"),
        ("{{ trunc 9223372036854775807 `a` }}{{ trunc -9223372036854775808 `b` }}", "ab"),
        ("{{ abbrevboth 9223372036854775807 9223372036854775807 `abc` }}", "abc"),
        ("{{ seq 9223372036854775806 9223372036854775807 }}", ""),
        ("{{ div -9223372036854775808 -1 }} {{ mod -9223372036854775808 -1 }}", "-9223372036854775808 0"),
        ("{{ add 9223372036854775807 1 }}", "-9223372036854775808"),
        ("{{ round 1 9223372036854775807 }}", "NaN"),
    ];
    for (template, expected) in rows {
        assert_eq!(execute(template, Trace::off()).expect(template), expected, "{template}");
    }
}

#[test]
fn what_is_written_is_paid_for() {
    let doubled = "{{ $x := list (repeat 1000 `x`) }}{{ range until 40 }}{{ $x = list $x $x }}{{ end }}";
    let rows = [
        "toJson $x",
        "toYaml $x",
        "toPrettyJson $x",
        "printf `%v` $x",
        "toString $x | len",
        "$x",
        "quote $x",
    ];
    for call in rows {
        assert_bounded(&format!("{doubled}{{{{ {call} }}}}"));
    }
}

#[test]
fn slow_functions_are_few() {
    let rows = [
        "htpasswd `a` `b`",
        "bcrypt `b`",
        "derivePassword 1 `long` `p` `u` `s`",
        "genPrivateKey `ed25519`",
        "genCA `a` 1",
    ];
    for call in rows {
        assert_bounded(&format!("{{{{ range until 30 }}}}{{{{ {call} }}}}{{{{ end }}}}"));
    }
}
