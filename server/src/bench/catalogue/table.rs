//! The figures as a table in Markdown: a row for each kind of question, a column for each size.

use super::super::latency::milliseconds_at;
use admin::part::thousands;
use std::fmt::Write;
use std::time::Duration;

/// Latencies of one kind of question.
pub struct Measured {
    /// Microseconds, ascending.
    latencies: Vec<u32>,
    seconds: f64,
    connections: usize,
}

impl Measured {
    pub fn of(mut latencies: Vec<u32>, taken: Duration, connections: usize) -> Self {
        latencies.sort_unstable();
        Self { latencies, seconds: taken.as_secs_f64(), connections }
    }

    fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count for people to read")]
        let rate = self.latencies.len() as f64 / self.seconds;
        rate
    }

    fn p99(&self) -> f64 {
        milliseconds_at(&self.latencies, 0.99)
    }
}

/// Everything measured at one size.
pub struct Column {
    products: u64,
    rows: Vec<(&'static str, Measured)>,
    /// From start to the first search, with an index built from nothing.
    pub ready_seconds: f64,
    pub idle_mib: f64,
    pub loaded_mib: f64,
}

impl Column {
    pub fn of(products: u64) -> Self {
        Self { products, rows: Vec::new(), ready_seconds: 0.0, idle_mib: 0.0, loaded_mib: 0.0 }
    }

    pub fn add(&mut self, name: &'static str, measured: Measured) {
        let (rate, p50, p99) = (measured.rate(), milliseconds_at(&measured.latencies, 0.5), measured.p99());
        eprintln!("{:>9} products  {name:<28} {rate:>8.0}/s  p50 {p50:.2} ms  p99 {p99:.2} ms", self.products);
        self.rows.push((name, measured));
    }
}

/// Name, figure and unit.
type Line = (&'static str, fn(&Column) -> f64, &'static str);

pub fn markdown(engine: &str, columns: &[Column]) -> String {
    let mut text = format!("| {engine} | connections |");
    for column in columns {
        let _ = write!(text, " {} products |", thousands(column.products));
    }
    text.push_str(" p99, largest to smallest |\n|---|--:|");
    text.push_str(&"--:|".repeat(columns.len() + 1));
    text.push('\n');
    let Some(first) = columns.first() else { return text };
    for (at, (name, measured)) in first.rows.iter().enumerate() {
        let _ = write!(text, "| {name} | {} |", measured.connections);
        for (_, here) in columns.iter().map(|column| &column.rows[at]) {
            let p50 = milliseconds_at(&here.latencies, 0.5);
            let _ = write!(text, " {:.0}/s, {p50:.2} / {:.2} ms |", here.rate(), here.p99());
        }
        let last = columns.last().map_or(0.0, |column| column.rows[at].1.p99());
        let _ = writeln!(text, " {:.1} |", last / measured.p99().max(0.001));
    }
    let lines: [Line; 3] = [
        ("start to first search, index built anew", |column| column.ready_seconds, "s"),
        ("memory, idle", |column| column.idle_mib, "MiB"),
        ("memory, after the kept pages", |column| column.loaded_mib, "MiB"),
    ];
    for (name, figure, unit) in lines {
        let _ = write!(text, "| {name} | |");
        for column in columns {
            let _ = write!(text, " {:.1} {unit} |", figure(column));
        }
        text.push_str(" |\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_its_column() {
        let column = |products, slow| {
            let mut column = Column::of(products);
            column.add("page", Measured::of(vec![slow, 1_000], Duration::from_secs(1), 16));
            column
        };
        let text = markdown("SQLite", &[column(1_000, 2_000), column(1_000_000, 4_000)]);
        assert!(text.starts_with("| SQLite | connections | 1,000 products | 1,000,000 products | p99"), "{text}");
        assert!(text.contains("| page | 16 | 2/s, 2.00 / 2.00 ms | 2/s, 4.00 / 4.00 ms | 2.0 |"), "{text}");
    }
}
