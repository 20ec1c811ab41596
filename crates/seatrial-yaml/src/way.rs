//! The way from a node to one below it, found after the fact: ids are given
//! in the order in which nodes are completed, so that a child's id says which
//! of its siblings any node below them belongs to.

use smol_str::SmolStr;

use crate::tree::Shape;
use crate::{NodeId, PathStep, Stream};

impl Stream {
    /// Appends the steps that lead from a collection to a node that is written
    /// below it; none from a node to itself. Both are places as written: what
    /// an alias stands for does not lie below the alias.
    pub fn steps_between(&self, top: NodeId, below: NodeId, steps: &mut Vec<PathStep>) {
        let mut at = top;
        while at != below {
            let data = self.data(at);
            let children = self.child_ids(data);
            let place = children.partition_point(|&child| child < below);
            let Some(&child) = children.get(place) else { return };
            steps.push(if data.shape == Shape::Sequence {
                PathStep::Index(place as u32)
            } else {
                let key = self.node(children[place & !1]);
                PathStep::Key(SmolStr::new(key.key_name()))
            });
            at = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_source::FileId;

    use crate::{Dialect, FieldPath, Limits, parse};

    #[test]
    fn every_node_is_found_again() {
        let text = "a: {b: [1, {c: 2}], d: }\ne:\n- - x\n  - y: [z]\n- &n {m: 1}\n- *n\n";
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default());
        let root = stream.document_root(0).expect("there is a document");
        let mut open = vec![(root, FieldPath::root())];
        let mut seen = 0;
        while let Some((node, path)) = open.pop() {
            let mut steps = Vec::new();
            stream.steps_between(root.id(), node.written_id(), &mut steps);
            assert_eq!(FieldPath::from(steps), path);
            seen += 1;
            if node.is_alias() {
                continue;
            }
            open.extend((0..).zip(node.items()).map(|(place, item)| (item, path.index(place))));
            let entries = node.entries().map(|it| (it.value, path.key(&it.name())));
            open.extend(entries);
        }
        assert_eq!(seen, 16);
    }
}
