//! The suites on the repository's own recorded answers.

use conformance::{Options, Suite};

/// Of 1,000 cases, how many must agree.
const YAML_PER_MILLE_MIN: usize = 990;

#[test]
fn yaml_is_read_as_the_go_libraries_read_it() {
    let suite = Suite::named("yaml").expect("the suite exists");
    let options = Options { dir: suite.own_dir.into(), inputs: None };
    let report = (suite.run)(&options).expect("the recorded answers can be read");
    assert!(report.compared() > 8_000);
    for family in &report.families {
        let (agree, compared) = (family.agree, family.compared);
        assert!(
            agree * 1000 >= compared * YAML_PER_MILLE_MIN,
            "{}: only {agree} of {compared} agree",
            family.name
        );
    }
}
