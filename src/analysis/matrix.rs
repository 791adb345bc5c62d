//! Defines the [`Matrix`]: terms counted by fields, and all that was there to be counted in.
//!
//! It holds what was found and nothing else, so that a thousand terms by a thousand townships take no more memory than their
//! mentions do. Its groups, the empty ones among them, are made as they are asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use crate::error::Result;
use crate::hits::{Grouping, Totals};
use crate::index::{By, Extent, Index, Tallies};
use crate::query::{Filter, Query, Scope, Wanted};
use crate::report::{Grade, REGION_SEPARATOR};
use crate::schema::fields::Field;

use crate::schema::topics::Topic;
use crate::schema::values::values_of;

/// Something that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is called; no two terms of a matrix have one name.
    pub name: String,
    /// Any question.
    pub query: Query,
}

/// What is counted, where, and by what.
#[derive(Clone, Debug)]
pub struct Plan {
    pub terms: Vec<Term>,
    pub by: Vec<Grouping>,
    /// Which passages are looked at: filters, or all.
    pub selection: Query,
    /// The unit of text in which all of a term must hold.
    pub scope: Scope,
    /// Topics beside those of the index.
    pub topics: Vec<Topic>,
    /// Whether the years between the first and the last have groups though there is no report of them.
    pub every_year: bool,
}

/// Terms, counted by fields.
pub struct Matrix {
    plan: Plan,
    /// For each term, the question that was asked.
    asked: Vec<Query>,
    axes: Vec<Axis>,
    /// The extent of each group that holds anything, and its place in `extents`.
    places: HashMap<Key, usize>,
    extents: Vec<Extent>,
    extent: Extent,
    /// For each field: the regions that are groups, if it is one of regions.
    regions: Vec<BTreeSet<String>>,
    /// For each term; groups are told by their places in `extents`.
    tallies: Vec<Tallies>,
}

/// One value for each of what is grouped by; `None` is unknown.
pub type Key = Vec<Option<String>>;

/// A group of passages that terms are counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: Key,
    /// All that there is in it. Without any report, nothing could be found, which is no zero.
    pub extent: Extent,
    place: Option<usize>,
}

/// Fields whose values come together. Places lie in each other: a township of another county is no place. Any year and any section go
/// with each place.
struct Axis {
    /// Their numbers in `by`.
    fields: Vec<usize>,
    /// The values that are, in order.
    keys: Vec<Key>,
}

/// Years further apart are not filled in: one that was misread would add thousands.
const MOST_YEARS: u16 = 150;

