//! What a plan and a mix need, before anything is sent: rates, sockets, ports, processes, memory. And a refusal in words, with
//! the arithmetic, where the system has less.

mod explain;
mod system;

pub use system::System;

use crate::figures::{bytes, grouped, told};
use crate::mix::Mix;
use crate::plan::{Plan, Step};
use crate::report::data::Connections;

/// Files that a process needs besides the sockets of its shoppers: queues, reports, the receipts.
const FILES_BESIDES: u64 = 64;
/// Worker processes that one machine is asked to start at most.
const PROCESSES_MAX: u64 = 64;
/// Source addresses of the loopback that are used at most, 127.0.0.1 and on.
const ADDRESSES_MAX: u64 = 250;
/// What a shopper takes, bytes: 100,000 of them in 64 MiB.
const SHOPPER_BYTES: f64 = (64 << 20) as f64 / 100_000.0;
/// What one end of an idle connection takes in the kernel, bytes: 3,700 measured on Linux 6 (growth of the slabs with 8,000 pairs
/// on the loopback), and what the program keeps for it.
const SOCKET_BYTES: f64 = 4_096.0;
/// What a process takes before the first shopper, bytes: histograms, buffers, the shop's links and forms.
const PROCESS_BYTES: f64 = (32 << 20) as f64;
/// Connections that a pool has at least.
const POOL_MIN: f64 = 16.0;

/// How the shoppers are to come: what the arithmetic needs beside plan and mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Over a pool or each over a connection of their own.
    pub connections: Connections,
    /// How long an answer may take, seconds: as long as the objective for pages allows. The pool holds what is under way when the
    /// shop is that slow, so that the pool is not what is measured.
    pub answer_s: f64,
    /// What a visit fetches along with its pages, on average: style sheets, scripts, pictures, and what moves.
    pub assets_per_visit: f64,
    /// Where the shop is.
    pub shop: Whereabouts,
}

/// Where the shop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// On this machine: both ends of each connection take memory, and there are many source addresses.
    Here,
    /// On another machine.
    Elsewhere,
}

/// What one step needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Shoppers at once, at most.
    pub shoppers: f64,
    /// Visits that begin each second, at most.
    pub arrivals_per_s: f64,
    /// Pages that shoppers ask for each second, at most.
    pub pages_per_s: f64,
    /// Requests each second: pages, what browsers follow by themselves, style sheets and pictures, what moves.
    pub requests_per_s: f64,
    /// Orders each second, as long as there is something to buy.
    pub orders_per_s: f64,
    /// Sockets of the load test.
    pub sockets: u64,
}

/// What a run needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    /// What each step needs, in order.
    pub steps: Vec<Demand>,
    /// How the shoppers are to come.
    pub setting: Setting,
    /// The most sockets of all steps.
    pub sockets: u64,
    /// Processes, so that none has more sockets than it may open files.
    pub processes: u64,
    /// Source addresses, so that none needs more ports than there are.
    pub addresses: u64,
    /// Memory of the load test's processes, with the kernel's for their ends of the sockets, bytes.
    pub memory: u64,
    /// Memory for the other ends, bytes; 0 when the shop is elsewhere.
    pub memory_of_shop: u64,
    /// How long it takes at most, seconds, without the search for the knee.
    pub seconds: f64,
}

/// Why a run cannot begin: each reason with its arithmetic and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this machine has not what the run needs:\n{}", .reasons.join("\n"))]
pub struct Short {
    /// One sentence or two for each thing that is short.
    pub reasons: Vec<String>,
}

impl Demand {
    fn of(step: &Step, mix: &Mix, setting: &Setting) -> Self {
        let visit_s = mix.visit_mean_s();
        let shoppers = step.shoppers_max(visit_s);
        let arrivals_per_s = step.course.arriving_max(step.seconds(), visit_s);
        // Who is there asks once in a think time. In a drop more land in a second than are to ask for their next page.
        let pages_per_s = (shoppers / mix.think_mean_s()).max(arrivals_per_s);
        let visits_per_s = pages_per_s / mix.pages_mean();
        let requests_per_visit = mix.requests_mean().iter().sum::<f64>() + setting.assets_per_visit;
        let requests_per_s = visits_per_s * requests_per_visit;
        let sockets = match setting.connections {
            Connections::Sticky => shoppers,
            Connections::Pooled => (requests_per_s * setting.answer_s).max(POOL_MIN).min(shoppers),
        };
        // Not by pages: those who land in a drop do not buy in the second in which they land.
        let orders_per_s = shoppers / visit_s * mix.orders_per_visit();
        Self { shoppers, arrivals_per_s, pages_per_s, requests_per_s, orders_per_s, sockets: sockets.ceil() as u64 }
    }
}

