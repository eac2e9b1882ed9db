# Varnish (6 or later) in front of Doorbuster: one copy of each page for everyone, fetched at most once a second, and shown on for a
# day while the shops behind it do not answer.
#
#   varnishd -a :80 -f /etc/varnish/shops.vcl -s malloc,1g
vcl 4.1;

import std;

backend doorbuster {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 30s;
    .probe = {
        .url = "/healthz";
        .interval = 2s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
    }
}

sub vcl_recv {
    set req.backend_hint = doorbuster;
    # While the server is well, nothing is older than a few seconds; while it is not, pages stay up for a day.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 5s;
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Whoever has early access to a sale sees pages of their own, under the same addresses.
    if (req.http.Cookie ~ "(^|;\s*)early_") {
        return (pass);
    }
    # These are one visitor's own.
    if (req.url ~ "^/(admin|cart|checkout|orders|early|webhooks)(/|\?|$)") {
        return (pass);
    }
    # No other page depends on a cookie.
    unset req.http.Cookie;
    # Labels of campaigns change nothing.
    set req.url = regsuball(req.url, "([?&])(utm_[a-z]+|gclid|fbclid|msclkid|mc_cid|mc_eid)=[^&]*", "\1");
    set req.url = regsub(regsuball(req.url, "([?&])&+", "\1"), "[?&]+$", "");
    return (hash);
}

sub vcl_backend_response {
    # Varnish asks for gzip and unpacks it for the rare visitor who does not take it.
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    if (beresp.http.Cache-Control ~ "no-store|private") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    set beresp.grace = 24h;
}

sub vcl_deliver {
    set resp.http.X-Cache = "MISS";
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    }
}
