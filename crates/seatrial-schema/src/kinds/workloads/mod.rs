//! Objects that run pods: the `apps` and `batch` groups and
//! `ReplicationController`.

mod common;
mod controller_revision;
mod cron_job;
mod daemon_set;
mod deployment;
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
];
