<?php
// Read by Debian's wp-config.php. The keys and salts are left to WordPress, which keeps them in its database.
define('DB_HOST', getenv('WORDPRESS_DB_HOST'));
define('DB_NAME', getenv('WORDPRESS_DB_NAME'));
define('DB_USER', getenv('WORDPRESS_DB_USER'));
define('DB_PASSWORD', getenv('WORDPRESS_DB_PASSWORD'));
define('WP_CONTENT_DIR', '/usr/share/wordpress/wp-content');
// Nothing is asked of wordpress.org.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
