//! The integration tests: one binary, one file a subject.

// What the tests stand on.
mod sample; // reports written for tests, and the corpus of the repository
mod testdir; // a fresh folder, the program run in it, its output

// The code itself.
mod layers; // imports point down only; the library never prints

// Reading.
mod archives; // reports in archives and in several formats: member paths, duplicates, updates
mod bad_input; // broken files and broken questions: clear messages, and the run goes on
mod gold; // every report of the corpus is read as corpus/gold.jsonl says
mod index; // new, changed, unchanged, removed, failed; locks, versions, lexicon
mod pdf; // pages as places; scans, with and without OCR
mod places; // real places: city and province of a county, the region
mod scorecard; // how well that is, as a table that may only get better
mod sidecar; // people correct what is read: sidecars, sheets, patterns for paths
mod traps; // one short document for each trap of the genre

// Finding.
mod count; // terms by fields: every number is that of a plain scan
mod coverage; // who mentions a term since when, and who stopped
mod exactness; // the index against an independent scan, under changes, whatever the number of threads
mod formats; // every export holds the same hits
mod language; // every operand of the language, joined and within every unit of text, against an independent scan
mod ranking; // the order of hits, held to judgments, measures and golden lists
mod relevance; // few hits of many are the first of all
mod scan; // the plain reading that the index is held to
mod search; // the language, filters, facets, order, limits, exit codes

// Drawing and coding.
mod coding; // workbooks for coders, and what comes back
mod draws; // samples that anybody can draw again

// The other commands.
mod export; // files in every format, their receipts, replay; killed runs and full disks
mod inspect;
mod kwic; // a line an occurrence: counts, places, order, samples, columns
mod quotes; // quotations of a manuscript: exact, altered, not found
mod schema;
mod show;
mod statistics; // collocates, compare and dispersion against plain counts and formulas
mod topics; // ours and the user's: found, ranked, listed, tested, grown
mod trend; // terms over the years, as tables and figures
mod verify;

// Under difficulties.
mod corruption; // whatever happens to a file of an index: the right answer, or an error that names the file
mod crash; // runs killed at any moment: the old state or the new one, and the next run completes the work

mod hostile; // names, texts and nesting that would command a terminal, a spreadsheet or the stack
mod invariants; // what must always hold, one test for each
mod safety; // full disks, permissions, changing files, clocks, locks, readers beside a writer; sources are never touched

// What people read.
mod help; // --help of every command, completions, manual pages
mod readme; // every command shown in the READMEs
