//! `seatrial render`: what would be applied, as the real programs print it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use seatrial_helm::template::engine::Entropy;
use seatrial_helm::{
    Argument, HelmVersion, Options, Show, ValuesFile, ValuesInput, argument_keys, file_argument_paths,
};
use seatrial_kustomize::{Options as BuildOptions, Order, Version as KustomizeVersion};
use seatrial_model::Unit;
use seatrial_render::{Overlay, Template, Templated};
use seatrial_source::{EntryKind, FileId, Revisions, SourceMap, Span, TreePath};
use seatrial_trial::{AtRevision, TrialRequest, catalogue, load_config};

use crate::args::{Render, RenderFormat};
use crate::check::{current_day, unit_filter};
use crate::failure::{Failure, note, problem};
use crate::place::{Asked, Tree};
use crate::{CLEAN, FINDINGS, facts, output};

/// The widest line that an origin is still set beside in its column.
const COLUMN: usize = 60;
/// What is said when secrets are printed.
const SECRETS: &str = "the output holds Secrets with their values; --redact masks them";

pub(crate) fn run(arguments: &Render) -> Result<u8, Failure> {
    let asked = Asked {
        path: &arguments.path,
        root: arguments.root.as_deref(),
        rev: arguments.rev.as_deref(),
        option: "--rev",
        may_be_path: false,
        cache: arguments.cache.as_deref(),
    };
    let tree = Tree::open(asked)?;
    let kind = kind(&tree);
    refuse_idle(arguments, kind)?;
    match kind {
        Kind::Chart => chart(arguments, &tree),
        Kind::Kustomization => overlay(arguments, &tree),
        Kind::Repository => repository(arguments, &tree),
    }
}

/// What a path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Chart,
    Kustomization,
    Repository,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::Chart => "a chart",
            Self::Kustomization => "a kustomization",
            Self::Repository => "a directory with units",
        }
    }
}

/// Refuses what would change what is printed of something else than the path holds.
fn refuse_idle(arguments: &Render, kind: Kind) -> Result<(), Failure> {
    use Kind::{Chart, Kustomization, Repository};
    let is_unrestricted = arguments.load_restrictor != "LoadRestrictionsRootOnly";
    let given: [(&str, bool, &[Kind]); 18] = [
        ("--unit", arguments.unit.is_some(), &[Repository]),
        ("--values", !arguments.values.is_empty(), &[Chart]),
        ("--set", !arguments.set.is_empty(), &[Chart]),
        ("--set-string", !arguments.set_string.is_empty(), &[Chart]),
        ("--set-json", !arguments.set_json.is_empty(), &[Chart]),
        ("--set-file", !arguments.set_file.is_empty(), &[Chart]),
        ("--set-literal", !arguments.set_literal.is_empty(), &[Chart]),
        ("--show-only", !arguments.show_only.is_empty(), &[Chart]),
        ("--name", arguments.name.is_some(), &[Chart, Repository]),
        ("--namespace", arguments.namespace.is_some(), &[Chart, Repository]),
        ("--include-crds", arguments.include_crds, &[Chart, Repository]),
        ("--no-hooks", arguments.no_hooks, &[Chart, Repository]),
        ("--skip-tests", arguments.skip_tests, &[Chart, Repository]),
        ("--is-upgrade", arguments.is_upgrade, &[Chart, Repository]),
        ("--kustomize-version", arguments.kustomize_version.is_some(), &[Kustomization]),
        ("--load-restrictor", is_unrestricted, &[Kustomization]),
        ("--reorder", arguments.reorder != "legacy", &[Kustomization]),
        ("--enable-helm", arguments.enable_helm, &[Kustomization]),
    ];
    let idle = given.iter().find(|(_, is_given, kinds)| *is_given && !kinds.contains(&kind));
    let Some((flag, _, kinds)) = idle else { return Ok(()) };
    let titles: Vec<&str> = kinds.iter().map(|it| it.title()).collect();
    let failure = Failure::new(format!("{} has no {flag}", kind.title()));
    Err(failure.hint(format!("{flag} is for {}", titles.join(" and "))))
}

fn kind(tree: &Tree) -> Kind {
    let is_file = |name| tree.scope.join(name).is_some_and(|path| is_file(tree, &path));
    if is_chart(tree) {
        Kind::Chart
    } else if ["kustomization.yaml", "kustomization.yml", "Kustomization"].into_iter().any(is_file) {
        Kind::Kustomization
    } else {
        Kind::Repository
    }
}

