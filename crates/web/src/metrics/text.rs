//! `/metrics`: the counters in the text format of OpenMetrics. Names say what is counted and in which unit; a dashboard and alert
//! rules that use them are in `deploy/`.

use super::histogram::Histogram;
use super::process;
use super::shop::{Kind, Outcome, ShopMetrics};
use crate::app::App;
use crate::gate::class::Class;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::Arc;

/// Shops with lines of their own: those with the most requests. All others together are the shop named `other`.
const SHOPS_MAX: usize = 200;
const OTHERS: &str = "other";

/// Upper bounds of the buckets in which durations are told, microseconds.
const BOUNDS: [u64; 14] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
    30_000_000,
];

/// The counters as text.
///
/// # Errors
/// Never, but the format's own library says it might.
pub fn text(app: &App) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape(app.clone())));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

/// One look at everything.
struct Scrape(App);

impl fmt::Debug for Scrape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let encoder = &mut encoder;
        self.shops(encoder)?;
        self.gate(encoder)?;
        self.orders(encoder)?;
        self.process(encoder)
    }
}

/// Counters of one shop, or of the others together.
struct Told {
    shop: String,
    metrics: Vec<Arc<ShopMetrics>>,
    picture_bytes: u64,
    edition_bytes: u64,
}

impl Told {
    fn counted(&self, kind: Kind, outcome: Outcome) -> u64 {
        self.metrics.iter().map(|metrics| metrics.counted(kind, outcome)).sum()
    }

    fn requests(&self) -> u64 {
        let kinds = Kind::all().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)));
        kinds.map(|(kind, outcome)| self.counted(kind, outcome)).sum()
    }

    fn durations(&self) -> (Histogram, Histogram) {
        let (mut answers, mut waits) = (Histogram::default(), Histogram::default());
        for metrics in &self.metrics {
            let (more_answers, more_waits) = metrics.durations();
            answers.merge(&more_answers);
            waits.merge(&more_waits);
        }
        (answers, waits)
    }
}

impl Scrape {
    fn told(&self) -> Vec<Told> {
        let pictures = self.0.pictures().bytes_by_shop();
        let told = self.0.shops().into_iter().map(|shop| {
            let picture_bytes = pictures.get(&shop.snapshot.shop.id).copied().unwrap_or(0) as u64;
            let edition_bytes = shop.editions.load().as_ref().map_or(0, |editions| editions.bytes()) as u64;
            let (shop, metrics) = (shop.snapshot.shop.handle.clone(), vec![Arc::clone(&shop.metrics)]);
            Told { shop, metrics, picture_bytes, edition_bytes }
        });
        let mut told: Vec<Told> = told.collect();
        told.sort_by_cached_key(|told| (std::cmp::Reverse(told.requests()), told.shop.clone()));
        if told.len() > SHOPS_MAX {
            let rest = told.split_off(SHOPS_MAX);
            let picture_bytes = rest.iter().map(|told| told.picture_bytes).sum();
            let edition_bytes = rest.iter().map(|told| told.edition_bytes).sum();
            let metrics = rest.into_iter().flat_map(|told| told.metrics).collect();
            told.push(Told { shop: OTHERS.into(), metrics, picture_bytes, edition_bytes });
        }
        told
    }

