//! Attributes over HTTP: defined, filled in with a product, shown to shoppers and programs, and chosen in lists.

use super::{PASSWORD, owner, page, send};
use crate::page_cache::asked;
use crate::search::catch_up;
use crate::support::Site;
use serde_json::Value;
use shop::attribute;
use shop::catalogue::edit;
use shop::staff;

const WOOD: [(&str, &str); 12] = [
    ("kind", "choice"),
    ("name", "Wood"),
    ("filterable", "on"),
    ("searchable", "on"),
    ("shown", "on"),
    ("choices.0.value", "Oak"),
    ("choices.0.swatch", "#C8A06C"),
    ("choices.1.value", "Ash"),
    ("choices.1.swatch", ""),
    ("choices.2.value", ""),
    ("choices.2.swatch", ""),
    ("version", "0"),
];
const WIDTH: [(&str, &str); 5] =
    [("kind", "number"), ("name", "Width"), ("unit", "cm"), ("filterable", "on"), ("shown", "on")];

async fn defined(site: &Site, session: &str, fields: &[(&str, &str)]) -> String {
    let (status, place, text) = send(site, "/admin/attributes/new", session, fields).await;
    assert_eq!(status, 303, "{text}");
    place
}

/// What is in the boxes of a product's form, as its editor shows it.
fn sent_of(html: &str) -> Vec<(String, String)> {
    let value = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let form = html.split_once("data-guard").unwrap().1.split_once("</form>").unwrap().0;
    let inputs = form.split("<input").skip(1).map(|rest| format!(" {}", rest.split('>').next().unwrap()));
    let boxed = |tag: &String| tag.contains("checkbox") && !tag.contains("checked");
    let mut sent: Vec<_> = inputs
        .filter(|tag| !boxed(tag))
        .filter_map(|tag| Some((value(&tag, "name")?, value(&tag, "value").unwrap_or_default())))
        .collect();
    sent.push(("status".to_owned(), "published".to_owned()));
    sent
}

async fn save(site: &Site, session: &str, path: &str, more: &[(&str, &str)]) -> (u16, String) {
    let html = page(site, path, session).await;
    let mut sent = sent_of(&html);
    sent.retain(|(name, value)| {
        !more.iter().any(|(other, _)| other == name) || (name.starts_with("attributes.") && !value.is_empty())
    });
    let fields: Vec<_> = more
        .iter()
        .map(|(name, value)| (*name, *value))
        .chain(sent.iter().map(|(n, v)| (n.as_str(), v.as_str())))
        .collect();
    let (status, _, text) = send(site, path, session, &fields).await;
    (status, text)
}

