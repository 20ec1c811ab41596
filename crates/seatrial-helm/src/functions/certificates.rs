//! genCA, genSelfSignedCert, genSignedCert, buildCustomCert.
//!
//! Their keys are RSA of 2048 bits, as in sprig, so that text, labels and
//! lengths are what templates expect. With a seed the primes are drawn from a
//! few that stand in this program: finding new ones takes longer than the rest
//! of a render. Whoever renders to deploy asks for real randomness.

use std::any::Any;
use std::net::IpAddr;
use std::rc::Rc;

use crate::crypto::{self, Certificate, Key, Request};
use crate::template::{Call, Data, Fault, Function, Object, Type, Value, print};
use crate::time::{Duration, Time};

use super::crypto::Random;
use super::{from_base64, go_text, text_of};

const CERTIFICATE: Type = Type::Named("sprig.certificate");
const SELF_SIGNED: &[Type] = &[Type::Str, Type::AnyList, Type::AnyList, Type::Int];
const SELF_SIGNED_WITH_KEY: &[Type] = &[Type::Str, Type::AnyList, Type::AnyList, Type::Int, Type::Str];
const SIGNED: &[Type] = &[Type::Str, Type::AnyList, Type::AnyList, Type::Int, CERTIFICATE];
const SIGNED_WITH_KEY: &[Type] =
    &[Type::Str, Type::AnyList, Type::AnyList, Type::Int, CERTIFICATE, Type::Str];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "buildCustomCert",
        parameters: &[Type::Str, Type::Str],
        is_variadic: false,
        body: build_custom,
    },
    Function { name: "genCA", parameters: &[Type::Str, Type::Int], is_variadic: false, body: authority },
    Function {
        name: "genCAWithKey",
        parameters: &[Type::Str, Type::Int, Type::Str],
        is_variadic: false,
        body: authority_with_key,
    },
    Function { name: "genSelfSignedCert", parameters: SELF_SIGNED, is_variadic: false, body: self_signed },
    Function {
        name: "genSelfSignedCertWithKey",
        parameters: SELF_SIGNED_WITH_KEY,
        is_variadic: false,
        body: self_signed_with_key,
    },
    Function { name: "genSignedCert", parameters: SIGNED, is_variadic: false, body: signed },
    Function {
        name: "genSignedCertWithKey",
        parameters: SIGNED_WITH_KEY,
        is_variadic: false,
        body: signed_with_key,
    },
];

/// What making one takes from the budget of a render.
const COST: u64 = 200_000;

/// sprig's pair of a certificate and its key.
#[derive(Debug)]
struct Pair {
    certificate: Rc<str>,
    key: Rc<str>,
}

impl Object for Pair {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::new(Data::Str(Rc::clone(&self.certificate)))),
            "Key" => Some(Value::new(Data::Str(Rc::clone(&self.key)))),
            _ => None,
        }
    }

    fn call(&self, _call: &mut dyn Call, _name: &str, _args: &[Value]) -> Option<Result<Value, Fault>> {
        None
    }

    fn show(&self) -> String {
        format!("{{{} {}}}", self.certificate, self.key)
    }

    fn show_named(&self) -> String {
        format!("{{Cert:{} Key:{}}}", self.certificate, self.key)
    }

    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let text = |text: &Rc<str>| Value::new(Data::Str(Rc::clone(text)));
        Some(vec![("Cert".into(), text(&self.certificate)), ("Key".into(), text(&self.key))])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn pair(certificate: impl Into<Rc<str>>, key: impl Into<Rc<str>>) -> Value {
    Value::new(Data::Object(Rc::new(Pair { certificate: certificate.into(), key: key.into() })))
}

fn build_custom(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    call.spend(COST)?;
    let decoded = |value: &Value, what: &str| {
        let bytes = from_base64(&go_text(value));
        bytes.map_err(|_| Fault::error(format!("unable to decode base64 {what}")))
    };
    let certificate = decoded(&args[0], "certificate")?;
    let key = decoded(&args[1], "private key")?;
    let (certificate, key) = (text_of(&certificate), text_of(&key));
    signer(&certificate)?;
    Key::of_pem(&key).map_err(|it| Fault::error(format!("error parsing private key: {it}")))?;
    Ok(pair(certificate.as_ref(), key.as_ref()))
}

