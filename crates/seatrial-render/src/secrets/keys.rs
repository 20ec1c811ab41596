//! Which names say that their value is secret.

use seatrial_diagnostics::is_slip;

/// Words that make a name secret when they come last, or anywhere in it
/// unless the last word speaks of something about the secret.
const SECRET: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "pswd",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "apikeys",
    "accesskey",
    "secretkey",
    "privatekey",
    "credential",
    "credentials",
    "creds",
    "dsn",
    "jwt",
    "htpasswd",
    "kubeconfig",
    "dockerconfigjson",
    "dockercfg",
    "requirepass",
    "masterauth",
    "connectionstring",
];

/// Words that make a name secret only at its end.
const SECRET_LAST: &[&str] = &[
    "pass",
    "psw",
    "pw",
    "pat",
    "mnemonic",
    "cookie",
    "authorization",
    "bearer",
    "salt",
    "pepper",
    "auth",
    "signature",
    "sig",
    "pin",
    "otp",
    "seed",
];

/// What stands before `key` when the key is one to keep.
const KEY_OWNERS: &[&str] = &[
    "api",
    "access",
    "private",
    "secret",
    "client",
    "encryption",
    "signing",
    "sign",
    "master",
    "account",
    "shared",
    "license",
    "ssh",
    "tls",
    "auth",
    "app",
    "session",
    "admin",
    "root",
    "service",
    "webhook",
    "host",
    "server",
    "ca",
    "rsa",
    "aes",
    "hmac",
    "jwt",
    "token",
];

/// Last words that speak of something about a secret, not of its value.
const ABOUT: &[&str] = &[
    "name",
    "names",
    "ref",
    "refs",
    "reference",
    "path",
    "paths",
    "file",
    "files",
    "filename",
    "dir",
    "directory",
    "mount",
    "ttl",
    "expiry",
    "expiration",
    "expires",
    "lifetime",
    "duration",
    "seconds",
    "minutes",
    "hours",
    "days",
    "age",
    "in",
    "at",
    "length",
    "size",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "enabled",
    "enable",
    "disabled",
    "required",
    "type",
    "algorithm",
    "alg",
    "issuer",
    "audience",
    "audiences",
    "policy",
    "mode",
    "count",
    "limit",
    "max",
    "min",
    "rotation",
    "interval",
    "namespace",
    "provider",
    "store",
    "backend",
    "class",
    "version",
    "format",
    "header",
    "template",
    "selector",
    "create",
    "created",
    "exists",
    "rounds",
    "prefix",
    "suffix",
    "field",
    "method",
    "kind",
    "group",
    "request",
    "review",
    "reviewer",
    "bucket",
    "engine",
    "role",
    "manager",
    "description",
    "env",
    "annotations",
    "labels",
    "resources",
];

/// Whether a name's value is secret.
pub(crate) fn is_secret(name: &str) -> bool {
    // The prefix of an annotation names its owner.
    let own = name.rsplit('/').next().unwrap_or_default();
    if name.len() > 256 || !has_stem(own.as_bytes()) || is_reference(name) {
        return false;
    }
    let words = words(own);
    let Some(last) = words.last().map(String::as_str) else { return false };
    if ABOUT.contains(&last) {
        return false;
    }
    if names_a_key(&words) || counts_tokens(&words) {
        return false;
    }
    SECRET_LAST.contains(&last)
        || words.iter().any(|word| SECRET.contains(&word.as_str()))
        || is_key(own, &words)
        || words
            .windows(2)
            .any(|pair| matches!([&*pair[0], &*pair[1]], ["connection", "string"] | ["pass", "word"]))
}

/// Whether a name is a secret's, or would be one but for a slip.
pub(crate) fn is_near_secret(name: &str) -> bool {
    if is_secret(name) {
        return true;
    }
    let words = words(name.get(..256).unwrap_or(name));
    let Some(last) = words.last().map(String::as_str) else { return false };
    if ABOUT.contains(&last) || is_reference(name) {
        return false;
    }
    let bare = words.concat();
    let is_joined = SECRET.iter().any(|it| it.len() >= 5 && bare.contains(it));
    is_joined
        || matches!(last, "key" | "keys")
        || words.iter().any(|word| is_near(word, SECRET))
        || is_near(last, SECRET_LAST)
}

/// Whether a word is one of some, or ends in one, but for a slip.
fn is_near(word: &str, secret: &[&str]) -> bool {
    secret.iter().filter(|it| it.len() >= 4).any(|it| {
        let near = it.len() - 1..=it.len() + 2;
        let ends = near.filter_map(|len| word.get(word.len().checked_sub(len)?..));
        is_slip(word, it) || (it.len() >= 6 && ends.into_iter().any(|end| is_slip(end, it)))
    })
}

/// Whether a name holds the beginning of any word above: few names do, and
/// looking is cheap.
fn has_stem(name: &[u8]) -> bool {
    (0..name.len()).any(|at| {
        let rest = &name[at..];
        let starts = |stem: &[u8]| rest.len() >= stem.len() && rest[..stem.len()].eq_ignore_ascii_case(stem);
        let stems: &[&[u8]] = match name[at] | 0x20 {
            b'a' => &[b"auth", b"apikey", b"access"],
            b'b' => &[b"bearer"],
            b'c' => &[b"cred", b"conn", b"cookie"],
            b'd' => &[b"dsn", b"docker"],
            b'h' => &[b"htpasswd"],
            b'j' => &[b"jwt"],
            b'k' => &[b"key", b"kubeconfig"],
            b'm' => &[b"masterauth", b"mnemonic"],
            b'o' => &[b"otp"],
            b'p' => &[b"pass", b"pat", b"psw", b"pw", b"private", b"pin", b"pepper"],
            b'r' => &[b"requirepass"],
            b's' => &[b"secret", b"salt", b"sig", b"seed"],
            b't' => &[b"token"],
            _ => &[],
        };
        stems.iter().any(|stem| starts(stem))
    })
}

