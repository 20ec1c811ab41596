//! Objects that run pods: the `apps` and `batch` groups and
//! `ReplicationController`.

mod common;
mod controller_revision;
mod cron_job;
mod daemon_set;
mod deployment;
mod earlier;
mod job;
mod job_policies;
mod job_rules;
mod job_update;
mod replica_set;
mod replication_controller;
mod stateful_set;

use crate::kinds::Strategy;

/// What the server does with them.
pub(crate) const KINDS: &[Strategy] = &[
    deployment::DEPLOYMENT,
    replica_set::REPLICA_SET,
    replication_controller::REPLICATION_CONTROLLER,
    daemon_set::DAEMON_SET,
    stateful_set::STATEFUL_SET,
    controller_revision::CONTROLLER_REVISION,
    job::JOB,
    cron_job::CRON_JOB,
    cron_job::CRON_JOB_BETA,
    earlier::BETA_1[0],
    earlier::BETA_1[1],
    earlier::BETA_1[2],
    earlier::BETA_2[0],
    earlier::BETA_2[1],
    earlier::BETA_2[2],
    earlier::BETA_2[3],
    earlier::BETA_2[4],
    earlier::EXTENSIONS[0],
    earlier::EXTENSIONS[1],
    earlier::EXTENSIONS[2],
];
