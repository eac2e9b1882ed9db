//! Rust source with comments and literals set apart, so that a guard that looks for a call does not find it in a sentence.
//!
//! This is a lexer of the few things that hide text (comments, strings, characters), not a parser.

use std::ops::Range;

/// One file's text, sorted into code and literals.
pub struct Source {
    /// The text with comments and the insides of literals blanked, line for line and character for character.
    pub code: Vec<char>,
    pub literals: Vec<Literal>,
}

/// A string of the source.
pub struct Literal {
    /// Where it starts, counted from 1.
    pub line: usize,
    /// Where it ends.
    pub line_last: usize,
    /// Between the quotes, escapes as written.
    pub text: String,
}

/// A function's body and name.
pub struct Function {
    pub name: String,
    /// Of the word `fn`, counted from 1.
    pub line: usize,
    /// From the word `fn` to the closing brace.
    pub lines: usize,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        let mut source = Self { code: text.clone(), literals: Vec::new() };
        let mut at = 0;
        while at < text.len() {
            at = source.step(&text, at);
        }
        source
    }

    /// Reads one thing that starts at `at` and returns where the next one starts.
    fn step(&mut self, text: &[char], at: usize) -> usize {
        match (text[at], text.get(at + 1)) {
            ('/', Some('/')) => self.blank(at..find(text, at, &['\n'])),
            ('/', Some('*')) => self.blank(at..block_comment_end(text, at)),
            ('"', _) => self.literal(text, at + 1..string_end(text, at + 1), 1),
            ('r', Some('"' | '#')) if !is_word(text, at.checked_sub(1)) || is_byte_prefix(text, at) => {
                let hashes = text[at + 1..].iter().take_while(|&&letter| letter == '#').count();
                if text.get(at + 1 + hashes) != Some(&'"') {
                    return at + 1;
                }
                let start = at + 2 + hashes;
                let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                self.literal(text, start..find(text, start, &end), 1 + hashes)
            }
            ('\'', Some('\\')) => self.blank(at + 1..find(text, at + 3, &['\''])) + 1,
            ('\'', Some(_)) if text.get(at + 2) == Some(&'\'') => self.blank(at + 1..at + 2) + 1,
            _ => at + 1,
        }
    }

    fn literal(&mut self, text: &[char], inside: Range<usize>, closing: usize) -> usize {
        let (line, line_last) = (line_of(text, inside.start), line_of(text, inside.end));
        self.literals.push(Literal { line, line_last, text: text[inside.clone()].iter().collect() });
        (self.blank(inside) + closing).min(text.len())
    }

    fn blank(&mut self, range: Range<usize>) -> usize {
        let end = range.end;
        self.code[range].iter_mut().filter(|letter| **letter != '\n').for_each(|letter| *letter = ' ');
        end
    }

    /// Lines of code, comments and literals blanked.
    pub fn lines(&self) -> Vec<String> {
        self.code.split(|&letter| letter == '\n').map(|line| line.iter().collect()).collect()
    }

    /// Which lines, counted from 1, are compiled for tests only.
    pub fn test_lines(&self) -> Vec<Range<usize>> {
        ["#[cfg(test)]", "#[cfg(any(test"]
            .iter()
            .flat_map(|attribute| self.places(attribute))
            .map(|at| {
                let end = self.item_end(at + 2);
                line_of(&self.code, at)..line_of(&self.code, end) + 1
            })
            .collect()
    }

    /// Every function with a body, inner ones too.
    pub fn functions(&self) -> Vec<Function> {
        self.places("fn ")
            .into_iter()
            .filter(|&at| !is_word(&self.code, at.checked_sub(1)))
            .filter_map(|at| {
                let name: String = self.code[at + 3..].iter().take_while(|&&letter| is_word_letter(letter)).collect();
                let end = self.item_end(at);
                let has_body = self.code.get(end) == Some(&'}');
                let line = line_of(&self.code, at);
                (has_body && !name.is_empty()).then(|| Function { name, line, lines: line_of(&self.code, end) + 1 - line })
            })
            .collect()
    }

    /// Names in the code with their line, counted from 1.
    pub fn identifiers(&self) -> Vec<(usize, usize, String)> {
        let mut found = Vec::new();
        for (index, line) in self.lines().iter().enumerate() {
            let letters: Vec<char> = line.chars().collect();
            let mut at = 0;
            while at < letters.len() {
                let length = letters[at..].iter().take_while(|&&letter| is_word_letter(letter)).count();
                if length > 0 && !letters[at].is_ascii_digit() {
                    found.push((index + 1, at, letters[at..at + length].iter().collect()));
                }
                at += length.max(1);
            }
        }
        found
    }

    fn places(&self, needle: &str) -> Vec<usize> {
        let needle: Vec<char> = needle.chars().collect();
        let starts = 0..(self.code.len() + 1).saturating_sub(needle.len());
        starts.filter(|&at| self.code[at..].starts_with(&needle)).collect()
    }

    /// Where the item ends that starts at `at`: its closing brace, or its semicolon when it has no body.
    fn item_end(&self, at: usize) -> usize {
        let (mut inside, mut braces) = (0_i32, 0_i32);
        for (offset, letter) in self.code[at..].iter().enumerate() {
            match letter {
                '(' | '[' => inside += 1,
                ')' | ']' => inside -= 1,
                '{' => braces += 1,
                '}' => braces -= 1,
                _ => {}
            }
            if (*letter == '}' && braces == 0) || (*letter == ';' && braces == 0 && inside <= 0) {
                return at + offset;
            }
        }
        self.code.len()
    }
}