/// `passwordKey` says under which key of a Secret the password is.
fn names_a_key(words: &[String]) -> bool {
    let [.., before, last] = words else { return false };
    last == "key"
        && matches!(&**before, "password" | "passwd" | "username" | "user" | "credentials" | "passphrase")
}

/// `numTokens` and `tokens_per_fill` are numbers of a rate limit.
fn counts_tokens(words: &[String]) -> bool {
    let counts = |word: &String| matches!(&**word, "num" | "max" | "min" | "total" | "per");
    words.iter().any(counts) && words.iter().any(|word| word == "tokens")
}

fn is_key(name: &str, words: &[String]) -> bool {
    let Some(at) = words.iter().rposition(|word| word == "key" || word == "keys") else { return false };
    let owned = at > 0 && KEY_OWNERS.contains(&&*words[at - 1]);
    // `access_key_id` and `secret_key_base` go on after the key.
    let ends = at + 1 == words.len()
        || words[at + 1..].iter().all(|it| matches!(&**it, "id" | "base" | "data" | "pem"));
    let is_variable = at + 1 == words.len() && is_upper(name);
    ends && (owned || is_variable)
}

fn is_upper(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Fields of Kubernetes and of common charts that name an object by its name.
fn is_reference(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let exact = [
        "secretname",
        "imagepullsecret",
        "imagepullsecrets",
        "pullsecret",
        "pullsecrets",
        "automountserviceaccounttoken",
        "tlssecret",
        "certsecret",
        "usesecret",
        "createsecret",
        "serviceaccounttoken",
        "bootstraptoken",
    ];
    let annotation = lower.contains('/') && (bare.ends_with("authsecret") || bare.ends_with("authtlssecret"));
    exact.contains(&&*bare)
        || annotation
        || bare.starts_with("existingsecret")
        || bare.ends_with("existingsecret")
}

/// The words of a name in lower case: `dbPassword`, `DB_PASSWORD`,
/// `db-password` and `spring.datasource.password` alike.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous_is_lower = false;
    for letter in name.chars() {
        let starts = letter.is_ascii_uppercase() && previous_is_lower;
        if (!letter.is_ascii_alphanumeric() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        }
        previous_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    // `PASSWORD2` and `token_1` are what they are without the number.
    for word in &mut words {
        let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        if bare > 0 {
            word.truncate(bare);
        }
    }
    if words.len() > 1 {
        let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        while words.len() > 1 && words.last().is_some_and(is_number) {
            words.pop();
        }
    }
    compounds(&words)
}

/// Words that end in a secret word without a boundary: `dbpassword`.
fn compounds(words: &[String]) -> Vec<String> {
    let endings =
        ["password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "accesskey", "token"];
    let ending = |word: &String| endings.iter().find(|it| word.ends_with(**it)).map(|it| (*it).to_owned());
    words.iter().map(|word| ending(word).unwrap_or_else(|| word.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_near_secret, is_secret};

    #[test]
    fn names_of_secret_values() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "postgres-password",
            "spring.datasource.password",
            "dbpassword",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "AWS_SECRET_ACCESS_KEY",
            "apiKey",
            "X-Api-Key",
            "OPENAI_API_KEY",
            "ENCRYPTION_KEY",
            "STRIPE_KEY",
            "client_secret",
            "clientSecret",
            "access_token",
            "GITHUB_TOKEN_2",
            "SENTRY_DSN",
            "connectionString",
            "Authorization",
            ".dockerconfigjson",
            "requirepass",
            "tls.key",
            "ssh-privatekey",
            "pwd",
            "DB_PASS",
            "PW",
            "DB_PW",
            "pw",
            "PASSPHRASE",
            "PASSWORD_SALT",
            "GITHUB_PAT",
            "KEY",
            "auth",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_of_something_about_a_secret() {
        for name in [
            "secretName",
            "secretRef",
            "secretKeyRef",
            "tokenSecretRef",
            "imagePullSecrets",
            "automountServiceAccountToken",
            "PASSWORD_MIN_LENGTH",
            "tokenExpirationSeconds",
            "existingSecret",
            "auth.existingSecret",
            "nginx.ingress.kubernetes.io/auth-secret",
            "key",
            "topologyKey",
            "name",
            "passwordFile",
            "PGPASSFILE",
            "secretStoreRef",
            "rbac.authorization.k8s.io/aggregate-to-edit",
            "nginx.ingress.kubernetes.io/session-cookie-secure",
            "nginx.ingress.kubernetes.io/auth-tls-pass-certificate-to-upstream",
            "numTokens",
            "tokens_per_fill",
            "compass",
            "path",
            "KEYS_PATH",
            "author",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_a_slip_keeps_from_being_a_secrets() {
        for name in [
            "DATABASE_PASSWROD",
            "DATABASE_PASWORD",
            "DBPASSWROD",
            "DB_PASS_WORDD",
            "JWT_SECERT",
            "ACCESS_TOEKN",
            "API_CREDENTALS",
            "encrpytion_key",
            "DB_PASSWORD",
        ] {
            assert!(is_near_secret(name), "{name}");
        }
        for name in ["PORT", "HOST", "DATABASE_HOST", "LOG_LEVEL", "PASSWORD_FILE", "TZ", "NODE_ENV", ""] {
            assert!(!is_near_secret(name), "{name}");
        }
    }
}
