//! The transformers of a kustomization file in upstream's fixed order
//! (`api/internal/target`, v0.21.2).

use std::sync::Arc;

use seatrial_diagnostics::Role;
use seatrial_source::{Span, TreePath};

use crate::build::{Accumulated, Run, Version};
use crate::kustomization::{At, Inline, Kustomization, PatchEntry, ReplacementEntry, read_replacements};
use crate::origin::Origins;
use crate::patches::{self, Patch};
use crate::problem::ProblemKind;
use crate::select::Selector;
use crate::transform::{self, Affix, ImageChange};
use crate::{json_patch, replacement, resources};

impl Run<'_, '_> {
    /// Runs the transformers in their fixed order, then those of files.
    pub(crate) fn transform(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        into.known = None;
        let mut found = 0;
        for inline in &own.patches_strategic_merge {
            found += self.merge_patch(own, root, inline, into);
        }
        if let (Some(first), 0) = (own.patches_strategic_merge.first(), found) {
            let message = "patch appears to be empty";
            self.problem(ProblemKind::Patch, &own.path, Some(first.text.span), message);
        }
        if !own.patches_strategic_merge.is_empty() {
            self.was_transformed(into, own, "PatchStrategicMergeTransformer");
        }
        for entry in &own.patches {
            self.patch(own, root, entry, into, false);
            self.was_transformed(into, own, "PatchTransformer");
        }
        self.transform_metadata(own, into);
        for entry in &own.patches_json6902 {
            self.patch(own, root, entry, into, true);
            self.was_transformed(into, own, "PatchJson6902Transformer");
        }
        self.transform_workloads(own, into);
        if !own.replacements.is_empty() {
            self.replace(own, root, &own.replacements, into);
            self.was_transformed(into, own, "ReplacementTransformer");
        }
        self.run_transformers(own, root, into);
        into.resources.retain(|resource| !resource.node.is_empty());
        self.run_validators(own, root, into);
    }

    /// Namespace, names, labels, annotations.
    fn transform_metadata(&mut self, own: &Kustomization, into: &mut Accumulated) {
        let config = Arc::clone(&into.config);
        if let Some(namespace) = &own.namespace {
            let how = transform::NamespaceChange::of(namespace);
            let result = how.apply(&mut into.resources, &config, &mut self.origins);
            self.transformed(result, own, Some(namespace.span));
            self.was_transformed(into, own, "NamespaceTransformer");
        }
        for (affix, text, kind) in [
            (Affix::Prefix, &own.name_prefix, "PrefixTransformer"),
            (Affix::Suffix, &own.name_suffix, "SuffixTransformer"),
        ] {
            if let Some(text) = text {
                if transform::is_doubled(&into.resources, affix, &text.value) {
                    let message = format!("every name has '{}' already", text.value);
                    self.problem(ProblemKind::Doubled, &own.path, Some(text.span), message);
                }
                let result = transform::affix(&mut into.resources, affix, text, &config, &mut self.origins);
                self.transformed(result, own, Some(text.span));
                self.was_transformed(into, own, kind);
            }
        }
        for label in &own.labels {
            let result = transform::labels(&mut into.resources, label, &config, &mut self.origins);
            let span = label.pairs.first().map(|(_, value)| value.span);
            self.transformed(result, own, span);
            self.was_transformed(into, own, "LabelTransformer");
        }
        let has_labels = !own.labels.is_empty() || !own.common_labels.is_empty();
        for (pairs, fields, kind, is_run) in [
            (&own.common_labels, &config.common_labels, "LabelTransformer", has_labels),
            (
                &own.common_annotations,
                &config.common_annotations,
                "AnnotationsTransformer",
                !own.common_annotations.is_empty(),
            ),
        ] {
            let result = transform::pairs(&mut into.resources, pairs, fields, &mut self.origins);
            let span = pairs.first().map(|(_, value)| value.span);
            self.transformed(result, own, span);
            if is_run {
                self.was_transformed(into, own, kind);
            }
        }
    }

    /// Replicas and images.
    fn transform_workloads(&mut self, own: &Kustomization, into: &mut Accumulated) {
        let config = Arc::clone(&into.config);
        for entry in &own.replicas {
            let result = transform::replicas(&mut into.resources, entry, &config, &mut self.origins);
            self.transformed(result, own, entry.value.named_at.or(Some(entry.span)));
            self.was_transformed(into, own, "ReplicaCountTransformer");
        }
        for entry in &own.images {
            let mut change = ImageChange::new(entry);
            let result = change.apply(&mut into.resources, &config, &mut self.origins);
            if !change.is_used && result.is_ok() {
                let message = format!("no image is called '{}'", entry.value.name);
                self.problem(ProblemKind::Unused, &own.path, Some(entry.span), message);
            }
            self.transformed(result, own, Some(entry.span));
            self.was_transformed(into, own, "ImageTagTransformer");
        }
    }

    pub(crate) fn transformed(
        &mut self,
        result: Result<(), String>,
        own: &Kustomization,
        span: Option<Span>,
    ) {
        if let Err(message) = result {
            self.problem(ProblemKind::Transformer, &own.path, span, message);
        }
    }

