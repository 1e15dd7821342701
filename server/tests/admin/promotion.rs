//! Discounts at the merchant's desk: made by the form, given codes, tried out, archived.

use super::{owner, page, send, status};
use crate::support::Site;
use shop::args;

/// Makes 10 % off with a limit; its page.
async fn made(site: &Site, session: &str) -> String {
    let fields = [
        ("title", "Welcome"),
        ("way", "code"),
        ("effect", "percent"),
        ("percent", "10"),
        ("rank", "0"),
        ("max_uses", "5"),
        ("budget", "EUR 100.00"),
        ("minimum", "EUR 5.00"),
        ("products", "CUP"),
        ("combines_delivery", "on"),
        ("do", "active"),
    ];
    let (status, location, body) = send(site, "/admin/discounts/new", session, &fields).await;
    assert_eq!(status, 303, "{body}");
    location
}

over_http! {
    async fn a_discount_is_made_given_codes_tried_out_and_archived(site: Site) {
        let olga = owner(&site).await;
        let here = made(&site, &olga).await;
        let (refused, _, body) = send(&site, &format!("{here}/codes"), &olga, &[("code", "no!")]).await;
        assert!(refused == 422 && body.contains("3 to 40 of the characters"), "{refused}");
        let (added, ..) = send(&site, &format!("{here}/codes"), &olga, &[("code", "welcome10")]).await;
        assert_eq!(added, 303);
        let batch = [("count", "1200"), ("prefix", "VIP-"), ("each", "1")];
        assert_eq!(send(&site, &format!("{here}/codes/batch"), &olga, &batch).await.0, 303);
        let shown = page(&site, &here, &olga).await;
        for text in ["EUR 100.00", "EUR 5.00", "CUP", "VIP-", "0 of 5"] {
            assert!(shown.contains(text), "{text} is not shown");
        }
        let file = page(&site, &format!("{here}/codes.csv"), &olga).await;
        assert_eq!(file.lines().count(), 1202);
        assert!(file.contains("WELCOME10,yes,0,,,"), "{}", &file[..200]);
        // Tried out: why it does not apply, and what it takes off when it does.
        let asked = "/admin/discounts/try?lines=CUP+1&country=DE&currency=EUR&at=2026-01-01T00:00&customer=";
        let shown = page(&site, &format!("{asked}&code="), &olga).await;
        assert!(shown.contains("It needs a code."), "no reason");
        let shown = page(&site, &format!("{asked}&code=Welcome10"), &olga).await;
        assert!(shown.contains("Welcome (WELCOME10)") && shown.contains("€1.00") && shown.contains("€13.90"), "{shown}");
        assert_eq!(status(&site, "/admin/discounts/try?lines=NONE+1&country=DE&currency=EUR&at=2026-01-01T00:00", &olga).await, 422);
        // A change of what somebody else has changed meanwhile is refused, and typed values stay.
        let stale = [("version", "9"), ("title", "Stale title"), ("way", "code"), ("effect", "percent"), ("percent", "10")];
        let (refused, _, body) = send(&site, &here, &olga, &stale).await;
        assert!(refused == 409 && body.contains("Stale title"), "{refused}");
        let wrong = [("version", "1"), ("title", "X"), ("way", "code"), ("effect", "percent"), ("percent", "101"), ("category", "nowhere")];
        let (refused, _, body) = send(&site, &here, &olga, &wrong).await;
        assert!(refused == 422 && body.contains("There is no such choice."), "{refused}");
        assert_eq!(send(&site, &format!("{here}/archive"), &olga, &[("version", "1")]).await.0, 303);
        assert!(page(&site, "/admin/discounts?state=archived", &olga).await.contains("Welcome"));
        let audited = "SELECT COUNT(*) FROM audit_log WHERE entity = 'promotion'";
        assert_eq!(site.shop.db.fetch_one::<(i64,)>(audited, args![]).await.unwrap().0, 4);
    }
}
