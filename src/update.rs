//! Brings an index up to date with the folders it is made from. The one place where reading files and writing an index meet:
//! what is new or changed is read in parallel, what vanished is removed, and all of it is committed at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::index::{Held, Index, Prepared, Rebuild, SourceEntry, Writer, WriterOptions};
use crate::ingest::corrections::{Corrections, KnownFile};
use crate::ingest::extract::readable_endings;
use crate::ingest::walk::{Found, SkipReason, Walk, is_under, walk};
use crate::ingest::{Contents, CorrectionOptions, ReadOptions};
use crate::report::{Evidence, EvidenceSource, ReportId};
use crate::topics::Topics;

/// How many files are read side by side before they are handed on, and how many bytes of them at most.
const BATCH_FILES: usize = 64;
const BATCH_BYTES: u64 = 16 << 20;

/// The longest that two changes of a file may lie apart and show the same time, with some reserve.
const STEP_OF_TIMES: Duration = Duration::from_secs(3);

/// The time of a file that may be changed again without showing another time: it is compared by its contents.
const NO_TIME: i64 = i64::MIN;

/// How an index is brought up to date.
#[derive(Clone, Debug)]
pub struct UpdateOptions {
    pub writer: WriterOptions,
    pub read: ReadOptions,
    pub corrections: CorrectionOptions,
}

/// What was done, file by file. Paths are as the index keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    pub removed: Vec<String>,
    /// Files, or records in files, that could not be read, with the reason.
    pub failed: Vec<Failure>,
    /// Files that are no reports, with the reason.
    pub skipped: Vec<(String, String)>,
    /// The same report under a second path: that path, and the one it is indexed under.
    pub duplicates: Vec<(String, String)>,
    pub warnings: Vec<String>,
    /// How many reports and passages were written.
    pub reports: usize,
    pub passages: usize,
    /// How many of the reports written say something that people said of them.
    pub corrected: usize,
    /// How many bytes of files were read.
    pub bytes: u64,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Failure {
    pub path: String,
    /// What is wrong, where, and what to do.
    pub message: String,
}

/// Is told how an update goes. The library itself prints nothing.
pub trait Progress: Sync {
    /// So much is to be read.
    fn start(&self, files: usize, bytes: u64);
    /// A file of so many bytes was read.
    fn advance(&self, bytes: u64);
    /// All is read; what remains is writing.
    fn finish(&self);
}

/// Brings the index in folder `index` up to date with the files under `roots`; makes it when there is none. Files the index
/// knows that stand under none of the roots are left as they are.
///
/// A changed file that cannot be read any more is named among the failed ones, and the index keeps what it had of it.
///
/// # Errors
/// When a root does not exist, or the index cannot be written; the last committed state stays. A bad file is no error here: it
/// is named in [`Outcome::failed`].
pub fn update(index: &Path, roots: &[PathBuf], options: &UpdateOptions, progress: &dyn Progress) -> Result<Outcome> {
    update_remembering(index, roots, options, &HashMap::new(), progress)
}

