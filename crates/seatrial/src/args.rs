//! The command line's words.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use seatrial_diagnostics::Severity;
use seatrial_trial::Date;

use crate::choice::Choice;

/// Finds out from a repository alone whether a Kubernetes application will
/// deploy and stay up, and shows the line to change.
#[derive(Debug, Parser)]
#[command(name = "seatrial", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a tree: findings, each on the line to edit, and a verdict
    Check(OnCall<Check>),
    /// Say what becomes of the objects of one tree when another is applied over it
    Diff(OnCall<Diff>),
    /// Explain a check; without an id, list them all
    Explain(OnCall<Explain>),
    /// Download what the tree needs of other hosts, and note in `seatrial.lock` what it was
    Fetch(OnCall<Fetch>),
    /// Print what would be applied: a chart as `helm template` prints it, every unit of a tree
    Render(OnCall<Render>),
}

/// The words of a command, described only when it is the one that is called: to
/// describe all of them took a sixth of the shortest runs.
#[derive(Debug)]
pub(crate) struct OnCall<T>(pub(crate) Box<T>);

impl<T: Args> Args for OnCall<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(|command| {
            // What the list of commands says of it stays.
            let about = command.get_about().cloned().unwrap_or_default();
            T::augment_args(command).about(about)
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl<T: FromArgMatches> FromArgMatches for OnCall<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(|words| Self(Box::new(words)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// What `seatrial check` is given.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run.")]
pub(crate) struct Check {
    /// The file or directory to check; `-` reads manifests from stdin
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Look for units below this directory instead of the one with `seatrial.toml` or the top of the
    /// git repository
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The directory with what `seatrial fetch` downloaded [default: `seatrial` in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Check the tree of this revision, such as `main~3`, without a checkout
    #[arg(long, value_name = "REV")]
    pub(crate) rev: Option<String>,
    /// Also report what an upgrade from this revision cannot change in place, what data it loses and
    /// which pods it replaces
    #[arg(long, value_name = "REV")]
    pub(crate) upgrade_from: Option<String>,
    /// Report only the units of this name or glob, such as `manifests:apps/*`
    #[arg(long, value_name = "GLOB")]
    pub(crate) unit: Option<String>,
    /// What a cluster holds, as `kubectl get ... -o yaml` prints it: `lookup` finds it there, and what
    /// is there need not be in the tree; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// What to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Write to a file instead of stdout; as `FORMAT=FILE` in addition, and more than once
    #[arg(long, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<Output>,
    /// Exit with 1 when there is a finding of this severity or a worse one
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// The Kubernetes version to deploy to, such as `1.36` or `v1.30.4-eks-a18cd3a`
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// The day the check takes place, such as `2026-11-21` [default: today in UTC]
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
    /// Succeed when the path holds no Kubernetes file
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Whether to colour the terminal format
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print all findings of this severity and of worse ones in full in the terminal format, and the
    /// others in one line a check [default: fold what repeats, and notes when they are many]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) show: Option<Show>,
    /// Print findings only: no verdict, no coverage, no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Say on stderr how much was handled and where the time went
    #[arg(long)]
    pub(crate) stats: bool,
}

/// What `seatrial fetch` is given.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of a command line")]
#[command(
    after_help = "What `seatrial.lock` names is fetched as it was then, and refused when it is something else \
    now. `check`, `diff` and `render` read it from the cache and never open a connection.\n\n\
    Exit codes: 0 everything is there, 1 something could not be fetched, 2 could not run."
)]
pub(crate) struct Fetch {
    /// The file or directory whose units are looked at
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Look for units below this directory instead of the one with `seatrial.toml` or the top of the
    /// git repository; `seatrial.lock` lies there
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The directory that downloads are kept in [default: `seatrial` in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Say what would be fetched, and open no connection
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Fetch what the tree names as it is now, whatever `seatrial.lock` says
    #[arg(long)]
    pub(crate) update: bool,
    /// Also ask hosts with private addresses, such as those of this network
    ///
    /// Without it, a repository cannot have this computer ask for what only its own network reaches.
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// Print only what went wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What `seatrial diff` is given.
#[derive(Args, Debug)]
#[command(
    after_help = "A and B are paths, or git revisions such as `main~3`, a tag or `REV:PATH`; a name that \
    exists as a path is a path. Without B, a revision is compared with the working tree, and a path with \
    what HEAD has there; without both, HEAD with the working tree.\n\n\
    Exit codes: 0 nothing speaks against it, 1 something cannot be changed in place or data is lost, \
    2 could not run."
)]
pub(crate) struct Diff {
    /// What is there already
    #[arg(value_name = "A")]
    pub(crate) before: Option<String>,
    /// What is applied over it
    #[arg(value_name = "B")]
    pub(crate) after: Option<String>,
    /// Look for units below this directory instead of the one with `seatrial.toml` or the top of the
    /// git repository
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The directory with what `seatrial fetch` downloaded [default: `seatrial` in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Compare only the units of this name or glob, such as `manifests:apps/*`
    #[arg(long, value_name = "GLOB")]
    pub(crate) unit: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: DiffFormat,
    /// The Kubernetes version that both are for, such as `1.36` or `v1.30.4-eks-a18cd3a`
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// Whether to colour the terminal format
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print the objects only: no counts, no coverage, no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Objects by what happens to them, the worst last, for people
    #[default]
    Terminal,
    /// One JSON document
    Json,
}

/// What `seatrial explain` is given.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The check's id, as findings show it in brackets; a glob such as `missing-*`, `default` or `strict` lists checks
    pub(crate) id: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
    /// Whether to colour the terminal format
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// What `seatrial render` is given.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of a command line")]
#[command(
    after_help = "On a chart, the bytes of `helm template NAME CHART` with the flags of the same names. On any \
    other directory every unit, each after a line `# Unit: NAME`.\n\n\
    Exit codes: 0 everything was rendered, 1 the real program would refuse, 2 could not run."
)]
pub(crate) struct Render {
    /// A chart, as a directory or an archive, a kustomization, or a directory with units
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Look for units below this directory instead of the one with `seatrial.toml` or the top of the
    /// git repository
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// The directory with what `seatrial fetch` downloaded [default: `seatrial` in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Render the tree of this revision, such as `main~3`, without a checkout
    #[arg(long, value_name = "REV")]
    pub(crate) rev: Option<String>,
    /// Render only the units of this name or glob, such as `helm:charts/*`
    #[arg(long, value_name = "GLOB")]
    pub(crate) unit: Option<String>,
    /// The release's name [default: release-name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// A values file over the chart's own
    #[arg(long, short = 'f', value_name = "FILE", value_delimiter = ',')]
    pub(crate) values: Vec<String>,
    /// A value: `a.b=1,c[0]=x`
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
    /// A value that stays a text
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set_string: Vec<String>,
    /// A value as JSON
    #[arg(long, value_name = "KEY=JSON", allow_hyphen_values = true)]
    pub(crate) set_json: Vec<String>,
    /// A value that stands in a file
    #[arg(long, value_name = "KEY=FILE", allow_hyphen_values = true)]
    pub(crate) set_file: Vec<String>,
    /// A value that is taken as it stands
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set_literal: Vec<String>,
    /// The release's namespace [default: default]
    #[arg(long, short, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// The Kubernetes version that templates see [default: that of the Helm version]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// API versions that templates see besides, such as `monitoring.coreos.com/v1`
    #[arg(long, short, value_name = "VERSIONS")]
    pub(crate) api_versions: Vec<String>,
    /// What a cluster holds, as `kubectl get ... -o yaml` prints it: what `lookup` finds; may
    /// be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) facts: Vec<PathBuf>,
    /// Print the definitions of custom kinds too
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Print only what these templates give
    #[arg(long, short, value_name = "TEMPLATE")]
    pub(crate) show_only: Vec<String>,
    /// Leave out what only `helm test` runs
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Leave out hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Set `.Release.IsUpgrade` instead of `.Release.IsInstall`
    #[arg(long)]
    pub(crate) is_upgrade: bool,
    /// Do not hold the values against the chart's schema
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// The Helm that is imitated: 3.10, 3.22, 4.0 or 4.3 [default: 4.3]
    #[arg(long, value_name = "VERSION")]
    pub(crate) helm_version: Option<String>,
    /// The Kustomize that is imitated: 5.0, 5.6 or 5.8 [default: 5.8]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kustomize_version: Option<String>,
    /// Whether a kustomization may read files outside its directory
    #[arg(
        long,
        value_name = "RULE",
        default_value = "LoadRestrictionsRootOnly",
        value_parser = ["LoadRestrictionsRootOnly", "LoadRestrictionsNone"]
    )]
    pub(crate) load_restrictor: String,
    /// The order of a kustomization's objects
    #[arg(long, value_name = "ORDER", default_value = "legacy", value_parser = ["legacy", "none"])]
    pub(crate) reorder: String,
    /// Render the charts that a kustomization names and that lie in the tree
    #[arg(long)]
    pub(crate) enable_helm: bool,
    /// Let random functions be random and `now` be now
    ///
    /// Without it, the same input gives the same output: passwords, keys and certificates that
    /// templates make follow from a number that everybody knows. Never apply them.
    #[arg(long)]
    pub(crate) random: bool,
    /// Print beside each line where it comes from
    #[arg(long)]
    pub(crate) origin: bool,
    /// What to print
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: RenderFormat,
    /// Print what can be rendered although the real program would refuse
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Mask the values of Secrets
    #[arg(long)]
    pub(crate) redact: bool,
    /// No warnings and notes on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RenderFormat {
    /// YAML, as the real program prints it
    #[default]
    Yaml,
    /// The objects of a chart with the places that their fields come from
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// The page, or a list by severity, for people
    #[default]
    Terminal,
    /// One JSON document: what every check is; of a single one with its page
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Findings with source excerpts, for people
    #[default]
    Terminal,
    /// The whole report as one JSON document
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit XML, for the test reports of CI systems
    Junit,
    /// Markdown, for a comment or the summary of a job
    Markdown,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    Error,
    Warning,
    Info,
}

