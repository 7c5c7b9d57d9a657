//! What a file gains by the company it keeps: good files beside it in its
//! folder, and the names of the best places that it uses.
//!
//! A task seldom ends at one file. Those that change together lie together, or
//! one uses what the other defines.
//!
//! **Invariants**
//! - Nobody gains by company alone: a file has to hold a word of the question,
//!   or have commits that do, to be lifted.

use rustc_hash::FxHashMap;

use super::places::FilePlaces;
use super::question::Question;
use super::rank::{Holder, Ranked, RankedFile};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::terms::read_terms;
use crate::words::fold;
use crate::workspace::RootQuery;

/// Files whose folders gain.
const LEADING_FILES: usize = 30;
/// How much of the leading files' scores their folder shares out.
const FOLDER_SHARE: f32 = 0.15;
/// A folder of few files is not thereby a better one.
const FOLDER_EVENNESS: f32 = 3.0;

/// Best places whose names are followed.
const FOLLOWED: usize = 3;
/// How much of a place's score the users of its name share.
const USE_SHARE: f32 = 0.15;
/// A name that stands in more files is too common to lead anywhere.
const MOST_USERS: usize = 15;
/// Shorter names are too often something else.
const LEAST_NAME: usize = 4;

/// Lifts the files of folders that hold leading ones. Expects and leaves the
/// best file first.
pub(super) fn lift_by_folder(files: &mut [RankedFile], question: &Question) {
    /// The leading scores in a folder, and how many files of it were found.
    #[derive(Default)]
    struct Folder {
        sum: f32,
        files: f32,
    }
    let mut folders: FxHashMap<(usize, &str), Folder> = FxHashMap::default();
    for (place, file) in files.iter().enumerate() {
        let folder = folders.entry((file.root, folder_of(&file.path))).or_default();
        folder.files += 1.0;
        if place < LEADING_FILES {
            folder.sum += file.score;
        }
    }
    let gains: Vec<f32> = files
        .iter()
        .map(|file| {
            let folder = &folders[&(file.root, folder_of(&file.path))];
            let share = folder.sum / (folder.files + FOLDER_EVENNESS).sqrt();
            FOLDER_SHARE * share * question.class_weight(file.class)
        })
        .collect();
    for (file, gain) in files.iter_mut().zip(gains) {
        file.score += gain;
    }
    files.sort_by(RankedFile::order);
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What a ranked file gains by using the name of a best place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Use {
    /// Its place in [`Ranked::files`].
    pub(super) file: usize,
    pub(super) gain: f32,
    pub(super) name: String,
}

/// Follows the names of the best places, of which `best` is the first, to the
/// files that use them. Each file is lifted once, by the name that lifts it most.
pub(super) fn uses(
    roots: &[RootQuery<'_>],
    best: &[FilePlaces],
    ranked: &Ranked,
    question: &Question,
    cancel: &Cancel,
) -> Result<Vec<Use>, IndexError> {
    let at: FxHashMap<(usize, &str), usize> = ranked
        .files
        .iter()
        .enumerate()
        .map(|(number, file)| ((file.root, file.path.as_str()), number))
        .collect();
    let mut gains: FxHashMap<usize, (f32, &str)> = FxHashMap::default();
    for found in best.iter().take(FOLLOWED) {
        cancel.check()?;
        let file = &ranked.files[found.file];
        let symbol = found.places.first().and_then(|place| place.symbol.as_deref());
        for name in symbol.into_iter().flat_map(|symbol| symbol.rsplit("::").take(2)) {
            if name.len() < LEAST_NAME {
                continue;
            }
            let users = users(&roots[file.root], ranked, file.root, name)?;
            if !(2..=MOST_USERS).contains(&users.len()) {
                continue;
            }
            let share = USE_SHARE * file.score / (users.len() as f32).sqrt();
            for user in users.iter().filter_map(|path| at.get(&(file.root, path.as_str()))) {
                let gain = share * question.class_weight(ranked.files[*user].class);
                let known = gains.entry(*user).or_insert((0.0, name));
                if *user != found.file && gain > known.0 {
                    *known = (gain, name);
                }
            }
        }
    }
    let mut uses: Vec<Use> = gains
        .into_iter()
        .filter(|(_, (gain, _))| *gain > 0.0)
        .map(|(file, (gain, name))| Use { file, gain, name: name.to_owned() })
        .collect();
    uses.sort_unstable_by_key(|lifted| lifted.file);
    Ok(uses)
}

/// The files of a root that hold a name, as far as more than [`MOST_USERS`].
fn users(
    root: &RootQuery<'_>,
    ranked: &Ranked,
    number: usize,
    name: &str,
) -> Result<Vec<String>, IndexError> {
    let folded = fold(name);
    let mut users = Vec::new();
    if let Some(stored) = &root.view.stored {
        for segment in stored.segments() {
            if segment.doc_freq(stored.fields.words, &folded)? > 2 * MOST_USERS as u64 {
                return Ok(Vec::new());
            }
            segment.for_each_holder(stored.fields.words, &folded, |doc| {
                let path = segment.table.path(doc);
                if !root.view.overlay.hides(path) {
                    users.push(path.to_owned());
                }
            })?;
        }
    }
    let held = ranked.files.iter().filter(|file| file.root == number);
    users.extend(held.filter_map(|file| match &file.holder {
        Holder::Held(held) if read_terms(&held.lists.words).any(|(word, _)| word == folded) => {
            Some(file.path.clone())
        }
        _ => None,
    }));
    Ok(users)
}
