//! The arguments of `helm template`, as its users write them.

use anyhow::bail;
use clap::Parser;
use seatrial_helm::Switches;

/// `helm template [NAME] [CHART] [flags]`
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
pub(super) struct Arguments {
    positional: Vec<String>,
    #[arg(short = 'f', long, value_delimiter = ',')]
    pub(super) values: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    pub(super) set: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    pub(super) set_string: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    pub(super) set_json: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    pub(super) set_file: Vec<String>,
    #[arg(long, allow_hyphen_values = true)]
    pub(super) set_literal: Vec<String>,
    #[arg(short = 'n', long, default_value = "")]
    pub(super) namespace: String,
    #[arg(long)]
    pub(super) kube_version: Option<String>,
    #[arg(short = 'a', long)]
    pub(super) api_versions: Vec<String>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    include_crds: Option<bool>,
    #[arg(short = 's', long)]
    pub(super) show_only: Vec<String>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_tests: Option<bool>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    no_hooks: Option<bool>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    is_upgrade: Option<bool>,
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_schema_validation: Option<bool>,
    #[arg(long)]
    pub(super) name_template: Option<String>,
    /// Flags that change nothing here.
    #[arg(long)]
    debug: bool,
    #[arg(long)]
    release_name: bool,
    #[arg(long, num_args = 0..=1, require_equals = true)]
    dry_run: Option<String>,
}

/// The name of the release and the chart.
pub(super) struct Named<'a> {
    pub(super) release: Option<&'a str>,
    pub(super) chart: &'a str,
}

impl Arguments {
    pub(super) fn read(args: &[String]) -> anyhow::Result<Self> {
        let args: Vec<&String> = match args.iter().position(|it| it == "template") {
            Some(at) if at <= 1 => args[at + 1..].iter().collect(),
            _ => args.iter().collect(),
        };
        Ok(Self::try_parse_from(args)?)
    }

    /// Refuses what the command of a version does not know.
    pub(super) fn check(&self, switches: &Switches) -> anyhow::Result<()> {
        let given = [
            ("set-literal", !self.set_literal.is_empty()),
            ("skip-schema-validation", self.skip_schema_validation.is_some()),
        ];
        match switches.missing_flags.iter().find(|flag| given.contains(&(**flag, true))) {
            Some(flag) => bail!("unknown flag: --{flag}"),
            None => Ok(()),
        }
    }

    pub(super) fn named(&self) -> anyhow::Result<Named<'_>> {
        match &self.positional[..] {
            [] => Ok(Named { release: None, chart: "." }),
            [chart] => Ok(Named { release: None, chart }),
            [name, chart] => Ok(Named { release: Some(name), chart }),
            more => bail!("expected at most two arguments, unexpected arguments: {}", more[2..].join(", ")),
        }
    }

    pub(super) fn include_crds(&self) -> bool {
        self.include_crds == Some(true)
    }

    pub(super) fn skip_tests(&self) -> bool {
        self.skip_tests == Some(true)
    }

    pub(super) fn no_hooks(&self) -> bool {
        self.no_hooks == Some(true)
    }

    pub(super) fn is_upgrade(&self) -> bool {
        self.is_upgrade == Some(true)
    }

    pub(super) fn skip_schema_validation(&self) -> bool {
        self.skip_schema_validation == Some(true)
    }
}
