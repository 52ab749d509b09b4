# Makes the cluster at the first start, with the password of POSTGRES_PASSWORD_FILE, and runs the server.
set -eu

as_postgres() {
	setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
}

mkdir -p "$PGDATA" /var/run/postgresql
chown postgres:postgres "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	install --owner=postgres --mode=400 "$POSTGRES_PASSWORD_FILE" /tmp/password
	# A cluster that was half made, for its maker was killed, is made anew.
	rm -rf "${PGDATA:?}"/*
	as_postgres initdb --pgdata="$PGDATA" --username=postgres --pwfile=/tmp/password --auth=scram-sha-256 >/dev/null
	rm /tmp/password
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi

exec setpriv --reuid=postgres --regid=postgres --clear-groups \
	postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
