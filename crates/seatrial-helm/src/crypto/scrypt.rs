//! HMAC, PBKDF2 and scrypt over SHA-256.

use sha2::{Digest, Sha256};

/// The code of a message under a key.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(padded.map(|it| it ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded.map(|it| it ^ 0x5C)).chain_update(inner).finalize().to_vec()
}

/// PBKDF2 of one round.
fn stretch(password: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length + 32);
    let mut number = 1u32;
    while out.len() < length {
        out.extend(hmac_sha256(password, &[salt, &number.to_be_bytes()].concat()));
        number += 1;
    }
    out.truncate(length);
    out
}

/// scrypt with blocks of 8 times 128 bytes.
pub(crate) fn scrypt(password: &[u8], salt: &[u8], cost: usize, lanes: usize, length: usize) -> Vec<u8> {
    let mut blocks: Vec<u32> = stretch(password, salt, lanes * LANE * 4)
        .chunks_exact(4)
        .map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]))
        .collect();
    for lane in blocks.chunks_exact_mut(LANE) {
        mix(lane, cost);
    }
    let salt: Vec<u8> = blocks.iter().flat_map(|it| it.to_le_bytes()).collect();
    stretch(password, &salt, length)
}

/// The words of a lane.
const LANE: usize = 256;

fn mix(lane: &mut [u32], cost: usize) {
    let mut memory = vec![0u32; cost * LANE];
    for row in memory.chunks_exact_mut(LANE) {
        row.copy_from_slice(lane);
        mix_block(lane);
    }
    for _ in 0..cost {
        let row = lane[LANE - 16] as usize & (cost - 1);
        for (word, other) in lane.iter_mut().zip(&memory[row * LANE..(row + 1) * LANE]) {
            *word ^= other;
        }
        mix_block(lane);
    }
}

fn mix_block(lane: &mut [u32]) {
    let mut last = [0u32; 16];
    last.copy_from_slice(&lane[LANE - 16..]);
    let mut mixed = [0u32; LANE];
    for (number, chunk) in lane.chunks_exact(16).enumerate() {
        for (word, other) in last.iter_mut().zip(chunk) {
            *word ^= other;
        }
        salsa(&mut last);
        // Even chunks come first, then the odd ones.
        let place = (number / 2 + number % 2 * LANE / 32) * 16;
        mixed[place..place + 16].copy_from_slice(&last);
    }
    lane.copy_from_slice(&mixed);
}

/// Salsa20 with eight rounds.
fn salsa(block: &mut [u32; 16]) {
    let mut x = *block;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
        x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
        x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
        x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
    };
    for _ in 0..4 {
        for [a, b, c, d] in [[0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11]] {
            quarter(a, b, c, d);
        }
        for [a, b, c, d] in [[0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14]] {
            quarter(a, b, c, d);
        }
    }
    for (word, mixed) in block.iter_mut().zip(x) {
        *word = word.wrapping_add(mixed);
    }
}
