//! Every key of `seatrial.toml`, in one table: the reader, the JSON Schema and
//! the page are made of it.

/// A key, what it holds and what it is for.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether the table around it makes no sense without it.
    pub(super) is_required: bool,
    /// What it is for: a sentence or two.
    pub(super) doc: &'static str,
    /// A value, as TOML has it; for a table of free keys, its lines.
    pub(super) example: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// A minor version of Kubernetes.
    Version,
    /// The name of a cluster profile.
    Profile,
    /// A day, as a date or as text.
    Day,
    /// A check's id, or a glob over ids.
    Check,
    /// A glob.
    Glob,
    /// A list of texts.
    Texts,
    /// A list of globs over paths.
    Paths,
    /// A list of ids, globs over ids, and groups.
    Selection,
    /// Checks, each with a severity.
    Levels,
    /// A table.
    Table(&'static [Key]),
    /// A list of tables.
    Tables(&'static [Key]),
}

impl Shape {
    /// The words for it in the page.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Version => "version",
            Self::Profile => "name",
            Self::Day => "date",
            Self::Check => "check id or glob",
            Self::Glob => "glob",
            Self::Texts => "list of strings",
            Self::Paths => "list of globs",
            Self::Selection => "list of check ids, globs and groups",
            Self::Levels | Self::Table(_) => "table",
            Self::Tables(_) => "list of tables",
        }
    }
}

const fn key(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, is_required: false, doc, example }
}

const fn required(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, is_required: true, doc, example }
}

/// The top of the file.
pub(super) const KEYS: &[Key] = &[
    key(
        "select",
        Shape::Selection,
        r#"["default", "missing-*"]"#,
        "The checks that run: ids, globs over ids, and the groups `default` and `strict`. \
         Without it, `default`; an empty list is an error.",
    ),
    key(
        "exclude",
        Shape::Paths,
        r#"["third_party", "**/fixtures"]"#,
        "Files and directories that are left out, relative to this file. `*` stays inside one directory, \
         `**` does not; a directory stands for all that it holds. An entry that matches nothing is a finding.",
    ),
    key("target", Shape::Table(TARGET), "", "What the units are deployed to."),
    key(
        "repository",
        Shape::Table(REPOSITORY),
        "",
        "Replaces what git says about this repository, for trees without its history: examples, archives. \
         Argo CD and Flux sources with this address are looked up in the tree.",
    ),
    key(
        "severity",
        Shape::Levels,
        "orphan-manifest = \"error\"\n\"missing-*\" = \"warning\"",
        "Other severities than the checks' own: `error`, `warning` or `info`, by check id or by a glob in \
         quotes. An id says more than a glob, a long glob more than a short one. There is no `off`: a check \
         that nobody wants is left out of `select`, or accepted by an `ignore` entry with its reason.",
    ),
    key(
        "external",
        Shape::Tables(EXTERNAL),
        "",
        "Objects that exist outside the tree: made by Terraform, by another repository or by hand. \
         A reference to one is no finding, and is an assumption of the workload. Each field is a glob, as in \
         `ignore`: `*` stands for any run of characters, `{a,b}` for one of two. It changes nothing else: an \
         object of the tree is checked as ever. An entry that no missing object answers to is a finding.",
    ),
    key(
        "ignore",
        Shape::Tables(IGNORE),
        "",
        "Findings that are known and accepted. They are not reported, and are counted. All that an entry \
         names must hold at once. An entry that accepts no finding, or whose last day is over, is a finding.",
    ),
];

const TARGET: &[Key] = &[
    key(
        "kubernetes",
        Shape::Version,
        r#""1.36""#,
        "The API server's version, of which the minor counts. What a vendor's server answers is taken, too \
         (`v1.30.4-eks-a18cd3a`), and charts see it in full. `--kube-version` wins over it.",
    ),
    key("profile", Shape::Profile, r#""default""#, "The cluster profile. Today there is one, `default`."),
];

const REPOSITORY: &[Key] = &[
    key(
        "url",
        Shape::Text,
        r#""https://github.com/example/shop""#,
        "The repository's address, in any form that git takes.",
    ),
    key(
        "refs",
        Shape::Texts,
        r#"["main", "v1.2.0"]"#,
        "The branches and tags that exist. All others do not.",
    ),
];

const EXTERNAL: &[Key] = &[
    key(
        "group",
        Shape::Text,
        r#""external-secrets.io""#,
        "The API group, as in `apiVersion` before the `/`; empty for the core group. Without it, any.",
    ),
    required("kind", Shape::Text, r#""SecretStore""#, "The kind."),
    key(
        "namespace",
        Shape::Text,
        r#""shop-*""#,
        "The namespace. Without it, any; objects outside of namespaces have none to match.",
    ),
    required("name", Shape::Text, r#""vault-*""#, "The name."),
];

const IGNORE: &[Key] = &[
    required("check", Shape::Check, r#""missing-configmap""#, "The check."),
    key("path", Shape::Glob, r#""legacy/**""#, "The file that the finding is in, relative to this file."),
    key("unit", Shape::Glob, r#""manifests:legacy/*""#, "The unit that shows it."),
    key(
        "object",
        Shape::Glob,
        r#""Deployment/shop/web-*""#,
        "The object, as `Kind/name` or `Kind/namespace/name`.",
    ),
    required("reason", Shape::Text, r#""created by the platform team""#, "Why it is accepted."),
    key(
        "expires",
        Shape::Day,
        "2027-01-31",
        "The last day on which it is. Afterwards the findings are back.",
    ),
];

/// The keys of a table that is named by where it stands; none of the top.
pub(super) fn inside(table: Option<&str>) -> &'static [Key] {
    let Some(name) = table else { return KEYS };
    let found = KEYS.iter().find(|key| key.name == name);
    match found.map(|key| key.shape) {
        Some(Shape::Table(keys) | Shape::Tables(keys)) => keys,
        _ => &[],
    }
}
