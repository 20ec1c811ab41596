//! The list of checks. A new one is a file here, its fixture beside it, and
//! two lines below; a test compares the list with the folder.

mod admin_rights_for_everyone;
mod allowed_privilege_escalation;
mod argocd_application_cycle;
mod argocd_application_elsewhere;
mod argocd_chart_source;
mod argocd_empty_generator;
mod argocd_forbidden_by_project;
mod argocd_generator_count;
mod argocd_ignored_source;
mod argocd_invalid_backoff;
mod argocd_invalid_destination;
mod argocd_invalid_sync_wave;
mod argocd_missing_path;
mod argocd_missing_revision;
mod argocd_missing_source;
mod argocd_missing_values_file;
mod argocd_object_forbidden_by_project;
mod argocd_path_without_manifests;
mod argocd_policy_of_other_project;
mod argocd_repeated_name;
mod argocd_shared_object;
mod argocd_sync_order;
mod argocd_unknown_finalizer;
mod argocd_unknown_hook;
mod argocd_unknown_kind_at_sync;
mod argocd_unknown_sync_option;
mod argocd_unmatched_kind;
mod argocd_unused_destination;
mod argocd_unused_parameter;
mod autoscaled_replicas;
mod autoscaler_range;
mod autoscaler_without_request;
mod blocked_connection;
mod blocked_disruption;
mod blocked_ingress;
mod blocked_name_lookup;
mod blocked_rollout;
mod budget_selects_nothing;
mod cached_mutable_image;
mod certificate_misses_host;
mod chart_named_twice;
mod claim_selects_nothing;
mod cluster_admin_binding;
mod cluster_resource_in_role;
mod colliding_host_port;
mod colliding_node_port;
mod command_in_one_word;
mod conflicting_ingress_class;
mod container_named_like_sibling;
mod contradictory_privilege_escalation;
mod contradictory_run_as_non_root;
mod dangerous_capability;
mod delivery_of_other_environment;
mod deprecated_field;
mod deprecated_load_balancer_ip;
mod deprecated_node_label;
mod deprecated_version;
mod differing_image_names;
mod differing_image_tags;
mod directory_over_file;
mod duplicate_container_name;
mod duplicate_env;
mod duplicate_ingress_route;
mod duplicate_list_item;
mod duplicate_object;
mod duplicate_port;
mod duplicate_volume;
mod empty_secret_value;
mod endless_inline_analysis;
mod escalating_rule;
mod exceeds_quota;
mod exclusive_fields;
mod flux_dependency_cycle;
mod flux_encrypted_without_decryption;
mod flux_invalid_expression;
mod flux_invalid_version_range;
mod flux_missing_health_check;
mod flux_missing_namespace;
mod flux_missing_path;
mod flux_missing_revision;
mod flux_missing_values_file;
mod flux_path_holds_itself;
mod flux_release_name;
mod flux_shared_object;
mod flux_shared_release;
mod flux_source_of_other_cluster;
mod flux_suspended;
mod flux_unplaced_object;
mod heap_above_memory_limit;
mod host_namespace;
mod identical_probes;
mod image_renamed_like_other;
mod impatient_liveness_probe;
mod implausible_quantity;
mod invalid_claim;
mod invalid_count;
mod invalid_embedded_yaml;
mod invalid_extended_resource;
mod invalid_image_reference;
mod invalid_json;
mod invalid_label;
mod invalid_network_policy;
mod invalid_object_name;
mod invalid_probe;
mod invalid_quantity;
mod invalid_role_binding;
mod invalid_role_rule;
mod invalid_schedule;
mod invalid_secret_data;
mod job_kept_forever;
mod left_out_namespace;
mod line_break_in_name;
mod literal_cluster_ip;
mod local_registry;
mod localhost_for_service;
mod mismatched_acme_server;
mod mismatched_port_protocol;
mod missing_autoscaler_target;
mod missing_backend_service;
mod missing_configmap;
mod missing_configmap_key;
mod missing_cpu_request;
mod missing_custom_object;
mod missing_disruption_budget;
mod missing_field;
mod missing_headless_service;
mod missing_image_pull_secret;
mod missing_image_variable;
mod missing_issuer;
mod missing_liveness_probe;
mod missing_memory_limit;
mod missing_memory_request;
mod missing_namespace;
mod missing_path_type;
mod missing_persistent_volume_claim;
mod missing_priority_class;
mod missing_rbac_subject;
mod missing_readiness_probe;
mod missing_role;
mod missing_run_as_non_root;
mod missing_runtime_class;
mod missing_secret;
mod missing_secret_key;
mod missing_service_account;
mod missing_service_port;
mod missing_storage_class;
mod missing_tls_secret;
mod missing_typed_secret_key;
mod missing_volume;
mod missing_webhook_service;
mod missing_workload_selector;
mod mistyped_policy_expression;
mod monitor_selects_nothing;
mod mutable_image_tag;
mod name_without_hash;
mod namespace_selector_selects_nothing;
mod network_policy_selects_nothing;
mod node_port_out_of_range;
mod nothing_to_run;
mod orphan_manifest;
mod outdated_ingress_backend;
mod outdated_postgres_mount;
mod overlapping_runs;
mod overlapping_selector;
mod overlay_unlike_siblings;
mod password_in_remote_address;
mod password_in_url;
mod path_of_other_environment;
mod pattern_in_plain_path;
mod placeholder_secret_value;
mod placeholder_value;
mod pods_labelled_like_sibling;
mod policy_peer_selects_nothing;
mod policy_without_effect;
mod privileged_container;
mod reads_secret_of_sibling;
mod refused_by_admission_policy;
mod refused_by_gatekeeper;
mod refused_by_kyverno;
mod refused_by_limit_range;
mod refused_by_pod_security;
mod refused_by_priority_class;
mod refused_by_runtime_class;
mod refused_value;
mod release_label_mismatch;
mod removed_annotation;
mod removed_node_label;
mod removed_volume_type;
mod request_above_limit;
mod retired_registry;
mod rewrite_loses_path;
mod role_omits_custom_resource;
mod runtime_socket_mounted;
mod selector_mismatch;
mod sensitive_host_path;
mod service_link_collision;
mod service_selects_nothing;
mod service_selects_sibling;
mod several_autoscalers;
mod shared_certificate_secret;
mod shared_single_writer_volume;
mod short_progress_deadline;
mod short_starting_deadline;
mod short_termination_grace;
mod single_replica;
mod spread_misses_own_pods;
mod unassignable_address;
mod unbindable_claim;
mod uncovered_tls_host;
mod undeclared_target_port;
mod undefined_env_reference;
mod unknown_capability;
mod unknown_cluster_domain;
mod unknown_field;
mod unknown_ingress_annotation;
mod unknown_metadata_field;
mod unknown_rbac_group;
mod unknown_rbac_resource;
mod unknown_rbac_verb;
mod unknown_resource;
mod unknown_service_in_environment;
mod unknown_time_zone;
mod unmounted_volume;
mod unnamed_service_port;
mod unpatched_sibling;
mod unpersisted_database;
mod unpinned_dependency;
mod unqualified_image;
mod unread_value;
mod unresolved_monitor_port;
mod unresolved_policy_port;
mod unresolved_probe_port;
mod unresolved_target_port;
mod unserved_version;
mod unsubstituted_variable;
mod unsupported_access_mode;
mod unsupported_value;
mod unused_fetched_secret;
mod unwritable_database_volume;
mod vacuous_probe;
mod value_of_other_environment;
mod values_file_unlike_siblings;
mod versioned_selector_label;
mod wildcard_resource_name;
mod wildcard_rule;
mod wildcard_without_dns_solver;
mod workload_without_service;
mod writable_root_filesystem;
mod wrong_port_in_command;
mod wrong_port_in_environment;
mod wrong_restart_policy;
mod wrong_type;

