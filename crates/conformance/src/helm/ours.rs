//! What our renderer makes of the arguments of `helm template`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use seatrial_helm::template::engine::{self, Engine};
use seatrial_helm::template::{Home, Set, Trace, Value};
use seatrial_helm::{
    Argument, ErrorKind, HelmVersion, Loaded, Loader, Options, Rendered, Show, ValuesFile, ValuesInput,
    file_argument_paths, functions, render,
};
use seatrial_source::{DiskFiles, FileId, SourceMap, TreePath};

use super::arguments::Arguments;
use crate::rendered::Answer;

/// What is printed, or why nothing is. The arguments are read from `root`.
pub(super) fn answer(root: &Path, tool: &str, args: &[String]) -> Answer {
    redraw(root, tool, args, 0)
}

/// The same with another seed and at another time.
pub(super) fn redraw(root: &Path, tool: &str, args: &[String], draw: u64) -> Answer {
    let start = Instant::now();
    let text = Job::new(root, tool, args, draw).and_then(|mut job| job.run());
    Answer { text: text.map_err(|error| format!("{error:#}")), took: start.elapsed() }
}

struct Job {
    /// Where the arguments' paths are read from.
    here: PathBuf,
    helm: HelmVersion,
    /// What random functions and the clock start from.
    draw: u64,
    arguments: Arguments,
    sources: SourceMap,
}

impl Job {
    fn new(root: &Path, tool: &str, args: &[String], draw: u64) -> anyhow::Result<Self> {
        let here = fs::canonicalize(root).with_context(|| format!("cannot open {}", root.display()))?;
        let (arguments, helm) = (Arguments::read(args)?, version(tool));
        arguments.check(&helm.switches())?;
        Ok(Self { here, helm, draw, arguments, sources: SourceMap::new() })
    }

    fn run(&mut self) -> anyhow::Result<String> {
        let values = self.values()?;
        let loaded = self.load()?;
        let refusal = || loaded.problems.iter().find(|it| it.is_fatal).map(|it| anyhow!("{}", it.message));
        let Some(chart) = &loaded.chart else {
            return Err(refusal().unwrap_or_else(|| anyhow!("there is no chart")));
        };
        let rendered = render(chart, &values, &self.options()?);
        let is_first = |kind| kind <= ErrorKind::Values || kind == ErrorKind::KubeVersion;
        if let Some(error) = rendered.errors.iter().find(|it| is_first(it.kind)) {
            bail!("{}", error.printed());
        }
        if let Some(refusal) = refusal() {
            return Err(refusal);
        }
        self.print(&rendered)
    }

    fn print(&self, rendered: &Rendered) -> anyhow::Result<String> {
        if let Some(error) = rendered.errors.first() {
            bail!("{}", error.printed());
        }
        let show = Show {
            include_crds: self.arguments.include_crds(),
            no_hooks: self.arguments.no_hooks(),
            skip_tests: self.arguments.skip_tests(),
            show_only: self.arguments.show_only.clone(),
        };
        rendered.output(&show).map(|it| it.text).map_err(|error| anyhow!(error))
    }

    fn options(&self) -> anyhow::Result<Options> {
        let name = match &self.arguments.name_template {
            Some(text) => name_of(text)?,
            None => self.arguments.named()?.release.unwrap_or_default().to_owned(),
        };
        Ok(Options {
            helm: self.helm,
            name,
            namespace: self.arguments.namespace.clone(),
            is_upgrade: self.arguments.is_upgrade(),
            kube_version: self.arguments.kube_version.clone(),
            api_versions: self.helm.switches().api_versions(&self.arguments.api_versions),
            skip_schema_validation: self.arguments.skip_schema_validation(),
            seed: self.draw,
            // Every part of the date is another one.
            now: (self.draw.cast_signed() * 34_567_890, 0),
            ..Options::default()
        })
    }

