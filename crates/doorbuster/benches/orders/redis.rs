//! What an engineer in a hurry would do: the stock in Redis, a script that takes a unit and appends the order, every write on
//! the disk before it is answered. No prices, no limits, no payment, no page.

use crate::contest::Sample;
use crate::measure::cpu;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Takes a unit and appends the order.
const SCRIPT: &str = "local left = redis.call('DECR', KEYS[1]) \
     if left < 0 then redis.call('INCR', KEYS[1]) return -1 end \
     redis.call('RPUSH', KEYS[2], ARGV[1]) return left";
/// An order as it would be appended.
const ORDER: &str = "{\"email\":\"buyer@example.com\",\"variant\":1,\"quantity\":1,\"price_minor\":1250,\"address\":\"Berlin\"}";
/// How often the server is asked whether it is there.
const GREETINGS_MAX: usize = 200;

/// A running server with a folder of its own.
pub struct Redis {
    server: Child,
    port: String,
    script: String,
    folder: PathBuf,
    per_second: f64,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Redis {
    /// Starts it. None, with a word about it, where Redis is not installed.
    ///
    /// # Errors
    /// When it is there and does not start.
    pub fn start() -> Result<Option<Self>, String> {
        let folder = db::testing::fresh_folder("redis");
        let free =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(|error| error.to_string())?;
        let port = free.port().to_string();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "yes", "--appendfsync", "always"])
            .arg("--dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            eprintln!("Redis is left out: there is no redis-server here (Debian: apt-get install redis-server).");
            let _ = std::fs::remove_dir_all(&folder);
            return Ok(None);
        };
        let mut redis = Self { server, port, script: String::new(), folder, per_second: 5_000.0 };
        let answers = (0..GREETINGS_MAX).any(|_| redis.ask(&["PING"]).as_deref() == Some("PONG"));
        if !answers {
            return Err("redis-server was started and does not answer".to_owned());
        }
        redis.ask(&["SET", "stock", "1000000000"]);
        redis.script = redis.ask(&["SCRIPT", "LOAD", SCRIPT]).ok_or("redis-server does not take the script")?;
        Ok(Some(redis))
    }

    /// Its version.
    pub fn version(&self) -> String {
        let server = self.ask(&["INFO", "server"]).unwrap_or_default();
        server.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or("?").trim().to_owned()
    }

    /// Sells for about so many seconds, from so many connections.
    ///
    /// # Errors
    /// When an order is missing afterwards.
    pub fn measure(&mut self, clients: usize, seconds: f64) -> Result<Sample, String> {
        let orders = (self.per_second * seconds).ceil().max(1_000.0);
        self.ask(&["DEL", "orders"]);
        let before = (cpu::of_process(self.server.id()), cpu::of_own_ended_children());
        let output = Command::new("redis-benchmark")
            .args(["-h", "127.0.0.1", "-p", &self.port, "--csv", "-c", &clients.to_string(), "-n", &orders.to_string()])
            .args(["EVALSHA", &self.script, "2", "stock", "orders", ORDER])
            .output()
            .map_err(|error| format!("redis-benchmark: {error}"))?;
        let after = (cpu::of_process(self.server.id()), cpu::of_own_ended_children());
        let text = String::from_utf8_lossy(&output.stdout);
        // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
        let last = text.lines().last().unwrap_or_default();
        let numbers: Vec<f64> = last.rsplit(',').filter_map(|cell| cell.trim_matches('"').parse().ok()).collect();
        let [_, p99_ms, _, p50_ms, _, _, per_second, ..] = numbers[..] else {
            return Err(format!("redis-benchmark: {text}{}", String::from_utf8_lossy(&output.stderr)));
        };
        let appended = self.ask(&["LLEN", "orders"]).and_then(|count| count.parse::<f64>().ok());
        if appended.is_none_or(|appended| appended < orders) {
            return Err(format!("Redis has {appended:?} of {orders} orders"));
        }
        self.per_second = per_second;
        let thousands = orders / 1_000.0;
        Ok(Sample {
            per_second,
            p50_ms,
            p99_ms,
            server: None,
            database: Some((after.0 - before.0) / thousands),
            client: (after.1 - before.1) / thousands,
        })
    }

    fn ask(&self, words: &[&str]) -> Option<String> {
        let output = Command::new("redis-cli").args(["-h", "127.0.0.1", "-p", &self.port]).args(words).output().ok()?;
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (output.status.success() && !answer.is_empty()).then_some(answer)
    }
}
