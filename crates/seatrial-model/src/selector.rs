//! Label selectors, in the form of the API and as a text.

use std::fmt;

use seatrial_yaml::Node;
use smol_str::SmolStr;

/// The labels of an object or of a pod template; a view of the mapping.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels<'a>(Option<Node<'a>>);

impl<'a> Labels<'a> {
    /// The labels that stand in a mapping; none where it is not written.
    pub fn of(node: Option<Node<'a>>) -> Self {
        Self(node)
    }

    /// The value of a label.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.0?.get(key)?.as_str()
    }

    /// All labels with a text as their value, in the order they are written.
    pub fn iter(self) -> impl Iterator<Item = (SmolStr, &'a str)> {
        let entries = self.0.into_iter().flat_map(Node::entries);
        entries.filter_map(|entry| Some((SmolStr::new(entry.name()), entry.value.as_str()?)))
    }

    /// The mapping, where it is written.
    pub fn node(self) -> Option<Node<'a>> {
        self.0
    }
}

/// What a requirement asks of the value of its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// It is one of the values.
    In,
    /// It is none of the values; an absent label will do.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

/// One condition of a selector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The label.
    pub key: SmolStr,
    /// What is asked of it.
    pub operator: Operator,
    /// The values, for `In` and `NotIn`.
    pub values: Vec<SmolStr>,
}

impl Requirement {
    /// A label must have a value.
    pub fn equals(key: &str, value: &str) -> Self {
        Self { key: SmolStr::new(key), operator: Operator::In, values: vec![SmolStr::new(value)] }
    }

    /// Whether the labels meet it.
    pub fn matches(&self, labels: Labels<'_>) -> bool {
        self.accepts(labels.get(&self.key))
    }

