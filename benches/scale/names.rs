//! Invents places: many townships, the same ones each time.

use crate::words::Words;

/// How many townships a county has.
const TOWNSHIPS_IN_COUNTY: usize = 15;

/// A township and the county it lies in.
#[derive(Clone, Debug)]
pub struct Place {
    pub county: String,
    pub township: String,
}

/// The township of a number. Townships of one county have different names; those of different counties may share theirs.
pub fn place(words: &Words, number: usize) -> Place {
    let county = number / TOWNSHIPS_IN_COUNTY;
    let county_suffix = if county % 4 == 3 { '区' } else { '县' };
    let township_suffix = match number % 7 {
        0 | 3 => "乡",
        6 => "街道",
        _ => "镇",
    };
    let county_name = pair(&words.county_first, &words.county_last, county);
    Place {
        county: format!("{county_name}{county_suffix}"),
        township: pair(&words.township_first, &words.township_last, number) + township_suffix,
    }
}

/// The pair of characters of a number. All pairs come once before one comes again, neighbours far from each other.
fn pair(first: &[char], last: &[char], number: usize) -> String {
    const STRIDE: usize = 7919; // a prime, so that it leaves no pair out
    let at = number.wrapping_mul(STRIDE) % (first.len() * last.len());
    [first[at % first.len()], last[at / first.len()]].iter().collect()
}
