//! What a template sees beside its values: `.Release`, `.Chart`, `.Files`,
//! `.Subcharts`, `.Template`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_source::Span;

use crate::chart::{Branch, ChartFile, Content, Dependency, Glob, Import, Metadata, Text};
use crate::functions;
use crate::template::{Call, Data, Element, Fault, Map, Object, Trace, Value};
use crate::values::coalesce::table;
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
        let entries = [
            ("Chart", metadata(&chart.metadata, is_root, self.switches, trace)),
            ("Files", Value::new(Data::Object(Rc::new(Files::of(chart, trace))))),
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
            let path = format!("{path}/charts/{}", child.name());
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
    map
}

/// `.Template`
pub(crate) fn template(name: &str, base_path: &str, switches: &Switches) -> Value {
    let entries = [("Name", name), ("BasePath", base_path)];
    let map: Map = entries.into_iter().map(|(key, text)| (Rc::from(key), Value::from(text))).collect();
    named(map, switches.values_type).into()
}

fn text(text: &Text, trace: &mut Trace) -> Value {
    let origin = text.span.map(|span| trace.value(span)).unwrap_or_default();
    Value::from(&*text.text).with_origin(origin)
}

fn texts(texts: Option<&Vec<Text>>, trace: &mut Trace) -> Value {
    Value::list(texts.into_iter().flatten().map(|it| text(it, trace)).collect())
}

/// `.Chart`
fn metadata(metadata: &Metadata, is_root: bool, switches: &Switches, trace: &mut Trace) -> Value {
    let map = metadata_map(metadata, is_root, trace);
    if switches.chart_is_map {
        return map.into();
    }
    Value::new(Data::Object(Rc::new(ChartObject { fields: map })))
}

/// The fields by their names in Go.
fn metadata_map(metadata: &Metadata, is_root: bool, trace: &mut Trace) -> Map {
    let maintainers = metadata.maintainers.iter().flatten().flatten().map(|it| {
        let entries = [("Name", &it.name), ("Email", &it.email), ("URL", &it.url)];
        let map: Map = entries.into_iter().map(|(key, it)| (Rc::from(key), text(it, trace))).collect();
        Value::from(map)
    });
    let maintainers = Value::list(maintainers.collect());
    let dependencies = metadata.declared().map(|it| dependency(it, trace)).collect();
    let entries = [
        ("Name", text(&metadata.name, trace)),
        ("Home", text(&metadata.home, trace)),
        ("Sources", texts(metadata.sources.as_ref(), trace)),
        ("Version", text(&metadata.version, trace)),
        ("Description", text(&metadata.description, trace)),
        ("Keywords", texts(metadata.keywords.as_ref(), trace)),
        ("Maintainers", maintainers),
        ("Icon", text(&metadata.icon, trace)),
        ("APIVersion", text(&metadata.api_version, trace)),
        ("Condition", text(&metadata.condition, trace)),
        ("Tags", text(&metadata.tags, trace)),
        ("AppVersion", text(&metadata.app_version, trace)),
        ("Deprecated", metadata.deprecated.into()),
        ("Annotations", annotations(metadata, trace)),
        ("KubeVersion", text(&metadata.kube_version, trace)),
        ("Dependencies", Value::list(dependencies)),
        ("Type", text(&metadata.kind, trace)),
        ("IsRoot", is_root.into()),
    ];
    entries.into_iter().map(|(key, value)| (Rc::from(key), value)).collect()
}

fn annotations(metadata: &Metadata, trace: &mut Trace) -> Value {
    let Some(annotations) = &metadata.annotations else {
        let mut map = Map::new();
        map.element = Element::Str;
        map.is_nil = true;
        return map.into();
    };
    let mut map: Map = annotations.iter().map(|(key, it)| (Rc::from(&**key), text(it, trace))).collect();
    map.element = Element::Str;
    map.into()
}

fn dependency(dependency: &Dependency, trace: &mut Trace) -> Value {
    let imports = dependency.import_values.iter().flatten().filter_map(|import| {
        let (child, parent) = match import {
            Import::Export(name) => (format!("exports.{name}"), ".".to_owned()),
            Import::Table { child, parent } => (child.clone(), parent.clone()),
            Import::Other => return None,
        };
        let entries = [("child", child), ("parent", parent)];
        let mut map: Map = entries.into_iter().map(|(key, it)| (Rc::from(key), Value::from(it))).collect();
        map.element = Element::Str;
        Some(Value::from(map))
    });
    let entries = [
        ("Name", text(&dependency.name, trace)),
        ("Version", text(&dependency.version, trace)),
        ("Repository", text(&dependency.repository, trace)),
        ("Condition", text(&dependency.condition, trace)),
        ("Tags", texts(dependency.tags.as_ref(), trace)),
        ("Enabled", dependency.enabled.into()),
        ("ImportValues", Value::list(imports.collect())),
        ("Alias", text(&dependency.alias, trace)),
    ];
    Value::from(entries.into_iter().map(|(key, value)| (Rc::from(key), value)).collect::<Map>())
}

