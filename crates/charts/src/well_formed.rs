//! Reads HTML strictly: every tag is closed by its own name in its own place, and nothing is written as it should not be.

/// Elements without an end.
const VOID: [&str; 3] = ["meta", "br", "!doctype"];
/// Elements whose inside is not HTML.
const RAW: [&str; 2] = ["style", "script"];

/// What is wrong first, with its place; nothing when all is well.
pub fn problem(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let near = |what: String| Some(format!("{what}, near {:?}", rest[at..].chars().take(120).collect::<String>()));
        if let Some(text) = stray(&rest[..at]) {
            return near(text);
        }
        let Some(end) = tag_end(&rest[at..]) else { return near("a tag has no end".into()) };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == name => continue,
                last => return Some(format!("</{name}> closes {last:?} of {open:?}")),
            }
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        for id in tag.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if ids.contains(&id) {
                return Some(format!("two elements have the id {id}"));
            }
            ids.push(id);
        }
        if RAW.contains(&name) {
            let Some(close) = rest.find(&format!("</{name}>")) else { return Some(format!("<{name}> has no end")) };
            rest = &rest[close + name.len() + 3..];
        } else if !tag.ends_with('/') && !VOID.contains(&name.to_ascii_lowercase().as_str()) {
            open.push(name);
        }
    }
    if open.is_empty() { None } else { Some(format!("never closed: {open:?}")) }
}

/// Where a tag ends: at the first `>` that is in no quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut is_quoted = false;
    tag.char_indices().find_map(|(at, letter)| {
        is_quoted ^= letter == '"';
        (letter == '>' && !is_quoted).then_some(at)
    })
}

/// Text holds no bare `>` and no `&` that begins no entity.
fn stray(text: &str) -> Option<String> {
    if text.contains('>') {
        return Some("a stray >".into());
    }
    let bare = text.split('&').skip(1).find(|after| !after.split_once(';').is_some_and(|(name, _)| is_entity(name)));
    bare.map(|_| "a bare &".into())
}

fn is_entity(name: &str) -> bool {
    ["amp", "lt", "gt", "quot", "#39"].contains(&name)
}

#[test]
fn what_is_not_well_formed_is_found() {
    assert_eq!(problem("<!DOCTYPE html><p class=\"a>b\">1 &lt; 2<br></p><style>a > b</style><svg><line/></svg>"), None);
    for html in ["<p>", "</p>", "<p></b>", "<p", "<p>a & b</p>", "<p>a > b</p>", "<i id=\"a\"></i><i id=\"a\"></i>", "<script>"] {
        assert!(problem(html).is_some(), "{html}");
    }
}
