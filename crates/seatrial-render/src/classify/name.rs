//! What a file's name says about it.

use seatrial_source::TreePath;

/// What a file can be, judged by its name and place alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    /// `kustomization.yaml`, `kustomization.yml` or `Kustomization`.
    Kustomization,
    /// `Chart.yaml`.
    Chart,
    /// A Compose file.
    Compose,
    /// Helmfile's own file.
    Helmfile,
    /// YAML that may hold manifests.
    Yaml,
    /// JSON that may hold manifests.
    Json,
    /// Text that another program turns into manifests: `.yaml.j2`, `.jsonnet`.
    Generator(&'static str),
    /// A program or script that may create objects.
    Program,
    /// Nothing of interest.
    Other,
}

/// Judges a file by its name.
pub(crate) fn kind_of(path: &TreePath) -> NameKind {
    let name = path.name();
    match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => return NameKind::Kustomization,
        "Chart.yaml" => return NameKind::Chart,
        "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile" | "Jenkinsfile" | "Tiltfile" => {
            return NameKind::Program;
        }
        _ => {}
    }
    let Some((stem, ending)) = name.rsplit_once('.') else { return NameKind::Other };
    match ending {
        "yaml" | "yml" | "YAML" | "YML" => yaml_kind(path, stem),
        "json" if is_known_json(name) => NameKind::Other,
        "json" => NameKind::Json,
        "tf" | "sh" | "bash" | "ps1" => NameKind::Program,
        "gotmpl" if in_helmfile_directory(path) => NameKind::Helmfile,
        _ => generator_kind(stem, ending),
    }
}

fn yaml_kind(path: &TreePath, stem: &str) -> NameKind {
    if is_compose(stem) {
        return NameKind::Compose;
    }
    if stem == "helmfile" || in_helmfile_directory(path) {
        return NameKind::Helmfile;
    }
    if is_foreign_yaml(stem) { NameKind::Other } else { NameKind::Yaml }
}

fn in_helmfile_directory(path: &TreePath) -> bool {
    path.parent().is_some_and(|it| it.name() == "helmfile.d")
}

/// `docker-compose`, `docker-compose.prod`, `compose-dev`, `prod-compose`.
fn is_compose(stem: &str) -> bool {
    let rest = stem.strip_prefix("docker-").unwrap_or(stem);
    let named =
        rest.strip_prefix("compose").is_some_and(|it| it.is_empty() || it.starts_with(['.', '-', '_']));
    named || stem.ends_with("docker-compose") || stem.ends_with("-compose") || stem.ends_with(".compose")
}

/// Files of other tools that are known by their name and never hold manifests.
fn is_foreign_yaml(stem: &str) -> bool {
    matches!(
        stem,
        ".gitlab-ci"
            | ".travis"
            | ".drone"
            | ".pre-commit-config"
            | ".golangci"
            | ".goreleaser"
            | ".codecov"
            | ".prettierrc"
            | ".eslintrc"
            | ".yamllint"
            | ".readthedocs"
            | "azure-pipelines"
            | "bitbucket-pipelines"
            | "cloudbuild"
            | "buildspec"
            | "appveyor"
            | "codecov"
            | "mkdocs"
            | "pnpm-lock"
            | "pnpm-workspace"
            | "pubspec"
            | "openapi"
            | "swagger"
    )
}

/// JSON that package managers, compilers and editors keep.
fn is_known_json(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "composer.json",
        "composer.lock.json",
        "angular.json",
        "nx.json",
        "lerna.json",
        "turbo.json",
        "vercel.json",
        "firebase.json",
        "renovate.json",
        "manifest.json",
        "components.json",
        "cdk.json",
        "global.json",
        "appsettings.json",
        "launchSettings.json",
    ];
    let prefixes = ["tsconfig", "jsconfig", "swagger", "openapi", ".eslintrc", ".prettierrc"];
    let endings = [".schema.json", ".tfvars.json", ".tf.json", ".spec.json", ".deps.json"];
    NAMES.contains(&name)
        || prefixes.iter().any(|it| name.starts_with(it))
        || endings.iter().any(|it| name.ends_with(it))
}

fn generator_kind(stem: &str, ending: &str) -> NameKind {
    let of_yaml = [".yaml", ".yml", ".json"].iter().any(|it| stem.ends_with(it));
    match ending {
        "jsonnet" => NameKind::Generator("Jsonnet is not evaluated"),
        "cue" => NameKind::Generator("CUE is not evaluated"),
        "j2" | "jinja" | "jinja2" if of_yaml => NameKind::Generator("Jinja templates are not rendered"),
        "gotmpl" if stem.starts_with("helmfile") => NameKind::Helmfile,
        "tpl" | "tmpl" | "tftpl" | "gotmpl" | "template" | "envsubst" | "erb" | "ytt" | "in" if of_yaml => {
            NameKind::Generator("templates of another program are not rendered")
        }
        "template" | "tpl" | "tmpl" if stem.contains("k8s") || stem.contains("deploy") => {
            NameKind::Generator("templates of another program are not rendered")
        }
        _ => NameKind::Other,
    }
}

/// Whether a YAML file in a chart's directory holds values.
pub(crate) fn is_values(path_in_chart: &str) -> bool {
    let (directory, name) = path_in_chart.rsplit_once('/').unwrap_or(("", path_in_chart));
    let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { return false };
    match directory {
        "" => stem.contains("values"),
        "values" | "ci" | "environments" | "env" | "envs" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_common_files_apart() {
        let kind = |path: &str| kind_of(&TreePath::new(path));
        assert_eq!(kind("k8s/kustomization.yaml"), NameKind::Kustomization);
        assert_eq!(kind("k8s/Kustomization"), NameKind::Kustomization);
        assert_eq!(kind("charts/web/Chart.yaml"), NameKind::Chart);
        assert_eq!(kind("docker-compose.prod.yml"), NameKind::Compose);
        assert_eq!(kind("compose.yaml"), NameKind::Compose);
        assert_eq!(kind("composer.yaml"), NameKind::Yaml);
        assert_eq!(kind("helmfile.d/10-web.yaml"), NameKind::Helmfile);
        assert_eq!(kind("helmfile.d/state.yaml.gotmpl"), NameKind::Helmfile);
        assert_eq!(kind("package-lock.json"), NameKind::Other);
        assert_eq!(kind("tsconfig.build.json"), NameKind::Other);
        assert_eq!(kind("k8s/deploy.json"), NameKind::Json);
        assert_eq!(kind("k8s/deploy.yaml.j2"), NameKind::Generator("Jinja templates are not rendered"));
        assert_eq!(kind(".gitlab-ci.yml"), NameKind::Other);
        assert_eq!(kind("src/main.rs"), NameKind::Other);
    }

    #[test]
    fn values_files_are_known_by_name_and_place() {
        assert!(is_values("values.yaml"));
        assert!(is_values("values-prod.yaml"));
        assert!(is_values("prod-values.yml"));
        assert!(is_values("ci/default.yaml"));
        assert!(!is_values("templates/values.yaml"));
        assert!(!is_values("Chart.yaml"));
    }
}
