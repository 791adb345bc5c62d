//! What to say when a question finds nothing: which questions near it find something, and how much. Each is asked of the index
//! before it is suggested. A question in everyday language is answered by its words instead, and says so.

use super::Index;
use super::searcher::{Found, Request};
use super::topic::AskedTopics;
use crate::error::{ErrorKind, Result};
use crate::hits::{Suggestion, SuggestionKind};
use crate::query::{Filter, Phrase, Query, Scope, Wanted, Words};
use crate::report::Grade;
use crate::schema::confusions::{confusions, questions};
use crate::schema::fields::Field;
use crate::schema::topics::Topic;
use crate::text::fold::fold_phrase;
use crate::text::units::units;

/// To a longer question, in bytes, nobody wants to hear its like.
const LONGEST: usize = 1000;
/// More near questions than this are not tried.
const MOST_TRIED: usize = 40;

impl Index {
    /// What [`Index::search`] finds; when that is nothing, suggestions of what would find something. With `loosely`, a question
    /// in everyday language that finds nothing is answered by its words.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn answer(&self, request: &Request, loosely: bool) -> Result<Found<'_>> {
        let mut found = self.search(request)?;
        if found.summary().totals.passages > 0 {
            return Ok(found);
        }
        if let Some(query) = everyday_question(&request.query).filter(|_| loosely) {
            let by_words = Request {
                query: query.clone(),
                ..request.clone()
            };
            let mut by_words = self.search(&by_words)?;
            if by_words.summary().totals.passages > 0 {
                let note = format!(
                    "no passage has the question as it stands; answered by its words, any of which may be missing: {query}"
                );
                by_words.summary_mut().notes.insert(0, note);
                return Ok(by_words);
            }
        }
        let suggestions = self.suggestions(request)?;
        let unreadable = self.unreadable_reports(request)?;
        let summary = found.summary_mut();
        summary.suggestions = suggestions;
        if unreadable > 0 {
            summary.notes.push(format!(
                "the text of {unreadable} of the reports asked about cannot be read well enough to be searched: list them with --quality poor"
            ));
        }
        Ok(found)
    }

    /// How many reports that the filters of a question let through have a text in which nothing can be found.
    fn unreadable_reports(&self, asked: &Request) -> Result<u64> {
        let poor = Filter {
            field: Field::Quality,
            values: vec![Wanted::Text(Grade::Poor.name().to_owned())],
        };
        let filters = parts(&asked.query).1.into_iter().filter(Query::is_filter);
        let mut request = Request::new(Query::all_of(filters.chain([Query::Filter(poor)])));
        request.limit = Some(0);
        request.topics.clone_from(&asked.topics);
        Ok(self.search(&request)?.summary().totals.reports)
    }

    /// The questions near one that found nothing that find something.
    fn suggestions(&self, asked: &Request) -> Result<Vec<Suggestion>> {
        let query = &asked.query;
        if query.to_string().len() > LONGEST {
            return Ok(Vec::new());
        }
        let mut near = Vec::new();
        without_filters(query, &mut near);
        other_spellings(query, &mut near);
        wider_units(query, &mut near);
        single_operands(query, &mut near);
        topics_of(query, AskedTopics::new(&self.topics, &asked.topics).all(), &mut near);
        by_words(query, &mut near);
        let mut suggestions: Vec<Suggestion> = Vec::new();
        for (kind, query, reason) in near.into_iter().take(MOST_TRIED) {
            let text = query.to_string();
            if query == Query::All || suggestions.iter().any(|known| known.query == text) {
                continue;
            }
            let mut request = Request::new(query);
            request.limit = Some(0);
            request.topics.clone_from(&asked.topics);
            // One near question that takes too long must not keep the others from being told.
            let found = match self.search(&request) {
                Err(error) if matches!(error.kind, ErrorKind::Usage { .. }) => continue,
                found => found?,
            };
            let totals = found.summary().totals;
            if totals.passages > 0 {
                suggestions.push(Suggestion {
                    kind,
                    query: text,
                    reason,
                    passages: totals.passages,
                    reports: totals.reports,
                });
            }
        }
        Ok(suggestions)
    }
}

/// A near question, in what it differs, and how to say so.
type Near = (SuggestionKind, Query, String);

/// The parts that must all hold, and the unit of text in which they must.
fn parts(query: &Query) -> (Scope, Vec<Query>) {
    let (scope, inner) = match query {
        Query::Within(scope, inner) => (*scope, &**inner),
        query => (Scope::Passage, query),
    };
    let parts = match inner {
        Query::And(parts) => parts.clone(),
        query => vec![query.clone()],
    };
    (scope, parts)
}

fn joined(scope: Scope, parts: impl IntoIterator<Item = Query>) -> Query {
    match (scope, Query::all_of(parts)) {
        (Scope::Passage, query) => query,
        (scope, query) => query.within(scope),
    }
}

fn without_filters(query: &Query, near: &mut Vec<Near>) {
    let (scope, parts) = parts(query);
    let filters: Vec<usize> = (0..parts.len()).filter(|&at| parts[at].is_filter()).collect();
    let without = |left_out: &[usize]| {
        let kept = parts.iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        joined(scope, kept.map(|(_, part)| part.clone()))
    };
    for &at in &filters {
        near.push((
            SuggestionKind::WithoutFilter,
            without(&[at]),
            format!("without {}", parts[at]),
        ));
    }
    if filters.len() > 1 {
        near.push((
            SuggestionKind::WithoutFilter,
            without(&filters),
            "without any filter".to_owned(),
        ));
    }
}