/// The certificate of a PEM text.
fn signer(text: &str) -> Result<Certificate, Fault> {
    let (_, bytes) = crypto::decode_pem(text).ok_or_else(|| Fault::error("unable to decode certificate"))?;
    crypto::parse_certificate(&bytes).ok_or_else(|| {
        Fault::error("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")
    })
}

/// The request that the arguments make; addresses and names may be left out.
fn request(call: &mut dyn Call, args: &[Value], days: &Value, is_authority: bool) -> Result<Request, Fault> {
    let days = match days.data {
        Data::Int(days, _) => days,
        _ => 0,
    };
    let (addresses, names) = if is_authority { (Vec::new(), Vec::new()) } else { alternatives(args)? };
    let (seconds, nanoseconds) = call.now();
    let not_before = Time::utc(seconds, nanoseconds);
    let not_after = not_before.plus(Duration(days.wrapping_mul(86_400_000_000_000)));
    let common_name = text_of(&go_text(&args[0])).into_owned();
    Ok(Request { common_name, addresses, names, not_before, not_after, is_authority })
}

fn alternatives(args: &[Value]) -> Result<(Vec<IpAddr>, Vec<String>), Fault> {
    let shown = |it: &Value| String::from_utf8_lossy(&print::show(it)).into_owned();
    let addresses = args[1].as_list().unwrap_or_default().iter().map(|it| {
        let text = it
            .as_str()
            .ok_or_else(|| Fault::error(format!("error parsing ip: {} is not a string", shown(it))))?;
        text.parse().map_err(|_| Fault::error(format!("error parsing ip: {text}")))
    });
    let names = args[2].as_list().unwrap_or_default().iter().map(|it| {
        it.as_str().map(str::to_owned).ok_or_else(|| {
            Fault::error(format!("error processing alternate dns name: {} is not a string", shown(it)))
        })
    });
    Ok((addresses.collect::<Result<_, _>>()?, names.collect::<Result<_, _>>()?))
}

fn new_key(call: &mut dyn Call) -> Result<Key, Fault> {
    call.spend(COST)?;
    Ok(Key::rsa(2048, &mut Random(call)))
}

fn given_key(value: &Value) -> Result<Key, Fault> {
    let text = go_text(value);
    Key::of_pem(&text_of(&text)).map_err(|it| Fault::error(format!("parsing private key: {it}")))
}

/// A certificate and its key. Signing is the dear part, whoever's key it is.
fn made(
    call: &mut dyn Call,
    request: &Request,
    key: &Key,
    parent: Option<(&Certificate, &Key)>,
) -> Result<Value, Fault> {
    call.spend(COST)?;
    let certificate = crypto::create(request, key, parent, &mut Random(call)).map_err(Fault::error)?;
    Ok(pair(certificate, key.to_pem()))
}

fn authority(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = new_key(call)?;
    let request = request(call, args, &args[1], true)?;
    made(call, &request, &key, None)
}

fn authority_with_key(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = given_key(&args[2])?;
    let request = request(call, args, &args[1], true)?;
    made(call, &request, &key, None)
}

fn self_signed(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = new_key(call)?;
    let request = request(call, args, &args[3], false)?;
    made(call, &request, &key, None)
}

fn self_signed_with_key(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = given_key(&args[4])?;
    let request = request(call, args, &args[3], false)?;
    made(call, &request, &key, None)
}

fn signed(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = new_key(call)?;
    signed_by(call, args, &key)
}

fn signed_with_key(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let key = given_key(&args[5])?;
    signed_by(call, args, &key)
}

fn signed_by(call: &mut dyn Call, args: &[Value], key: &Key) -> Result<Value, Fault> {
    let authority = match &args[4].data {
        Data::Object(object) => object.as_any().downcast_ref::<Pair>(),
        _ => None,
    };
    let authority =
        authority.ok_or_else(|| Fault::error("wrong type for value; expected sprig.certificate"))?;
    let certificate = signer(&authority.certificate).map_err(|fault| match fault {
        Fault::Error(message) => {
            Fault::Error(message.replace("decodedCert.Bytes", "decodedSignerCert.Bytes"))
        }
        other => other,
    })?;
    let signing_key =
        Key::of_pem(&authority.key).map_err(|it| Fault::error(format!("error parsing private key: {it}")))?;
    let request = request(call, args, &args[3], false)?;
    made(call, &request, key, Some((&certificate, &signing_key)))
}