    fn load(&mut self) -> anyhow::Result<Loaded> {
        let chart = self.here.join(self.arguments.named()?.chart);
        let chart = fs::canonicalize(&chart)
            .map_err(|_| anyhow!("path {:?} not found", self.arguments.named().map_or("", |it| it.chart)))?;
        // Charts lie anywhere: the tree is all there is.
        let files = DiskFiles::open(Path::new("/"))?;
        let path = TreePath::new(chart.to_str().context("a path that is no text")?);
        let sources = &mut self.sources;
        let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
        let mut loader = Loader { files: &files, register: &mut register, helm: self.helm, alone: None };
        Ok(if chart.is_dir() { loader.directory(&path) } else { loader.archive(&path) })
    }

    fn values(&mut self) -> anyhow::Result<ValuesInput> {
        let mut values = ValuesInput::default();
        for name in self.arguments.values.clone() {
            let text = self.read(&name)?;
            let file = self.register(&name, &text);
            values.files.push(ValuesFile { name, file, text });
        }
        let it = &self.arguments;
        let [set, string, json, file, literal] =
            [&it.set, &it.set_string, &it.set_json, &it.set_file, &it.set_literal].map(Clone::clone);
        values.set = self.argued("--set", &set);
        values.set_string = self.argued("--set-string", &string);
        values.set_json = self.argued("--set-json", &json);
        values.set_literal = self.argued("--set-literal", &literal);
        values.set_file = self.argued("--set-file", &file);
        let mut contents = BTreeMap::new();
        for path in file.iter().flat_map(|it| file_argument_paths(it)) {
            let content = match self.read(&path) {
                Ok(text) => Ok(Argument { file: self.register(&path, &text), text }),
                Err(error) => Err(error.to_string()),
            };
            contents.insert(path, content);
        }
        values.set_file_contents = contents;
        Ok(values)
    }

    fn argued(&mut self, flag: &str, texts: &[String]) -> Vec<Argument> {
        let argument = |(at, text): (usize, &String)| {
            let text: Arc<str> = text.as_str().into();
            Argument { file: self.register(&format!("{flag} {at}"), &text), text }
        };
        texts.iter().enumerate().map(argument).collect()
    }

    fn register(&mut self, name: &str, text: &Arc<str>) -> FileId {
        self.sources.add(TreePath::new(&format!("argument/{name}")), Arc::clone(text))
    }

    fn read(&self, name: &str) -> anyhow::Result<Arc<str>> {
        let bytes =
            fs::read(self.here.join(name)).map_err(|_| anyhow!("open {name}: no such file or directory"))?;
        Ok(String::from_utf8_lossy(&bytes).into())
    }
}

/// The version that a tool's name tells: the newest of a major, or the newest.
fn version(tool: &str) -> HelmVersion {
    let word =
        tool.rsplit(|it: char| it.is_whitespace() || it == '-' || it == '@').next().unwrap_or_default();
    let word = word.split('+').next().unwrap_or_default();
    if let Some(version) = HelmVersion::from_name(word) {
        return version;
    }
    let digits = word.trim_start_matches(|it: char| !it.is_ascii_digit());
    let known = HelmVersion::ALL.into_iter().rev();
    let major = digits.split('.').next().unwrap_or_default();
    known
        .clone()
        .find(|it| !major.is_empty() && it.name().split('.').next() == Some(major))
        .unwrap_or_default()
}

/// `--name-template`
fn name_of(text: &str) -> anyhow::Result<String> {
    let mut set = Set::new(functions::all());
    set.parse("name-template", text, Home::None).map_err(|error| anyhow!(error))?;
    engine::on_deep_stack(move || {
        let mut engine = Engine::new(Arc::new(set), Trace::off(), engine::Options::default());
        engine
            .execute("name-template", Value::NIL)
            .map(|it| it.text.to_string())
            .map_err(|error| anyhow!(error.message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_names_its_version() {
        assert_eq!(version("helm 3.22"), HelmVersion::V3_22);
        assert_eq!(version("v3.10.1+gabc"), HelmVersion::V3_10);
        assert_eq!(version("helm3"), HelmVersion::V3_22);
        assert_eq!(version("helm-4.3.1"), HelmVersion::V4_3);
        assert_eq!(version("helm"), HelmVersion::V4_3);
    }
}