/// `.Chart` before Helm 4: a struct.
#[derive(Debug)]
struct ChartObject {
    fields: Map,
}

/// The fields as they are declared, with their names in JSON.
const FIELDS: [(&str, &str); 18] = [
    ("Name", "name"),
    ("Home", "home"),
    ("Sources", "sources"),
    ("Version", "version"),
    ("Description", "description"),
    ("Keywords", "keywords"),
    ("Maintainers", "maintainers"),
    ("Icon", "icon"),
    ("APIVersion", "apiVersion"),
    ("Condition", "condition"),
    ("Tags", "tags"),
    ("AppVersion", "appVersion"),
    ("Deprecated", "deprecated"),
    ("Annotations", "annotations"),
    ("KubeVersion", "kubeVersion"),
    ("Dependencies", "dependencies"),
    ("Type", "type"),
    ("IsRoot", "IsRoot"),
];

impl Object for ChartObject {
    fn type_name(&self) -> &'static str {
        "struct { chart.Metadata; IsRoot bool }"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.get(name)
    }

    fn call(&self, _: &mut dyn Call, _: &str, _: &[Value]) -> Option<Result<Value, Fault>> {
        None
    }

    fn show(&self) -> String {
        let shown = |name: &str| {
            let value = self.fields.get(name).unwrap_or_default();
            String::from_utf8_lossy(&crate::template::print::show(&value)).into_owned()
        };
        let (root, fields) = FIELDS.split_last().expect("there are fields");
        let texts: Vec<String> = fields.iter().map(|(name, _)| shown(name)).collect();
        format!("{{{{{}}} {}}}", texts.join(" "), shown(root.0))
    }

    fn to_json(&self) -> Value {
        let entries = FIELDS.iter().filter_map(|(name, key)| {
            let value = self.fields.get(name)?;
            (value.is_true() || *name == "IsRoot").then(|| (Rc::from(*key), value))
        });
        entries.collect::<Map>().into()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `.Files`: what lies in the chart and is no template.
#[derive(Debug)]
pub(crate) struct Files {
    files: BTreeMap<Arc<str>, (Content, crate::template::OriginId)>,
}

impl Files {
    fn of(chart: &Branch<'_>, trace: &mut Trace) -> Self {
        let files = chart.chart.files.iter().map(|file| {
            let origin = match &file.content {
                Content::Text { file, text } => trace.value(Span::new(*file, 0, text.len() as u32)),
                Content::Bytes(_) => Default::default(),
            };
            (file.name.clone(), (file.content.clone(), origin))
        });
        Self { files: files.collect() }
    }

    fn text(&self, name: &str) -> Value {
        match self.files.get(name) {
            None => Value::from(""),
            Some((Content::Text { text, .. }, origin)) => Value::from(&**text).with_origin(*origin),
            Some((Content::Bytes(bytes), _)) => Value::bytes_as_str(bytes.to_vec()),
        }
    }

    fn bytes(&self, name: &str) -> Value {
        let (bytes, origin) = match self.files.get(name) {
            None => (Rc::from([]), Default::default()),
            Some((content, origin)) => (Rc::from(content.bytes()), *origin),
        };
        Value::new(Data::Bytes(bytes)).with_origin(origin)
    }

    fn glob(&self, pattern: &str) -> Value {
        let glob = Glob::new(pattern);
        let matching = self.files.iter().filter(|(name, _)| glob.matches(name));
        let files = matching.map(|(name, file)| (name.clone(), file.clone())).collect();
        Value::new(Data::Object(Rc::new(Self { files })))
    }

    fn lines(&self, name: &str) -> Value {
        let Some((content, origin)) = self.files.get(name) else {
            return Value::strings(std::iter::empty::<&str>());
        };
        let text = content.text();
        if text.is_empty() {
            return Value::strings(std::iter::empty::<&str>());
        }
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Value::strings(text.split('\n')).with_origin(*origin)
    }

    /// A map of the files' base names, for the data of a ConfigMap or Secret.
    fn as_data(&self, call: &mut dyn Call, is_secret: bool) -> Result<Value, Fault> {
        let mut map = Map::new();
        map.element = Element::Str;
        for name in self.files.keys() {
            let base = name.rsplit_once('/').map_or(&**name, |(_, base)| base);
            let mut value = self.text(name);
            if is_secret {
                value = apply(call, "b64enc", value)?;
            }
            map.set(base, value);
        }
        apply(call, "toYaml", map.into())
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
        let shown = |content: &Content| {
            let bytes: Vec<String> = content.bytes().iter().map(u8::to_string).collect();
            format!("[{}]", bytes.join(" "))
        };
        let files: Vec<String> =
            self.files.iter().map(|(name, (content, _))| format!("{name}:{}", shown(content))).collect();
        format!("map[{}]", files.join(" "))
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
