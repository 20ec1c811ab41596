//! What a template sees beside its values: `.Release`, `.Chart`, `.Files`,
//! `.Subcharts`, `.Template`.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_source::Span;

use crate::chart::{Branch, ChartFile, Content, Dependency, Glob, Import, Metadata, Text};
use crate::functions;
use crate::template::{Call, Data, Element, Fault, Map, Object, OriginId, Trace, Value, print};
use crate::values::coalesce::{path_value, table};
use crate::versions::Switches;

/// `.Release`
pub(crate) fn release(name: &str, namespace: &str, is_upgrade: bool) -> Map {
    let entries: [(&str, Value); 6] = [
        ("Name", name.into()),
        ("Namespace", namespace.into()),
        ("IsUpgrade", is_upgrade.into()),
        ("IsInstall", (!is_upgrade).into()),
        ("Revision", Value::int(1)),
        ("Service", "Helm".into()),
    ];
    entries.into_iter().map(|(key, value)| (Rc::from(key), value)).collect()
}

/// What all charts of a render share.
pub(crate) struct Scope<'a> {
    pub(crate) release: Value,
    pub(crate) capabilities: Value,
    pub(crate) switches: &'a Switches,
}

/// A template that is to be parsed, and the values it is given.
pub(crate) struct Renderable<'a> {
    pub(crate) file: &'a ChartFile,
    pub(crate) context: Map,
    pub(crate) base_path: Rc<str>,
}

impl Scope<'_> {
    /// All templates of a chart and its subcharts by their full paths, with
    /// what they see as `.`.
    pub(crate) fn templates<'a>(
        &self,
        chart: &Branch<'a>,
        values: &Map,
        trace: &mut Trace,
    ) -> BTreeMap<String, Renderable<'a>> {
        let mut found = BTreeMap::new();
        let values = named(values.clone(), self.switches.values_type);
        self.collect(chart, chart.name(), Value::from(values), true, trace, &mut found);
        found
    }

    fn collect<'a>(
        &self,
        chart: &Branch<'a>,
        path: &str,
        values: Value,
        is_root: bool,
        trace: &mut Trace,
        found: &mut BTreeMap<String, Renderable<'a>>,
    ) -> Map {
        let subcharts = Map::new();
        let context = Map::new();
        let own = values.as_map().cloned();
        let mut describing = Describing { trace: &mut *trace, is_map: self.switches.chart_is_map };
        let entries = [
            ("Chart", describing.chart(&chart.metadata, is_root)),
            ("Files", Value::new(Data::Object(Rc::new(Files::of(chart, self.switches, trace))))),
            ("Release", self.release.clone()),
            ("Capabilities", self.capabilities.clone()),
            ("Values", values),
            ("Subcharts", subcharts.clone().into()),
        ];
        for (key, value) in entries {
            context.set(key, value);
        }
        for child in &chart.dependencies {
            let inner = own.as_ref().and_then(|own| table(own, child.name()).ok()).unwrap_or_default();
            let origin = own.as_ref().and_then(|own| own.get(child.name())).unwrap_or_default().origin;
            let inner = Value::from(named(inner, self.switches.values_type)).with_origin(origin);
            let path = child.path_in(path);
            let below = self.collect(child, &path, inner, false, trace, found);
            subcharts.set(child.name(), below.into());
        }
        let base_path: Rc<str> = format!("{path}/templates").into();
        for file in &chart.chart.templates {
            let name = file.name.rsplit_once('/').map_or(&*file.name, |(_, name)| name);
            if chart.metadata.is_library() && !name.starts_with('_') {
                continue;
            }
            let context = named(context.clone(), self.switches.values_type);
            found.insert(
                format!("{path}/{}", file.name),
                Renderable { file, context, base_path: base_path.clone() },
            );
        }
        context
    }
}

/// The same map under the name of a type of its own.
fn named(mut map: Map, name: &'static str) -> Map {
    map.named = Some(name);
    map.methods = Some(values_method);
    map
}

