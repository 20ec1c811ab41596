//! `--facts`: what a cluster holds, from files that a person saved.

use std::path::PathBuf;
use std::sync::Arc;

use seatrial_trial::Cluster;

use crate::failure::Failure;

/// Bytes of one file at most.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// The objects of all files; none without a file.
pub(crate) fn read(files: &[PathBuf]) -> Result<Option<Arc<Cluster>>, Failure> {
    if files.is_empty() {
        return Ok(None);
    }
    let mut cluster = Cluster::default();
    for path in files {
        let failure = |reason: String| Failure::new(format!("`{}` cannot be read: {reason}", path.display()));
        let size = std::fs::metadata(path).map_err(|error| failure(error.to_string()))?.len();
        if size > FILE_BYTES_MAX {
            return Err(failure(format!("it has more than {} MiB", FILE_BYTES_MAX >> 20)));
        }
        let text = std::fs::read_to_string(path).map_err(|error| failure(error.to_string()))?;
        cluster.add(text.into()).map_err(|reason| {
            failure(reason).hint("what `kubectl get secrets,configmaps -A -o yaml` prints is meant")
        })?;
    }
    Ok(Some(Arc::new(cluster)))
}