impl Matrix {
    /// Counts all terms, side by side.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn count(index: &Index, plan: Plan) -> Result<Self> {
        let by: Vec<By> = plan.by.iter().cloned().map(By::Field).collect();
        let census = index.census(&plan.selection, &by, None)?;
        let asked: Vec<Query> = plan.terms.iter().map(|term| plan.question(term)).collect();
        let tallies = asked.par_iter().map(|query| census.count(query, &plan.topics, None));
        let tallies = tallies.collect::<Result<_>>()?;
        let groups = census.groups();
        let regions = plan.by.iter().enumerate().map(|(at, by)| {
            let values = groups.iter().filter_map(|group| group.values[at].clone());
            values.filter(|_| by.field == Field::Region).collect()
        });
        Ok(Matrix {
            regions: regions.collect(),
            axes: axes(&plan, groups.iter().map(|group| &group.values)),
            places: groups.iter().map(|group| group.values.clone()).zip(0..).collect(),
            extents: groups.iter().map(|group| group.extent).collect(),
            extent: census.extent(),
            asked,
            tallies,
            plan,
        })
    }

    pub fn terms(&self) -> &[Term] {
        &self.plan.terms
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The question that was asked for a term, filters included.
    pub fn asked(&self, term: usize) -> &Query {
        &self.asked[term]
    }

    /// All that was looked at.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// All that was found of a term; a passage with several values of a field is counted once.
    pub fn totals(&self, term: usize) -> Totals {
        self.tallies[term].totals
    }

    /// The groups, in the order of their values, the unknown last. Among them are empty ones: places with reports, of which a year or a
    /// section that others have is missing.
    pub fn groups(&self) -> impl Iterator<Item = Group> {
        let count = self.axes.iter().map(|axis| axis.keys.len()).product();
        (0..count).filter_map(|number| self.group(number))
    }

    fn group(&self, number: usize) -> Option<Group> {
        let mut key: Key = vec![None; self.plan.by.len()];
        let mut rest = number;
        for axis in self.axes.iter().rev() {
            let values = &axis.keys[rest % axis.keys.len()];
            rest /= axis.keys.len();
            for (&field, value) in axis.fields.iter().zip(values) {
                key[field].clone_from(value);
            }
        }
        let place = self.places.get(&key).copied();
        let is_worth_showing = place.is_some() || key.iter().all(Option::is_some);
        is_worth_showing.then(|| Group {
            extent: place.map_or(Extent::default(), |place| self.extents[place]),
            key,
            place,
        })
    }

    /// What was found of a term in a group.
    pub fn found(&self, term: usize, group: &Group) -> Totals {
        let found = &self.tallies[term].groups;
        let place = group
            .place
            .and_then(|place| found.binary_search_by_key(&place, |(place, _)| *place).ok());
        place.map_or(Totals::default(), |at| found[at].1)
    }

    /// The question that answers with what was found of a term in a group.
    pub fn question(&self, term: usize, key: &[Option<String>]) -> Query {
        self.question_where(term, (0..).zip(key))
    }

    /// The question that answers with what was found of a term where some of the fields, told by their numbers, have these values.
    pub fn question_where<'a>(&self, term: usize, values: impl Iterator<Item = (usize, &'a Option<String>)>) -> Query {
        let asked = self.asked[term].clone();
        let filters: Vec<Query> = values.flat_map(|(at, value)| self.filters(at, value)).collect();
        match asked {
            _ if filters.is_empty() => asked,
            Query::All => Query::all_of(filters),
            asked => Query::all_of([asked].into_iter().chain(filters)),
        }
    }

    /// The values of a field that comes by itself, in order.
    pub fn values(&self, at: usize) -> Vec<Option<String>> {
        let axis = self.axes.iter().find(|axis| axis.fields == [at]);
        let keys = axis.into_iter().flat_map(|axis| &axis.keys);
        keys.map(|key| key[0].clone()).collect()
    }

    /// What passes only what has a value. Of a region, what lies in one of the groups below it belongs to that.
    fn filters(&self, at: usize, value: &Option<String>) -> Vec<Query> {
        let field = self.plan.by[at].field;
        let Some(value) = value else {
            return vec![filter(field, Wanted::Unknown)];
        };
        if values_of(field).next().is_some() || field == Field::Topic {
            return vec![filter(field, Wanted::Text(value.clone()))];
        }
        if let (Field::Year, Ok(year)) = (field, value.parse()) {
            return vec![filter(field, Wanted::Years(Some(year), Some(year)))];
        }
        let mut filters = vec![filter(field, Wanted::Exactly(value.clone()))];
        if field == Field::Region {
            let below = format!("{value}{REGION_SEPARATOR}");
            let others = self.regions[at].range(below.clone()..);
            let others = others.take_while(|other| other.starts_with(&below));
            filters.extend(others.map(|other| filter(field, Wanted::Exactly(other.clone())).negated()));
        }
        filters
    }
}

impl Plan {
    /// What is asked for a term: the filters beside its operands, in one unit of text.
    fn question(&self, term: &Term) -> Query {
        let query = term.query.clone().and(self.selection.clone());
        match self.scope {
            Scope::Passage => query,
            scope => query.within(scope),
        }
    }

    /// Whether a passage can be in several groups.
    pub fn is_many(&self) -> bool {
        self.by.iter().any(|by| by.field.declaration().many)
    }

    fn groups_by(&self, field: Field) -> bool {
        self.by.iter().any(|by| by.field == field)
    }
}

fn filter(field: Field, wanted: Wanted) -> Query {
    Query::Filter(Filter {
        field,
        values: vec![wanted],
    })
}

/// Whether it says where a report is from: such fields are told together.
fn is_place(field: Field) -> bool {
    matches!(
        field,
        Field::Township
            | Field::County
            | Field::City
            | Field::Province
            | Field::Region
            | Field::IssuingBody
            | Field::Level
    )
}

fn axes<'a>(plan: &Plan, keys: impl Iterator<Item = &'a Key>) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    let is_of_places = |axis: &Axis| axis.fields.iter().all(|&at| is_place(plan.by[at].field));
    for (at, by) in plan.by.iter().enumerate() {
        match axes.iter_mut().find(|axis| is_place(by.field) && is_of_places(axis)) {
            Some(places) => places.fields.push(at),
            None => axes.push(Axis {
                fields: vec![at],
                keys: Vec::new(),
            }),
        }
    }
    let mut known: Vec<BTreeMap<Vec<Order>, Key>> = vec![BTreeMap::new(); axes.len()];
    for key in keys {
        for (axis, known) in axes.iter().zip(&mut known) {
            let order = axis
                .fields
                .iter()
                .map(|&at| Order::of(plan.by[at].field, key[at].as_deref()));
            let order: Vec<Order> = order.collect();
            let values = || axis.fields.iter().map(|&at| key[at].clone()).collect();
            known.entry(order).or_insert_with(values);
        }
    }
    for (axis, known) in axes.iter_mut().zip(known) {
        axis.keys = known.into_values().collect();
        if plan.every_year && plan.by[axis.fields[0]].field == Field::Year {
            axis.keys = every_year(std::mem::take(&mut axis.keys));
        }
    }
    axes
}