/// The line of a place, counted from 1.
fn line_of(text: &[char], at: usize) -> usize {
    1 + text[..at.min(text.len())].iter().filter(|&&letter| letter == '\n').count()
}

fn find(text: &[char], from: usize, needle: &[char]) -> usize {
    (from..text.len()).find(|&at| text[at..].starts_with(needle)).unwrap_or(text.len())
}

fn string_end(text: &[char], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at.min(text.len())
}

fn block_comment_end(text: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_u32);
    while at < text.len() {
        if text[at..].starts_with(&['/', '*']) {
            (at, depth) = (at + 2, depth + 1);
        } else if text[at..].starts_with(&['*', '/']) {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at.min(text.len())
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_word(text: &[char], at: Option<usize>) -> bool {
    at.and_then(|at| text.get(at)).is_some_and(|&letter| is_word_letter(letter))
}

/// Whether the `r` at `at` is that of `br"` or `cr"`.
fn is_byte_prefix(text: &[char], at: usize) -> bool {
    at > 0 && matches!(text[at - 1], 'b' | 'c') && !is_word(text, at.checked_sub(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::read(text).code.iter().collect()
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        assert_eq!(code("a // b\nc"), "a     \nc");
        assert_eq!(code("a /* b /* c */\n */ d"), "a             \n    d");
        assert_eq!(code(r#"say("a \" b", c)"#), r#"say("      ", c)"#);
        assert_eq!(code("let a = r#\"b\"c\"#; d"), "let a = r#\"   \"#; d");
        assert_eq!(code("br\"a\" raw(\"b\")"), "br\" \" raw(\" \")");
        assert_eq!(code("fn a<'b>(c: &'b str) { '\"' == '\\'' }"), "fn a<'b>(c: &'b str) { ' ' == '  ' }");
    }

    #[test]
    fn literals_are_kept_with_their_lines() {
        let source = Source::read("a(\n\"one\",\nr\"two\nthree\")");
        let literals: Vec<_> = source.literals.iter().map(|one| (one.line, one.line_last, one.text.as_str())).collect();
        assert_eq!(literals, [(2, 2, "one"), (3, 4, "two\nthree")]);
    }

    #[test]
    fn tests_are_told_from_code() {
        let source = Source::read("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}\n");
        assert_eq!(source.test_lines().first(), Some(&(2..6)));
        assert_eq!(Source::read("#[cfg(test)]\nmod tests;\nfn a() {}").test_lines().first(), Some(&(1..3)));
    }

    #[test]
    fn functions_are_measured_from_the_first_word_to_the_last_brace() {
        let source =
            Source::read("/// One.\nfn a(b: fn(u8) -> u8) -> [u8; 2] {\n    {\n    }\n}\ntrait T {\n    fn c(&self);\n}\n");
        let functions: Vec<_> = source.functions().iter().map(|one| (one.name.clone(), one.line, one.lines)).collect();
        assert_eq!(functions, [("a".to_owned(), 2, 4)]);
    }
}
