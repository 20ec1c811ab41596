//! Prints what `helm template` prints, with its arguments:
//! `template NAME CHART [-f FILE] [--set X] ...`.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_helm::{
    Argument, HelmVersion, Loader, Options, Show, ValuesFile, ValuesInput, file_argument_paths, release_name,
    render,
};
use seatrial_source::{DiskFiles, SourceMap, TreePath};

#[derive(Default)]
struct Arguments {
    plain: Vec<String>,
    options: Options,
    show: Show,
    values: ValuesInput,
    sources: SourceMap,
    made: usize,
    is_lenient: bool,
    is_quiet: bool,
}

impl Arguments {
    fn argument(&mut self, text: &str) -> Argument {
        self.made += 1;
        let text: Arc<str> = text.into();
        let file = self.sources.add(TreePath::new(&format!("argument-{}", self.made)), text.clone());
        Argument { file, text }
    }

    fn read(mut self, arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut rest = arguments;
        while let Some(argument) = rest.next() {
            let (flag, mut inline) = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            if !flag.starts_with('-') {
                self.plain.push(flag);
                continue;
            }
            match flag.as_str() {
                "--include-crds" => self.show.include_crds = true,
                "--no-hooks" => self.show.no_hooks = true,
                "--skip-tests" => self.show.skip_tests = true,
                "--is-upgrade" => self.options.is_upgrade = true,
                "--skip-schema-validation" => self.options.skip_schema_validation = true,
                "--trace" => self.options.trace = true,
                "--lenient" => self.is_lenient = true,
                "--quiet" => self.is_quiet = true,
                _ => {
                    let value = inline.take().or_else(|| rest.next()).unwrap_or_default();
                    self.flag(&flag, &value)?;
                }
            }
        }
        Ok(self)
    }

    fn flag(&mut self, flag: &str, value: &str) -> Result<(), String> {
        match flag {
            "-n" | "--namespace" => value.clone_into(&mut self.options.namespace),
            "--name-template" => self.options.name = release_name(value)?,
            "--kube-version" => self.options.kube_version = Some(value.to_owned()),
            "-a" | "--api-versions" => {
                self.options.api_versions.extend(value.split(',').map(str::to_owned));
            }
            "-s" | "--show-only" => self.show.show_only.push(value.to_owned()),
            "--helm-version" => self.options.helm = HelmVersion::from_name(value).ok_or("no such version")?,
            "-f" | "--values" => {
                let text = std::fs::read_to_string(value).map_err(|_| missing(value))?;
                let Argument { file, text } = self.argument(&text);
                self.values.files.push(ValuesFile { name: value.to_owned(), file, text });
            }
            _ => {
                let argument = self.argument(value);
                match flag {
                    "--set" => self.values.set.push(argument),
                    "--set-string" => self.values.set_string.push(argument),
                    "--set-json" => self.values.set_json.push(argument),
                    "--set-literal" => self.values.set_literal.push(argument),
                    "--set-file" => {
                        for path in file_argument_paths(value) {
                            let read = std::fs::read_to_string(&path).map_err(|_| missing(&path));
                            let content = read.map(|text| self.argument(&text));
                            self.values.set_file_contents.insert(path, content);
                        }
                        self.values.set_file.push(argument);
                    }
                    _ => return Err(format!("unknown flag: {flag}")),
                }
            }
        }
        Ok(())
    }
}

fn missing(path: &str) -> String {
    format!("open {path}: no such file or directory")
}

#[expect(clippy::print_stderr, reason = "warnings go where Helm prints them")]
fn template() -> Result<String, String> {
    let mut arguments = Arguments::default().read(std::env::args().skip(1))?;
    let chart = arguments.plain.pop().unwrap_or_default();
    if let Some(name) = arguments.plain.pop() {
        arguments.options.name = name;
    }
    let chart = Path::new(&chart);
    let is_archive = chart.is_file();
    let top = if is_archive { chart.parent().unwrap_or(chart) } else { chart };
    let top = if top.as_os_str().is_empty() { Path::new(".") } else { top };
    let files = DiskFiles::open(top).map_err(|error| error.to_string())?;
    let sources = &mut arguments.sources;
    let register = &mut |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), text.clone());
    let mut loader = Loader { files: &files, register, helm: arguments.options.helm, alone: None };
    let loaded = match chart.file_name().filter(|_| is_archive) {
        Some(name) => loader.archive(&TreePath::new(&name.to_string_lossy())),
        None => loader.directory(&TreePath::top()),
    };
    if let Some(problem) = loaded.problems.iter().find(|problem| problem.is_fatal && !arguments.is_lenient) {
        return Err(problem.message.clone());
    }
    let chart = loaded.chart.ok_or("no chart")?;
    let rendered = render(&chart, &arguments.values, &arguments.options);
    if !arguments.is_quiet {
        for warning in &rendered.warnings {
            eprintln!("{warning}");
        }
    }
    match rendered.errors.first() {
        Some(error) if !arguments.is_lenient => Err(error.printed()),
        _ => Ok(rendered.output(&arguments.show)?.text),
    }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it is what the example is for")]
fn main() -> ExitCode {
    match template() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("Error: {message}");
            ExitCode::FAILURE
        }
    }
}
