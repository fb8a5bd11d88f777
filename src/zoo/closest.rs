//! Tells a mistyped name from the one that was meant.

/// The one of `names` that the fewest edits make of `name`.
pub fn closest(name: &str, names: Vec<String>) -> Option<String> {
    names.into_iter().min_by_key(|known| edit_distance(name, known))
}

/// Letters to insert, delete or replace (Wagner and Fischer 1974): one row of the table at a time.
fn edit_distance(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