/// The methods of Helm's `Values` that a template can call.
fn values_method(
    call: &mut dyn Call,
    values: &Map,
    name: &str,
    args: &[Value],
) -> Option<Result<Value, Fault>> {
    let path = || args.first().and_then(Value::as_str).unwrap_or_default();
    Some(match name {
        "AsMap" => {
            let mut plain = if values.is_empty() { Map::new() } else { values.clone() };
            plain.named = None;
            plain.methods = None;
            Ok(plain.into())
        }
        "YAML" => apply(call, "toYaml", values.clone().into()).map(|text| {
            let text = text.as_str().unwrap_or_default();
            Value::from(format!("{text}\n"))
        }),
        "Table" => table(values, path())
            .map(|found| {
                let mut found = found;
                found.named = values.named;
                found.methods = values.methods;
                found.into()
            })
            .map_err(Fault::Error),
        "PathValue" if path().is_empty() => Err(Fault::error("YAML path cannot be empty")),
        "PathValue" => {
            let key = path().rsplit('.').next().unwrap_or_default();
            path_value(values, path()).ok_or_else(|| Fault::Error(format!("{key:?} is not a value")))
        }
        _ => return None,
    })
}

/// `.Template`
pub(crate) fn template(name: &str, base_path: &str, switches: &Switches) -> Value {
    let entries = [("Name", name), ("BasePath", base_path)];
    let map: Map = entries.into_iter().map(|(key, text)| (Rc::from(key), Value::from(text))).collect();
    named(map, switches.values_type).into()
}

/// `.Chart`, as maps or as the structs that older versions give.
struct Describing<'a> {
    trace: &'a mut Trace,
    is_map: bool,
}

/// A field: its name in Go, its name in JSON, whether JSON leaves it out when
/// it is empty.
type Field = (&'static str, &'static str, bool, Value);

impl Describing<'_> {
    fn made(&self, type_name: &'static str, fields: Vec<Field>) -> Value {
        if self.is_map {
            return fields
                .into_iter()
                .map(|(name, .., value)| (Rc::from(name), value))
                .collect::<Map>()
                .into();
        }
        Value::new(Data::Object(Rc::new(Struct { type_name, fields })))
    }

    fn text(&mut self, text: &Text) -> Value {
        let origin = text.span.map(|span| self.trace.value(span)).unwrap_or_default();
        Value::from(&*text.text).with_origin(origin)
    }

    /// Maps hold a list where structs hold a nil slice.
    fn list(&self, items: Option<Vec<Value>>) -> Value {
        match items {
            Some(items) => Value::list(items),
            None if self.is_map => Value::list(Vec::new()),
            None => Value::nil_list(),
        }
    }

    fn texts(&mut self, texts: Option<&Vec<Text>>) -> Value {
        let items = texts.map(|texts| texts.iter().map(|it| self.text(it)).collect());
        let mut list = self.list(items);
        if let (false, Data::List(list)) = (self.is_map, &mut list.data) {
            list.element = Element::Str;
        }
        list
    }

    fn chart(&mut self, metadata: &Metadata, is_root: bool) -> Value {
        let maintainers = metadata.maintainers.as_ref().map(|all| {
            let all = all.iter().flatten();
            all.map(|it| {
                let fields = vec![
                    ("Name", "name", true, self.text(&it.name)),
                    ("Email", "email", true, self.text(&it.email)),
                    ("URL", "url", true, self.text(&it.url)),
                ];
                self.made("*chart.Maintainer", fields)
            })
            .collect()
        });
        let dependencies = metadata.dependencies.as_ref();
        let dependencies =
            dependencies.map(|all| all.iter().flatten().map(|it| self.dependency(it)).collect());
        let fields = vec![
            ("Name", "name", true, self.text(&metadata.name)),
            ("Home", "home", true, self.text(&metadata.home)),
            ("Sources", "sources", true, self.texts(metadata.sources.as_ref())),
            ("Version", "version", true, self.text(&metadata.version)),
            ("Description", "description", true, self.text(&metadata.description)),
            ("Keywords", "keywords", true, self.texts(metadata.keywords.as_ref())),
            ("Maintainers", "maintainers", true, self.list(maintainers)),
            ("Icon", "icon", true, self.text(&metadata.icon)),
            ("APIVersion", "apiVersion", true, self.text(&metadata.api_version)),
            ("Condition", "condition", true, self.text(&metadata.condition)),
            ("Tags", "tags", true, self.text(&metadata.tags)),
            ("AppVersion", "appVersion", true, self.text(&metadata.app_version)),
            ("Deprecated", "deprecated", true, metadata.deprecated.into()),
            ("Annotations", "annotations", true, self.annotations(metadata)),
            ("KubeVersion", "kubeVersion", true, self.text(&metadata.kube_version)),
            ("Dependencies", "dependencies", true, self.list(dependencies)),
            ("Type", "type", true, self.text(&metadata.kind)),
            ("IsRoot", "IsRoot", false, is_root.into()),
        ];
        self.made("struct { chart.Metadata; IsRoot bool }", fields)
    }

    fn annotations(&mut self, metadata: &Metadata) -> Value {
        let mut map = Map::new();
        map.element = Element::Str;
        match &metadata.annotations {
            None => map.is_nil = true,
            Some(annotations) => {
                for (key, it) in annotations {
                    let value = self.text(it);
                    map.set(&**key, value);
                }
            }
        }
        map.into()
    }

    fn dependency(&mut self, dependency: &Dependency) -> Value {
        let imports = dependency.import_values.iter().flatten();
        let imports: Vec<Value> = imports.filter_map(import).collect();
        let imports = (self.is_map || !imports.is_empty()).then_some(imports);
        let fields = vec![
            ("Name", "name", false, self.text(&dependency.name)),
            ("Version", "version", true, self.text(&dependency.version)),
            ("Repository", "repository", false, self.text(&dependency.repository)),
            ("Condition", "condition", true, self.text(&dependency.condition)),
            ("Tags", "tags", true, self.texts(dependency.tags.as_ref())),
            ("Enabled", "enabled", true, dependency.enabled.into()),
            ("ImportValues", "import-values", true, self.list(imports)),
            ("Alias", "alias", true, self.text(&dependency.alias)),
        ];
        self.made("*chart.Dependency", fields)
    }
}