fn is_file(tree: &Tree, path: &TreePath) -> bool {
    matches!(tree.files.kind(path), Some(EntryKind::File { .. }))
}

fn is_chart(tree: &Tree) -> bool {
    let is_archive = || tree.scope.extension() == "tgz" && is_file(tree, &tree.scope);
    tree.scope.join("Chart.yaml").is_some_and(|path| is_file(tree, &path)) || is_archive()
}

/// The bytes of `kustomize build`.
fn overlay(arguments: &Render, tree: &Tree) -> Result<u8, Failure> {
    let order = if arguments.reorder == "none" { Order::Fifo } else { Order::Legacy };
    let overlay = Overlay {
        files: tree.files.as_ref(),
        directory: tree.scope.clone(),
        is_unrestricted: arguments.load_restrictor == "LoadRestrictionsNone",
        options: BuildOptions { order, version: kustomize_version(arguments)?, ..BuildOptions::default() },
        is_traced: arguments.origin || arguments.output == RenderFormat::Json,
        helm: if arguments.enable_helm { Some(helm_version(arguments)?) } else { None },
    };
    let mut sources = SourceMap::new();
    let made = overlay.run(&mut sources);
    for refusal in &made.refusals {
        problem(&place(refusal.at, &sources), &refusal.message);
    }
    if arguments.root.is_none() && made.refusals.iter().any(|it| it.message.contains("leads out of")) {
        note(
            "`--root DIR` names a directory around all that is built on; without it nothing outside the path is read",
        );
    }
    for warning in made.warnings.iter().filter(|_| !arguments.quiet) {
        crate::failure::warn(&format!("{}: {}", place(warning.at, &sources), warning.message));
    }
    if made.refusals.is_empty() || arguments.keep_going {
        let text = if arguments.redact { seatrial_render::masked(&made.text) } else { made.text };
        if !arguments.redact && !arguments.quiet && holds_secret(&[&text]) {
            note(SECRETS);
        }
        let text = match arguments.output {
            RenderFormat::Json => seatrial_render::objects_json(&[(&text, &made.origins)], &sources),
            RenderFormat::Yaml if arguments.origin => beside(&text, &made.origins, &sources),
            RenderFormat::Yaml => text,
        };
        output::print_plain(&text)?;
    }
    Ok(if made.refusals.is_empty() { CLEAN } else { FINDINGS })
}

/// The bytes of `helm template`.
fn chart(arguments: &Render, tree: &Tree) -> Result<u8, Failure> {
    let mut sources = SourceMap::new();
    let mut given = Given { sources: &mut sources, values: ValuesInput::default() };
    given.read(arguments)?;
    let values = given.values;
    let (options, show) = (options(arguments, true)?, show(arguments));
    let template = Template {
        files: tree.files.as_ref(),
        chart: tree.scope.clone(),
        values: &values,
        options: &options,
        show: &show,
    };
    let made = template.run(&mut sources);
    for refusal in &made.refusals {
        problem(&place(refusal.at, &sources), &refusal.message);
    }
    for warning in made.rendered.warnings.iter().filter(|_| !arguments.quiet) {
        crate::failure::warn(warning);
    }
    if made.refusals.is_empty() || arguments.keep_going {
        print(arguments, &made, &sources)?;
    }
    let code = if made.refusals.is_empty() { CLEAN } else { FINDINGS };
    // The process ends here: its memory need not be given back piece by piece.
    std::mem::forget((made, sources));
    Ok(code)
}

fn print(arguments: &Render, made: &Templated, sources: &SourceMap) -> Result<(), Failure> {
    if arguments.output == RenderFormat::Yaml
        && !(arguments.redact || arguments.origin)
        && let Some(stretches) = made.stretches()
    {
        if !arguments.quiet && holds_secret(&stretches) {
            note(SECRETS);
        }
        return output::print_stretches(&stretches);
    }
    let Some(printed) = made.output() else { return Ok(()) };
    let text: Cow<'_, str> = if arguments.redact {
        seatrial_render::masked(&printed.text).into()
    } else {
        printed.text.as_str().into()
    };
    if !arguments.redact && !arguments.quiet && holds_secret(&[&text]) {
        note(SECRETS);
    }
    match arguments.output {
        RenderFormat::Json => {
            let chains = made.chains(&printed, sources);
            output::print_plain(&seatrial_render::objects_json(&[(&text, &chains)], sources))
        }
        RenderFormat::Yaml if arguments.origin => {
            let mut lines = text.lines();
            output::print_parts(|print| {
                let mut part = String::new();
                made.tell_origins(&printed, sources, &mut |places| {
                    part.clear();
                    push_beside(&mut part, lines.next().unwrap_or_default(), places, sources);
                    print(&part);
                });
            })
        }
        RenderFormat::Yaml => output::print_plain(&text),
    }
}

