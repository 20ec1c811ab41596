//! Kinds and resources that rules of policies name and that there are not, where the
//! right word is known: such a rule is about nothing, and nobody says so.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::{Field, Object};
use seatrial_policy::kyverno::KindPattern;
use seatrial_schema::table::{Kind, Table};

use crate::Context;
use crate::placeholder::is_filled_in_later;
use crate::rbac::{GROUPS_MAX, base, distinct, is_whole, resource};
use crate::resource_slips::meant_resource;
use crate::slip::meant;

/// A word of a rule that stands for nothing.
pub(crate) struct NoKind<'a> {
    pub(crate) at: Field<'a>,
    /// `names the kind `Deployement`, which there is not`
    pub(crate) what: String,
    pub(crate) help: String,
    /// The whole right word, where that is all there is to change.
    pub(crate) right: Option<String>,
}

/// What is known of kinds, asked for by many rules.
pub(crate) struct Kinds<'a> {
    context: Context<'a>,
    table: Option<&'static Table>,
    own: BTreeSet<&'static str>,
    /// What was meant by words that were looked up before.
    meant: BTreeMap<String, Option<&'a str>>,
}

impl<'a> Kinds<'a> {
    pub(crate) fn of(context: &Context<'a>) -> Self {
        let table = context.tree_state().table();
        let own = table.into_iter().flat_map(Table::kinds).filter(|it| !it.is_list());
        Self { context: *context, table, own: own.map(|it| it.kind).collect(), meant: BTreeMap::new() }
    }