/// As [`update`]; of files that the index does not know, `remembered` tells what the user once said of their reports.
fn update_remembering(
    index: &Path,
    roots: &[PathBuf],
    options: &UpdateOptions,
    remembered: &HashMap<String, String>,
    progress: &dyn Progress,
) -> Result<Outcome> {
    options.read.check()?;
    let trusted = trusted_until(SystemTime::now());
    let mut walked = walk(roots)?;
    let mut corrections = Corrections::new(&options.corrections, roots)?;
    let mut outcome = Outcome::default();
    note_skipped(&walked.skipped, roots, &mut outcome);
    let unseen = note_unseen(&walked.warnings, &mut outcome);
    let mut writer = Writer::open(index, &options.writer)?;
    let known = known_sources(&writer.snapshot()?)?;
    outcome.removed = vanished(&known, &walked.files, roots, &unseen);
    if writer.user_data_changed() {
        let elsewhere = files_elsewhere(&known, roots)?;
        walked.files.extend(elsewhere.files);
        walked.sidecars.extend(elsewhere.sidecars);
        walked.sidecars.sort();
        walked.sidecars.dedup();
    }
    leave_out(&options.corrections.metadata, &mut walked, &mut outcome);
    corrections.read_sidecars(&walked.sidecars);
    let plan = Plan::make(
        &known,
        walked.files,
        &options.read,
        &corrections,
        remembered,
        writer.user_data_changed(),
        &mut outcome,
    );
    let mut ledger = Ledger::new(&known, &plan, &outcome.removed);
    progress.start(plan.read.len(), plan.read.iter().map(|task| task.file.size).sum());
    let settings = options.read.settings();
    let topics = writer.topics();
    let reader = Reader {
        options: &options.read,
        corrections: &corrections,
        topics: &topics,
    };
    let mut only_times = Vec::new();
    read_in_order(&plan.read, &reader, progress, |task, reading| {
        let Some(mut entry) = take_in(&mut writer, &mut ledger, &mut outcome, &settings, task, reading)? else {
            return Ok(());
        };
        if entry.modified > trusted {
            entry.modified = NO_TIME;
        }
        match &task.known {
            Some(known) if *known == entry => Ok(()),
            Some(known) if differ_in_trust_only(known, &entry) => {
                only_times.push(entry);
                Ok(())
            }
            Some(_) => writer.replace_source(&entry),
            None => writer.add_source(&entry),
        }
    })?;
    progress.finish();
    // What they hold is known, and so is what is to be told of them; only their reports are wanted.
    let (unchanged, failed, skipped) = (outcome.unchanged, outcome.failed.len(), outcome.skipped.len());
    read_in_order(
        &ledger.left_behind(&known, plan.read, &outcome.removed),
        &reader,
        progress,
        |task, reading| take_in(&mut writer, &mut ledger, &mut outcome, &settings, task, reading).map(drop),
    )?;
    outcome.unchanged = unchanged;
    outcome.failed.truncate(failed);
    outcome.skipped.truncate(skipped);
    for path in &outcome.removed {
        writer.remove_source(path);
    }
    for id in ledger.orphans() {
        writer.remove_report(id);
    }
    // That a time can be trusted by now is worth no commit of its own.
    if writer.is_dirty() {
        for entry in &only_times {
            writer.replace_source(entry)?;
        }
    }
    writer.commit()?;
    writer.finish()?;
    note_problems(corrections, index, &mut outcome)?;
    outcome.failed.sort();
    Ok(outcome)
}

/// Keeps the sheets that the user names from being taken for reports.
fn leave_out(sheets: &[PathBuf], walked: &mut Walk, outcome: &mut Outcome) {
    if sheets.is_empty() {
        return;
    }
    let sheets: HashSet<PathBuf> = sheets
        .iter()
        .filter_map(|sheet| std::fs::canonicalize(sheet).ok())
        .collect();
    let is_sheet = |file: &Found| std::fs::canonicalize(&file.path).is_ok_and(|path| sheets.contains(&path));
    let (left, files): (Vec<Found>, Vec<Found>) = walked.files.drain(..).partition(is_sheet);
    walked.files = files;
    let skipped = left.into_iter().map(|file| (file.name, SkipReason::Sheet.to_string()));
    outcome.skipped.extend(skipped);
}

/// Notes what of the corrections cannot be used, and which rows of theirs speak of nothing: a slip of the pen must not be silent.
fn note_problems(corrections: Corrections, index: &Path, outcome: &mut Outcome) -> Result<()> {
    let mut problems = Vec::new();
    if !corrections.is_empty() {
        let after = Index::open(index)?;
        let sources = after.sources()?;
        let ids: Vec<Vec<ReportId>> = sources.iter().map(SourceEntry::ids).collect();
        let known = sources.iter().zip(&ids).map(|(source, ids)| KnownFile {
            name: &source.path,
            hash: &source.hash,
            ids,
        });
        problems = corrections.unmatched(&known.collect::<Vec<_>>(), |file| records_of(&after, file));
    }
    outcome.warnings.extend(corrections.warnings);
    let failures = corrections.problems.iter().chain(&problems).map(|error| Failure {
        path: match &error.kind {
            ErrorKind::Source { path, .. } | ErrorKind::Io { path, .. } => path.display().to_string(),
            _ => String::new(),
        },
        message: with_hints(error),
    });
    outcome.failed.extend(failures);
    Ok(())
}

