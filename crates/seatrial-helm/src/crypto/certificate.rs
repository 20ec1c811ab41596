//! X.509 certificates with the extensions that Go gives those of sprig.

use std::net::IpAddr;

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::Source;
use super::der::{self, Reader};
use super::keys::Key;
use super::pem;
use super::rsa::below;
use crate::time::Time;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) common_name: String,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) names: Vec<String>,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    pub(crate) is_authority: bool,
}

/// What one needs to know of a certificate that signs.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    subject: Vec<u8>,
    public_key: Vec<u8>,
    key_id: Vec<u8>,
}

const KEY_ID: &[u8] = &[0x55, 0x1D, 0x0E];
const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1D, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1D, 0x23];
const EXTENDED_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
const SERVER_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// A certificate for a key, signed by another certificate's key or by itself.
pub(crate) fn create(
    request: &Request,
    key: &Key,
    parent: Option<(&Certificate, &Key)>,
    source: &mut dyn Source,
) -> Result<String, String> {
    let failed = |why: &str| format!("error creating certificate: {why}");
    let (public_key, bits) =
        key.public_der().ok_or_else(|| failed("x509: unsupported public key type: *dsa.PublicKey"))?;
    let signer = parent.map_or(key, |(_, key)| key);
    let Some((signer_public, _)) = signer.public_der() else {
        return Err(failed("x509: certificate private key does not implement crypto.Signer"));
    };
    if parent.is_some_and(|(parent, _)| parent.public_key != signer_public) {
        return Err(failed("x509: provided PrivateKey doesn't match parent's PublicKey"));
    }
    if let Some(name) = request.names.iter().find(|it| !it.is_ascii()) {
        return Err(failed(&format!("x509: {} cannot be encoded as an IA5String", crate::go::quote(name))));
    }
    let subject = name(&request.common_name);
    let issuer = parent.map_or(&subject, |(parent, _)| &parent.subject);
    let key_id = if request.is_authority { Sha256::digest(&bits)[..20].to_vec() } else { Vec::new() };
    let authority = parent.map(|(parent, _)| &parent.key_id).filter(|_| *issuer != subject);
    let serial = below(&(BigUint::from(1u32) << 128u32), source);
    let body = der::sequence(&[
        der::tagged(0xA0, &der::small(2)),
        der::integer(&serial),
        signer.algorithm(),
        issuer.clone(),
        der::sequence(&[moment(&request.not_before), moment(&request.not_after)]),
        subject,
        public_key,
        der::tagged(0xA3, &extensions(request, &key_id, authority)),
    ]);
    let signature = signer.sign(&body, source);
    let whole = der::sequence(&[body, signer.algorithm(), der::bits(&signature)]);
    Ok(pem::encode("CERTIFICATE", &whole))
}

fn extensions(request: &Request, key_id: &[u8], authority: Option<&Vec<u8>>) -> Vec<u8> {
    // Signing, encrypting keys, and for an authority signing certificates.
    let usage: &[u8] = if request.is_authority { &[2, 0xA4] } else { &[5, 0xA0] };
    let constraints = if request.is_authority { vec![der::tagged(0x01, &[0xFF])] } else { Vec::new() };
    let mut all = vec![
        extension(KEY_USAGE, true, &der::tagged(0x03, usage)),
        extension(EXTENDED_USAGE, false, &der::sequence(&[der::oid(SERVER_AUTH), der::oid(CLIENT_AUTH)])),
        extension(BASIC_CONSTRAINTS, true, &der::sequence(&constraints)),
    ];
    if !key_id.is_empty() {
        all.push(extension(KEY_ID, false, &der::octets(key_id)));
    }
    if let Some(id) = authority.filter(|it| !it.is_empty()) {
        all.push(extension(AUTHORITY_KEY_ID, false, &der::sequence(&[der::tagged(0x80, id)])));
    }
    let names = request.names.iter().map(|it| der::tagged(0x82, it.as_bytes()));
    let addresses = request.addresses.iter().map(|it| match it {
        IpAddr::V4(address) => der::tagged(0x87, &address.octets()),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => der::tagged(0x87, &address.octets()),
            None => der::tagged(0x87, &address.octets()),
        },
    });
    let alternatives: Vec<_> = names.chain(addresses).collect();
    if !alternatives.is_empty() {
        let is_only_name = request.common_name.is_empty();
        all.push(extension(ALTERNATIVE_NAMES, is_only_name, &der::sequence(&alternatives)));
    }
    der::sequence(&all)
}

fn extension(id: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![der::oid(id)];
    if is_critical {
        parts.push(der::tagged(0x01, &[0xFF]));
    }
    parts.push(der::octets(value));
    der::sequence(&parts)
}

/// A name of one part, or of none.
fn name(common_name: &str) -> Vec<u8> {
    if common_name.is_empty() {
        return der::sequence(&[]);
    }
    let is_printable = |it: char| it.is_ascii_alphanumeric() || " '()+,-./:=?".contains(it);
    let tag = if common_name.chars().all(is_printable) { 0x13 } else { 0x0C };
    let part = der::sequence(&[der::oid(COMMON_NAME), der::tagged(tag, common_name.as_bytes())]);
    der::sequence(&[der::tagged(0x31, &part)])
}

/// With two digits of the year where they are enough.
fn moment(time: &Time) -> Vec<u8> {
    let year = time.shown().year;
    if (1950..2050).contains(&year) {
        return der::tagged(0x17, &time.format(b"060102150405Z"));
    }
    der::tagged(0x18, &time.format(b"20060102150405Z"))
}

/// Reads what signing needs.
pub(crate) fn parse(bytes: &[u8]) -> Option<Certificate> {
    let mut body = Reader::new(bytes).sequence()?.sequence()?;
    let first = body.next()?;
    if first.tag == 0xA0 {
        body.integer()?;
    }
    body.sequence()?;
    body.expect(0x30)?;
    body.expect(0x30)?;
    let subject = body.expect(0x30)?.whole.to_vec();
    let public_key = body.expect(0x30)?.whole.to_vec();
    let mut key_id = Vec::new();
    while let Some(item) = body.next() {
        if item.tag == 0xA3 {
            key_id = find_key_id(item.content).unwrap_or_default();
        }
    }
    Some(Certificate { subject, public_key, key_id })
}

fn find_key_id(extensions: &[u8]) -> Option<Vec<u8>> {
    let mut extensions = Reader::new(extensions).sequence()?;
    while let Some(mut extension) = extensions.sequence() {
        if extension.expect(0x06)?.content != KEY_ID {
            continue;
        }
        let mut value = extension.next()?;
        if value.tag == 0x01 {
            value = extension.next()?;
        }
        return Some(Reader::new(value.content).expect(0x04)?.content.to_vec());
    }
    None
}
