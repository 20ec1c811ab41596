//! The images that Docker Hub has without an owner.

/// Whether Docker Hub has, or had, an official image of this name.
pub(crate) fn is_official(name: &str) -> bool {
    NAMES.split_ascii_whitespace().any(|it| it == name)
}

const NAMES: &str = "\
    adminer adoptopenjdk aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb \
    archlinux backdrop bash bonita buildpack-deps busybox caddy cassandra celery centos chronograf cirros \
    clearlinux clefos clickhouse clojure composer consul convertigo couchbase couchdb crate crux dart debian \
    django docker docker-dev drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx \
    erlang euleros express-gateway fedora flink fluentd friendica fsharp gazebo gcc geonetwork ghost glassfish \
    golang gradle groovy haproxy haskell haxe hello-seattle hello-world hipache hitch hola-mundo httpd hylang \
    ibm-semeru-runtimes ibmjava influxdb iojs irssi java jenkins jetty jobber joomla jruby julia \
    kaazing-gateway kapacitor kibana known kong krakend lightstreamer liquibase logstash mageia mariadb matomo \
    maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j neurodebian \
    nextcloud nginx node notary nuxeo odoo open-liberty openjdk opensuse oraclelinux orientdb owncloud percona \
    perl photon php php-zendserver phpmyadmin piwik plone postfixadmin postgres pypy python r-base rabbitmq \
    rails rakudo-star rapidoid redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine \
    satosa scratch sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl teamspeak \
    telegraf thrift tomcat tomee traefik ubuntu ubuntu-debootstrap ubuntu-upstart unit valkey varnish vault \
    websphere-liberty wordpress xwiki yourls znc zookeeper";

#[cfg(test)]
mod tests {
    use super::is_official;

    #[test]
    fn official_names_are_known() {
        assert!(is_official("nginx") && is_official("adminer") && is_official("zookeeper"));
        assert!(!is_official("shop-api") && !is_official("") && !is_official("nginx mysql"));
    }
}
