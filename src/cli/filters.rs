//! The flags that filter, shared by all commands that search.

use super::values;
use crate::error::{Error, ErrorKind, Result};
use crate::query::{Filter, Query};
use crate::schema::fields::Field;

/// Filters as flags. Each may be given several times: any of its values will do.
#[derive(clap::Args)]
#[command(next_help_heading = "Filters (each may be repeated: any of its values will do)")]
pub struct Filters {
    /// 乡镇: its name, with or without 镇, 乡, 街道
    #[arg(long, value_name = "NAME")]
    township: Vec<String>,
    /// 县、区、县级市
    #[arg(long, value_name = "NAME")]
    county: Vec<String>,
    /// 地级市
    #[arg(long, value_name = "NAME")]
    city: Vec<String>,
    /// 省
    #[arg(long, value_name = "NAME")]
    province: Vec<String>,
    /// 地区: names from above, as 福建省/三明市, or one of any rank, as 三明市
    #[arg(long, value_name = "PATH")]
    region: Vec<String>,
    /// 年份: the year the report is about, or 2021..2024, 2021.., ..2024
    #[arg(long, value_name = "YEARS")]
    year: Vec<String>,
    /// 章节: achievements, problems, leadership, plans, other, preamble, or a Chinese name
    #[arg(long, value_name = "KIND", value_parser = values::sections(), hide_possible_values = true)]
    section: Vec<String>,
    /// 发布机构: a part of its name is enough
    #[arg(long, value_name = "TEXT")]
    issuing_body: Vec<String>,
    /// 级别: township, county, city, province, department, state
    #[arg(long, value_name = "LEVEL", value_parser = values::levels(), hide_possible_values = true)]
    level: Vec<String>,
    /// 类型: 法治政府建设年度报告, 政府工作报告, plan, notice, news, other
    #[arg(long, value_name = "KIND", value_parser = values::kinds(), hide_possible_values = true)]
    kind: Vec<String>,
    /// 文本质量: good, fair, poor
    #[arg(long, value_name = "GRADE", value_parser = values::grades(), hide_possible_values = true)]
    quality: Vec<String>,
    /// 主题: see `baogao topics list`
    #[arg(long, value_name = "TOPIC", value_parser = values::topic_names(), hide_possible_values = true)]
    topic: Vec<String>,
}

impl Filters {
    /// A question that asks for what passes all of the filters.
    ///
    /// # Errors
    /// When a value is none, as a year that is no year.
    pub fn query(&self) -> Result<Query> {
        self.query_with(&self.topic)
    }

    /// The same without the topics, where these say what is looked for.
    ///
    /// # Errors
    /// As [`Filters::query`].
    pub fn query_without_topics(&self) -> Result<Query> {
        self.query_with(&[])
    }

    /// The topics, as they were named.
    pub fn topics(&self) -> &[String] {
        &self.topic
    }

    fn query_with(&self, topics: &[String]) -> Result<Query> {
        let topics = topics.to_vec();
        let given = [
            (Field::Township, &self.township),
            (Field::County, &self.county),
            (Field::City, &self.city),
            (Field::Province, &self.province),
            (Field::Region, &self.region),
            (Field::Year, &self.year),
            (Field::Section, &self.section),
            (Field::IssuingBody, &self.issuing_body),
            (Field::Level, &self.level),
            (Field::Kind, &self.kind),
            (Field::Quality, &self.quality),
            (Field::Topic, &topics),
        ];
        let filters = given
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(field, values)| filter(field, values))
            .collect::<Result<Vec<_>>>()?;
        Ok(Query::all_of(filters))
    }
}

/// A filter whose values are wrong is told by its flag.
fn filter(field: Field, values: &[String]) -> Result<Query> {
    let values = values.iter().map(|value| {
        Filter::new(field, &[value]).map_err(|error| {
            let reason = match &error.kind {
                ErrorKind::Syntax { reason, .. } => reason.clone(),
                _ => error.to_string(),
            };
            let flag = field.name().replace('_', "-");
            let mut about_flag = Error::usage(format!("--{flag} {value}: {reason}"));
            about_flag.hints = error.hints;
            about_flag
        })
    });
    let mut wanted = Vec::new();
    for filter in values {
        wanted.extend(filter?.values);
    }
    Ok(Query::Filter(Filter { field, values: wanted }))
}