    fn shops(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let told = self.told();
        let help = "Requests by what was asked for and what came of it";
        let mut requests = family(encoder, "doorbuster_requests", help, None, MetricType::Counter)?;
        for shop in &told {
            for (kind, outcome) in Kind::all().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome))) {
                let count = shop.counted(kind, outcome);
                if count > 0 {
                    let labels = [("shop", shop.shop.as_str()), ("class", kind.as_str()), ("outcome", outcome.as_str())];
                    counter(&mut requests, &labels, count)?;
                }
            }
        }
        let help = "Time that a shop's handlers have worked";
        let mut work = family(encoder, "doorbuster_handler_work", help, Some(&Unit::Seconds), MetricType::Counter)?;
        for shop in &told {
            let micros: u64 = shop.metrics.iter().map(|metrics| metrics.work()).sum();
            counter(&mut work, &[("shop", shop.shop.as_str())], seconds(micros))?;
        }
        let durations: Vec<(Histogram, Histogram)> = told.iter().map(Told::durations).collect();
        let help = "Time from a request to the answer that a handler made";
        let mut answers = family(encoder, "doorbuster_answer", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        for (shop, (taken, _)) in told.iter().zip(&durations) {
            histogram(&mut answers, &[("shop", shop.shop.as_str())], taken)?;
        }
        let help = "Time in line before a handler began";
        let mut waits = family(encoder, "doorbuster_queue_wait", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        for (shop, (_, waited)) in told.iter().zip(&durations) {
            histogram(&mut waits, &[("shop", shop.shop.as_str())], waited)?;
        }
        let help = "Bytes of pictures kept in memory";
        let mut pictures = family(encoder, "doorbuster_picture_cache", help, Some(&Unit::Bytes), MetricType::Gauge)?;
        for shop in &told {
            gauge(&mut pictures, &[("shop", shop.shop.as_str())], shop.picture_bytes)?;
        }
        let help = "Bytes of frozen pages kept in memory";
        let mut editions = family(encoder, "doorbuster_edition", help, Some(&Unit::Bytes), MetricType::Gauge)?;
        for shop in &told {
            gauge(&mut editions, &[("shop", shop.shop.as_str())], shop.edition_bytes)?;
        }
        Ok(())
    }

    fn gate(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let figures = self.0.gate().figures();
        let plain = [
            ("doorbuster_gate_limit", "Handlers that may be inside at once", figures.limit),
            ("doorbuster_gate_inside", "Handlers inside, at work or waiting for the database", figures.in_house),
            ("doorbuster_gate_at_work", "Handlers at work", figures.at_work),
            ("doorbuster_gate_capacity", "Requests a second that the workers could answer", figures.capacity as usize),
            ("doorbuster_active_shops", "Shops with a request within the last second", figures.active_shops),
        ];
        for (name, help, value) in plain {
            one(encoder, name, help, None, value as u64)?;
        }
        let mut waiting =
            family(encoder, "doorbuster_gate_waiting", "Requests that wait for their turn", None, MetricType::Gauge)?;
        for class in Class::ALL {
            gauge(&mut waiting, &[("class", class.as_str())], figures.waiting[class.index()] as u64)?;
        }
        let connections = self.0.metrics().connections.get();
        one(encoder, "doorbuster_connections", "Open connections of visitors", None, connections)
    }

    fn orders(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let figures = self.0.writer().figures();
        one(encoder, "doorbuster_order_queue_waiting", "Commands that wait for the order writer", None, figures.waiting)?;
        let counters = [
            ("doorbuster_order_commands_committed", "Commands whose outcome was committed", figures.committed),
            ("doorbuster_order_commands_busy", "Commands that found no room with the order writer", figures.busy),
            ("doorbuster_order_batches_repeated", "Batches of the order writer that were decided anew", figures.repeated),
        ];
        for (name, help, value) in counters {
            encoder
                .encode_descriptor(name, help, None, MetricType::Counter)?
                .encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    fn process(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let mut build = family(encoder, "doorbuster_build_info", "The version of the program", None, MetricType::Gauge)?;
        gauge(&mut build, &version, 1)?;
        let uptime = self.0.now().micros_since(self.0.metrics().started_at).max(0) as u64 / 1_000_000;
        one(encoder, "doorbuster_uptime", "Time since the start", Some(&Unit::Seconds), uptime)?;
        if let Some(bytes) = process::resident_memory() {
            one(encoder, "process_resident_memory", "Resident memory", Some(&Unit::Bytes), bytes)?;
        }
        if let Some(files) = process::open_files() {
            one(encoder, "process_open_fds", "Open files and sockets", None, files)?;
        }
        Ok(())
    }
}

fn family<'a>(
    encoder: &'a mut DescriptorEncoder,
    name: &'a str,
    help: &str,
    unit: Option<&'a Unit>,
    kind: MetricType,
) -> Result<MetricEncoder<'a>, fmt::Error> {
    encoder.encode_descriptor(name, help, unit, kind)
}

fn one(encoder: &mut DescriptorEncoder, name: &str, help: &str, unit: Option<&Unit>, value: u64) -> fmt::Result {
    encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?.encode_gauge(&value)
}

fn counter<V>(family: &mut MetricEncoder, labels: &impl EncodeLabelSet, value: V) -> fmt::Result
where
    V: prometheus_client::encoding::EncodeCounterValue,
{
    family.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn gauge(family: &mut MetricEncoder, labels: &impl EncodeLabelSet, value: u64) -> fmt::Result {
    family.encode_family(labels)?.encode_gauge(&value)
}

fn histogram(family: &mut MetricEncoder, labels: &impl EncodeLabelSet, histogram: &Histogram) -> fmt::Result {
    let bounds = BOUNDS.iter().copied().chain([u64::MAX]);
    let mut above = 0;
    let buckets: Vec<(f64, u64)> = bounds
        .map(|bound| {
            let count = histogram.between(std::mem::replace(&mut above, bound), bound);
            (if bound == u64::MAX { f64::MAX } else { seconds(bound) }, count)
        })
        .collect();
    family.encode_family(labels)?.encode_histogram::<NoLabelSet>(seconds(histogram.sum()), histogram.count(), &buckets, None)
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1_000_000.0
}