    /// An entry of `patchesStrategicMerge`: a text, or a path. Gives the number
    /// of patches in it; what fails counts as one.
    pub(crate) fn merge_patch(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        inline: &Inline,
        into: &mut Accumulated,
    ) -> usize {
        let entry = &inline.text;
        let stream = patches::Source::inline(inline).stream();
        let read = self.origins.in_text(inline, |origins| {
            origins.in_role(Role::Patch, |origins| resources::read(&stream, origins))
        });
        let found = match read {
            Ok(found) if !found.is_empty() => Ok(found),
            _ => match self.file(own, root, entry) {
                Err(refusal) => {
                    self.refused(refusal, entry, &own.path);
                    return 1;
                }
                Ok(loaded) => {
                    let stream = self.loader.stream(&loaded);
                    let read = self.origins.in_role(Role::Patch, |origins| resources::read(&stream, origins));
                    read.map_err(|fault| (fault, loaded.path))
                }
            },
        };
        let patches = match found {
            Ok(patches) => patches,
            Err((fault, path)) => {
                self.problem(ProblemKind::Patch, &path, fault.span, fault.message);
                return 1;
            }
        };
        for patch in &patches {
            self.has_merged = true;
            let schema = self.open_api.clone();
            let options = patches::Options { schema: schema.as_deref(), ..patches::Options::default() };
            if let Err(fault) = patches::merge_by_id(&mut into.resources, patch, options, &mut self.origins) {
                self.problem(ProblemKind::Patch, &own.path, Some(entry.span), fault.message);
            }
        }
        patches.len()
    }

    /// An entry of `patches` or `patchesJson6902`.
    pub(crate) fn patch(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<PatchEntry>,
        into: &mut Accumulated,
        is_json: bool,
    ) {
        let At { value: patch, span } = entry;
        let read = match (&patch.patch, &patch.path) {
            (None, None) => Err(("must specify one of patch and path".to_owned(), None)),
            (Some(_), Some(_)) => Err(("patch and path can't be set at the same time".to_owned(), None)),
            (Some(inline), None) => {
                let text = patches::Source::inline(inline);
                let source = "[patch: inline]";
                self.origins
                    .in_text(inline, |origins| read_patch(&text, source, is_json, origins))
                    .map_err(|fault| (fault.message, None))
            }
            (None, Some(path)) => match self.file(own, root, path) {
                Err(refusal) => return self.refused(refusal, path, &own.path),
                Ok(loaded) => {
                    let source = format!("[path: {:?}]", path.value);
                    let text = patches::Source { file: loaded.file, text: loaded.text };
                    read_patch(&text, &source, is_json, &mut self.origins)
                        .map_err(|fault| (fault.message, fault.span.map(|span| (loaded.path, span))))
                }
            },
        };
        let read = match read {
            Ok(read) => read,
            Err((message, place)) => {
                let (path, span) = place.unwrap_or_else(|| (own.path.clone(), *span));
                return self.problem(ProblemKind::Patch, &path, Some(span), message);
            }
        };
        if let Patch::Merge(patches) = &read {
            self.has_merged = true;
            if self.version == Version::V5_0 && patches.len() > 1 {
                let message = "unable to parse SM or JSON patch: there are several";
                return self.problem(ProblemKind::Patch, &own.path, Some(*span), message);
            }
        }
        let schema = self.open_api.clone();
        let options = patches::Options {
            may_change_name: patch.allow_name_change,
            may_change_kind: patch.allow_kind_change,
            schema: schema.as_deref(),
        };
        let all = &mut into.resources;
        let target = patch.target.as_ref();
        match patches::apply(all, &read, target, options, !is_json, &mut self.origins) {
            Ok(0) => {
                // A component is for whatever it is put into.
                let is_for_any = own.is_component && target.is_some_and(Selector::is_of_type_alone);
                if !is_for_any {
                    let asked = target.map(Selector::to_string).unwrap_or_default();
                    let message = format!("no object is the patch's target: {asked}");
                    self.problem(ProblemKind::Unused, &own.path, Some(*span), message);
                }
                if let Patch::Json(operations) = &read
                    && let Some(message) = json_patch::fault(operations)
                {
                    self.problem(ProblemKind::Broken, &own.path, Some(*span), message);
                }
            }
            Ok(_) => {}
            Err(fault) => self.problem(ProblemKind::Patch, &own.path, Some(*span), fault.message),
        }
        for loss in self.origins.losses() {
            let message = format!("what is added replaces {}", listed(&loss.names));
            self.problem(ProblemKind::Lossy, &own.path, Some(loss.span), message);
        }
    }

    pub(crate) fn replace(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entries: &[At<ReplacementEntry>],
        into: &mut Accumulated,
    ) {
        for entry in entries {
            let mut found = Vec::new();
            match &entry.value.path {
                None => found.push(entry.value.replacement.clone()),
                Some(path) => match self.file(own, root, path) {
                    Err(refusal) => self.refused(refusal, path, &own.path),
                    Ok(loaded) => {
                        let (more, problems) = read_replacements(&loaded.path, loaded.file, &loaded.text);
                        self.say_all(problems);
                        found = more;
                    }
                },
            }
            for one in &found {
                match replacement::apply(
                    &mut into.resources,
                    one,
                    entry.span,
                    self.version,
                    &mut self.origins,
                ) {
                    Ok(true) => {}
                    Ok(false) => {
                        let message = "the replacement's targets are no objects";
                        self.problem(ProblemKind::Unused, &own.path, Some(entry.span), message);
                    }
                    Err(message) => {
                        self.problem(ProblemKind::Replacement, &own.path, Some(entry.span), message);
                    }
                }
            }
        }
    }
}

/// The first few names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|it| format!("`{it}`")).collect();
    let more = if names.len() > SHOWN { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn read_patch(
    text: &patches::Source,
    source: &str,
    is_json: bool,
    origins: &mut Origins,
) -> Result<Patch, patches::Fault> {
    if is_json {
        let operations = origins.in_role(Role::Patch, |origins| patches::read_json(text, origins))?;
        return Ok(Patch::Json(operations));
    }
    patches::read(text, source, origins)
}