/// The members and records of a file that the index holds reports of.
fn records_of(index: &Index, file: &KnownFile<'_>) -> Vec<(String, Option<u64>)> {
    let reports = file.ids.iter().filter_map(|id| index.report(*id).ok().flatten());
    let inside = |path: &str| path.strip_prefix(file.name).map(str::to_owned);
    reports
        .filter_map(|report| Some((inside(&report.source.path)?, report.source.row)))
        .collect()
}

/// Makes an index anew from the files under `roots` and puts it in the place of the old one when it is complete, in one step: at
/// every moment there is the old index or the new one. Words of a user's lexicon are kept, topics of the user's own, and what the
/// user said of reports.
///
/// # Errors
/// As [`update`]; the old index stays. Also when another writer is at work in it, or the folder holds something that is no index.
pub fn rebuild(index: &Path, roots: &[PathBuf], options: &UpdateOptions, progress: &dyn Progress) -> Result<Outcome> {
    let Some(rebuild) = Rebuild::begin(index)? else {
        return update(index, roots, options, progress);
    };
    let mut options = options.clone();
    let mut remembered = HashMap::new();
    let mut lost = None;
    match Index::open(index).and_then(|before| Ok((before.sources()?, before))) {
        Ok((sources, before)) => {
            let held = before.stamp();
            options.writer.words.get_or_insert_with(|| held.words.clone());
            options.writer.topics.get_or_insert_with(|| held.topics.clone());
            remembered = sources.into_iter().map(|source| (source.path, source.said)).collect();
        }
        Err(error) => {
            lost = Some(format!(
                "what the old index remembers of --lexicon, --topics, --metadata and --path-pattern is lost, say it again: {error}"
            ));
        }
    }
    let mut outcome = update_remembering(rebuild.folder(), roots, &options, &remembered, progress)?;
    outcome.warnings.extend(lost);
    rebuild.finish()?;
    Ok(outcome)
}

/// The time of change, in nanoseconds since 1970, that a file must not have reached for its time to tell whether it is changed
/// again. File systems note times in steps of up to two seconds, so a file that was changed just now may be changed once more and
/// show the same time; and one from the future tells nothing.
fn trusted_until(now: SystemTime) -> i64 {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.saturating_sub(STEP_OF_TIMES).as_nanos()).unwrap_or(i64::MAX)
}

/// How the files an index was made from compare with the files as they are now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceCheck {
    /// How many files the index was made from.
    pub files: usize,
    /// Those that are there with other contents, or cannot be read.
    pub changed: Vec<String>,
    /// Those that are not there.
    pub missing: Vec<String>,
}

impl SourceCheck {
    /// Whether every file is as it was.
    pub fn is_sound(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty()
    }
}

/// Compares the files an index was made from, by their hashes, with the files as they are now.
pub fn check_sources(index: &Index) -> Result<SourceCheck> {
    let sources = index.sources()?;
    let mut check = SourceCheck {
        files: sources.len(),
        ..SourceCheck::default()
    };
    let found: Vec<Option<bool>> = sources.par_iter().map(is_as_indexed).collect();
    for (source, found) in sources.into_iter().zip(found) {
        match found {
            None => check.missing.push(source.path),
            Some(false) => check.changed.push(source.path),
            Some(true) => {}
        }
    }
    Ok(check)
}

/// Whether a file has the contents it was indexed with; `None` when it is not there.
fn is_as_indexed(source: &SourceEntry) -> Option<bool> {
    let path = Path::new(&source.path);
    if !path.exists() {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    let read = std::fs::File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut hasher));
    Some(read.is_ok() && hasher.finalize().to_hex().as_str() == source.hash)
}

fn known_sources(before: &Index) -> Result<HashMap<String, SourceEntry>> {
    let sources = before.sources()?;
    Ok(sources
        .into_iter()
        .map(|source| (source.path.clone(), source))
        .collect())
}

/// Notes the files that are no reports. One that the user names is a failure: a report was expected of it.
fn note_skipped(skipped: &[(PathBuf, SkipReason)], roots: &[PathBuf], outcome: &mut Outcome) {
    for (path, reason) in skipped {
        let shown = path.display().to_string();
        match reason {
            SkipReason::NoReader if roots.contains(path) => outcome.failed.push(Failure {
                message: format!("{shown}: {reason}; {}", readable_endings()),
                path: shown,
            }),
            _ => outcome.skipped.push((shown, reason.to_string())),
        }
    }
}

