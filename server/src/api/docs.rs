//! `/api/docs`: the contract as a page, drawn on the server from the OpenAPI document. No script, nothing foreign.

use crate::render::render;
use crate::state::AppState;
use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::sync::LazyLock;

pub fn router() -> Router<AppState> {
    Router::new().route("/api/docs", get(page)).route("/api/docs.css", get(style))
}

/// Drawn once: the contract does not change while the program runs.
async fn page() -> Html<&'static str> {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let document = serde_json::to_value(super::document()).expect("the contract is plain data");
        render(move || draw(&document))
    });
    Html(&PAGE)
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("docs.css")).into_response()
}

fn draw(document: &Value) -> impl IntoView + use<> {
    let operations: Vec<_> = entries(&document["paths"])
        .into_iter()
        .flat_map(|(path, methods)| {
            entries(&methods).into_iter().map(move |(method, operation)| (path.clone(), method, operation))
        })
        .collect();
    let index = operations.iter().map(|(path, method, _)| {
        let label = format!("{} {path}", method.to_uppercase());
        view! { <li><a href=format!("#{}", anchor(method, path))>{label}</a></li> }
    });
    let index = index.collect_view();
    let schemas = entries(&document["components"]["schemas"]);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"API – Mercer"</title>
                <link rel="stylesheet" href="/api/docs.css" />
            </head>
            <body>
                <header>
                    <h1>"Mercer API"</h1>
                    <p>{text(&document["info"]["description"])}</p>
                    <p><a href="/api/openapi.json">"OpenAPI 3.1 document"</a></p>
                </header>
                <nav aria-label="Operations"><ul>{index}</ul></nav>
                <main>
                    {operations.into_iter().map(|(path, method, operation)| draw_operation(&path, &method, &operation)).collect_view()}
                    <h2>"Schemas"</h2>
                    {schemas.into_iter().map(|(name, schema)| draw_schema(&name, &schema)).collect_view()}
                </main>
            </body>
        </html>
    }
}

fn draw_operation(path: &str, method: &str, operation: &Value) -> impl IntoView + use<> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let rows = parameters.iter().map(|parameter| {
        let required = if parameter["required"] == true { "required" } else { "" };
        view! {
            <tr>
                <td><code>{text(&parameter["name"])}</code></td>
                <td>{text(&parameter["in"])}</td>
                <td>{required}</td>
                <td>{text(&parameter["description"])}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let has_parameters = !parameters.is_empty();
    let body = schema_name(&operation["requestBody"]);
    let tokens = operation["security"].as_array().is_some_and(|all| !all.is_empty());
    view! {
        <section id=anchor(method, path)>
            <h2><span class="method">{method.to_uppercase()}</span>" "<code>{path.to_owned()}</code></h2>
            <p>{text(&operation["summary"])}</p>
            {tokens.then(|| view! { <p>"Needs a token."</p> })}
            {has_parameters.then(|| view! {
                <table>
                    <thead><tr><th>"Parameter"</th><th>"In"</th><th>"Needed"</th><th>"Meaning"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            })}
            {body.map(|name| view! { <p>"Body: "{link(&name)}</p> })}
            <table>
                <thead><tr><th>"Status"</th><th>"Body"</th><th>"Meaning"</th></tr></thead>
                <tbody>
                    {entries(&operation["responses"]).into_iter().map(|(status, response)| view! {
                        <tr>
                            <td>{status}</td>
                            <td>{schema_name(&response).map(|name| link(&name))}</td>
                            <td>{text(&response["description"])}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </section>
    }
}

fn draw_schema(name: &str, schema: &Value) -> impl IntoView + use<> {
    let json = serde_json::to_string_pretty(schema).expect("a schema is plain data");
    view! {
        <section id=format!("schema-{name}")>
            <h3>{name.to_owned()}</h3>
            <p>{text(&schema["description"])}</p>
            <pre><code>{json}</code></pre>
        </section>
    }
}

fn link(name: &str) -> impl IntoView + use<> {
    view! { <a href=format!("#schema-{name}")>{name.to_owned()}</a> }
}

/// The schema that a body of JSON refers to, directly or as a list.
fn schema_name(holder: &Value) -> Option<String> {
    let content = entries(&holder["content"]).into_iter().next()?.1;
    let schema = &content["schema"];
    let reference = schema["$ref"].as_str().or_else(|| schema["items"]["$ref"].as_str())?;
    reference.rsplit('/').next().map(str::to_owned)
}

fn anchor(method: &str, path: &str) -> String {
    format!("{method}{}", path.replace(['/', '{', '}'], "-"))
}

fn entries(value: &Value) -> Vec<(String, Value)> {
    let empty = Map::new();
    value.as_object().unwrap_or(&empty).iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
