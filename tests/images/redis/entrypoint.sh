# Runs the server on /data, asking for the password of REDIS_PASSWORD; arguments are the server's.
set -eu

chown redis:redis /data
# Not among the arguments, which anybody may list.
umask 077
echo "requirepass $REDIS_PASSWORD" >/run/redis.conf
chown redis:redis /run/redis.conf

exec setpriv --reuid=redis --regid=redis --clear-groups \
	redis-server /run/redis.conf --bind 0.0.0.0 --dir /data --appendonly yes "$@"
