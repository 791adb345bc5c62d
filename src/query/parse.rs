//! Turns the text of a question into a [`Query`]: `NOT` binds tighter than `AND`, `AND` tighter than `OR`.
//!
//! Open groups stand on a list, not on the call stack, and are limited in depth, so that no input can exhaust either.

use std::borrow::Cow;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::operand::operand;
use super::token::{Source, TokenKind, Tokens};
use super::{Query, Scope};
use crate::error::{Error, Result};

/// How deep groups may nest.
pub(super) const DEEPEST: usize = 64;

impl Query {
    /// Reads a question.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Syntax`] for the first thing that cannot be understood, with its span in characters.
    pub fn parse(text: &str) -> Result<Query> {
        let source = Source::new(text);
        let mut tokens = Tokens::new(&source);
        let mut tree = Tree::new(&source);
        while let Some(token) = tokens.next_token()? {
            match token.kind {
                TokenKind::Open => tree.open(token.span)?,
                TokenKind::Close => tree.close(token.span)?,
                TokenKind::And => tree.and(token.span)?,
                TokenKind::Or => tree.or(token.span)?,
                TokenKind::Not => tree.not(token.span),
                TokenKind::Within(scope) => tree.within(scope, token.span)?,
                kind => {
                    if let Some(query) = operand(&source, kind, token.span)? {
                        tree.operand(query);
                    }
                }
            }
        }
        tree.finish()
    }
}

impl FromStr for Query {
    type Err = Error;

    fn from_str(text: &str) -> Result<Query> {
        Query::parse(text)
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Query::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A question being put together.
struct Tree<'a> {
    source: &'a Source<'a>,
    /// The groups around `group`, outermost first.
    outer: Vec<Group>,
    group: Group,
}

/// The inside of brackets, or the whole question, so far.
#[derive(Default)]
struct Group {
    /// Where its bracket opened.
    open: Range<usize>,
    /// The parts before the last `OR`.
    any: Vec<Query>,
    /// The parts since.
    all: Vec<Query>,
    /// Whether the next operand is negated.
    negated: bool,
    /// The operator that has no operand after it yet.
    waiting: Option<Range<usize>>,
    /// The unit of text in which all of it must hold.
    scope: Option<Scope>,
}

impl<'a> Tree<'a> {
    fn new(source: &'a Source<'a>) -> Self {
        Tree {
            source,
            outer: Vec::new(),
            group: Group::default(),
        }
    }

    fn operand(&mut self, query: Query) {
        let group = &mut self.group;
        let query = if std::mem::take(&mut group.negated) {
            query.negated()
        } else {
            query
        };
        group.all.push(query);
        group.waiting = None;
    }

    fn not(&mut self, span: Range<usize>) {
        self.group.negated = !self.group.negated;
        self.group.waiting = Some(span);
    }

    fn within(&mut self, scope: Scope, span: Range<usize>) -> Result<()> {
        match self.group.scope.replace(scope) {
            None => Ok(()),
            Some(_) => Err(self
                .source
                .wrong(span, "`--within` stands twice")
                .hinted("leave one out, or put brackets around what the inner one is for")),
        }
    }

    fn and(&mut self, span: Range<usize>) -> Result<()> {
        self.check_operand_before(&span)?;
        self.group.waiting = Some(span);
        Ok(())
    }

    fn or(&mut self, span: Range<usize>) -> Result<()> {
        self.check_operand_before(&span)?;
        let alternative = Query::all_of(std::mem::take(&mut self.group.all));
        self.group.any.push(alternative);
        self.group.waiting = Some(span);
        Ok(())
    }

    fn open(&mut self, span: Range<usize>) -> Result<()> {
        if self.outer.len() == DEEPEST {
            return Err(self.source.wrong(span, format!("groups nest deeper than {DEEPEST}")));
        }
        let inner = Group {
            open: span,
            ..Group::default()
        };
        self.outer.push(std::mem::replace(&mut self.group, inner));
        Ok(())
    }

    fn close(&mut self, span: Range<usize>) -> Result<()> {
        let Some(outer) = self.outer.pop() else {
            return Err(self
                .source
                .wrong(span, "the bracket closes no group")
                .hinted("leave it out, or quote the phrase it belongs to"));
        };
        let inner = std::mem::replace(&mut self.group, outer);
        let open = inner.open.start;
        match self.query_of(inner)? {
            Some(query) => self.operand(query),
            None => {
                let reason = "there is nothing in the brackets";
                return Err(self
                    .source
                    .wrong(open..span.end, reason)
                    .hinted("leave them out, or quote them"));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Query> {
        let group = std::mem::take(&mut self.group);
        if !self.outer.is_empty() {
            let reason = "the bracket is never closed";
            return Err(self.source.wrong(group.open, reason).hinted("close the group with `)`"));
        }
        self.query_of(group)?.ok_or_else(|| {
            let everything = 0..self.source.len();
            self.source
                .wrong(everything, "the query is empty")
                .hinted("write a phrase, or `*` for every passage")
        })
    }

    /// What a whole group asks; `None` when nothing stands in it.
    fn query_of(&self, group: Group) -> Result<Option<Query>> {
        if let Some(operator) = group.waiting {
            return Err(self.nothing("after", operator));
        }
        if group.all.is_empty() {
            return Ok(None);
        }
        let last = Query::all_of(group.all);
        let query = Query::any_of(group.any.into_iter().chain([last]));
        Ok(Some(match group.scope {
            Some(scope) => query.within(scope),
            None => query,
        }))
    }

    fn check_operand_before(&self, operator: &Range<usize>) -> Result<()> {
        match &self.group.waiting {
            Some(waiting) => Err(self.nothing("after", waiting.clone())),
            None if self.group.all.is_empty() => Err(self.nothing("before", operator.clone())),
            None => Ok(()),
        }
    }

    /// The error that an operator lacks an operand.
    fn nothing(&self, side: &str, operator: Range<usize>) -> Error {
        let sign = self.source.slice(operator.clone());
        self.source
            .wrong(operator, format!("nothing stands {side} `{sign}`"))
            .hinted(format!("quote it to search for the text: `\"{sign}\"`"))
    }
}