impl From<Show> for Severity {
    fn from(show: Show) -> Self {
        match show {
            Show::Error => Self::Error,
            Show::Warning => Self::Warning,
            Show::Info => Self::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// A file to write, with its own format or the one of stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Option<Format>,
    pub(crate) file: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
        let (format, file) = match text.split_once('=').filter(|(word, _)| is_word(word)) {
            Some((word, file)) => (Some(format_named(word)?), file),
            None => (None, text),
        };
        if file.is_empty() {
            return Err("a file name is missing".to_owned());
        }
        Ok(Self { format, file: file.into() })
    }
}

fn format_named(word: &str) -> Result<Format, String> {
    Format::from_str(word, false).map_err(|_| {
        let known = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known = known.map(|it| it.get_name().to_owned()).collect::<Vec<_>>().join(", ");
        format!("`{word}` is no format: {known}; a file of that name is written as `./{word}=...`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    /// The page of the command line; after a wanted change, run the tests with
    /// `SEATRIAL_ACCEPT=1` and read the difference.
    #[test]
    fn the_page_of_the_command_line_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
        let page = page();
        if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
            std::fs::write(path, &page).expect("the page can be written");
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(published == page, "run the tests with SEATRIAL_ACCEPT=1\n{page}");
    }

    fn page() -> String {
        use clap::CommandFactory;
        use std::fmt::Write as _;
        let mut command = Arguments::command().term_width(100);
        command.build();
        let mut page =
            "# Command line\n\nGenerated from the code; `--help` prints the same. Formats and exit codes: \
            [interfaces](interfaces.md).\n"
                .to_owned();
        for subcommand in command.get_subcommands_mut().filter(|it| it.get_name() != "help") {
            let name = subcommand.get_name().to_owned();
            let help = subcommand.render_long_help().to_string();
            let help: Vec<&str> = help.lines().map(str::trim_end).collect();
            let help = help.join("\n");
            let _ = write!(page, "\n## `seatrial {name}`\n```text\n{}\n```\n", help.trim_end());
        }
        page
    }

    #[test]
    fn an_output_may_name_its_format() {
        let output = |text: &str| text.parse::<Output>().expect("it names a file");
        assert_eq!(output("json=a.json"), Output { format: Some(Format::Json), file: "a.json".into() });
        assert_eq!(output("./a=b"), Output { format: None, file: "./a=b".into() });
        assert!("xml=a".parse::<Output>().expect_err("a typing slip").contains("terminal, json"));
        assert!("json=".parse::<Output>().is_err());
    }
}
