//! Where fields come from, and how they are edited.

use super::*;

fn field(rendering: &Rendering, path: &str) -> Location {
    let unit = rendering.repository.units.first().map_or(UnitId(0), |unit| unit.id);
    Location::field(unit, ObjectId(0), path.parse().expect("a field path"))
}

fn origin_text<'a>(rendering: &'a Rendering, path: &str) -> &'a str {
    let origin = rendering.origin(&field(rendering, path)).expect("the object exists");
    rendering.sources.text(origin.edit)
}

#[test]
fn origins_are_values_keys_and_nearest_ancestors() {
    let rendering = rendered(&[(
        "a.yaml",
        &format!("{WEB}  template:\n    spec:\n      containers:\n      - name: app\n        image: a:1\n"),
    )]);
    assert_eq!(origin_text(&rendering, "spec.replicas"), "2");
    assert_eq!(origin_text(&rendering, "spec.template"), "template");
    assert_eq!(origin_text(&rendering, "spec.template.spec.volumes"), "spec");
    assert_eq!(origin_text(&rendering, "spec.template.spec.containers[0].resources.limits"), "name: app");
    assert_eq!(origin_text(&rendering, "status.x"), "kind: Deployment");
}

fn applied(source: &str, change: impl Fn(Location) -> Change, path: &str) -> Result<String, String> {
    let rendering = rendered(&[("a.yaml", source)]);
    let edits = rendering.edits(&change(field(&rendering, path))).map_err(|refusal| refusal.reason)?;
    Ok(seatrial_yaml::edit::apply(source, &edits).expect("edits of one change fit together"))
}

#[test]
fn a_value_is_set_in_its_own_quotes() {
    let text = |value: &str| Content::Text(value.to_owned());
    let object = "apiVersion: v1\nkind: Service # here\nmetadata: {name: 'a', b: \"c\", d: e}\n";
    assert_eq!(
        applied(object, set(text("it's")), "metadata.name").as_deref(),
        Ok("apiVersion: v1\nkind: Service # here\nmetadata: {name: 'it''s', b: \"c\", d: e}\n")
    );
    assert_eq!(
        applied(object, set(text("x\"y")), "metadata.b").as_deref(),
        Ok("apiVersion: v1\nkind: Service # here\nmetadata: {name: 'a', b: \"x\\\"y\", d: e}\n")
    );
    assert_eq!(
        applied(object, set(text("yes")), "metadata.d").as_deref(),
        Ok("apiVersion: v1\nkind: Service # here\nmetadata: {name: 'a', b: \"c\", d: \"yes\"}\n")
    );
    assert_eq!(
        applied(WEB, set(Content::Int(5)), "spec.replicas").as_deref(),
        Ok("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 5\n")
    );
}

#[test]
fn what_cannot_be_edited_is_refused_with_a_reason() {
    let text = Content::Text("x".to_owned());
    let shared = "apiVersion: v1\nkind: Service\nmetadata: {name: &n a, labels: {b: *n}}\n";
    for (path, reason) in
        [("metadata.name", "an alias elsewhere repeats the value"), ("spec.x", "the field is not written")]
    {
        assert_eq!(applied(shared, set(text.clone()), path), Err(reason.to_owned()), "{path}");
    }
    let span = Span::new(FileId(0), 0, 1);
    let change = |_| Change::Set { at: Location::text(span), content: Content::Null };
    assert_eq!(applied(WEB, change, "kind"), Err("the change is not about a field".to_owned()));
}

#[test]
fn fields_are_added_and_taken_away() {
    let insert = |path: &str| applied(WEB, |at| Change::Insert { at, content: Content::Bool(true) }, path);
    assert_eq!(insert("spec.paused"), Ok(format!("{WEB}  paused: true\n")));
    assert_eq!(
        insert("spec.template.spec.hostPID"),
        Ok(format!("{WEB}  template:\n    spec:\n      hostPID: true\n"))
    );
    let removed = applied(WEB, |at| Change::Remove { at }, "spec.replicas");
    assert_eq!(removed, Ok(WEB.replace("spec:\n  replicas: 2\n", "spec: {}\n")));
}

#[test]
fn an_object_in_a_list_of_a_json_file_is_edited_there() {
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}
]}"#;
    let rendering = rendered(&[("a.json", list)]);
    let change =
        Change::Insert { at: field(&rendering, "spec.type"), content: Content::Text("NodePort".to_owned()) };
    let edits = rendering.edits(&change).expect("it can be edited");
    assert_eq!(
        seatrial_yaml::edit::apply(list, &edits),
        Some(list.replace(r#"{"name": "a"}"#, r#"{"name": "a"}, "spec": {"type": "NodePort"}"#))
    );
}

#[test]
fn a_key_is_renamed_unless_it_exists() {
    let rename = |name: &str| {
        let name = name.to_owned();
        move |at| Change::Rename { at, name: name.clone() }
    };
    assert_eq!(
        applied(WEB, rename("replica"), "spec.replicas").as_deref(),
        Ok("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replica: 2\n")
    );
    assert!(applied(WEB, rename("kind"), "spec").is_err());
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("apiVersion: v1\n".to_owned()),
        Just("kind: Secret\n".to_owned()),
        Just("kind: List\nitems:\n- kind: A\n".to_owned()),
        Just("metadata:\n  name: a\n".to_owned()),
        Just("---\n".to_owned()),
        Just("resources:\n- ../a\n- b.yaml\n".to_owned()),
        Just("  password: \"x\n".to_owned()),
        Just("a: &a [*a]\n".to_owned()),
        Just("<<: *a\n".to_owned()),
        Just("u: p://a:b@c\n".to_owned()),
        "[a-z{}:\\[\\]'\"|>&*#%@=\u{e9} \\n\\t-]{0,20}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_tree_makes_it_panic(texts in prop::collection::vec((0..6_usize, pieces()), 0..5)) {
        let names = ["a.yaml", "kustomization.yaml", "b/b.json", "chart/Chart.yaml", "compose.yaml", "test/x.yml"];
        let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (names[*name], text.as_str())).collect();
        let rendering = rendered(&files);
        for file in rendering.sources.ids() {
            let text = rendering.sources.file(file).text();
            for span in rendering.secrets(file) {
                prop_assert!(text.get(span.range()).is_some());
            }
        }
        for notice in &rendering.notices {
            prop_assert!(rendering.origin(&notice.at).is_some());
        }
        prop_assert_eq!(units(&rendering), units(&rendered(&files)));
    }
}