/// Whether texts, each of whole lines, have a Secret, at the top or as an item of
/// a List.
fn holds_secret(texts: &[&str]) -> bool {
    const LINE: &str = "kind: Secret";
    let has_list = texts.iter().any(|it| it.contains("kind: List"));
    texts.iter().flat_map(|text| text.match_indices(LINE).map(move |(at, _)| (text, at))).any(|(text, at)| {
        let behind = &text[at + LINE.len()..];
        let before = &text[text[..at].rfind('\n').map_or(0, |it| it + 1)..at];
        let is_item = || has_list && before.bytes().all(|it| matches!(it, b' ' | b'-'));
        (before.is_empty() || is_item()) && (behind.is_empty() || behind.starts_with([' ', '\n', '\r']))
    })
}

/// Each line with the places that it comes from.
fn beside(text: &str, origins: &[Vec<Span>], sources: &SourceMap) -> String {
    let mut all = String::with_capacity(3 * text.len());
    for (at, line) in text.lines().enumerate() {
        push_beside(&mut all, line, origins.get(at).map(Vec::as_slice).unwrap_or_default(), sources);
    }
    all
}

fn push_beside(all: &mut String, line: &str, places: &[Span], sources: &SourceMap) {
    all.push_str(line);
    if !places.is_empty() {
        all.extend(std::iter::repeat_n(' ', COLUMN.saturating_sub(line.chars().count())));
    }
    for (at, span) in places.iter().enumerate() {
        all.push_str(if at == 0 { "  # " } else { ", " });
        push_place(all, *span, sources);
    }
    all.push('\n');
}

fn place(span: Option<Span>, sources: &SourceMap) -> String {
    let mut place = String::new();
    if let Some(span) = span {
        push_place(&mut place, span, sources);
    }
    place
}

/// `templates/web.yaml:3:5`
fn push_place(out: &mut String, span: Span, sources: &SourceMap) {
    let file = sources.file(span.file);
    let start = file.lines().position(file.text(), span.start);
    out.push_str(file.path().as_str());
    let _ = write!(out, ":{}:{}", start.line, start.column);
}

fn helm_version(arguments: &Render) -> Result<HelmVersion, Failure> {
    let Some(name) = &arguments.helm_version else { return Ok(HelmVersion::default()) };
    HelmVersion::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = HelmVersion::ALL.iter().map(|it| it.name()).collect();
        Failure::new(format!("Helm {name} is not imitated")).hint(format!("known are {}", known.join(", ")))
    })
}

fn kustomize_version(arguments: &Render) -> Result<KustomizeVersion, Failure> {
    let Some(name) = &arguments.kustomize_version else { return Ok(KustomizeVersion::default()) };
    KustomizeVersion::from_name(name).ok_or_else(|| {
        let known = KustomizeVersion::ALL.map(|(name, _)| name);
        Failure::new(format!("Kustomize {name} is not imitated"))
            .hint(format!("known are {}", known.join(", ")))
    })
}

fn options(arguments: &Render, is_last: bool) -> Result<Options, Failure> {
    let helm = helm_version(arguments)?;
    check_flags(arguments, helm)?;
    let (entropy, now) = if arguments.random { chance()? } else { (None, (0, 0)) };
    Ok(Options {
        helm,
        name: arguments.name.clone().unwrap_or_default(),
        namespace: arguments.namespace.clone().unwrap_or_default(),
        is_upgrade: arguments.is_upgrade,
        cluster: facts::read(&arguments.facts)?,
        kube_version: arguments.kube_version.clone(),
        api_versions: helm.switches().api_versions(&arguments.api_versions),
        skip_schema_validation: arguments.skip_schema_validation,
        trace: arguments.origin || arguments.output == RenderFormat::Json,
        entropy,
        now,
        is_last,
        ..Options::default()
    })
}

