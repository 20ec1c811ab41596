//! Suite `helm`: what `helm template` prints, against `seatrial_helm`; of a
//! clone of Helm, its own tests of that command.

mod arguments;
mod ours;
mod own_tests;

use crate::rendered::Renderer;
use crate::{Options, Report, Suite};

pub(crate) const SUITE: Suite =
    Suite { name: "helm", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/helm"), run };

fn run(options: &Options) -> anyhow::Result<Report> {
    let renderer =
        Renderer { suite: SUITE.name, command: "template", answer: ours::answer, redraw: Some(ours::redraw) };
    if let Some(folder) = own_tests::folder(&options.dir) {
        let rows = own_tests::rows(&options.dir, &folder)?;
        return Ok(renderer.rows("own tests", &folder, &rows));
    }
    renderer.run(options)
}
