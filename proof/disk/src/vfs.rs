//! SQLite's calls. The system's own file system does the work; this one is its twin with another `xOpen` and `xDelete`,
//! and files opened through it have another `xWrite`, `xTruncate`, `xSync` and `xClose`. Everything else, locks and
//! shared memory included, goes straight to the system's functions.

#![expect(unsafe_code, reason = "a file system for SQLite is a table of C functions")]

use crate::{disk, sync_pause};
use rusqlite::ffi::{
    SQLITE_IOERR, SQLITE_IOERR_DELETE, SQLITE_OK, SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_WAL,
    sqlite3_file, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

const NAME: &CStr = c"mercer-failing-disk";
/// Files that outlive a process; the others need no memory.
const LASTING: c_int = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;

/// The system's own; SQLite keeps it for ever.
static SYSTEM: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

/// What stands behind the `pMethods` of a file of ours. The table comes first: SQLite sees nothing else.
#[repr(C)]
struct Opened {
    methods: sqlite3_io_methods,
    system: *const sqlite3_io_methods,
    path: PathBuf,
}

/// Makes this the file system of every database opened from now on.
pub fn register() -> Result<(), String> {
    // SAFETY: a null name asks for the default, which is there as soon as SQLite is; find initialises it.
    let system = unsafe { sqlite3_vfs_find(ptr::null()) };
    if system.is_null() {
        return Err("SQLite has no file system here".into());
    }
    SYSTEM.store(system, Ordering::SeqCst);
    // SAFETY: `system` is a valid table that nobody changes. The twin shares its private data, which the system's
    // functions find in whichever table they are given.
    let mut twin = unsafe { *system };
    twin.pNext = ptr::null_mut();
    twin.zName = NAME.as_ptr();
    twin.xOpen = Some(open);
    twin.xDelete = Some(delete);
    // SAFETY: the twin is leaked, so it lives as long as SQLite may use it.
    match unsafe { sqlite3_vfs_register(Box::into_raw(Box::new(twin)), 1) } {
        SQLITE_OK => Ok(()),
        code => Err(format!("SQLite refused the file system: {code}")),
    }
}

/// # Safety
/// As SQLite calls it: `name` is null or a C string, `file` has room for the system's file object.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let system = SYSTEM.load(Ordering::SeqCst);
    // SAFETY: `system` was found by `register` and is valid for ever.
    let Some(system_open) = (unsafe { (*system).xOpen }) else { return SQLITE_IOERR };
    let path = (!name.is_null() && flags & LASTING != 0).then(|| {
        // SAFETY: `name` is a C string of SQLite's, checked not to be null.
        path(unsafe { CStr::from_ptr(name) })
    });
    // Held until the file is known: a power failure must not come in between.
    let mut disk = disk();
    let was_there = path.as_ref().is_some_and(|path| path.exists());
    // SAFETY: the arguments are SQLite's own, handed on as they are.
    let code = unsafe { system_open(system, name, file, flags, out) };
    let (Some(path), SQLITE_OK, Some(disk)) = (path, code, disk.as_mut()) else { return code };
    // SAFETY: the system has opened `file` and set its methods, a table that lives for ever; it may be null.
    let Some(theirs) = (unsafe { (*file).pMethods.as_ref() }) else { return code };
    let size = std::fs::metadata(&path).map_or(0, |data| data.len());
    disk.opened(&path, size, !was_there);
    let mut methods = *theirs;
    methods.xWrite = Some(write);
    methods.xTruncate = Some(truncate);
    methods.xSync = Some(sync);
    methods.xClose = Some(close);
    let opened = Box::into_raw(Box::new(Opened { methods, system: theirs, path }));
    // SAFETY: `file` is open; the table is the first field of `opened`, which lives until `close` frees it.
    unsafe { (*file).pMethods = opened.cast::<sqlite3_io_methods>() };
    code
}

/// # Safety
/// As SQLite calls it: `name` is a C string.
unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let system = SYSTEM.load(Ordering::SeqCst);
    // SAFETY: `name` is SQLite's C string.
    let path = path(unsafe { CStr::from_ptr(name) });
    let Some(mut disk) = disk() else { return SQLITE_IOERR_DELETE };
    disk.count();
    disk.files.remove(&path);
    if sync_folder == 0 && path.exists() {
        return disk.ghosts.delete(&path).map_or(SQLITE_IOERR_DELETE, |()| SQLITE_OK);
    }
    // SAFETY: `system` is valid for ever and the arguments are SQLite's own.
    unsafe { (*system).xDelete.map_or(SQLITE_IOERR_DELETE, |delete| delete(system, name, sync_folder)) }
}