/// Where a value stands among those of its field: in the order of the field's list or of characters, the unknown last.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    is_unknown: bool,
    place: usize,
    value: String,
}

impl Order {
    fn of(field: Field, value: Option<&str>) -> Self {
        let place = value.and_then(|value| values_of(field).position(|known| known.name == value));
        Order {
            is_unknown: value.is_none(),
            place: place.unwrap_or_default(),
            value: value.unwrap_or_default().to_owned(),
        }
    }
}

/// The years with those between them.
fn every_year(keys: Vec<Key>) -> Vec<Key> {
    let years: Vec<u16> = keys.iter().filter_map(|key| key[0].as_ref()?.parse().ok()).collect();
    let (Some(&first), Some(&last)) = (years.iter().min(), years.iter().max()) else {
        return keys;
    };
    if last - first >= MOST_YEARS {
        return keys;
    }
    let unknown = keys.into_iter().filter(|key| key[0].is_none());
    let all = (first..=last).map(|year| vec![Some(year.to_string())]);
    all.chain(unknown).collect()
}

/// What a reader of a matrix must know beside its numbers, in Chinese.
///
/// # Errors
/// When the index is damaged.
pub fn notes(index: &Index, plan: &Plan) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let poor = filter(Field::Quality, Wanted::Text(Grade::Poor.name().to_owned()));
    let poor = index.census(&plan.selection.clone().and(poor), &[], None)?.extent();
    if poor.reports > 0 {
        notes.push(format!(
            "其中{}份报告文本质量为 poor（不可读）：在其中未见，不等于没有写",
            poor.reports
        ));
    }
    if plan.groups_by(Field::Township)
        && ![Field::County, Field::Region]
            .iter()
            .any(|&field| plan.groups_by(field))
    {
        let shared = shared_names(index, plan)?;
        if !shared.is_empty() {
            notes.push(format!(
                "不同的县有同名乡镇，此处合并计算：{}；加 --by county 分开",
                shared.join("、")
            ));
        }
    }
    if plan.is_many() {
        notes.push("一段可属多个主题：各行之和可大于合计；合计行每段只计一次".to_owned());
    }
    if plan.groups_by(Field::Section) || plan.is_many() {
        notes.push("一份报告可分属多组：各行报告数之和可大于合计".to_owned());
    }
    Ok(notes)
}

/// The townships whose name stands in several counties.
fn shared_names(index: &Index, plan: &Plan) -> Result<Vec<String>> {
    let by = [Field::Township, Field::County].map(|field| By::Field(Grouping::from(field)));
    let census = index.census(&plan.selection, &by, None)?;
    let mut counties: BTreeMap<&String, usize> = BTreeMap::new();
    for group in census.groups() {
        if let [Some(township), Some(_)] = group.values.as_slice() {
            *counties.entry(township).or_default() += 1;
        }
    }
    let shared = counties.into_iter().filter(|(_, counties)| *counties > 1);
    Ok(shared.map(|(township, _)| township.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(by: &[Field]) -> Plan {
        Plan {
            terms: Vec::new(),
            by: by.iter().copied().map(Grouping::from).collect(),
            selection: Query::All,
            scope: Scope::Passage,
            topics: Vec::new(),
            every_year: true,
        }
    }

    fn key(values: &[&str]) -> Key {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    #[test]
    fn places_come_as_they_are_and_years_all() {
        let keys = [
            key(&["青石镇", "2021", "云河县"]),
            key(&["青石镇", "2023", "云河县"]),
            vec![Some("红叶乡".to_owned()), None, Some("松岭县".to_owned())],
        ];
        let axes = axes(&plan(&[Field::Township, Field::Year, Field::County]), keys.iter());
        assert_eq!(axes[0].keys, [key(&["红叶乡", "松岭县"]), key(&["青石镇", "云河县"])]);
        let years = [key(&["2021"]), key(&["2022"]), key(&["2023"]), vec![None]];
        assert_eq!(axes[1].keys, years);
    }

    #[test]
    fn a_misread_year_adds_no_thousands() {
        let keys = vec![key(&["2021"]), key(&["9021"])];
        assert_eq!(every_year(keys.clone()), keys);
    }

    #[test]
    fn sections_come_in_the_order_of_a_report() {
        let keys = [key(&["problems"]), key(&["achievements"]), key(&["preamble"])];
        let axes = axes(&plan(&[Field::Section]), keys.iter());
        let declared = values_of(Field::Section).map(|value| value.name.clone());
        let wanted: Vec<String> = declared.filter(|name| keys.contains(&key(&[name]))).collect();
        let found: Vec<String> = axes[0].keys.iter().map(|key| key[0].clone().unwrap()).collect();
        assert_eq!(found, wanted);
    }
}