/// Notes what the walk could not look at; answers those places.
fn note_unseen(warnings: &[Error], outcome: &mut Outcome) -> Vec<PathBuf> {
    let mut unseen = Vec::new();
    for warning in warnings {
        match &warning.kind {
            ErrorKind::Io { path, .. } => {
                unseen.push(path.clone());
                outcome.failed.push(Failure {
                    path: path.display().to_string(),
                    message: with_hints(warning),
                });
            }
            _ => outcome.warnings.push(with_hints(warning)),
        }
    }
    unseen
}

/// The files the index knows under the roots that are not there any more. What stands where nobody could look is not among
/// them.
fn vanished(
    known: &HashMap<String, SourceEntry>,
    files: &[Found],
    roots: &[PathBuf],
    unseen: &[PathBuf],
) -> Vec<String> {
    let present: HashSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut vanished: Vec<String> = known
        .keys()
        .filter(|path| !present.contains(path.as_str()) && is_under(path, roots) && !is_under(path, unseen))
        .cloned()
        .collect();
    vanished.sort();
    vanished
}

/// The files the index knows that stand under none of the roots.
///
/// # Errors
/// When one of them is not there any more.
fn files_elsewhere(known: &HashMap<String, SourceEntry>, roots: &[PathBuf]) -> Result<Walk> {
    let paths: Vec<PathBuf> = known
        .keys()
        .filter(|path| !is_under(path, roots))
        .map(PathBuf::from)
        .collect();
    walk(&paths).map_err(|error| {
        error.hinted("the lexicon changed, so every file must be read again: build the index anew with --rebuild")
    })
}

/// A file to be read.
struct Task {
    file: Found,
    /// What the index knows of it.
    known: Option<SourceEntry>,
    /// What the user once said of its reports on the command line.
    said: String,
    /// Whether it is read even if its contents turn out to be the same.
    forced: bool,
}

/// What an update has to do.
struct Plan {
    /// By path.
    read: Vec<Task>,
}

impl Plan {
    fn make(
        known: &HashMap<String, SourceEntry>,
        files: Vec<Found>,
        options: &ReadOptions,
        corrections: &Corrections,
        remembered: &HashMap<String, String>,
        all_again: bool,
        outcome: &mut Outcome,
    ) -> Plan {
        let settings = options.settings();
        // Nothing said about how to read a file leaves it as it was read before.
        let is_read_anew = |file: &Found| {
            let read_as = known.get(&file.name).map(|source| &source.settings);
            let is_said_anew = || {
                known
                    .get(&file.name)
                    .is_some_and(|source| is_said_anew(corrections, file, source))
            };
            all_again || !settings.is_empty() && read_as.is_some_and(|read_as| *read_as != settings) || is_said_anew()
        };
        let is_same = |file: &Found| {
            let source = known.get(&file.name);
            source.is_some_and(|source| (source.size, source.modified) == (file.size, file.modified))
                && !is_read_anew(file)
        };
        let (same, differing): (Vec<Found>, Vec<Found>) = files.into_iter().partition(is_same);
        // A report that was read from a file that changed or vanished may also stand in one that did not: it is then read
        // from there.
        let homeless: HashSet<ReportId> = differing
            .iter()
            .map(|file| &file.name)
            .chain(&outcome.removed)
            .filter_map(|path| known.get(path))
            .flat_map(|source| source.reports.iter().map(|held| held.id))
            .collect();
        let shares = |file: &Found| {
            let mut held = known[&file.name].reports.iter();
            held.any(|held| homeless.contains(&held.id))
        };
        let (again, same): (Vec<Found>, Vec<Found>) = same.into_iter().partition(shares);
        for source in same.iter().map(|file| &known[&file.name]) {
            outcome.unchanged += 1;
            outcome.failed.extend(source.failures.iter().map(|message| Failure {
                path: source.path.clone(),
                message: message.clone(),
            }));
            outcome.skipped.extend(source.skipped.iter().cloned());
        }
        let task = |file: Found, forced| {
            let known = known.get(&file.name).cloned();
            let said = known.as_ref().map(|known| &known.said).or(remembered.get(&file.name));
            Task {
                said: said.cloned().unwrap_or_default(),
                known,
                forced,
                file,
            }
        };
        let mut read: Vec<Task> = differing
            .into_iter()
            .map(|file| {
                let forced = is_read_anew(&file);
                task(file, forced)
            })
            .collect();
        read.extend(again.into_iter().map(|file| task(file, true)));
        read.sort_by(|a, b| a.file.name.cmp(&b.file.name));
        Plan { read }
    }
}