impl Needs {
    /// What this plan with this mix needs on this system.
    pub fn of(plan: &Plan, mix: &Mix, setting: Setting, system: &System) -> Self {
        let steps: Vec<Demand> = plan.steps().iter().map(|step| Demand::of(step, mix, &setting)).collect();
        let sockets = steps.iter().map(|step| step.sockets).max().unwrap_or(0);
        let shoppers = steps.iter().map(|step| step.shoppers).fold(0.0, f64::max);
        let processes = sockets.div_ceil(system.files_max.saturating_sub(FILES_BESIDES).max(1)).max(1);
        let ends = sockets as f64 * SOCKET_BYTES;
        let memory = (shoppers * SHOPPER_BYTES + ends + processes as f64 * PROCESS_BYTES) as u64;
        let memory_of_shop = if setting.shop == Whereabouts::Here { ends as u64 } else { 0 };
        let addresses = sockets.div_ceil(system.ports.max(1)).max(1);
        Self { steps, setting, sockets, processes, addresses, memory, memory_of_shop, seconds: plan.seconds() }
    }

    /// Whether the system has all of it.
    ///
    /// # Errors
    /// When something is short.
    pub fn check(&self, system: &System) -> Result<(), Short> {
        let reasons: Vec<String> = [self.short_of_files(system), self.short_of_ports(system), self.short_of_memory(system)]
            .into_iter()
            .flatten()
            .collect();
        if reasons.is_empty() { Ok(()) } else { Err(Short { reasons }) }
    }

    fn short_of_files(&self, system: &System) -> Option<String> {
        (self.processes > PROCESSES_MAX).then(|| {
            let each = system.files_max.saturating_sub(FILES_BESIDES);
            format!(
                "Files: {} sockets, {each} for each process ({} files that it may open, less {FILES_BESIDES} for itself), are {} \
                 processes, and {PROCESSES_MAX} are the most. Raise the limit (ulimit -n 1000000), or end at fewer \
                 shoppers (--to).",
                grouped(self.sockets),
                grouped(system.files_max),
                grouped(self.processes),
            )
        })
    }

    fn short_of_ports(&self, system: &System) -> Option<String> {
        let (most, whose) = match self.setting.shop {
            Whereabouts::Here => (ADDRESSES_MAX, "addresses of the loopback are"),
            Whereabouts::Elsewhere => (1, "address of this machine is"),
        };
        (self.addresses > most).then(|| {
            format!(
                "Ports: {} sockets, {} ports for each pair of addresses (net.ipv4.ip_local_port_range), are {} source addresses, \
                 and {most} {whose} used. Allow more ports (sysctl net.ipv4.ip_local_port_range='1024 65535' gives 64,512), \
                 let several machines join, or end at fewer shoppers (--to).",
                grouped(self.sockets),
                grouped(system.ports),
                grouped(self.addresses),
            )
        })
    }

    fn short_of_memory(&self, system: &System) -> Option<String> {
        let all = self.memory + self.memory_of_shop;
        (all > system.memory_free).then(|| {
            let ends = if self.memory_of_shop > 0 { "both ends of " } else { "" };
            format!(
                "Memory: shoppers of {} bytes and {ends}{} sockets of {} bytes need {}, and {} are free. Use a pool instead of \
                 --sticky, let several machines join, or end at fewer shoppers (--to).",
                told(SHOPPER_BYTES),
                grouped(self.sockets),
                told(SOCKET_BYTES),
                bytes(all),
                bytes(system.memory_free),
            )
        })
    }
}

#[cfg(test)]
mod tests;
