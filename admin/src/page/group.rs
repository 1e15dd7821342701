//! Groups of customers: all of them, and one with its members.

use crate::form::{Field, Form};
use crate::page::price_list::tabs;
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::customer_group::{Group, Member};
use shop::limits::{EMAIL_CHARS, NAME_CHARS};

const HERE: &str = "/admin/price-lists/groups";

pub fn list(groups: Vec<Group>, form: &Form) -> AnyView {
    let body = if groups.is_empty() {
        part::empty("No groups yet", "Customers of a group can have price lists of their own.", None)
    } else {
        let columns = [Text("Group"), Number("Members"), Number("Price lists")];
        part::table("Customer groups, table", &columns, groups.into_iter().map(row).collect_view())
    };
    view! {
        {part::heading("Price lists", None)}
        {tabs(true)}
        {form.summary()}
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Add a group"</h2>
            <form method="post" action=HERE class="stack">
                {Field::new("name", "Name").required().max(NAME_CHARS).input(form)}
                <div><button>"Add group"</button></div>
            </form>
        </section>
        <section class="card flush" aria-label="Customer groups">{body}</section>
    }
    .into_any()
}

fn row(group: Group) -> AnyView {
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/{}", group.id)>{group.name}</a></th>
            <td class="num">{group.members}</td>
            <td class="num">{group.lists}</td>
        </tr>
    }
    .into_any()
}

pub fn show(group: &Group, members: Vec<Member>, place: &Place, form: &Form) -> AnyView {
    let here = format!("{HERE}/{}", group.id);
    let body = if members.is_empty() {
        part::empty("No members yet", "Add customers by the address that they have registered with.", None)
    } else {
        let rows = members.into_iter().map(|one| member(&here, one)).collect_view();
        part::table("Members, table", &[Text("E-mail"), Text("Name"), Text("Remove")], rows)
    };
    view! {
        {part::up(HERE, "Customer groups")}
        {part::heading(group.name.clone(), None)}
        {form.summary()}
        <div class="columns">
            <div class="column">
                <section class="card" aria-labelledby="add">
                    <h2 id="add">"Add a member"</h2>
                    <form method="post" action=format!("{here}/add") class="stack">
                        {Field::new("email", "E-mail address of a customer").kind("email").required().max(EMAIL_CHARS).input(form)}
                        <div><button>"Add member"</button></div>
                    </form>
                </section>
            </div>
            <div class="column side-column">
                <section class="card" aria-labelledby="rename">
                    <h2 id="rename">"Name"</h2>
                    <form method="post" action=here.clone() class="stack">
                        {Field::new("name", "Name").required().max(NAME_CHARS).input(form)}
                        <div><button class="quiet">"Rename group"</button></div>
                    </form>
                </section>
            </div>
        </div>
        <section class="card flush" aria-label="Members">{body}</section>
        {part::pager(place)}
        <form method="post" action=format!("{here}/delete")>
            <button class="link" data-confirm="Delete this group? Its members lose its prices.">"Delete the group"</button>
        </form>
    }
    .into_any()
}

fn member(here: &str, member: Member) -> AnyView {
    view! {
        <tr>
            <th scope="row">{member.email.clone()}</th>
            <td>{member.name}</td>
            <td class="link-cell">
                <form method="post" action=format!("{here}/remove")>
                    <input type="hidden" name="customer" value=member.id.to_string() />
                    <button class="link">"Remove"<span class="sr-only">" "{member.email}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