/// Whether people say other things of a file's reports than when it was read.
fn is_said_anew(corrections: &Corrections, file: &Found, source: &SourceEntry) -> bool {
    let said = corrections.of_file(file, &source.said);
    said.fingerprint(&source.hash, &source.ids()) != source.corrections && !corrections.is_undecided(file)
}

/// Which report stands under which paths, of files and of members of archives. A report is kept as it was read from the first
/// of them.
struct Ledger {
    /// The paths of each report, as far as they are known to hold it now.
    paths: HashMap<ReportId, BTreeSet<String>>,
    /// The reports the index held before.
    held: HashSet<ReportId>,
    /// The reports written in this update, and the path each was read from.
    written: HashMap<ReportId, String>,
}

impl Ledger {
    fn new(known: &HashMap<String, SourceEntry>, plan: &Plan, removed: &[String]) -> Self {
        let read = plan.read.iter().map(|task| &task.file.name);
        let outdated: HashSet<&String> = read.chain(removed).collect();
        let mut ledger = Ledger {
            paths: HashMap::new(),
            held: known
                .values()
                .flat_map(|source| source.reports.iter().map(|held| held.id))
                .collect(),
            written: HashMap::new(),
        };
        for source in known.values().filter(|source| !outdated.contains(&source.path)) {
            ledger.note(source);
        }
        ledger
    }

    /// Notes that a file holds its reports.
    fn note(&mut self, source: &SourceEntry) {
        for (id, path) in source.paths() {
            self.paths.entry(id).or_default().insert(path);
        }
    }

    /// The path a report is kept under when it stands at `path` too: the one it was just read from, or one before.
    fn home(&self, id: ReportId, path: &str) -> Option<String> {
        let earlier = || self.paths.get(&id)?.first().filter(|home| home.as_str() < path);
        self.written.get(&id).or_else(earlier).cloned()
    }

    /// The tasks, to be done again whatever is known, of files that turned out to be unchanged and hold a report which another file
    /// no longer holds: it may have been kept as it was read from there.
    fn left_behind(&self, known: &HashMap<String, SourceEntry>, tasks: Vec<Task>, removed: &[String]) -> Vec<Task> {
        let before = tasks.iter().filter_map(|task| task.known.as_ref());
        let before = before.chain(removed.iter().filter_map(|path| known.get(path)));
        let is_at = |id: &ReportId, path: &str| self.paths.get(id).is_some_and(|paths| paths.contains(path));
        let lost: HashSet<ReportId> = before
            .flat_map(SourceEntry::paths)
            .filter(|(id, path)| !is_at(id, path) && !self.written.contains_key(id))
            .map(|(id, _)| id)
            .collect();
        let holds_one = |task: &Task| {
            let mut held = task.known.iter().flat_map(SourceEntry::paths);
            held.any(|(id, path)| lost.contains(&id) && is_at(&id, &path))
        };
        let again = tasks.into_iter().filter(holds_one);
        again.map(|task| Task { forced: true, ..task }).collect()
    }

    /// The reports the index held that stand in no file any more.
    fn orphans(&self) -> impl Iterator<Item = ReportId> {
        self.held.iter().copied().filter(|id| !self.paths.contains_key(id))
    }
}

/// What came of reading a file.
enum Reading {
    /// Its contents are the known ones.
    Same {
        hash: String,
    },
    Done(Box<Done>),
    Failed(Error),
}

/// A file's reports, ready to be written.
struct Done {
    hash: String,
    reports: Vec<Prepared>,
    failures: Vec<Error>,
    skipped: Vec<(String, String)>,
    warnings: Vec<String>,
    /// As in [`SourceEntry`].
    corrections: String,
    said: String,
}

