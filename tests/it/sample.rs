//! Reports for tests: small ones written here, and the corpus of the repository.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::testdir::TestDir;

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample corpus of the repository.
pub fn corpus() -> PathBuf {
    repository().join("corpus")
}

/// A folder with an index of the whole corpus, made once. Its paths begin with `corpus/`. Tests only read it.
pub fn corpus_index() -> &'static TestDir {
    static INDEX: OnceLock<TestDir> = OnceLock::new();
    INDEX.get_or_init(|| {
        let dir = TestDir::new();
        copy_folder(&corpus(), &dir.path("corpus"));
        dir.index("corpus");
        dir
    })
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("the corpus can be read");
        let target = to.join(entry.path().strip_prefix(from).expect("a path below the folder"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).expect("a folder for the copy");
        } else {
            std::fs::copy(entry.path(), &target).expect("a copied file");
        }
    }
}

/// A township's report: a title, a lead, the usual sections, with `body` as the first one's only paragraph.
pub fn report(county: &str, township: &str, year: u16, body: &str) -> String {
    format!(
        "{county}{township}{year}年法治政府建设年度报告\n\
         {year}年，{township}深入学习贯彻习近平法治思想，现将有关情况报告如下。\n\
         一、主要举措和成效\n{body}\n\
         二、存在的不足和原因\n执法力量薄弱，普法形式单一。\n\
         三、下一年度主要安排\n加强队伍建设，补齐短板弱项。\n"
    )
}

/// A folder with [`three_reports`] and an index of them.
pub fn three() -> TestDir {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    dir
}

/// Three townships of two counties in two years, with phrases that tests look for.
pub fn three_reports(dir: &TestDir) {
    dir.write(
        "reports/a.txt",
        report(
            "云河县",
            "青石镇",
            2022,
            "坚持和发展新时代“枫桥经验”，网格员化解纠纷97件，回访197件。",
        ),
    );
    dir.write(
        "reports/b.txt",
        report(
            "云河县",
            "白水镇",
            2023,
            "学习枫桥经验，又学枫桥经验，法律明白人入户宣讲。",
        ),
    );
    dir.write(
        "reports/c.txt",
        report("松岭县", "红叶乡", 2024, "网格员开展法治宣传，法律明白人调解邻里矛盾。"),
    );
}