    /// The kind that was meant by a word that is none.
    fn meant(&mut self, word: &str) -> Option<&'a str> {
        // Nearly every kind that is named is the target's own: the rest need not be known.
        if self.own.contains(word) {
            return None;
        }
        let known = self.context.known_kinds();
        if known.contains(word) {
            return None;
        }
        if let Some(found) = self.meant.get(word) {
            return *found;
        }
        let singular = || {
            let stem = word.strip_suffix('s')?;
            known.iter().map(String::as_str).find(|it| it.eq_ignore_ascii_case(stem))
        };
        let found = meant(word, known.iter().map(String::as_str)).or_else(singular);
        self.meant.insert(word.to_owned(), found);
        found
    }

    /// The target's own kinds of that name.
    fn own<'k>(&self, name: &'k str) -> impl Iterator<Item = &'static Kind> + use<'k> {
        let minor = self.table.map_or(0, Table::minor);
        let kinds = self.table.into_iter().flat_map(Table::kinds);
        kinds.filter(move |it| it.kind == name && it.is_served(minor))
    }

    /// A word of Kyverno's: `Pod`, `apps/v1/Deployment`.
    pub(crate) fn of_kyverno(&mut self, at: Field<'a>) -> Option<NoKind<'a>> {
        let written = at.as_str().filter(|it| !it.contains(['*', '?', '{', '$']) || it.contains('/'))?;
        let pattern = KindPattern::of(written).filter(|it| !it.kind.contains(['*', '?', '{', '$']))?;
        if let Some(meant) = self.meant(pattern.kind) {
            let what = format!("names the kind `{}`, which there is not", pattern.kind);
            let right = with_kind(written, &pattern, meant);
            return Some(NoKind { at, what, help: format!("`{meant}` was meant"), right });
        }
        let is_own_group = |it: &str| it.is_empty() || is_whole(it);
        if pattern.group.contains('*') || pattern.version.contains('*') || !is_own_group(pattern.group) {
            return None;
        }
        let mut served: Vec<&Kind> = self.own(pattern.kind).collect();
        if served.iter().any(|it| (it.group, it.version) == (pattern.group, pattern.version)) {
            return None;
        }
        served.sort_by_key(|it| it.group != pattern.group);
        let right = format!("{}/{}", served.first()?.api_version(), pattern.kind);
        let what = format!("names `{written}`, which Kubernetes {} does not serve", self.release());
        Some(NoKind { at, what, help: format!("name `{right}` or `{}`", pattern.kind), right: Some(right) })
    }

    /// The kinds of a constraint of Gatekeeper's: `{apiGroups: [apps], kinds: [Deployment]}`.
    pub(crate) fn of_gatekeeper(&mut self, entries: &[Field<'a>]) -> Vec<NoKind<'a>> {
        let groups = |entry: &Field<'a>| -> Vec<&'a str> {
            entry.list("apiGroups").filter_map(|it| it.node().as_str()).collect()
        };
        let names =
            |entry: &Field<'a>| entry.list("kinds").filter_map(|it| it.node().as_str()).collect::<Vec<_>>();
        let named: BTreeSet<(&str, &str)> = entries
            .iter()
            .filter(|it| groups(it).len() <= GROUPS_MAX)
            .flat_map(|entry| {
                let names = names(entry);
                groups(entry)
                    .into_iter()
                    .flat_map(move |group| names.clone().into_iter().map(move |it| (group, it)))
            })
            .collect();
        let mut found = Vec::new();
        for entry in entries {
            let groups = groups(entry);
            for at in entry.list("kinds") {
                found.extend(self.of_constraint(&groups, at, &named));
            }
        }
        found
    }

    fn of_constraint(
        &mut self,
        groups: &[&str],
        at: Field<'a>,
        named: &BTreeSet<(&str, &str)>,
    ) -> Option<NoKind<'a>> {
        let name = at.as_str().filter(|it| !it.contains('*') && !is_filled_in_later(it))?;
        if let Some(meant) = self.meant(name) {
            let what = format!("names the kind `{name}`, which there is not");
            let help = format!("`{meant}` was meant");
            return Some(NoKind { at, what, help, right: Some(meant.to_owned()) });
        }
        if groups.is_empty() || !groups.iter().all(|it| is_whole(it)) {
            return None;
        }
        let served: Vec<&Kind> = self.own(name).collect();
        let other = served.first()?;
        // An old group is named beside the new one, here or in another entry.
        let is_covered = |it: &Kind| groups.contains(&it.group) || named.contains(&(it.group, name));
        if served.iter().any(|it| is_covered(it)) {
            return None;
        }
        let what = format!("names the kind `{name}`, which is not in {}", group(groups[0]));
        let help = format!("name it with `apiGroups: [\"{}\"]`", other.group);
        Some(NoKind { at, what, help, right: None })
    }

    /// The resources of a webhook's or admission policy's rules.
    pub(crate) fn of_rules(&self, rules: &[Field<'a>]) -> Vec<NoKind<'a>> {
        let rules: Vec<Rule<'a>> = rules.iter().map(Rule::of).collect();
        let named: BTreeSet<(&str, &str)> = rules.iter().flat_map(Rule::named).collect();
        let mut found = Vec::new();
        for rule in rules.iter().filter(|it| it.groups.len() <= GROUPS_MAX) {
            let mut told = BTreeSet::new();
            for at in &rule.resources {
                let Some(written) = at.as_str().filter(|it| !it.contains('*')) else { continue };
                if !is_filled_in_later(written) && told.insert(base(written)) {
                    found.extend(self.of_rule(rule, at, written, &named));
                }
            }
        }
        found
    }

    fn of_rule(
        &self,
        rule: &Rule<'a>,
        at: &Field<'a>,
        written: &str,
        named: &BTreeSet<(&str, &str)>,
    ) -> Option<NoKind<'a>> {
        let name = base(written);
        if let Some(meant) = meant_resource(self.context.plurals(), &rule.groups, name) {
            let is_covered = |it: &str| named.contains(&(it, meant.name.as_str()));
            let is_left_over =
                meant.group.map_or_else(|| rule.groups.iter().any(|it| is_covered(it)), is_covered);
            if is_left_over {
                return None;
            }
            let what = format!("names the resource `{name}`, which is not in {}", group(rule.groups[0]));
            let right = written.replacen(name, &meant.name, 1);
            let (help, right) = match meant.group {
                Some(other) => (format!("name `{right}` with `apiGroups: [\"{other}\"]`"), None),
                None => (format!("name `{right}`: the plural, in lower case"), Some(right)),
            };
            return Some(NoKind { at: at.clone(), what, help, right });
        }
        self.of_version(rule, at, name)
    }

    /// A resource of which no version that a rule names is served.
    fn of_version(&self, rule: &Rule<'a>, at: &Field<'a>, name: &str) -> Option<NoKind<'a>> {
        let own = rule.groups.iter().find(|it| resource(it, name).is_some())?;
        if rule.versions.is_empty() || rule.versions.contains(&"*") {
            return None;
        }
        let table = self.table?;
        let all = table.kinds().filter(|it| it.group == *own && !it.is_list() && it.plural() == name);
        let served: Vec<&str> = all.filter(|it| it.is_served(table.minor())).map(|it| it.version).collect();
        let first = served.first()?;
        if rule.versions.iter().any(|it| served.contains(it)) {
            return None;
        }
        let version = rule.versions[0];
        let what = format!(
            "is about `{name}` in version `{version}`, which Kubernetes {} does not serve",
            self.release()
        );
        Some(NoKind { at: at.clone(), what, help: format!("add `{first}` to `apiVersions`"), right: None })
    }

    fn release(&self) -> String {
        format!("1.{}", self.table.map_or(0, Table::minor))
    }
}

/// One rule of a webhook or an admission policy.
struct Rule<'a> {
    groups: Vec<&'a str>,
    versions: Vec<&'a str>,
    resources: Vec<Field<'a>>,
}