fn other_spellings(query: &Query, near: &mut Vec<Near>) {
    for phrase in query.phrases() {
        for confusion in confusions() {
            let [one, other] = &confusion.of;
            for (written, instead) in [(one, other), (other, one)] {
                let (written_folded, instead_folded) = (fold_phrase(written), fold_phrase(instead));
                if !phrase.folded.contains(&written_folded) {
                    continue;
                }
                let text = phrase.folded.replace(&written_folded, &instead_folded);
                let text = text.replace(['\u{1e}', '\u{1f}'], " ").replace('\n', "，");
                let Some(other_phrase) = Phrase::new(text.trim()) else {
                    continue;
                };
                let query = with_phrase(query, phrase, &other_phrase);
                near.push((SuggestionKind::Spelling, query, format!("{instead} for {written}")));
            }
        }
    }
}

/// The question with one phrase written otherwise.
fn with_phrase(query: &Query, phrase: &Phrase, other: &Phrase) -> Query {
    let each = |parts: &[Query]| {
        parts
            .iter()
            .map(|part| with_phrase(part, phrase, other))
            .collect::<Vec<_>>()
    };
    match query {
        Query::Phrase(found) if found == phrase => Query::Phrase(other.clone()),
        Query::And(parts) => Query::all_of(each(parts)),
        Query::Or(parts) => Query::any_of(each(parts)),
        Query::Within(scope, inner) => with_phrase(inner, phrase, other).within(*scope),
        query => query.clone(),
    }
}

fn wider_units(query: &Query, near: &mut Vec<Near>) {
    let (scope, parts) = parts(query);
    if parts.iter().filter(|part| !part.is_filter()).count() < 2 {
        return;
    }
    let at = Scope::ALL.iter().position(|&known| known == scope).unwrap_or(0);
    for &wider in &Scope::ALL[at + 1..] {
        let query = joined(wider, parts.iter().cloned());
        near.push((
            SuggestionKind::Within,
            query,
            format!("within one {wider}, not one {scope}"),
        ));
    }
}

fn single_operands(query: &Query, near: &mut Vec<Near>) {
    let (_, parts) = parts(query);
    let is_operand = |part: &&Query| !part.is_filter() && !matches!(part, Query::Not(_) | Query::All);
    let operands: Vec<&Query> = parts.iter().filter(is_operand).collect();
    if operands.len() < 2 {
        return;
    }
    for operand in operands {
        let filters = parts.iter().filter(|part| part.is_filter()).cloned();
        let query = Query::all_of([operand.clone()].into_iter().chain(filters));
        near.push((SuggestionKind::Operand, query, format!("{operand} alone")));
    }
}

/// The filters of a question with something else asked for.
fn filters_and(query: &Query, asked: Query) -> Query {
    let (_, parts) = parts(query);
    Query::all_of([asked].into_iter().chain(parts.into_iter().filter(Query::is_filter)))
}

fn topics_of(query: &Query, topics: &[Topic], near: &mut Vec<Near>) {
    for phrase in query.phrases() {
        for topic in topics {
            let phrases = topic.phrases.iter().map(|phrase| &phrase.text);
            let is_of_topic = [&topic.name].into_iter().chain(phrases).any(|known| {
                let known = fold_phrase(known);
                phrase.folded.contains(&known) || known.contains(&phrase.folded)
            });
            if let (true, Ok(filter)) = (is_of_topic, Filter::new(Field::Topic, &[&topic.name])) {
                let query = filters_and(query, Query::Filter(filter));
                near.push((SuggestionKind::Topic, query, format!("the topic {}", topic.name)));
            }
        }
    }
}

fn by_words(query: &Query, near: &mut Vec<Near>) {
    let text: Vec<&str> = query.phrases().into_iter().map(|phrase| phrase.text.as_str()).collect();
    if let Some(words) = Words::new(text.join(" ")) {
        near.push((
            SuggestionKind::Words,
            filters_and(query, Query::Words(words)),
            "any of its words".to_owned(),
        ));
    }
}

/// The question by its words, filters kept, if it is one in everyday language.
fn everyday_question(query: &Query) -> Option<Query> {
    let (_, parts) = parts(query);
    let mut text = String::new();
    for part in parts.iter().filter(|part| !part.is_filter()) {
        match part {
            Query::Phrase(phrase) => text.push_str(&phrase.text),
            Query::Pattern(pattern) => text.push_str(&pattern.text),
            _ => return None,
        }
        text.push(' ');
    }
    let declared = questions();
    let ends_as_question = text.trim_end().ends_with(['?', '？']);
    let is_question = ends_as_question || declared.words.iter().any(|word| text.contains(word.as_str()));
    if !is_question || units(&fold_phrase(&text)).count() < declared.shortest {
        return None;
    }
    let asked = declared
        .words
        .iter()
        .fold(text, |text, word| text.replace(word.as_str(), " "));
    let asked = asked.replace(['?', '？', '*', '＊'], " ");
    let words = Words::new(asked.split_whitespace().collect::<Vec<_>>().join(" "))?;
    Some(filters_and(query, Query::Words(words)))
}
