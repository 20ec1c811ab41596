//! AES-256 in blocks that hang together (CBC).

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

const BLOCK: usize = 16;

/// The first 32 bytes of a password, or fewer and zeros.
fn key(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    Aes256::new(&key.into())
}

/// The start value and the text behind it, filled up to whole blocks.
pub(crate) fn encrypt(password: &[u8], text: &[u8], start: [u8; BLOCK]) -> Vec<u8> {
    let cipher = key(password);
    let padding = BLOCK - text.len() % BLOCK;
    let padded = [text, &vec![padding as u8; padding]].concat();
    let mut out = start.to_vec();
    let mut last = start;
    for chunk in padded.chunks(BLOCK) {
        let mut block = [0; BLOCK];
        for (at, byte) in block.iter_mut().enumerate() {
            *byte = chunk[at] ^ last[at];
        }
        let mut block = block.into();
        cipher.encrypt_block(&mut block);
        last = block.into();
        out.extend_from_slice(&last);
    }
    out
}

/// The text behind the start value; the error is that of Go's panic.
pub(crate) fn decrypt(password: &[u8], bytes: &[u8]) -> Result<Vec<u8>, String> {
    let Some((start, blocks)) = bytes.split_at_checked(BLOCK) else {
        return Err(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {}",
            bytes.len()
        ));
    };
    if !blocks.len().is_multiple_of(BLOCK) {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let cipher = key(password);
    let mut out = Vec::with_capacity(blocks.len());
    let mut last = start;
    for chunk in blocks.chunks(BLOCK) {
        let mut block = [0; BLOCK];
        block.copy_from_slice(chunk);
        let mut block = block.into();
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(last).map(|(a, b)| a ^ b));
        last = chunk;
    }
    let padding = usize::from(*out.last().ok_or("runtime error: index out of range [-1]")?);
    let kept = out
        .len()
        .checked_sub(padding)
        .ok_or_else(|| format!("runtime error: slice bounds out of range [:-{}]", padding - out.len()))?;
    out.truncate(kept);
    Ok(out)
}
