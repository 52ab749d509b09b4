#!/bin/sh
# Starts nginx with the sites of the data directory, but for those that it would refuse to start with.
set -eu

# Workers outlive a master that was killed, and hold its port. They give it up, and end what they have begun.
for comm in /proc/[0-9]*/comm; do
	read -r name <"$comm" || continue
	pid=${comm#/proc/}
	[ "$name" != nginx ] || kill -QUIT "${pid%/comm}" || :
done 2>/dev/null

rm -rf /run/nginx/sites
mkdir -p /run/nginx/sites

is_valid() { nginx -e stderr -q -t -c /etc/nginx.conf; }

for site in "${APPOS_DATA:?}"/proxy/sites/*.conf; do
	[ -f "$site" ] || continue
	cp "$site" /run/nginx/sites/
	is_valid || {
		rm "/run/nginx/sites/${site##*/}"
		printf '%s\n' "nginx refuses $site, which was left out; the lines above say why." >&2
	}
done
exec nginx -e stderr -c /etc/nginx.conf