    /// Whether a label's value, or its absence, meets it.
    pub fn accepts(&self, value: Option<&str>) -> bool {
        let listed = |value: &str| self.values.iter().any(|it| it == value);
        match self.operator {
            Operator::In => value.is_some_and(listed),
            Operator::NotIn => !value.is_some_and(listed),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

/// Conditions that all hold for whatever is selected. One without conditions
/// selects everything.
///
/// Where the field itself is absent, its kind decides: nothing for a Service,
/// a `PodDisruptionBudget` or a topology spread constraint; everything for a
/// `NetworkPolicy`'s peer part that is absent beside another. So an absent
/// field is never read as an empty one here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSelector {
    /// The conditions.
    pub requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// What a field of the form `{matchLabels, matchExpressions}` says; none
    /// where it is no mapping or asks for something that does not exist.
    pub fn of(node: Node<'_>) -> Option<Self> {
        if !node.is_mapping() {
            return None;
        }
        let mut requirements = equalities(node.get("matchLabels"))?;
        for expression in node.get("matchExpressions").into_iter().flat_map(Node::items) {
            requirements.push(requirement(expression)?);
        }
        Some(Self { requirements })
    }

    /// What a plain mapping of labels says, as in a Service.
    pub fn of_map(node: Node<'_>) -> Option<Self> {
        let requirements = equalities(node.is_mapping().then_some(node))?;
        Some(Self { requirements })
    }

    /// Reads the form that `kubectl -l` takes:
    /// `app=web,tier in (a, b),!legacy,env!=test`.
    pub fn parse(text: &str) -> Option<Self> {
        let requirements: Option<Vec<_>> = split_terms(text).into_iter().map(parse_term).collect();
        Some(Self { requirements: requirements? })
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether something with these labels is selected.
    pub fn matches(&self, labels: Labels<'_>) -> bool {
        self.requirements.iter().all(|it| it.matches(labels))
    }
}

fn equalities(node: Option<Node<'_>>) -> Option<Vec<Requirement>> {
    let entries = node.into_iter().flat_map(Node::entries);
    entries.map(|entry| Some(Requirement::equals(&entry.name(), entry.value.as_str()?))).collect()
}

fn requirement(node: Node<'_>) -> Option<Requirement> {
    let operator = match node.get("operator")?.as_str()? {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        _ => return None,
    };
    let values = node.get("values").into_iter().flat_map(Node::items);
    let values: Vec<SmolStr> = values.map(|it| it.as_str().map(SmolStr::new)).collect::<Option<_>>()?;
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    let key = SmolStr::new(node.get("key")?.as_str()?);
    (wants_values != values.is_empty()).then_some(Requirement { key, operator, values })
}

/// The parts between commas that stand outside parentheses.
fn split_terms(text: &str) -> Vec<&str> {
    let mut inside = false;
    let terms = text.split(move |letter| {
        inside = (inside || letter == '(') && letter != ')';
        letter == ',' && !inside
    });
    terms.map(str::trim).filter(|it| !it.is_empty()).collect()
}

fn parse_term(term: &str) -> Option<Requirement> {
    if let Some(key) = term.strip_prefix('!') {
        return bare(key, Operator::DoesNotExist);
    }
    for (sign, operator) in [("!=", Operator::NotIn), ("==", Operator::In), ("=", Operator::In)] {
        if let Some((key, value)) = term.split_once(sign) {
            return Some(Requirement { values: vec![value.trim().into()], ..bare(key, operator)? });
        }
    }
    let Some((left, values)) = term.split_once('(') else {
        return bare(term, Operator::Exists);
    };
    let mut words = left.split_whitespace();
    let (key, word) = (words.next()?, words.next()?);
    let operator = match word {
        "in" => Operator::In,
        "notin" => Operator::NotIn,
        _ => return None,
    };
    let values = values.strip_suffix(')')?.split(',').map(|it| SmolStr::new(it.trim())).collect();
    words.next().is_none().then_some(Requirement { values, ..bare(key, operator)? })
}

fn bare(key: &str, operator: Operator) -> Option<Requirement> {
    let key = key.trim();
    let sound = !key.is_empty() && !key.contains(char::is_whitespace);
    sound.then(|| Requirement { key: key.into(), operator, values: Vec::new() })
}

/// Prints the form that `kubectl -l` takes.
impl fmt::Display for LabelSelector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, requirement) in self.requirements.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(out, "{comma}{requirement}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, operator, values } = self;
        match (operator, values.as_slice()) {
            (Operator::Exists, _) => write!(out, "{key}"),
            (Operator::DoesNotExist, _) => write!(out, "!{key}"),
            (Operator::In, [value]) => write!(out, "{key}={value}"),
            (Operator::NotIn, [value]) => write!(out, "{key}!={value}"),
            (Operator::In, values) => write!(out, "{key} in ({})", values.join(",")),
            (Operator::NotIn, values) => write!(out, "{key} notin ({})", values.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::parse;

    fn matches(selector: &str, labels: &str) -> Option<bool> {
        let (selector, labels) = (parse(selector), parse(labels));
        let labels = Labels::of(labels.document_root(0));
        Some(LabelSelector::of(selector.document_root(0)?)?.matches(labels))
    }

    #[test]
    fn all_requirements_must_hold() {
        let both = "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [a, b]}]}";
        assert_eq!(matches(both, "{app: web, tier: b}"), Some(true));
        assert_eq!(matches(both, "{app: web, tier: c}"), Some(false));
        assert_eq!(matches(both, "{app: web}"), Some(false));
    }

    #[test]
    fn an_absent_label_is_in_no_list() {
        let not_in = "{matchExpressions: [{key: env, operator: NotIn, values: [test]}]}";
        assert_eq!(matches(not_in, "{app: web}"), Some(true));
        assert_eq!(matches(not_in, "{env: test}"), Some(false));
        let gone = "{matchExpressions: [{key: env, operator: DoesNotExist}]}";
        assert_eq!(matches(gone, "{env: ''}"), Some(false));
    }

    #[test]
    fn an_empty_selector_selects_everything() {
        assert_eq!(matches("{}", "{app: web}"), Some(true));
        assert_eq!(matches("{}", "{}"), Some(true));
    }

    #[test]
    fn selectors_that_the_server_refuses_are_none() {
        for text in [
            "[]",
            "{matchLabels: {app: 1}}",
            "{matchExpressions: [{key: a, operator: Is}]}",
            "{matchExpressions: [{key: a, operator: In}]}",
            "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
        ] {
            assert_eq!(matches(text, "{}"), None, "{text}");
        }
    }

    #[test]
    fn texts_are_read_as_kubectl_reads_them() {
        for (text, printed) in [
            ("app=web", "app=web"),
            ("app==web,tier != db", "app=web,tier!=db"),
            ("x in (a, b),y notin (c),!z,w", "x in (a,b),y!=c,!z,w"),
            ("", ""),
            ("app=", "app="),
        ] {
            assert_eq!(LabelSelector::parse(text).map(|it| it.to_string()).as_deref(), Some(printed));
        }
        for text in ["a b", "=x", "a in b", "a in (b", "a is (b)", "!"] {
            assert_eq!(LabelSelector::parse(text), None, "{text}");
        }
    }
}