/// What files are read with.
struct Reader<'a> {
    options: &'a ReadOptions,
    corrections: &'a Corrections,
    topics: &'a Topics,
}

/// Reads files side by side and hands them over one by one, in their order, while the next ones are being read.
fn read_in_order(
    tasks: &[Task],
    reader: &Reader<'_>,
    progress: &dyn Progress,
    mut take: impl FnMut(&Task, Reading) -> Result<()>,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<(&[Task], Vec<Reading>)>(1);
        scope.spawn(move || {
            for batch in batches(tasks) {
                let readings = batch.par_iter().map(|task| reader.read(task)).collect();
                // The other side stops listening only when writing failed, and then nothing more need be read.
                if sender.send((batch, readings)).is_err() {
                    return;
                }
            }
        });
        for (batch, readings) in receiver {
            for (task, reading) in batch.iter().zip(readings) {
                take(task, reading)?;
                progress.advance(task.file.size);
            }
        }
        Ok(())
    })
}

/// Splits the tasks into runs that together are not too large to be held in memory.
fn batches(tasks: &[Task]) -> impl Iterator<Item = &[Task]> {
    let mut rest = tasks;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let within = |task: &&Task| {
            bytes += task.file.size;
            bytes <= BATCH_BYTES
        };
        let fitting = rest.iter().take(BATCH_FILES).take_while(within).count();
        let (batch, after) = rest.split_at(fitting.max(1).min(rest.len()));
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}

impl Reader<'_> {
    fn read(&self, task: &Task) -> Reading {
        let contents = match Contents::load(&task.file, self.options) {
            Ok(contents) => contents,
            Err(error) => return Reading::Failed(error),
        };
        let is_known = task.known.as_ref().is_some_and(|known| known.hash == contents.hash);
        if is_known && !task.forced {
            return Reading::Same { hash: contents.hash };
        }
        let hash = contents.hash.clone();
        let said = self.corrections.of_file(&task.file, &task.said);
        match contents.read_corrected(&task.file, self.options, &said) {
            Err(error) => Reading::Failed(error),
            Ok(read) => {
                let ids: Vec<ReportId> = read.reports.iter().map(|report| report.id).collect();
                let mut warnings = read.warnings;
                let outdated = said.outdated(&hash, &ids);
                warnings.extend(outdated.into_iter().map(|told| format!("{}: {told}", task.file.name)));
                Reading::Done(Box::new(Done {
                    corrections: said.fingerprint(&hash, &ids),
                    said: said.memory(&hash, &ids),
                    hash,
                    reports: read
                        .reports
                        .into_iter()
                        .map(|report| Prepared::new(report, self.topics))
                        .collect(),
                    failures: read.failures,
                    skipped: read
                        .skipped
                        .into_iter()
                        .map(|(path, reason)| (path, reason.to_string()))
                        .collect(),
                    warnings,
                }))
            }
        }
    }
}

/// Whether all that is new is that the time of an unchanged file has become one to go by.
fn differ_in_trust_only(known: &SourceEntry, entry: &SourceEntry) -> bool {
    let as_known = SourceEntry {
        modified: known.modified,
        ..entry.clone()
    };
    known.modified == NO_TIME && as_known == *known
}

