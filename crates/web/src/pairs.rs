//! Names and values as browsers write them: in the query of an address, and in the body of a form. Whatever the bytes are, they
//! are pairs of some kind; what they mean is for those who asked.

/// The most fields that are read.
const FIELDS_MAX: usize = 200;

/// Names and values of a form's body or of an address's query, read the way browsers write them.
pub(crate) fn pairs_of(text: &[u8]) -> Vec<(String, String)> {
    let parts = text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).take(FIELDS_MAX);
    let pair = |part: &[u8]| {
        let mut sides = part.splitn(2, |byte| *byte == b'=').map(|side| cleaned(decoded(side)));
        (sides.next().unwrap_or_default(), sides.next().unwrap_or_default())
    };
    parts.map(pair).collect()
}

/// A plus is a space and `%41` is an A; a percent sign before anything else is itself.
fn decoded(mut text: &[u8]) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    while let [first, rest @ ..] = text {
        text = rest;
        let byte = match (first, rest) {
            (b'+', _) => b' ',
            (b'%', [high, low, rest @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    text = rest;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A text without control characters: they mean nothing in a name or an address, and databases refuse some of them.
pub(crate) fn cleaned(text: String) -> String {
    // Nearly every text is plain, and a form has a dozen of them.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    text.chars().map(|c| if c == '\n' || c == '\t' || c == '\r' { ' ' } else { c }).filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_a_form_of_some_kind() {
        for (body, expected) in [
            (&b"a=1&b=two+words"[..], vec![("a", "1"), ("b", "two words")]),
            (b"a=%00x%ff&a=2", vec![("a", "x\u{fffd}"), ("a", "2")]),
            (b"&&=&x", vec![("", ""), ("x", "")]),
            ("n=Größe #1".as_bytes(), vec![("n", "Größe #1")]),
            (b"\xff\xfe\x00", vec![("\u{fffd}\u{fffd}", "")]),
            (b"a=1=2&b=100%&c=%4g%e4%F6", vec![("a", "1=2"), ("b", "100%"), ("c", "%4g\u{fffd}\u{fffd}")]),
            (b"", vec![]),
        ] {
            let pairs = pairs_of(body);
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(pairs, expected, "{body:?}");
        }
    }
    #[test]
    fn a_form_longer_than_any_address_is_read_to_its_end() {
        let body = format!("note={}&email=ada%40juniper.example", "x".repeat(100_000));
        assert_eq!(pairs_of(body.as_bytes()).last(), Some(&("email".to_owned(), "ada@juniper.example".to_owned())));
    }
}
