//! Packed charts: a gzipped tar, read within bounds and never outside its own
//! directory.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// The most bytes of all files together.
pub(super) const CHART_BYTES_MAX: u64 = 100 << 20;

/// The most files of one chart.
pub(super) const FILES_MAX: usize = 50_000;

/// A file out of an archive: its path below the chart's directory, and what it
/// holds.
pub type Unpacked = (String, Vec<u8>);

/// All files of an archive, in its order. An error has Helm's words.
pub fn unpack(bytes: &[u8], file_bytes_max: Option<u64>) -> Result<Vec<Unpacked>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        let reason = match bytes.len() {
            0 => "EOF",
            1..10 => "unexpected EOF",
            _ => "gzip: invalid header",
        };
        return Err(reason.to_owned());
    }
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes));
    let mut left = CHART_BYTES_MAX;
    let mut files = Vec::new();
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let mut entry = entry.map_err(|error| broken(&error))?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path.ends_with('/') {
            continue;
        }
        let name = place(&path)?;
        let size = entry.header().size().unwrap_or(0);
        if size > left {
            return Err(format!("decompressed chart is larger than the maximum size {CHART_BYTES_MAX}"));
        }
        if let Some(most) = file_bytes_max.filter(|most| size > *most) {
            return Err(format!(
                "decompressed chart file {path:?} is larger than the maximum file size {most}"
            ));
        }
        let mut content = Vec::new();
        entry.by_ref().take(left).read_to_end(&mut content).map_err(|error| broken(&error))?;
        left -= content.len() as u64;
        if left == 0 || files.len() >= FILES_MAX {
            return Err(format!("decompressed chart is larger than the maximum size {CHART_BYTES_MAX}"));
        }
        files.push((name, content));
    }
    if files.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(files)
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => {
            "gzip: invalid header".to_owned()
        }
        _ => "archive/tar: invalid tar header".to_owned(),
    }
}

/// The path below the chart's directory, which is the first step.
fn place(path: &str) -> Result<String, String> {
    let delimiter = if path.contains('\\') { '\\' } else { '/' };
    let (first, rest) = path.split_once(delimiter).unwrap_or((path, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let name = clean(&rest);
    if name == "." {
        return Err(format!("chart illegally contains content outside the base directory: {path:?}"));
    }
    if name.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    let has_drive = |name: &[u8]| matches!(name, [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    if has_drive(name.as_bytes()) {
        return Err("chart contains illegally named files".to_owned());
    }
    if first == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    Ok(name)
}

/// Go's `path.Clean` of a relative path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_chart() {
        assert_eq!(place("a/templates/b.yaml"), Ok("templates/b.yaml".to_owned()));
        assert_eq!(place("a\\templates\\b.yaml"), Ok("templates/b.yaml".to_owned()));
        assert_eq!(place("a/b/../Chart.yaml"), Ok("Chart.yaml".to_owned()));
        assert_eq!(place("a/../../x").unwrap_err(), "chart illegally references parent directory");
        assert_eq!(place("a//etc/x").unwrap_err(), "chart illegally contains absolute paths");
        assert_eq!(place("a/c:/x").unwrap_err(), "chart contains illegally named files");
        assert_eq!(place("Chart.yaml").unwrap_err().split(':').count(), 2);
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert_eq!(unpack(b"apiVersion: v2\nname: x\n", None).unwrap_err(), "gzip: invalid header");
        assert!(unpack(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], None).is_err());
    }
}
