//! The files of an index, as the engine reads and writes them: each is sealed ([`super::seal`]) when it is written, and each block
//! of it is checked the first time it is read. So what rotted on the disk, or was cut off, or is not ours, is an error and never an
//! answer; and merging, which reads all of the old to write the new, cannot pass damage on under a new seal.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use super::seal::{BLOCK, Seal, Sealer, seal_text, unseal_text};

/// The folder of an index, sealed.
#[derive(Clone)]
pub struct SealedDirectory {
    folder: PathBuf,
    engine: MmapDirectory,
    access: Access,
    faults: Faults,
}

/// What the folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Needs no lock and writes nothing, so it works in a folder that may only be read.
    Read,
    Write,
}

/// The first trouble with a file of the index. The engine tells of it in its own words, or not at all, and from another thread.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Option<Fault>>>);

/// A file of the index that is not as it should be, or that the system refuses to read or write.
#[derive(Clone)]
pub struct Fault {
    pub path: PathBuf,
    pub error: Arc<io::Error>,
}

impl SealedDirectory {
    /// The files in a folder, which must exist.
    pub fn open(folder: &Path, access: Access) -> Result<Self, OpenDirectoryError> {
        Ok(SealedDirectory {
            folder: folder.to_path_buf(),
            engine: MmapDirectory::open(folder)?,
            access,
            faults: Faults::default(),
        })
    }

    /// What went wrong with its files.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Notes an error about a file and passes it on.
    fn note(&self, path: &Path, error: io::Error) -> io::Error {
        let error = Arc::new(error);
        self.faults.note(self.folder.join(path), &error);
        io::Error::new(error.kind(), error)
    }

    /// Opens a file, with its seal.
    fn sealed(&self, path: &Path) -> Result<SealedFile, OpenReadError> {
        let handle = self.engine.get_file_handle(path).inspect_err(|error| {
            let (kind, text) = match error {
                OpenReadError::IoError { io_error, .. } => (io_error.kind(), io_error.to_string()),
                OpenReadError::FileDoesNotExist(_) => (io::ErrorKind::NotFound, "the file is missing".to_owned()),
                OpenReadError::IncompatibleIndex(_) => (io::ErrorKind::InvalidData, format!("{error:?}")),
            };
            self.note(path, io::Error::new(kind, text));
        })?;
        let refused = |error| OpenReadError::wrap_io_error(self.note(path, error), path.to_path_buf());
        let bytes = handle.read_bytes(0..handle.len()).map_err(refused)?;
        let seal = Seal::read(&name_of(path), &bytes).map_err(|reason| refused(damage(reason)))?;
        Ok(SealedFile {
            checked: (0..seal.blocks()).map(|_| AtomicBool::new(false)).collect(),
            path: path.to_path_buf(),
            directory: self.clone(),
            bytes,
            seal,
        })
    }

    /// Checks every block of a file of a segment.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, path: &Path) -> Result<(), String> {
        let checked = self
            .sealed(path)
            .map(|file| file.read_bytes(0..file.len()).map(drop))
            .map_err(|_| self.faults.first());
        match checked {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(fault) => Err(fault.map_or_else(String::new, |fault| fault.error.to_string())),
        }
    }
}

impl Faults {
    /// The first trouble, if there was any.
    pub fn first(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, path: PathBuf, error: &Arc<io::Error>) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| Fault {
            path,
            error: Arc::clone(error),
        });
    }
}

impl Fault {
    /// Whether the file can be read but is not what was written.
    pub fn is_damage(&self) -> bool {
        matches!(self.error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::NotFound)
    }
}

fn damage(reason: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the file is damaged: {reason}"))
}

fn name_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A file, of which each block is checked before it is handed out for the first time.
struct SealedFile {
    path: PathBuf,
    directory: SealedDirectory,
    /// All of it, the seal too.
    bytes: OwnedBytes,
    seal: Seal,
    /// Which blocks were found whole.
    checked: Box<[AtomicBool]>,
}

impl FileHandle for SealedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let refused = |reason: String| Err(self.directory.note(&self.path, damage(reason)));
        if range.start > range.end || range.end > self.seal.length {
            return refused(format!("bytes {} to {} do not exist", range.start, range.end));
        }
        for block in range.start / BLOCK..range.end.div_ceil(BLOCK) {
            if self.checked[block].load(Ordering::Relaxed) {
                continue;
            }
            if !self.seal.holds(block, &self.bytes) {
                let start = block * BLOCK;
                let end = (start + BLOCK).min(self.seal.length);
                return refused(format!("bytes {start} to {end} do not match their checksum"));
            }
            self.checked[block].store(true, Ordering::Relaxed);
        }
        Ok(self.bytes.slice(range))
    }
}

impl HasLen for SealedFile {
    fn len(&self) -> usize {
        self.seal.length
    }
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedFile({})", self.path.display())
    }
}

/// Writes a file, and its seal at the end.
struct SealingWriter {
    path: PathBuf,
    directory: SealedDirectory,
    file: Box<dyn TerminatingWrite + Send + Sync>,
    /// `None` once the seal is written.
    sealer: Option<Sealer>,
}

impl Write for SealingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => self.directory.note(&self.path, error),
        })?;
        if let Some(sealer) = &mut self.sealer {
            sealer.update(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file
            .flush()
            .map_err(|error| self.directory.note(&self.path, error))
    }
}

impl TerminatingWrite for SealingWriter {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        let seal = self.sealer.take().map(Sealer::finish).unwrap_or_default();
        let written = self.file.write_all(&seal).and_then(|()| self.file.terminate_ref(token));
        written.map_err(|error| self.directory.note(&self.path, error))
    }
}

impl fmt::Debug for SealedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedDirectory({})", self.folder.display())
    }
}

impl Directory for SealedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(self.sealed(path)?))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.engine.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.engine.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let unwritten = |error| OpenWriteError::wrap_io_error(self.note(path, error), path.to_path_buf());
        let writer = self.engine.open_write(path).map_err(|error| match error {
            OpenWriteError::IoError { io_error, .. } => {
                unwritten(io::Error::new(io_error.kind(), io_error.to_string()))
            }
            exists => exists,
        })?;
        let file = writer.into_inner().map_err(|error| unwritten(error.into_error()))?;
        Ok(BufWriter::new(Box::new(SealingWriter {
            sealer: Some(Sealer::new(&name_of(path))),
            path: path.to_path_buf(),
            directory: self.clone(),
            file,
        })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let sealed = self.engine.atomic_read(path)?;
        match unseal_text(&name_of(path), &sealed) {
            (text, true) => Ok(text.to_vec()),
            (_, false) => {
                let error = self.note(path, damage("it is not what was written"));
                Err(OpenReadError::wrap_io_error(error, path.to_path_buf()))
            }
        }
    }

    fn atomic_write(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        let sealed = seal_text(&name_of(path), text);
        self.engine
            .atomic_write(path, &sealed)
            .map_err(|error| self.note(path, error))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.engine
            .sync_directory()
            .map_err(|error| self.note(Path::new(""), error))
    }

    /// Readers take no lock: should a file be gone before they open it, there is a newer commit, and they open that.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.access {
            Access::Read => Ok(DirectoryLock::from(Box::new(()))),
            Access::Write => self.engine.acquire_lock(lock).inspect_err(|error| {
                if let LockError::IoError(io_error) = error {
                    self.faults.note(self.folder.join(&lock.filepath), io_error);
                }
            }),
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.engine.watch(callback)
    }
}
