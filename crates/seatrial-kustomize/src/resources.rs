//! Resources from text: lists taken apart, documents without a kind or a name
//! refused (`resource.Factory`, api v0.21.2).

use seatrial_source::Span;
use seatrial_yaml::{Stream, Value};

use crate::node::{Content, Node};
use crate::origin::Origins;
use crate::resource::Resource;

/// What a text holds, or why Kustomize refuses all of it.
pub(crate) fn read(stream: &Stream, origins: &mut Origins) -> Result<Vec<Resource>, Fault> {
    if let Some(problem) = stream.all_problems().find(|problem| problem.is_fatal()) {
        return Err(Fault {
            span: Some(problem.span),
            message: format!("MalformedYAMLError: yaml: {}", problem.message),
        });
    }
    let mut found = Vec::new();
    let mut waiting: std::collections::VecDeque<Node> = std::collections::VecDeque::new();
    for root in stream.roots() {
        let fault = |message: &str| Fault { span: Some(root.span()), message: message.to_owned() };
        if matches!(root.value(), Value::Null) || root.is_mapping() && root.is_empty() {
            continue;
        }
        let node = Node::read(root, origins).ok_or_else(|| fault("nests too deep"))?;
        waiting.push_back(node);
    }
    let mut budget = OBJECTS_MAX;
    while let Some(node) = waiting.pop_front() {
        budget = budget
            .checked_sub(1)
            .ok_or_else(|| Fault { span: None, message: "too many objects".to_owned() })?;
        let span = origins.get(node.origin).map(|origin| origin.span);
        let fault = |message: String| Fault { span, message };
        if node.is_empty() {
            continue;
        }
        let kind = node.text_at(&["kind"]);
        if kind.is_empty() {
            return Err(fault("missing kind in object".to_owned()));
        }
        let is_list = kind.ends_with("List");
        if !is_list && node.text_at(&["metadata", "name"]).is_empty() {
            return Err(fault(format!("missing metadata.name in object {kind}")));
        }
        match node.get("items").filter(|_| is_list).map(|items| &items.content) {
            None => found.push(Resource::new(node)),
            Some(Content::List(items)) => waiting.extend(items.iter().cloned()),
            Some(Content::Scalar(scalar)) if scalar.is_null() => {}
            Some(_) => return Err(fault(format!("expected array in {kind}/items"))),
        }
    }
    Ok(found)
}

/// What a text that is refused holds all the same: its objects with a kind and
/// a name.
pub(crate) fn recover(stream: &Stream, origins: &mut Origins) -> Vec<Resource> {
    let is_object =
        |node: &Node| !node.text_at(&["kind"]).is_empty() && !node.text_at(&["metadata", "name"]).is_empty();
    let roots = stream.roots().filter(|root| root.is_mapping());
    let mut found = Vec::new();
    for node in roots.filter_map(|root| Node::read(root, origins)) {
        let items = node.get("items").map_or(&[][..], Node::items);
        found.extend(items.iter().filter(|it| is_object(it)).cloned().map(Resource::new));
        if is_object(&node) && items.is_empty() {
            found.push(Resource::new(node));
        }
    }
    found.truncate(OBJECTS_MAX);
    found
}

/// Most objects of one text.
const OBJECTS_MAX: usize = 200_000;

/// Why a text is refused.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) span: Option<Span>,
    pub(crate) message: String,
}
