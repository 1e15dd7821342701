//! The doctor, on the command line and in the admin, on a shop that is well and on one that is not.

use crate::admin::{owner, page};
use crate::support::Site;
use shop::args;
use std::process::{Command, Output};

/// Runs this build's `mercer doctor` on the site's database.
fn doctor(site: &Site, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mercer"));
    command.args(["doctor", "--database-url", &site.database]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

over_http! {
    async fn the_doctor_finds_what_is_wrong_and_says_so_by_its_exit_code(site: Site) {
        let session = owner(&site).await;
        assert!(page(&site, "/admin/health", &session).await.contains("Everything is as it must be."));
        let well = doctor(&site, &[]);
        assert_eq!((well.status.code(), text(&well.stderr)), (Some(0), ""));
        assert!(text(&well.stdout).lines().all(|line| line.contains(" ok ")), "{}", text(&well.stdout));

        let mut tx = site.shop.db.begin().await.unwrap();
        tx.execute("UPDATE stock SET on_hand = on_hand + 1", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let html = page(&site, "/admin/health", &session).await;
        assert!(html.contains("One rule is broken.") && html.contains("by its movements"), "{html}");
        let ill = doctor(&site, &[]);
        assert_eq!(ill.status.code(), Some(1));
        assert!(text(&ill.stdout).contains("I2") && text(&ill.stderr).contains("1 rule is broken"));
        let json: serde_json::Value = serde_json::from_slice(&doctor(&site, &["--json"]).stdout).unwrap();
        let broken = json.as_array().unwrap().iter().filter(|verdict| verdict["breaches"] != serde_json::json!([]));
        assert_eq!(broken.map(|verdict| &verdict["rule"]).collect::<Vec<_>>(), ["I2"]);
    }
}

#[test]
fn a_doctor_without_a_patient_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none");
    let answer = Command::new(env!("CARGO_BIN_EXE_mercer")).args(["doctor", "--data-dir"]).arg(&path).output().unwrap();
    assert_eq!(answer.status.code(), Some(1));
    assert!(text(&answer.stderr).contains("there is no database at"), "{}", text(&answer.stderr));
    assert!(!path.exists());
}