over_http! {
    async fn an_attribute_is_defined_filled_in_shown_and_chosen(site: Site) {
        catch_up(&site).await;
        let olga = owner(&site).await;
        let (wood, width) = (defined(&site, &olga, &WOOD).await, defined(&site, &olga, &WIDTH).await);
        let by = staff::log_in(&site.shop, "olga@example.com", PASSWORD, "").await.unwrap();
        let known = attribute::all(&site.shop, &by).await.unwrap();
        let (of_wood, of_width) = (format!("attributes.{}", known[0].id), format!("attributes.{}", known[1].id));
        assert!(wood.ends_with(&known[0].id.to_string()) && width.ends_with(&known[1].id.to_string()));
        let oak = known[0].choices[0].id.to_string();
        let id = edit::load(&site.shop, &by, "cup").await.unwrap().id;
        let path = format!("/admin/products/{id}");

        // What cannot be read is said by its field, and what was typed stays.
        let (status, text) = save(&site, &olga, &path, &[(&of_width, "wide"), (&of_wood, &oak)]).await;
        assert_eq!(status, 422);
        assert!(text.contains("value=\"wide\"") && text.contains("at most three decimals"), "{text}");
        let (status, text) = save(&site, &olga, &path, &[(&of_width, "18,5"), (&of_wood, &oak)]).await;
        assert_eq!(status, 303, "{text}");

        let shown = asked(&site, "/p/cup").await.text().await.unwrap();
        assert!(shown.contains("<dt>Wood</dt><dd>Oak</dd>") && shown.contains("<dt>Width</dt><dd>18.5 cm</dd>"), "{shown}");
        assert!(shown.contains(r#""unitText":"cm""#), "{shown}");
        catch_up(&site).await;
        let list = asked(&site, "/search?attr.Wood=Oak").await.text().await.unwrap();
        assert!(list.contains("href=\"/p/cup\"") && !list.contains("href=\"/p/bowl\""), "{list}");
        assert!(list.contains("fill=\"#c8a06c\"") && list.contains("Remove filter: Wood: Oak"), "{list}");
        let range = asked(&site, "/search?attr.Width=10..20").await.text().await.unwrap();
        assert!(range.contains("href=\"/p/cup\"") && range.contains("Remove filter: Width: 10 to under 20 cm"), "{range}");
        let none = asked(&site, "/search?attr.Width=20..30").await.text().await.unwrap();
        assert!(none.contains("Without “Width: 20 to under 30 cm”"), "{none}");

        let product: Value = site.get("/api/v1/products/CUP").send().await.unwrap().json().await.unwrap();
        let expected = serde_json::json!([
            { "key": "wood", "name": "Wood", "type": "choice", "unit": null, "values": ["Oak"] },
            { "key": "width", "name": "Width", "type": "number", "unit": "cm", "values": ["18.5"] },
        ]);
        assert_eq!(product["attributes"], expected);
        let found: Value = site.get("/api/v1/search?attr.Width=10..20").send().await.unwrap().json().await.unwrap();
        assert_eq!(found["total"], 1);
        let wood_facet = found["attributes"].as_array().unwrap().iter().find(|a| a["name"] == "Wood").unwrap();
        assert_eq!(wood_facet["values"][0]["swatch"], "#c8a06c");

        // A renamed value is on the kept page at once; nothing is left of a deleted attribute.
        let renamed = [("name", "Wood"), ("slug", "wood"), ("shown", "on"), ("version", "1"), ("choices.0.id", &oak), ("choices.0.value", "Old oak")];
        assert_eq!(send(&site, &wood, &olga, &renamed).await.0, 303);
        assert!(asked(&site, "/p/cup").await.text().await.unwrap().contains("<dd>Old oak</dd>"));
        assert!(page(&site, &wood, &olga).await.contains("1 product has a value of it"));
        let (status, _, _) = send(&site, &format!("{wood}/delete"), &olga, &[]).await;
        assert_eq!(status, 303);
        assert!(page(&site, "/admin/attributes", &olga).await.contains("The attribute is deleted. 1 product had it."));
        assert!(!asked(&site, "/p/cup").await.text().await.unwrap().contains("Wood"));
    }

    async fn the_editor_keeps_what_was_typed_and_takes_turns(site: Site) {
        let olga = owner(&site).await;
        let wood = defined(&site, &olga, &WOOD).await;
        let with = |name: &'static str, value: &'static str| {
            let mut fields: Vec<(&str, &str)> = WOOD.iter().filter(|(known, _)| *known != name).copied().collect();
            fields.push((name, value));
            fields
        };
        let (status, _, text) = send(&site, "/admin/attributes/new", &olga, &with("choices.0.swatch", "brown")).await;
        assert_eq!(status, 422);
        assert!(text.contains("value=\"brown\"") && text.contains("Enter a colour like #a04030."), "{text}");
        let (status, _, text) = send(&site, "/admin/attributes/new", &olga, &WOOD).await;
        assert!(status == 422 && text.contains("Another attribute has this key."), "{text}");
        // Moved in the form, and only kept when it is saved.
        let (status, _, text) = send(&site, &wood, &olga, &with("do", "choice-down-0")).await;
        assert_eq!(status, 200);
        assert!(text.find("value=\"Ash\"").unwrap() < text.find("value=\"Oak\"").unwrap(), "{text}");
        let (status, _, text) = send(&site, &wood, &olga, &with("do", "more")).await;
        assert!(status == 200 && text.contains("choices.5.value"), "{text}");
        // Somebody else was there first.
        let (status, _, text) = send(&site, &wood, &olga, &with("version", "7")).await;
        assert!(status == 409 && text.contains("Somebody else has changed this attribute"), "{text}");
        defined(&site, &olga, &WIDTH).await;
        assert_eq!(send(&site, &format!("{wood}/move"), &olga, &[("do", "down")]).await.0, 303);
        let list = page(&site, "/admin/attributes", &olga).await;
        assert!(list.find(">Width</a>").unwrap() < list.find(">Wood</a>").unwrap(), "{list}");
        assert_eq!(send(&site, &format!("{wood}/move"), &olga, &[("do", "sideways")]).await.0, 422);
    }
}
