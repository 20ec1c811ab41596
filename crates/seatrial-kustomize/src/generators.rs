//! `ConfigMap`s and `Secret`s from files, lines and literals
//! (`api/internal/generators`, `api/kv`, v0.21.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_diagnostics::Role;
use seatrial_source::{Span, TreePath};
use smol_str::SmolStr;

use crate::kustomization::{At, GeneratorArgs, GeneratorOptions, Text};
use crate::loader::{Loader, Refusal};
use crate::node::{Content, Node, Scalar};
use crate::origin::Origins;
use crate::resource::Resource;

/// Why a generator makes nothing.
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) refusal: Option<Refusal>,
}

/// Which kind is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    ConfigMap,
    Secret,
}

/// A key and its bytes, and the entry they come from.
struct Pair {
    key: String,
    value: Vec<u8>,
    span: Span,
}

pub(crate) struct Generator<'g, 'a> {
    pub(crate) loader: &'g mut Loader<'a>,
    pub(crate) root: &'g TreePath,
    pub(crate) origins: &'g mut Origins,
}

impl Generator<'_, '_> {
    pub(crate) fn make(
        &mut self,
        made: Made,
        args: &At<GeneratorArgs>,
        global: &GeneratorOptions,
    ) -> Result<Resource, Fault> {
        let At { value: args, span } = args;
        let fault = |message: &str| Fault { span: *span, message: message.to_owned(), refusal: None };
        if args.name.is_empty() {
            return Err(fault("a configmap must have a name"));
        }
        let pairs = self.pairs(args)?;
        let origin = self.origins.set(*span, Role::Generator, crate::OriginId::NONE);
        let text = |text: &str| Node::scalar(Scalar::string(text), origin);
        let mut object = Node::map(origin);
        object.set("apiVersion", text("v1"));
        object.set("kind", text(if made == Made::Secret { "Secret" } else { "ConfigMap" }));
        object.map_at("metadata", origin).set("name", text(&args.name));
        if !args.namespace.is_empty() {
            object.map_at("metadata", origin).set("namespace", text(&args.namespace));
        }
        if made == Made::Secret {
            let kind = if args.secret_type.is_empty() { "Opaque" } else { &args.secret_type };
            object.set("type", text(kind));
            object.map_at("data", origin);
        }
        for pair in &pairs {
            self.put(&mut object, made, pair);
        }
        let options = merge_options(&args.options, global);
        self.put_metadata(&mut object, &options, origin);
        if options.immutable {
            object.set("immutable", Node::scalar(Scalar::plain("true"), origin));
        }
        let mut resource = Resource::new(object);
        resource.needs_hash = !options.disable_name_suffix_hash;
        resource.behavior = args.behavior;
        resource.was_annotated = true;
        Ok(resource)
    }

    fn put(&mut self, object: &mut Node, made: Made, pair: &Pair) {
        let origin = self.origins.set(pair.span, Role::Generator, crate::OriginId::NONE);
        let (section, value) = match std::str::from_utf8(&pair.value) {
            Ok(text) if made == Made::ConfigMap => ("data", text.to_owned()),
            _ if made == Made::ConfigMap => ("binaryData", base64_lines(&pair.value)),
            _ => ("data", base64_lines(&pair.value)),
        };
        object.map_at(section, origin).set(&pair.key, Node::scalar(Scalar::string(value), origin));
    }

    fn put_metadata(&mut self, object: &mut Node, options: &GeneratorOptions, origin: crate::OriginId) {
        for (section, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
            for (key, value) in pairs {
                let origin_of_value = self.origins.set(value.span, Role::Generator, crate::OriginId::NONE);
                let node = Node::scalar(Scalar::string(value.value.clone()), origin_of_value);
                object.map_at("metadata", origin).map_at(section, origin).set(key, node);
            }
        }
    }

    /// Lines of environment files, then literals, then files; each key once.
    fn pairs(&mut self, args: &GeneratorArgs) -> Result<Vec<Pair>, Fault> {
        let mut pairs = Vec::new();
        for name in &args.envs {
            let bytes = self.bytes(name, &name.value)?;
            env_lines(&bytes, name.span, &mut pairs)?;
        }
        for literal in &args.literals {
            pairs.push(literal_pair(literal)?);
        }
        for source in &args.files {
            let (key, path) = file_source(source)?;
            let value = self.bytes(source, &path)?;
            pairs.push(Pair { key, value, span: source.span });
        }
        let mut seen: rustc_hash::FxHashSet<&str> = rustc_hash::FxHashSet::default();
        for pair in &pairs {
            let fault = |message: String| Fault { span: pair.span, message, refusal: None };
            if !seen.insert(&pair.key) {
                return Err(fault(format!(
                    "configmap {} illegally repeats the key `{}`",
                    args.name, pair.key
                )));
            }
        }
        pairs.sort_by(|left, right| left.key.cmp(&right.key));
        Ok(pairs)
    }

