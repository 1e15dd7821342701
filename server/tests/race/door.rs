//! C15: a one-time link opens once.

use super::QUIET;
use super::arena::Arena;
use super::count::C15;
use super::crowd::rush;
use shop::staff;

race! {
    QUIET;

    async fn c15_a_one_time_link_lets_one_in(arena: Arena) {
        let (crowd, rounds) = (C15.crowd(), C15.rounds());
        let before = arena.number("SELECT COUNT(*) FROM staff").await;
        for round in 0..rounds {
            let link = staff::first_link(&arena.site.shop).await.unwrap();
            let told = rush((0..crowd).map(|at| enter(&arena, &link.token, round, at))).await;
            let inside = told.iter().filter(|(status, place)| *status == 303 && place == "/admin").count();
            let spent = told.iter().filter(|(status, _)| *status == 410).count();
            assert_eq!((inside, spent), (1, crowd - 1), "{told:?}");
        }
        let joined = arena.number("SELECT COUNT(*) FROM staff").await - before;
        assert_eq!(joined, i64::try_from(rounds).unwrap());
        let sessions = arena.number("SELECT COUNT(*) FROM session WHERE staff_id IS NOT NULL").await;
        assert_eq!(sessions, before + joined, "somebody came in without an account");
    }
}

async fn enter(arena: &Arena, token: &str, round: usize, at: usize) -> (u16, String) {
    let email = format!("sam-{round}-{at}@example.com");
    let fields = [("name", "Sam"), ("email", email.as_str()), ("password", crate::admin::PASSWORD)];
    let answer = arena.site.form(&format!("/admin/setup/{token}"), &fields).send().await.unwrap();
    (answer.status().as_u16(), crate::support::header(&answer, "location"))
}
