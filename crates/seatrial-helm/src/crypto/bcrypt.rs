//! bcrypt, with the cost that Go takes for its default.

use blowfish::Blowfish;

use crate::functions::encode_with;

const COST: u32 = 10;
const LETTERS: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The hash with its salt and cost; the error is Go's.
pub(crate) fn bcrypt(password: &[u8], salt: [u8; 16]) -> Result<String, String> {
    if password.len() > 72 {
        return Err("bcrypt: password length exceeds 72 bytes".to_owned());
    }
    let key = [password, &[0]].concat();
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(&salt, &key);
    for _ in 0..1u32 << COST {
        state.bc_expand_key(&key);
        state.bc_expand_key(&salt);
    }
    let mut hash = Vec::with_capacity(24);
    for word in b"OrpheanBeholderScryDoubt".chunks_exact(8) {
        let half = |bytes: &[u8]| bytes.iter().fold(0, |half, byte| half << 8 | u32::from(*byte));
        let mut pair = [half(&word[..4]), half(&word[4..])];
        for _ in 0..64 {
            pair = state.bc_encrypt(pair);
        }
        hash.extend(pair.iter().flat_map(|it| it.to_be_bytes()));
    }
    let letters = |bytes: &[u8]| encode_with(bytes, LETTERS).trim_end_matches('=').to_owned();
    Ok(format!("$2a${COST:02}${}{}", letters(&salt), letters(&hash[..23])))
}