/// Writes what was read from one file, and answers what is to be remembered of it, if it could be read.
fn take_in(
    writer: &mut Writer,
    ledger: &mut Ledger,
    outcome: &mut Outcome,
    settings: &str,
    task: &Task,
    reading: Reading,
) -> Result<Option<SourceEntry>> {
    let path = &task.file.name;
    let mut entry = SourceEntry {
        path: path.clone(),
        size: task.file.size,
        modified: task.file.modified,
        hash: String::new(),
        settings: settings.to_owned(),
        corrections: String::new(),
        said: String::new(),
        reports: Vec::new(),
        failures: Vec::new(),
        skipped: Vec::new(),
    };
    match (reading, &task.known) {
        (Reading::Failed(error), known) => {
            let mut message = with_hints(&error);
            if let Some(known) = known {
                ledger.note(known);
                message.push_str("; the index keeps what it had of this file");
            }
            outcome.failed.push(Failure {
                path: path.clone(),
                message,
            });
            return Ok(None);
        }
        (Reading::Same { hash }, Some(known)) => {
            outcome.unchanged += 1;
            entry.hash = hash;
            entry.settings = known.settings.clone();
            entry.corrections = known.corrections.clone();
            entry.said = known.said.clone();
            entry.reports = known.reports.clone();
            entry.failures = known.failures.clone();
            entry.skipped = known.skipped.clone();
            ledger.note(&entry);
        }
        (Reading::Same { hash }, None) => entry.hash = hash,
        (Reading::Done(done), known) => {
            match known {
                None => outcome.new.push(path.clone()),
                Some(known) if known.hash == done.hash => outcome.unchanged += 1,
                Some(_) => outcome.changed.push(path.clone()),
            }
            outcome.bytes += task.file.size;
            outcome.warnings.extend(done.warnings);
            entry.hash = done.hash;
            entry.corrections = done.corrections;
            entry.said = done.said;
            entry.reports = done.reports.iter().map(|prepared| held(path, prepared)).collect();
            entry.skipped = done.skipped;
            entry.failures = done.failures.iter().map(with_hints).collect();
            for prepared in done.reports {
                let is_corrected = is_corrected(&prepared.report.evidence);
                let inside = prepared.report.source.path.clone();
                if let Some(home) = place(writer, ledger, outcome, prepared)?
                    && is_corrected
                    && home != inside
                {
                    let lost = "what is said of it is lost, because it is the same report as";
                    entry
                        .failures
                        .push(format!("{inside}: {lost} {home}; say it of that file"));
                }
            }
            ledger.note(&entry);
        }
    }
    outcome.failed.extend(entry.failures.iter().map(|message| Failure {
        path: path.clone(),
        message: message.clone(),
    }));
    outcome.skipped.extend(entry.skipped.iter().cloned());
    Ok(Some(entry))
}

/// Whether anything known of a report was said by people.
fn is_corrected(evidence: &[Evidence]) -> bool {
    evidence
        .iter()
        .any(|one| matches!(one.from, EvidenceSource::Sidecar | EvidenceSource::Path))
}

/// A report as the file at `path` holds it.
fn held(path: &str, prepared: &Prepared) -> Held {
    let whole = &prepared.report.source.path;
    Held {
        id: prepared.report.id,
        inside: whole.strip_prefix(path).unwrap_or_default().to_owned(),
    }
}

/// Writes a report, unless the same stands at an earlier path: then it answers that path.
fn place(
    writer: &mut Writer,
    ledger: &mut Ledger,
    outcome: &mut Outcome,
    prepared: Prepared,
) -> Result<Option<String>> {
    let id = prepared.report.id;
    let path = &prepared.report.source.path;
    if let Some(home) = ledger.home(id, path) {
        outcome.duplicates.push((path.clone(), home.clone()));
        return Ok(Some(home));
    }
    outcome.reports += 1;
    outcome.corrected += usize::from(is_corrected(&prepared.report.evidence));
    outcome.passages += prepared.passage_count();
    if ledger.held.contains(&id) {
        writer.remove_report(id);
    }
    ledger.written.insert(id, path.clone());
    writer.add_report(prepared)?;
    Ok(None)
}

fn with_hints(error: &Error) -> String {
    let mut text = error.to_string();
    for hint in &error.hints {
        text.push_str("; ");
        text.push_str(hint);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(size: u64) -> Task {
        Task {
            file: Found {
                path: PathBuf::new(),
                name: String::new(),
                size,
                modified: 0,
            },
            known: None,
            said: String::new(),
            forced: false,
        }
    }

    #[test]
    fn batches_are_bounded_by_files_and_bytes_and_leave_nothing_out() {
        let mut tasks: Vec<Task> = (0..200).map(|_| task(1)).collect();
        tasks.push(task(BATCH_BYTES * 3));
        tasks.extend((0..5).map(|_| task(BATCH_BYTES / 2)));
        let sizes: Vec<usize> = batches(&tasks).map(<[Task]>::len).collect();
        assert_eq!(sizes, [64, 64, 64, 8, 1, 2, 2, 1]);
        assert_eq!(batches(&[]).count(), 0);
    }
}
