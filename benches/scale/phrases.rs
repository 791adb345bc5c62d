//! Chooses the phrases that are searched for: some by name, the others drawn from the corpus, the same ones each time.

use baogao::report::Report;
use baogao::text::fold::{BREAK, fold_with_places};
use fastrand::Rng;

use crate::build::texts_of;

/// Common and rare ones, words of the genre, numbers, one character alone; and phrases of common characters.
pub const NAMED: [&str; 22] = [
    "法治政府建设",
    "枫桥经验",
    "法律明白人",
    "的",
    "社会主义",
    "2024年",
    "12345",
    "行政处罚",
    "党政主要负责人",
    "习近平法治思想",
    "行政执法",
    "人民调解",
    "矛盾纠纷",
    "行政复议",
    "八五普法",
    "合法性审查",
    "存在的不足",
    "第一责任人职责",
    "民主法治示范村",
    "政府",
    "和",
    "一",
];

/// The longest phrase that is drawn, in units, and how many are drawn of each length.
const MAX_UNITS: usize = 12;
const OF_EACH_LENGTH: usize = 5;

/// Draws phrases as they stand in reports. A phrase that stands nowhere would be a fault of the search.
pub fn draw(reports: &[Report], seed: u64) -> Vec<String> {
    let mut rng = Rng::with_seed(seed);
    (1..=MAX_UNITS)
        .flat_map(|units| [units; OF_EACH_LENGTH])
        .map(|units| {
            loop {
                let report = &reports[rng.usize(0..reports.len())];
                let Some(text) = texts_of(report).nth(rng.usize(0..report.passages.len())) else {
                    continue;
                };
                if let Some(phrase) = one_from(text, units, &mut rng) {
                    break phrase;
                }
            }
        })
        .collect()
}

/// So many units of a passage without a clause mark among them, as they stand there.
fn one_from(text: &str, units: usize, rng: &mut Rng) -> Option<String> {
    let folded = fold_with_places(text);
    let start = rng.usize(0..folded.units.len().max(1));
    let chosen = folded.units.get(start..start + units)?;
    let end = folded
        .units
        .get(start + units)
        .map_or(folded.text.len(), |next| next.folded);
    let has_break = folded.text[chosen[0].folded..end].contains(BREAK);
    (!has_break).then(|| text[chosen[0].original.start..chosen[units - 1].original.end].to_owned())
}