/// Refuses what the command of that Helm does not know.
fn check_flags(arguments: &Render, helm: HelmVersion) -> Result<(), Failure> {
    let given = [
        ("set-literal", !arguments.set_literal.is_empty()),
        ("skip-schema-validation", arguments.skip_schema_validation),
    ];
    let missing = helm.switches().missing_flags;
    match missing.iter().find(|flag| given.contains(&(**flag, true))) {
        Some(flag) => Err(Failure::new(format!("Helm {} does not know --{flag}", helm.name()))),
        None => Ok(()),
    }
}

/// What `--random` draws from: the system's own source, and its clock.
fn chance() -> Result<(Option<Entropy>, (i64, u32)), Failure> {
    getrandom::fill(&mut [0; 32])
        .map_err(|error| Failure::new(format!("the system gives no random bytes: {error}")))?;
    let draw: Entropy = |bytes| getrandom::fill(bytes).expect("it gave some before");
    let now = jiff::Timestamp::now();
    let nanosecond = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Ok((Some(draw), (now.as_second(), nanosecond)))
}

fn show(arguments: &Render) -> Show {
    Show {
        include_crds: arguments.include_crds,
        no_hooks: arguments.no_hooks,
        skip_tests: arguments.skip_tests,
        show_only: arguments.show_only.clone(),
    }
}

/// Values from the command line.
struct Given<'a> {
    sources: &'a mut SourceMap,
    values: ValuesInput,
}

impl Given<'_> {
    fn read(&mut self, arguments: &Render) -> Result<(), Failure> {
        for name in &arguments.values {
            let text = read(name)?;
            let file = self.register(name, &text);
            self.values.files.push(ValuesFile { name: name.clone(), file, text });
        }
        self.values.set = self.arguments("--set", &arguments.set);
        self.values.set_string = self.arguments("--set-string", &arguments.set_string);
        self.values.set_json = self.arguments("--set-json", &arguments.set_json);
        self.values.set_literal = self.arguments("--set-literal", &arguments.set_literal);
        self.values.set_file = self.arguments("--set-file", &arguments.set_file);
        let mut contents = BTreeMap::new();
        for path in arguments.set_file.iter().flat_map(|it| file_argument_paths(it)) {
            let text = read(&path)?;
            let file = self.register(&path, &text);
            contents.insert(path, Ok(Argument { file, text }));
        }
        self.values.set_file_contents = contents;
        Ok(())
    }

    fn arguments(&mut self, flag: &str, texts: &[String]) -> Vec<Argument> {
        let argument = |text: &String| {
            let text: Arc<str> = text.as_str().into();
            Argument { file: self.register(&argument_name(flag, &text), &text), text }
        };
        texts.iter().map(argument).collect()
    }

    fn register(&mut self, name: &str, text: &Arc<str>) -> FileId {
        self.sources.add(TreePath::new(name), Arc::clone(text))
    }
}

/// What an argument is called. Its values may be secrets: it is told by the keys.
fn argument_name(flag: &str, text: &str) -> String {
    let keys = match flag {
        "--set-json" if text.trim_start().starts_with('{') => Vec::new(),
        // A value goes on behind a comma.
        "--set-json" | "--set-literal" => text.split_once('=').map(|it| it.0).into_iter().collect(),
        _ => argument_keys(text),
    };
    format!("{flag} {}", keys.join(",")).trim_end().to_owned()
}

fn read(name: &str) -> Result<Arc<str>, Failure> {
    let bytes = fs::read(Path::new(name))
        .map_err(|error| Failure::new(format!("`{name}` cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{name}` is not UTF-8 text")))?;
    Ok(text.into())
}

