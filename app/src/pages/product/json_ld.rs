//! What a product page says to search engines, as schema.org in JSON-LD: offers, and the rating where there is one.

use crate::shell::Site;
use crate::variants;
use shop::catalogue::{Availability, Product};

/// The product for search engines (schema.org). `<` is escaped so that no text can end the script element.
pub(super) fn of(site: &Site, product: &Product) -> String {
    let address = format!("{}/p/{}", site.origin, product.slug);
    let absolute = |url: &String| if url.starts_with('/') { format!("{}{url}", site.origin) } else { url.clone() };
    let offers: Vec<_> = product
        .variants
        .iter()
        .map(|variant| {
            let buyable = variant.availability != Availability::Units(0);
            serde_json::json!({
                "@type": "Offer",
                "sku": variant.sku,
                "price": variant.price.decimal(),
                "priceCurrency": variant.price.currency.code(),
                "availability": if buyable { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
                "url": format!("{address}?variant={}", variants::query_value(&variant.sku)),
            })
        })
        .collect();
    let mut data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "description": product.seo_description,
        "url": address,
        "image": product.pictures.iter().map(|picture| absolute(&picture.src())).collect::<Vec<_>>(),
        "offers": offers,
    });
    if !product.brand.is_empty() {
        data["brand"] = serde_json::json!({"@type": "Brand", "name": product.brand});
    }
    if !product.specs.is_empty() {
        data["additionalProperty"] = product
            .specs
            .iter()
            .map(|spec| {
                let mut property =
                    serde_json::json!({"@type": "PropertyValue", "name": spec.name, "value": spec.values.join(", ")});
                if !spec.unit.is_empty() {
                    property["unitText"] = spec.unit.as_str().into();
                }
                property
            })
            .collect();
    }
    if product.rating.reviews() > 0 {
        data["aggregateRating"] = serde_json::json!({
            "@type": "AggregateRating",
            "ratingValue": product.rating.average(),
            "reviewCount": product.rating.reviews(),
            "bestRating": 5,
            "worstRating": 1,
        });
    }
    data.to_string().replace('<', "\\u003c")
}
