//! What published images demand of a container before their program starts:
//! variables that their entrypoints insist on.

use crate::image::Image;

/// Variables of which an image wants one.
pub(crate) struct Demand {
    /// Names on Docker Hub, or with their registry in front.
    images: &'static [&'static str],
    /// Any of these will do; the first is what most people set.
    pub(crate) any_of: &'static [&'static str],
    /// The programs that the entrypoint looks after; others it starts as they are.
    programs: &'static [&'static str],
    /// Whether the image of a tag insists on it.
    is_of_tag: fn(&str) -> bool,
    /// Below here somebody may have put what makes the variable unnecessary.
    pub(crate) settings: &'static str,
}

const PLAIN: Demand = Demand { images: &[], any_of: &[], programs: &[], is_of_tag: |_| true, settings: "" };

/// From the entrypoints of the images as they are published: `docker-entrypoint.sh`
/// of the official ones, `configure` of Confluent's, `validate` of Bitnami's.
static DEMANDS: &[Demand] = &[
    Demand {
        images: &["postgres", "postgis/postgis", "pgvector/pgvector"],
        any_of: &["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"],
        programs: &["postgres"],
        is_of_tag: is_postgres_that_asks,
        ..PLAIN
    },
    Demand {
        images: &["mysql", "percona"],
        any_of: &[
            "MYSQL_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD_FILE",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
        ],
        programs: &["mysqld"],
        ..PLAIN
    },
    Demand {
        images: &["mariadb"],
        any_of: &[
            "MARIADB_ROOT_PASSWORD",
            "MARIADB_ROOT_PASSWORD_FILE",
            "MARIADB_ROOT_PASSWORD_HASH",
            "MARIADB_ROOT_PASSWORD_HASH_FILE",
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
            "MARIADB_RANDOM_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD_FILE",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
        ],
        programs: &["mysqld", "mariadbd"],
        ..PLAIN
    },
    Demand {
        images: &["couchdb"],
        any_of: &["COUCHDB_PASSWORD"],
        programs: &["/opt/couchdb/bin/couchdb"],
        is_of_tag: is_couchdb_that_asks,
        settings: "/opt/couchdb/etc",
    },
    Demand {
        images: &["dpage/pgadmin4"],
        any_of: &["PGADMIN_DEFAULT_EMAIL", "PGADMIN_CONFIG_CONFIG_DATABASE_URI"],
        settings: "/pgadmin4/config_local.py",
        ..PLAIN
    },
    Demand {
        images: &["dpage/pgadmin4"],
        any_of: &[
            "PGADMIN_DEFAULT_PASSWORD",
            "PGADMIN_DEFAULT_PASSWORD_FILE",
            "PGADMIN_CONFIG_CONFIG_DATABASE_URI",
        ],
        settings: "/pgadmin4/config_local.py",
        ..PLAIN
    },
    Demand {
        images: &["mcr.microsoft.com/mssql/server"],
        any_of: &["ACCEPT_EULA"],
        settings: "/var/opt/mssql/mssql.conf",
        ..PLAIN
    },
    Demand {
        images: &["confluentinc/cp-zookeeper"],
        any_of: &["ZOOKEEPER_CLIENT_PORT", "ZOOKEEPER_SECURE_CLIENT_PORT"],
        ..PLAIN
    },
    Demand {
        images: &["confluentinc/cp-kafka"],
        any_of: &["KAFKA_ZOOKEEPER_CONNECT", "KAFKA_PROCESS_ROLES"],
        ..PLAIN
    },
    Demand { images: &["wurstmeister/kafka"], any_of: &["KAFKA_ZOOKEEPER_CONNECT"], ..PLAIN },
    Demand {
        images: &["bitnami/redis", "bitnamilegacy/redis"],
        any_of: &["REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "ALLOW_EMPTY_PASSWORD"],
        ..PLAIN
    },
    Demand {
        images: &["bitnami/postgresql", "bitnamilegacy/postgresql"],
        any_of: &[
            "POSTGRESQL_PASSWORD",
            "POSTGRESQL_PASSWORD_FILE",
            "POSTGRES_PASSWORD",
            "POSTGRES_PASSWORD_FILE",
            "ALLOW_EMPTY_PASSWORD",
        ],
        ..PLAIN
    },
    Demand {
        images: &["bitnami/mysql", "bitnamilegacy/mysql"],
        any_of: &["MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "ALLOW_EMPTY_PASSWORD"],
        ..PLAIN
    },
    Demand {
        images: &["bitnami/mariadb", "bitnamilegacy/mariadb"],
        any_of: &["MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_FILE", "ALLOW_EMPTY_PASSWORD"],
        ..PLAIN
    },
];

/// What an image demands, as it is published.
pub(crate) fn demands(image: &Image<'_>) -> impl Iterator<Item = &'static Demand> {
    let name = image.published_name();
    let tag = image.tag.unwrap_or_default().to_owned();
    let of_image = move |it: &&Demand| it.images.contains(&name.as_str());
    DEMANDS.iter().filter(of_image).filter(move |it| (it.is_of_tag)(&tag))
}

impl Demand {
    /// Whether the entrypoint looks at its variables when it is given these
    /// arguments: flags, or a program of its own.
    pub(crate) fn is_of_arguments(&self, first: &str) -> bool {
        first.starts_with('-') || self.programs.contains(&first)
    }
}

/// `9.6.17` as 9, 6, 17; what is not written is none.
fn numbers(tag: &str) -> [Option<u32>; 3] {
    let version = tag.split('-').next().unwrap_or(tag);
    let mut parts = version.split('.').map(|it| it.parse().ok());
    std::array::from_fn(|_| parts.next().flatten())
}

/// The images of February 2020 were the first to ask; tags that name no
/// release have been built again since.
fn is_postgres_that_asks(tag: &str) -> bool {
    match numbers(tag) {
        [Some(9), Some(5), patch] => patch.is_none_or(|it| it >= 21),
        [Some(9), Some(6), patch] => patch.is_none_or(|it| it >= 17),
        [Some(..=9), ..] => false,
        [Some(10), minor, _] => minor.is_none_or(|it| it >= 12),
        [Some(11), minor, _] => minor.is_none_or(|it| it >= 7),
        [Some(12), minor, _] => minor.is_none_or(|it| it >= 2),
        _ => true,
    }
}

/// Since version 3 nobody is an administrator without a password.
fn is_couchdb_that_asks(tag: &str) -> bool {
    numbers(tag)[0].is_none_or(|it| it >= 3)
}

#[cfg(test)]
mod tests {
    use super::{demands, is_couchdb_that_asks, is_postgres_that_asks};
    use crate::image::Image;

    #[test]
    fn published_images_are_known_wherever_they_are_mirrored() {
        let first = |text: &str| demands(&Image::parse(text).ok()?).next().map(|it| it.any_of[0]);
        for image in ["mysql:8", "docker.io/library/mysql", "public.ecr.aws/docker/library/mysql:8.0-debian"]
        {
            assert_eq!(first(image), Some("MYSQL_ROOT_PASSWORD"), "{image}");
        }
        assert_eq!(first("mcr.microsoft.com/mssql/server:2022-latest"), Some("ACCEPT_EULA"));
        assert_eq!(first("registry.example.com/mysql:8"), None);
        assert_eq!(first("acme/mysql:8"), None);
    }

    #[test]
    fn old_releases_did_not_ask() {
        for tag in
            ["", "latest", "alpine", "16.1", "13-alpine", "12.2", "11", "9.6", "9.6.24-alpine", "17-3.5"]
        {
            assert!(is_postgres_that_asks(tag), "{tag}");
        }
        for tag in ["9.4", "9.6.2", "10.4", "11.5-alpine", "12.1", "8"] {
            assert!(!is_postgres_that_asks(tag), "{tag}");
        }
        assert!(is_couchdb_that_asks("3.3") && is_couchdb_that_asks("") && !is_couchdb_that_asks("2.3.1"));
    }
}
