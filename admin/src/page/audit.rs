//! The owner's log of every change: who, what, from where, before and after.

use crate::date;
use crate::part::{self, Place};
use leptos::prelude::*;
use serde_json::Value;
use shop::audit::{Filter, Record};

pub fn page(records: Vec<Record>, entities: Vec<String>, filter: &Filter, place: &Place) -> AnyView {
    let here = filter.entity.clone();
    let tabs = std::iter::once(("/admin/audit".to_owned(), "All".to_owned(), here.is_empty()))
        .chain(entities.into_iter().map(|entity| {
            let chosen = entity == here;
            (format!("/admin/audit?entity={}", part::encode(&entity)), sentence(&entity), chosen)
        }))
        .collect();
    let one = (!filter.entity_id.is_empty()).then(|| {
        let back = format!("/admin/audit?entity={}", part::encode(&filter.entity));
        view! {
            <p class="chips">
                <a class="chip" href=back title="Remove this filter">"Only "<code>{filter.entity_id.clone()}</code>" ✕"</a>
            </p>
        }
    });
    let body = if records.is_empty() {
        part::empty("Nothing here yet", "Every change made in the admin is listed here.", None)
    } else {
        let items = records.into_iter().map(record).collect_view();
        view! { <ol class="log">{items}</ol> }.into_any()
    };
    view! {
        {part::heading("Audit log", None)}
        {part::tabs("Kinds of change", tabs)}
        {one}
        <section class="card flush" aria-label="Changes">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn record(record: Record) -> AnyView {
    let rows = difference(record.before.as_ref(), record.after.as_ref());
    let only = format!("/admin/audit?entity={}&id={}", part::encode(&record.entity), part::encode(&record.entity_id));
    let count = rows.len();
    let table = (!rows.is_empty()).then(|| {
        let rows = rows
            .into_iter()
            .map(|(field, before, after)| {
                view! {
                    <tr>
                        <th scope="row">{field}</th>
                        <td><del>{before}</del></td>
                        <td><ins>{after}</ins></td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <details>
                <summary>{if count == 1 { "1 field".to_owned() } else { format!("{count} fields") }}</summary>
                <table class="diff">
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            <th scope="col">"Before"</th>
                            <th scope="col">"After"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        }
    });
    let id = (!record.entity_id.is_empty()).then(|| view! { <a href=only><code>{record.entity_id.clone()}</code></a> });
    let from = (!record.address.is_empty()).then(|| format!(" from {}", record.address));
    view! {
        <li>
            <p>
                <strong>{record.actor}</strong>" · "{sentence(&record.action)}" "{id}
            </p>
            <p class="hint">{date::time(record.at)}{from}</p>
            {table}
        </li>
    }
    .into_any()
}

/// "product.change_price" as "Product change price".
fn sentence(code: &str) -> String {
    let text = code.replace(['.', '_'], " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The fields that differ: name, before, after. A field that is absent on one side is empty there.
fn difference(before: Option<&Value>, after: Option<&Value>) -> Vec<(String, String, String)> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    flatten("", before.unwrap_or(&Value::Null), &mut old);
    flatten("", after.unwrap_or(&Value::Null), &mut new);
    let mut names: Vec<String> = old.iter().chain(&new).map(|(name, _)| name.clone()).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let find = |list: &[(String, String)], name: &str| {
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    names
        .into_iter()
        .map(|name| (find(&old, &name), find(&new, &name), name))
        .filter(|(before, after, _)| before != after)
        .map(|(before, after, name)| (name, before, after))
        .collect()
}

fn flatten(prefix: &str, value: &Value, into: &mut Vec<(String, String)>) {
    let named = |part: &str| if prefix.is_empty() { part.to_owned() } else { format!("{prefix} › {part}") };
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(&named(name), value, into)),
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => {
            items.iter().enumerate().for_each(|(at, value)| flatten(&named(&(at + 1).to_string()), value, into));
        }
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().map(plain).collect();
            into.push((prefix.to_owned(), texts.join(", ")));
        }
        other => into.push((prefix.to_owned(), plain(other))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_difference_names_the_fields_that_changed() {
        let before = json!({ "title": "Mug", "prices": { "EUR": 1200 }, "tags": ["a"], "slug": "mug" });
        let after =
            json!({ "title": "Cup", "prices": { "EUR": 1200, "USD": 1400 }, "tags": ["a", "b"], "slug": "mug" });
        let mut rows = difference(Some(&before), Some(&after));
        rows.sort();
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(rows, [row("prices › USD", "", "1400"), row("tags", "a", "a, b"), row("title", "Mug", "Cup")]);
        assert!(difference(None, None).is_empty());
    }
}