    fn bytes(&mut self, at: &Text, path: &str) -> Result<Vec<u8>, Fault> {
        let bytes = self.loader.bytes(self.root, path).map_err(|refusal| Fault {
            span: at.span,
            message: format!("loading KV pairs: {path}"),
            refusal: Some(refusal),
        })?;
        let spent = self.origins.spend_bytes(bytes.len());
        spent.map_err(|message| Fault { span: at.span, message, refusal: None })?;
        Ok(bytes)
    }
}

/// One's own options win, but for the two switches.
fn merge_options(own: &GeneratorOptions, global: &GeneratorOptions) -> GeneratorOptions {
    let merged = |own: &[(SmolStr, Text)], global: &[(SmolStr, Text)]| {
        let mut all = own.to_vec();
        all.extend(global.iter().filter(|(key, _)| !own.iter().any(|(it, _)| it == key)).cloned());
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all
    };
    GeneratorOptions {
        labels: merged(&own.labels, &global.labels),
        annotations: merged(&own.annotations, &global.annotations),
        disable_name_suffix_hash: own.disable_name_suffix_hash || global.disable_name_suffix_hash,
        immutable: own.immutable || global.immutable,
    }
}

fn env_lines(bytes: &[u8], span: Span, pairs: &mut Vec<Pair>) -> Result<(), Fault> {
    let fault = |message: String| Fault { span, message, refusal: None };
    for (number, line) in lines(bytes).enumerate() {
        let line = std::str::from_utf8(line)
            .map_err(|_| fault(format!("line {} has invalid utf8 bytes", number + 1)))?;
        let line = if number == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        pairs.push(Pair { key: key.to_owned(), value: value.as_bytes().to_vec(), span });
    }
    Ok(())
}

/// Lines as `bufio.Scanner` gives them: without their end, a carriage return
/// before it included.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let is_nothing = bytes.is_empty();
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(move |_| !is_nothing)
}

fn literal_pair(literal: &Text) -> Result<Pair, Fault> {
    match literal.value.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(Pair {
            key: key.to_owned(),
            value: without_quotes(value).as_bytes().to_vec(),
            span: literal.span,
        }),
        // The text may be a secret: it is not repeated.
        _ => Err(Fault {
            span: literal.span,
            message: "invalid literal source, expected key=value".to_owned(),
            refusal: None,
        }),
    }
}

fn without_quotes(text: &str) -> &str {
    let quoted = |quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote);
    if quoted('"') || quoted('\'') { &text[1..text.len() - 1] } else { text }
}

/// `key=path`, or a path whose last part is the key.
fn file_source(source: &Text) -> Result<(String, String), Fault> {
    let text = source.value.as_str();
    let fault = |message: String| Err(Fault { span: source.span, message, refusal: None });
    match text.split('=').collect::<Vec<_>>().as_slice() {
        [path] => Ok((path.rsplit('/').next().unwrap_or(path).to_owned(), (*path).to_owned())),
        ["", path] => fault(format!("missing key name for file path {path:?} in source {text:?}")),
        [key, ""] => fault(format!("missing file path for key name {key:?} in source {text:?}")),
        [key, path] => Ok(((*key).to_owned(), (*path).to_owned())),
        _ => fault(format!("source {text:?} key name or file path contains '='")),
    }
}

/// Base64 in lines of 70 letters, each ended, where it is that long.
fn base64_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    if text.len() < 70 {
        return text;
    }
    let mut lines = String::with_capacity(text.len() + text.len() / 70 + 1);
    for line in text.as_bytes().chunks(70) {
        lines.extend(line.iter().copied().map(char::from));
        lines.push('\n');
    }
    lines
}

/// Adds the keys of an object to one that a generator made, whose own win.
pub(crate) fn merge_data(new: &mut Node, old: &Node) {
    if old.text_at(&["kind"]) == "Secret" {
        for (key, value) in old.get("stringData").map_or(&[][..], Node::entries) {
            let into = new.map_at("data", value.origin);
            if into.get(key).is_none() {
                let text = base64_lines(value.text().as_bytes());
                into.set(key, Node::scalar(Scalar::string(text), value.origin));
            }
        }
    }
    for section in ["data", "binaryData"] {
        let Some(before) = old.get(section) else { continue };
        let Content::Map(entries) = &before.content else { continue };
        for (key, value) in entries {
            let into = new.map_at(section, before.origin);
            if into.get(key).is_none() {
                into.set(key, value.clone());
            }
        }
    }
}
