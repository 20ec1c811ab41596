//! The shapes that the Compose specification gives to a file, as far as Compose
//! checks them before anything starts.

/// What may stand somewhere.
#[derive(Debug)]
pub(super) enum Shape {
    /// Anything: not looked at.
    Any,
    /// A scalar of some types.
    Scalar(Types),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list.
    List(&'static Shape),
    /// A mapping with these keys, and those that begin with `x-`.
    Map(&'static Keys),
    /// A mapping of names to things, and what these are called.
    Dict(&'static Shape),
    /// One of several, told apart by what is written.
    Either(&'static [Shape]),
}

/// The keys of a mapping.
#[derive(Debug)]
pub(super) struct Keys {
    /// What has them, as messages say it: `a service`.
    pub(super) title: &'static str,
    pub(super) known: &'static [(&'static str, Shape)],
    /// Those that must be there.
    pub(super) needs: &'static [&'static str],
}

/// Types of scalars, one bit each.
pub(super) type Types = u8;

pub(super) const TEXT: Types = 1;
pub(super) const NUMBER: Types = 2;
pub(super) const BOOLEAN: Types = 4;
pub(super) const NULL: Types = 8;

const STRING: Shape = Shape::Scalar(TEXT);
const NUMERIC: Shape = Shape::Scalar(TEXT | NUMBER);
const FLAG: Shape = Shape::Scalar(TEXT | BOOLEAN);
const STRINGS: Shape = Shape::List(&STRING);
const STRING_OR_LIST: Shape = Shape::Either(&[STRING, STRINGS]);
/// `KEY: value` or `KEY=value`.
const PAIRS: Shape = Shape::Either(&[Shape::Dict(&Shape::Scalar(TEXT | NUMBER | BOOLEAN | NULL)), STRINGS]);
const COMMAND: Shape = Shape::Either(&[Shape::Scalar(TEXT | NULL), STRINGS]);
const EXTERNAL: Shape = Shape::Either(&[FLAG, Shape::Dict(&Shape::Any)]);
const NOTHING: Shape = Shape::Scalar(NULL);

/// The top of a file.
pub(super) const FILE: Shape = Shape::Map(&Keys {
    title: "a Compose file",
    needs: &[],
    known: &[
        ("version", STRING),
        ("name", STRING),
        ("include", Shape::List(&Shape::Any)),
        ("services", Shape::Dict(&Shape::Map(&SERVICE))),
        ("models", Shape::Dict(&Shape::Any)),
        ("networks", Shape::Dict(&Shape::Either(&[NOTHING, Shape::Map(&NETWORK)]))),
        ("volumes", Shape::Dict(&Shape::Either(&[NOTHING, Shape::Map(&VOLUME)]))),
        ("secrets", Shape::Dict(&Shape::Map(&SECRET))),
        ("configs", Shape::Dict(&Shape::Map(&CONFIG))),
    ],
});

static NETWORK: Keys = Keys {
    title: "a network",
    needs: &[],
    known: &[
        ("name", STRING),
        ("driver", STRING),
        ("driver_opts", Shape::Dict(&Shape::Any)),
        ("ipam", Shape::Dict(&Shape::Any)),
        ("external", EXTERNAL),
        ("internal", FLAG),
        ("enable_ipv4", FLAG),
        ("enable_ipv6", FLAG),
        ("attachable", FLAG),
        ("labels", PAIRS),
    ],
};

static VOLUME: Keys = Keys {
    title: "a volume",
    needs: &[],
    known: &[
        ("name", STRING),
        ("driver", STRING),
        ("driver_opts", Shape::Dict(&Shape::Any)),
        ("external", EXTERNAL),
        ("labels", PAIRS),
    ],
};

static SECRET: Keys = Keys {
    title: "a secret",
    needs: &[],
    known: &[
        ("name", STRING),
        ("environment", STRING),
        ("file", STRING),
        ("external", EXTERNAL),
        ("labels", PAIRS),
        ("driver", STRING),
        ("driver_opts", Shape::Dict(&Shape::Any)),
        ("template_driver", STRING),
    ],
};

static CONFIG: Keys = Keys {
    title: "a config",
    needs: &[],
    known: &[
        ("name", STRING),
        ("content", STRING),
        ("environment", STRING),
        ("file", STRING),
        ("external", EXTERNAL),
        ("labels", PAIRS),
        ("template_driver", STRING),
    ],
};

static SERVICE: Keys = Keys {
    title: "a service",
    needs: &[],
    known: &[
        ("annotations", PAIRS),
        ("attach", FLAG),
        ("blkio_config", Shape::Dict(&Shape::Any)),
        ("build", Shape::Either(&[STRING, Shape::Map(&BUILD)])),
        ("cap_add", STRINGS),
        ("cap_drop", STRINGS),
        ("cgroup", Shape::Word(&["host", "private"])),
        ("cgroup_parent", STRING),
        ("command", COMMAND),
        ("configs", Shape::List(&Shape::Any)),
        ("container_name", STRING),
        ("cpu_count", NUMERIC),
        ("cpu_percent", NUMERIC),
        ("cpu_period", NUMERIC),
        ("cpu_quota", NUMERIC),
        ("cpu_rt_period", NUMERIC),
        ("cpu_rt_runtime", NUMERIC),
        ("cpu_shares", NUMERIC),
        ("cpus", NUMERIC),
        ("cpuset", STRING),
        ("credential_spec", Shape::Dict(&Shape::Any)),
        ("depends_on", Shape::Either(&[STRINGS, Shape::Dict(&Shape::Map(&DEPENDENCY))])),
        ("deploy", Shape::Either(&[NOTHING, Shape::Map(&DEPLOY)])),
        ("develop", Shape::Either(&[NOTHING, Shape::Dict(&Shape::Any)])),
        ("device_cgroup_rules", STRINGS),
        ("devices", Shape::List(&Shape::Any)),
        ("dns", STRING_OR_LIST),
        ("dns_opt", STRINGS),
        ("dns_search", STRING_OR_LIST),
        ("domainname", STRING),
        ("entrypoint", COMMAND),
        ("env_file", Shape::Either(&[STRING, Shape::List(&Shape::Any)])),
        ("environment", PAIRS),
        ("expose", Shape::List(&NUMERIC)),
        ("extends", Shape::Either(&[STRING, Shape::Map(&EXTENDS)])),
        ("external_links", STRINGS),
        ("extra_hosts", Shape::Either(&[Shape::Dict(&Shape::Any), STRINGS])),
        ("gpus", Shape::Either(&[STRING, Shape::List(&Shape::Any)])),
        ("group_add", Shape::List(&NUMERIC)),
        ("healthcheck", Shape::Map(&HEALTHCHECK)),
        ("hostname", STRING),
        ("image", STRING),
        ("init", FLAG),
        ("ipc", STRING),
        ("isolation", STRING),
        ("label_file", STRING_OR_LIST),
        ("labels", PAIRS),
        ("links", STRINGS),
        ("logging", Shape::Map(&LOGGING)),
        ("mac_address", STRING),
        ("mem_limit", NUMERIC),
        ("mem_reservation", NUMERIC),
        ("mem_swappiness", NUMERIC),
        ("memswap_limit", NUMERIC),
        ("models", Shape::Either(&[STRINGS, Shape::Dict(&Shape::Any)])),
        ("network_mode", STRING),
        (
            "networks",
            Shape::Either(&[STRINGS, Shape::Dict(&Shape::Either(&[NOTHING, Shape::Map(&ATTACHMENT)]))]),
        ),
        ("oom_kill_disable", FLAG),
        ("oom_score_adj", NUMERIC),
        ("pid", Shape::Scalar(TEXT | NULL)),
        ("pids_limit", NUMERIC),
        ("platform", STRING),
        ("ports", Shape::List(&Shape::Either(&[NUMERIC, Shape::Map(&PORT)]))),
        ("post_start", Shape::List(&Shape::Any)),
        ("pre_stop", Shape::List(&Shape::Any)),
        ("privileged", FLAG),
        ("profiles", STRINGS),
        ("provider", Shape::Dict(&Shape::Any)),
        ("pull_policy", STRING),
        ("pull_refresh_after", STRING),
        ("read_only", FLAG),
        ("restart", STRING),
        ("runtime", STRING),
        ("scale", NUMERIC),
        ("secrets", Shape::List(&Shape::Any)),
        ("security_opt", STRINGS),
        ("shm_size", NUMERIC),
        ("stdin_open", FLAG),
        ("stop_grace_period", STRING),
        ("stop_signal", STRING),
        ("storage_opt", Shape::Dict(&Shape::Any)),
        ("sysctls", PAIRS),
        ("tmpfs", STRING_OR_LIST),
        ("tty", FLAG),
        ("ulimits", Shape::Dict(&Shape::Any)),
        ("use_api_socket", Shape::Scalar(BOOLEAN | TEXT)),
        ("user", STRING),
        ("userns_mode", STRING),
        ("uts", STRING),
        ("volumes", Shape::List(&Shape::Either(&[STRING, Shape::Map(&MOUNT)]))),
        ("volumes_from", STRINGS),
        ("working_dir", STRING),
    ],
};

static BUILD: Keys = Keys {
    title: "`build`",
    needs: &[],
    known: &[
        ("additional_contexts", PAIRS),
        ("args", PAIRS),
        ("cache_from", STRINGS),
        ("cache_to", STRINGS),
        ("context", STRING),
        ("dockerfile", STRING),
        ("dockerfile_inline", STRING),
        ("entitlements", STRINGS),
        ("extra_hosts", Shape::Either(&[Shape::Dict(&Shape::Any), STRINGS])),
        ("isolation", STRING),
        ("labels", PAIRS),
        ("network", STRING),
        ("no_cache", FLAG),
        ("no_cache_filter", STRING_OR_LIST),
        ("platforms", STRINGS),
        ("privileged", FLAG),
        ("provenance", FLAG),
        ("pull", FLAG),
        ("sbom", FLAG),
        ("secrets", Shape::List(&Shape::Any)),
        ("shm_size", NUMERIC),
        ("ssh", PAIRS),
        ("tags", STRINGS),
        ("target", STRING),
        ("ulimits", Shape::Dict(&Shape::Any)),
    ],
};

static DEPENDENCY: Keys = Keys {
    title: "an entry of `depends_on`",
    needs: &["condition"],
    known: &[
        ("condition", Shape::Word(&["service_started", "service_healthy", "service_completed_successfully"])),
        ("required", FLAG),
        ("restart", FLAG),
    ],
};

static DEPLOY: Keys = Keys {
    title: "`deploy`",
    needs: &[],
    known: &[
        ("endpoint_mode", STRING),
        ("labels", PAIRS),
        ("mode", STRING),
        ("placement", Shape::Dict(&Shape::Any)),
        ("replicas", NUMERIC),
        ("resources", Shape::Map(&RESOURCES)),
        ("restart_policy", Shape::Dict(&Shape::Any)),
        ("rollback_config", Shape::Dict(&Shape::Any)),
        ("update_config", Shape::Dict(&Shape::Any)),
    ],
};

static RESOURCES: Keys = Keys {
    title: "`resources`",
    needs: &[],
    known: &[("limits", Shape::Map(&LIMITS)), ("reservations", Shape::Map(&RESERVATIONS))],
};

static LIMITS: Keys = Keys {
    title: "`limits`",
    needs: &[],
    known: &[("cpus", NUMERIC), ("memory", STRING), ("pids", NUMERIC)],
};

static RESERVATIONS: Keys = Keys {
    title: "`reservations`",
    needs: &[],
    known: &[
        ("cpus", NUMERIC),
        ("devices", Shape::List(&Shape::Any)),
        ("generic_resources", Shape::List(&Shape::Any)),
        ("memory", STRING),
    ],
};

static EXTENDS: Keys =
    Keys { title: "`extends`", needs: &[], known: &[("file", STRING), ("service", STRING)] };

static HEALTHCHECK: Keys = Keys {
    title: "`healthcheck`",
    needs: &[],
    known: &[
        ("disable", FLAG),
        ("interval", STRING),
        ("retries", NUMERIC),
        ("start_interval", STRING),
        ("start_period", STRING),
        ("test", STRING_OR_LIST),
        ("timeout", STRING),
    ],
};

static LOGGING: Keys = Keys {
    title: "`logging`",
    needs: &[],
    known: &[("driver", STRING), ("options", Shape::Dict(&Shape::Any))],
};

static ATTACHMENT: Keys = Keys {
    title: "an entry of `networks`",
    needs: &[],
    known: &[
        ("aliases", STRINGS),
        ("driver_opts", Shape::Dict(&Shape::Any)),
        ("gw_priority", Shape::Scalar(NUMBER)),
        ("interface_name", STRING),
        ("ipv4_address", STRING),
        ("ipv6_address", STRING),
        ("link_local_ips", STRINGS),
        ("mac_address", STRING),
        ("priority", Shape::Scalar(NUMBER)),
    ],
};

static PORT: Keys = Keys {
    title: "an entry of `ports`",
    needs: &["target"],
    known: &[
        ("app_protocol", STRING),
        ("host_ip", STRING),
        ("mode", STRING),
        ("name", STRING),
        ("protocol", STRING),
        ("published", NUMERIC),
        ("target", NUMERIC),
    ],
};

static MOUNT: Keys = Keys {
    title: "an entry of `volumes`",
    needs: &["type"],
    known: &[
        ("bind", Shape::Dict(&Shape::Any)),
        ("consistency", STRING),
        ("image", Shape::Dict(&Shape::Any)),
        ("read_only", FLAG),
        ("source", STRING),
        ("target", STRING),
        ("tmpfs", Shape::Dict(&Shape::Any)),
        ("type", STRING),
        ("volume", Shape::Dict(&Shape::Any)),
    ],
};
