//! Wrong flags and wrong configuration: exit code 2, and the message names the cause.

use ymera_test_kit::Scratch;

use super::fixture;

async fn assert_refused(scratch: &Scratch, flags: &[&str], part: &str) -> anyhow::Result<()> {
    let mut launch = fixture()?.within(scratch);
    for flag in flags {
        launch = launch.arg(flag);
    }
    let mut session = launch.stdio()?;
    let code = session.wire.process().exit_code().await?;
    let errors = session.wire.process().stderr();
    assert_eq!(code, 2, "{flags:?}: {errors}");
    assert!(errors.contains(part), "{flags:?}: `{part}` is not in: {errors}");
    assert!(session.next().await.is_err(), "{flags:?}: stdout is the protocol's");
    Ok(())
}

#[tokio::test]
async fn wrong_flags_are_named() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let cases: [(&[&str], &str); 10] = [
        (&["--no-such-flag"], "--no-such-flag"),
        (&["argument"], "argument"),
        (&["--listen", "nowhere"], "--listen"),
        (&["--listen", "0.0.0.0:0"], "--allow-remote"),
        (&["--listen", "[::]:0"], "--allow-remote"),
        (&["--listen", "0.0.0.0:0", "--no-token"], "--allow-remote"),
        (&["--listen", "0.0.0.0:0", "--no-token", "--allow-remote"], "--no-token"),
        (&["--no-token"], "--listen"),
        (&["--max-connections", "many"], "--max-connections"),
        (&["--log", "loud"], "loud"),
    ];
    for (flags, part) in cases {
        assert_refused(&scratch, flags, part).await?;
    }
    Ok(())
}

#[tokio::test]
async fn wrong_configuration_is_named() -> anyhow::Result<()> {
    let cases = [
        ("[log]\nlevl = \"info\"\n", "levl"),
        ("[contxt]\n", "contxt"),
        ("[log]\nformat = \"xml\"\n", "xml"),
        ("[log\n", "ymera.toml"),
        ("[context]\ntoolsets = 3\n", "toolsets"),
    ];
    for (text, part) in cases {
        let scratch = Scratch::new()?;
        let file = scratch.write("ymera.toml", text)?;
        let path = file.to_string_lossy();
        assert_refused(&scratch, &["--config", &path], part).await?;
        // The same file where it is looked for unasked.
        std::fs::copy(&file, scratch.home().join("ymera.toml"))?;
        assert_refused(&scratch, &[], part).await?;
    }
    let scratch = Scratch::new()?;
    assert_refused(&scratch, &["--config", "missing.toml"], "missing.toml").await
}
