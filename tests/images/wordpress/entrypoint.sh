# Hands what is uploaded over to the server, and runs it.
set -eu

mkdir -p /usr/share/wordpress/wp-content/uploads
chown www-data:www-data /usr/share/wordpress/wp-content/uploads

exec apache2 -D FOREGROUND
