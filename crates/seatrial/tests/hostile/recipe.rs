//! How the files of a case are made: most are too large to be kept.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What a file holds. In paths, `<name*3>` stands for the name three times.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    /// This text.
    Text(String),
    /// These pieces, one behind the other.
    Pieces(Vec<Piece>),
    /// Something else than a file, or several.
    Special(Special),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Piece {
    Text(String),
    Made(Made),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Made {
    /// A text so many times. `<i>` is the number of the repetition from 0,
    /// `<i-1>` the one before, `<pad>` as many spaces.
    Repeat(String, usize),
    /// Bytes in hexadecimal.
    Hex(String),
    /// A text in UTF-16 without a mark, the low byte first.
    Utf16Le(String),
    /// The same, the high byte first.
    Utf16Be(String),
    /// So many bytes without any sense, the same every time.
    Noise(usize),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Special {
    /// A symbolic link.
    Link(String),
    /// What has nothing inside.
    Empty(Empty),
    /// So many zero bytes that take no room.
    Sparse(u64),
    /// A text that nobody may read.
    Forbidden(String),
    /// So many files; `<i>` in path and text is the number.
    Copies(usize, String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Empty {
    /// A pipe that nobody writes into.
    Fifo,
    Directory,
}

/// Writes one entry of a case, and the directories above it.
pub(super) fn write(tree: &Path, path: &str, content: &Content) {
    let path = multiplied(path);
    if let Content::Special(Special::Copies(count, text)) = content {
        for index in 0..*count {
            let number = index.to_string();
            write_file(&tree.join(path.replace("<i>", &number)), text.replace("<i>", &number).as_bytes());
        }
        return;
    }
    let place = tree.join(path);
    make_parent(&place);
    match content {
        Content::Text(text) => write_file(&place, text.as_bytes()),
        Content::Pieces(pieces) => {
            let mut file = BufWriter::new(File::create(&place).expect("the file can be made"));
            for piece in pieces {
                write_piece(&mut file, piece);
            }
            file.flush().expect("the file can be written");
        }
        Content::Special(special) => write_special(&place, special),
    }
}

fn write_file(place: &Path, bytes: &[u8]) {
    make_parent(place);
    fs::write(place, bytes).expect("the file can be written");
}

fn make_parent(place: &Path) {
    fs::create_dir_all(place.parent().expect("it has a directory")).expect("the directory can be made");
}

/// The path with every `<name*count>` written out.
pub(super) fn multiplied(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, name, count, after)) = multiple(rest) {
        out.push_str(before);
        out.push_str(&name.repeat(count));
        rest = after;
    }
    out + rest
}

fn multiple(text: &str) -> Option<(&str, &str, usize, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (inside, after) = rest.split_once('>')?;
    let (name, count) = inside.split_once('*')?;
    Some((before, name, count.parse().ok()?, after))
}

fn write_special(place: &Path, special: &Special) {
    match special {
        Special::Link(target) => std::os::unix::fs::symlink(target, place).expect("a link can be made"),
        Special::Empty(Empty::Fifo) => {
            let done = Command::new("mkfifo").arg(place).status();
            assert!(done.expect("mkfifo runs").success());
        }
        Special::Empty(Empty::Directory) => fs::create_dir_all(place).expect("the directory can be made"),
        Special::Sparse(bytes) => {
            let file = File::create(place).expect("the file can be made");
            file.set_len(*bytes).expect("a sparse file can be long");
        }
        Special::Forbidden(text) => {
            use std::os::unix::fs::PermissionsExt;
            write_file(place, text.as_bytes());
            fs::set_permissions(place, fs::Permissions::from_mode(0o000)).expect("it is ours");
        }
        Special::Copies(..) => unreachable!("written above"),
    }
}

fn write_piece(out: &mut impl Write, piece: &Piece) {
    let done = match piece {
        Piece::Text(text) => out.write_all(text.as_bytes()),
        Piece::Made(Made::Repeat(text, times)) => return repeat(out, text, *times),
        Piece::Made(Made::Hex(digits)) => out.write_all(&bytes(digits)),
        Piece::Made(Made::Utf16Le(text)) => {
            out.write_all(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
        }
        Piece::Made(Made::Utf16Be(text)) => {
            out.write_all(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
        }
        Piece::Made(Made::Noise(count)) => out.write_all(&noise(*count)),
    };
    done.expect("the file can be written");
}

fn repeat(out: &mut impl Write, text: &str, times: usize) {
    let is_numbered = text.contains("<i") || text.contains("<pad>");
    for index in 0..times {
        let done = if is_numbered {
            let before = index.wrapping_sub(1).to_string();
            let line = text.replace("<i>", &index.to_string()).replace("<i-1>", &before);
            out.write_all(line.replace("<pad>", &" ".repeat(index)).as_bytes())
        } else {
            out.write_all(text.as_bytes())
        };
        done.expect("the file can be written");
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| {
        let pair = str::from_utf8(pair).expect("digits are ASCII");
        u8::from_str_radix(pair, 16).expect("two hexadecimal digits")
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}

fn noise(count: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// An empty repository around the tree.
pub(super) fn init_git(tree: &Path) {
    let mut command = Command::new("git");
    command.args(["-c", "init.defaultBranch=main", "init", "-q"]).current_dir(tree);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(command.status().expect("git runs").success());
}