use crate::Check;

/// Every check, in the order of their ids.
pub static ALL: &[&Check] = &[
    &admin_rights_for_everyone::CHECK,
    &allowed_privilege_escalation::CHECK,
    &argocd_application_cycle::CHECK,
    &argocd_application_elsewhere::CHECK,
    &argocd_chart_source::CHECK,
    &argocd_empty_generator::CHECK,
    &argocd_forbidden_by_project::CHECK,
    &argocd_generator_count::CHECK,
    &argocd_ignored_source::CHECK,
    &argocd_invalid_backoff::CHECK,
    &argocd_invalid_destination::CHECK,
    &argocd_invalid_sync_wave::CHECK,
    &argocd_missing_path::CHECK,
    &argocd_missing_revision::CHECK,
    &argocd_missing_source::CHECK,
    &argocd_missing_values_file::CHECK,
    &argocd_object_forbidden_by_project::CHECK,
    &argocd_path_without_manifests::CHECK,
    &argocd_policy_of_other_project::CHECK,
    &argocd_repeated_name::CHECK,
    &argocd_shared_object::CHECK,
    &argocd_sync_order::CHECK,
    &argocd_unknown_finalizer::CHECK,
    &argocd_unknown_hook::CHECK,
    &argocd_unknown_kind_at_sync::CHECK,
    &argocd_unknown_sync_option::CHECK,
    &argocd_unmatched_kind::CHECK,
    &argocd_unused_destination::CHECK,
    &argocd_unused_parameter::CHECK,
    &autoscaled_replicas::CHECK,
    &autoscaler_range::CHECK,
    &autoscaler_without_request::CHECK,
    &blocked_connection::CHECK,
    &blocked_disruption::CHECK,
    &blocked_ingress::CHECK,
    &blocked_name_lookup::CHECK,
    &blocked_rollout::CHECK,
    &budget_selects_nothing::CHECK,
    &cached_mutable_image::CHECK,
    &certificate_misses_host::CHECK,
    &chart_named_twice::CHECK,
    &claim_selects_nothing::CHECK,
    &cluster_admin_binding::CHECK,
    &cluster_resource_in_role::CHECK,
    &colliding_host_port::CHECK,
    &colliding_node_port::CHECK,
    &command_in_one_word::CHECK,
    &conflicting_ingress_class::CHECK,
    &container_named_like_sibling::CHECK,
    &contradictory_privilege_escalation::CHECK,
    &contradictory_run_as_non_root::CHECK,
    &dangerous_capability::CHECK,
    &delivery_of_other_environment::CHECK,
    &deprecated_field::CHECK,
    &deprecated_load_balancer_ip::CHECK,
    &deprecated_node_label::CHECK,
    &deprecated_version::CHECK,
    &differing_image_names::CHECK,
    &differing_image_tags::CHECK,
    &directory_over_file::CHECK,
    &duplicate_container_name::CHECK,
    &duplicate_env::CHECK,
    &duplicate_ingress_route::CHECK,
    &duplicate_list_item::CHECK,
    &duplicate_object::CHECK,
    &duplicate_port::CHECK,
    &duplicate_volume::CHECK,
    &empty_secret_value::CHECK,
    &endless_inline_analysis::CHECK,
    &escalating_rule::CHECK,
    &exceeds_quota::CHECK,
    &exclusive_fields::CHECK,
    &flux_dependency_cycle::CHECK,
    &flux_encrypted_without_decryption::CHECK,
    &flux_invalid_expression::CHECK,
    &flux_invalid_version_range::CHECK,
    &flux_missing_health_check::CHECK,
    &flux_missing_namespace::CHECK,
    &flux_missing_path::CHECK,
    &flux_missing_revision::CHECK,
    &flux_missing_values_file::CHECK,
    &flux_path_holds_itself::CHECK,
    &flux_release_name::CHECK,
    &flux_shared_object::CHECK,
    &flux_shared_release::CHECK,
    &flux_source_of_other_cluster::CHECK,
    &flux_suspended::CHECK,
    &flux_unplaced_object::CHECK,
    &heap_above_memory_limit::CHECK,
    &host_namespace::CHECK,
    &identical_probes::CHECK,
    &image_renamed_like_other::CHECK,
    &impatient_liveness_probe::CHECK,
    &implausible_quantity::CHECK,
    &invalid_claim::CHECK,
    &invalid_count::CHECK,
    &invalid_embedded_yaml::CHECK,
    &invalid_extended_resource::CHECK,
    &invalid_image_reference::CHECK,
    &invalid_json::CHECK,
    &invalid_label::CHECK,
    &invalid_network_policy::CHECK,
    &invalid_object_name::CHECK,
    &invalid_probe::CHECK,
    &invalid_quantity::CHECK,
    &invalid_role_binding::CHECK,
    &invalid_role_rule::CHECK,
    &invalid_schedule::CHECK,
    &invalid_secret_data::CHECK,
    &job_kept_forever::CHECK,
    &left_out_namespace::CHECK,
    &line_break_in_name::CHECK,
    &literal_cluster_ip::CHECK,
    &local_registry::CHECK,
    &localhost_for_service::CHECK,
    &mismatched_acme_server::CHECK,
    &mismatched_port_protocol::CHECK,
    &missing_autoscaler_target::CHECK,
    &missing_backend_service::CHECK,
    &missing_configmap::CHECK,
    &missing_configmap_key::CHECK,
    &missing_cpu_request::CHECK,
    &missing_custom_object::CHECK,
    &missing_disruption_budget::CHECK,
    &missing_field::CHECK,
    &missing_headless_service::CHECK,
    &missing_image_pull_secret::CHECK,
    &missing_image_variable::CHECK,
    &missing_issuer::CHECK,
    &missing_liveness_probe::CHECK,
    &missing_memory_limit::CHECK,
    &missing_memory_request::CHECK,
    &missing_namespace::CHECK,
    &missing_path_type::CHECK,
    &missing_persistent_volume_claim::CHECK,
    &missing_priority_class::CHECK,
    &missing_rbac_subject::CHECK,
    &missing_readiness_probe::CHECK,
    &missing_role::CHECK,
    &missing_run_as_non_root::CHECK,
    &missing_runtime_class::CHECK,
    &missing_secret::CHECK,
    &missing_secret_key::CHECK,
    &missing_service_account::CHECK,
    &missing_service_port::CHECK,
    &missing_storage_class::CHECK,
    &missing_tls_secret::CHECK,
    &missing_typed_secret_key::CHECK,
    &missing_volume::CHECK,
    &missing_webhook_service::CHECK,
    &missing_workload_selector::CHECK,
    &mistyped_policy_expression::CHECK,
    &monitor_selects_nothing::CHECK,
    &mutable_image_tag::CHECK,
    &name_without_hash::CHECK,
    &namespace_selector_selects_nothing::CHECK,
    &network_policy_selects_nothing::CHECK,
    &node_port_out_of_range::CHECK,
    &nothing_to_run::CHECK,
    &orphan_manifest::CHECK,
    &outdated_ingress_backend::CHECK,
    &outdated_postgres_mount::CHECK,
    &overlapping_runs::CHECK,
    &overlapping_selector::CHECK,
    &overlay_unlike_siblings::CHECK,
    &password_in_remote_address::CHECK,
    &password_in_url::CHECK,
    &path_of_other_environment::CHECK,
    &pattern_in_plain_path::CHECK,
    &placeholder_secret_value::CHECK,
    &placeholder_value::CHECK,
    &pods_labelled_like_sibling::CHECK,
    &policy_peer_selects_nothing::CHECK,
    &policy_without_effect::CHECK,
    &privileged_container::CHECK,
    &reads_secret_of_sibling::CHECK,
    &refused_by_admission_policy::CHECK,
    &refused_by_gatekeeper::CHECK,
    &refused_by_kyverno::CHECK,
    &refused_by_limit_range::CHECK,
    &refused_by_pod_security::CHECK,
    &refused_by_priority_class::CHECK,
    &refused_by_runtime_class::CHECK,
    &refused_value::CHECK,
    &release_label_mismatch::CHECK,
    &removed_annotation::CHECK,
    &removed_node_label::CHECK,
    &removed_volume_type::CHECK,
    &request_above_limit::CHECK,
    &retired_registry::CHECK,
    &rewrite_loses_path::CHECK,
    &role_omits_custom_resource::CHECK,
    &runtime_socket_mounted::CHECK,
    &selector_mismatch::CHECK,
    &sensitive_host_path::CHECK,
    &service_link_collision::CHECK,
    &service_selects_nothing::CHECK,
    &service_selects_sibling::CHECK,
    &several_autoscalers::CHECK,
    &shared_certificate_secret::CHECK,
    &shared_single_writer_volume::CHECK,
    &short_progress_deadline::CHECK,
    &short_starting_deadline::CHECK,
    &short_termination_grace::CHECK,
    &single_replica::CHECK,
    &spread_misses_own_pods::CHECK,
    &unassignable_address::CHECK,
    &unbindable_claim::CHECK,
    &uncovered_tls_host::CHECK,
    &undeclared_target_port::CHECK,
    &undefined_env_reference::CHECK,
    &unknown_capability::CHECK,
    &unknown_cluster_domain::CHECK,
    &unknown_field::CHECK,
    &unknown_ingress_annotation::CHECK,
    &unknown_metadata_field::CHECK,
    &unknown_rbac_group::CHECK,
    &unknown_rbac_resource::CHECK,
    &unknown_rbac_verb::CHECK,
    &unknown_resource::CHECK,
    &unknown_service_in_environment::CHECK,
    &unknown_time_zone::CHECK,
    &unmounted_volume::CHECK,
    &unnamed_service_port::CHECK,
    &unpatched_sibling::CHECK,
    &unpersisted_database::CHECK,
    &unpinned_dependency::CHECK,
    &unqualified_image::CHECK,
    &unread_value::CHECK,
    &unresolved_monitor_port::CHECK,
    &unresolved_policy_port::CHECK,
    &unresolved_probe_port::CHECK,
    &unresolved_target_port::CHECK,
    &unserved_version::CHECK,
    &unsubstituted_variable::CHECK,
    &unsupported_access_mode::CHECK,
    &unsupported_value::CHECK,
    &unused_fetched_secret::CHECK,
    &unwritable_database_volume::CHECK,
    &vacuous_probe::CHECK,
    &value_of_other_environment::CHECK,
    &values_file_unlike_siblings::CHECK,
    &versioned_selector_label::CHECK,
    &wildcard_resource_name::CHECK,
    &wildcard_rule::CHECK,
    &wildcard_without_dns_solver::CHECK,
    &workload_without_service::CHECK,
    &writable_root_filesystem::CHECK,
    &wrong_port_in_command::CHECK,
    &wrong_port_in_environment::CHECK,
    &wrong_restart_policy::CHECK,
    &wrong_type::CHECK,
];

#[cfg(test)]
mod tests;