impl<'a> Rule<'a> {
    fn of(field: &Field<'a>) -> Self {
        let texts = |list: &str| field.list(list).filter_map(|it| it.node().as_str());
        Self {
            groups: distinct(texts("apiGroups")),
            versions: texts("apiVersions").collect(),
            resources: field.list("resources").collect(),
        }
    }

    /// The resources that it takes in, by group. More than a person writes are not
    /// put together.
    fn named(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let whole = self.resources.iter().filter_map(|it| it.node().as_str()).filter(|it| !it.contains('/'));
        let resources = whole.take(200);
        resources.flat_map(|name| self.groups.iter().take(GROUPS_MAX).map(move |group| (*group, name)))
    }
}

/// The rules of an object that asks about others before they are let in: for each of
/// its webhooks those that count together.
pub(crate) fn rules(object: &Object) -> Vec<Vec<Field<'_>>> {
    let root = Field::root(object);
    let spec = |way: &[&str]| root.keys(way).into_iter().flat_map(|it| it.items()).collect::<Vec<_>>();
    match object.kind() {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            root.list("webhooks").map(|it| it.list("rules").collect()).collect()
        }
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => {
            vec![spec(&["spec", "matchConstraints", "resourceRules"])]
        }
        "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding" => {
            vec![spec(&["spec", "matchResources", "resourceRules"])]
        }
        _ => Vec::new(),
    }
}

/// A word of Kyverno's with another kind: the group may hold the same letters.
fn with_kind(written: &str, pattern: &KindPattern<'_>, kind: &str) -> Option<String> {
    let KindPattern { group, version, .. } = pattern;
    // What is not written is a star in the pattern.
    let before = [format!("{group}/{version}/"), format!("{version}/")];
    let before = before.iter().find(|it| written.starts_with(it.as_str())).map_or("", String::as_str);
    let after = written.strip_prefix(before)?.strip_prefix(pattern.kind)?;
    Some(format!("{before}{kind}{after}"))
}

fn group(name: &str) -> String {
    if name.is_empty() { "the core group".to_owned() } else { format!("group `{name}`") }
}

#[cfg(test)]
mod tests {
    use seatrial_policy::kyverno::KindPattern;

    use super::with_kind;

    #[test]
    fn only_the_kind_is_replaced() {
        let mended = |written: &str, kind: &str| with_kind(written, &KindPattern::of(written)?, kind);
        let cases = [
            ("route.openshift.io/v1/route", "Route", "route.openshift.io/v1/Route"),
            ("pod", "Pod", "Pod"),
            ("v1/pod", "Pod", "v1/Pod"),
            ("*/pod/pod", "Pod", "*/Pod/pod"),
            ("pod/exec", "Pod", "Pod/exec"),
            ("apps/v1/deployment.scale", "Deployment", "apps/v1/Deployment.scale"),
        ];
        for (written, kind, right) in cases {
            assert_eq!(mended(written, kind).as_deref(), Some(right));
        }
    }
}
