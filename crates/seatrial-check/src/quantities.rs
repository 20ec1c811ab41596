//! Where Kubernetes' own kinds hold amounts of resources, and what was
//! probably meant by one that cannot be read.

use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object, Quantity};

use crate::resources::Resources;

/// A field that holds an amount, and of which resource.
#[derive(Clone, Debug)]
pub(crate) struct Written<'a> {
    pub(crate) field: Field<'a>,
    /// `memory`, `cpu`, `storage` ..., as far as it is known.
    pub(crate) resource: String,
    /// Whose it is: `container web of Deployment api`.
    pub(crate) of: String,
    /// `requests`, `limits`, or the field's own name.
    pub(crate) what: String,
}

/// All amounts of an object.
pub(crate) fn amounts(object: &Object) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    let root = Field::root(object);
    match (object.group(), object.kind()) {
        ("", "PersistentVolumeClaim") => of_claim(&root, &mut found),
        ("", "PersistentVolume") => of_map(root.keys(&["spec", "capacity"]), "capacity", &mut found),
        ("", "ResourceQuota") => of_map(root.keys(&["spec", "hard"]), "hard", &mut found),
        ("", "LimitRange") => of_limit_range(&root, &mut found),
        _ => {}
    }
    if let Some(template) = PodTemplate::of(object) {
        of_template(&template, &mut found);
    }
    if object.is("apps", "StatefulSet") {
        let claims = root.keys(&["spec", "volumeClaimTemplates"]);
        for claim in claims.into_iter().flat_map(|it| it.items()) {
            of_claim(&claim, &mut found);
        }
    }
    found
}

fn of_template<'a>(template: &PodTemplate<'a>, found: &mut Vec<Written<'a>>) {
    for resources in Resources::of(template) {
        for list in ["requests", "limits"] {
            let entries = resources.field.key(list).into_iter().flat_map(|it| it.entries());
            found.extend(entries.map(|(name, field)| Written {
                field,
                resource: name.to_string(),
                of: resources.of.clone(),
                what: list.to_owned(),
            }));
        }
    }
    for volume in template.volumes() {
        let of = format!("volume {} of {}", volume.name().unwrap_or_default(), template.object().title());
        if let Some(field) = volume.field.keys(&["emptyDir", "sizeLimit"]) {
            found.push(Written { field, resource: "storage".to_owned(), of, what: "sizeLimit".to_owned() });
        }
        if let Some(claim) = volume.field.keys(&["ephemeral", "volumeClaimTemplate"]) {
            of_claim(&claim, found);
        }
    }
}

fn of_claim<'a>(claim: &Field<'a>, found: &mut Vec<Written<'a>>) {
    for list in ["requests", "limits"] {
        of_map(claim.keys(&["spec", "resources", list]), list, found);
    }
}

fn of_limit_range<'a>(root: &Field<'a>, found: &mut Vec<Written<'a>>) {
    for item in root.keys(&["spec", "limits"]).into_iter().flat_map(|it| it.items()) {
        for list in ["min", "max", "default", "defaultRequest"] {
            of_map(item.key(list), list, found);
        }
    }
}

fn of_map<'a>(map: Option<Field<'a>>, what: &str, found: &mut Vec<Written<'a>>) {
    let Some(map) = map else { return };
    let of = map.object().title();
    found.extend(map.entries().map(|(name, field)| {
        // A quota names them `requests.memory`.
        let resource = name.rsplit('.').next().unwrap_or(&name).to_owned();
        Written { field, resource, of: of.clone(), what: what.to_owned() }
    }));
}

/// What was probably meant by a text that is no quantity: `512MB`, `1 Gi`, `2 cores`.
pub(crate) fn meant_quantity(text: &str, resource: &str) -> Option<String> {
    let text: String = text.chars().filter(|it| !it.is_whitespace() && *it != '_').collect();
    let start = text.find(|it: char| it.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = (text[..start].replace(',', "."), text[start..].to_ascii_lowercase());
    let is_cpu = resource == "cpu";
    let suffix = match unit.as_str() {
        "" | "b" | "byte" | "bytes" if !is_cpu => "",
        "" | "c" | "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" if is_cpu => "",
        "mi" | "mcpu" | "mcpus" | "mc" | "mcore" | "mcores" | "millicpu" | "millicores" if is_cpu => "m",
        _ if is_cpu => return None,
        "k" | "kb" => "k",
        "ki" | "kib" => "Ki",
        "mb" => "M",
        "mi" | "mib" => "Mi",
        "g" | "gb" => "G",
        "gi" | "gib" | "gig" => "Gi",
        "t" | "tb" => "T",
        "ti" | "tib" => "Ti",
        _ => return None,
    };
    let meant = format!("{number}{suffix}");
    let is_whole_number = number.starts_with(|it: char| it.is_ascii_digit());
    (is_whole_number && meant.parse::<Quantity>().is_ok()).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::meant_quantity;

    #[test]
    fn units_of_daily_life_are_understood() {
        for (text, resource, meant) in [
            ("512MB", "memory", "512M"),
            ("1 Gi", "storage", "1Gi"),
            ("1GiB", "memory", "1Gi"),
            ("10gb", "storage", "10G"),
            ("64mi", "memory", "64Mi"),
            ("2 cores", "cpu", "2"),
            ("500mcpu", "cpu", "500m"),
            ("0,5", "cpu", "0.5"),
            ("1KB", "memory", "1k"),
        ] {
            assert_eq!(meant_quantity(text, resource).as_deref(), Some(meant), "{text}");
        }
        for (text, resource) in
            [("much", "memory"), ("", "cpu"), ("1GB", "cpu"), ("1.2.3Gi", "memory"), ("-", "cpu")]
        {
            assert_eq!(meant_quantity(text, resource), None, "{text}");
        }
    }
}