/// # Safety
/// As SQLite calls it: `file` was opened by [`open`], `data` has `len` bytes.
unsafe extern "C" fn write(file: *mut sqlite3_file, data: *const c_void, len: c_int, offset: i64) -> c_int {
    // SAFETY: `file` is one of ours.
    let (opened, system) = unsafe { ours(file) };
    let Some(mut disk) = disk() else { return SQLITE_IOERR };
    let from = unsigned(offset);
    // SAFETY: `file` is open for as long as this call takes.
    let read = |at: u64, buffer: &mut [u8]| unsafe { read(file, system, at, buffer) };
    disk.image(&opened.path).remember(from, from + unsigned(len.into()), read);
    // SAFETY: the arguments are SQLite's own.
    let code = unsafe { system.xWrite.map_or(SQLITE_IOERR, |write| write(file, data, len, offset)) };
    disk.count();
    code
}

/// # Safety
/// As SQLite calls it: `file` was opened by [`open`].
unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: `file` is one of ours.
    let (opened, system) = unsafe { ours(file) };
    let Some(mut disk) = disk() else { return SQLITE_IOERR };
    // SAFETY: `file` is open for as long as this call takes.
    let (size_now, read) = (unsafe { size_of(file, system) }, |at: u64, buffer: &mut [u8]| unsafe {
        read(file, system, at, buffer);
    });
    disk.image(&opened.path).remember(unsigned(size), size_now, read);
    // SAFETY: the arguments are SQLite's own.
    let code = unsafe { system.xTruncate.map_or(SQLITE_IOERR, |truncate| truncate(file, size)) };
    disk.count();
    code
}

/// # Safety
/// As SQLite calls it: `file` was opened by [`open`].
unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    std::thread::sleep(sync_pause());
    // SAFETY: `file` is one of ours.
    let (opened, system) = unsafe { ours(file) };
    let Some(mut disk) = disk() else { return SQLITE_IOERR };
    // In the middle of it: nothing is sure yet.
    disk.count();
    // SAFETY: `file` is open for as long as this call takes.
    let size = unsafe { size_of(file, system) };
    disk.image(&opened.path).synced(size);
    SQLITE_OK
}

/// # Safety
/// As SQLite calls it: `file` was opened by [`open`] and is used no more.
unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: `open` put an `Opened` of its own behind the methods of every file of ours; it is taken back once, here,
    // and the system's own table put in its place.
    let system = unsafe {
        let opened = Box::from_raw((*file).pMethods.cast_mut().cast::<Opened>());
        (*file).pMethods = opened.system;
        opened.system
    };
    // SAFETY: the system's table lives for ever.
    unsafe { (*system).xClose.map_or(SQLITE_OK, |close| close(file)) }
}

/// # Safety
/// `file` was opened by [`open`] and not closed yet; the references must not outlive it.
unsafe fn ours<'f>(file: *mut sqlite3_file) -> (&'f Opened, &'f sqlite3_io_methods) {
    // SAFETY: see above; `open` put an `Opened` there, and the system's table lives for ever.
    unsafe {
        let opened = &*(*file).pMethods.cast::<Opened>();
        (opened, &*opened.system)
    }
}

/// Fills `buffer` from the file, with zeros behind its end.
///
/// # Safety
/// `file` is open and `system` is the table of the system that opened it.
unsafe fn read(file: *mut sqlite3_file, system: &sqlite3_io_methods, at: u64, buffer: &mut [u8]) {
    let (Some(read), Ok(len), Ok(at)) = (system.xRead, buffer.len().try_into(), at.try_into()) else { return };
    // SAFETY: the buffer has `len` bytes; a read behind the end fills the rest with zeros and says so.
    unsafe { read(file, buffer.as_mut_ptr().cast(), len, at) };
}

/// # Safety
/// `file` is open and `system` is the table of the system that opened it.
unsafe fn size_of(file: *mut sqlite3_file, system: &sqlite3_io_methods) -> u64 {
    let mut size = 0;
    if let Some(ask) = system.xFileSize {
        // SAFETY: `size` outlives the call.
        unsafe { ask(file, &raw mut size) };
    }
    unsigned(size)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn path(name: &CStr) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(name.to_bytes()))
}
