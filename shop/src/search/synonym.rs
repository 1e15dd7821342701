//! Words and phrases that mean the same, as the merchant says.

use super::{Synonym, folded_term};
use crate::audit::{self, Entry};
use crate::db::Read;
use crate::id::SynonymId;
use crate::limits::{Check, SYNONYM_PHRASES, SYNONYMS, TERM_CHARS};
use crate::staff::Staff;
use crate::{Error, Result, Shop, args};

/// All lines, oldest first.
pub async fn synonyms(shop: &Shop, _: &Staff) -> Result<Vec<Synonym>> {
    let rows: Vec<(SynonymId, String)> =
        shop.db.fetch_all("SELECT id, phrases FROM search_synonym ORDER BY id", args![]).await?;
    rows.into_iter().map(|(id, phrases)| Ok(Synonym { id, phrases: serde_json::from_str(&phrases)? })).collect()
}

/// The phrases of each line.
pub(super) async fn lines(shop: &Shop) -> Result<Vec<Vec<String>>> {
    let rows: Vec<(String,)> = shop.db.fetch_all("SELECT phrases FROM search_synonym", args![]).await?;
    rows.into_iter().map(|(phrases,)| Ok(serde_json::from_str(&phrases)?)).collect()
}

/// Adds a line; its phrases stand between commas in `text`.
///
/// # Errors
/// `Invalid` "phrases".
pub async fn add_synonym(shop: &Shop, by: &Staff, text: &str) -> Result<()> {
    let mut phrases: Vec<String> = Vec::new();
    let mut check = Check::default();
    for phrase in text.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
        check.text("phrases", phrase, TERM_CHARS);
        let phrase = folded_term(phrase);
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    let (least, most) = (*SYNONYM_PHRASES.start(), *SYNONYM_PHRASES.end());
    let enough = format!("Between {least} and {most} different words or phrases, with commas between them.");
    check.that(SYNONYM_PHRASES.contains(&phrases.len()), "phrases", enough);
    let words = |phrase: &String| phrase.chars().any(char::is_alphanumeric);
    check.that(phrases.iter().all(words), "phrases", "Each phrase needs a letter or a number.").done()?;

    let mut tx = shop.db.begin().await?;
    let (count,): (i64,) = tx.fetch_one("SELECT COUNT(*) FROM search_synonym", args![]).await?;
    if usize::try_from(count).is_ok_and(|count| count >= SYNONYMS) {
        return Err(Error::field("phrases", format!("There are {SYNONYMS} lines, which is as many as can be.")));
    }
    let id = SynonymId::new();
    let insert = "INSERT INTO search_synonym (id, phrases) VALUES ($1, $2)";
    tx.execute(insert, args![id, serde_json::to_string(&phrases)?]).await?;
    let entry = Entry::new(by, "synonym.create", "synonym", id).after(&phrases);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}

/// # Errors
/// `NotFound` when it is gone already.
pub async fn remove_synonym(shop: &Shop, by: &Staff, id: SynonymId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let gone: Option<(String,)> =
        tx.fetch_optional("DELETE FROM search_synonym WHERE id = $1 RETURNING phrases", args![id]).await?;
    let (phrases,) = gone.ok_or(Error::NotFound("synonym"))?;
    let phrases: Vec<String> = serde_json::from_str(&phrases)?;
    let entry = Entry::new(by, "synonym.delete", "synonym", id).before(&phrases);
    audit::record(&mut tx, &entry, shop.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}
