//! Line drawings of 20 by 20 units in the colour of the text around them; they say nothing to a screen reader.

use leptos::prelude::*;

/// The drawing that belongs to a section of the admin.
pub fn draw(name: &str) -> AnyView {
    let path = match name {
        "" => "M3 9.5 10 3.5l7 6M5 8.5V16.5h10V8.5M8.5 16.5v-4.5h3v4.5",
        "orders" => "M4 3.5h12v13l-2-1.2-2 1.2-2-1.2-2 1.2-2-1.2-2 1.2zM7 7.5h6M7 10.5h6",
        "abandoned-carts" => "M2.500 4h2.500l2 9h8l2-6.500H6M8 16.500h.01M14 16.500h.01",
        "gift-cards" => "M3 6h14v9H3zM3 9h14M10 6v9M10 6c-3 0-4-3-2-3s2 3 2 3 0-3 2-3 1 3-2 3",
        "products" => "M10.5 3.5h6v6l-7.5 7.5-6-6zM13.4 6.6h.01",
        "categories" => "M3 3.5h5v4H3zM12 8.5h5v3.500h-5zM12 14h5v3.500h-5zM5.500 7.500v8.300H12M5.500 10.300H12",
        "collections" => "M5.500 3.500h9M4.500 6.500h11M3.500 9.500h13v7h-13z",
        "attributes" => "M3.500 5.500h2M8.500 5.500h8M3.500 10h2M8.500 10h8M3.500 14.500h2M8.500 14.500h8",
        "inventory" => "M3.5 6.5 10 3l6.5 3.5v7L10 17l-6.5-3.5zM3.5 6.5 10 10l6.5-3.5M10 10v7",
        "warehouses" => "M3 16.500v-9l7-4 7 4v9M6.500 16.500v-6h7v6M6.500 13.500h7",
        "shipping" => {
            "M2.500 5.500h9v8h-9zM11.500 8.500h3.500l2.500 2.500v2.500h-6M5.500 16.200a1.600 1.600 0 1 0 0-3.200 1.600 1.600 0 0 0 0 3.200M14.200 16.200a1.600 1.600 0 1 0 0-3.200 1.600 1.600 0 0 0 0 3.200"
        }
        "media" => "M3 4h14v12H3zM3 13.500l4-4 3.500 3.500 2.500-2.500 4 4M13 7.500h.01",
        "sales" => {
            "M4.500 15.500l11-11M6.500 8.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4M13.500 15.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4"
        }
        "price-lists" => "M4 5.500h12M4 10h12M4 14.500h7M15 13v4M13 15h4",
        "currencies" => "M15 6a5.500 5.500 0 1 0 0 8M3 8.500h8M3 11.500h7",
        "discounts" => "M3 6h14v2.500a1.500 1.500 0 0 0 0 3V14H3v-2.500a1.500 1.500 0 0 0 0-3zM8 7.500v5",
        "taxes" => "M5 15 15 5M6.500 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4M13.500 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4M3 17.500h14",
        "reviews" => "M10 3l2.100 4.400 4.800.6-3.500 3.300.9 4.700-4.300-2.300L5.700 16l.9-4.700L3.100 8l4.800-.6z",
        "import" => "M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 13v3.5h13V13",
        "search" => "M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11M13 13l4 4",
        "mail" => "M3 5h14v10H3zM3 5.5l7 5.5 7-5.5",
        "staff" => {
            "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 16.5c0-3 2-4.5 5-4.5s5 1.500 5 4.500M13 4a3 3 0 0 1 0 5.500M14.500 12.300c2 .6 3 2 3 4.200"
        }
        "audit" => "M10 17a7 7 0 1 0-7-7M3 5.500V10h4.500M10 6v4l3 2",
        "settings" => "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
        "sessions" => "M10 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4 16.500c0-3 2.500-4.500 6-4.500s6 1.500 6 4.500",
        "reconciliation" => "M10 3.5v13M6.5 16.5h7M4 6h12M4 6l-2 5.500h4zM16 6l-2 5.500h4z",
        "redirects" => "M3.500 15.500v-4a3.500 3.500 0 0 1 3.500-3.500h9.500M12.500 4l4 4-4 4",
        "health" => "M3 10.500h3.500l2-5.500 3 10 2-4.500H17",
        "menu" => "M3 5.500h14M3 10h14M3 14.500h14",
        _ => "M3.500 16.500v-13l6.500 7 6.500-7v13",
    };
    view! {
        <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path
                d=path
                fill="none"
                stroke="currentColor"
                stroke-width="1.6"
                stroke-linecap="round"
                stroke-linejoin="round"
            />
        </svg>
    }
    .into_any()
}