/// An import as Helm leaves it once it is done.
fn import(import: &Import) -> Option<Value> {
    let (child, parent) = match import {
        Import::Export(name) => (format!("exports.{name}"), ".".to_owned()),
        Import::Table { child, parent } => (child.clone(), parent.clone()),
        Import::Other => return None,
    };
    let entries = [("child", child), ("parent", parent)];
    let mut map: Map = entries.into_iter().map(|(key, it)| (Rc::from(key), Value::from(it))).collect();
    map.element = Element::Str;
    Some(map.into())
}

/// A struct of Helm 3.
#[derive(Debug)]
struct Struct {
    type_name: &'static str,
    fields: Vec<Field>,
}

fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&print::show(value)).into_owned()
}

/// `%#v`.
fn syntax(value: &Value) -> String {
    String::from_utf8_lossy(&print::sprintf(b"%#v", std::slice::from_ref(value))).into_owned()
}

fn shown_named(value: &Value) -> String {
    String::from_utf8_lossy(&print::sprintf(b"%+v", std::slice::from_ref(value))).into_owned()
}

impl Struct {
    /// A field in Go's syntax; what is pointed to shows as an address, which
    /// is another one in each run of Helm.
    fn field_syntax((name, _, _, value): &Field) -> String {
        let pointed = match *name {
            "Maintainers" => "*chart.Maintainer",
            "Dependencies" => "*chart.Dependency",
            _ => return format!("{name}:{}", syntax(value)),
        };
        match value.as_list() {
            Some(items) if !items.is_empty() => {
                let addresses = vec![format!("({pointed})(0xc000000000)"); items.len()];
                format!("{name}:[]{pointed}{{{}}}", addresses.join(", "))
            }
            _ => format!("{name}:[]{pointed}(nil)"),
        }
    }
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn kind(&self) -> &'static str {
        if self.type_name.starts_with('*') { "ptr" } else { "struct" }
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|(field, ..)| *field == name).map(|(.., value)| value.clone())
    }

    fn call(&self, _: &mut dyn Call, _: &str, _: &[Value]) -> Option<Result<Value, Fault>> {
        None
    }

    fn show(&self) -> String {
        let texts: Vec<String> = self.fields.iter().map(|(.., value)| shown(value)).collect();
        if self.kind() == "ptr" {
            return format!("&{{{}}}", texts.join(" "));
        }
        // The metadata is one field, and whether it is the root another.
        let (root, fields) = texts.split_last().expect("there are fields");
        format!("{{{{{}}} {root}}}", fields.join(" "))
    }

    fn show_named(&self) -> String {
        let named = |(name, .., value): &Field| format!("{name}:{}", shown_named(value));
        let texts: Vec<String> = self.fields.iter().map(named).collect();
        if self.kind() == "ptr" {
            return format!("&{{{}}}", texts.join(" "));
        }
        let (root, fields) = texts.split_last().expect("there are fields");
        format!("{{Metadata:{{{}}} {root}}}", fields.join(" "))
    }

    fn show_syntax(&self) -> Option<String> {
        let texts: Vec<String> = self.fields.iter().map(Self::field_syntax).collect();
        if let Some(pointed) = self.type_name.strip_prefix('*') {
            return Some(format!("&{pointed}{{{}}}", texts.join(", ")));
        }
        let (root, fields) = texts.split_last().expect("there are fields");
        let fields = fields.join(", ");
        Some(format!("{}{{Metadata:chart.Metadata{{{fields}}}, {root}}}", self.type_name))
    }

    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let written = self.fields.iter().filter(|(.., omits, value)| !omits || value.is_true());
        Some(written.map(|(_, key, _, value)| (Rc::from(*key), value.clone())).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A file, and where it and its name stand. What a template asks for is copied
/// once, however often it asks.
#[derive(Debug)]
struct Kept {
    content: Content,
    origin: OriginId,
    name: OriginId,
    text: OnceCell<Value>,
    bytes: OnceCell<Rc<[u8]>>,
}

/// More than this is not printed of files.
const SHOWN_MAX: usize = 65 << 20;

/// `.Files`: what lies in the chart and is no template.
#[derive(Debug)]
pub(crate) struct Files {
    files: BTreeMap<Arc<str>, Rc<Kept>>,
    /// Whether lines end with the last line break.
    lines_end_closed: bool,
}

impl Files {
    fn of(chart: &Branch<'_>, switches: &Switches, trace: &mut Trace) -> Self {
        let files = chart.chart.files.iter().map(|file| {
            let (origin, name) = match &file.content {
                Content::Text { file, text } => {
                    let origin = trace.value(Span::new(*file, 0, text.len() as u32));
                    (origin, trace.template(Span::new(*file, 0, 0)))
                }
                Content::Bytes(_) | Content::Unread(_) => (OriginId::NONE, OriginId::NONE),
            };
            let (text, bytes) = (OnceCell::new(), OnceCell::new());
            let kept = Kept { content: file.content.clone(), origin, name, text, bytes };
            (file.name.clone(), Rc::new(kept))
        });
        Self { files: files.collect(), lines_end_closed: switches.lines_end_closed }
    }

    fn text(&self, name: &str) -> Value {
        let Some(file) = self.files.get(name) else { return Value::from("") };
        let made = || match &file.content {
            Content::Text { text, .. } => Value::from(&**text).with_origin(file.origin).with_key(file.name),
            content => Value::bytes_as_str(content.bytes().to_vec()),
        };
        file.text.get_or_init(made).clone()
    }

    fn bytes(&self, name: &str) -> Value {
        let Some(file) = self.files.get(name) else { return Value::new(Data::Bytes(Rc::from([]))) };
        let bytes = file.bytes.get_or_init(|| Rc::from(file.content.bytes()));
        Value::new(Data::Bytes(Rc::clone(bytes))).with_origin(file.origin).with_key(file.name)
    }

    fn glob(&self, pattern: &str) -> Value {
        let glob = Glob::new(pattern);
        let matching = self.files.iter().filter(|(name, _)| glob.matches(name));
        let files = matching.map(|(name, file)| (name.clone(), file.clone())).collect();
        Value::new(Data::Object(Rc::new(Self { files, lines_end_closed: self.lines_end_closed })))
    }

    fn lines(&self, name: &str) -> Value {
        let Some(file) = self.files.get(name) else {
            return Value::strings(std::iter::empty::<&str>());
        };
        let text = file.content.text();
        if text.is_empty() && self.lines_end_closed {
            return Value::strings(std::iter::empty::<&str>());
        }
        let closed = text.strip_suffix('\n').filter(|_| self.lines_end_closed);
        let text = closed.unwrap_or(&text);
        Value::strings(text.split('\n')).with_origin(file.origin)
    }

    /// A map of the files' base names, for the data of a `ConfigMap` or Secret.
    fn as_data(&self, call: &mut dyn Call, is_secret: bool) -> Result<Value, Fault> {
        let mut map = Map::new();
        map.element = Element::Str;
        for name in self.files.keys() {
            let base = name.rsplit_once('/').map_or(&**name, |(_, base)| base);
            let mut value = self.text(name);
            if is_secret {
                let (origin, key) = (value.origin, value.key);
                value = apply(call, "b64enc", value)?.with_key(key);
                value.origin = call.trace().derived([origin]);
            }
            map.set(base, value);
        }
        apply(call, "toYaml", map.into())
    }
}

/// Adds bytes as numbers, until there are more than anybody prints.
fn push_numbers(
    out: &mut String,
    bytes: &[u8],
    between: &str,
    push: impl Fn(&mut String, u8) -> std::fmt::Result,
) {
    for (index, byte) in bytes.iter().enumerate() {
        if out.len() > SHOWN_MAX {
            return;
        }
        out.push_str(if index == 0 { "" } else { between });
        let _ = push(out, *byte);
    }
}

fn apply(call: &mut dyn Call, name: &str, value: Value) -> Result<Value, Fault> {
    let function = functions::find(name).expect("the function is one of Helm's");
    (function.body)(call, &[value])
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> &'static str {
        "map"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(self.bytes(name))
    }

    fn call(&self, call: &mut dyn Call, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        let first = args.first().map(|value| value.as_str().unwrap_or_default());
        let cost = match (name, first) {
            ("Glob", Some(pattern)) => (self.files.len() * (8 + pattern.len())) as u64,
            ("Lines", Some(path)) => self.files.get(path).map_or(0, |it| it.content.bytes().len()) as u64,
            _ => 0,
        };
        if let Err(fault) = call.spend(cost) {
            return Some(Err(fault));
        }
        Some(match (name, first) {
            ("Get", Some(path)) => Ok(self.text(path)),
            ("GetBytes", Some(path)) => Ok(self.bytes(path)),
            ("Glob", Some(pattern)) => Ok(self.glob(pattern)),
            ("Lines", Some(path)) => Ok(self.lines(path)),
            ("AsConfig", _) => self.as_data(call, false),
            ("AsSecrets", _) => self.as_data(call, true),
            _ => return None,
        })
    }

    fn show(&self) -> String {
        let mut shown = String::from("map[");
        for (index, (name, file)) in self.files.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let _ = write!(shown, "{space}{name}:[");
            push_numbers(&mut shown, file.content.bytes(), " ", |out, byte| write!(out, "{byte}"));
            shown.push(']');
        }
        shown.push(']');
        shown
    }

    fn show_syntax(&self) -> Option<String> {
        let mut shown = String::from("engine.files{");
        for (index, (name, file)) in self.files.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(shown, "{comma}{}:[]uint8{{", crate::go::quote(name));
            push_numbers(&mut shown, file.content.bytes(), ", ", |out, byte| write!(out, "{byte:#x}"));
            shown.push('}');
        }
        shown.push('}');
        Some(shown)
    }

    fn to_json(&self) -> Value {
        self.files.keys().map(|name| (Rc::from(&**name), self.bytes(name))).collect::<Map>().into()
    }

    fn is_true(&self) -> bool {
        !self.files.is_empty()
    }

    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        Some(self.files.keys().map(|name| (Rc::from(&**name), self.bytes(name))).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
