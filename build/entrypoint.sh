#!/bin/sh
# Prepares the data directory and becomes supervisord, which starts Redis, AppOS and nginx.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

[ "${1-}" = supervisord ] || exec "$@"

if ! awk -v data="$APPOS_DATA" '$5 == data { found = 1 } END { exit !found }' /proc/self/mountinfo; then
	say "No volume is mounted at $APPOS_DATA: whatever AppOS stores is lost with this container. Mount one, as in:"
	say "docker run -v appos_data:$APPOS_DATA ..."
fi

# AppOS believes its own nginx, and whom the settings name besides.
if [ -n "${TRUSTED_PROXIES_FILE-}" ]; then
	TRUSTED_PROXIES=$(cat "$TRUSTED_PROXIES_FILE")
	unset TRUSTED_PROXIES_FILE
fi
trusted=${TRUSTED_PROXIES-}
export TRUSTED_PROXIES="127.0.0.1${trusted:+,$trusted}"

own_redis=127.0.0.1:6379
case ${REDIS:-on} in
on) [ "${REDIS_ADDR:=$own_redis}" = "$own_redis" ] && RUN_REDIS=true || RUN_REDIS=false ;;
off)
	RUN_REDIS=false
	[ "${REDIS_ADDR-}" != "$own_redis" ] || REDIS_ADDR=
	;;
*) fail "REDIS: must be 'on' or 'off', not '$REDIS'." ;;
esac
export REDIS_ADDR RUN_REDIS

# Databases come first: a directory with the rest and without them is taken for an installation that lost its own.
appos prepare || fail "AppOS was not started."
unset SUPERUSER_PASSWORD

umask 022
mkdir -p "$APPOS_DATA/apps" "$APPOS_DATA/backups" "$APPOS_DATA/proxy/sites" "$APPOS_DATA/redis"
if [ "$RUN_REDIS" = true ]; then
	chown -R redis:redis "$APPOS_DATA/redis" || fail "Redis cannot have $APPOS_DATA/redis; REDIS=off does without it."
fi

# nginx believes the headers of whom the settings name, and nobody else's.
mkdir -p /run/nginx/sites
{
	echo 'geo $is_trusted {'
	echo 'default 0;'
	printf '%s\n' "$trusted" | tr ',' '\n' | awk 'NF { print $1 " 1;" }'
	echo '}'
} >/run/nginx/trusted.conf

# Running jobs have their grace, and AppOS three seconds beyond it, before it is killed.
export APPOS_STOP_SECONDS=$((${JOB_GRACE_SECONDS:-5} + 6))
exec supervisord -c /etc/supervisord.conf
