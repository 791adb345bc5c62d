//! Chooses the ticks of axes and tells how wide their labels are.

use crate::output::tabular::shown;
use crate::output::wrap;
use crate::table::{Cell, Kind};

/// The vertical axis: from 0 to the last tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub ticks: Vec<f64>,
    /// How the ticks are written.
    pub labels: Vec<String>,
}

/// About how many steps an axis has.
const STEPS: f64 = 5.0;

impl Scale {
    /// The axis that reaches `highest` in steps of 1, 2 or 5 times a power of ten.
    pub fn reaching(highest: f64, kind: Kind) -> Self {
        let highest = if highest > 0.0 && highest.is_finite() {
            highest
        } else {
            1.0
        };
        let mut step = round_up(highest / STEPS);
        if kind == Kind::Count {
            step = step.max(1.0);
        }
        let count = (highest / step - 1e-9).ceil().max(1.0) as u32;
        let ticks: Vec<f64> = (0..=count).map(|tick| f64::from(tick) * step).collect();
        let labels = ticks.iter().map(|&tick| label(tick, step, kind)).collect();
        Scale { ticks, labels }
    }

    /// The highest tick.
    pub fn end(&self) -> f64 {
        self.ticks.last().copied().unwrap_or(1.0)
    }
}

/// The next of 1, 2, 5 times a power of ten.
fn round_up(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let factor = factors.into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn label(tick: f64, step: f64, kind: Kind) -> String {
    let digits = |step: f64| (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    match kind {
        Kind::Share => format!("{:.*}%", digits(step * 100.0), tick * 100.0),
        Kind::Decimal(_) => format!("{tick:.*}", digits(step)),
        kind => shown(&Cell::Whole(tick.round() as u64), kind),
    }
}

/// Every how many years one is labelled, when a label takes so many times the room of a year.
pub fn stride(labels: f64) -> u16 {
    let strides = [1, 2, 5, 10, 20, 50, 100];
    let wide_enough = strides.into_iter().find(|&stride| f64::from(stride) >= labels);
    wide_enough.unwrap_or(100)
}

/// About how wide a text is, in units of its size: a Chinese character is as wide as it is high, others a little more than half.
pub fn width(text: &str) -> f64 {
    let of_char = |c: char| {
        let mut buffer = [0; 4];
        match wrap::width(c.encode_utf8(&mut buffer)) {
            0 => 0.0,
            1 => 0.58,
            _ => 1.0,
        }
    };
    text.chars().map(of_char).sum()
}

/// The text, cut with `…` where it is wider than so many times its size.
pub fn cut(text: &str, limit: f64) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept) + width(&c.to_string()) + 1.0 > limit {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}

/// The text in lines no wider than so many times its size.
pub fn lines(text: &str, limit: f64) -> Vec<String> {
    let columns = (limit / 0.58).floor().max(2.0) as usize;
    let narrow = wrap::wrap(text, (limit * 2.0).floor().max(2.0).min(columns as f64) as usize);
    narrow
        .into_iter()
        .map(|range| text[range].trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_highest() {
        for (highest, kind, labels) in [
            (0.0, Kind::Count, vec!["0", "1"]),
            (1.0, Kind::Count, vec!["0", "1"]),
            (7.0, Kind::Count, vec!["0", "2", "4", "6", "8"]),
            (
                2300.0,
                Kind::Count,
                vec!["0", "500", "1,000", "1,500", "2,000", "2,500"],
            ),
            (0.43, Kind::Share, vec!["0%", "10%", "20%", "30%", "40%", "50%"]),
            (1.0, Kind::Share, vec!["0%", "20%", "40%", "60%", "80%", "100%"]),
            (0.037, Kind::Decimal(3), vec!["0.00", "0.01", "0.02", "0.03", "0.04"]),
        ] {
            let scale = Scale::reaching(highest, kind);
            assert_eq!(scale.labels, labels, "{highest}");
            assert!(scale.end() >= highest);
        }
        assert_eq!(Scale::reaching(f64::NAN, Kind::Decimal(2)).end(), 1.0);
    }

    #[test]
    fn labels_of_years_stand_apart() {
        assert_eq!([0.5, 1.0, 1.2, 3.0, 70.0].map(stride), [1, 1, 2, 5, 100]);
    }

    #[test]
    fn long_texts_are_cut_and_wrapped() {
        assert_eq!(cut("新时代枫桥经验", 4.0), "新时代…");
        assert_eq!(cut("枫桥", 4.0), "枫桥");
        for limit in [1.0, 3.5, 10.0] {
            let text = "资料：3份报告，1,204字。n：各年报告数。";
            let lines = lines(text, limit);
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| width(line) <= limit.max(2.0)), "{lines:?}");
        }
    }
}