/// The first of the names, and how many there are besides.
fn names_of<'a>(mut all: impl Iterator<Item = &'a str>) -> String {
    const NAMED_MAX: usize = 8;
    let named: Vec<String> = all.by_ref().take(NAMED_MAX).map(|it| format!("`{it}`")).collect();
    match all.count() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Every unit of a tree, each under its name.
fn repository(arguments: &Render, tree: &Tree) -> Result<u8, Failure> {
    let (config, _) = load_config(tree.files.as_ref(), &tree.root, &catalogue()).map_err(Failure::new)?;
    let at_revision = tree.git.as_ref().map(|git| AtRevision(git));
    let revisions: Option<&dyn Revisions> = match (&tree.git, &at_revision) {
        (_, Some(at_revision)) if arguments.rev.is_some() => Some(at_revision),
        (git, _) => git.as_ref().map(|git| git as &dyn Revisions),
    };
    let (options, show) = (options(arguments, false)?, show(arguments));
    let rendering = seatrial_trial::render(&TrialRequest {
        cluster: options.cluster.clone(),
        files: tree.files.as_ref(),
        revisions,
        git_problem: None,
        root: tree.root.clone(),
        scope: tree.scope.clone(),
        config,
        config_text: None,
        today: current_day()?,
        units: None,
    });
    let filter = unit_filter(arguments.unit.as_deref())?;
    let is_asked = |unit: &&Unit| {
        rendering.is_reported(unit) && filter.as_ref().is_none_or(|filter| filter.has(&unit.name))
    };
    let units: Vec<&Unit> = rendering.repository.units.iter().filter(is_asked).collect();
    let mut all = rendering.repository.units.iter().filter(|it| rendering.is_reported(it)).peekable();
    if let (Some(pattern), true, Some(_)) = (&arguments.unit, units.is_empty(), all.peek()) {
        let names = names_of(all.map(|it| it.name.as_str()));
        return Err(Failure::new(format!("no unit is called `{pattern}`")).hint(format!("known are {names}")));
    }
    if units.is_empty() {
        if let Some(failure) = tree.refuse_templates("render", &arguments.path) {
            return Err(failure);
        }
        return Err(Failure::new(format!("`{}` holds nothing to render", arguments.path.display())));
    }
    let (mut printed, mut code, mut holds_secrets) = (Vec::new(), CLEAN, false);
    for unit in &units {
        let mut of_unit = rendering.text_of(unit, &options, &show);
        for refusal in &of_unit.refusals {
            problem(&place(refusal.at, &rendering.sources), &format!("{}: {}", unit.name, refusal.message));
            code = FINDINGS;
        }
        if of_unit.refusals.is_empty() || arguments.keep_going {
            if !arguments.redact && !arguments.quiet && holds_secret(&[&of_unit.text]) {
                holds_secrets = true;
            }
            if arguments.redact {
                of_unit.text = seatrial_render::masked(&of_unit.text);
            }
            printed.push((unit, of_unit));
        }
    }
    if !arguments.quiet {
        let taken: BTreeSet<&String> = printed.iter().flat_map(|(unit, _)| &unit.assumptions).collect();
        for it in taken {
            note(it);
        }
    }
    if holds_secrets {
        note(SECRETS);
    }
    let sources = &rendering.sources;
    let text = match arguments.output {
        RenderFormat::Json => {
            let all: Vec<_> =
                printed.iter().map(|(_, it)| (it.text.as_str(), it.origins.as_slice())).collect();
            seatrial_render::objects_json(&all, sources)
        }
        RenderFormat::Yaml => {
            let mut all = String::new();
            for (unit, it) in &printed {
                if units.len() > 1 {
                    let _ = writeln!(all, "# Unit: {}", unit.name);
                }
                if arguments.origin {
                    all.push_str(&beside(&it.text, &it.origins, sources));
                } else {
                    all.push_str(&it.text);
                }
            }
            all
        }
    };
    output::print_plain(&text)?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_seen_as_an_item_too() {
        assert!(holds_secret(&["apiVersion: v1\nkind: Secret\n"]));
        assert!(holds_secret(&["kind: List\nitems:\n- kind: Secret\n"]));
        assert!(holds_secret(&["kind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n"]));
        assert!(!holds_secret(&["kind: ExternalSecret\nspec:\n  kind: Secret\n"]));
        assert!(!holds_secret(&["kind: SecretStore\n"]));
    }

    #[test]
    fn arguments_are_called_by_their_keys_alone() {
        let name = argument_name;
        assert_eq!(name("--set", "a=1,b.c=s=t,d={x,y=z}"), "--set a,b.c,d");
        assert_eq!(name("--set-literal", "a=1,b=2"), "--set-literal a");
        assert_eq!(name("--set-json", "{\"password\":\"s=t\"}"), "--set-json");
        assert_eq!(name("--set-json", "a=[1,2],b=3"), "--set-json a");
    }
}
