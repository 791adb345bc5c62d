//! The rank of the body that reports.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Scribe, issuer, place, places};
use crate::ingest::blocks::BlockKind;
use crate::report::{EvidenceSource, Level, ReportKind};
use crate::schema::gazetteer::{Rank, gazetteer};
use crate::schema::titles;

impl Scribe<'_> {
    pub(super) fn state(&self) -> bool {
        let opening: String = self
            .lead()
            .iter()
            .map(|(_, plain)| plain.text.chars().take(400).collect::<String>())
            .collect();
        let title = &self.title_plain;
        title.contains("国务院政府工作报告")
            || title.contains("全国人民代表大会") && title.contains("政府工作报告")
            || (self.description.metadata.kind == ReportKind::GovernmentWork
                && (opening.contains("代表国务院") || opening.contains("国务院向")))
    }

    /// Whether a department reports: by its title, its header or its signature.
    pub(super) fn department(&self) -> Option<Found> {
        let is_department = |body: &str| {
            titles::titles().department_end.is_match(body)
                && !body.ends_with("街道办事处")
                && !body.contains("人民政府街道")
        };
        let township = |body: &str| place::read_body(body).is_some_and(|names| names.township.is_some());
        if let Some((body, at)) = issuer::of_title(&self.title_plain) {
            let last = body.rsplit('、').next().unwrap_or(&body);
            // 某县人民政府办公室关于某县…的报告 is the county's.
            let matter = &self.title_plain[at.end..];
            if last.ends_with("政府办公室") && place_after_about(matter) && self.description.metadata.kind.is_report()
            {
                return None;
            }
            return (is_department(last) && !township(last)).then(|| self.in_title(at));
        }
        if issuer::place_of_title(&self.title_plain).is_some_and(|(place, _)| place::read(place).is_some()) {
            return None;
        }
        // X局2023年… names no body by its suffix only when a place stands alone.
        for n in self.of_kind(BlockKind::Signature) {
            let plain = self.plain_of(n);
            let bodies = issuer::of_signature(&plain.text);
            if let Some(body) = bodies.last() {
                return (is_department(body) && !township(body))
                    .then(|| self.in_block(EvidenceSource::Signature, n, 0..plain.text.len()));
            }
        }
        None
    }

    /// Whether X市 that no table knows is a county's or a prefecture's: right above a township it is a county's; for its own report the text
    /// tells by what stands right below it.
    pub(super) fn rank_city(&self, name: &str, above_township: bool) -> Option<Level> {
        let rank = gazetteer().rank(name);
        if rank == Some(Rank::Prefecture) {
            return Some(Level::City);
        }
        if rank == Some(Rank::County) || above_township {
            return Some(Level::County);
        }
        let text: String = (0..self.blocks.len())
            .take(200)
            .map(|n| self.plain_of(n).text.clone())
            .collect();
        let counties = [
            "县(市、区)",
            "县(区)",
            "县区",
            "区县",
            "各县",
            "县市区",
            "市县",
            "各区",
            "区(县)",
            "市、县",
        ]
        .iter()
        .map(|word| text.matches(word).count())
        .sum::<usize>();
        let towns = [
            "各镇",
            "各乡镇",
            "乡镇",
            "镇街",
            "街镇",
            "各街道",
            "镇(街道)",
            "乡镇(街道)",
            "镇、街道",
        ]
        .iter()
        .map(|word| text.matches(word).count())
        .sum::<usize>();
        match (counties, towns) {
            (0, 1..) => Some(Level::County),
            (1.., 0) => Some(Level::City),
            (counties, towns) if counties > towns * 2 => Some(Level::City),
            (counties, towns) if towns > counties * 3 => Some(Level::County),
            _ => None,
        }
    }

    pub(super) fn level(&mut self) {
        let metadata = &self.description.metadata;
        if let Some(name) = metadata.township.clone() {
            let same = self
                .evidence_of("township")
                .map(Found::like)
                .unwrap_or_else(|| Found::outside(EvidenceSource::Derived, &name));
            self.description.metadata.level = Some(Level::Township);
            return self.evidence("level", same);
        }
        if self.title_place().is_none()
            && let Some((n, body, at)) = self.department_of_lead()
        {
            let names = place::read_body(&body).unwrap_or_default();
            self.take_uppers(&names, |scribe| scribe.in_block(EvidenceSource::Lead, n, at.clone()));
            self.description.metadata.level = Some(Level::Department);
            let found = self.in_block(EvidenceSource::Lead, n, at);
            return self.evidence("level", found);
        }
        if let Some((n, word, at)) = self.own_kind() {
            let level = match word {
                "镇" | "乡" | "街道" => Some(Level::Township),
                "县" | "区" => Some(Level::County),
                "省" => Some(Level::Province),
                "局" => Some(Level::Department),
                _ => None,
            };
            if let Some(level) = level.filter(|level| *level != Level::County || self.title_place().is_none()) {
                self.description.metadata.level = Some(level);
                let found = self.in_block(EvidenceSource::Lead, n, at);
                return self.evidence("level", found);
            }
        }
        let own = self.title_place().map(|(names, _)| names).or_else(|| {
            self.of_kind(BlockKind::Signature).into_iter().find_map(|n| {
                issuer::of_signature(&self.plain_of(n).text)
                    .iter()
                    .find_map(|body| place::read_body(body))
            })
        });
        let Some(own) = own else { return };
        if own.county.as_ref().is_some_and(|name| places::is_zone(name)) {
            // A development zone is led as a county is.
            let found = self.evidence_of("title").map(Found::like);
            if let Some(found) = found {
                self.description.metadata.level = Some(Level::County);
                self.evidence("level", found);
            }
            return;
        }
        let (level, field) = if own.county.is_some() {
            (Level::County, "county")
        } else if own.city.is_some() {
            (Level::City, "city")
        } else if let Some(name) = &own.unranked_city {
            match self.rank_city(name, false) {
                Some(Level::City) => (Level::City, "city"),
                Some(level) => (level, "county"),
                None => return,
            }
        } else if own.province.is_some() {
            (Level::Province, "province")
        } else {
            return;
        };
        let Some(found) = self.evidence_of(field).map(Found::like) else {
            return;
        };
        self.description.metadata.level = Some(level);
        self.evidence("level", found);
    }

    /// The department that is the subject of the lead: 2023年，沙泉县教育体育局认真贯彻…, 县司法局在县委的领导下….
    fn department_of_lead(&self) -> Option<(usize, String, Range<usize>)> {
        static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?:^|[,。;:、]|年度?|现将|以来)(?P<body>\p{Han}{2,22}?(?:局|厅|委员会办公室|依法治[省市县区]办|支队|大队))(?:20\d\d|[一二]〇|党组|法治|依法|坚持|深入|认真|在|以|紧|全面|高度|切实|积极|充分|按照|围绕|贯彻|严格|扎实|持续|始终|牢牢|着力|立足|聚焦|将|把|,)").ok()
        });
        let subject = SUBJECT.as_ref()?;
        for (n, plain) in self.lead() {
            for found in subject.captures_iter(&plain.text) {
                let Some(body) = found.name("body") else { continue };
                let name = body.as_str();
                let other = [
                    "领导", "指导", "关心", "支持", "部署", "会同", "联合", "要求", "根据", "按照", "对", "向", "由",
                    "在", "各", "全局", "我局", "本局", "结局", "格局", "布局", "开局", "大局",
                ];
                if !other.iter().any(|word| name.contains(word)) {
                    return Some((n, name.to_owned(), body.range()));
                }
            }
        }
        None
    }

    /// The body of a department that only the lead names; 县司法局 of a county that is known is that county's.
    pub(super) fn department_body(&self) -> Option<(String, Found)> {
        let metadata = &self.description.metadata;
        if metadata.level != Some(Level::Department) || !metadata.kind.is_report() {
            return None;
        }
        let (n, body, at) = self.department_of_lead()?;
        let found = self.in_block(EvidenceSource::Lead, n, at);
        let whole = match (body.strip_prefix(['县', '区']), &metadata.county) {
            (Some(name), Some(county)) => format!("{county}{name}"),
            _ => return Some((body, found)),
        };
        Some((whole, Found { implied: true, ..found }))
    }

    /// 我镇, 我县 … in the lead: what the body that reports calls itself.
    pub(super) fn own_kind(&self) -> Option<(usize, &'static str, Range<usize>)> {
        for (n, plain) in self.lead() {
            for kind in ["镇", "乡", "街道", "县", "区", "局", "省"] {
                let word = format!("我{kind}");
                if let Some(at) = plain.text.find(&word) {
                    return Some((n, kind, at..at + word.len()));
                }
            }
            // 全县 stands in townships' reports too, 全镇 in no county's lead.
            for kind in ["镇", "乡", "街道"] {
                let word = format!("全{kind}");
                if let Some(at) = plain.text.find(&word) {
                    return Some((n, kind, at..at + word.len()));
                }
            }
        }
        None
    }
}

/// Whether a title goes on with 关于 and a place: 关于石柱县2021年….
fn place_after_about(matter: &str) -> bool {
    matter
        .strip_prefix("关于")
        .and_then(|rest| Some(&rest[..rest.find(|c: char| c.is_ascii_digit() || c == '法')?]))
        .is_some_and(|name| place::read(name).is_some_and(|names| !names.is_empty()))
}
