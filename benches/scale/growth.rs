//! Measures how the cost of an index grows with its size.

use crate::build::Build;
use crate::generator::Corpus;
use crate::{build_ours, corpora, megabytes};

/// The smallest corpus, in megabytes, and how many there are up to the largest.
const SMALLEST: f64 = 10.0;
const STEPS: usize = 5;

/// The most that a megabyte may cost more in one step than in the cheapest.
const FLAT: f64 = 1.3;

/// Makes an index of each size up to `largest` megabytes, and says what a megabyte costs. Each corpus is deleted before the next is made.
pub fn measure(largest: u64, seed: u64) {
    println!("\nseed {seed}; costs are CPU seconds of all threads for 100 MB of text");
    println!(
        "{:>8} {:>9} {:>10} {:>8} {:>7} {:>8} {:>7} {:>9} {:>11}",
        "MB", "reports", "passages", "wall s", "MB/s", "CPU s", "cost", "memory MB", "index/text"
    );
    let costs: Vec<f64> = sizes(largest).map(|size| step(size, seed)).collect();
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = costs.iter().copied().fold(0.0, f64::max);
    println!("dearest / cheapest: {:.2}; wanted: at most {FLAT}", most / least);
}

/// Sizes in megabytes, each as many times the one before.
fn sizes(largest: u64) -> impl Iterator<Item = u64> {
    let whole = (largest as f64 / SMALLEST).max(1.0);
    (0..STEPS).map(move |step| (SMALLEST * whole.powf(step as f64 / (STEPS - 1) as f64)).round() as u64)
}

fn step(size: u64, seed: u64) -> f64 {
    let corpus = Corpus::prepare(corpora(), size, seed);
    let (_, built) = build_ours(&corpus);
    let text = megabytes(corpus.bytes());
    let Build { cost, .. } = built;
    println!(
        "{text:>8.1} {:>9} {:>10} {:>8.1} {:>7.2} {:>8.1} {:>7.2} {:>9.0} {:>11.2}",
        built.reports,
        built.passages,
        cost.wall,
        text / cost.wall,
        cost.cpu,
        cost.cpu / text * 100.0,
        megabytes(built.peak),
        built.index as f64 / corpus.bytes() as f64
    );
    corpus.delete();
    cost.cpu / text
}
